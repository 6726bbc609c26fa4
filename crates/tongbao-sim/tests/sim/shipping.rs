//! Order shipping management (miniprogram.md §4): money waits for receipt; the rows of §4.5 by their rules.

use std::time::Duration;

use http::Request;
use serde_json::{Value, json};
use tongbao_wire::Fen;

use crate::world::{World, number};

const DAY: Duration = Duration::from_secs(86_400);

/// A managed mini program with one paid order, ten seconds later.
async fn shop() -> World {
    let world = World::new();
    let appid = &world.env.merchants[0].apps[0].appid;
    let managed = world.control(&format!("/sim/v1/apps/{appid}/shipping"), &json!({"managed": true})).await;
    assert_eq!(managed.status, 200);
    world.paid("T20260301A").await;
    world.sim.advance(Duration::from_secs(10)).await;
    world
}

/// A call under the mini program's token.
async fn call(world: &World, path: &str, body: &Value) -> Value {
    let app = &world.env.merchants[0].apps[0];
    let asked = json!({"grant_type": "client_credential", "appid": app.appid, "secret": app.secret});
    let token = Request::post("/cgi-bin/stable_token").body(asked.to_string().into()).unwrap();
    let token = world.raw(token).await.json()["access_token"].as_str().unwrap().to_owned();
    let uri = format!("{path}?access_token={token}");
    world.raw(Request::post(uri).body(body.to_string().into()).unwrap()).await.json()
}

/// A good upload of the order, to be spoilt.
fn parcel(world: &World) -> Value {
    json!({
        "order_key": {"order_number_type": 1, "mchid": world.mchid(), "out_trade_no": "T20260301A"},
        "logistics_type": 1,
        "delivery_mode": 1,
        "shipping_list": [{"tracking_no": "YT100", "express_company": "YTO", "item_desc": "龙井一盒"}],
        "upload_time": "2026-03-01T10:00:10.120+08:00",
        "payer": {"openid": world.openid("payer-1")},
    })
}

const UPLOAD: &str = "/wxa/sec/order/upload_shipping_info";

async fn upload(world: &World, body: &Value) -> Value {
    call(world, UPLOAD, body).await["errcode"].clone()
}

async fn state(world: &World) -> Value {
    let asked = json!({"merchant_id": world.mchid(), "merchant_trade_no": "T20260301A"});
    call(world, "/wxa/sec/order/get_order", &asked).await["order"]["order_state"].clone()
}

fn frozen(world: &World) -> Fen {
    world.sim.books().merchants[&world.mchid()].frozen
}

#[tokio::test(start_paused = true)]
async fn money_of_a_managed_app_waits_until_the_payer_confirms_receipt() {
    let world = shop().await;
    assert_eq!((frozen(&world), state(&world).await), (Fen::new(99), json!(1)), "the fee is taken at once");
    let confirm =
        async || world.control("/sim/v1/orders/T20260301A/confirm-receipt", &json!({})).await.status;
    assert_eq!(confirm().await, 409, "nothing is shipped");
    assert_eq!(upload(&world, &parcel(&world)).await, 0);
    assert_eq!((frozen(&world), state(&world).await), (Fen::new(99), json!(2)));
    assert_eq!(confirm().await, 204);
    assert_eq!((frozen(&world), state(&world).await), (Fen::ZERO, json!(4)));
    assert!(world.sim.books().balanced());
    assert_eq!(confirm().await, 409, "once");
}

#[tokio::test(start_paused = true)]
async fn receipt_confirms_itself_after_ten_days_for_express_and_two_for_others() {
    for (logistics, days) in [(1, 10), (2, 2), (3, 2), (4, 2)] {
        let world = shop().await;
        let mut body = parcel(&world);
        body["logistics_type"] = json!(logistics);
        assert_eq!(upload(&world, &body).await, 0);
        world.sim.advance(DAY * days - Duration::from_secs(1)).await;
        assert_eq!(frozen(&world), Fen::new(99), "logistics {logistics}");
        world.sim.advance(Duration::from_secs(1)).await;
        assert_eq!(frozen(&world), Fen::ZERO, "logistics {logistics}");
    }
}

#[tokio::test(start_paused = true)]
async fn apps_that_are_not_managed_and_other_scenes_have_their_money_at_once() {
    let world = World::new();
    world.paid("T20260301A").await;
    assert_eq!(frozen(&world), Fen::ZERO);
    let asked = json!({"appid": world.env.merchants[0].apps[0].appid});
    let told = call(&world, "/wxa/sec/order/is_trade_managed", &asked).await;
    assert_eq!(told["is_trade_managed"], false);
    let shop = shop().await;
    let told = call(&shop, "/wxa/sec/order/is_trade_managed", &asked).await;
    assert_eq!(told["is_trade_managed"], true);
    let path = "/wxa/sec/order/is_trade_management_confirmation_completed";
    assert_eq!(call(&shop, path, &asked).await["completed"], false);
    assert_eq!(call(&shop, path, &json!({"appid": "wx00000000000000ab"})).await["errcode"], 40013);
}

