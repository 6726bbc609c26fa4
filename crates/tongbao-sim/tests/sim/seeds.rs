//! Seeds: a world to begin with.

use serde_json::{Value, json};
use tongbao_sim::{CryptoSettings, Seed, Settings, Simulator};
use tongbao_wire::seam::Clock;
use tongbao_wire::{Fen, Timestamp};

use tower::ServiceExt as _;

use crate::people::ask;
use crate::world::{Mailbox, World, number, seeded};

fn settings(crypto: CryptoSettings) -> Settings {
    let mailbox = std::sync::Arc::new(Mailbox::default());
    let clock = Clock::fixed(Timestamp::from_seconds(crate::world::START));
    let mut settings = Settings::local(clock, seeded(7), mailbox, "http://127.0.0.1:8090".into());
    settings.crypto = crypto;
    settings
}

fn planted(text: &str) -> Result<Simulator, String> {
    let mut settings = settings(CryptoSettings::Fixed);
    let seed = Seed::from_toml(text).map_err(|error| format!("{} {error}", error.code()))?;
    settings.plant(seed).map_err(|error| format!("{} {error}", error.code()))?;
    Simulator::new(settings).map_err(|error| error.to_string())
}

/// The example of the document.
fn example() -> String {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/simulator.md");
    let text = std::fs::read_to_string(document).unwrap();
    let (_, section) = text.split_once("## Seed file").unwrap();
    let (_, example) = section.split_once("```toml\n").unwrap();
    example.split_once("```").unwrap().0.to_owned()
}

#[tokio::test(start_paused = true)]
async fn the_example_of_the_document_is_a_world() {
    let sim = planted(&example()).unwrap();
    let env = sim.env();
    let mchids: Vec<_> = env.merchants.iter().map(|merchant| merchant.mchid.as_str()).collect();
    assert_eq!(mchids, ["1900000301", "1900000302", "1900000303"]);
    assert_eq!(env.merchants[2].providers[0].as_str(), "1900000302");
    assert_eq!(sim.now(), Timestamp::parse_rfc3339("2026-03-02T10:00:00+08:00").unwrap());
    let books = sim.books();
    assert!(books.balanced());
    let mine = &books.merchants[&env.merchants[0].mchid];
    assert_eq!(
        (mine.paid, mine.refunded, mine.operating),
        (Fen::new(8800), Fen::new(1800), Fen::new(50_000))
    );
    assert_eq!(books.payers["alice"], Fen::new(100_000 - 8800 + 1800));
    assert_eq!(books.cards["bob"]["CMB_DEBIT"], Fen::new(500_000));
    assert_eq!(sim.orders().len(), 2);
    let waiting = sim.notifications().into_iter().filter(|notice| notice.next_at.is_some()).count();
    assert_eq!(waiting, 0, "nobody is told of what is past");
    // Yesterday's bill has it.
    let kind = "ALL".parse().unwrap();
    let bill = sim.bill(None, tongbao_wire::BillDate::parse("2026-03-01").unwrap(), kind);
    assert!(bill.is_ok_and(|bill| bill.contains("SEED0001") && bill.contains("SEED0001-R1")));
    // A reset comes back to it.
    sim.pay(&number("SEED0002"), None).await.unwrap();
    sim.reset();
    assert_eq!(sim.books(), books);
    let request = http::Request::get("/sim/v1/payers/bob").header("host", "localhost");
    let told = sim.router().oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    let told = axum::body::to_bytes(told.into_body(), usize::MAX).await.unwrap();
    let bob: Value = serde_json::from_slice(&told).unwrap();
    assert_eq!((&bob["mood"], &bob["acts"]), (&json!("cancels"), &json!("invoked")));
}

