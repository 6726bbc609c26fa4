//! Notifications (v2.md §4).

use std::time::Duration;

use tongbao_sim::{DeliveryFault, Faults, Forgery};
use tongbao_wire::{OutRefundNo, RefundStatus};

use super::client::{Form, OK, open_req_info, read, sign};
use crate::world::{START, Says, World, number};

fn arrivals(world: &World) -> Vec<i64> {
    let notifications = world.sim.notifications();
    notifications[0].attempts.iter().map(|attempt| attempt.at.seconds() - START).collect()
}

fn letter(world: &World, index: usize) -> Vec<(String, String)> {
    let letter = world.mailbox.letter(index);
    assert_eq!(letter.headers()["content-type"], "text/xml");
    assert!(letter.headers().keys().all(|name| !name.as_str().starts_with("wechatpay-")));
    read(std::str::from_utf8(letter.body()).unwrap())
}

fn get<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

#[tokio::test(start_paused = true)]
async fn a_payment_is_told_in_signed_xml() {
    for hmac in [false, true] {
        let world = World::new();
        world.mailbox.always(Says::Words(200, OK));
        let form = Form::order(&world, "V20260301A").with("device_info", "WEB");
        (if hmac { form.hmac() } else { form }).send(&world).await.succeeded();
        world.sim.pay(&number("V20260301A"), None).await.unwrap();
        world.sim.advance(Duration::from_secs(86_400 * 2)).await;
        assert_eq!(world.mailbox.count(), 1);
        let told = letter(&world, 0);
        assert_eq!(get(&told, "sign"), sign(&told, &world.env.merchants[0].apiv2_key, hmac));
        let mut sorted = told.clone();
        sorted.sort();
        assert_eq!(told, sorted, "elements come by name");
        let query = world.query_v2("V20260301A").await;
        for name in [
            "openid",
            "is_subscribe",
            "trade_type",
            "bank_type",
            "total_fee",
            "fee_type",
            "cash_fee",
            "transaction_id",
            "out_trade_no",
            "attach",
            "time_end",
            "device_info",
            "appid",
            "mch_id",
            "result_code",
            "return_code",
        ] {
            assert_eq!(get(&told, name), query.get(name), "{name}");
        }
        assert_eq!(get(&told, "sign_type"), if hmac { "HMAC-SHA256" } else { "" });
        assert!(world.sim.notifications()[0].delivered);
    }
}

#[tokio::test(start_paused = true)]
async fn only_the_words_of_success_end_it() {
    for (status, words, accepted) in [
        (200, OK, true),
        (200, "<xml><return_code>SUCCESS</return_code></xml>", true),
        (200, "", false),
        (200, "success", false),
        (200, "{\"code\":\"SUCCESS\"}", false),
        (200, "<xml><return_code><![CDATA[FAIL]]></return_code></xml>", false),
        (500, OK, false),
        (204, "", false),
    ] {
        let world = World::new();
        world.mailbox.always(Says::Words(status, words));
        world.paid_v2("V20260301A").await;
        world.sim.advance(Duration::from_secs(20)).await;
        assert_eq!(world.mailbox.count() == 1, accepted, "{status} {words}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_ladder_has_fifteen_repetitions_within_24_hours_and_4_minutes() {
    let world = World::new();
    world.mailbox.always(Says::Status(200));
    world.paid_v2("V20260301A").await;
    world.sim.advance(Duration::from_secs(3 * 86_400)).await;
    assert_eq!(
        arrivals(&world),
        [0, 15, 30, 60, 240, 840, 2040, 3840, 5640, 7440, 11_040, 21_840, 32_640, 43_440, 65_040, 86_640]
    );
}

#[tokio::test(start_paused = true)]
async fn a_refund_is_told_encrypted_and_unsigned() {
    for (status, word) in [
        (RefundStatus::Success, "SUCCESS"),
        (RefundStatus::Closed, "REFUNDCLOSE"),
        (RefundStatus::Abnormal, "CHANGE"),
    ] {
        let world = World::new();
        world.mailbox.always(Says::Words(200, OK));
        world.paid_v2("V20260301A").await;
        let refund = Form::refund(&world, "V20260301A", "R1", "40").send(&world).await;
        world.sim.force_refund(&world.mchid(), &OutRefundNo::parse("R1").unwrap(), status).unwrap();
        world.sim.advance(Duration::from_secs(1)).await;
        assert_eq!(world.mailbox.letter(1).uri(), "http://127.0.0.1:8080/v2/refunded");
        let told = letter(&world, 1);
        assert_eq!(get(&told, "return_code"), "SUCCESS");
        assert_eq!((get(&told, "sign"), get(&told, "result_code")), ("", ""));
        let inside = open_req_info(get(&told, "req_info"), &world.env.merchants[0].apiv2_key);
        for (name, value) in [
            ("out_trade_no", "V20260301A"),
            ("out_refund_no", "R1"),
            ("refund_id", refund.get("refund_id")),
            ("transaction_id", refund.get("transaction_id")),
            ("total_fee", "100"),
            ("refund_fee", "40"),
            ("settlement_refund_fee", "40"),
            ("refund_status", word),
            ("refund_recv_accout", "支付用户零钱"),
            ("refund_request_source", "API"),
            ("success_time", if word == "SUCCESS" { "2026-03-01 10:00:00" } else { "" }),
        ] {
            assert_eq!(get(&inside, name), value, "{name} of {word}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refund_without_address_is_told_where_the_merchant_has_set_in_v2_whoever_asked() {
    let url = "http://127.0.0.1:8080/set";
    let world = World::with(|settings| settings.merchants[0].refund_notify_url = Some(url.into()));
    world.paid("T20260301A").await;
    let body = serde_json::json!({
        "out_trade_no": "T20260301A", "out_refund_no": "R1",
        "amount": {"refund": 40, "total": 100, "currency": "CNY"},
    });
    assert_eq!(world.post(crate::world::REFUNDS, &body).await.status, 200);
    world.sim.advance(Duration::from_secs(10)).await;
    assert_eq!(world.mailbox.letter(1).uri(), url);
    let inside = open_req_info(get(&letter(&world, 1), "req_info"), &world.env.merchants[0].apiv2_key);
    assert_eq!(get(&inside, "out_refund_no"), "R1");
}

#[tokio::test(start_paused = true)]
async fn a_refund_without_any_address_is_told_to_nobody() {
    let world = World::new();
    world.paid_v2("V20260301A").await;
    Form::refund(&world, "V20260301A", "R1", "40").without("notify_url").send(&world).await.succeeded();
    world.sim.advance(Duration::from_secs(10)).await;
    assert!(world.sim.notifications().iter().all(|told| told.out_refund_no.is_none()));
}

#[tokio::test(start_paused = true)]
async fn a_forged_send_has_a_wrong_sign_or_another_amount_and_the_next_is_right() {
    for forgery in [Forgery::WrongKey, Forgery::SignTest, Forgery::StaleTimestamp, Forgery::Tamper] {
        let world = World::new();
        world.mailbox.always(Says::Status(500));
        world.sim.set_faults(Faults {
            delivery: Box::new(move |seen| {
                if seen.send == 1 { DeliveryFault::Forge(forgery) } else { DeliveryFault::Pass }
            }),
            ..Faults::default()
        });
        world.paid_v2("V20260301A").await;
        world.sim.advance(Duration::from_secs(16)).await;
        let key = &world.env.merchants[0].apiv2_key;
        let right = |index| {
            let told = letter(&world, index);
            get(&told, "sign") == sign(&told, key, false)
        };
        assert_eq!((right(0), right(1)), (false, true), "{forgery:?}");
    }
}
