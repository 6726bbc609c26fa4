//! One fixed story without other faults, in which the server dies once, at every point where it can.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use crate::cashier::{Mood, visit};
use crate::clients::{Ask, login, persist};
use crate::dice::Dice;
use crate::run::{Script, run};
use crate::stage::Stage;

/// A point that no run reaches: the story as it is when nobody dies.
const NOWHERE: u64 = u64::MAX;

/// Begins the story.
pub(crate) fn begin(stage: &Arc<Stage>) {
    let stories: [fn(Arc<Stage>) -> Telling; 3] = [
        |stage| Box::pin(paid_and_refunded(stage)),
        |stage| Box::pin(paid_while_closing(stage)),
        |stage| Box::pin(expires(stage)),
    ];
    for story in stories {
        stage.people.spawn("story", story(stage.clone()));
    }
}

type Telling = std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// The merchant places an order, the payer pays it, a part goes back and then the rest.
async fn paid_and_refunded(stage: Arc<Stage>) {
    let (stage, dice) = (&stage, &Dice::new(1));
    let openid = stage.world().openid("payer-1");
    let body = json!({ "order_no": "A", "description": "intent A", "total_fen": 990, "openid": openid });
    let create = Ask::merchant(Method::POST, "/v1/orders", body).keyed("order-a").meaning("intent A");
    persist(stage, dice, &create).await;
    if let Some(invoke) = stage.invokes("A").last() {
        visit(stage, "A", invoke, "payer-1", Mood::Pays).await;
    }
    stage.pause(Duration::from_secs(20)).await;
    for (key, body) in [
        ("part", json!({ "amount_fen": 400, "reason": "intent part" })),
        ("rest", json!({ "reason": "intent rest", "out_refund_no": "REST" })),
    ] {
        let refund = Ask::merchant(Method::POST, "/v1/orders/A/refunds", body).keyed(key);
        let refund = refund.meaning(format!("intent {key}"));
        if let Some((_, answer)) = persist(stage, dice, &refund).await {
            stage.auditor.answered_refund(stage, "A", &format!("intent {key}"), &answer);
        }
        stage.pause(Duration::from_secs(10)).await;
    }
}

/// A cart is ordered and tapped twice; while the payer types the password the order is cancelled.
async fn paid_while_closing(stage: Arc<Stage>) {
    let (stage, dice) = (&stage, &Dice::new(2));
    let Some(token) = login(stage, dice, "payer-2").await else { return };
    let cart = json!({ "items": [{ "goods_id": "cup", "quantity": 1 }] });
    let create = Ask::payer(&token, Method::POST, "/client/v1/orders", cart).keyed("cart-0123456789abcdef");
    let Some((_, order)) = persist(stage, dice, &create).await else { return };
    let order_no = order["order_no"].as_str().expect("a number").to_owned();
    let on = |what: &str, body| {
        Ask::payer(&token, Method::POST, format!("/client/v1/orders/{order_no}/{what}"), body)
    };
    let pay = on("pay", Value::Null);
    tokio::join!(persist(stage, dice, &pay), persist(stage, dice, &pay));
    let invoke = stage.invokes(&order_no).last().cloned().unwrap_or_default();
    let cancel = on("cancel", Value::Null);
    let paying = async {
        tokio::time::sleep(Duration::from_millis(400)).await;
        visit(stage, &order_no, &invoke, "payer-2", Mood::Pays).await
    };
    let (_, said) = tokio::join!(persist(stage, dice, &cancel), paying);
    persist(stage, dice, &on("confirm", json!({ "result": said, "detail": "" }))).await;
}

/// Nobody pays, and the order's time is over.
async fn expires(stage: Arc<Stage>) {
    let (stage, dice) = (&stage, &Dice::new(3));
    let body =
        json!({ "order_no": "C", "description": "intent C", "total_fen": 1, "expires_in_seconds": 60 });
    persist(stage, dice, &Ask::merchant(Method::POST, "/v1/orders", body).meaning("intent C")).await;
    let body = json!({ "openid": stage.world().openid("payer-1").as_str() });
    persist(stage, dice, &Ask::merchant(Method::POST, "/v1/orders/C/pay", body)).await;
    stage.pause(Duration::from_secs(70)).await;
}

#[test]
fn a_crash_at_any_point_of_a_story_loses_nothing() {
    let whole = run(&Script { sweep: Some(NOWHERE), ..Script::default() }).must_be_clean();
    assert!(whole.points > 60, "only {} points", whole.points);
    for point in 0..whole.points {
        let ended = run(&Script { sweep: Some(point), ..Script::default() });
        assert!(ended.violation.is_none(), "dying at point {point}: {}", ended.report());
    }
    println!("{} points, each survived", whole.points);
}
