//! Every endpoint of the protocol has a typed call, or a named reason not to: `docs/coverage.md`.
//!
//! `TONGBAO_BLESS=1 cargo test -p tongbao-sdk --test coverage` writes the document anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use tongbao_wire::{Call, Face, Repetition};

/// Endpoints of the documents that have no typed call, and why.
const UNTYPED: &[(Face, &str, &str)] = &[
    (Face::V3, "POST /v3/pay/transactions/{jsapi,app}-with-contract", PLAN),
    (Face::V3, "POST /v3/pay/transactions/exposure", "display of offers, not payment"),
    (
        Face::V3,
        "POST /v3/pay/partner/transactions/miniprogram",
        "the same as `jsapi`, which the documents prescribe",
    ),
    (Face::V3, "POST /v3/pay/partner/transactions/scannedpos", "point-of-sale hardware"),
    (Face::V3, "POST /v3/pay/partner/transactions/*-with-contract", PLAN),
    (
        Face::V3,
        "POST /v3/combine-transactions/miniprogram",
        "the same as `jsapi`, which the documents prescribe",
    ),
    (
        Face::V3,
        "GET /v3/combine-transactions/id/{combine_transaction_id}",
        "personal collection (个人收款) only",
    ),
    (Face::V3, "POST /v3/goldplan/merchants/changegoldplanstatus", GOLD),
    (Face::V3, "POST /v3/goldplan/merchants/changecustompagestatus", GOLD),
    (Face::V3, "POST /v3/goldplan/merchants/set-advertising-industry-filter", GOLD),
    (Face::V3, "PATCH /v3/goldplan/merchants/open-advertising-show", GOLD),
    (Face::V3, "POST /v3/goldplan/merchants/close-advertising-show", GOLD),
    (Face::V3, "* /v3/ecommerce/**", "e-commerce platforms (收付通), a licence of its own"),
    (
        Face::V3,
        "* /v3/fund-app/mch-transfer/partner/**",
        "transfers by service providers, invited ones only; fields of the answers are unpublished",
    ),
    (Face::V3, "POST /v3/transfer/batches", "closed to new merchants; the user-confirm mode replaced it"),
    (Face::V3, "POST /v3/marketing/favor/media/image-upload", "coupons"),
    (
        Face::V2,
        "POST /pay/combinedorder, /pay/querycombinedorder, /pay/closecombinedorder",
        "combined orders are typed in v3",
    ),
    (Face::V2, "POST /secapi/pay/profitsharing…", "profit sharing is typed in v3"),
    (Face::V2, "POST /papay/**, /pay/pappayapply, /pay/contractorder", PLAN),
    (Face::V2, "POST /deposit/**", "deposits, a product of its own"),
    (Face::V2, "POST /pay/facepay, /pay/facepayquery", "payment by face, which needs the platform's device"),
    (Face::V2, "POST /mmpaymkttransfers/**", "red packets and old transfers, closed to new merchants"),
    (Face::V2, "POST /risk/getpublickey", "transfers to bank cards only"),
    (Face::V2, "POST /cgi-bin/mch/customs/**", "customs declarations"),
    (Face::V2, "POST /billcommentsp/batchquerycomment", "comments of buyers, not payment"),
    (Face::V2, "POST /pay/batchreport/micropay/total", "not an endpoint: an address named inside `report`"),
    (Face::V2, "POST /sandboxnew/**", "retired in 2022; `tongbao simulate` takes its place"),
    (Face::V2, "POST /xdc/apiv2sandbox/**", "the same paths below another base address: `Hosts` with a path"),
    (
        Face::Weixin,
        "GET /cgi-bin/token",
        "each call invalidates the token of the other processes; `stable_token` does not",
    ),
    (
        Face::Weixin,
        "POST /wxa/sec/order/update_order_detail_path, get_order_detail_path",
        "fields unpublished",
    ),
    (
        Face::Weixin,
        "GET open.weixin.qq.com/connect/oauth2/authorize",
        "a page, not a call: `WeixinClient::authorize_address` builds it",
    ),
];

const PLAN: &str = "signing and deduction contracts (委托代扣), a product of its own";
const GOLD: &str = "settings of the page shown after a service provider's payment (点金计划)";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("two above the crate").to_owned()
}

