//! What people do: two payers, a merchant, a few orders. Each order's story has its own stream of chance.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tongbao_domain::{OrderState, RefundState};

use crate::auditor::find;
use crate::cashier::{Mood, count_what_was_dangerous, visit};
use crate::clients::{Ask, login, once, persist};
use crate::dice::Dice;
use crate::line::HASTY;
use crate::stage::Stage;

const PAYERS: [&str; 2] = ["payer-1", "payer-2"];

/// One order, from its creation on. Ends when nobody means to do anything more about it.
pub(crate) async fn story(stage: Arc<Stage>, index: u64) {
    let dice = Arc::new(Dice::fork(stage.seed, 1000 + index));
    stage.pause(dice.seconds(0..=200)).await;
    let payer = *dice.pick(&PAYERS);
    if dice.one_in(8) {
        return hasty(&stage, &dice, index, payer).await;
    }
    let Some(order_no) = create(&stage, &dice, index, payer).await else { return };
    let start = |name, what: fn(Told) -> Telling| {
        let dice = Arc::new(Dice::new(dice.next()));
        let told = Told { stage: stage.clone(), dice, order_no: order_no.clone(), payer, index };
        stage.people.spawn(name, what(told));
    };
    start("device", |told| Box::pin(device(told)));
    if dice.one_in(3) {
        start("second device", |told| Box::pin(device(told)));
    }
    if dice.one_in(6) {
        start("stranger", |mut told| {
            told.payer = PAYERS[usize::from(told.payer == PAYERS[0])];
            Box::pin(device(told))
        });
    }
    if dice.one_in(3) {
        start("closer", |told| Box::pin(closer(told)));
    }
    if dice.one_in(2) {
        start("reader", |told| Box::pin(reader(told)));
    }
    if dice.one_in(2) {
        start("refunder", |told| Box::pin(refunder(told)));
    }
    if dice.one_in(3) {
        start("pays by number", |told| Box::pin(pays_by_number(told)));
    }
}

type Telling = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// What everybody around an order knows.
struct Told {
    stage: Arc<Stage>,
    dice: Arc<Dice>,
    order_no: String,
    payer: &'static str,
    index: u64,
}

/// Creates the order over either API, as a client that repeats itself. Gives its number.
async fn create(stage: &Arc<Stage>, dice: &Arc<Dice>, index: u64, payer: &str) -> Option<String> {
    let intent = format!("intent {index}");
    let ask = if dice.one_in(3) {
        let token = login(stage, dice, payer).await?;
        let cart =
            json!({ "items": [{ "goods_id": dice.pick(&["tea", "cup"]), "quantity": dice.between(1..=3) }] });
        Ask::payer(&token, Method::POST, "/client/v1/orders", cart).keyed(format!("cart-{index:016}"))
    } else {
        let mut body = json!({
            "description": intent, "total_fen": dice.between(1..=5_000),
            "expires_in_seconds": dice.pick(&[60, 90, 180, 300, 900, 3_600, 9_000]),
        });
        if dice.one_in(2) {
            body["openid"] = json!(stage.world().openid(payer).as_str());
        }
        let by_key = dice.one_in(3);
        if !by_key || dice.one_in(2) {
            body["order_no"] = json!(format!("ORDER{index}"));
        }
        let ask = Ask::merchant(Method::POST, "/v1/orders", body);
        if by_key { ask.keyed(format!("order-{index}")) } else { ask }
    };
    let ask = ask.meaning(intent);
    if dice.one_in(5) {
        // Two requests at the same moment.
        tokio::join!(once(stage, &ask), once(stage, &ask));
    }
    let (status, body) = persist(stage, dice, &ask).await?;
    if dice.one_in(4) {
        once(stage, &ask).await;
    }
    if !status.is_success() {
        return None;
    }
    let order = body.get("order").unwrap_or(&body);
    order["order_no"].as_str().map(str::to_owned)
}