#[tokio::test(start_paused = true)]
async fn refunds_are_paid_from_what_is_frozen_and_end_the_shipping() {
    let world = shop().await;
    world.refund("T20260301A", "R1", 40).await;
    world.sim.advance(Duration::from_secs(5)).await;
    assert_eq!((frozen(&world), state(&world).await), (Fen::new(59), json!(1)));
    world.refund("T20260301A", "R2", 60).await;
    world.sim.advance(Duration::from_secs(5)).await;
    assert_eq!((frozen(&world), state(&world).await), (Fen::ZERO, json!(5)));
    assert_eq!(upload(&world, &parcel(&world)).await, 10_060_004);
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_received_of_what_goes_back_whole() {
    let world = shop().await;
    assert_eq!(upload(&world, &parcel(&world)).await, 0);
    world.refund("T20260301A", "R1", 100).await;
    let told = world.control("/sim/v1/orders/T20260301A/confirm-receipt", &json!({})).await;
    assert_eq!((told.status.as_u16(), state(&world).await), (409, json!(5)), "{told:?}");
    // Nor does it confirm itself.
    world.sim.advance(Duration::from_secs(20 * 86_400)).await;
    assert_eq!((frozen(&world), state(&world).await), (Fen::ZERO, json!(5)));
    assert!(world.sim.books().balanced());
}

/// A row of §4.5: what is changed in a good upload, and the errcode.
macro_rules! uploads {
    ($($name:ident: $change:expr => $errcode:literal;)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $name() {
            let world = shop().await;
            let mut body = parcel(&world);
            let change: fn(&mut Value) = $change;
            change(&mut body);
            assert_eq!(upload(&world, &body).await, $errcode);
            assert_eq!(state(&world).await, 1, "nothing was recorded");
        }
    )*};
}

uploads! {
    a_payment_that_is_not_there_is_told_so: |body| body["order_key"]["out_trade_no"] = json!("T20260301Z") => 10_060_001;
    the_kind_of_number_is_one_or_two: |body| body["order_key"]["order_number_type"] = json!(3) => 268_485_194;
    a_transaction_id_is_needed_for_kind_two: |body| body["order_key"]["order_number_type"] = json!(2) => 268_485_195;
    an_mchid_is_needed_for_kind_one: |body| body["order_key"]["mchid"] = json!("") => 268_485_196;
    an_out_trade_no_is_needed_for_kind_one: |body| body["order_key"]["out_trade_no"] = json!("") => 268_485_197;
    upload_time_has_milliseconds: |body| body["upload_time"] = json!("2026-03-01T10:00:10+08:00") => 268_485_216;
    upload_time_has_an_offset: |body| body["upload_time"] = json!("2026-03-01T10:00:10.120") => 268_485_216;
    logistics_are_one_to_four: |body| body["logistics_type"] = json!(5) => 10_060_005;
    the_mode_is_one_or_two: |body| body["delivery_mode"] = json!(3) => 268_485_224;
    only_express_is_split: |body| {
        body["logistics_type"] = json!(2);
        body["delivery_mode"] = json!(2);
    } => 10_060_006;
    split_delivery_says_whether_it_is_all: |body| body["delivery_mode"] = json!(2) => 10_060_007;
    unified_delivery_has_one_parcel: |body| {
        let one = body["shipping_list"][0].clone();
        body["shipping_list"] = json!([one, one]);
    } => 268_485_228;
    fifteen_parcels_are_the_most: |body| {
        let one = body["shipping_list"][0].clone();
        body["delivery_mode"] = json!(2);
        body["is_all_delivered"] = json!(true);
        body["shipping_list"] = Value::Array(vec![one; 16]);
    } => 10_060_024;
    goods_are_described: |body| body["shipping_list"][0]["item_desc"] = json!("") => 10_060_008;
    goods_are_described_briefly: |body| body["shipping_list"][0]["item_desc"] = json!("茶".repeat(121)) => 10_060_009;
    express_has_a_tracking_number: |body| body["shipping_list"][0]["tracking_no"] = json!("") => 268_485_226;
    express_has_a_company: |body| body["shipping_list"][0]["express_company"] = json!("") => 268_485_227;
    a_company_is_short: |body| body["shipping_list"][0]["express_company"] = json!("Y".repeat(129)) => 10_060_025;
    a_tracking_number_is_short: |body| body["shipping_list"][0]["tracking_no"] = json!("1".repeat(129)) => 10_060_026;
    sf_needs_somebody_to_call: |body| body["shipping_list"][0]["express_company"] = json!("SF") => 10_060_014;
    the_payer_is_the_orders: |body| body["payer"]["openid"] = json!("oAnother") => 10_060_031;
    a_body_of_another_shape_is_no_json_of_this_call: |body| body["shipping_list"] = json!("one") => 47_001;
}

