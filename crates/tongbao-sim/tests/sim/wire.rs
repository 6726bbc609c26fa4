//! Over real sockets on loopback: the real postman, and answers that break off.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::routing::post;
use bytes::Bytes;
use http::Request;
use serde_json::Value;
use tongbao_sim::{CallFault, Faults, HttpPostman, PostFailed, Postman};
use tongbao_wire::seam::Clock;

use crate::world::{World, number};

/// Serves `router` on a free port and gives its address.
async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    #[allow(clippy::disallowed_methods, reason = "the server of a test ends with its runtime")]
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

async fn carry(url: &str) -> Result<http::Response<Bytes>, PostFailed> {
    HttpPostman::new().post(Request::post(url).body(Bytes::from_static(b"{}")).unwrap()).await
}

#[tokio::test]
async fn the_postman_brings_back_the_status_and_follows_no_redirect() {
    let merchant = Router::new()
        .route("/ok", post(|| async { StatusCode::NO_CONTENT }))
        .route("/moved", post(|| async { (StatusCode::FOUND, [(header::LOCATION, "/ok")]) }))
        .route("/long", post(|| async { "x".repeat(1_000_000) }));
    let base = serve(merchant).await;
    for (path, status, bytes) in
        [("/ok", 204, 0), ("/moved", 302, 0), ("/long", 200, 16 * 1024), ("/no", 404, 0)]
    {
        let answer = carry(&format!("{base}{path}")).await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.body().len()), (status, bytes), "{path}");
    }
}

#[tokio::test]
async fn a_merchant_who_is_not_there_cannot_be_reached() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let failed = carry(&format!("http://{free}/notify")).await.unwrap_err();
    assert!(matches!(failed, PostFailed::Connect { .. }), "{failed:?}");
}

#[tokio::test]
async fn a_dropped_answer_breaks_the_connection() {
    let world = World::new();
    let call = |_: &tongbao_sim::CallSeen<'_>| CallFault::DropBefore;
    world.sim.set_faults(Faults { call: Box::new(call), ..Faults::default() });
    let base = serve(world.sim.router()).await;
    let failed = carry(&format!("{base}/v3/pay/transactions/jsapi")).await.unwrap_err();
    assert!(matches!(failed, PostFailed::Broken { .. }), "{failed:?}");
}

#[tokio::test]
async fn a_payment_is_told_to_a_merchant_on_a_socket() {
    let heard = Arc::new(Mutex::new(None));
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = Arc::new(Mutex::new(Some(tell)));
    let merchant = {
        let heard = Arc::clone(&heard);
        Router::new().route(
            "/notify",
            post(move |headers: axum::http::HeaderMap, body: Bytes| async move {
                *heard.lock().unwrap() = Some((headers, body));
                if let Some(tell) = tell.lock().unwrap().take() {
                    tell.send(()).unwrap();
                }
                StatusCode::NO_CONTENT
            }),
        )
    };
    let base = serve(merchant).await;
    let world = World::with(|settings| {
        settings.postman = Arc::new(HttpPostman::new());
        settings.clock = Clock::fixed(settings.clock.now());
    });
    let mut body = world.order("T20260301A");
    body["notify_url"] = Value::String(format!("{base}/notify"));
    assert_eq!(world.create(&body).await.status, 200);
    world.sim.pay(&number("T20260301A"), None).await.unwrap();
    tokio::select! {
        () = world.sim.run() => unreachable!("run never ends"),
        arrived = told => arrived.unwrap(),
    }
    let (headers, body) = heard.lock().unwrap().take().unwrap();
    assert!(world.verifies(&headers, &body));
}

#[tokio::test]
async fn a_notification_spells_its_headers_as_the_platform_does() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/notify", listener.local_addr().unwrap());
    let merchant = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = vec![0; 4096];
        let read = stream.read(&mut head).await.unwrap();
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
        String::from_utf8_lossy(&head[..read]).into_owned()
    };
    let request =
        Request::post(&url).header("Wechatpay-Signature", "x").header("Content-Type", "application/json");
    let postman = HttpPostman::new();
    let (head, answer) =
        tokio::join!(merchant, postman.post(request.body(Bytes::from_static(b"{}")).unwrap()));
    assert_eq!(answer.unwrap().status(), 204);
    for name in ["Wechatpay-Signature: x", "Content-Type: application/json", "Host: "] {
        assert!(head.contains(name), "{name} in {head}");
    }
}
