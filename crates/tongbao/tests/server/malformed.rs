//! What nobody should have sent: refused with a stable code, counted, and nothing changed.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::world::{API_KEY, Plan, World};

async fn raw(world: &World, method: Method, path: &str, body: &[u8]) -> (StatusCode, Value) {
    let request =
        Request::builder().method(method).uri(path).header("authorization", format!("Bearer {API_KEY}"));
    let request = request.body(Full::new(Bytes::copy_from_slice(body))).expect("a request");
    world.try_call(request).await.expect("the server runs")
}

#[tokio::test(start_paused = true)]
async fn every_refusal_is_a_problem_with_a_code_and_is_counted() {
    let world = World::new(Plan::default());
    let large = vec![b' '; 70_000];
    let cases: [(Method, &str, &[u8], u16, &str); 8] = [
        (Method::GET, "/v1/orders/%FF", b"", 400, "invalid_request"),
        (Method::GET, "/v1/orders/A/refunds/%FF", b"", 400, "invalid_request"),
        (Method::POST, "/v1/orders", &large, 413, "too_large"),
        (Method::POST, "/v1/orders", br#"["A1","tea",990,null,null,null]"#, 400, "not_json"),
        (Method::POST, "/v1/orders", b" \n[]", 400, "not_json"),
        (Method::PUT, "/v1/orders", b"", 405, "method_not_allowed"),
        (Method::POST, "/healthz", b"", 405, "method_not_allowed"),
        (Method::GET, "/nothing", b"", 404, "not_found"),
    ];
    for (method, path, body, status, code) in cases {
        let (answered, problem) = raw(&world, method, path, body).await;
        assert_eq!((answered.as_u16(), &problem["code"]), (status, &json!(code)), "{path}: {problem}");
        let counted = world.running().metrics.render();
        assert!(
            counted.contains(&format!("tongbao_requests_refused_total{{outcome=\"{code}\"}}")),
            "{counted}"
        );
    }
    let (_, page) = world.api(Method::GET, "/v1/orders", Value::Null).await;
    assert_eq!(page["orders"], json!([]));
}

#[tokio::test(start_paused = true)]
async fn what_comes_to_the_notify_address_is_counted_whatever_it_is() {
    let world = World::new(Plan::default());
    let large = vec![b' '; 1_200_000];
    let cases: [(Method, &str, &[u8], u16, &str); 4] = [
        (Method::POST, "/notify/main/v3", &large, 413, "too_large"),
        (Method::POST, "/notify/%FF/v3", b"{}", 404, "no_such_account"),
        (Method::POST, "/notify/a%0Ab/v3", b"{}", 404, "no_such_account"),
        (Method::GET, "/notify/main/v3", b"", 405, "method_not_allowed"),
    ];
    for (method, path, body, status, outcome) in cases {
        let (answered, told) = raw(&world, method, path, body).await;
        assert_eq!((answered.as_u16(), &told["code"]), (status, &json!("FAIL")), "{path}: {told}");
        let counted = world.running().metrics.render();
        assert!(
            counted.contains(&format!("tongbao_notifications_total{{outcome=\"{outcome}\"}}")),
            "{counted}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_gives_up_an_order_that_nobody_has_asked_to_pay() {
    let world = World::new(Plan::default());
    let order = json!({ "order_no": "A1", "description": "龙井", "total_fen": 990 });
    world.api(Method::POST, "/v1/orders", order).await;
    let stranger = world.login("payer-2").await;
    let cancel = "/client/v1/orders/A1/cancel";
    let (status, problem) = world.client(&stranger, Method::POST, cancel, Value::Null).await;
    assert_eq!((status, &problem["code"]), (StatusCode::FORBIDDEN, &json!("not_your_order")));
    assert_eq!(world.stored("A1").standing().as_str(), "unpaid");
    let payer = world.login("payer-1").await;
    let (status, _) = world.client(&payer, Method::POST, "/client/v1/orders/A1/pay", Value::Null).await;
    assert_eq!(status, StatusCode::OK);
    let (status, _) = world.client(&stranger, Method::POST, cancel, Value::Null).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "now it is another's");
    let (_, order) = world.client(&payer, Method::POST, cancel, Value::Null).await;
    assert_eq!(order["state"], "closed");
}
