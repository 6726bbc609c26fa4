//! The words both tests speak: one merchant, one order, and what a platform may say of it.

use std::time::Duration;

use tongbao_domain::{
    Cause, Input, Order, OrderTerms, PaymentObservation, Policy, RefundObservation, Refusal, Scene,
    SeenPayment, Step, create, step,
};
use tongbao_wire::{
    Fen, Openid, OutRefundNo, OutTradeNo, PrepayId, RefundId, RefundStatus, Timestamp, TradeState,
    TransactionId,
};

/// What the order costs.
pub(crate) const TOTAL: Fen = Fen::new(990);

/// How long it can be paid.
pub(crate) const LIFE: Duration = Duration::from_secs(30 * 60);

/// When it was recorded; with a fraction of a second, which must not be lost anywhere.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_700_000_000_789);

pub(crate) fn payment_no(n: usize) -> OutTradeNo {
    OutTradeNo::parse(&format!("payment-{n}")).unwrap()
}

pub(crate) fn refund_no(n: usize) -> OutRefundNo {
    OutRefundNo::parse(&format!("refund-{n}")).unwrap()
}

pub(crate) fn payer(name: &str) -> Openid {
    Openid::parse(&format!("openid-of-{name}")).unwrap()
}

pub(crate) fn transaction_of(out_trade_no: &OutTradeNo) -> TransactionId {
    TransactionId::parse(&format!("42000000{}", digits(out_trade_no.as_str()))).unwrap()
}

pub(crate) fn refund_id_of(out_refund_no: &OutRefundNo) -> RefundId {
    RefundId::parse(&format!("50000000{}", digits(out_refund_no.as_str()))).unwrap()
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

pub(crate) fn new_order(total: Fen) -> Step {
    let terms = OrderTerms {
        appid: tongbao_wire::Appid::parse("wx8888888888888888").unwrap(),
        description: "一壶茶".into(),
        total,
        attach: None,
        lines: Vec::new(),
    };
    let mchid = tongbao_wire::Mchid::parse("1900000001").unwrap();
    let order_no = tongbao_wire::OrderNo::parse("order-1").unwrap();
    create((mchid, order_no), terms, None, (START, START.plus(LIFE)), Cause::Payer).unwrap()
}

pub(crate) fn pay(n: usize, scene: Scene, by: &str) -> Input {
    let notify_url = "https://pay.example.com/notify/main/v3".into();
    Input::Pay { scene, openid: payer(by), out_trade_no: payment_no(n), notify_url }
}

pub(crate) fn prepay_id(n: usize) -> PrepayId {
    PrepayId::parse(&format!("wx20141027200939{n:04}")).unwrap()
}

/// The platform's word about a payment, as true as can be.
pub(crate) fn seen(order: &Order, out_trade_no: &OutTradeNo, trade_state: TradeState, cause: Cause) -> Input {
    let paid = matches!(trade_state, TradeState::Success | TradeState::Refund);
    Input::Observed(PaymentObservation {
        cause,
        out_trade_no: out_trade_no.clone(),
        seen: Some(SeenPayment {
            mchid: order.mchid.clone(),
            appid: order.terms.appid.clone(),
            trade_state,
            transaction_id: paid.then(|| transaction_of(out_trade_no)),
            success_time: paid.then(|| START.plus(Duration::from_secs(5))),
            total: Some(order.terms.total),
            payer_total: paid.then_some(order.terms.total),
            currency: Some("CNY".into()),
            openid: order.payment(out_trade_no).filter(|_| paid).map(|payment| payment.openid.clone()),
        }),
    })
}

/// The platform does not know the number.
pub(crate) fn absent(out_trade_no: &OutTradeNo) -> Input {
    Input::Observed(PaymentObservation {
        cause: Cause::Query,
        out_trade_no: out_trade_no.clone(),
        seen: None,
    })
}

/// The platform's word about a refund, as true as can be.
pub(crate) fn refund_seen(
    order: &Order,
    (out_refund_no, out_trade_no): (&OutRefundNo, &OutTradeNo),
    amount: Fen,
    status: RefundStatus,
    cause: Cause,
) -> RefundObservation {
    let done = status == RefundStatus::Success;
    RefundObservation {
        cause,
        out_refund_no: out_refund_no.clone(),
        out_trade_no: out_trade_no.clone(),
        transaction_id: transaction_of(out_trade_no),
        refund_id: refund_id_of(out_refund_no),
        status,
        success_time: done.then(|| START.plus(Duration::from_secs(60))),
        refund: amount,
        total: order.terms.total,
    }
}

/// Takes the step, or leaves the order as it is.
pub(crate) fn apply(
    order: &mut Order,
    input: Input,
    policy: &Policy,
    now: Timestamp,
) -> Result<Option<Step>, Refusal> {
    let made = step(order, input, policy, now)?;
    if let Some(made) = &made {
        *order = made.order.clone();
    }
    Ok(made)
}
