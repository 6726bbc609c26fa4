//! A payer taps "pay".

use tongbao_domain::{Asked, Cashier, CloseReason, Input, Order, PlatformRefusal, Refusal, Scene, Sent};
use tongbao_sdk::{CallError, CallErrorKind, ErrorCode, JsapiPrepay, OrderTerms, RequestPayment, Retry};
use tongbao_wire::{Openid, OrderNo, OutTradeNo, PrepayId};

use super::{close::close_at_platform, query::query};
use crate::account::Account;
use crate::app::App;
use crate::failure::Failure;
use crate::numbers;
use crate::transition::{find, move_order};

/// What the front end gets.
pub struct Invoked {
    /// The order as it is now.
    pub order: Order,
    /// What the cashier is opened with; nothing when the order is paid already.
    pub invoke: Option<RequestPayment>,
}

/// How often "what does the payer get" is asked again after something moved.
const ROUNDS_MAX: usize = 6;

/// Gives the payer a cashier to open: the live payment's, freshly signed, or a new payment's.
///
/// Tapping twice, or on two devices, gives the same payment (rule 2 of money).
///
/// # Errors
/// [`Failure::Refused`] by the rules, [`Failure::Platform`] when WeChat Pay refuses or its answer was lost;
/// asking again is safe and sends the same number with the same bytes.
pub async fn pay(
    app: &App,
    account: &Account,
    order_no: &OrderNo,
    scene: Scene,
    openid: &Openid,
) -> Result<Invoked, Failure> {
    if !app.rules.payment_enabled {
        return Err(Failure::PaymentDisabled);
    }
    for _ in 0..ROUNDS_MAX {
        let order = find(app, account, order_no)?;
        match order.ask(scene, openid, app.clock.now()) {
            Ok(Asked::AlreadyPaid) => return Ok(Invoked { order, invoke: None }),
            Ok(Asked::Invoke { out_trade_no, prepay_id }) => {
                let input = Input::CashierOpened { out_trade_no };
                match move_order(app, account, order_no, &[], |_| Ok(Some(input.clone()))).await {
                    Ok(moved) => return invoked(account, moved.order, &prepay_id),
                    // It moved in between: what the payer gets is asked again.
                    Err(Failure::Refused(Refusal::AlreadyPaid | Refusal::NotOpen)) => {}
                    Err(failure) => return Err(failure),
                }
            }
            Ok(Asked::Create) => {
                let out_trade_no = record(app, account, order_no, scene, openid).await?;
                if let Some(out_trade_no) = out_trade_no {
                    return send(app, account, order_no, &out_trade_no, Sent::Once).await;
                }
            }
            Ok(Asked::Prepay { out_trade_no }) => {
                return send(app, account, order_no, &out_trade_no, Sent::Before).await;
            }
            Ok(Asked::CloseFirst { out_trade_no }) => {
                let close =
                    Input::Close { reason: CloseReason::Superseded, cause: tongbao_domain::Cause::Payer };
                move_order(app, account, order_no, &[], |_| Ok(Some(close.clone()))).await?;
                close_at_platform(app, account, &out_trade_no).await?;
            }
            Err(Refusal::NotOpen) if is_giving_way(&order) => {
                if let Some(live) = order.live_payment() {
                    close_at_platform(app, account, &live.out_trade_no).await?;
                }
            }
            Err(refusal) => return Err(refusal.into()),
        }
    }
    Err(Failure::Busy)
}

/// Sends the first payment of an order that was recorded together with it.
///
/// # Errors
/// As [`pay`].
pub async fn send_first(app: &App, account: &Account, order: &Order) -> Result<Invoked, Failure> {
    let Some(payment) = order.live_payment() else { return Err(Failure::Busy) };
    send(app, account, &order.order_no, &payment.out_trade_no, Sent::Once).await
}

/// Sends a recorded payment again because its answer was lost, for nobody in particular.
///
/// # Errors
/// As [`pay`].
pub async fn resend(
    app: &App,
    account: &Account,
    order: &Order,
    out_trade_no: &OutTradeNo,
) -> Result<(), Failure> {
    match prepay(app, account, order, out_trade_no).await {
        Ok(prepay_id) => {
            let input = Input::PrepayAccepted {
                out_trade_no: out_trade_no.clone(),
                prepay_id,
                cashier: Cashier::StaysShut,
            };
            move_order(app, account, &order.order_no, &[], |_| Ok(Some(input.clone()))).await?;
            Ok(())
        }
        Err(error) => {
            refused(app, account, &order.order_no, out_trade_no, Sent::Before, error).await.map(drop)
        }
    }
}

fn is_giving_way(order: &Order) -> bool {
    matches!(order.state, tongbao_domain::OrderState::Closing { reason: CloseReason::Superseded, .. })
}