#[test]
fn what_is_wrong_with_a_seed_is_told_with_its_line_or_its_place() {
    for (text, said) in [
        ("clock = \"frozen\"\nkeys = ", "seed_unreadable line 2: "),
        ("\n\nmerchant = 1", "seed_unreadable line 3: unknown field `merchant`"),
        (
            "[[merchants]]\nmchid = \"1900000301\"\nnmae = \"x\"",
            "seed_unreadable line 3: unknown field `nmae`",
        ),
        ("clock = \"fast\"", "seed_unreadable line 1: "),
        ("[switches]\nrefund_takes = \"soon\"", "seed_unreadable line 2: `soon` is no span of time"),
        ("[switches]\nrefund_take = \"2s\"", "seed_unreadable line 2: unknown field `refund_take`"),
        (
            "[[orders]]\nout_trade_no = \"SEED0001\"\ntotal_fen = 1\nnotify_url = \"not a url\"",
            "seed: orders[0]: notify_url not an absolute address",
        ),
        ("[switches]\ntrade_overdue_status = 101", "seed_refused switches: trade_overdue_status is 101"),
        ("[switches]\npassword_tries = 0", "seed_refused switches: password_tries is 0; 1 to 255"),
        ("[[payers]]\nname = \"x\"", "seed_unreadable line 1: missing field `id`"),
        ("[[payers]]\nid = \"a b\"", "seed_refused payers[0]: payer id must be"),
        (
            "[[payers]]\nid = \"a\"\n[[payers]]\nid = \"a\"",
            "seed_refused payers[1]: there is a payer a already",
        ),
        ("[[payers]]\nid = \"a\"\ncards_fen = { NO_SUCH = 1 }", "seed_refused payers[0]: cards_fen"),
        ("[[payers]]\nid = \"a\"\nmood = { mood = \"merry\" }", "seed_unreadable line 3: "),
        (
            "[[payers]]\nid = \"a\"\nmood = { mood = \"pays_after\", seconds = 999999999999 }",
            "seed_refused payers[0]: seconds",
        ),
        ("[[merchants]]\napiv3_key = \"short\"", "seed_refused merchants[0]: apiv3_key"),
        ("[[merchants]]\navailable_fen = -1", "seed_refused merchants[0]: available_fen"),
        ("[[merchants]]\nproviders = [\"1900000999\"]", "seed_refused merchants[0]: provider 1900000999"),
        (
            "[[merchants]]\nmchid = \"1900000301\"\nproviders = [\"1900000302\"]\n\
             [[merchants]]\nmchid = \"1900000302\"\nproviders = [\"1900000301\"]",
            "seed_refused merchants[0]: merchant 1900000302 is no service provider",
        ),
        (
            "[[merchants]]\nmchid = \"1900000301\"\n[[merchants]]\nmchid = \"1900000301\"",
            "seed_refused merchants[1]: there is a merchant",
        ),
        (
            "[[orders]]\nout_trade_no = \"SEED0001\"\ntotal_fen = 1\npaid_at = \"2030-01-01T00:00:00+08:00\"",
            "seed: orders[0]: 2030-01-01T00:00:00+08:00 is to come",
        ),
        (
            "[[orders]]\nout_trade_no = \"SEED0001\"\ntotal_fen = 100000000\npaid_at = \"2026-02-28T00:00:00+08:00\"",
            "seed: orders[0]: ",
        ),
        (
            "[[orders]]\nout_trade_no = \"SEED0001\"\ntotal_fen = 1\npayer = \"nobody\"",
            "seed: orders[0]: it is refused: OpenidUnknown",
        ),
        ("[[orders]]\nout_trade_no = \"SEED0001\"\ntotal_fen = 0", "seed: orders[0]: total_fen"),
        (
            "[[orders]]\nout_trade_no = \"SEED0001\"\ntotal_fen = 1\nmchid = \"1900000999\"",
            "seed: orders[0]: there is no such merchant",
        ),
    ] {
        let refused = planted(text).err().unwrap_or_default();
        assert!(refused.starts_with(said), "{text}\n{refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_simulator_that_runs_takes_the_merchants_and_people_of_a_seed_or_nothing_of_it() {
    let world = World::new();
    let seed = json!({
        "merchants": [
            {"mchid": "1900000301", "available_fen": 700},
            {"mchid": "1900000302", "providers": ["1900000301"]},
        ],
        "payers": [{"id": "carol", "balance_fen": 900, "cards_fen": {"CMB_DEBIT": 5}}],
    });
    let told = ask(&world, "POST", "seed", &seed).await;
    assert_eq!((told.status.as_u16(), told.json()), (200, json!({"merchants": 2, "payers": 1})));
    let books = world.sim.books();
    assert_eq!((books.payers["carol"], books.cards["carol"]["CMB_DEBIT"]), (Fen::new(900), Fen::new(5)));
    let again = ask(&world, "POST", "seed", &seed).await;
    assert_eq!((again.status.as_u16(), again.code().as_str()), (409, "seed_refused"));
    let half =
        json!({"merchants": [{"mchid": "1900000303"}, {"mchid": "1900000302"}], "payers": [{"id": "dave"}]});
    assert_eq!(ask(&world, "POST", "seed", &half).await.status, 409);
    assert!(!world.sim.books().payers.contains_key("dave"));
    assert_eq!(world.sim.merchants().len(), 5);
    for (wrong, code) in [
        (json!({"clock": "frozen"}), "seed_start_only"),
        (json!({"orders": [{"out_trade_no": "SEED0001", "total_fen": 1}]}), "seed_start_only"),
        (json!({"nobody": 1}), "bad_request"),
        (Value::Array(Vec::new()), "bad_request"),
    ] {
        let told = ask(&world, "POST", "seed", &wrong).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (400, code), "{wrong}");
    }
    assert!(world.sim.books().balanced());
}
