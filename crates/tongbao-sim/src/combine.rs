//! Combined orders: several orders that are paid with one password, all or none (v3.md §4).

use serde::{Deserialize, Serialize};
use tongbao_wire::combine::{CombinedPayer, CombinedTransaction};
use tongbao_wire::{Appid, Mchid, Openid, OutTradeNo, Timestamp, TradeType, TransactionSceneInfo};

use crate::notice::NewNotice;
use crate::order::{NewOrder, OrderState, Refused, end_of_payment, unpaid_until};
use crate::payer;
use crate::platform::Platform;
use crate::prepay::{Opens, Prepay};
use crate::state::{Appointment, Due, OrderKey, State};
use crate::view::EventKind;

/// What an initiator asks for, checked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NewCombined {
    pub(crate) scene: TradeType,
    pub(crate) mchid: Mchid,
    pub(crate) appid: Appid,
    pub(crate) out_trade_no: OutTradeNo,
    pub(crate) notify_url: String,
    pub(crate) openid: Option<Openid>,
    pub(crate) time_expire: Option<Timestamp>,
    pub(crate) device_id: Option<String>,
    /// At least one.
    pub(crate) orders: Vec<NewOrder>,
    /// Digest of the whole request.
    pub(crate) terms: String,
}

/// A combined order at the platform. Its parts are orders like others.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Combined {
    pub(crate) asked: NewCombined,
    /// Who is to pay, where the scene says so.
    pub(crate) payer: Option<String>,
    pub(crate) time_expire: Option<Timestamp>,
    pub(crate) prepays: Vec<Prepay>,
    pub(crate) state: CombinedState,
    /// The platform's own closing.
    pub(crate) closing: Appointment,
    /// The numbers of what was told of the whole.
    #[serde(default)]
    pub(crate) notices: Vec<u64>,
}

/// Where a combined order stands as a whole.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum CombinedState {
    Open,
    /// Who paid, as the initiator's appid sees them.
    Paid(Openid),
    Closed,
}

/// A part as its closing names it: whose it is, for which sub-merchant, under which number.
pub(crate) type PartNamed = (Mchid, Option<Mchid>, OutTradeNo);

impl Combined {
    pub(crate) fn key(&self) -> OrderKey {
        (self.asked.mchid.clone(), self.asked.out_trade_no.clone())
    }
}

impl State {
    /// Creates a combined order with its parts, or gives a new `prepay_id` for the same request.
    pub(crate) fn create_combined(
        &mut self,
        platform: &Platform,
        asked: NewCombined,
        now: Timestamp,
    ) -> Result<Prepay, Refused> {
        let key = (asked.mchid.clone(), asked.out_trade_no.clone());
        let (opens, scene) = (Opens::Combined(key.clone()), asked.scene.clone());
        if !platform.is_bound(&asked.appid, &asked.mchid) {
            return Err(Refused::AppidUnbound);
        }
        let payers: Vec<_> =
            asked.orders.iter().map(|part| self.admit(platform, part)).collect::<Result<_, _>>()?;
        if let Some(known) = self.combined.get(&key) {
            reenter(&known, &asked)?;
        } else {
            let taken = |part: &NewOrder| {
                self.orders.contains_key(&part.key()) || self.reserved.contains_key(&part.key())
            };
            let mut numbers: Vec<_> = asked.orders.iter().map(NewOrder::key).collect();
            numbers.sort();
            let twice = numbers.windows(2).any(|pair| pair[0] == pair[1]);
            if twice || asked.orders.iter().any(taken) {
                return Err(Refused::NumberUsed);
            }
            self.make_room(platform, asked.orders.len())?;
            self.insert_combined(platform, asked, payers, now);
        }
        let prepay = self.new_prepay(platform, &opens, &scene, now);
        let whole = self.combined.get_mut(&key).expect("just created or found");
        let gone = prepay.push_to(&mut whole.prepays, now);
        let parts: Vec<_> = whole.asked.orders.iter().map(NewOrder::key).collect();
        for part in parts {
            let order = self.orders.get_mut(&part).expect("parts are orders");
            order.note(now, EventKind::PrepayIssued, prepay.id.as_str());
        }
        self.forget_prepays(gone);
        Ok(prepay)
    }

    fn insert_combined(
        &mut self,
        platform: &Platform,
        asked: NewCombined,
        payers: Vec<Option<String>>,
        now: Timestamp,
    ) {
        let key = (asked.mchid.clone(), asked.out_trade_no.clone());
        let time_expire = asked.time_expire.map(|wanted| end_of_payment(platform, wanted, now));
        let closing = self.schedule(unpaid_until(time_expire, now), Due::CloseCombined(key.clone()));
        let payer = payers.first().cloned().flatten();
        for (part, payer) in asked.orders.iter().zip(payers) {
            self.insert_order(platform, part.clone(), payer, now);
        }
        let whole = Combined {
            asked,
            payer,
            time_expire,
            prepays: Vec::new(),
            state: CombinedState::Open,
            closing,
            notices: Vec::new(),
        };
        self.combined.insert(key, whole);
    }