#[tokio::test(start_paused = true)]
async fn an_order_is_there_ten_seconds_after_its_payment() {
    let world = shop().await;
    world.paid("T20260301B").await;
    let mut body = parcel(&world);
    body["order_key"]["out_trade_no"] = json!("T20260301B");
    assert_eq!(upload(&world, &body).await, 10_060_001);
    world.sim.advance(Duration::from_secs(10)).await;
    assert_eq!(upload(&world, &body).await, 0);
}

#[tokio::test(start_paused = true)]
async fn the_same_again_changes_nothing_and_there_is_one_chance_to_ship_again() {
    let world = shop().await;
    let first = parcel(&world);
    assert_eq!(upload(&world, &first).await, 0);
    assert_eq!(upload(&world, &first).await, 10_060_023);
    let mut second = parcel(&world);
    second["shipping_list"][0]["tracking_no"] = json!("YT101");
    assert_eq!(upload(&world, &second).await, 10_060_014, "upload_time rises");
    second["upload_time"] = json!("2026-03-01T10:00:11.000+08:00");
    assert_eq!(upload(&world, &second).await, 0);
    let mut third = second.clone();
    third["shipping_list"][0]["tracking_no"] = json!("YT102");
    third["upload_time"] = json!("2026-03-01T10:00:12.000+08:00");
    assert_eq!(upload(&world, &third).await, 10_060_003);
    let asked = json!({"merchant_id": world.mchid(), "merchant_trade_no": "T20260301A"});
    let told = call(&world, "/wxa/sec/order/get_order", &asked).await;
    let shipping = &told["order"]["shipping"];
    assert_eq!(
        (&shipping["finish_shipping_count"], &shipping["shipping_list"][0]["tracking_no"]),
        (&json!(2), &json!("YT101"))
    );
}

#[tokio::test(start_paused = true)]
async fn parcels_of_a_split_order_add_up_until_it_is_all_delivered() {
    let world = shop().await;
    let mut body = parcel(&world);
    body["delivery_mode"] = json!(2);
    body["is_all_delivered"] = json!(false);
    assert_eq!(upload(&world, &body).await, 0);
    assert_eq!(state(&world).await, 1, "more comes");
    body["shipping_list"][0]["tracking_no"] = json!("YT101");
    body["is_all_delivered"] = json!(true);
    body["upload_time"] = json!("2026-03-01T10:00:11.000+08:00");
    assert_eq!(upload(&world, &body).await, 0);
    assert_eq!(state(&world).await, 2);
    body["shipping_list"][0]["tracking_no"] = json!("YT102");
    body["is_all_delivered"] = json!(false);
    body["upload_time"] = json!("2026-03-01T10:00:12.000+08:00");
    assert_eq!(upload(&world, &body).await, 10_060_002);
}

#[tokio::test(start_paused = true)]
async fn a_query_by_the_uploads_names_is_refused() {
    let world = shop().await;
    let asked = json!({"mchid": world.mchid(), "out_trade_no": "T20260301A"});
    assert_eq!(call(&world, "/wxa/sec/order/get_order", &asked).await["errcode"], 47_001);
}

