//! Merchants that come and go while the simulator runs.

use serde_json::{Value, json};
use tongbao_sim::{CryptoSettings, EnvFile, MerchantKey};
use tongbao_wire::{Fen, Mchid, TradeState};

use crate::people::ask;
use crate::world::{JSAPI, Told, World, number};

async fn add(world: &mut World, body: &Value) -> Told {
    let told = ask(world, "POST", "merchants", body).await;
    world.env = world.sim.env();
    told
}

/// Where a merchant stands in the environment.
fn place(world: &World, mchid: &str) -> usize {
    world.env.merchants.iter().position(|merchant| merchant.mchid.as_str() == mchid).unwrap()
}

/// An order of a merchant for payer-1.
fn order(world: &World, at: usize, out_trade_no: &str, total: i64) -> Value {
    let merchant = &world.env.merchants[at];
    json!({
        "appid": merchant.apps[0].appid, "mchid": merchant.mchid, "description": "龙井一盒",
        "out_trade_no": out_trade_no, "notify_url": format!("http://127.0.0.1:8080/{}", merchant.mchid),
        "amount": {"total": total}, "payer": {"openid": merchant.apps[0].openids[0].1},
    })
}

#[tokio::test(start_paused = true)]
async fn an_added_merchant_is_called_for_paid_and_notified_under_its_own_keys() {
    let mut world = World::new();
    let told = add(&mut world, &json!({"mchid": "1900000201", "available_fen": 500})).await;
    assert_eq!(told.status, 201, "{told:?}");
    let said = told.json();
    assert_eq!((&said["keys"], &said["books"]["available_fen"]), (&json!("published"), &json!(500)));
    let at = place(&world, "1900000201");
    assert_eq!(world.post_as(at, JSAPI, &order(&world, at, "T20260301", 100)).await.status, 200);
    world.sim.pay(&number("T20260301"), None).await.unwrap();
    world.sim.advance(std::time::Duration::ZERO).await;
    assert_eq!(world.resource_for(at, 0)["mchid"], "1900000201");
    let books = world.sim.books();
    assert_eq!(books.merchants[&Mchid::parse("1900000201").unwrap()].available, Fen::new(599));
    assert!(books.balanced());
}

#[tokio::test(start_paused = true)]
async fn what_a_merchant_brings_along_is_used_and_what_it_does_not_is_drawn() {
    let mut world = World::new();
    let own = world.env.merchants[0].clone();
    let told = add(
        &mut world,
        &json!({
            "mchid": "1900000202", "name": "小店", "apiv3_key": "A".repeat(32), "apiv2_key": "B".repeat(32),
            "certificate_pem": own.certificate_pem, "fee_rate": 0, "standing": {"closed_scenes": ["NATIVE"]},
            "apps": [{"appid": "wx00000000000000aa"}, {"secret": "C".repeat(32)}],
        }),
    )
    .await;
    assert_eq!(told.status, 201, "{told:?}");
    let said = told.json();
    assert_eq!((&said["keys"], &said["standing"]["closed_scenes"]), (&json!("given"), &json!(["NATIVE"])));
    let at = place(&world, "1900000202");
    let merchant = world.env.merchants[at].clone();
    assert_eq!(
        (merchant.serial_no, merchant.private_key_pem),
        (own.serial_no, String::new()),
        "it keeps its key"
    );
    assert_eq!(merchant.apps[0].secret, own.apps[0].secret, "one appid has one secret");
    assert_eq!(merchant.apiv2_key, "B".repeat(32));
    // What it signs verifies all the same.
    assert_eq!(world.post_as(at, JSAPI, &order(&world, at, "T20260301", 100)).await.status, 200);
    let mut native = order(&world, at, "T20260302", 100);
    native.as_object_mut().unwrap().remove("payer");
    world.post_as(at, "/v3/pay/transactions/native", &native).await.refused(403, "NO_AUTH");
    let with_key = json!({"private_key_pem": own.private_key_pem, "serial_no": "4".repeat(40)});
    let told = add(&mut world, &with_key).await.json();
    let minted = &world.env.merchants[place(&world, told["mchid"].as_str().unwrap())];
    assert_eq!((minted.serial_no.as_str(), minted.apps.len()), ("4".repeat(40).as_str(), 1));
}

