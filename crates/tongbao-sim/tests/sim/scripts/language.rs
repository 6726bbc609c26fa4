//! The language, and the control API that speaks it.

use http::{Request, StatusCode};
use serde_json::{Value, json};
use tongbao_sim::FaultScript;

use super::with_fault;
use crate::world::{Told, World};

async fn ask(world: &World, method: &str, kind: &str, body: &str) -> Told {
    let request = Request::builder().method(method).uri("/sim/v1/faults").header("host", "127.0.0.1:8090");
    world.raw(request.header("content-type", kind).body(body.to_owned().into()).unwrap()).await
}

#[tokio::test(start_paused = true)]
async fn a_script_is_set_in_either_format_added_to_shown_and_cleared() {
    let world = World::new();
    let toml = "# lost answers\nseed = 7\n[[fault]]\ncall = \"query\"\ndo = \"too_many\"\n";
    for (kind, body) in [
        ("application/toml", toml.to_owned()),
        ("text/plain", toml.to_owned()),
        (
            "application/json",
            json!({ "seed": 7, "fault": [{ "call": "query", "do": "too_many" }] }).to_string(),
        ),
    ] {
        let set = ask(&world, "PUT", kind, &body).await;
        assert_eq!(set.status, StatusCode::OK, "{kind}: {set:?}");
        assert_eq!(set.json()["faults"][0]["do"], "too_many");
    }
    assert_eq!(world.query("T20260301A").await.status, 429);
    for (kind, more) in [
        ("application/json", json!({ "call": "close", "do": "bad_gateway" }).to_string()),
        ("application/json", json!({ "fault": [{ "call": "close", "do": "reset" }] }).to_string()),
        ("application/toml", "[[fault]]\ncall = \"refund\"\ndo = \"drop_answer\"\n".to_owned()),
    ] {
        assert_eq!(ask(&world, "POST", kind, &more).await.status, StatusCode::OK, "{more}");
    }
    let shown = ask(&world, "GET", "", "").await.json();
    let counts: Vec<_> = shown["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["do"].clone(), one["applied"].clone()))
        .collect();
    assert_eq!(
        Value::from_iter(counts.into_iter().map(|(kind, count)| json!([kind, count]))),
        json!([["too_many", 1], ["bad_gateway", 0], ["reset", 0], ["drop_answer", 0]])
    );
    let again = FaultScript::from_toml(shown["toml"].as_str().unwrap()).unwrap();
    assert_eq!(again.len(), 4);
    let kinds =
        world.raw(Request::get("/sim/v1/faults/kinds").body(axum::body::Body::empty()).unwrap()).await;
    assert!(kinds.json()["kinds"].as_array().unwrap().iter().all(|kind| kind["example"].is_string()));
    assert_eq!(ask(&world, "DELETE", "", "").await.status, StatusCode::NO_CONTENT);
    assert_eq!(ask(&world, "GET", "", "").await.json(), json!({ "toml": "", "faults": [] }));
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_told_with_code_line_and_cure_and_changes_nothing() {
    let world = with_fault("call = \"query\"\ndo = \"too_many\"");
    let told =
        ask(&world, "PUT", "application/toml", "seed = 1\n[[fault]]\ncall = \"query\"\ndo = \"to_many\"\n")
            .await;
    assert_eq!((told.status, told.code().as_str()), (StatusCode::BAD_REQUEST, "faults.unknown_kind"));
    let error = &told.json()["error"];
    assert_eq!((&error["line"], &error["fault"], &error["member"]), (&json!(4), &json!(1), &json!("do")));
    assert!(error["fix"]["en"].as_str().unwrap().contains("too_many"));
    assert!(told.json()["detail"].as_str().unwrap().starts_with("line 4: fault 1: do: "));
    let more = ask(&world, "POST", "application/json", "{\"do\": \"too_many\"}").await;
    assert_eq!(more.code(), "faults.missing_member");
    assert_eq!(more.json()["error"]["fault"], 2);
    assert_eq!(world.query("T20260301A").await.status, 429, "what was in force is");
}
