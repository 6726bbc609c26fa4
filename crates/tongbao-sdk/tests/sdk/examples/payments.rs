//! Examples of an ordinary merchant's payments, and of the cashier in every scene.

use tongbao_sdk::{
    AppPrepay, Call, CashierTerms, CodePay, CodePayOutcome, CodePayScene, CodePayStore, GoodsDetail,
    H5Prepay, H5SceneInfo, H5Type, JsapiPrepay, LimitPay, NativePrepay, OrderDetail, OrderTerms, Package,
    SceneInfo, StoreInfo,
};
use tongbao_wire::{Appid, AuthCode, Fen, Openid, OutTradeNo, PrepayId, Timestamp, TransactionId};

use crate::fixtures::{exchange, text};
use crate::scripted::{Scripted, client, refusal, signed};

pub(super) fn appid() -> Appid {
    Appid::parse("wx00000000000000aa").unwrap()
}

pub(super) fn number() -> OutTradeNo {
    OutTradeNo::parse("T20260301A").unwrap()
}

pub(super) fn auth_code() -> AuthCode {
    AuthCode::parse("130061098828009406").unwrap()
}

/// The order of the examples.
pub(super) fn terms() -> OrderTerms {
    let mut terms = OrderTerms::new(number(), "一壶龙井茶", Fen::new(990));
    terms.attach = Some("k=v".into());
    terms.goods_tag = Some("WXG".into());
    terms.support_fapiao = Some(true);
    terms.detail = Some(OrderDetail {
        cost_price: Some(Fen::new(608)),
        invoice_id: Some("wx123".into()),
        goods_detail: vec![GoodsDetail {
            merchant_goods_id: "1246464644".into(),
            wechatpay_goods_id: Some("1001".into()),
            goods_name: Some("紫砂壶".into()),
            quantity: 1,
            unit_price: Fen::new(528),
        }],
    });
    terms.profit_sharing = Some(false);
    terms
}

pub(super) fn at_cashier(cashier: &mut CashierTerms) {
    cashier.time_expire = Some(Timestamp::parse_rfc3339("2026-03-01T10:30:00+08:00").unwrap());
}

pub(super) const NOTIFY_URL: &str = "https://pay.example.com/notify";

pub(super) fn scene() -> SceneInfo {
    let mut scene = SceneInfo::new("14.23.150.211");
    scene.device_id = Some("013467007045764".into());
    scene.store_info = Some(StoreInfo {
        id: "0001".into(),
        name: Some("通宝茶馆".into()),
        area_code: Some("440305".into()),
        address: Some("茶园路一号".into()),
    });
    scene
}

pub(super) fn h5_scene() -> H5SceneInfo {
    let mut scene_info = H5SceneInfo::new("14.23.150.211", H5Type::Ios);
    scene_info.scene = scene();
    scene_info.h5_info.app_name = Some("通宝茶馆".into());
    scene_info.h5_info.app_url = Some("https://shop.example.com".into());
    scene_info.h5_info.bundle_id = Some("com.example.tea".into());
    scene_info.h5_info.package_name = Some("com.example.tea".into());
    scene_info
}

pub(super) fn code_scene() -> CodePayScene {
    let mut scene = CodePayScene::new(CodePayStore { id: Some("0001".into()), out_id: Some("A1111".into()) });
    scene.device_id = Some("013467007045764".into());
    scene.device_ip = Some("14.23.150.211".into());
    scene
}

fn jsapi() -> JsapiPrepay {
    let openid = Openid::parse("oExample01").unwrap();
    let mut prepay = JsapiPrepay::new(appid(), terms(), openid, NOTIFY_URL);
    at_cashier(&mut prepay.cashier);
    prepay.scene_info = Some(scene());
    prepay
}

fn code_pay() -> CodePay {
    let mut order = CodePay::new(appid(), terms(), auth_code(), code_scene());
    order.order.profit_sharing = Some(true);
    order
}