/// What each call is, from the table's own comments: the name of the variant and its first line.
fn summaries() -> BTreeMap<String, String> {
    let table = fs::read_to_string(root().join("crates/tongbao-wire/src/call.rs")).expect("the table");
    let rows = table.split("\ncalls! {").nth(1).expect("the rows follow the macro");
    let mut summaries = BTreeMap::new();
    let mut summary = String::new();
    for line in rows.lines().take_while(|line| *line != "}") {
        if let Some(comment) = line.trim().strip_prefix("/// ") {
            summary = comment.trim_end_matches('.').to_owned();
        } else if let Some((variant, _)) = line.trim().split_once(" = ") {
            summaries.insert(variant.to_owned(), std::mem::take(&mut summary));
        }
    }
    summaries
}

fn repetition(call: Call) -> &'static str {
    match call.repetition() {
        Repetition::Harmless => "by itself",
        Repetition::AfterQuery => "after a query",
        Repetition::Twice => "never",
    }
}

fn document() -> String {
    let summaries = summaries();
    let mut text = String::from(INTRODUCTION);
    for (face, title) in
        [(Face::V3, "WeChat Pay APIv3"), (Face::V2, "WeChat Pay APIv2"), (Face::Weixin, "api.weixin.qq.com")]
    {
        let _ = write!(text, "\n## {title}\n\n| endpoint | call | what | repeated |\n|---|---|---|---|\n");
        for call in Call::ALL.iter().filter(|call| call.face() == face) {
            let what = &summaries[&format!("{call:?}")];
            let (method, path, name) = (call.method(), call.path(), call.name());
            let _ = writeln!(text, "| `{method} {path}` | `{name}` | {what} | {} |", repetition(*call));
        }
        text.push_str("\nNot typed:\n\n| endpoint | why |\n|---|---|\n");
        for (_, endpoint, why) in UNTYPED.iter().filter(|(of, ..)| *of == face) {
            let _ = writeln!(text, "| `{endpoint}` | {why} |");
        }
    }
    text
}

const INTRODUCTION: &str = "\
# Coverage

What of the platform `tongbao-sdk` types; printed from the table of calls (`tongbao_wire::Call`) and compared in a test.
For everything else there is `Client::call`, which signs, sends and verifies a call to any address.

\"Repeated\" says what the client does on its own when an answer is lost: repeat, leave it to the caller after a query, or nothing.
";

#[test]
fn the_document_is_printed_from_the_table() {
    let file = root().join("docs/coverage.md");
    let document = document();
    if std::env::var_os("TONGBAO_BLESS").is_some() {
        fs::write(&file, &document).expect("the document is written");
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == document,
        "docs/coverage.md is not what the table says; TONGBAO_BLESS=1 writes it anew"
    );
}

#[test]
fn every_call_of_the_table_is_made_by_the_sdk_and_has_its_example() {
    let mut sources = String::new();
    collect(&root().join("crates/tongbao-sdk/src"), &mut sources);
    let fixtures = root().join("crates/tongbao-wire/fixtures");
    let mut missing = Vec::new();
    for call in Call::ALL {
        let used = sources.match_indices(&format!("Call::{call:?}")).any(|(at, found)| {
            !sources[at + found.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
        });
        if !used {
            missing.push(format!("{call:?}: no typed call"));
        }
        let example = |directory: &str, ending: &str| {
            let file = |part: &str| fixtures.join(directory).join(format!("{}.{part}.{ending}", call.name()));
            file("request").is_file() || file("answer").is_file()
        };
        let has_example = match call.face() {
            Face::V3 => example("v3", "json"),
            Face::V2 => example("v2", "xml"),
            Face::Weixin => example("weixin", "json"),
        };
        // Files, and calls without a body on either side, have no example; that of the certificates is the
        // published one (`tests/published`).
        let bare = [
            Call::Certificates,
            Call::DownloadBill,
            Call::DownloadComplaintImage,
            Call::DeleteComplaintUrl,
            Call::CancelIntent,
            Call::CancelIntentById,
            Call::CloseTransferAuthorization,
        ];
        if !has_example && !bare.contains(call) {
            missing.push(format!("{call:?}: no example"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn reasons_are_given_for_what_is_not_typed_only() {
    for (face, endpoint, why) in UNTYPED {
        assert!(!why.is_empty(), "{endpoint}");
        let typed = Call::ALL
            .iter()
            .find(|call| call.face() == *face && *endpoint == format!("{} {}", call.method(), call.path()));
        assert!(typed.is_none(), "{endpoint} is typed as {typed:?}");
    }
}

fn collect(directory: &Path, sources: &mut String) {
    let entries = fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry").path());
    for path in entries {
        if path.is_dir() {
            collect(&path, sources);
        } else {
            sources.push_str(&fs::read_to_string(path).expect("sources are text"));
        }
    }
}