/// Records a fresh payment; `None` when somebody else was faster and the question must be asked again.
async fn record(
    app: &App,
    account: &Account,
    order_no: &OrderNo,
    scene: Scene,
    openid: &Openid,
) -> Result<Option<OutTradeNo>, Failure> {
    let out_trade_no = numbers::out_trade_no(app.clock.now(), &app.chance);
    let input = Input::Pay {
        scene,
        openid: openid.clone(),
        out_trade_no: out_trade_no.clone(),
        notify_url: account.notify_url.clone(),
    };
    match move_order(app, account, order_no, &[], |_| Ok(Some(input.clone()))).await {
        Ok(_) => Ok(Some(out_trade_no)),
        Err(Failure::Refused(Refusal::AnotherIsLive { .. } | Refusal::AlreadyPaid)) => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Sends a recorded payment and writes down what came of it.
async fn send(
    app: &App,
    account: &Account,
    order_no: &OrderNo,
    out_trade_no: &OutTradeNo,
    sent: Sent,
) -> Result<Invoked, Failure> {
    let order = find(app, account, order_no)?;
    let prepay_id = match prepay(app, account, &order, out_trade_no).await {
        Ok(prepay_id) => prepay_id,
        Err(error) => return refused(app, account, order_no, out_trade_no, sent, error).await,
    };
    let input = Input::PrepayAccepted {
        out_trade_no: out_trade_no.clone(),
        prepay_id: prepay_id.clone(),
        cashier: Cashier::Opens,
    };
    match move_order(app, account, order_no, &[], |_| Ok(Some(input.clone()))).await {
        Ok(moved) => invoked(account, moved.order, &prepay_id),
        // Paid on another device while the answer was on its way: no cashier may open any more.
        Err(Failure::Refused(Refusal::AlreadyPaid)) => {
            Ok(Invoked { order: find(app, account, order_no)?, invoke: None })
        }
        Err(failure) => Err(failure),
    }
}

/// The request is made of what was recorded and of nothing else, so that repeating it repeats its bytes.
async fn prepay(
    app: &App,
    account: &Account,
    order: &Order,
    out_trade_no: &OutTradeNo,
) -> Result<PrepayId, CallError> {
    let payment = order.payment(out_trade_no).expect("a payment is recorded before it is sent");
    let terms = &order.terms;
    let mut bought = OrderTerms::new(out_trade_no.clone(), terms.description.clone(), terms.total);
    bought.attach = terms.attach.clone();
    let (appid, openid) = (terms.appid.clone(), payment.openid.clone());
    let mut request = JsapiPrepay::new(appid, bought, openid, payment.notify_url.clone());
    request.cashier.time_expire = Some(order.expires_at);
    let started = app.clock.now();
    let answer = account.client.jsapi_prepay(&request).await;
    app.metrics.call("prepay", &answer, app.clock.now().since(started));
    if answer.is_ok() {
        app.freshness.heard(out_trade_no, app.clock.now());
    }
    answer.map(|answer| answer.prepay_id)
}

/// Writes down a refusal, or that nobody knows.
async fn refused(
    app: &App,
    account: &Account,
    order_no: &OrderNo,
    out_trade_no: &OutTradeNo,
    sent: Sent,
    error: CallError,
) -> Result<Invoked, Failure> {
    tracing::warn!(out_trade_no = %out_trade_no, code = error.code(), request_id = error.request_id.as_deref(), "prepay failed: {error}");
    if error.outcome_unknown() {
        let input = Input::PrepayUnknown { out_trade_no: out_trade_no.clone() };
        move_order(app, account, order_no, &[], |_| Ok(Some(input.clone()))).await?;
        return Err(error.into());
    }
    let Some(refusal) = platform_refusal(&error) else { return Err(error.into()) };
    if sent == Sent::Before && says_the_order_moved(&error) {
        let order = query(app, account, out_trade_no).await?;
        return match order.settling_payment() {
            Some(_) => Ok(Invoked { order, invoke: None }),
            None => Err(error.into()),
        };
    }
    // What may succeed later has not refused the number for good.
    let sent = if error.retry() == Retry::Never { sent } else { Sent::Before };
    let input = Input::PrepayRefused { out_trade_no: out_trade_no.clone(), refusal, sent };
    move_order(app, account, order_no, &[], |_| Ok(Some(input.clone()))).await?;
    Err(error.into())
}

/// True for answers which tell that the number is paid, closed or taken: the platform must be asked.
fn says_the_order_moved(error: &CallError) -> bool {
    matches!(
        error.refusal(),
        Some(
            ErrorCode::OrderPaid
                | ErrorCode::OrderClosed
                | ErrorCode::OutTradeNoUsed
                | ErrorCode::InvalidRequest
                | ErrorCode::AlreadyExists
        )
    )
}

/// A refusal in the platform's words, bounded; `None` when the platform did not speak.
#[must_use]
pub fn platform_refusal(error: &CallError) -> Option<PlatformRefusal> {
    let (code, message) = match &error.kind {
        CallErrorKind::Refused { code, message, .. } => (code.as_str(), message.as_str()),
        CallErrorKind::Unsendable(unsendable) => return Some(refused_here(&unsendable.to_string())),
        CallErrorKind::NotSent(_)
        | CallErrorKind::Unknown(_)
        | CallErrorKind::UnverifiableAnswer(_)
        | CallErrorKind::Undecodable(_)
        | CallErrorKind::CannotDecrypt => return None,
    };
    let bounded = |text: &str, chars| text.chars().take(chars).collect();
    Some(PlatformRefusal { code: bounded(code, 64), message: bounded(message, 256) })
}

/// What our own protocol crate would not send, the platform would not take.
fn refused_here(message: &str) -> PlatformRefusal {
    PlatformRefusal { code: "UNSENDABLE".into(), message: message.chars().take(256).collect() }
}

fn invoked(account: &Account, order: Order, prepay_id: &PrepayId) -> Result<Invoked, Failure> {
    let invoke =
        account.client.invoke_mini_program(&account.appid, prepay_id).map_err(|_| Failure::Signing)?;
    Ok(Invoked { order, invoke: Some(invoke) })
}
