//! `docs/faults.md`: its tables are the code's, its scripts are scripts, its recipes do what they say.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Request;
use serde_json::Value;
use tongbao_sim::FaultScript;
use tongbao_wire::TradeState;

use super::script;
use crate::world::{World, number};

fn document() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/faults.md");
    std::fs::read_to_string(path).unwrap()
}

async fn kinds() -> Vec<Value> {
    let world = World::new();
    let request = Request::get("/sim/v1/faults/kinds").body(axum::body::Body::empty()).unwrap();
    world.raw(request).await.json()["kinds"].as_array().unwrap().clone()
}

/// What stands between the two.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before:?}"));
    rest.split_once(after).unwrap_or_else(|| panic!("no {after:?} behind")).0
}

#[tokio::test(start_paused = true)]
async fn the_tables_of_kinds_and_codes_are_the_codes() {
    let text = document();
    let head = "| `do` | Of | Its own members | What happens |\n|---|---|---|---|\n";
    let row = |kind: &Value| {
        let of = if kind["of_notifications"] == true { "requests, notifications" } else { "requests" };
        let members =
            kind["members"].as_array().unwrap().iter().map(|name| format!("`{}`", name.as_str().unwrap()));
        let members = members.collect::<Vec<_>>().join(", ");
        format!(
            "| `{}` | {of} | {members} | {} |\n",
            kind["do"].as_str().unwrap(),
            kind["en"].as_str().unwrap()
        )
    };
    let rows: String = kinds().await.iter().map(row).collect();
    assert_eq!(
        between(&text, head, "\n\n").to_owned() + "\n",
        rows,
        "put these rows into docs/faults.md:\n{rows}"
    );
    let example = |kind: &Value| format!("[[fault]]\n{}\n", kind["example"].as_str().unwrap());
    let examples = kinds().await.iter().map(example).collect::<Vec<_>>().join("\n");
    let said = between(&text, "## One of each\n\n```toml\n", "```");
    assert_eq!(said, examples, "put these faults into docs/faults.md:\n{examples}");
    let errors = include_str!("../../../src/faults/script/error.rs");
    let codes = errors.split('"').filter(|text| text.starts_with("faults."));
    for code in codes {
        assert!(text.contains(&format!("| `{code}` |")), "{code} is not in docs/faults.md");
    }
}

/// Scripts under their headings.
fn recipes() -> BTreeMap<String, String> {
    let text = document();
    let sections = text.split("\n### ").skip(1);
    let read = |section: &str| {
        let (heading, rest) = section.split_once('\n').unwrap();
        (heading.to_owned(), between(rest, "```toml\n", "```").to_owned())
    };
    sections.map(read).collect()
}

#[test]
fn every_script_in_the_document_is_one() {
    let text = document();
    let scripts: Vec<&str> =
        text.split("```toml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
    assert!(scripts.len() > 8);
    for toml in scripts {
        let read = FaultScript::from_toml(toml).unwrap_or_else(|error| panic!("{error}\n{toml}"));
        assert!(!read.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_a_prepay_leaves_an_order_that_the_same_request_finds() {
    let world = World::new();
    script(&world, &recipes()["The answer to a prepay is lost"]);
    assert!(world.create(&world.order("T20260301A")).await.dropped);
    assert_eq!(world.create(&world.order("T20260301A")).await.status, 200);
    assert_eq!(world.sim.orders().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lost_notification_is_healed_by_a_query_only() {
    let world = World::new();
    script(&world, &recipes()["A notification is lost and a query heals it"]);
    world.paid("T20260301A").await;
    world.sim.advance(Duration::from_secs(86_400)).await;
    assert_eq!(world.mailbox.count(), 0);
    assert_eq!(world.query("T20260301A").await.json()["trade_state"], "SUCCESS");
}

#[tokio::test(start_paused = true)]
async fn a_close_that_races_a_payment_is_refused_and_the_order_is_paid() {
    let world = World::new();
    script(&world, &recipes()["Closing races a payment"]);
    world.created("T20260301A").await;
    assert_eq!(world.close("T20260301A").await.status, 400);
    let order = world.sim.order(&world.mchid(), &number("T20260301A")).unwrap();
    assert_eq!(order.trade_state, TradeState::Success);
}

#[tokio::test(start_paused = true)]
async fn a_refund_that_is_told_as_an_error_is_done_once_under_its_number() {
    let world = World::new();
    script(&world, &recipes()["A refund is done and answered with an error"]);
    world.paid("T20260301A").await;
    world.refund("T20260301A", "R1", 30).await.refused(500, "SYSTEM_ERROR");
    assert_eq!(world.refund("T20260301A", "R1", 30).await.status, 200);
    world.sim.advance(Duration::from_secs(3)).await;
    assert_eq!(world.sim.books().merchants[&world.mchid()].refunded.get(), 30);
}