#[tokio::test(start_paused = true)]
async fn orders_are_listed_in_pages() {
    let world = shop().await;
    for number in ["T20260301B", "T20260301C"] {
        world.paid(number).await;
    }
    world.sim.advance(Duration::from_secs(10)).await;
    let list = async |body: Value| call(&world, "/wxa/sec/order/get_order_list", &body).await;
    let first = list(json!({"page_size": 2})).await;
    let numbers = |page: &Value| {
        let rows = page["order_list"].as_array().unwrap();
        rows.iter().map(|row| row["merchant_trade_no"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (numbers(&first), &first["has_more"]),
        (vec!["T20260301A".into(), "T20260301B".into()], &json!(true))
    );
    let second = list(json!({"page_size": 2, "last_index": first["last_index"]})).await;
    assert_eq!((numbers(&second), &second["has_more"]), (vec!["T20260301C".into()], &json!(false)));
    assert_eq!(list(json!({"last_index": "nowhere"})).await["errcode"], 10_060_011);
    assert!(numbers(&list(json!({"order_state": 2})).await).is_empty());
    assert_eq!(numbers(&list(json!({"openid": world.openid("payer-1")})).await).len(), 3);
    let past = json!({"pay_time_range": {"begin_time": 1, "end_time": 2}});
    assert!(numbers(&list(past).await).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_payer_is_reminded_once_of_express_that_was_shipped() {
    let world = shop().await;
    let now = || world.sim.now().seconds();
    let remind = async |at: i64| {
        let asked = json!({
            "merchant_id": world.mchid(), "merchant_trade_no": "T20260301A", "received_time": at,
        });
        call(&world, "/wxa/sec/order/notify_confirm_receive", &asked).await["errcode"].clone()
    };
    assert_eq!(remind(now()).await, 10_060_028);
    assert_eq!(upload(&world, &parcel(&world)).await, 0);
    assert_eq!(remind(now() - 60).await, 10_060_029);
    assert_eq!(remind(now() + 60).await, 10_060_029);
    assert_eq!(remind(now()).await, 0);
    assert_eq!(remind(now()).await, 10_060_030);
    let virtual_goods = shop().await;
    let mut body = parcel(&virtual_goods);
    body["logistics_type"] = json!(3);
    assert_eq!(upload(&virtual_goods, &body).await, 0);
    let asked = json!({
        "merchant_id": virtual_goods.mchid(), "merchant_trade_no": "T20260301A",
        "received_time": virtual_goods.sim.now().seconds(),
    });
    let told = call(&virtual_goods, "/wxa/sec/order/notify_confirm_receive", &asked).await;
    assert_eq!(told["errcode"], 10_060_032);
}

#[tokio::test(start_paused = true)]
async fn a_pre_sale_waits_330_days_at_most() {
    let world = shop().await;
    let now = world.sim.now().seconds();
    let mark = async |kind: i64, order: &str, until: i64| {
        let asked = json!({"order_id": order, "type": kind, "delay_to": until});
        call(&world, "/wxa/sec/order/opspecialorder", &asked).await["errcode"].clone()
    };
    assert_eq!(mark(3, "T20260301A", 0).await, 268_546_000);
    assert_eq!(mark(1, "T20260301Z", now + 60).await, 268_546_002);
    assert_eq!(mark(1, "T20260301A", now).await, 268_546_001);
    assert_eq!(mark(1, "T20260301A", now + 331 * 86_400).await, 268_546_001);
    assert_eq!(mark(1, "T20260301A", now + 300 * 86_400).await, 0);
    assert_eq!(mark(2, "T20260301A", 0).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_combined_order_is_shipped_whole_or_not_at_all() {
    let world = shop().await;
    let request = crate::rows::Request::combine(&world);
    request.accepted(&world).await;
    world.sim.pay(&number("S20260301A"), None).await.unwrap();
    world.sim.advance(Duration::from_secs(10)).await;
    let part = |number: &str| {
        let mut part = parcel(&world);
        part["order_key"]["out_trade_no"] = json!(number);
        part
    };
    let whole = |parts: Vec<Value>| {
        json!({
            "order_key": {"order_number_type": 1, "mchid": world.mchid(), "out_trade_no": "C20260301A"},
            "sub_orders": parts,
            "upload_time": "2026-03-01T10:00:30.120+08:00",
            "payer": {"openid": world.openid("payer-1")},
        })
    };
    let path = "/wxa/sec/order/upload_combined_shipping_info";
    let send = async |parts: Vec<Value>| call(&world, path, &whole(parts)).await["errcode"].clone();
    assert_eq!(send(vec![part("S20260301A"), part("T20260301A")]).await, 10_060_001, "not a part of it");
    assert_eq!(send(vec![part("S20260301A"), part("S20260301A")]).await, 10_060_013);
    let mut other = part("S20260301B");
    other["order_key"] = json!({"order_number_type": 2, "transaction_id": "4200000001202603010000000001"});
    assert_eq!(send(vec![part("S20260301A"), other]).await, 268_485_253);
    assert_eq!(send(vec![part("S20260301A"), part("S20260301B")]).await, 0);
    let asked = json!({"order_state": 2});
    let told = call(&world, "/wxa/sec/order/get_order_list", &asked).await;
    assert_eq!(told["order_list"].as_array().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn companies_are_listed() {
    let told = call(&shop().await, "/cgi-bin/express/delivery/open_msg/get_delivery_list", &json!({})).await;
    assert_eq!(told["delivery_list"].as_array().unwrap().len(), told["count"]);
    let path = "/wxa/sec/order/set_msg_jump_path";
    assert_eq!(call(&shop().await, path, &json!({"path": "pages/order?id=1"})).await["errcode"], 0);
    assert_eq!(call(&shop().await, path, &json!({"path": ""})).await["errcode"], 10_060_014);
}
