//! Each call of `api.weixin.qq.com` against its example: `fixtures/weixin/NAME.request.json`, `….answer.json`.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use http::Method;
use serde::Serialize;
use serde_json::Value;
use tongbao_sdk::{Call, WeixinClient, WeixinError};

use super::client_at;
use crate::fixtures::text;
use crate::scripted::{NOW, Scripted, unsigned};

pub(super) fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("a fixture is JSON")
}

/// Makes one call against a WeChat that answers with the call's example, and with the token `T` where one is
/// fetched first.
///
/// Checks the method, the address, that the body is the example's, and that the answer, written again, is the
/// example's to the last member; `errcode` and `errmsg` are the client's.
pub(super) async fn exchange<T: Serialize>(
    call: Call,
    address: &str,
    make: impl AsyncFnOnce(WeixinClient) -> Result<T, WeixinError>,
) -> T {
    let expected = text("weixin", &format!("{}.request.json", call.name()));
    let answer = text("weixin", &format!("{}.answer.json", call.name())).expect("every call has an answer");
    let reply = answer.clone();
    let outbound = Scripted::new(move |_, request| {
        let fetches = request.uri().path() == Call::StableToken.path() && call != Call::StableToken;
        unsigned(200, if fetches { r#"{"access_token":"T","expires_in":7200}"# } else { &reply })
    });
    let client = client_at(outbound.clone(), Arc::new(AtomicI64::new(NOW)));
    let result = make(client).await.unwrap_or_else(|error| panic!("{error:?}"));
    let seen = outbound.seen();
    let request = seen.last().expect("a request");
    assert_eq!(request.method(), &Method::from_bytes(call.method().as_bytes()).unwrap());
    assert_eq!(request.uri().to_string(), format!("https://api.weixin.qq.com{address}"));
    match expected {
        Some(expected) => {
            let body = std::str::from_utf8(request.body()).unwrap();
            assert_eq!(json(body), json(&expected), "the request of {}", call.name());
            assert!(!body.contains("\\u"), "{} escapes what payers read", call.name());
        }
        None => assert!(request.body().is_empty(), "{} has a body but no request fixture", call.name()),
    }
    let mut answer = json(&answer);
    let members = answer.as_object_mut().expect("answers are objects");
    members.remove("errcode");
    members.remove("errmsg");
    assert_eq!(serde_json::to_value(&result).unwrap(), answer, "the answer of {}", call.name());
    result
}

#[test]
fn every_call_has_an_example() {
    for call in Call::ALL.iter().filter(|call| call.face() == tongbao_wire::Face::Weixin) {
        let has = |kind| text("weixin", &format!("{}.{kind}.json", call.name())).is_some();
        assert!(has("answer"), "{}", call.name());
        assert_eq!(has("request"), call.method() == "POST", "{}", call.name());
    }
}
