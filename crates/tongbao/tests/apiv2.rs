//! The SDK's client of `APIv2` against the simulator: two readings of one protocol that share no code.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking, helpers included")]
#![allow(dead_code, reason = "the network is shared by several test programs")]

#[path = "world/network.rs"]
mod network;

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::json;
use tongbao_sdk::Hosts;
use tongbao_sdk::v2::{
    ApiV2Key, Client, Downloaded, Expected, FundAccount, FundFlowRequest, Merchant, Micropay, MicropayEnd,
    MicropayRules, OrderNumber, OrderPayer, Party, REPLY_SUCCESS, RefundNumber, RefundQuery, RefundRequest,
    Reversal, Scene, SignType, TradeBillRequest, TradeBillType, UnifiedOrder,
};
use tongbao_sim::{CryptoSettings, Env, Posting, Postman, Settings, Simulator};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{
    AuthCode, BillDate, Fen, OutRefundNo, OutTradeNo, RefundStatus, Timestamp, TradeState, TransactionId,
};
use tower::ServiceExt as _;

use network::Wire;

/// Ten in the morning of a Sunday in Beijing.
const START: Timestamp = Timestamp::from_seconds(1_795_312_800);

/// What the merchant's server was sent; it accepts everything.
#[derive(Default)]
struct Letters(Mutex<Vec<Bytes>>);

impl Postman for Letters {
    fn post(&self, request: Request<Bytes>) -> Posting<'_> {
        self.0.lock().unwrap().push(request.into_body());
        Box::pin(async { Ok(http::Response::new(Bytes::from_static(REPLY_SUCCESS.as_bytes()))) })
    }
}

struct World {
    sim: Simulator,
    env: Env,
    letters: Arc<Letters>,
    client: Client,
    party: Party,
}

impl World {
    fn new(sign_type: SignType) -> Self {
        let base = tokio::time::Instant::now();
        let clock = Clock::new(move || START.plus(base.elapsed()));
        let letters = Arc::new(Letters::default());
        let base_url = "http://127.0.0.1:8900".to_owned();
        let mut settings =
            Settings::local(clock.clone(), counted(1), Arc::clone(&letters) as Arc<dyn Postman>, base_url);
        settings.crypto = CryptoSettings::Fixed;
        let sim = Simulator::new(settings).unwrap();
        let env = sim.env();
        let own = &env.merchants[0];
        let key = ApiV2Key::parse(own.apiv2_key.as_bytes()).unwrap();
        let merchant = Merchant { sign_type, ..Merchant::direct(own.mchid.clone(), key) };
        let wire = Arc::new(Wire::new(sim.router()));
        let client = Client::new(merchant, Hosts::only(&env.base_url), wire.clone(), clock, counted(2))
            .with_client_certificate(wire);
        let party = Party::own(own.apps[0].appid.clone());
        Self { sim, env, letters, client, party }
    }

    fn order(&self, out_trade_no: &str) -> UnifiedOrder {
        let openids = &self.env.merchants[0].apps[0].openids;
        let openid = openids.iter().find(|(id, _)| id == "payer-1").unwrap().1.clone();
        let scene = Scene::Jsapi(OrderPayer::Openid(openid));
        let notify_url = "http://127.0.0.1:8080/v2/notify";
        UnifiedOrder::new(
            self.party.clone(),
            scene,
            number(out_trade_no),
            "腾讯充值中心-QQ会员充值 <&>",
            Fen::new(100),
            ip(),
            notify_url,
        )
    }

    fn letter(&self, index: usize) -> Bytes {
        self.letters.0.lock().unwrap()[index].clone()
    }

    /// A payment code, as a phone shows it.
    async fn code(&self, ask_password: bool) -> AuthCode {
        let request = Request::post("/sim/v1/payment-codes").header("content-type", "application/json");
        let body = json!({ "ask_password": ask_password }).to_string();
        let told =
            self.sim.router().oneshot(request.body(axum::body::Body::from(body)).unwrap()).await.unwrap();
        let told = told.into_body().collect().await.unwrap().to_bytes();
        let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
        AuthCode::parse(told["auth_code"].as_str().unwrap()).unwrap()
    }

