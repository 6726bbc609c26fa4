//! Bills over v3: when they are there, who may have them, and their addresses (v3.md §7).

use std::io::Read as _;
use std::time::Duration;

use serde_json::Value;
use tongbao_sim::{MerchantSettings, Settings};
use tongbao_wire::{Fen, Mchid};

use crate::world::{Told, World};

const DAY: &str = "2026-03-01";

pub(crate) async fn wait(world: &World, hours: u64) {
    world.sim.advance(Duration::from_secs(hours * 3600)).await;
}

async fn ask(world: &World, query: &str) -> Told {
    world.get(&format!("/v3/bill/{query}")).await
}

/// Path and query of the address a bill is at.
fn path(told: &Told) -> String {
    assert_eq!(told.status, 200, "{told:?}");
    let url = told.json()["download_url"].as_str().unwrap().to_owned();
    url.strip_prefix("http://127.0.0.1:8090").unwrap().to_owned()
}

pub(crate) async fn text_of(world: &World, query: &str) -> String {
    let told = world.get(&path(&ask(world, query).await)).await;
    assert_eq!(told.status, 200);
    String::from_utf8(told.body.to_vec()).unwrap()
}

fn sha1(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Another merchant, who may act for the first.
pub(crate) fn with_provider(settings: &mut Settings) -> Mchid {
    let mchid = Mchid::parse("1900000009").unwrap();
    settings.merchants[0].providers.push(mchid.clone());
    let mut provider = MerchantSettings::new(mchid.clone(), "服务商", "9".repeat(32), "9".repeat(32));
    provider.apps = settings.merchants[0].apps.clone();
    provider.apps[0].appid = tongbao_wire::Appid::parse("wx00000000000000bb").unwrap();
    settings.merchants.push(provider);
    mchid
}

/// The same request by another merchant: with fixed keys all sign alike.
async fn ask_as(world: &World, mchid: &str, target: &str) -> Told {
    let mut draft = world.draft("GET", target, "");
    let merchant = world.env.merchants.iter().find(|it| it.mchid.as_str() == mchid).unwrap();
    draft.mchid = mchid.into();
    draft.serial.clone_from(&merchant.serial_no);
    world.send(draft).await
}

#[tokio::test(start_paused = true)]
async fn a_bill_is_there_from_nine_oclock_of_the_next_day() {
    let world = World::new();
    world.paid("T20260301A").await;
    for (hours, code) in [(0, "INVALID_REQUEST"), (13, "INVALID_REQUEST"), (1, "STATEMENT_CREATING")] {
        wait(&world, hours).await;
        ask(&world, &format!("tradebill?bill_date={DAY}")).await.refused(400, code);
    }
    world.sim.advance(Duration::from_secs(9 * 3600 - 1)).await;
    ask(&world, &format!("fundflowbill?bill_date={DAY}")).await.refused(400, "STATEMENT_CREATING");
    world.sim.advance(Duration::from_secs(1)).await;
    assert_eq!(ask(&world, &format!("tradebill?bill_date={DAY}")).await.status, 200);
    assert_eq!(ask(&world, &format!("fundflowbill?bill_date={DAY}")).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_day_without_trades_has_no_bill_for_good() {
    let world = World::new();
    world.paid("T20260301A").await;
    wait(&world, 24).await;
    for query in [
        "tradebill?bill_date=2026-02-28",
        "tradebill?bill_date=2026-03-01&bill_type=REFUND",
        "fundflowbill?bill_date=2026-02-28",
        "fundflowbill?bill_date=2026-03-01&account_type=OPERATION",
        "fundflowbill?bill_date=2026-03-01&account_type=FEES",
    ] {
        ask(&world, query).await.refused(400, "NO_STATEMENT_EXIST");
    }
    let sharing = world.get("/v3/profitsharing/bills?bill_date=2026-03-01").await;
    sharing.refused(400, "NO_STATEMENT_EXIST");
}

#[tokio::test(start_paused = true)]
async fn parameters_keep_their_rules() {
    let world = World::new();
    wait(&world, 24).await;
    for (query, code) in [
        ("tradebill", "PARAM_ERROR"),
        ("tradebill?bill_date=", "PARAM_ERROR"),
        ("tradebill?bill_date=20260301", "INVALID_REQUEST"),
        ("tradebill?bill_date=2026-02-30", "INVALID_REQUEST"),
        ("tradebill?bill_date=2026-03-02", "INVALID_REQUEST"),
        ("tradebill?bill_date=2026-12-31", "INVALID_REQUEST"),
        ("tradebill?bill_date=2025-12-01", "INVALID_REQUEST"),
        ("tradebill?bill_date=2025-12-02", "NO_STATEMENT_EXIST"),
        ("tradebill?bill_date=2026-03-01&bill_type=all", "PARAM_ERROR"),
        ("tradebill?bill_date=2026-03-01&bill_type=RECHARGE_REFUND", "PARAM_ERROR"),
        ("tradebill?bill_date=2026-03-01&tar_type=ZIP", "PARAM_ERROR"),
        ("fundflowbill?bill_date=2026-03-01&account_type=Basic", "PARAM_ERROR"),
        ("fundflowbill?bill_date=2026-03-01&account_type=DEPOSIT", "PARAM_ERROR"),
        ("fundflowbill?account_type=BASIC", "PARAM_ERROR"),
    ] {
        ask(&world, query).await.refused(400, code);
    }
}

#[tokio::test(start_paused = true)]
async fn the_digest_is_of_the_text_whether_it_comes_compressed_or_not() {
    let world = World::new();
    world.paid("T20260301A").await;
    wait(&world, 24).await;
    let plain = ask(&world, &format!("tradebill?bill_date={DAY}")).await;
    let packed = ask(&world, &format!("tradebill?bill_date={DAY}&tar_type=GZIP")).await;
    let (plain_file, packed_file) = (world.get(&path(&plain)).await, world.get(&path(&packed)).await);
    assert!(path(&packed).ends_with("&tartype=gzip") && packed_file.body.starts_with(&[0x1f, 0x8b]));
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed_file.body[..]).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain_file.body);
    for told in [plain, packed] {
        assert_eq!(told.json()["hash_type"], "SHA1");
        assert_eq!(told.json()["hash_value"], Value::from(sha1(&unpacked)));
    }
    for file in [plain_file, packed_file] {
        assert!(
            file.headers.keys().all(|name| !name.as_str().starts_with("wechatpay-")),
            "files are unsigned"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_expires_and_is_for_the_one_who_asked() {
    let world = World::with(|settings| drop(with_provider(settings)));
    world.paid("T20260301A").await;
    wait(&world, 24).await;
    let address = path(&ask(&world, &format!("tradebill?bill_date={DAY}")).await);
    ask_as(&world, "1900000009", &address).await.refused(403, "NO_AUTH");
    let mut unsigned = world.draft("GET", &address, "");
    unsigned.authorization = Some(String::new());
    world.send(unsigned).await.refused(401, "SIGN_ERROR");
    world.sim.advance(Duration::from_secs(299)).await;
    assert_eq!(world.get(&address).await.status, 200);
    assert_eq!(world.get(&address).await.status, 200, "a broken download can be repeated");
    world.sim.advance(Duration::from_secs(1)).await;
    for gone in [&address, "/v3/billdownload/file?token=never", "/v3/billdownload/file"] {
        let told = world.get(gone).await;
        told.refused(400, "INVALID_REQUEST");
        assert_eq!(told.message(), "下载链接过期，请重新请求文件下载");
    }
}

#[tokio::test(start_paused = true)]
async fn an_address_is_used_up_by_one_download_when_so_switched() {
    let world = World::with(|settings| settings.switches.bill_links_once = true);
    world.paid("T20260301A").await;
    wait(&world, 24).await;
    let address = path(&ask(&world, &format!("tradebill?bill_date={DAY}")).await);
    assert_eq!(world.get(&address).await.status, 200);
    world.get(&address).await.refused(400, "INVALID_REQUEST");
}

#[tokio::test(start_paused = true)]
async fn what_happens_later_does_not_change_a_bill() {
    let world = World::new();
    world.paid("T20260301A").await;
    world.refund("T20260301A", "R1", 40).await;
    let number = tongbao_wire::OutRefundNo::parse("R1").unwrap();
    world.sim.force_refund(&world.mchid(), &number, tongbao_wire::RefundStatus::Abnormal).unwrap();
    wait(&world, 24).await;
    let query = format!("tradebill?bill_date={DAY}");
    let before = text_of(&world, &query).await;
    assert!(before.contains("`ORIGINAL,`CHANGE"), "{before}");
    world.sim.force_refund(&world.mchid(), &number, tongbao_wire::RefundStatus::Success).unwrap();
    world.refund("T20260301A", "R2", 10).await;
    wait(&world, 24).await;
    assert_eq!(text_of(&world, &query).await, before);
    let next = text_of(&world, "tradebill?bill_date=2026-03-02").await;
    assert!(next.contains("R2") && !next.contains("`R1"), "{next}");
}

#[tokio::test(start_paused = true)]
async fn a_sub_merchants_bill_is_for_its_provider_alone() {
    let world = World::with(|settings| drop(with_provider(settings)));
    wait(&world, 24).await;
    let sub = world.mchid();
    let query = format!("/v3/bill/tradebill?bill_date={DAY}&sub_mchid={sub}");
    ask_as(&world, "1900000009", &query).await.refused(400, "NO_STATEMENT_EXIST");
    world.get(&query).await.refused(403, "NO_AUTH");
    let stranger = format!("/v3/bill/tradebill?bill_date={DAY}&sub_mchid=1900000777");
    ask_as(&world, "1900000009", &stranger).await.refused(403, "NO_AUTH");
}

#[tokio::test(start_paused = true)]
async fn the_merchants_balance_is_told_after_every_flow() {
    let world = World::new();
    world.paid("T20260301A").await;
    world.refund("T20260301A", "R1", 50).await;
    assert!(world.sim.withdraw(&world.mchid(), Fen::new(10)));
    wait(&world, 24).await;
    let bill = text_of(&world, &format!("fundflowbill?bill_date={DAY}")).await;
    let rows: Vec<_> = bill
        .lines()
        .filter(|line| line.starts_with('`'))
        .map(|line| line.split(',').map(|value| value.trim_start_matches('`')).collect::<Vec<_>>())
        .collect();
    let told: Vec<_> = rows[..4].iter().map(|row| (row[3], row[5], row[6], row[7])).collect();
    assert_eq!(
        told,
        [
            ("交易", "收入", "1.00", "1.00"),
            ("扣除交易手续费", "支出", "0.01", "0.99"),
            ("退款", "支出", "0.49", "0.50"),
            ("提现", "支出", "0.10", "0.40"),
        ],
        "half of the fee goes back with half of the payment"
    );
    assert_eq!(rows[4], ["4", "1", "1.00", "3", "0.60"]);
    assert_eq!(world.sim.books().merchants[&world.mchid()].available, Fen::new(40));
}

#[tokio::test(start_paused = true)]
async fn a_sub_merchants_fund_flow_comes_sealed_for_its_provider() {
    use base64::Engine as _;
    use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
    use rsa::pkcs8::DecodePrivateKey as _;

    let world = World::with(|settings| drop(with_provider(settings)));
    world.paid("T20260301A").await;
    wait(&world, 24).await;
    let query = format!(
        "/v3/bill/sub-merchant-fundflowbill?bill_date={DAY}&sub_mchid={}&account_type=BASIC&algorithm=AEAD_AES_256_GCM",
        world.mchid()
    );
    world.get(&query).await.refused(403, "NO_AUTH");
    let told = ask_as(&world, "1900000009", &query).await.json();
    assert_eq!(told["download_bill_count"], 1);
    let sealed = &told["download_bill_list"][0];
    assert_eq!(sealed["bill_sequence"], 1);
    let address = sealed["download_url"].as_str().unwrap().strip_prefix("http://127.0.0.1:8090").unwrap();
    world.get(address).await.refused(403, "NO_AUTH");
    let file = ask_as(&world, "1900000009", address).await;

    let own = rsa::RsaPrivateKey::from_pkcs8_pem(&world.env.merchants[1].private_key_pem).unwrap();
    let key =
        base64::engine::general_purpose::STANDARD.decode(sealed["encrypt_key"].as_str().unwrap()).unwrap();
    let key = own.decrypt(rsa::Oaep::new::<sha1::Sha1>(), &key).unwrap();
    let nonce =
        Nonce::assume_unique_for_key(sealed["nonce"].as_str().unwrap().as_bytes().try_into().unwrap());
    let mut text = file.body.to_vec();
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap());
    let opened = key.open_in_place(nonce, Aad::empty(), &mut text).unwrap();
    assert_eq!(sealed["hash_value"], Value::from(sha1(opened)));
    let own = text_of(&world, &format!("fundflowbill?bill_date={DAY}")).await;
    assert_eq!(String::from_utf8_lossy(opened), own, "the sub-merchant sees the same");

    for (change, code) in [
        ("account_type=DEPOSIT", "NO_STATEMENT_EXIST"),
        ("account_type=ALL", "PARAM_ERROR"),
        ("account_type=", "PARAM_ERROR"),
    ] {
        let query = query.replace("account_type=BASIC", change);
        ask_as(&world, "1900000009", &query).await.refused(400, code);
    }
    for (gone, code) in
        [("&algorithm=AEAD_AES_256_GCM", "PARAM_ERROR"), ("&account_type=BASIC", "PARAM_ERROR")]
    {
        ask_as(&world, "1900000009", &query.replace(gone, "")).await.refused(400, code);
    }
    let sm = query.replace("AEAD_AES_256_GCM", "SM4_GCM");
    ask_as(&world, "1900000009", &sm).await.refused(400, "PARAM_ERROR");
}

#[tokio::test(start_paused = true)]
async fn people_read_bills_without_the_api() {
    use http::Request;

    let world = World::new();
    world.paid("T20260301A").await;
    let get = async |path: &str| {
        let request = Request::get(format!("/sim/v1/bills/{path}")).header("host", "127.0.0.1:8090");
        world.raw(request.body(axum::body::Body::empty()).unwrap()).await
    };
    for (path, status, code) in [
        ("2026-03-01", 409, "day_not_over"),
        ("2025-01-01", 409, "bill_too_old"),
        ("2026-02-30", 400, "bad_request"),
        ("2026-02-28?type=WHAT", 400, "bad_request"),
        ("2026-02-28?mchid=1900000777", 404, "unknown_merchant"),
        ("yesterday", 404, "no_bill"),
    ] {
        let told = get(path).await;
        assert_eq!((told.status.as_u16(), told.code().as_str()), (status, code), "{path}");
    }
    wait(&world, 15).await;
    assert_eq!(get("yesterday").await.code(), "bill_creating");
    wait(&world, 9).await;
    for kind in ["", "?type=all", "?type=SUCCESS&mchid=1900000001"] {
        let told = get(&format!("yesterday{kind}")).await;
        assert_eq!(told.header("content-type"), "text/csv; charset=utf-8");
        assert!(String::from_utf8_lossy(&told.body).contains("T20260301A"), "{kind}");
    }
    let flows = get("2026-03-01?type=BASIC").await;
    assert_eq!(flows.body, text_of(&world, &format!("fundflowbill?bill_date={DAY}")).await);
}

#[tokio::test(start_paused = true)]
async fn money_is_put_into_a_purse_and_its_bill_says_so() {
    let world = World::new();
    let top_up = async |mchid: &str, body: &Value| {
        let request = http::Request::post(format!("/sim/v1/merchants/{mchid}/top-up"));
        let request = request.header("host", "127.0.0.1:8090").body(body.to_string().into()).unwrap();
        world.raw(request).await
    };
    for (account, member) in
        [("OPERATION", "operating_fen"), ("FEES", "fee_account_fen"), ("BASIC", "available_fen")]
    {
        let told = top_up("1900000001", &serde_json::json!({"amount_fen": 500, "account": account})).await;
        assert_eq!(told.json()["merchants"]["1900000001"][member], 500);
    }
    assert!(world.sim.books().balanced());
    for (mchid, body, status) in [
        ("1900000777", serde_json::json!({"amount_fen": 500, "account": "FEES"}), 404),
        ("1900000001", serde_json::json!({"amount_fen": 0, "account": "FEES"}), 400),
        ("1900000001", serde_json::json!({"amount_fen": i64::MAX, "account": "FEES"}), 400),
        ("1900000001", serde_json::json!({"amount_fen": 5, "account": "Fees"}), 400),
    ] {
        assert_eq!(top_up(mchid, &body).await.status, status);
    }
    wait(&world, 24).await;
    let bill = text_of(&world, &format!("fundflowbill?bill_date={DAY}&account_type=FEES")).await;
    assert!(bill.contains("`充值,`充值,`收入,`5.00,`5.00,`system"), "{bill}");
}

#[tokio::test(start_paused = true)]
async fn an_address_is_under_the_name_the_platform_was_called_by() {
    let world = World::new();
    world.paid("T20260301A").await;
    wait(&world, 24).await;
    for (host, origin) in [
        ("127.0.0.1:8090", "http://127.0.0.1:8090/"),
        ("api.mch.weixin.qq.com", "https://api.mch.weixin.qq.com/"),
        ("elsewhere.example", "http://127.0.0.1:8090/"),
    ] {
        let mut draft = world.draft("GET", &format!("/v3/bill/tradebill?bill_date={DAY}"), "");
        draft.headers.push(("host", host.into()));
        let told = world.send(draft).await.json();
        assert!(told["download_url"].as_str().unwrap().starts_with(origin), "{told}");
    }
}