    /// The money of every part has moved: one notification for the whole (v3.md §6.4).
    pub(crate) fn combined_paid(
        &mut self,
        platform: &Platform,
        key: &OrderKey,
        payer_id: &str,
        now: Timestamp,
    ) {
        let whole = self.combined.get_mut(key).expect("just paid");
        whole.state = CombinedState::Paid(payer::openid(&whole.asked.appid, payer_id));
        let (url, closing) = (whole.asked.notify_url.clone(), whole.closing);
        self.unschedule(closing);
        let told = self.combined_told(key).expect("just paid");
        let notice = NewNotice {
            mchid: key.0.clone(),
            out_trade_no: Some(key.1.clone()),
            out_refund_no: None,
            event_type: "TRANSACTION.SUCCESS",
            original_type: "transaction",
            summary: "支付成功",
            url,
            plain: serde_json::to_vec(&told).expect("a transaction is plain data"),
        };
        self.notify(platform, notice, now);
    }

    /// The whole with its parts, as its query and its notification tell it.
    pub(crate) fn combined_told(&self, key: &OrderKey) -> Option<CombinedTransaction> {
        let whole = self.combined.get(key)?;
        let asked = &whole.asked;
        let parts = asked.orders.iter().filter_map(|part| self.orders.get(&part.key()));
        let openid = match &whole.state {
            CombinedState::Paid(openid) => Some(openid.clone()),
            CombinedState::Open | CombinedState::Closed => None,
        };
        Some(CombinedTransaction {
            combine_appid: asked.appid.clone(),
            combine_mchid: asked.mchid.clone(),
            combine_out_trade_no: asked.out_trade_no.clone(),
            combine_transaction_id: None,
            scene_info: asked.device_id.clone().map(|id| TransactionSceneInfo { device_id: Some(id) }),
            sub_orders: parts.map(|order| order.combined_part()).collect(),
            combine_payer_info: openid.map(|openid| CombinedPayer { openid, sub_openid: None }),
            installment_info: None,
        })
    }

    /// Closes the whole; `named` must be all of its parts (v3.md §4: compared as sets).
    pub(crate) fn close_combined(
        &mut self,
        key: &OrderKey,
        appid: &Appid,
        mut named: Vec<PartNamed>,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let whole = self.combined.get(key).ok_or(Refused::OrderUnknown)?;
        let part = |order: &NewOrder| {
            let sub = order.sub.as_ref().map(|sub| sub.mchid.clone());
            (order.mchid.clone(), sub, order.out_trade_no.clone())
        };
        let mut ordered: Vec<PartNamed> = whole.asked.orders.iter().map(part).collect();
        ordered.sort();
        named.sort();
        if *appid != whole.asked.appid || named != ordered {
            return Err(Refused::SubOrdersDiffer);
        }
        match whole.state {
            CombinedState::Paid(_) => Err(Refused::Paid),
            CombinedState::Closed => Ok(()),
            CombinedState::Open => {
                self.shut_combined(key, now, "closed by the merchant");
                Ok(())
            }
        }
    }

    /// The platform's own closing after seven days.
    pub(crate) fn close_combined_unpaid(&mut self, key: &OrderKey, at: Timestamp) {
        if self.combined.get(key).is_some_and(|whole| matches!(whole.state, CombinedState::Open)) {
            self.shut_combined(key, at, "closed by the platform, unpaid");
        }
    }

    fn shut_combined(&mut self, key: &OrderKey, at: Timestamp, why: &str) {
        let whole = self.combined.get_mut(key).expect("callers looked it up");
        whole.state = CombinedState::Closed;
        let closing = whole.closing;
        let parts: Vec<_> = whole.asked.orders.iter().map(NewOrder::key).collect();
        for part in parts {
            let order = self.orders.get_mut(&part).expect("parts are orders");
            order.state = OrderState::Closed { closed_at: at };
            order.note(at, EventKind::Closed, why);
        }
        self.unschedule(closing);
    }
}

/// What a second create with a known number meets (v3.md §2.4).
fn reenter(known: &Combined, asked: &NewCombined) -> Result<(), Refused> {
    if known.asked.scene != asked.scene {
        return Err(Refused::NumberUsed);
    }
    match known.state {
        CombinedState::Paid(_) => Err(Refused::Paid),
        CombinedState::Closed => Err(Refused::Closed),
        CombinedState::Open if known.asked.terms != asked.terms => Err(Refused::ReentryDiffers),
        CombinedState::Open => Ok(()),
    }
}
