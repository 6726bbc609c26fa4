//! Notifications: sealed once, kept, and repeated on the platform's ladder (v3.md §6).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tongbao_wire::{
    Appid, Mchid, NotificationEnvelope, NotificationResource, OutRefundNo, OutTradeNo, Timestamp,
};

use crate::order::Dialect;
use crate::platform::Platform;
use crate::settings::{LETTERS, LOWER_HEX};
use crate::state::State;
use crate::v2::SignType;

/// An event that a merchant is to be told.
pub(crate) struct NewNotice {
    pub(crate) mchid: Mchid,
    pub(crate) out_trade_no: Option<OutTradeNo>,
    pub(crate) out_refund_no: Option<OutRefundNo>,
    pub(crate) event_type: &'static str,
    pub(crate) original_type: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) url: String,
    pub(crate) plain: Vec<u8>,
}

/// The language an event is told in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Tongue {
    V3,
    /// Signed like this.
    V2(SignType),
    /// A message pushed to this app.
    Push(Appid),
}

impl From<Dialect> for Tongue {
    fn from(dialect: Dialect) -> Self {
        match dialect {
            Dialect::V3 => Self::V3,
            Dialect::V2(sign_type) => Self::V2(sign_type),
        }
    }
}

/// One event, and every send of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Notice {
    pub(crate) id: String,
    pub(crate) mchid: Mchid,
    pub(crate) out_trade_no: Option<OutTradeNo>,
    pub(crate) out_refund_no: Option<OutRefundNo>,
    pub(crate) event_type: String,
    pub(crate) url: String,
    pub(crate) tongue: Tongue,
    /// The envelope, the same in every send.
    pub(crate) body: String,
    pub(crate) created_at: Timestamp,
    pub(crate) delivered: bool,
    /// The next send of the ladder.
    pub(crate) next_at: Option<Timestamp>,
    /// Sends of the ladder so far.
    pub(crate) sends: u32,
    /// The next send was put off by a fault and is not to be asked about again.
    pub(crate) put_off: bool,
    pub(crate) attempts: Vec<Attempt>,
}

/// One send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When, in business time.
    pub at: Timestamp,
    /// What `Wechatpay-Serial` said.
    pub serial: String,
    /// What was done to it on purpose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// The merchant's status, when there was an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The beginning of the merchant's answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub answer: String,
}

/// What became of a send.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// On its way.
    Sending,
    /// 200 or 204 within five seconds.
    Accepted,
    /// Any other status.
    Refused,
    /// No answer, with the reason.
    NoAnswer(String),
}

impl State {
    /// Seals an event and puts its first send on the schedule. A merchant without an `APIv3` key is told nothing
    /// (v3.md §1.8).
    pub(crate) fn notify(&mut self, platform: &Platform, event: NewNotice, now: Timestamp) {
        if self.standing(&event.mchid).apiv3_key_unset {
            return;
        }
        let Some(merchant) = platform.merchant(&event.mchid) else { return };
        let id = event_id(platform);
        let nonce = platform.chance.text(12, LETTERS);
        let envelope = NotificationEnvelope {
            id: id.clone(),
            create_time: now,
            event_type: event.event_type.into(),
            resource_type: "encrypt-resource".into(),
            summary: event.summary.into(),
            resource: NotificationResource {
                algorithm: "AEAD_AES_256_GCM".into(),
                ciphertext: merchant.keys.sealer.seal(&nonce, event.original_type, &event.plain),
                associated_data: event.original_type.into(),
                nonce,
                original_type: event.original_type.into(),
            },
        };
        let body = serde_json::to_string(&envelope).expect("an envelope is plain data");
        self.keep_notice(&event, id, Tongue::V3, body, now);
    }

    /// Writes an event down in its language and puts its first send on the schedule.
    pub(crate) fn keep_notice(
        &mut self,
        event: &NewNotice,
        id: String,
        tongue: Tongue,
        body: String,
        now: Timestamp,
    ) {
        let number = self.next_serial();
        if let Some(order) = &event.out_trade_no {
            self.note_notice(&(event.mchid.clone(), order.clone()), number);
        }
        let notice = Notice {
            id,
            mchid: event.mchid.clone(),
            out_trade_no: event.out_trade_no.clone(),
            out_refund_no: event.out_refund_no.clone(),
            event_type: event.event_type.into(),
            url: event.url.clone(),
            tongue,
            body,
            created_at: now,
            delivered: false,
            next_at: Some(now),
            sends: 0,
            put_off: false,
            attempts: Vec::new(),
        };
        self.notice_ids.insert(notice.id.clone(), number);
        self.notices.insert(number, notice);
        self.sends.insert((now, number), ());
    }

    /// Takes the sends that are due until `now`, at most `most`, off the schedule.
    pub(crate) fn claim_sends(&mut self, now: Timestamp, most: usize) -> Vec<u64> {
        let mut claimed = Vec::new();
        while claimed.len() < most && self.sends.first().is_some_and(|((at, _), _)| at <= now) {
            let ((_, number), _) = self.sends.pop_first().expect("just seen");
            claimed.push(number);
        }
        claimed
    }