#[tokio::test]
async fn an_order_of_each_scene_sends_and_reads_its_example() {
    let address = |scene: &str| format!("/v3/pay/transactions/{scene}");
    exchange(Call::JsapiPrepay, &address("jsapi"), async |client| client.jsapi_prepay(&jsapi()).await).await;

    let mut app = AppPrepay::new(appid(), terms(), NOTIFY_URL);
    at_cashier(&mut app.cashier);
    app.cashier.limit_pay = vec![LimitPay::NoCredit];
    app.scene_info = Some(scene());
    exchange(Call::AppPrepay, &address("app"), async |client| client.app_prepay(&app).await).await;

    let mut h5 = H5Prepay::new(appid(), terms(), h5_scene(), NOTIFY_URL);
    at_cashier(&mut h5.cashier);
    exchange(Call::H5Prepay, &address("h5"), async |client| client.h5_prepay(&h5).await).await;

    let mut native = NativePrepay::new(appid(), terms(), NOTIFY_URL);
    at_cashier(&mut native.cashier);
    native.scene_info = Some(scene());
    exchange(Call::NativePrepay, &address("native"), async |client| client.native_prepay(&native).await)
        .await;
}

#[tokio::test]
async fn a_payment_code_is_charged_and_reversed_as_its_examples_say() {
    let charged = exchange(Call::CodePay, "/v3/pay/transactions/codepay", async |client| {
        match client.code_pay(&code_pay()).await? {
            CodePayOutcome::Paid(transaction) => Ok(transaction),
            other => panic!("paid, says the example, not {other:?}"),
        }
    });
    assert_eq!(charged.await.out_trade_no, number());
    let address = "/v3/pay/transactions/out-trade-no/T20260301A/reverse";
    exchange(Call::Reverse, address, async |client| client.reverse(&appid(), &number()).await).await;
}