    async fn charge(&self, out_trade_no: &str, ask_password: bool) -> Micropay {
        let code = self.code(ask_password).await;
        Micropay::new(self.party.clone(), code, number(out_trade_no), "茶", Fen::new(888), ip())
    }
}

fn number(text: &str) -> OutTradeNo {
    OutTradeNo::parse(text).unwrap()
}

fn ip() -> IpAddr {
    IpAddr::from([123, 12, 12, 123])
}

/// Bytes that differ from call to call.
fn counted(first: u8) -> Chance {
    let next = Mutex::new(u64::from(first) << 32);
    Chance::new(move |buffer| {
        let mut next = next.lock().unwrap();
        for byte in buffer {
            *next = next.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = next.to_be_bytes()[0];
        }
    })
}

#[tokio::test(start_paused = true)]
async fn an_order_goes_from_creation_to_refund_under_both_signatures() {
    for sign_type in [SignType::Md5, SignType::HmacSha256] {
        let world = World::new(sign_type);
        let client = &world.client;
        let made = client.unified_order(&world.order("V20260301A")).await.unwrap();

        let invoked = client.invoke_mini_program(&world.party, &made.prepay_id);
        let query = [
            ("appid", world.party.appid.as_str()),
            ("timeStamp", &invoked.time_stamp),
            ("nonceStr", &invoked.nonce_str),
            ("package", &invoked.package.replace('=', "%3D")),
            ("signType", &invoked.sign_type),
            ("paySign", &invoked.pay_sign),
        ];
        let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let page = Request::get(format!("/cashier?{}", query.join("&"))).body(axum::body::Body::empty());
        let page = world.sim.router().oneshot(page.unwrap()).await.unwrap();
        let page = page.into_body().collect().await.unwrap().to_bytes();
        assert!(std::str::from_utf8(&page).unwrap().contains("data-session"), "the cashier opens");

        world.sim.pay(&number("V20260301A"), None).await.unwrap();
        world.sim.advance(Duration::from_secs(1)).await;
        let merchant = client.merchant();
        let notice = merchant.open_payment(&world.letter(0), Expected::As(sign_type)).unwrap().into_inner();
        assert_eq!(notice.payment.total_fee, Fen::new(100));
        let number_ = OrderNumber::OutTradeNo(number("V20260301A"));
        let order = client.order_query(&world.party, &number_).await.unwrap();
        assert_eq!(order.trade_state, TradeState::Success);
        let transaction_id: TransactionId = order.payment.unwrap().transaction_id;
        assert_eq!(transaction_id, notice.payment.transaction_id);

        let refund_number = OutRefundNo::parse("R20150806@1").unwrap();
        let by_id = OrderNumber::TransactionId(transaction_id);
        let mut refund = RefundRequest::new(
            world.party.clone(),
            by_id,
            refund_number.clone(),
            Fen::new(40),
            Fen::new(100),
        );
        refund.notify_url = Some("http://127.0.0.1:8080/v2/refunded".into());
        let accepted = client.refund(&refund).await.unwrap();
        world.sim.advance(Duration::from_secs(10)).await;
        let told = merchant.open_refund(&world.letter(1)).unwrap();
        assert_eq!(told.claim().refund_status, RefundStatus::Success);
        assert_eq!(told.claim().refund_id, accepted.refund_id);
        let asked = RefundQuery::confirming(told.claim());
        let refunds = client.refund_query(&asked).await.unwrap();
        assert_eq!(refunds.refunds[0].refund_status, RefundStatus::Success);
        assert_eq!(refunds.refunds[0].refund_success_time, told.claim().success_time);

        assert!(client.close_order(&world.party, &number("V20260301A")).await.is_err(), "it is paid");
        client.unified_order(&world.order("V20260301B")).await.unwrap();
        client.close_order(&world.party, &number("V20260301B")).await.unwrap();
        let all = RefundQuery::new(world.party.clone(), RefundNumber::OutTradeNo(number("V20260301A")));
        assert_eq!(client.refund_query(&all).await.unwrap().refunds.len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn payment_codes_are_charged_polled_and_reversed() {
    let world = World::new(SignType::HmacSha256);
    let client = &world.client;
    let rules = MicropayRules::default();
    let at_once = world.charge("M20260301A", false).await;
    let paid = client.pay_by_code(&at_once, &rules).await.unwrap();
    assert!(matches!(paid, MicropayEnd::Paid(payment) if payment.total_fee == Fen::new(888)));

    let asked = world.charge("M20260301B", true).await;
    let typed = async {
        tokio::time::timeout(Duration::from_secs(7), std::future::pending::<()>()).await.unwrap_err();
        world.sim.pay(&number("M20260301B"), None).await.unwrap();
    };
    let (end, ()) = tokio::join!(client.pay_by_code(&asked, &rules), typed);
    assert!(matches!(end.unwrap(), MicropayEnd::Paid(_)));

    let ignored = world.charge("M20260301C", true).await;
    let end = client.pay_by_code(&ignored, &rules).await.unwrap();
    assert!(matches!(end, MicropayEnd::Reversed), "{end:?}");
    let number_ = OrderNumber::OutTradeNo(number("M20260301C"));
    let order = client.order_query(&world.party, &number_).await.unwrap();
    assert_eq!(order.trade_state, TradeState::Revoked);

    let back = OrderNumber::OutTradeNo(number("M20260301A"));
    assert_eq!(client.reverse_order(&world.party, &back).await.unwrap(), Reversal::Done);
    let holder = client.auth_code_to_openid(&world.party, &world.code(false).await).await.unwrap();
    assert_eq!(holder.openid, world.env.merchants[0].apps[0].openids[0].1);
    assert!(world.sim.books().balanced());
}

#[tokio::test(start_paused = true)]
async fn bills_come_as_files_and_days_without_trade_as_none() {
    let world = World::new(SignType::Md5);
    let client = &world.client;
    client.unified_order(&world.order("V20260301A")).await.unwrap();
    world.sim.pay(&number("V20260301A"), None).await.unwrap();
    world.sim.advance(Duration::from_secs(25 * 3600)).await;
    let bill_date = BillDate::of(START);
    let mut file = Vec::new();
    let mut request =
        TradeBillRequest { party: world.party.clone(), bill_date, bill_type: TradeBillType::All };
    let downloaded = client.download_trade_bill(&request, &mut file).await.unwrap();
    assert!(matches!(downloaded, Downloaded::Bill { bytes } if bytes == file.len() as u64));
    assert!(String::from_utf8(file).unwrap().contains("`V20260301A"));
    request.bill_date = bill_date.yesterday();
    assert_eq!(client.download_trade_bill(&request, &mut Vec::new()).await.unwrap(), Downloaded::NoBill);
    let mut file = Vec::new();
    let flow =
        FundFlowRequest { appid: world.party.appid.clone(), bill_date, account_type: FundAccount::Basic };
    assert!(matches!(client.download_fund_flow(&flow, &mut file).await.unwrap(), Downloaded::Bill { .. }));
    assert!(String::from_utf8(file).unwrap().contains("记账时间"));
}

#[tokio::test(start_paused = true)]
async fn the_sandbox_gives_a_key_that_works_there() {
    let world = World::new(SignType::Md5);
    let key = world.client.sandbox_key().await.unwrap();
    let sandbox = world.client.in_sandbox(key, None);
    let mut charge = world.charge("S20260301A", false).await;
    charge.total_fee = Fen::new(1);
    assert_eq!(sandbox.micropay(&charge).await.unwrap().total_fee, Fen::new(1));
}