/// An order whose prepay straggles: the merchant closes it before the platform has heard of it, and somebody
/// pays what then comes to be there. The surplus must go back.
async fn hasty(stage: &Arc<Stage>, dice: &Dice, index: u64, payer: &'static str) {
    let order_no = format!("HASTY{index}");
    let body = json!({
        "order_no": order_no, "description": format!("{HASTY} {index}"), "total_fen": dice.between(1..=5_000),
        "openid": stage.world().openid(payer).as_str(), "expires_in_seconds": 600,
    });
    once(stage, &Ask::merchant(Method::POST, "/v1/orders", body)).await;
    persist(stage, dice, &Ask::merchant(Method::POST, format!("/v1/orders/{order_no}/close"), Value::Null))
        .await;
    for _ in 0..12 {
        stage.pause(dice.seconds(1..=15)).await;
        pay_by_number(stage, &order_no, payer).await;
    }
}

/// A phone: taps "pay", goes to the cashier, tells what it said. Perhaps again.
async fn device(told: Told) {
    let Told { stage, dice, order_no, payer, .. } = &told;
    stage.pause(dice.seconds(0..=60)).await;
    let Some(token) = login(stage, dice, payer).await else { return };
    for _ in 0..dice.between(1..=3) {
        let ask = Ask::payer(&token, Method::POST, format!("/client/v1/orders/{order_no}/pay"), Value::Null);
        if dice.one_in(3) {
            tokio::join!(once(stage, &ask), once(stage, &ask));
        }
        let answer = persist(stage, dice, &ask).await;
        if !matches!(answer, Some((StatusCode::OK, _))) && dice.one_in(2) {
            return;
        }
        think(stage, dice, order_no).await;
        let invokes = stage.invokes(order_no);
        let Some(newest) = invokes.last() else { continue };
        let older = invokes.iter().rev().find(|older| older["package"] != newest["package"]);
        let invoke = older.filter(|_| dice.one_in(2)).unwrap_or(newest);
        let mood = match dice.below(10) {
            0 | 1 => Mood::Cancels,
            2 => Mood::MistypesOnce,
            _ => Mood::Pays,
        };
        let said = visit(stage, order_no, invoke, payer, mood).await;
        if dice.one_in(6) {
            continue;
        }
        let said = if dice.one_in(8) { *dice.pick(&["ok", "cancel", "fail", "unknown"]) } else { said };
        let body = json!({ "result": said, "detail": format!("requestPayment:{said}") });
        let path = format!("/client/v1/orders/{order_no}/confirm");
        let ask = Ask::payer(&token, Method::POST, path, body);
        for _ in 0..dice.between(1..=3) {
            once(stage, &ask).await;
            stage.pause(Duration::from_secs(1)).await;
        }
    }
}

/// Mostly seconds; sometimes until the very end of the order's time.
async fn think(stage: &Arc<Stage>, dice: &Dice, order_no: &str) {
    let left = find(stage, order_no).map(|order| order.expires_at.since(stage.world().clock.now()));
    let time = match dice.below(8) {
        0 | 1 => left.unwrap_or_default().saturating_sub(dice.millis(0..=4_000)),
        2 => dice.seconds(0..=600),
        _ => dice.seconds(1..=30),
    };
    stage.pause(time).await;
}

/// The payer or the merchant gives the order up.
async fn closer(told: Told) {
    let Told { stage, dice, order_no, payer, .. } = &told;
    stage.pause(dice.seconds(0..=180)).await;
    let ask = if dice.one_in(2) {
        let Some(token) = login(stage, dice, payer).await else { return };
        Ask::payer(&token, Method::POST, format!("/client/v1/orders/{order_no}/cancel"), Value::Null)
    } else {
        Ask::merchant(Method::POST, format!("/v1/orders/{order_no}/close"), Value::Null)
    };
    persist(stage, dice, &ask).await;
}

async fn reader(told: Told) {
    let Told { stage, dice, order_no, .. } = &told;
    for _ in 0..dice.between(1..=6) {
        stage.pause(dice.seconds(1..=120)).await;
        once(stage, &Ask::merchant(Method::GET, format!("/v1/orders/{order_no}"), Value::Null)).await;
        once(stage, &Ask::merchant(Method::GET, "/v1/orders?limit=50", Value::Null)).await;
    }
}

