//! A refusal of the platform is told with its cause and its fix, in the language asked for.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tongbao::lang::Lang;
use tongbao::story;
use tongbao_store::events;
use tongbao_wire::OrderNo;

use crate::world::{API_KEY, Plan, World, request};

/// Orders for somebody the platform does not know under this appid.
async fn refused(world: &World, language: &str) -> Value {
    let body = json!({ "order_no": "E1", "description": "龙井", "total_fen": 990,
        "openid": "o_nobody_the_platform_knows_0" });
    let headers = [("accept-language", language)];
    let asked = world.try_call(request(Method::POST, "/v1/orders", API_KEY, &headers, &body)).await;
    let (status, problem) = asked.expect("the server runs");
    assert_eq!((status, &problem["code"]), (StatusCode::BAD_GATEWAY, &json!("platform_refused")));
    problem
}

#[tokio::test(start_paused = true)]
async fn the_fix_of_a_platform_refusal_is_the_tables_in_the_language_asked_for() {
    let world = World::new(Plan::default());
    let fix = |problem: &Value| problem["fix"].as_str().expect("a fix").to_owned();
    let zh = fix(&refused(&world, "zh-CN").await);
    assert!(zh.contains("用下单的 appid") && zh.contains("wx.login"), "{zh}");
    let en = fix(&refused(&world, "en-US").await);
    assert!(en.contains("appid") && en.contains("wx.login"), "{en}");
}

#[tokio::test(start_paused = true)]
async fn the_story_of_an_order_says_why_its_payment_was_refused() {
    let world = World::new(Plan::default());
    refused(&world, "zh").await;
    let order_no = OrderNo::parse("E1").expect("an order number");
    let recorded = world.store.read(|reader| events::of_order(reader, &world.mchid(), &order_no));
    let events: Vec<_> =
        recorded.expect("the store reads").into_iter().map(|recorded| recorded.event).collect();
    let order = world.stored("E1");
    let zh = story::why(&order, &events, Lang::Zh);
    assert!(zh.starts_with("微信支付拒绝了下单（") && zh.contains("wx.login"), "{zh}");
    let en = story::why(&order, &events, Lang::En);
    assert!(en.starts_with("WeChat Pay refused the payment (") && en.contains("wx.login"), "{en}");
}
