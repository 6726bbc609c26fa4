//! Transfers to users (v3-extended.md §10.1).

use std::time::Duration;

use serde_json::{Value, json};

use crate::people::ask;
use crate::sealing::{opened_by_merchant, seal, with_serial};
use crate::world::{Told, World};

const BILLS: &str = "/v3/fund-app/mch-transfer/transfer-bills";
const AUTHORIZATIONS: &str = "/v3/fund-app/mch-transfer/user-confirm-authorization";
const RECEIPTS: &str = "/v3/fund-app/mch-transfer/elecsign/out-bill-no";
const HOOK: &str = "http://127.0.0.1:8080/transfers";

/// A merchant with a hundred yuan in its operating account.
async fn world() -> World {
    let world = World::new();
    top_up(&world, 1_000_000).await;
    world
}

async fn top_up(world: &World, fen: i64) {
    let told = ask(
        world,
        "POST",
        "merchants/1900000001/top-up",
        &json!({"amount_fen": fen, "account": "OPERATION"}),
    )
    .await;
    assert_eq!(told.status, 200, "{told:?}");
}

pub(crate) fn bill(world: &World, out_bill_no: &str) -> Value {
    json!({
        "appid": world.env.merchants[0].apps[0].appid,
        "out_bill_no": out_bill_no,
        "transfer_scene_id": "1000",
        "openid": world.openid("payer-1"),
        "transfer_amount": 200,
        "transfer_remark": "新会员奖励",
        "notify_url": HOOK,
        "user_recv_perception": "现金奖励",
        "transfer_scene_report_infos": [
            {"info_type": "活动名称", "info_content": "新会员有礼"},
            {"info_type": "奖励说明", "info_content": "注册奖励"},
        ],
    })
}

async fn started(world: &World, out_bill_no: &str) -> Value {
    let told = world.post(BILLS, &bill(world, out_bill_no)).await;
    assert_eq!(told.status, 200, "{told:?}");
    assert!(world.verifies(&told.headers, &told.body));
    told.json()
}

async fn state(world: &World, out_bill_no: &str) -> Value {
    world.get(&format!("{BILLS}/out-bill-no/{out_bill_no}")).await.json()
}

async fn confirm(world: &World, package: &Value) -> Told {
    ask(world, "POST", "transfers/confirmations", &json!({"package_info": package})).await
}

async fn wait(world: &World, seconds: u64) {
    world.sim.advance(Duration::from_secs(seconds)).await;
}

/// The decrypted notifications so far: event type and payload.
fn told(world: &World) -> Vec<(String, Value)> {
    let letters = world.mailbox.letters.lock().unwrap().clone();
    let open = |letter: &http::Request<bytes::Bytes>| {
        let envelope: Value = serde_json::from_slice(letter.body()).unwrap();
        assert_eq!(envelope["resource"]["original_type"], "mch_payment");
        let plain = serde_json::from_slice(&world.open(&envelope["resource"])).unwrap();
        (envelope["event_type"].as_str().unwrap().to_owned(), plain)
    };
    letters.iter().map(open).collect()
}

fn mine(world: &World) -> tongbao_sim::MerchantBooks {
    world.sim.books().merchants[&world.mchid()].clone()
}

