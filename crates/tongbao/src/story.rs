//! An order's history in sentences: what its state is, why, and how it came to be.

use tongbao_domain::{
    Cause, CloseReason, Event, EventKind, Order, OrderState, PaymentState, RefundState, Standing,
};
use tongbao_store::{StoreError, events};
use tongbao_wire::{Call, ErrorCode, explain_message};

use crate::account::Account;
use crate::app::App;
use crate::lang::Lang;

/// One line of the timeline, ready to print.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Line {
    /// Beijing time.
    pub at: String,
    /// What happened, in a few words.
    pub title: String,
    /// The facts of it.
    pub detail: String,
    /// Who caused it.
    pub cause: String,
}

/// The history of an order, oldest first.
///
/// # Errors
/// The store's.
pub fn timeline(app: &App, account: &Account, order: &Order, lang: Lang) -> Result<Vec<Line>, StoreError> {
    let events = app.store.read(|reader| events::of_order(reader, &account.mchid, &order.order_no))?;
    Ok(events.iter().map(|recorded| line(&recorded.event, lang)).collect())
}

/// The event as a line.
#[must_use]
pub fn line(event: &Event, lang: Lang) -> Line {
    let (title, detail) = words(&event.kind, lang);
    Line { at: event.at.civil(), title: title.into(), detail, cause: cause(&event.cause, lang) }
}

/// The state in a word.
#[must_use]
pub fn state(standing: Standing, lang: Lang) -> &'static str {
    match standing {
        Standing::Unpaid => lang.pick("待支付", "Unpaid"),
        Standing::Paid => lang.pick("已支付", "Paid"),
        Standing::Closing => lang.pick("关闭中", "Closing"),
        Standing::Closed => lang.pick("已关闭", "Closed"),
    }
}

/// Why the order is in its state, in one sentence.
#[must_use]
pub fn why(order: &Order, events: &[Event], lang: Lang) -> String {
    if let Some(mismatch) = &order.quarantine {
        return match lang {
            Lang::Zh => format!("微信支付的信息与订单不一致（{mismatch}），需要人工核对。"),
            Lang::En => format!("WeChat Pay contradicts the order ({mismatch}); a person must look."),
        };
    }
    match &order.state {
        OrderState::Paid { .. } => {
            let mut text = why_paid(order, events, lang);
            text += &failed_refund(order, lang).unwrap_or_default();
            text
        }
        OrderState::Open => refused_prepay(events, lang).unwrap_or_else(|| why_unpaid(order, lang)),
        OrderState::Closing { reason: CloseReason::Superseded, .. } => lang
            .pick(
                "正在关闭旧的支付单，随后可继续支付。",
                "The former payment is being closed; then it can be paid.",
            )
            .into(),
        OrderState::Closing { reason, .. } => match lang {
            Lang::Zh => format!("{}，正在等微信支付确认已关单。", reason_zh(*reason)),
            Lang::En => {
                format!("{}; waiting for WeChat Pay to confirm that it is closed.", reason_en(*reason))
            }
        },
        OrderState::Closed { reason, .. } => match lang {
            Lang::Zh => format!("{}，微信支付已确认关单，不会再收款。", reason_zh(*reason)),
            Lang::En => {
                format!("{}; WeChat Pay confirmed that it can no longer be paid.", reason_en(*reason))
            }
        },
    }
}

fn why_paid(order: &Order, events: &[Event], lang: Lang) -> String {
    let told = events.iter().find(|event| matches!(event.kind, EventKind::Paid { .. }));
    let by = told.map_or_else(|| cause(&Cause::Query, lang), |event| cause(&event.cause, lang));
    let at = order
        .settling_payment()
        .and_then(|payment| payment.receipt())
        .map(|receipt| receipt.success_time.civil());
    let at = at.unwrap_or_default();
    match lang {
        Lang::Zh => format!(
            "微信支付告知已于 {at} 收款 {} 元，金额、商户与付款人均与订单一致（{by}）。",
            order.terms.total
        ),
        Lang::En => format!(
            "WeChat Pay says {} yuan were received at {at}; amount, merchant and payer agree with the order ({by}).",
            order.terms.total
        ),
    }
}

