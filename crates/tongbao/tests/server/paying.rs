//! From the tap on "pay" to money in the books.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::network::Fate;
use crate::world::{Plan, World, request};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn an_order_is_paid_and_both_sides_agree() {
    for real_crypto in [true, false] {
        let world = World::new(Plan { real_crypto, ..Plan::default() });
        let placed = world.order("A1", "payer-1").await;
        assert_eq!(placed["order"]["state"], "unpaid");
        assert!(placed["invoke"]["package"].as_str().expect("text").starts_with("prepay_id="));
        world.pay("A1", "payer-1").await;
        world.wait(SECOND).await;
        let (status, order) = world.api(Method::GET, "/v1/orders/A1", Value::Null).await;
        assert_eq!((status, &order["state"]), (StatusCode::OK, &json!("paid")), "{order}");
        let books = world.sim.books();
        assert_eq!(books.merchants[&world.mchid()].paid.get(), 990);
    }
}

#[tokio::test(start_paused = true)]
async fn two_taps_at_once_make_one_payment() {
    let world = World::new(Plan::default());
    let token = world.login("payer-1").await;
    let cart = json!({ "items": [{ "goods_id": "tea", "quantity": 2 }] });
    let create = request(
        Method::POST,
        "/client/v1/orders",
        &token,
        &[("idempotency-key", "cart-0123456789abcdef")],
        &cart,
    );
    let (_, order) = world.try_call(create).await.expect("the server runs");
    let number = order["order_no"].as_str().expect("a number").to_owned();
    let path = format!("/client/v1/orders/{number}/pay");
    let tap = || world.client(&token, Method::POST, &path, Value::Null);
    let ((first, one), (second, other)) = tokio::join!(tap(), tap());
    assert_eq!((first, second), (StatusCode::OK, StatusCode::OK), "{one} {other}");
    assert_eq!(world.stored(&number).payments.len(), 1);
    assert_eq!(world.sim.orders().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_prepay_answer_is_repeated_under_the_same_number() {
    let world = World::new(Plan::default());
    world
        .wire
        .judge(|request| if request.method() == Method::POST { Fate::AnswerLost } else { Fate::Arrives });
    let body = json!({ "order_no": "B1", "description": "茶", "total_fen": 1, "openid": world.openid("payer-1").as_str() });
    let (status, problem) = world.api(Method::POST, "/v1/orders", body.clone()).await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::SERVICE_UNAVAILABLE, &json!("platform_unknown")),
        "{problem}"
    );
    let number = world.out_trade_no("B1");
    world.wire.judge(|_| Fate::Arrives);
    let (status, again) = world.api(Method::POST, "/v1/orders", body).await;
    assert_eq!(status, StatusCode::OK, "{again}");
    assert!(again["invoke"].is_object(), "{again}");
    assert_eq!(world.out_trade_no("B1"), number);
    assert_eq!(world.sim.orders().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_crash_between_record_and_send_is_healed_by_the_next_server() {
    let world = World::new(Plan::default());
    world.wire.judge(|_| Fate::Lost);
    let body = json!({ "order_no": "C1", "description": "茶", "total_fen": 1, "openid": world.openid("payer-1").as_str() });
    let call = world.try_call(request(Method::POST, "/v1/orders", crate::world::API_KEY, &[], &body));
    assert!(tokio::time::timeout(SECOND, call).await.is_err(), "the platform is silent");
    world.crash_server();
    world.wire.judge(|_| Fate::Arrives);
    world.start_server();
    world.wait(20 * SECOND).await;
    assert_eq!(world.stored("C1").payments[0].state.as_str(), "payable");
    assert_eq!(world.sim.orders().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_unpaid_order_expires_only_after_the_platform_is_closed() {
    let world = World::new(Plan::default());
    world.order("D1", "payer-1").await;
    world.wait(31 * 60 * SECOND).await;
    assert_eq!(world.stored("D1").standing().as_str(), "closed");
    let at_the_platform = world.sim.order(&world.mchid(), &world.out_trade_no("D1")).expect("known there");
    assert_eq!(at_the_platform.trade_state.as_str(), "CLOSED");
}

#[tokio::test(start_paused = true)]
async fn a_payment_that_races_the_close_is_paid() {
    let world = World::new(Plan::default());
    world.order("E1", "payer-1").await;
    world.sim.set_faults(tongbao_sim::Faults {
        delivery: Box::new(|_| tongbao_sim::DeliveryFault::Lose),
        ..tongbao_sim::Faults::default()
    });
    world.pay("E1", "payer-1").await;
    let (status, order) = world.api(Method::POST, "/v1/orders/E1/close", Value::Null).await;
    assert_eq!((status, &order["state"]), (StatusCode::OK, &json!("paid")), "{order}");
}

#[tokio::test(start_paused = true)]
async fn a_refund_goes_back_once_whatever_is_lost() {
    let world = World::new(Plan::default());
    world.order("F1", "payer-1").await;
    world.pay("F1", "payer-1").await;
    world.wait(SECOND).await;
    world.wire.judge(|request| {
        if request.uri().path().ends_with("/refunds") { Fate::AnswerLost } else { Fate::Arrives }
    });
    let refund = json!({ "out_refund_no": "R1", "amount_fen": 400, "reason": "退一部分" });
    for _ in 0..2 {
        let (status, body) = world.api(Method::POST, "/v1/orders/F1/refunds", refund.clone()).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{body}");
    }
    world.wait(30 * SECOND).await;
    world.wire.judge(|_| Fate::Arrives);
    world.wait(600 * SECOND).await;
    let (_, body) = world.api(Method::GET, "/v1/orders/F1/refunds/R1", Value::Null).await;
    assert_eq!(body["state"], "done", "{body}");
    assert_eq!(world.sim.books().merchants[&world.mchid()].refunded.get(), 400);
}

#[tokio::test(start_paused = true)]
async fn a_price_from_the_client_is_refused_and_so_is_another_payers_order() {
    let world = World::new(Plan::default());
    let (first, second) = (world.login("payer-1").await, world.login("payer-2").await);
    let cheap = json!({ "items": [{ "goods_id": "tea", "quantity": 1, "price_fen": 1 }] });
    let key = [("idempotency-key", "cart-0123456789abcdef")];
    let (status, problem) =
        world.try_call(request(Method::POST, "/client/v1/orders", &first, &key, &cheap)).await.expect("runs");
    assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!("not_json")), "{problem}");
    let cart = json!({ "items": [{ "goods_id": "tea", "quantity": 1 }] });
    let (_, order) =
        world.try_call(request(Method::POST, "/client/v1/orders", &first, &key, &cart)).await.expect("runs");
    let path = format!("/client/v1/orders/{}/pay", order["order_no"].as_str().expect("a number"));
    let (status, problem) = world.client(&second, Method::POST, &path, Value::Null).await;
    assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("no_such_order")), "{problem}");
    let (status, problem) = world.client("", Method::POST, &path, Value::Null).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNAUTHORIZED, &json!("unauthorized")), "{problem}");
}