#[tokio::test(start_paused = true)]
async fn a_transfer_is_locked_confirmed_and_received() {
    let world = world().await;
    let first = started(&world, "P1").await;
    assert_eq!(first["state"], "WAIT_USER_CONFIRM");
    assert_eq!((mine(&world).operating.get(), mine(&world).transferring.get()), (999_800, 200));
    let confirmed = confirm(&world, &first["package_info"]).await;
    assert_eq!(confirmed.json()["transfer"]["state"], "TRANSFERING", "{confirmed:?}");
    assert_eq!(confirm(&world, &first["package_info"]).await.status, 409, "once");
    let before = world.sim.books().payers["payer-1"].get();
    wait(&world, 60).await;
    let told_state = state(&world, "P1").await;
    assert_eq!((&told_state["state"], &told_state["mch_id"]), (&json!("SUCCESS"), &json!("1900000001")));
    assert_eq!(told_state["openid"], world.openid("payer-1"));
    let numbered = format!("{BILLS}/transfer-bill-no/{}", first["transfer_bill_no"].as_str().unwrap());
    assert_eq!(world.get(&numbered).await.json(), told_state);
    assert_eq!(world.sim.books().payers["payer-1"].get(), before + 200);
    assert_eq!(mine(&world).transferred.get(), 200);
    assert!(world.sim.books().balanced());
    let notices = told(&world);
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].0, "MCHTRANSFER.BILL.FINISHED");
    for (member, value) in [
        ("out_bill_no", json!("P1")),
        ("state", json!("SUCCESS")),
        ("mch_id", json!("1900000001")),
        ("transfer_amount", json!(200)),
        ("payment_method_type", json!("CFT")),
        ("fail_reason", Value::Null),
    ] {
        assert_eq!(notices[0].1[member], value, "{member}");
    }
}

#[tokio::test(start_paused = true)]
async fn transfers_are_held_to_their_rules() {
    let world = world().await;
    for (rule, code, change) in [
        (
            "the number has letters and digits only",
            "PARAM_ERROR",
            (|b| b["out_bill_no"] = json!("P_1")) as fn(&mut Value),
        ),
        ("the number has at most 32 characters", "PARAM_ERROR", |b| b["out_bill_no"] = json!("9".repeat(33))),
        ("at least 10 fen", "PARAM_ERROR", |b| b["transfer_amount"] = json!(9)),
        ("the amount is an integer", "PARAM_ERROR", |b| b["transfer_amount"] = json!("200")),
        ("the name is needed from 2000 yuan", "PARAM_ERROR", |b| b["transfer_amount"] = json!(200_000)),
        ("the remark has at most 32 characters", "PARAM_ERROR", |b| {
            b["transfer_remark"] = json!("奖".repeat(33))
        }),
        ("the scene exists", "PARAM_ERROR", |b| b["transfer_scene_id"] = json!("9999")),
        ("the scene's reports are all there", "PARAM_ERROR", |b| {
            drop(b["transfer_scene_report_infos"].as_array_mut().unwrap().pop())
        }),
        ("the scene's reports are its own", "PARAM_ERROR", |b| {
            b["transfer_scene_report_infos"][0]["info_type"] = json!("赔付原因")
        }),
        ("something is reported", "PARAM_ERROR", |b| {
            drop(b.as_object_mut().unwrap().remove("transfer_scene_report_infos"))
        }),
        ("the scene allows the perception", "INVALID_REQUEST", |b| {
            b["user_recv_perception"] = json!("商家赔付")
        }),
        ("notify_url has no query", "PARAM_ERROR", |b| {
            b["notify_url"] = json!("https://shop.example.com/a?b=c")
        }),
        ("the style is known", "PARAM_ERROR", |b| b["user_recv_style"] = json!({"type": "BANNER"})),
        ("openid belongs to appid", "PARAM_ERROR", |b| b["openid"] = json!("oSomebodyElse")),
        ("appid belongs to the merchant", "INVALID_REQUEST", |b| b["appid"] = json!("wx9999999999999999")),
        ("unknown members are refused", "PARAM_ERROR", |b| b["batch_name"] = json!("x")),
    ] {
        let mut body = bill(&world, "P1");
        change(&mut body);
        let told = world.post(BILLS, &body).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (400, code), "{rule}: {told:?}");
    }
    let mut body = bill(&world, "P1");
    body["user_recv_perception"] = json!("商家赔付");
    let told = world.post(BILLS, &body).await;
    assert_eq!(told.message(), "暂不支持展示当前传入的用户收款感知");
    body = bill(&world, "P1");
    body["transfer_scene_report_infos"].as_array_mut().unwrap().pop();
    assert_eq!(world.post(BILLS, &body).await.message(), "需传入转账场景报备信息，请检查");
    assert_eq!(mine(&world).transferring.get(), 0, "nothing moved");
}

