//! Sends what is due, waits for what the merchant says, and moves the clock.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use http::Request;
use tokio::time::Instant;
use tongbao_wire::Timestamp;

use crate::compose::letter;
use crate::faults::{DeliveryFault, Forgery};
use crate::notice::{Attempt, Heard, Notice, Outcome, SentBy, Tongue};
use crate::platform::Platform;
use crate::postman::{ANSWER_WITHIN, PostFailed};
use crate::view::NotificationView;
use crate::{ClockView, Pace, Simulator, inspector};
use crate::{push, v2};

impl Simulator {
    /// Sends notifications as they fall due and lets orders and refunds move on, for ever. Dropping the
    /// future stops it; a send under way is then repeated at its next rung.
    pub async fn run(&self) {
        let mut under_way = FuturesUnordered::new();
        loop {
            // Registered before looking, so that nothing rings unheard in between.
            let bell = self.inner.bell.notified();
            tokio::pin!(bell);
            bell.as_mut().enable();
            let room = SENDS_AT_ONCE - under_way.len();
            for number in self.claim(room) {
                under_way.push(self.deliver(number, SentBy::Ladder));
            }
            let wait = if under_way.len() < SENDS_AT_ONCE { self.until_next_due() } else { IDLE };
            tokio::select! {
                // In this order, so that a simulation of the same seed is the same.
                biased;
                Some(()) = under_way.next(), if !under_way.is_empty() => {}
                () = &mut bell => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Moves business time ahead. Everything that falls due on the way happens in its order, notifications
    /// and their repetitions included, and is over when this returns.
    pub async fn advance(&self, by: Duration) {
        let _alone = self.inner.advancing.lock().await;
        let clock = &self.inner.platform.clock;
        // Followed at every step: the time merchants take to answer is not part of `by`.
        let goal = clock.flow().later(by);
        loop {
            self.deliver_due().await;
            let next = self.with_state(|state, _, _| state.next_due());
            match next.filter(|at| *at <= clock.when(&goal)) {
                Some(at) => clock.reach(at),
                None => break,
            }
        }
        clock.catch_up(&goal);
        self.deliver_due().await;
        self.wake();
    }

    /// Moves business time ahead to this instant, as [`Self::advance`] does. False when it is past.
    pub async fn advance_to(&self, at: Timestamp) -> bool {
        let now = self.now();
        if at < now {
            return false;
        }
        self.advance(at.since(now)).await;
        true
    }

    /// Changes how fast business time passes from now on. Signatures keep the base clock's time.
    pub fn set_pace(&self, pace: Pace) {
        self.inner.platform.clock.set_pace(pace);
        self.with_state(|_, _, _| ());
        self.wake();
    }

    /// Where the clock stands.
    #[must_use]
    pub fn clock(&self) -> ClockView {
        self.inner.platform.clock.view()
    }

    /// Sends one notification now, whatever its schedule says.
    pub async fn resend(&self, id: &str) -> Option<NotificationView> {
        let number = self.with_state(|state, _, _| state.notice_number(id))?;
        self.deliver(number, SentBy::Hand).await;
        self.with_state(|state, _, _| state.notices.get(&number).map(|notice| notice.view()))
    }

    /// Sends what is due now and waits for all answers, those included that [`Self::run`] is waiting for.
    async fn deliver_due(&self) {
        loop {
            let claimed = self.claim(SENDS_AT_ONCE);
            if claimed.is_empty() {
                break;
            }
            let mut under_way: FuturesUnordered<_> =
                claimed.into_iter().map(|number| self.deliver(number, SentBy::Ladder)).collect();
            while under_way.next().await.is_some() {}
        }
        // A send of `run` ends within the platform's patience; one that nobody polls any more never does.
        let _ = tokio::time::timeout(ANSWER_WITHIN, self.quiet()).await;
    }

    async fn quiet(&self) {
        loop {
            let bell = self.inner.bell.notified();
            tokio::pin!(bell);
            bell.as_mut().enable();
            if !self.with_state(|state, _, now| state.is_sending(now)) {
                return;
            }
            bell.await;
        }
    }

    fn claim(&self, most: usize) -> Vec<u64> {
        self.with_state(|state, _, now| state.claim_sends(now, most))
    }

    fn until_next_due(&self) -> Duration {
        let next = self.with_state(|state, _, _| state.next_due());
        // What a clock that stands still does not reach waits for the bell.
        let until = next.and_then(|at| self.inner.platform.clock.until(at)).unwrap_or(IDLE);
        until.clamp(Duration::from_millis(1), IDLE)
    }

    /// One send of one notification, faults included.
    async fn deliver(&self, number: u64, by: SentBy) {
        let Some((fault, told, now)) = self.fault_of(number, by) else { return };
        match fault {
            DeliveryFault::Delay(wait) => {
                self.with_state(|state, _, _| state.put_off_send(number, now.plus(wait)));
                return;
            }
            DeliveryFault::Hold { next_of, at_most } => {
                self.with_state(|state, _, _| state.hold_send(number, next_of, now.plus(at_most)));
                return;
            }
            _ => {}
        }
        let Some((place, request, notice)) = self.prepare(number, by, fault, told.as_deref()) else { return };
        let told = told.as_deref();
        let tongue = &notice.tongue;
        let heard = match fault {
            DeliveryFault::Lose => {
                let lost = Err(PostFailed::TimedOut);
                self.keep(number, told, &request, Instant::now(), &lost);
                heard(lost, tongue)
            }
            DeliveryFault::LoseAnswer => {
                let _ = self.post(number, told, request, tongue).await;
                heard(Err(PostFailed::TimedOut), tongue)
            }
            DeliveryFault::Duplicate => {
                let twin = request.clone();
                let _ = self.post(number, told, twin, tongue).await;
                self.post(number, told, request, tongue).await
            }
            DeliveryFault::Truncate(after) => {
                let request = request.map(|body| body.slice(..body.len().saturating_sub(1).min(after)));
                self.post(number, told, request, tongue).await
            }
            DeliveryFault::Pass
            | DeliveryFault::Forge(_)
            | DeliveryFault::Delay(_)
            | DeliveryFault::Hold { .. } => self.post(number, told, request, tongue).await,
        };
        self.with_state(|state, _, now| {
            state.finish_send(number, &notice.id, place, heard);
            state.let_go_after(number, now);
        });
        self.wake();
    }

    /// What goes wrong, and what it is called.
    fn fault_of(&self, number: u64, by: SentBy) -> Option<(DeliveryFault, Option<String>, Timestamp)> {
        let (notice, now) = self.with_state(|state, _, now| Some((state.notices.get(&number)?, now)))?;
        if notice.put_off || by == SentBy::Hand {
            return Some((DeliveryFault::Pass, None, now));
        }
        let fault = self.delivery_fault_of(&notice);
        if fault != DeliveryFault::Pass {
            return Some((fault, Some(format!("{fault:?}")), now));
        }
        let (fault, kind) = self.scripted_delivery(number);
        Some((fault, kind.map(str::to_owned), now))
    }

    /// Signs the envelope for this send and writes the send down.
    fn prepare(
        &self,
        number: u64,
        by: SentBy,
        fault: DeliveryFault,
        told: Option<&str>,
    ) -> Option<(usize, Request<Bytes>, Arc<Notice>)> {
        let platform = &self.inner.platform;
        let (notice, answered_with) = self.with_state(|state, _, _| {
            let notice = state.notices.get(&number)?;
            let answered_with = state.answered_with.get(&notice.mchid);
            Some((notice, answered_with))
        })?;
        let forgery = match fault {
            DeliveryFault::Forge(forgery) => Some(forgery),
            // A probe is sent again properly signed (v3.md §1.7); v2 has none.
            DeliveryFault::Pass
                if notice.tongue == Tongue::V3
                    && notice.attempts.is_empty()
                    && platform.draws(platform.switches.probes_permille) =>
            {
                Some(Forgery::SignTest)
            }
            DeliveryFault::Pass
            | DeliveryFault::Lose
            | DeliveryFault::LoseAnswer
            | DeliveryFault::Truncate(_)
            | DeliveryFault::Hold { .. }
            | DeliveryFault::Duplicate
            | DeliveryFault::Delay(_) => None,
        };
        let (serial, request) = match &notice.tongue {
            Tongue::V3 => sealed(platform, &notice, answered_with.as_deref().map(String::as_str), forgery),
            Tongue::V2(_) => (String::new(), v2::letter(platform, &notice, forgery)),
            Tongue::Push(appid) => {
                let settings = self.with_state(|state, _, _| state.pushes.get(appid));
                (String::new(), push::letter(platform, settings.as_deref(), appid, &notice, forgery))
            }
        };
        let place = self.with_state(|state, platform, now| {
            let attempt = Attempt {
                at: now,
                serial,
                fault: told.map(str::to_owned),
                outcome: Outcome::Sending,
                status: None,
                answer: String::new(),
            };
            state.begin_send(platform, number, attempt, by)
        })?;
        Some((place, request, notice))
    }

    async fn post(
        &self,
        number: u64,
        fault: Option<&str>,
        request: Request<Bytes>,
        tongue: &Tongue,
    ) -> Heard {
        let (kept, began) = (request.clone(), Instant::now());
        let answered = tokio::time::timeout(ANSWER_WITHIN, self.inner.postman.post(request)).await;
        let answered = answered.unwrap_or(Err(PostFailed::TimedOut));
        self.keep(number, fault, &kept, began, &answered);
        heard(answered, tongue)
    }

    /// Keeps a send for the inspector.
    fn keep(
        &self,
        number: u64,
        fault: Option<&str>,
        request: &Request<Bytes>,
        began: Instant,
        answered: &Result<http::Response<Bytes>, PostFailed>,
    ) {
        let Some(notice) = self.with_state(|state, _, _| state.notices.get(&number)) else { return };
        let send = inspector::Send {
            id: &notice.id,
            event_type: &notice.event_type,
            mchid: &notice.mchid,
            out_trade_no: notice.out_trade_no.as_ref(),
            fault: fault.map(str::to_owned),
            request,
            began,
        };
        inspector::sent(self, send, answered);
    }
}

/// Signs the envelope for this send and tells which serial it is signed under.
fn sealed(
    platform: &Platform,
    notice: &Notice,
    answered_with: Option<&str>,
    forgery: Option<Forgery>,
) -> (String, Request<Bytes>) {
    let body = Bytes::from(notice.body.clone());
    let signed = platform.sign(&platform.key_of_notification(answered_with), &body, forgery);
    let serial = signed.serial.clone();
    let body = if forgery == Some(Forgery::Tamper) { tampered(&body) } else { body };
    let request = letter(platform, &notice.url, signed, body);
    (serial, request.expect("the address was checked when the order was created"))
}

/// Of v3 only 200 and 204 count (v3.md §6.8); of v2 the words in the body (v2.md §4.1).
fn heard(answered: Result<http::Response<Bytes>, PostFailed>, tongue: &Tongue) -> Heard {
    match answered {
        Ok(answer) => {
            let status = answer.status().as_u16();
            let accepted = match tongue {
                Tongue::V3 => matches!(status, 200 | 204),
                Tongue::V2(_) => status == 200 && v2::accepts(answer.body()),
                Tongue::Push(_) => push::accepts(status, answer.body()),
            };
            let outcome = if accepted { Outcome::Accepted } else { Outcome::Refused };
            let start = &answer.body()[..answer.body().len().min(ANSWER_BYTES_KEPT)];
            let answer = String::from_utf8_lossy(start).into_owned();
            Heard { outcome, status: Some(status), answer }
        }
        Err(failed) => {
            Heard { outcome: Outcome::NoAnswer(failed.to_string()), status: None, answer: String::new() }
        }
    }
}

/// The same length and JSON still: one letter inside the ciphertext differs.
pub(crate) fn tampered(body: &[u8]) -> Bytes {
    let mut changed = body.to_vec();
    let marker = b"\"ciphertext\":\"";
    let start = changed.windows(marker.len()).position(|at| at == marker).map(|at| at + marker.len());
    let place = start.unwrap_or(changed.len() / 2);
    if let Some(byte) = changed.get_mut(place) {
        *byte = if *byte == b'A' { b'B' } else { b'A' };
    }
    changed.into()
}

/// Sends on their way at the same time.
const SENDS_AT_ONCE: usize = 32;
/// How long to sleep when nothing is due.
const IDLE: Duration = Duration::from_secs(3600);
/// How much of a merchant's answer the log keeps.
const ANSWER_BYTES_KEPT: usize = 512;