#[tokio::test(start_paused = true)]
async fn one_idempotency_key_gives_one_answer_and_refuses_another_request() {
    let world = World::new(Plan::default());
    let key = [("idempotency-key", "k-1")];
    let order = |total: i64| json!({ "description": "茶", "total_fen": total, "openid": world.openid("payer-1").as_str() });
    let post =
        |body: Value| world.try_call(request(Method::POST, "/v1/orders", crate::world::API_KEY, &key, &body));
    let (first_status, first) = post(order(1)).await.expect("runs");
    let (again_status, again) = post(order(1)).await.expect("runs");
    assert_eq!((first_status, &first), (StatusCode::CREATED, &again));
    assert_eq!(again_status, StatusCode::CREATED);
    let (status, problem) = post(order(2)).await.expect("runs");
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("idempotency_mismatch"))
    );
    assert_eq!(world.sim.orders().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn every_refusal_says_what_where_and_how_to_mend_it_in_two_languages() {
    let world = World::new(Plan::default());
    let cases = [
        (Method::POST, "/v1/orders", json!({ "description": "茶", "total_fen": 0 }), "invalid_request"),
        (Method::POST, "/v1/orders", json!({ "description": "😀", "total_fen": 1 }), "invalid_request"),
        (
            Method::POST,
            "/v1/orders",
            json!({ "order_no": "a b", "description": "茶", "total_fen": 1 }),
            "invalid_request",
        ),
        (Method::POST, "/v1/orders", json!({ "description": "茶", "total_fen": "1" }), "not_json"),
        (
            Method::POST,
            "/v1/orders",
            json!({ "description": "x".repeat(70_000), "total_fen": 1 }),
            "too_large",
        ),
        (Method::GET, "/v1/orders/none", Value::Null, "no_such_order"),
        (Method::GET, "/v1/orders?limit=101", Value::Null, "invalid_request"),
        (Method::GET, "/v1/orders?cursor=zz", Value::Null, "invalid_request"),
        (Method::POST, "/v1/orders/none/refunds", json!({}), "no_such_order"),
        (Method::DELETE, "/v1/orders", Value::Null, "method_not_allowed"),
        (Method::GET, "/v1/nothing", Value::Null, "not_found"),
    ];
    for (method, path, body, code) in cases {
        let mut told = Vec::new();
        for language in ["zh-CN", "en"] {
            let headers = [("accept-language", language)];
            let call = request(method.clone(), path, crate::world::API_KEY, &headers, &body);
            let (status, problem) = world.try_call(call).await.expect("runs");
            assert!(status.is_client_error(), "{path}: {status}");
            assert_eq!(problem["code"], code, "{path}: {problem}");
            for member in ["title", "fix", "detail", "request_id"] {
                assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{path}: {problem}");
            }
            told.push(problem["fix"].clone());
        }
        assert_ne!(told[0], told[1], "{path}");
    }
}

/// Opens the cashier with what the server signed, as a phone would, and gives its session.
async fn open_cashier(world: &World, invoke: &Value) -> String {
    let text = |member: &str| urlencoded(invoke[member].as_str().expect("text"));
    let query = format!(
        "/cashier?appid={}&payer=payer-1&timeStamp={}&nonceStr={}&package={}&signType={}&paySign={}",
        world.appid(),
        text("timeStamp"),
        text("nonceStr"),
        text("package"),
        text("signType"),
        text("paySign"),
    );
    let page = world.at_the_platform(request(Method::GET, &query, "", &[], &Value::Null)).await;
    let from = page.find("data-session=\"").unwrap_or_else(|| panic!("the cashier opens: {page}")) + 14;
    page[from..].chars().take_while(|letter| *letter != '"').collect()
}

fn urlencoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_and_a_cancel_leave_the_order_payable() {
    let world = World::new(Plan { real_crypto: true, ..Plan::default() });
    let placed = world.order("G1", "payer-1").await;
    let session = open_cashier(&world, &placed["invoke"]).await;
    let pay = |session: &str, password: &str| {
        let body = json!({ "session": session, "password": password });
        world.at_the_platform(request(Method::POST, "/cashier/pay", "", &[], &body))
    };
    let wrong = pay(&session, "000000").await;
    assert!(wrong.contains("wrong_password"), "{wrong}");
    let cancel = request(Method::POST, "/cashier/cancel", "", &[], &json!({ "session": session }));
    assert!(world.at_the_platform(cancel).await.contains("requestPayment:fail cancel"));
    world.wait(60 * SECOND).await;
    assert_eq!(world.stored("G1").standing().as_str(), "unpaid");
    // Another device of the same payer: the same payment, freshly signed.
    let body = json!({ "openid": world.openid("payer-1").as_str() });
    let (_, again) = world.api(Method::POST, "/v1/orders/G1/pay", body).await;
    let second = open_cashier(&world, &again["invoke"]).await;
    let right = pay(&second, "123456").await;
    assert!(right.contains("requestPayment:ok"), "{right}");
    world.wait(SECOND).await;
    let order = world.stored("G1");
    assert_eq!((order.standing().as_str(), order.payments.len()), ("paid", 1));
}

#[tokio::test(start_paused = true)]
async fn while_payment_is_switched_off_nothing_is_placed_by_any_way() {
    let world = World::new(Plan { payment_enabled: false, ..Plan::default() });
    let mut order = json!({ "order_no": "S1", "description": "龙井", "total_fen": 990 });
    order["openid"] = json!(world.openid("payer-1").as_str());
    let (status, problem) = world.api(Method::POST, "/v1/orders", order.clone()).await;
    assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("payment_disabled")));
    order["openid"].take();
    let (status, _) = world.api(Method::POST, "/v1/orders", order).await;
    assert_eq!(status, StatusCode::CREATED, "an order that names no payer asks for no payment");
    let token = world.login("payer-1").await;
    let (status, _) = world.client(&token, Method::POST, "/client/v1/orders/S1/pay", json!({})).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    world.wait(Duration::from_secs(60)).await;
    assert_eq!(world.stored("S1").payments, []);
}