fn why_unpaid(order: &Order, lang: Lang) -> String {
    let text = match order.live_payment().map(|payment| &payment.state) {
        None => lang.pick("还没有人发起支付。", "Nobody has tried to pay yet."),
        Some(PaymentState::Preparing) => lang.pick(
            "已记录，正在向微信支付下单，结果未知时会用同一单号重试。",
            "Recorded and being placed with WeChat Pay; a lost answer is retried under the same number.",
        ),
        Some(PaymentState::Payable { .. } | PaymentState::Paying) => lang.pick(
            "微信支付已受理，等待付款；我们会持续查询。",
            "WeChat Pay accepted it and waits for the payer; we keep asking.",
        ),
        Some(PaymentState::Paid(_) | PaymentState::Closed { .. } | PaymentState::Revoked { .. }) => "",
    };
    text.into()
}

/// Why the latest payment was not taken, and what to do about it.
fn refused_prepay(events: &[Event], lang: Lang) -> Option<String> {
    let told_of = |event: &&Event| {
        matches!(
            event.kind,
            EventKind::PaymentCreated { .. }
                | EventKind::PrepayAccepted { .. }
                | EventKind::PrepayRefused { .. }
        )
    };
    let EventKind::PrepayRefused { refusal, .. } = &events.iter().rev().find(told_of)?.kind else {
        return None;
    };
    let code = ErrorCode::from(refusal.code.as_str());
    let known = explain_message(&code, &refusal.message);
    let told = known.unwrap_or_else(|| Call::JsapiPrepay.explain(&code));
    Some(match (lang, code) {
        (Lang::Zh, ErrorCode::Unknown(code)) => format!("下单被拒绝（{code}）：{}", refusal.message),
        (Lang::En, ErrorCode::Unknown(code)) => {
            format!("The payment was refused ({code}): {}", refusal.message)
        }
        (Lang::Zh, code) => format!("微信支付拒绝了下单（{code}）：{}{}", told.cause.zh, told.fix.zh),
        (Lang::En, code) => {
            format!("WeChat Pay refused the payment ({code}): {} {}", told.cause.en, told.fix.en)
        }
    })
}

/// Why the latest refund did not happen, and what to do about it.
fn failed_refund(order: &Order, lang: Lang) -> Option<String> {
    let refund = order.refunds.last()?;
    let RefundState::Failed { code } = &refund.state else { return None };
    let code = ErrorCode::from(code.as_str());
    if matches!(code, ErrorCode::Unknown(_)) {
        return None;
    }
    let (told, no) = (Call::Refund.explain(&code), &refund.out_refund_no);
    Some(match lang {
        Lang::Zh => format!("退款 {no} 未成功（{code}）：{}{}", told.cause.zh, told.fix.zh),
        Lang::En => format!(" Refund {no} did not happen ({code}): {} {}", told.cause.en, told.fix.en),
    })
}

fn reason_zh(reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::Expired => "超过支付期限",
        CloseReason::Merchant => "商户要求关闭",
        CloseReason::Payer => "付款人取消",
        CloseReason::Superseded => "改用另一支付单",
    }
}

fn reason_en(reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::Expired => "Its time was over",
        CloseReason::Merchant => "The merchant wanted it closed",
        CloseReason::Payer => "The payer gave it up",
        CloseReason::Superseded => "Another payment takes its place",
    }
}

