//! Refunds over HTTP (v3.md §5).

use tongbao_wire::{Call, Fen, Mchid, OutRefundNo, OutTradeNo, TransactionId};

use super::answer::Answer;
use super::bodies::{self, REFUND, text};
use super::orders::{amount, check_content_type};
use super::target::Target;
use super::{Handled, schema};
use crate::Simulator;
use crate::ledger::Sources;
use crate::received::Received;
use crate::refund::{NewRefund, OrderNamed};
use crate::refusal::{Refusal, cause};

/// The calls answered here.
pub(super) const CALLS: &[Handled] = &[(Call::Refund, apply), (Call::QueryRefund, query)];

/// `POST /v3/refund/domestic/refunds`.
fn apply(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let switches = &simulator.inner.platform.switches;
    check_content_type(simulator, call)?;
    let body = schema::read(&call.body, REFUND, switches)?;
    bodies::check_notify_url(&body, switches)?;
    let refund = amount(&body, "/amount/refund");
    let sources = sources(&body, refund)?;
    let by_id = text(&body, "/transaction_id").and_then(|text| TransactionId::parse(text).ok());
    let by_number = text(&body, "/out_trade_no").and_then(|text| OutTradeNo::parse(text).ok());
    let order = by_id
        .map(OrderNamed::ByTransactionId)
        .or(by_number.map(OrderNamed::ByOutTradeNo))
        .ok_or_else(|| schema::missing("/transaction_id", "微信支付订单号"))?;
    let number = text(&body, "/out_refund_no").expect("the schema demands it");
    let asked = NewRefund {
        mchid: signer.clone(),
        order,
        out_refund_no: OutRefundNo::parse(number).expect("the schema checked it"),
        notify_url: text(&body, "/notify_url").map(str::to_owned),
        refund,
        total: amount(&body, "/amount/total"),
        sources,
    };
    let told = simulator.with_state(|state, platform, now| state.refund(platform, asked, now))?;
    Ok(Answer::json(&told))
}

/// `GET /v3/refund/domestic/refunds/{out_refund_no}`.
fn query(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let number = target.id("out_refund_no", BY_NUMBER, "", OutRefundNo::parse)?;
    let key = (signer.clone(), number);
    simulator.with_state(|state, _, _| {
        let record = state.refunds.get(&key).ok_or_else(|| {
            Refusal::new(404, "RESOURCE_NOT_EXISTS", "退款单不存在", cause::ORDER_NOT_FOUND)
        })?;
        Ok(Answer::json(&record.told))
    })
}

/// The accounts a refund is paid from add up to it (v3.md §5.1).
fn sources(body: &serde_json::Value, refund: Fen) -> Result<Sources, Refusal> {
    let Some(sources) = body.pointer("/amount/from").and_then(serde_json::Value::as_array) else {
        return Ok(Sources::Usual);
    };
    let sum = sources.iter().try_fold(Fen::ZERO, |sum, source| sum.checked_add(amount(source, "/amount")));
    if sum == Some(refund) {
        let frozen = sources.iter().filter(|source| text(source, "/account") == Some("UNAVAILABLE"));
        return Ok(Sources::Named { unavailable: frozen.map(|source| amount(source, "/amount")).sum() });
    }
    let value = serde_json::Value::from(refund.get());
    Err(schema::breaks_rule("/amount/from", "退款出资账户及金额", &value, "must add up to amount.refund"))
}

const BY_NUMBER: &str = "/v3/refund/domestic/refunds/";
