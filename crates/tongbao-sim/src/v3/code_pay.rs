//! Payment codes over HTTP: charge and reverse, of merchants and of providers (v3.md §2.8, §3).

use tongbao_wire::partner::PartnerReversal;
use tongbao_wire::{AuthCode, Call, Mchid, OutTradeNo, Reversal};

use super::answer::Answer;
use super::bodies::{self, CODE_PAY, PARTNER_CODE_PAY, PARTNER_REVERSE, REVERSE, text};
use super::orders::{appid, check_body_mchid, check_content_type, ordered, prefix};
use super::target::Target;
use super::words::words;
use super::{Handled, schema};
use crate::Simulator;
use crate::order::{OrderState, Refused};
use crate::received::Received;
use crate::refusal::Refusal;

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[
    (Call::CodePay, charge),
    (Call::PartnerCodePay, charge),
    (Call::Reverse, reverse),
    (Call::PartnerReverse, reverse),
];

/// `POST …/codepay`.
fn charge(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let switches = &simulator.inner.platform.switches;
    check_content_type(simulator, call)?;
    let body = schema::parse(&call.body, switches)?;
    let partner = call.endpoint == Call::PartnerCodePay;
    schema::hold_all(&body, if partner { PARTNER_CODE_PAY } else { CODE_PAY }, switches)?;
    bodies::check_detail(&body)?;
    check_body_mchid(&body, if partner { "/sp_mchid" } else { "/mchid" }, signer)?;
    let asked = ordered(&body, signer, partner);
    let code = text(&body, "/payer/auth_code").and_then(|text| AuthCode::parse(text).ok());
    let code = code.ok_or_else(|| words(Refused::CodeInvalid, switches))?;
    simulator.with_state(|state, platform, now| {
        let order = state.code_pay(platform, asked, &code, now).map_err(|it| words(it, switches))?;
        if switches.user_paying_is_202 && matches!(order.state, OrderState::UserPaying { .. }) {
            return Err(words(Refused::UserPaying, switches));
        }
        Ok(if partner {
            Answer::json(&order.partner_transaction(platform))
        } else {
            Answer::json(&order.transaction(platform))
        })
    })
}

/// `POST …/out-trade-no/{out_trade_no}/reverse`.
fn reverse(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let switches = &simulator.inner.platform.switches;
    let target = Target::read(call)?;
    let number = target.id("out_trade_no", prefix(call, "out-trade-no/"), "/reverse", OutTradeNo::parse)?;
    check_content_type(simulator, call)?;
    let partner = call.endpoint == Call::PartnerReverse;
    let body = schema::read(&call.body, if partner { PARTNER_REVERSE } else { REVERSE }, switches)?;
    check_body_mchid(&body, if partner { "/sp_mchid" } else { "/mchid" }, signer)?;
    let sub = text(&body, "/sub_mchid").and_then(|text| Mchid::parse(text).ok());
    let key = (signer.clone(), number.clone());
    let reversed = simulator.with_state(|state, platform, now| {
        let order = state.order_of(&key, sub.as_ref())?;
        let said = appid(&body, if partner { "/sp_appid" } else { "/appid" });
        if said.is_some_and(|said| said != order.asked.appid) {
            return Err(Refused::OrderForeign);
        }
        state.reverse(platform, &key, now)
    });
    let order = reversed.map_err(|refused| words(refused, switches))?;
    let asked = &order.asked;
    Ok(match &asked.sub {
        None => Answer::json(&Reversal {
            appid: Some(asked.appid.clone()),
            mchid: asked.mchid.clone(),
            out_trade_no: number,
        }),
        Some(sub) => Answer::json(&PartnerReversal {
            sp_appid: Some(asked.appid.clone()),
            sp_mchid: asked.mchid.clone(),
            sub_appid: sub.appid.clone(),
            sub_mchid: sub.mchid.clone(),
            out_trade_no: number,
        }),
    })
}