#[tokio::test(start_paused = true)]
async fn a_sub_merchant_belongs_to_its_provider_and_more_appids_can_be_bound() {
    let mut world = World::new();
    let sub = json!({"mchid": "1900000203", "providers": ["1900000100"]});
    assert_eq!(add(&mut world, &sub).await.status, 201);
    let bound =
        ask(&world, "POST", "merchants/1900000203/apps", &json!({"appid": "wx00000000000002aa"})).await;
    assert_eq!(bound.json()["appid"], "wx00000000000002aa");
    world.env = world.sim.env();
    let (provider, at) = (place(&world, "1900000100"), place(&world, "1900000203"));
    let openid = &world.env.merchants[at].apps[0].openids[0].1;
    let order = json!({
        "sp_appid": world.env.merchants[provider].apps[0].appid, "sp_mchid": "1900000100",
        "sub_mchid": "1900000203", "sub_appid": "wx00000000000002aa", "description": "龙井一盒",
        "out_trade_no": "T20260301", "notify_url": "http://127.0.0.1:8080/notify", "amount": {"total": 100},
        "payer": {"sub_openid": openid},
    });
    let told = world.post_as(provider, "/v3/pay/partner/transactions/jsapi", &order).await;
    assert_eq!(told.status, 200, "{told:?}");
    let file = ask(&world, "GET", "merchants/1900000203/env", &Value::Null).await.json();
    let value = |key: &str| {
        let line = file["lines"].as_array().unwrap().iter().find(|line| line["key"] == key).cloned();
        line.map(|line| line["value"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(value("SP_MCHID").as_deref(), Some("1900000100"));
    assert_eq!(value("SUB_MCHID").as_deref(), Some("1900000203"));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_added_or_removed_is_told_and_changes_nothing() {
    let world = World::new();
    let before = world.sim.merchants().len();
    for (body, status, code) in [
        (json!({"mchid": "1900000001"}), 409, "merchant_exists"),
        (json!({"providers": ["1900009999"]}), 404, "unknown_provider"),
        (json!({"mchid": "1900000204", "providers": ["1900000204"]}), 400, "bad_request"),
        (json!({"providers": ["1900000001"]}), 409, "no_provider"),
        (json!({"providers": ["1900000109"]}), 409, "no_provider"),
        (json!({"providers": ["1900000100"], "provider": true}), 400, "bad_request"),
        (json!({"refund_notify_url": "ftp://x"}), 400, "bad_request"),
        (json!({"scan_callback_url": "not an address"}), 400, "bad_request"),
        (json!({"standing": {"closed_scenes": ["BARTER"]}}), 400, "bad_request"),
        (
            json!({"apps": [{"appid": "wx00000000000002aa"}, {"appid": "wx00000000000002aa"}]}),
            400,
            "bad_request",
        ),
        (json!({"apiv3_key": "short"}), 400, "bad_request"),
        (json!({"apiv2_key": "short"}), 400, "bad_request"),
        (
            json!({"private_key_pem": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"}),
            400,
            "bad_request",
        ),
        (json!({"certificate_pem": "no certificate"}), 400, "bad_request"),
        (json!({"serial_no": "xyz"}), 400, "bad_request"),
        (json!({"available_fen": -1}), 400, "bad_request"),
        (json!({"mchid": "not a number!"}), 400, "bad_request"),
        (json!({"nmae": "typo"}), 400, "bad_request"),
        (json!([]), 400, "bad_request"),
    ] {
        let told = ask(&world, "POST", "merchants", &body).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (status, code), "{body}: {told:?}");
    }
    let foreign = json!({
        "private_key_pem": world.env.merchants[0].private_key_pem,
        "certificate_pem": world.env.platform_certificate.as_ref().map_or("", |it| it.pem.as_str()),
    });
    assert_eq!(ask(&world, "POST", "merchants", &foreign).await.status, 400, "they do not belong together");
    assert_eq!(world.sim.merchants().len(), before);
    for (mchid, status, code) in [
        ("1900000001", 409, "merchant_in_use"),
        ("1900000100", 409, "merchant_in_use"),
        ("1900009999", 404, "unknown_merchant"),
    ] {
        let told = ask(&world, "DELETE", &format!("merchants/{mchid}"), &Value::Null).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (status, code), "{mchid}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_removed_merchant_is_nobody_and_a_snapshot_with_its_orders_is_refused() {
    let mut world = World::new();
    add(&mut world, &json!({"mchid": "1900000201"})).await;
    let at = place(&world, "1900000201");
    world.post_as(at, JSAPI, &order(&world, at, "T20260301", 100)).await;
    assert_eq!(ask(&world, "DELETE", "merchants/1900000201", &Value::Null).await.code(), "merchant_in_use");
    let snapshot = world.sim.snapshot();
    world.sim.reset();
    assert_eq!(ask(&world, "DELETE", "merchants/1900000201", &Value::Null).await.status, 200);
    world.post_as(at, JSAPI, &order(&world, at, "T20260302", 100)).await.refused(401, "SIGN_ERROR");
    let refused = world.sim.restore(snapshot.as_bytes()).unwrap_err();
    assert!(refused.to_string().contains("1900000201"), "{refused}");
    add(&mut world, &json!({"mchid": "1900000201"})).await;
    world.sim.restore(snapshot.as_bytes()).unwrap();
    world.sim.pay(&number("T20260301"), None).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_money_of_a_removed_merchant_goes_with_it_and_the_number_begins_anew() {
    let mut world = World::new();
    let before = world.sim.books();
    let body = json!({"mchid": "1900000201", "available_fen": 500, "operating_fen": 70});
    for _ in 0..2 {
        assert_eq!(add(&mut world, &body).await.json()["books"]["available_fen"], json!(500));
        let told = ask(&world, "POST", "merchants/1900000201/withdraw", &json!({"amount_fen": 100})).await;
        assert_eq!(told.status, 200, "{told:?}");
        assert_eq!(ask(&world, "DELETE", "merchants/1900000201", &Value::Null).await.status, 200);
        assert_eq!(world.sim.books(), before, "nothing of it is left");
    }
}

#[tokio::test(start_paused = true)]
async fn a_merchant_who_sends_money_stays_until_a_reset() {
    let mut world = World::new();
    let body = json!({
        "mchid": "1900000201", "apps": [{"appid": world.env.merchants[0].apps[0].appid}], "operating_fen": 1000,
    });
    assert_eq!(add(&mut world, &body).await.status, 201);
    let at = place(&world, "1900000201");
    let bill = crate::transfers::bill(&world, "P1");
    let told = world.post_as(at, "/v3/fund-app/mch-transfer/transfer-bills", &bill).await;
    assert_eq!(told.status, 200, "{told:?}");
    let removed = ask(&world, "DELETE", "merchants/1900000201", &Value::Null).await;
    assert_eq!((removed.status.as_u16(), removed.code().as_str()), (409, "merchant_in_use"));
    world.sim.advance(std::time::Duration::from_secs(2 * 86_400)).await;
    assert!(world.sim.books().balanced());
    world.sim.reset();
    assert_eq!(ask(&world, "DELETE", "merchants/1900000201", &Value::Null).await.status, 200);
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_new_are_made_when_first_needed_and_stay() {
    let world = World::with(|settings| {
        settings.crypto = CryptoSettings::Generate;
        settings.merchants.truncate(1);
        settings.merchants[0].key = MerchantKey {
            private_key_pem: Some(World::new().env.merchants[0].private_key_pem.clone()),
            ..MerchantKey::default()
        };
    });
    assert_eq!(world.sim.merchants()[0].keys, "given");
    let told = ask(&world, "POST", "merchants", &json!({"mchid": "1900000205"})).await;
    assert_eq!(told.json()["keys"], "generated");
    let mchid = Mchid::parse("1900000205").unwrap();
    let pem = |file: EnvFile| {
        let lines = serde_json::to_value(file).unwrap()["lines"].as_array().unwrap().clone();
        lines.into_iter().find(|line| line["key"] == "MCH_PRIVATE_KEY").unwrap()["file"]["text"].clone()
    };
    let first = pem(world.sim.env_file(&mchid).unwrap());
    assert_eq!(first, pem(world.sim.env_file(&mchid).unwrap()));
    assert_ne!(first, json!(world.env.merchants[0].private_key_pem));
}

/// Two hundred merchants at once: orders, refunds, closings and nonsense, in turns. What is somebody's is nobody
/// else's: books, notifications, answers.
#[tokio::test(start_paused = true)]
async fn two_hundred_merchants_do_not_touch_each_other() {
    let mut world = World::new();
    let first = world.env.merchants.len();
    for index in 0..MANY {
        let body = json!({"mchid": format!("19001{index:05}")});
        assert_eq!(ask(&world, "POST", "merchants", &body).await.status, 201);
    }
    world.env = world.sim.env();
    assert_eq!(world.env.merchants.len(), first + MANY);
    // All of them use the same numbers.
    for round in 0..3 {
        for index in 0..MANY {
            let at = first + index;
            let total = 100 + i64::try_from(index).unwrap();
            let number = format!("T2026030{round}");
            if (index + round) % 7 == 0 {
                let told = world.send(world.draft_as(at, "POST", JSAPI, "{\"mchid\": nonsense")).await;
                assert_eq!(told.status, 400);
            }
            if (index + round) % 11 == 0 {
                let mut foreign = order(&world, at, &number, total);
                foreign["mchid"] = json!(world.env.merchants[at - 1].mchid);
                assert_eq!(world.post_as(at, JSAPI, &foreign).await.status, 400, "for somebody else");
            }
            assert_eq!(world.post_as(at, JSAPI, &order(&world, at, &number, total)).await.status, 200);
            if round < 2 {
                let pay = json!({"mchid": world.env.merchants[at].mchid});
                assert_eq!(ask(&world, "POST", &format!("orders/{number}/pay"), &pay).await.status, 200);
            }
        }
    }
    for index in 0..MANY {
        let refund = json!({
            "out_trade_no": "T20260300", "out_refund_no": "R1",
            "amount": {"refund": 1 + index, "total": 100 + index, "currency": "CNY"},
        });
        let told = world.post_as(first + index, crate::world::REFUNDS, &refund).await;
        assert_eq!(told.status, 200, "{told:?}");
    }
    world.sim.advance(std::time::Duration::from_secs(60)).await;
    let books = world.sim.books();
    assert!(books.balanced());
    for index in 0..MANY {
        let merchant = &world.env.merchants[first + index];
        let mine = &books.merchants[&merchant.mchid];
        let amount = i64::try_from(index).unwrap();
        assert_eq!((mine.payments, mine.paid), (2, Fen::new(2 * (100 + amount))));
        assert_eq!(mine.refunded, Fen::new(1 + amount));
        let open = world.sim.order(&merchant.mchid, &number("T20260302")).unwrap();
        assert_eq!(open.trade_state, TradeState::NotPay);
    }
    assert_eq!(world.mailbox.count(), 2 * MANY, "a payment is told once, and once only");
    for letter in 0..world.mailbox.count() {
        let at = place(&world, world.mailbox.letter(letter).uri().path().trim_start_matches('/'));
        let told = world.resource_for(at, letter);
        assert_eq!(told["mchid"].as_str(), Some(world.env.merchants[at].mchid.as_str()));
        assert_eq!(told["amount"]["total"], json!(100 + at - first));
    }
}

const MANY: usize = 200;

#[tokio::test(start_paused = true)]
async fn a_fee_above_the_whole_payment_is_refused_with_nothing_added() {
    let world = World::new();
    let before = world.sim.books();
    for wrong in [10_001, 65_535] {
        let told = world.control("/sim/v1/merchants", &serde_json::json!({"fee_rate": wrong})).await;
        assert_eq!(told.status, 400, "{wrong}");
    }
    assert_eq!(world.sim.books(), before);
    assert_eq!(
        world.control("/sim/v1/merchants", &serde_json::json!({"fee_rate": 10_000})).await.status,
        201
    );
}