    /// Puts a claimed send back, for later.
    pub(crate) fn put_off_send(&mut self, number: u64, until: Timestamp) {
        let Some(notice) = self.notices.get_mut(&number) else { return };
        notice.put_off = true;
        notice.next_at = Some(until);
        self.sends.insert((until, number), ());
    }

    /// Brings a send that was put off forward.
    pub(crate) fn hasten_send(&mut self, number: u64, now: Timestamp) {
        let Some(notice) = self.notices.get_mut(&number) else { return };
        let Some(at) = notice.next_at.filter(|at| notice.put_off && *at > now) else { return };
        notice.next_at = Some(now);
        self.sends.remove(&(at, number));
        self.sends.insert((now, number), ());
    }

    /// Writes down that a send leaves, and puts the next rung on the schedule before it does, so that a
    /// send that is never heard of again is repeated all the same. Returns the attempt's place in the log.
    pub(crate) fn begin_send(
        &mut self,
        platform: &Platform,
        number: u64,
        attempt: Attempt,
        by: SentBy,
    ) -> Option<usize> {
        let notice = self.notices.get_mut(&number)?;
        if notice.attempts.len() >= ATTEMPTS_MAX {
            return None;
        }
        let now = attempt.at;
        notice.attempts.push(attempt);
        match by {
            SentBy::Hand => {}
            SentBy::Ladder => {
                notice.put_off = false;
                notice.sends += 1;
                let rung = usize::try_from(notice.sends - 1).expect("few sends");
                let (ladder, most) = match notice.tongue {
                    Tongue::V3 => (&LADDER[..], u32::from(platform.switches.notification_sends_max)),
                    Tongue::V2(_) => (&LADDER[..], SENDS_MAX_V2),
                    Tongue::Push(_) => (&LADDER_PUSHED[..], SENDS_MAX_PUSHED),
                };
                let more = notice.sends < most;
                notice.next_at = ladder.get(rung).filter(|_| more).map(|wait| now.plus(*wait));
                if let Some(at) = notice.next_at {
                    self.sends.insert((at, number), ());
                }
            }
        }
        let place = notice.attempts.len() - 1;
        self.sending.insert(number, now);
        Some(place)
    }

    /// Writes down what became of a send; an accepted event is not sent again.
    ///
    /// After a return to a snapshot another event may have the number: what was heard is not about that one.
    pub(crate) fn finish_send(&mut self, number: u64, id: &str, place: usize, heard: Heard) {
        if self.notices.get(&number).is_none_or(|notice| notice.id != id) {
            return;
        }
        self.sending.remove(&number);
        let Some(notice) = self.notices.get_mut(&number) else { return };
        let Some(attempt) = notice.attempts.get_mut(place) else { return };
        attempt.status = heard.status;
        attempt.answer = heard.answer;
        attempt.outcome = heard.outcome;
        if attempt.outcome == Outcome::Accepted {
            notice.delivered = true;
            if let Some(at) = notice.next_at.take() {
                self.sends.remove(&(at, number));
            }
        }
    }

    /// True while an answer may still come to some send.
    pub(crate) fn is_sending(&mut self, now: Timestamp) -> bool {
        self.sending.retain(|_, since| now.since(*since) < SENDING_AT_MOST);
        !self.sending.is_empty()
    }

    pub(crate) fn notice_number(&self, id: &str) -> Option<u64> {
        self.notice_ids.get(id).map(|number| *number)
    }
}

/// Who asked for a send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SentBy {
    /// The schedule.
    Ladder,
    /// Somebody; the schedule stays as it is.
    Hand,
}

/// What came back from a send.
pub(crate) struct Heard {
    pub(crate) outcome: Outcome,
    pub(crate) status: Option<u16>,
    pub(crate) answer: String,
}

/// A random UUID, so that two runs never share one and a merchant's memory of the last run does not
/// swallow this one's events.
pub(crate) fn event_id(platform: &Platform) -> String {
    let hex = platform.chance.text(32, LOWER_HEX);
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}

/// Waits between sends: 15s/15s/30s/3m/10m/20m/30m/30m/30m/60m/3h/3h/3h/6h/6h (v3.md §6.8).
const LADDER: [Duration; 15] = {
    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }
    [
        s(15),
        s(15),
        s(30),
        s(180),
        s(600),
        s(1200),
        s(1800),
        s(1800),
        s(1800),
        s(3600),
        s(10_800),
        s(10_800),
        s(10_800),
        s(21_600),
        s(21_600),
    ]
};
/// A send that has not ended by then was cut off with its runtime: five seconds, twice for a duplicate.
const SENDING_AT_MOST: Duration = Duration::from_secs(11);
/// Sends of one event in v2: the first, and fifteen more (v2.md §4.1).
const SENDS_MAX_V2: u32 = 16;
/// Pushed messages (miniprogram.md §5.1 \[R\]): three in all. How far apart is not told \[I\].
const SENDS_MAX_PUSHED: u32 = 3;
const LADDER_PUSHED: [Duration; 2] = [Duration::from_secs(5); 2];
/// Sends of one event that are written down; resending by hand ends there.
const ATTEMPTS_MAX: usize = 100;