#[tokio::test]
async fn a_payer_who_types_the_password_is_neither_paid_nor_failed() {
    let paying = text("v3", "code_pay.answer.json").unwrap().replace("\"SUCCESS\"", "\"USERPAYING\"");
    for (status, body) in [(200, paying), (202, r#"{"code":"USERPAYING","message":"支付中"}"#.to_owned())]
    {
        let outbound = Scripted::new(move |_, _| signed(status, &body));
        let outcome = client(outbound.clone()).code_pay(&code_pay()).await.unwrap();
        assert_eq!(outcome, CodePayOutcome::Paying);
        assert_eq!(outbound.seen().len(), 1, "charging is never repeated");
    }
    for (state, failed) in [("PAYERROR", true), ("REVOKED", true), ("NOTPAY", false), ("TOMORROW", false)] {
        let body =
            text("v3", "code_pay.answer.json").unwrap().replace("\"SUCCESS\"", &format!("\"{state}\""));
        let outcome =
            client(Scripted::new(move |_, _| signed(200, &body))).code_pay(&code_pay()).await.unwrap();
        assert_eq!(matches!(outcome, CodePayOutcome::Failed(_)), failed, "{state}");
        assert!(!matches!(outcome, CodePayOutcome::Paid(_)), "{state}");
    }
    let outbound = Scripted::new(|_, _| refusal(500, "SYSTEM_ERROR"));
    let error = client(outbound.clone()).code_pay(&code_pay()).await.unwrap_err();
    assert!(error.outcome_unknown());
    assert_eq!(outbound.seen().len(), 1);
    assert!(!format!("{:?}", code_pay()).contains("130061098828009406"));
}

#[tokio::test]
async fn asking_and_closing_send_and_read_their_examples() {
    let address = "/v3/pay/transactions/out-trade-no/T20260301A?mchid=1900007291";
    exchange(Call::Query, address, async |client| client.query_by_out_trade_no(&number()).await).await;
    let id = TransactionId::parse("4200000001202603010000000001").unwrap();
    let address = "/v3/pay/transactions/id/4200000001202603010000000001?mchid=1900007291";
    exchange(Call::QueryById, address, async |client| client.query_by_transaction_id(&id).await).await;
    let address = "/v3/pay/transactions/out-trade-no/T20260301A/close";
    exchange(Call::Close, address, async |client| client.close(&number()).await).await;
}

#[test]
fn the_cashier_of_each_scene_is_opened_with_the_published_signatures() {
    let all: serde_json::Value =
        serde_json::from_str(include_str!("../../published/signatures.json")).unwrap();
    let client = client(Scripted::new(|_, _| refusal(500, "SYSTEM_ERROR")));
    let appid = Appid::parse("wx2421b1c4370ec43b").unwrap();
    let prepay_id = PrepayId::parse("wx201410272009395522657a690389285100").unwrap();
    let mini = client.invoke_mini_program(&appid, &prepay_id).unwrap();
    assert_eq!(mini.pay_sign, all["doc_v4"]);
    assert_eq!(client.invoke_jsapi(&appid, &prepay_id).unwrap().payment, mini);
    let page = serde_json::to_value(client.invoke_choose_wx_pay(&appid, &prepay_id).unwrap()).unwrap();
    assert_eq!((&page["timestamp"], &page["paySign"]), (&"1554208460".into(), &all["doc_v4"]));
    let app = serde_json::to_value(client.invoke_app(&appid, &prepay_id).unwrap()).unwrap();
    assert_eq!((&app["sign"], &app["packageValue"]), (&all["doc_v5"], &"Sign=WXPay".into()));
    assert_eq!((&app["partnerId"], &app["prepayId"]), (&"1900007291".into(), &prepay_id.as_str().into()));
    let instalments = client.invoke_mini_program(&appid, Package::with_instalments(&prepay_id, 3)).unwrap();
    let expected = format!("prepay_id={prepay_id}&subsidy_period_type=PERIOD&selected_installment_number=3");
    assert_eq!(instalments.package, expected);
    assert_ne!(instalments.pay_sign, mini.pay_sign, "what is handed over is what is signed");
    assert_eq!(
        tongbao_sdk::h5_address(
            "https://wx.tenpay.com/x?prepay_id=1&package=2",
            "https://shop.example.com/a?b=c"
        ),
        "https://wx.tenpay.com/x?prepay_id=1&package=2&redirect_url=https%3A%2F%2Fshop.example.com%2Fa%3Fb%3Dc"
    );
}

#[tokio::test]
async fn what_the_platform_would_refuse_is_refused_by_name_before_sending() {
    let member = async |change: fn(&mut CodePay)| {
        let outbound = Scripted::new(|_, _| signed(200, "{}"));
        let mut order = code_pay();
        change(&mut order);
        let error = client(outbound.clone()).code_pay(&order).await.unwrap_err();
        assert!(outbound.seen().is_empty());
        error.to_string()
    };
    let named = |error: String, member: &str| assert!(error.contains(member), "{error}");
    named(member(|o| o.scene_info.store_info = CodePayStore::default()).await, "scene_info.store_info");
    named(member(|o| o.scene_info.device_ip = Some("x".repeat(46))).await, "scene_info.device_ip");
    named(member(|o| o.order.total = Fen::ZERO).await, "amount.total");
    let h5 = async |change: fn(&mut H5Prepay)| {
        let mut order = H5Prepay::new(appid(), terms(), h5_scene(), NOTIFY_URL);
        change(&mut order);
        client(Scripted::new(|_, _| signed(200, "{}"))).h5_prepay(&order).await.unwrap_err().to_string()
    };
    named(h5(|o| o.scene_info.h5_info.app_url = Some(String::new())).await, "scene_info.h5_info.app_url");
    named(h5(|o| o.scene_info.scene.payer_client_ip = String::new()).await, "scene_info.payer_client_ip");
    named(h5(|o| o.cashier.notify_url = "https://a/b?c".into()).await, "notify_url");
}