fn cause(cause: &Cause, lang: Lang) -> String {
    let (zh, en) = match cause {
        Cause::Notification { id } => (format!("支付通知 {id}"), format!("notification {id}")),
        Cause::Query => ("主动查单".into(), "query".into()),
        Cause::Answer => ("微信支付的应答".into(), "answer of WeChat Pay".into()),
        Cause::Bill { date } => (format!("{date} 的账单"), format!("bill of {date}")),
        Cause::Payer => ("付款人".into(), "payer".into()),
        Cause::Api { key } => (format!("商户接口（{key}）"), format!("merchant API ({key})")),
        Cause::Operator { name } => (format!("操作员 {name}"), format!("operator {name}")),
        Cause::Policy { rule } => (format!("规则：{rule}"), format!("rule: {rule}")),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// A title, and the facts as text that needs no language.
fn words(kind: &EventKind, lang: Lang) -> (&'static str, String) {
    match kind {
        EventKind::OrderCreated { total } => (lang.pick("订单已创建", "Order created"), format!("¥{total}")),
        EventKind::PaymentCreated { out_trade_no, .. } => {
            (lang.pick("支付单已记录，准备下单", "Payment recorded, to be placed"), out_trade_no.to_string())
        }
        EventKind::PrepayAccepted { out_trade_no } => {
            (lang.pick("微信支付已受理下单", "Prepay accepted"), out_trade_no.to_string())
        }
        EventKind::PrepayRefused { refusal, .. } => (
            lang.pick("微信支付拒绝下单", "Prepay refused"),
            format!("{}: {}", refusal.code, refusal.message),
        ),
        EventKind::PrepayUnknown { out_trade_no } => (
            lang.pick("下单结果未知，将用同一单号重试", "Prepay answer lost, retried under the same number"),
            out_trade_no.to_string(),
        ),
        EventKind::CashierOpened { .. } => {
            (lang.pick("已签名，收银台打开", "Signed, cashier opened"), String::new())
        }
        EventKind::ClientReported { result, detail } => (
            lang.pick(
                "前端报告（仅供参考，以微信支付为准）",
                "Front end reported (only WeChat Pay's word counts)",
            ),
            if detail.is_empty() { result.clone() } else { detail.clone() },
        ),
        EventKind::PayerTyping { .. } => {
            (lang.pick("付款人正在输入密码", "Payer is typing the password"), String::new())
        }
        EventKind::NotificationVerified { id } => {
            (lang.pick("收到支付通知，验签通过", "Notification received and verified"), id.clone())
        }
        EventKind::Paid { transaction_id, total, .. } => {
            (lang.pick("已支付", "Paid"), format!("¥{total} · {transaction_id}"))
        }
        EventKind::SurplusPaid { transaction_id, total, .. } => {
            (lang.pick("收到多余的付款", "Surplus money received"), format!("¥{total} · {transaction_id}"))
        }
        EventKind::SurplusHeld { .. } => {
            (lang.pick("多余的付款等待人工处理", "Surplus money waits for a person"), String::new())
        }
        EventKind::CloseAsked { reason } => {
            (lang.pick("开始关单", "Closing began"), lang.pick(reason_zh(*reason), reason_en(*reason)).into())
        }
        EventKind::PaymentClosed { out_trade_no } => {
            (lang.pick("微信支付确认已关单", "WeChat Pay confirmed the close"), out_trade_no.to_string())
        }
        EventKind::OrderClosed { reason } => (
            lang.pick("订单已关闭", "Order closed"),
            lang.pick(reason_zh(*reason), reason_en(*reason)).into(),
        ),
        EventKind::Quarantined { mismatch } => (
            lang.pick("与微信支付的信息不一致，需人工核对", "WeChat Pay contradicts the order"),
            mismatch.to_string(),
        ),
        EventKind::RefundCreated { out_refund_no, amount } => {
            (lang.pick("退款已记录", "Refund recorded"), format!("¥{amount} · {out_refund_no}"))
        }
        EventKind::RefundAccepted { refund_id, .. } => {
            (lang.pick("微信支付已受理退款", "Refund accepted"), refund_id.to_string())
        }
        EventKind::RefundWaiting { out_refund_no } => (
            lang.pick("商户余额不足，稍后自动重试", "Merchant balance is short, retried later"),
            out_refund_no.to_string(),
        ),
        EventKind::RefundUnknown { out_refund_no } => (
            lang.pick("退款结果未知，将查询后用同一单号重试", "Refund answer lost, asked about and retried"),
            out_refund_no.to_string(),
        ),
        EventKind::RefundDone { amount, out_refund_no } => {
            (lang.pick("退款已到账", "Refund arrived"), format!("¥{amount} · {out_refund_no}"))
        }
        EventKind::RefundAbnormal { out_refund_no } => (
            lang.pick("退款异常，需人工处理", "Refund is stuck, a person must act"),
            out_refund_no.to_string(),
        ),
        EventKind::RefundFailed { out_refund_no, code } => {
            (lang.pick("退款未成功", "Refund did not happen"), format!("{code} · {out_refund_no}"))
        }
    }
}
