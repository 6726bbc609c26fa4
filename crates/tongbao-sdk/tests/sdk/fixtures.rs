//! The official examples, composed from the documents' facts: `crates/tongbao-wire/fixtures`.
//!
//! `v3/NAME.request.json` is what the call NAME sends, `v3/NAME.answer.json` what it is answered; what has no
//! body has no file.

use std::path::PathBuf;

use http::Method;
use serde::Serialize;
use serde_json::Value;
use tongbao_sdk::{Call, CallError, Client};

use crate::scripted::{Scripted, client, signed};

/// The text of a fixture, if there is such a file.
pub(crate) fn text(directory: &str, file: &str) -> Option<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tongbao-wire/fixtures");
    std::fs::read_to_string(root.join(directory).join(file)).ok()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("a fixture is JSON")
}

/// Makes one call against a platform that answers with the call's example.
///
/// Checks the method, the address (path and query, as sent), that the body is the example's, and that the
/// answer, read and written again, is the example's to the last member.
pub(crate) async fn exchange<T: Serialize>(
    call: Call,
    address: &str,
    make: impl AsyncFnOnce(Client) -> Result<T, CallError>,
) -> T {
    let expected = text("v3", &format!("{}.request.json", call.name()));
    let answer = text("v3", &format!("{}.answer.json", call.name()));
    let reply = answer.clone();
    let outbound = Scripted::new(move |_, _| match &reply {
        Some(body) => signed(200, body),
        None => signed(204, ""),
    });
    let result = make(client(outbound.clone())).await.unwrap_or_else(|error| panic!("{error:?}"));
    let seen = outbound.seen();
    let [request] = seen.as_slice() else { panic!("{} requests for {}", seen.len(), call.name()) };
    assert_eq!(request.method(), &Method::from_bytes(call.method().as_bytes()).unwrap());
    assert_eq!(request.uri().path_and_query().unwrap().as_str(), address);
    match expected {
        Some(expected) => assert_eq!(json(std::str::from_utf8(request.body()).unwrap()), json(&expected)),
        None => assert!(request.body().is_empty(), "{} has a body but no request fixture", call.name()),
    }
    if let Some(answer) = answer {
        assert_eq!(serde_json::to_value(&result).unwrap(), json(&answer), "the answer of {}", call.name());
    }
    result
}
