//! A platform to be examined against, and the server beside it.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tongbao::certify::{Adapter, Examination, Platform, PlatformOptions, Report, Verdict, examine};
use tongbao_sim::{CryptoSettings, KeyMode, Settings};

/// A platform with published keys, so that it starts at once.
pub(crate) async fn platform(key_mode: KeyMode) -> Platform {
    let options = PlatformOptions {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        base_url: None,
        key_mode,
        settle: |settings: &mut Settings| settings.crypto = CryptoSettings::Fixed,
    };
    Platform::start(&options).await.expect("a free port")
}

pub(crate) async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    (listener, url)
}

pub(crate) async fn examined(platform: &Platform, url: &str, adapter: Adapter, patience: Duration) -> Report {
    let examination = Examination { url: url.to_owned(), adapter, patience, only: Vec::new(), at_once: 8 };
    let report = examine(platform, &examination, |_| {}).await.expect("the run takes place");
    if let Ok(path) = std::env::var("TONGBAO_CERTIFY_TEST_REPORT") {
        std::fs::write(&path, serde_json::to_string_pretty(&report).expect("plain data")).expect("written");
        std::fs::write(
            path + ".html",
            tongbao::certify::report::html::page(&report, tongbao::lang::Lang::Zh),
        )
        .expect("written");
    }
    report
}

/// Ids of the cases that came out so.
pub(crate) fn with(report: &Report, verdict: Verdict) -> Vec<&'static str> {
    report.cases.iter().filter(|case| case.verdict == verdict).map(|case| case.id).collect()
}

/// Why cases did not pass, for whoever reads the test's failure.
pub(crate) fn told(report: &Report) -> String {
    let lost = report.cases.iter().filter(|case| case.costs_marks);
    lost.map(|case| format!("{} {}: {}\n", case.verdict.sign(), case.id, case.reason.en)).collect()
}