#[tokio::test(start_paused = true)]
async fn a_scene_must_be_opened() {
    let world = world().await;
    ask(&world, "POST", "merchants/1900000001/transfer-scenes", &json!({"open": ["1011"]})).await;
    world.post(BILLS, &bill(&world, "P1")).await.refused(403, "NO_AUTH");
    ask(&world, "POST", "merchants/1900000001/transfer-scenes", &json!({"open": ["1000"]})).await;
    started(&world, "P1").await;
}

#[tokio::test(start_paused = true)]
async fn the_same_number_and_content_tells_the_transfer_and_other_content_is_refused() {
    let world = world().await;
    let first = started(&world, "P1").await;
    assert_eq!(started(&world, "P1").await, first);
    let mut other = bill(&world, "P1");
    other["transfer_remark"] = json!("别的");
    let told = world.post(BILLS, &other).await;
    told.refused(400, "ALREADY_EXISTS");
    assert_eq!(told.message(), "单号已存在但信息不一致，请查单后比较确认");
    assert_eq!(mine(&world).transferring.get(), 200, "once");
}

#[tokio::test(start_paused = true)]
async fn a_merchant_short_of_money_tries_again_with_the_same_number() {
    let world = World::new();
    world.post(BILLS, &bill(&world, "P1")).await.refused(403, "NOT_ENOUGH");
    world.get(&format!("{BILLS}/out-bill-no/P1")).await.refused(404, "NOT_FOUND");
    top_up(&world, 200).await;
    started(&world, "P1").await;
    assert_eq!(mine(&world).operating.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn nobody_confirms_for_a_day_and_the_money_is_back() {
    let world = world().await;
    let first = started(&world, "P1").await;
    wait(&world, 24 * 3600 - 1).await;
    assert_eq!(state(&world, "P1").await["state"], "WAIT_USER_CONFIRM");
    wait(&world, 1).await;
    let ended = state(&world, "P1").await;
    assert_eq!((&ended["state"], &ended["fail_reason"]), (&json!("FAIL"), &json!("OVERDUE_CLOSE")));
    assert_eq!(mine(&world).operating.get(), 1_000_000);
    assert_eq!(confirm(&world, &first["package_info"]).await.status, 409);
    assert_eq!(told(&world)[0].1["fail_reason"], "OVERDUE_CLOSE");
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn cancelling_is_accepted_before_confirmation_only_and_done_a_moment_later() {
    let world = world().await;
    let first = started(&world, "P1").await;
    let cancel = |number: &str| {
        let draft = world.draft("POST", &format!("{BILLS}/out-bill-no/{number}/cancel"), "");
        world.send(draft)
    };
    assert_eq!(cancel("P1").await.json()["state"], "CANCELING");
    assert_eq!(confirm(&world, &first["package_info"]).await.status, 409, "the race is decided");
    wait(&world, 60).await;
    assert_eq!(cancel("P1").await.json()["state"], "CANCELLED");
    let ended = state(&world, "P1").await;
    assert_eq!((&ended["state"], &ended["fail_reason"]), (&json!("CANCELLED"), &json!("MCH_CANCEL")));
    assert_eq!(mine(&world).operating.get(), 1_000_000);

    let second = started(&world, "P2").await;
    confirm(&world, &second["package_info"]).await;
    cancel("P2").await.refused(400, "INVALID_REQUEST");
    wait(&world, 60).await;
    cancel("P2").await.refused(400, "INVALID_REQUEST");
    cancel("P3").await.refused(400, "INVALID_REQUEST");
    let states: Vec<_> = told(&world).into_iter().map(|(_, plain)| plain["state"].clone()).collect();
    assert_eq!(states, ["CANCELLED", "SUCCESS"]);
}

#[tokio::test(start_paused = true)]
async fn a_name_is_opened_compared_and_told_sealed() {
    let world = world().await;
    for (number, name, ends) in [("P1", "买家一", "SUCCESS"), ("P2", "别人", "FAIL")] {
        let mut body = bill(&world, number);
        body["user_name"] = json!(seal(&world, name));
        body["transfer_amount"] = json!(200_000);
        let send =
            |body: &Value| world.send(with_serial(&world, world.draft("POST", BILLS, &body.to_string())));
        let first = send(&body).await.json();
        body["user_name"] = json!(seal(&world, name));
        assert_eq!(send(&body).await.json(), first, "sealed anew it is the same content");
        confirm(&world, &first["package_info"]).await;
        wait(&world, 60).await;
        let told = state(&world, number).await;
        assert_eq!(told["state"], ends);
        assert_eq!(opened_by_merchant(&world, told["user_name"].as_str().unwrap()), name);
    }
    assert_eq!(state(&world, "P2").await["fail_reason"], "NAME_NOT_CORRECT");
    let mut small = bill(&world, "P3");
    small["user_name"] = json!(seal(&world, "买家一"));
    small["transfer_amount"] = json!(29);
    let told = world.send(with_serial(&world, world.draft("POST", BILLS, &small.to_string()))).await;
    told.refused(400, "PARAM_ERROR");
    world.post(BILLS, &small).await.refused(400, "PARAM_ERROR");
}

#[tokio::test(start_paused = true)]
async fn failures_are_set_by_hand_at_once_or_on_arrival() {
    let world = world().await;
    let fail = |number: &str, body: Value| {
        let path = format!("merchants/1900000001/transfers/{number}/fail");
        let world = &world;
        async move { ask(world, "POST", &path, &body).await }
    };
    started(&world, "P1").await;
    assert_eq!(fail("P1", json!({"fail_reason": "TRANSFER_RISK"})).await.json()["transfer"]["state"], "FAIL");
    let second = started(&world, "P2").await;
    fail("P2", json!({"fail_reason": "PAYEE_ACCOUNT_ABNORMAL", "on_arrival": true})).await;
    assert_eq!(state(&world, "P2").await["state"], "WAIT_USER_CONFIRM");
    confirm(&world, &second["package_info"]).await;
    wait(&world, 60).await;
    assert_eq!(state(&world, "P2").await["fail_reason"], "PAYEE_ACCOUNT_ABNORMAL");
    assert_eq!(mine(&world).operating.get(), 1_000_000);
    assert_eq!(fail("P2", json!({"fail_reason": "TRANSFER_RISK"})).await.status, 409, "it has ended");
    assert_eq!(fail("P9", json!({"fail_reason": "TRANSFER_RISK"})).await.status, 404);
    assert_eq!(fail("P1", json!({"fail_reason": "BAD_LUCK"})).await.status, 400);
}

#[tokio::test(start_paused = true)]
async fn a_confirmation_page_is_meant_for_one_person() {
    let world = world().await;
    let first = started(&world, "P1").await;
    let body = json!({"package_info": first["package_info"], "payer": "payer-2"});
    assert_eq!(ask(&world, "POST", "transfers/confirmations", &body).await.status, 409);
    let unknown = json!({"package_info": "old"});
    assert_eq!(ask(&world, "POST", "transfers/confirmations", &unknown).await.status, 404);
    let package = first["package_info"].as_str().unwrap().replace('=', "%3D");
    let page =
        ask(&world, "GET", &format!("transfers/confirmations?package_info={package}"), &Value::Null).await;
    assert_eq!(page.json()["payer"], "payer-1", "{page:?}");
    assert_eq!(state(&world, "P1").await["state"], "WAIT_USER_CONFIRM", "looking changes nothing");
}

#[tokio::test(start_paused = true)]
async fn queries_reach_back_thirty_days() {
    let world = world().await;
    started(&world, "P1").await;
    wait(&world, 30 * 86_400).await;
    assert_eq!(state(&world, "P1").await["state"], "FAIL");
    wait(&world, 1).await;
    world.get(&format!("{BILLS}/out-bill-no/P1")).await.refused(404, "NOT_FOUND");
}

fn authorization(world: &World, number: &str) -> Value {
    json!({
        "out_authorization_no": number, "appid": world.env.merchants[0].apps[0].appid,
        "openid": world.openid("payer-1"), "transfer_scene_id": "1000", "user_display_name": "会员一",
        "authorization_notify_url": HOOK,
    })
}

fn under(world: &World, out_bill_no: &str, authorization: &str) -> Value {
    let mut body = bill(world, out_bill_no);
    body.as_object_mut().unwrap().remove("openid");
    body["out_authorization_no"] = json!(authorization);
    body
}

#[tokio::test(start_paused = true)]
async fn under_an_authorisation_nobody_confirms() {
    let world = world().await;
    let target = format!("{BILLS}/transfer");
    world.post(&target, &under(&world, "P1", "A1")).await.refused(400, "INVALID_REQUEST");
    let asked = world.post(AUTHORIZATIONS, &authorization(&world, "A1")).await.json();
    assert_eq!(asked["state"], "WAIT_USER_CONFIRM");
    assert_eq!(world.post(AUTHORIZATIONS, &authorization(&world, "A1")).await.json(), asked);
    let mut other = authorization(&world, "A1");
    other["user_display_name"] = json!("会员二");
    world.post(AUTHORIZATIONS, &other).await.refused(400, "ALREADY_EXISTS");
    let second = world.post(AUTHORIZATIONS, &authorization(&world, "A2")).await;
    second.refused(400, "INVALID_REQUEST");
    assert!(second.message().starts_with("用户在当前场景下的授权数量达到限制"));
    world.post(&target, &under(&world, "P1", "A1")).await.refused(400, "INVALID_REQUEST");

    confirm(&world, &asked["package_info"]).await;
    let query = format!("{AUTHORIZATIONS}/out-authorization-no/A1?is_display_authorization=true");
    let given = world.get(&query).await.json();
    assert_eq!(given["state"], "TAKING_EFFECT");
    assert!(given["package_info"].is_string() && given["authorization_id"].is_string());
    let first = world.post(&target, &under(&world, "P1", "A1")).await;
    assert_eq!(first.json()["state"], "PROCESSING", "{first:?}");
    let mut by_id = under(&world, "P2", "A1");
    by_id.as_object_mut().unwrap().remove("out_authorization_no");
    world.post(&target, &by_id).await.refused(400, "PARAM_ERROR");
    by_id["authorization_id"] = given["authorization_id"].clone();
    assert_eq!(world.post(&target, &by_id).await.status, 200);
    let mut scene = under(&world, "P3", "A1");
    scene["transfer_scene_id"] = json!("1005");
    scene.as_object_mut().unwrap().remove("user_recv_perception");
    world.post(&target, &scene).await.refused(400, "INVALID_REQUEST");
    wait(&world, 60).await;
    assert_eq!(state(&world, "P1").await["state"], "SUCCESS");

    let close = format!("{AUTHORIZATIONS}/out-authorization-no/A1/close");
    for _ in 0..2 {
        let closed = world.send(world.draft("POST", &close, "")).await.json();
        assert_eq!(closed["close_info"]["close_reason"], "CLOSE_VIA_MCH_API");
    }
    world.post(&target, &under(&world, "P4", "A1")).await.refused(400, "INVALID_REQUEST");
    wait(&world, 1).await;
    let events: Vec<_> = told(&world).into_iter().map(|(event, _)| event).collect();
    assert_eq!(
        events,
        [
            "MCHTRANSFER.AUTHORIZATION.CONFIRMED",
            "MCHTRANSFER.BILL.FINISHED",
            "MCHTRANSFER.BILL.FINISHED",
            "MCHTRANSFER.AUTHORIZATION.CLOSED",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_authorisation_not_given_in_a_day_ends_and_the_user_may_end_one() {
    let world = world().await;
    world.post(AUTHORIZATIONS, &authorization(&world, "A1")).await;
    wait(&world, 24 * 3600).await;
    let query = |number: &str| {
        world.send(world.draft("GET", &format!("{AUTHORIZATIONS}/out-authorization-no/{number}"), ""))
    };
    assert_eq!(query("A1").await.json()["close_info"]["close_reason"], "USER_OVERDUE_UNCONFIRMED");
    let asked = world.post(AUTHORIZATIONS, &authorization(&world, "A2")).await.json();
    confirm(&world, &asked["package_info"]).await;
    let path = "merchants/1900000001/authorizations/A2/close";
    assert_eq!(ask(&world, "POST", path, &json!({})).await.status, 200);
    assert_eq!(ask(&world, "POST", path, &json!({})).await.status, 409);
    assert_eq!(query("A2").await.json()["close_info"]["close_reason"], "USER_CLOSE");
    query("A9").await.refused(404, "NOT_FOUND");
}

#[tokio::test(start_paused = true)]
async fn a_transfer_that_asks_for_an_authorisation_gets_both_by_one_confirmation() {
    let world = world().await;
    let mut body = bill(&world, "P1");
    body["authorization_info"] = json!({"user_display_name": "会员一", "out_authorization_no": "A1", "authorization_notify_url": HOOK});
    let target = format!("{BILLS}/pre-transfer-with-authorization");
    let first = world.post(&target, &body).await.json();
    assert_eq!(
        (&first["out_authorization_no"], &first["user_display_name"]),
        (&json!("A1"), &json!("会员一"))
    );
    assert_eq!(world.post(&target, &body).await.json(), first);
    confirm(&world, &first["package_info"]).await;
    wait(&world, 60).await;
    assert_eq!(state(&world, "P1").await["state"], "SUCCESS");
    assert_eq!(world.post(&format!("{BILLS}/transfer"), &under(&world, "P2", "A1")).await.status, 200);
    let mut foreign = bill(&world, "P3");
    foreign["sponsor_mchid"] = json!("1900000002");
    world.post(&target, &foreign).await.refused(403, "NO_AUTH");
}

#[tokio::test(start_paused = true)]
async fn a_receipt_is_made_after_success_and_downloaded_for_ten_minutes() {
    let world = world().await;
    let first = started(&world, "P1").await;
    let request = json!({"out_bill_no": "P1"});
    world.post(RECEIPTS, &request).await.refused(400, "INVALID_REQUEST");
    confirm(&world, &first["package_info"]).await;
    wait(&world, 60).await;
    world.get(&format!("{RECEIPTS}/P1")).await.refused(404, "NOT_FOUND");
    assert_eq!(world.post(RECEIPTS, &request).await.json()["state"], "GENERATING");
    wait(&world, 60).await;
    let receipt = world.get(&format!("{RECEIPTS}/P1")).await.json();
    assert_eq!((&receipt["state"], &receipt["hash_type"]), (&json!("FINISHED"), &json!("SHA256")));
    let mut under_its_name = world.draft("GET", &format!("{RECEIPTS}/P1"), "");
    under_its_name.headers.push(("host", "api.mch.weixin.qq.com".into()));
    let there = world.send(under_its_name).await.json()["download_url"].to_string();
    assert!(there.starts_with("\"https://api.mch.weixin.qq.com/v3/"), "{there}");
    let url =
        receipt["download_url"].as_str().unwrap().strip_prefix("http://127.0.0.1:8090").unwrap().to_owned();
    let file = world.get(&url).await;
    assert!(file.body.starts_with(b"%PDF") && file.header("wechatpay-signature").is_empty(), "{file:?}");
    let digest = ring::digest::digest(&ring::digest::SHA256, &file.body);
    let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(receipt["hash_value"], hex);
    let by_bill = "/v3/fund-app/mch-transfer/elecsign/transfer-bill-no";
    let number = json!({"transfer_bill_no": first["transfer_bill_no"]});
    assert_eq!(world.post(by_bill, &number).await.json()["state"], "FINISHED");
    let told = world.get(&format!("{by_bill}/{}", first["transfer_bill_no"].as_str().unwrap())).await.json();
    assert_eq!(told["hash_value"], receipt["hash_value"]);
    wait(&world, 600).await;
    let late = world.get(&url).await;
    late.refused(400, "INVALID_REQUEST");
    assert_eq!(late.message(), "下载链接过期，请重新请求文件下载");
}
