//! The report's two forms: JSON for programs, a page for people.

use std::time::Duration;

use serde_json::Value;
use tongbao::certify::report::html;
use tongbao::certify::{Adapter, Examination, Report, examine, listed};
use tongbao::config::Environment;
use tongbao::lang::Lang;
use tongbao::listen::{self, Options};
use tongbao::tasks::Tasks;
use tongbao_sim::KeyMode;

use crate::stage::{listener, platform};
use crate::toy::{Fault, router};

/// A run of a few cases whose outcomes differ.
async fn some() -> Report {
    let platform = platform(KeyMode::PublicKey).await;
    let (listener, url) = listener().await;
    let tasks = Tasks::new();
    let toy = router(&platform.env(), &url, Fault::AcknowledgesProbes);
    tasks.spawn("toy", async move {
        listen::serve(listener, toy, Options::default(), std::future::pending()).await;
    });
    let adapter = Adapter::named(None, &Environment::empty()).expect("the contract");
    let only = ["signature-probe", "invoke", "both-keys", "refund"].map(str::to_owned).to_vec();
    let examination = Examination { url, adapter, patience: Duration::from_secs(8), only, at_once: 2 };
    let report = examine(&platform, &examination, |_| {}).await.expect("the run takes place");
    tasks.abort_all();
    report
}

#[tokio::test]
async fn only_the_cases_that_were_asked_for_are_reported_in_the_order_of_the_list() {
    let report = some().await;
    let ids: Vec<_> = report.cases.iter().map(|case| case.id).collect();
    assert_eq!(ids, ["invoke", "both-keys", "signature-probe", "refund"]);
    let place = |id: &str| listed().iter().position(|case| case.id == id);
    assert!(ids.windows(2).all(|pair| place(pair[0]) < place(pair[1])));
}

/// Programs rely on these members.
#[tokio::test]
async fn the_json_has_the_documented_members() {
    let report = serde_json::to_value(some().await).expect("plain data");
    assert_eq!(report["certify"], 1);
    assert_eq!(report["full_marks"], false);
    assert_eq!(
        report["score"],
        serde_json::json!({ "passed": 2, "failed": 1, "not_judged": 0, "not_offered": 1, "not_offered_but_demanded": 0 })
    );
    assert_eq!(
        report["abilities"],
        serde_json::json!({ "confirm": true, "refund": true, "close": true, "bill": true })
    );
    let text = |value: &Value| value["zh"].is_string() && value["en"].is_string();
    for case in report["cases"].as_array().expect("a list") {
        assert!(case["id"].is_string() && text(&case["title"]) && text(&case["reason"]), "{case}");
        assert!(["fatal", "must", "should"].contains(&case["demand"].as_str().expect("a word")));
        let verdict = case["verdict"].as_str().expect("a word");
        assert!(["passed", "failed", "not_judged", "not_offered"].contains(&verdict));
        assert_eq!(case.get("fix").is_some(), case["costs_marks"] == true, "{case}");
        for exchange in case["evidence"].as_array().expect("a list") {
            assert!(text(&exchange["what"]) && exchange["line"].is_string(), "{exchange}");
        }
    }
    assert!(report["by_hand"].as_array().is_some_and(|lines| lines.len() > 10));
}

#[tokio::test]
async fn the_page_needs_nothing_else_and_tells_no_secret() {
    let report = some().await;
    let page = html::page(&report, Lang::Zh);
    for forbidden in ["<script", "src=", "href=", "@import", "url("] {
        assert!(!page.contains(forbidden), "the page has {forbidden}");
    }
    for wanted in ["平台的签名探测", "The platform&#39;s signature probe", "WECHATPAY/SIGNTEST/"] {
        assert!(page.contains(wanted), "the page lacks {wanted}");
    }
    // What the toy was asked with is a person's openid; of 28 characters four are shown.
    let evidence = serde_json::to_string(&report).expect("plain data");
    let whole = |text: &str| {
        text.split("openid").skip(1).any(|rest| {
            let value: String = rest
                .chars()
                .skip_while(|c| !c.is_alphanumeric())
                .take_while(|c| c.is_alphanumeric())
                .collect();
            value.len() > 10
        })
    };
    assert!(!whole(&evidence) && !evidence.contains("PRIVATE KEY"));
}

#[test]
fn what_a_server_says_cannot_break_out_of_the_page() {
    let mut report = Report {
        certify: 1,
        tongbao: "0",
        server: "http://127.0.0.1:1/<script>alert(1)</script>".into(),
        started_at: String::new(),
        full_marks: false,
        score: tongbao::certify::Score::default(),
        abilities: std::collections::BTreeMap::new(),
        cases: Vec::new(),
        by_hand: Vec::new(),
    };
    assert!(!html::page(&report, Lang::En).contains("<script>"));
    report.server.clear();
    assert!(html::page(&report, Lang::En).contains("lang=\"en\""));
}
