//! The platform's own sandbox (v2.md §3.12): payment codes and their queries, by amount and by header, under
//! the sandbox's key. Its orders are a world of their own; no money moves.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use serde::{Deserialize, Serialize};
use tongbao_wire::{Call, Fen, Mchid, OutTradeNo, Timestamp};

use super::Handled;
use super::answer::{self, Answer};
use super::fields::Fields;
use super::form::{self, number};
use super::gate::{self, Asked, Secret};
use super::micropay::{MICROPAY, Negative};
use super::orders::NAMED;
use super::refused::{Refused, words};
use crate::Simulator;
use crate::faults::dropped;
use crate::order::{self, new_transaction_id};
use crate::payer;
use crate::platform::Platform;
use crate::received::read;
use crate::settings::LOWER_HEX;
use crate::shelf::{Recent, Shelf, shelves};
use crate::state::State;

/// What was charged in the sandbox.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Sandbox {
    /// The keys it has given out, and since when they are good.
    keys: Shelf<Mchid, (String, Timestamp)>,
    charged: Recent<Charged>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Charged {
    total: Fen,
    at: Timestamp,
    transaction_id: String,
    openid: String,
    state: ChargedState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum ChargedState {
    Paid,
    UserPaying,
    PayError,
}

/// The call outside the sandbox that gives out its key.
pub(super) const CALLS: &[Handled] = &[(Call::SandboxKey, &[], give_key)];

const HANDLED: &[Handled] = &[(Call::Micropay, MICROPAY, charge), (Call::OrderQuery, NAMED, query)];

pub(super) fn routes() -> Router<Simulator> {
    let mut router = Router::new();
    for handled in HANDLED {
        let answered = move |simulator, request| serve(simulator, handled, request);
        router = router.route(&format!("/xdc/apiv2sandbox{}", handled.0.path()), any(answered));
    }
    router
}

async fn serve(Shared(simulator): Shared<Simulator>, handled: &Handled, request: Request) -> Response {
    let (call, members, handler) = handled;
    let received = match read(*call, request).await {
        Ok(received) => received,
        Err(status) => return status.into_response(),
    };
    let caller = match gate::authenticate(&simulator, &received, Secret::Sandbox) {
        Ok(caller) => caller,
        Err(refusal) => return answer::refused_unknown(*call, refusal),
    };
    let platform = &simulator.inner.platform;
    let negative = received.headers.get("Wechatpay-Negative-Test");
    let negative_test = negative.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let asked = Asked { call: *call, caller: &caller, sub: None, negative_test };
    let judged =
        form::hold(&caller.fields, members, &platform.switches).and_then(|()| handler(&simulator, &asked));
    match judged {
        Ok(Answer::Lost) => dropped(),
        Ok(answer) => answer::answered(platform, &caller, answer, None),
        Err(refusal) => answer::refused(platform, &caller, *call, refusal),
    }
}

/// `POST /xdc/apiv2getsignkey/sign/getsignkey`, signed with the merchant's own key.
fn give_key(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    let key =
        simulator.with_state(|state, platform, now| state.new_sandbox_key(platform, asked.mchid(), now));
    let mut told = Fields::new();
    told.text("return_code", "SUCCESS");
    told.text("return_msg", "ok");
    told.text("mch_id", asked.mchid().as_str());
    told.text("sandbox_signkey", key);
    Ok(Answer::Unsigned(told))
}

fn charge(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    let total = number(asked.said("total_fee")).expect("the form checked it");
    if !(1..=3).contains(&total) {
        return Err(Refused::param("沙箱支付金额不正确，请确认验收case"));
    }
    let wanted = Negative::of(asked);
    simulator.with_state(|state, platform, now| {
        let key = key(asked)?;
        let transaction_id = new_transaction_id(platform, state.next_serial(), now);
        let charged = Charged {
            total: Fen::new(total),
            at: now,
            transaction_id: transaction_id.as_str().into(),
            openid: openid(platform, asked),
            state: match wanted {
                None | Some(Negative::Timeout | Negative::PayQueryTimeout) => ChargedState::Paid,
                Some(Negative::UserPaying) => ChargedState::UserPaying,
                Some(Negative::PayError) => ChargedState::PayError,
            },
        };
        if state.sandbox.charged.get(&key).is_some() {
            return Err(words(order::Refused::Paid, asked.call));
        }
        state.sandbox.charged.insert(key, charged.clone(), CHARGED_MAX);
        if wanted.is_some_and(Negative::loses_the_answer) {
            return Ok(Answer::Lost);
        }
        match charged.state {
            ChargedState::Paid => Ok(Answer::Signed(charged.told(asked))),
            ChargedState::UserPaying | ChargedState::PayError => {
                Err(words(order::Refused::UserPaying, asked.call))
            }
        }
    })
}

fn query(simulator: &Simulator, asked: &Asked<'_>) -> Result<Answer, Refused> {
    if Negative::of(asked) == Some(Negative::PayQueryTimeout) {
        return Ok(Answer::Lost);
    }
    simulator.with_state(|state, _, _| {
        let known = state.sandbox.charged.get(&key(asked)?);
        let charged = known.ok_or_else(|| words(order::Refused::OrderUnknown, asked.call))?;
        let mut answer = Fields::new();
        let (state, words) = match charged.state {
            ChargedState::Paid => {
                answer.append(charged.told(asked));
                ("SUCCESS", "支付成功")
            }
            ChargedState::UserPaying => ("USERPAYING", "需要用户输入支付密码"),
            ChargedState::PayError => ("PAYERROR", "支付失败，请撤销订单"),
        };
        if charged.state != ChargedState::Paid {
            answer.text("out_trade_no", asked.said("out_trade_no"));
        }
        answer.text("trade_state", state);
        answer.text("trade_state_desc", words);
        Ok(Answer::Signed(answer))
    })
}

/// By the merchant's number alone (v2.md §3.12).
fn key(asked: &Asked<'_>) -> Result<String, Refused> {
    let said = asked.get("out_trade_no").ok_or_else(|| Refused::lacks("out_trade_no"))?;
    let number = OutTradeNo::parse(said).map_err(|_| Refused::malformed("out_trade_no"))?;
    Ok(format!("{} {number}", asked.mchid()))
}

fn openid(platform: &Platform, asked: &Asked<'_>) -> String {
    let appid = tongbao_wire::Appid::parse(asked.get("appid").unwrap_or("wx"));
    appid.map_or_else(|_| String::new(), |appid| payer::openid(&appid, &platform.first_payer).to_string())
}

impl Charged {
    /// Paid; two fen with a coupon of one, three with two coupons.
    fn told(&self, asked: &Asked<'_>) -> Fields {
        let coupons: &[(&str, i64)] = match self.total.get() {
            2 => &[("CASH", 1)],
            3 => &[("CASH", 1), ("NO_CASH", 1)],
            _ => &[],
        };
        let off: i64 = coupons.iter().map(|(_, fen)| fen).sum();
        let unpaid: i64 = coupons.iter().filter(|(kind, _)| *kind == "NO_CASH").map(|(_, fen)| fen).sum();
        let mut answer = Fields::new();
        answer.text("openid", self.openid.as_str());
        answer.text("is_subscribe", "N");
        answer.text("trade_type", "MICROPAY");
        answer.text("bank_type", "OTHERS");
        answer.text("fee_type", "CNY");
        answer.number("total_fee", self.total.get());
        if off > 0 {
            answer.number("settlement_total_fee", self.total.get() - unpaid);
            answer.number("coupon_fee", off);
            answer.number("coupon_count", i64::try_from(coupons.len()).expect("at most two"));
            for (n, (kind, fen)) in coupons.iter().enumerate() {
                answer.text(format!("coupon_type_{n}"), *kind);
                answer.text(format!("coupon_id_{n}"), format!("{}", 10_000 + n));
                answer.number(format!("coupon_fee_{n}"), *fen);
            }
        }
        answer.text("cash_fee_type", "CNY");
        answer.number("cash_fee", self.total.get() - off);
        answer.text("transaction_id", self.transaction_id.as_str());
        answer.text("out_trade_no", asked.said("out_trade_no"));
        answer.may("attach", asked.get("attach"));
        answer.text("time_end", self.at.digits());
        answer
    }
}

shelves! {
    Sandbox {
        "sandbox_keys" => keys,
        "sandboxed" => charged.rows,
        "sandboxed_order" => charged.order,
    }
}

impl State {
    /// The key of the sandbox, while it is good.
    pub(crate) fn sandbox_key(&self, mchid: &Mchid, now: Timestamp) -> Option<String> {
        let known = self.sandbox.keys.get(mchid)?;
        (now.since(known.1) < KEY_LIVES).then(|| known.0.clone())
    }

    /// The same key until it is no longer good.
    fn new_sandbox_key(&mut self, platform: &Platform, mchid: &Mchid, now: Timestamp) -> String {
        if let Some(known) = self.sandbox_key(mchid, now) {
            return known;
        }
        let key = platform.chance.text(32, LOWER_HEX);
        self.sandbox.keys.insert(mchid.clone(), (key.clone(), now));
        key
    }
}

/// The oldest is forgotten first.
const CHARGED_MAX: u64 = 10_000;
/// Not published (v2.md §3.12 \[S\]: clients keep it for an hour).
const KEY_LIVES: Duration = Duration::from_secs(24 * 3600);
