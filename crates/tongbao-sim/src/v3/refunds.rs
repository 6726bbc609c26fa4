//! Refunds over HTTP (v3.md §5).

use tongbao_wire::{Call, Fen, Mchid, OutRefundNo, OutTradeNo, RefundId, RefundSource, TransactionId};

use super::answer::Answer;
use super::bodies::{self, ABNORMAL_REFUND, REFUND, text};
use super::orders::{amount, check_content_type};
use super::target::Target;
use super::words::words;
use super::{Handled, schema, sealed};
use crate::Simulator;
use crate::order::{Dialect, Refused};
use crate::received::Received;
use crate::refund::{Elsewhere, NewRefund, OrderNamed};
use crate::refusal::Refusal;

/// The calls answered here.
pub(super) const CALLS: &[Handled] =
    &[(Call::Refund, apply), (Call::QueryRefund, query), (Call::AbnormalRefund, apply_abnormal)];

/// `POST /v3/refund/domestic/refunds`.
fn apply(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let switches = &simulator.inner.platform.switches;
    check_content_type(simulator, call)?;
    let body = schema::read(&call.body, REFUND, switches)?;
    bodies::check_notify_url(&body, switches)?;
    let refund = amount(&body, "/amount/refund");
    check_sources(&body, refund)?;
    let by_id = text(&body, "/transaction_id").and_then(|text| TransactionId::parse(text).ok());
    let by_number = text(&body, "/out_trade_no").and_then(|text| OutTradeNo::parse(text).ok());
    let order = by_id
        .map(OrderNamed::ByTransactionId)
        .or(by_number.map(OrderNamed::ByOutTradeNo))
        .ok_or_else(|| schema::missing("/transaction_id", "微信支付订单号"))?;
    let number = text(&body, "/out_refund_no").expect("the schema demands it");
    let asked = NewRefund {
        dialect: Dialect::V3,
        mchid: signer.clone(),
        sub_mchid: text(&body, "/sub_mchid").and_then(|text| Mchid::parse(text).ok()),
        order,
        out_refund_no: OutRefundNo::parse(number).expect("the schema checked it"),
        notify_url: text(&body, "/notify_url").map(str::to_owned),
        refund,
        total: amount(&body, "/amount/total"),
        from: sources(&body),
        funds_account: text(&body, "/funds_account").map(str::to_owned),
    };
    let told = simulator
        .with_state(|state, platform, now| state.refund(platform, asked, now))
        .map_err(|refused| words(refused, switches))?;
    Ok(Answer::json(&told))
}

/// `GET /v3/refund/domestic/refunds/{out_refund_no}`.
fn query(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let target = Target::read(call)?;
    let number = target.id("out_refund_no", BY_NUMBER, "", OutRefundNo::parse)?;
    let key = (signer.clone(), number);
    let switches = &simulator.inner.platform.switches;
    let sub = match target.query("sub_mchid") {
        Some(_) => Some(target.sub_mchid()?),
        None => None,
    };
    simulator.with_state(|state, _, _| {
        let record = state.refunds.get(&key).filter(|record| record.sub_mchid == sub);
        let record = record.ok_or_else(|| words(Refused::RefundUnknown, switches))?;
        Ok(Answer::json(&record.told))
    })
}

/// `POST /v3/refund/domestic/refunds/{refund_id}/apply-abnormal-refund` (v3.md §5.5).
fn apply_abnormal(simulator: &Simulator, call: &Received, signer: &Mchid) -> Result<Answer, Refusal> {
    let switches = &simulator.inner.platform.switches;
    let target = Target::read(call)?;
    let id = target.id("refund_id", BY_NUMBER, "/apply-abnormal-refund", RefundId::parse)?;
    let body = sealed::read(simulator, call, ABNORMAL_REFUND)?;
    let said = |at| text(&body, at);
    let elsewhere = if said("/type") == Some("MERCHANT_BANK_CARD") {
        Elsewhere::MerchantCard
    } else {
        let must = |at, title| said(at).ok_or_else(|| schema::missing(at, title));
        let bank = must("/bank_type", "开户银行")?;
        let account = must("/bank_account", "收款银行卡号")?;
        must("/real_name", "收款用户姓名")?;
        Elsewhere::UserCard { bank: bodies::bank_name(bank).into(), tail: tail(account)? }
    };
    let sub = said("/sub_mchid").and_then(|text| Mchid::parse(text).ok());
    let told = simulator.with_state(|state, platform, now| {
        let key = state.refund_ids.get(&id).filter(|key| key.0 == *signer).ok_or(Refused::RefundUnknown)?;
        let record = state.refunds.get(&*key).filter(|record| record.sub_mchid == sub);
        if record.is_none() || said("/out_refund_no") != Some(key.1.as_str()) {
            return Err(Refused::RefundUnknown);
        }
        state.refund_elsewhere(platform, &key, elsewhere, now)
    });
    told.map(|told| Answer::json(&told)).map_err(|refused| words(refused, switches))
}

/// The last four digits of a card, which is all that is kept of it.
fn tail(account: &str) -> Result<String, Refusal> {
    let digits = (8..=30).contains(&account.len()) && account.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        let issue = "8 to 30 digits after decryption";
        return Err(schema::breaks_rule("/bank_account", "收款银行卡号", &serde_json::Value::Null, issue));
    }
    Ok(account[account.len() - 4..].into())
}

/// The accounts a refund is paid from.
fn sources(body: &serde_json::Value) -> Vec<RefundSource> {
    let from = body.pointer("/amount/from").and_then(serde_json::Value::as_array);
    let source = |source| RefundSource {
        account: text(source, "/account").unwrap_or_default().into(),
        amount: amount(source, "/amount"),
    };
    from.map_or_else(Vec::new, |from| from.iter().map(source).collect())
}

/// The accounts a refund is paid from add up to it (v3.md §5.1).
fn check_sources(body: &serde_json::Value, refund: Fen) -> Result<(), Refusal> {
    let Some(sources) = body.pointer("/amount/from").and_then(serde_json::Value::as_array) else {
        return Ok(());
    };
    let sum = sources.iter().try_fold(Fen::ZERO, |sum, source| sum.checked_add(amount(source, "/amount")));
    if sum == Some(refund) {
        return Ok(());
    }
    let value = serde_json::Value::from(refund.get());
    Err(schema::breaks_rule("/amount/from", "退款出资账户及金额", &value, "must add up to amount.refund"))
}

const BY_NUMBER: &str = "/v3/refund/domestic/refunds/";