/// Gives money back: parts, all of it, the same number again, several at the same moment.
async fn refunder(told: Told) {
    let Told { stage, dice, order_no, index, .. } = &told;
    for _ in 0..20 {
        stage.pause(dice.seconds(5..=90)).await;
        match find(stage, order_no).map(|order| order.state) {
            Some(OrderState::Paid { .. }) => break,
            Some(OrderState::Closed { .. }) => return,
            Some(OrderState::Open | OrderState::Closing { .. }) | None => {}
        }
    }
    let total = find(stage, order_no).map_or(1, |order| order.terms.total.get());
    for part in 0..dice.between(1..=3) {
        let one = refund_ask(dice, order_no, &format!("{index}-{part}"), total);
        if dice.one_in(3) {
            let other = refund_ask(dice, order_no, &format!("{index}-{part}b"), total);
            let answers = tokio::join!(once(stage, &one), once(stage, &other), once(stage, &one));
            heard(stage, order_no, &other, answers.1);
        }
        let answer = persist(stage, dice, &one).await;
        heard(stage, order_no, &one, answer);
        if dice.one_in(4) {
            let mut altered = one.clone();
            altered.body_mut()["amount_fen"] = json!(total + 1);
            if let Some((status, _)) = once(stage, &altered).await {
                stage.auditor.answered_other_request(stage, order_no, status);
            }
        }
        stage.pause(dice.seconds(0..=120)).await;
    }
}

fn refund_ask(dice: &Dice, order_no: &str, name: &str, total: i64) -> Ask {
    let total = u64::try_from(total).expect("above zero");
    let intent = format!("intent R{name}");
    let mut body = json!({ "reason": intent });
    if !dice.one_in(4) {
        body["amount_fen"] = json!(dice.between(1..=total));
    }
    let numbered = !dice.one_in(4);
    if numbered {
        body["out_refund_no"] = json!(format!("R{name}"));
    }
    let ask = Ask::merchant(Method::POST, format!("/v1/orders/{order_no}/refunds"), body).meaning(intent);
    if numbered && dice.one_in(2) { ask } else { ask.keyed(format!("refund-{name}")) }
}

fn heard(stage: &Arc<Stage>, order_no: &str, ask: &Ask, answer: Option<(StatusCode, Value)>) {
    if let (Some((StatusCode::ACCEPTED, body)), Some(intent)) = (answer, &ask.intent) {
        stage.auditor.answered_refund(stage, order_no, intent, &body);
    }
}

/// Pays at the platform as soon as it knows the number, whoever was handed what.
async fn pays_by_number(told: Told) {
    let Told { stage, dice, order_no, payer, .. } = &told;
    for _ in 0..dice.between(1..=8) {
        stage.pause(dice.millis(100..=20_000)).await;
        pay_by_number(stage, order_no, payer).await;
    }
}

/// Pays every payment of the order that the platform takes money for. Money that comes for a payment which
/// is closed here is learned of by its notification alone (and, one day, by the bill), so it is paid only
/// where one arrives.
async fn pay_by_number(stage: &Arc<Stage>, order_no: &str, payer: &str) {
    let Some(order) = find(stage, order_no) else { return };
    let mail_arrives = stage.weather.profile.mail_arrives();
    for payment in order.payments.iter().filter(|payment| payment.is_live() || mail_arrives) {
        let paid = stage.world().sim.pay(&payment.out_trade_no, Some(payer)).await;
        if paid.is_ok() {
            stage.trace.note(format_args!("{payer} pays {} by its number", payment.out_trade_no));
            count_what_was_dangerous(stage, order_no);
        }
    }
}

/// At the end a person decides what is stuck at the platform.
pub(crate) fn mend_what_is_stuck(stage: &Stage) {
    let world = stage.world();
    for order in crate::auditor::all(stage) {
        for refund in &order.refunds {
            if matches!(refund.state, RefundState::Abnormal { .. }) {
                world.sim.force_refund(
                    &order.mchid,
                    &refund.out_refund_no,
                    tongbao_wire::RefundStatus::Success,
                );
            }
        }
    }
}
