//! One merchant, its orders, and what happens to them.

use std::time::Duration;

use tongbao_domain::{
    Cashier, Cause, Input, Order, OrderTerms, PaymentObservation, Policy, Scene, SeenPayment, Step, create,
    step,
};
use tongbao_store::{Reader, Store, StoreError, orders};
use tongbao_wire::{
    Appid, Fen, Mchid, Openid, OrderNo, OutRefundNo, OutTradeNo, PrepayId, Timestamp, TradeState,
    TransactionId,
};

/// When everything begins; with a fraction of a second, which must not be lost.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_790_000_000_789);

pub(crate) fn mchid() -> Mchid {
    Mchid::parse("1900000109").unwrap()
}

pub(crate) fn appid() -> Appid {
    Appid::parse("wxd678efh567hg6787").unwrap()
}

pub(crate) fn order_no(n: usize) -> OrderNo {
    OrderNo::parse(&format!("order-{n:03}")).unwrap()
}

pub(crate) fn payment_no(n: usize) -> OutTradeNo {
    OutTradeNo::parse(&format!("payment-{n}")).unwrap()
}

pub(crate) fn refund_no(n: usize) -> OutRefundNo {
    OutRefundNo::parse(&format!("refund-{n}")).unwrap()
}

pub(crate) fn payer(n: usize) -> Openid {
    Openid::parse(&format!("oUpF8uMuAJO_M2pxb1Q9zNj{n:05}")).unwrap()
}

pub(crate) fn after(seconds: u64) -> Timestamp {
    START.plus(Duration::from_secs(seconds))
}

/// A new order, recorded `n` seconds after the start.
pub(crate) fn new_order(n: usize) -> Step {
    let at = after(u64::try_from(n).unwrap());
    let terms = OrderTerms {
        appid: appid(),
        description: "一壶茶".into(),
        total: Fen::new(990),
        attach: None,
        lines: Vec::new(),
    };
    let until = at.plus(Duration::from_secs(1800));
    create((mchid(), order_no(n)), terms, None, (at, until), Cause::Payer).unwrap()
}

/// The payer taps "pay".
pub(crate) fn pay(order: &Order, payment: usize, by: usize) -> Step {
    let ask = Input::Pay {
        scene: Scene::MiniProgram,
        openid: payer(by),
        out_trade_no: payment_no(payment),
        notify_url: "https://pay.example.com/notify/main/payment".into(),
    };
    take(order, ask)
}

pub(crate) fn accepted(order: &Order, payment: usize) -> Step {
    let prepay_id = PrepayId::parse(&format!("wx26115358540516{payment:06}")).unwrap();
    let out_trade_no = payment_no(payment);
    take(order, Input::PrepayAccepted { out_trade_no, prepay_id, cashier: Cashier::Opens })
}

/// The platform notifies: paid.
pub(crate) fn paid(order: &Order, payment: usize) -> Step {
    take(order, seen_paid(order, payment))
}

pub(crate) fn seen_paid(order: &Order, payment: usize) -> Input {
    let seen = SeenPayment {
        mchid: mchid(),
        appid: appid(),
        trade_state: TradeState::Success,
        transaction_id: Some(TransactionId::parse(&format!("4200{payment:010}")).unwrap()),
        success_time: Some(START),
        total: Some(order.terms.total),
        payer_total: Some(order.terms.total),
        currency: Some("CNY".into()),
        openid: order.openid.clone(),
    };
    let cause = Cause::Notification { id: format!("EV-{payment}") };
    Input::Observed(PaymentObservation { cause, out_trade_no: payment_no(payment), seen: Some(seen) })
}

pub(crate) fn refund(order: &Order, payment: usize, refund: usize) -> Step {
    let input = Input::Refund {
        out_refund_no: refund_no(refund),
        out_trade_no: payment_no(payment),
        amount: Fen::new(10),
        reason: "凉了".into(),
        cause: Cause::Operator { name: "till".into() },
    };
    take(order, input)
}

pub(crate) fn take(order: &Order, input: Input) -> Step {
    let at = order.created_at.plus(Duration::from_millis(1500));
    step(order, input, &Policy::default(), at).expect("allowed").expect("something new")
}

/// Records a new order.
pub(crate) async fn record(store: &Store, n: usize) -> Order {
    let step = new_order(n);
    orders::commit_step(store, None, &step, Vec::new()).await.unwrap();
    step.order
}

/// Writes a step down.
pub(crate) async fn commit(store: &Store, before: &Order, step: Step) -> Order {
    orders::commit_step(store, Some(before), &step, Vec::new()).await.unwrap();
    step.order
}

pub(crate) fn read<T>(store: &Store, f: impl FnOnce(&Reader) -> Result<T, StoreError>) -> T {
    store.read(f).unwrap()
}

pub(crate) fn find(store: &Store, n: usize) -> Option<Order> {
    read(store, |reader| orders::find(reader, &mchid(), &order_no(n)))
}
