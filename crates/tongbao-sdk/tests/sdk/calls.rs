//! What each call sends, and how its answer is read.

use http::Method;
use tongbao_sdk::{
    CallErrorKind, GoodsDetail, Hosts, IdentityType, LimitPay, OrderDetail, PayerIdentity, RefundRequest,
    RefundedPayment, SceneInfo, Sealed, StoreInfo, SubsidyDetail, SubsidyInfo, SubsidyPeriodType,
    SubsidyPlan, UnsendableReason,
};
use tongbao_wire::{Appid, Fen, OutRefundNo, PrepayId, Timestamp, TradeState, TransactionId};

use crate::scripted::{
    PREPAID, Scripted, UNPAID, client, client_with, order, out_trade_no, signed, stand_in_keys,
};

fn published(name: &str) -> String {
    let all: serde_json::Value = serde_json::from_str(include_str!("../published/signatures.json")).unwrap();
    all[name].as_str().unwrap().to_owned()
}

const REFUND: &str = r#"{"refund_id":"50000000382019052709732678859","out_refund_no":"123123123123","transaction_id":"1217752501201407033233368018","out_trade_no":"1217752501201407033233368018","channel":"ORIGINAL","user_received_account":"招商银行信用卡0403","create_time":"2020-12-01T16:18:12+08:00","status":"PROCESSING","funds_account":"UNSETTLED","amount":{"total":100,"refund":100,"payer_total":90,"payer_refund":90,"settlement_refund":100,"settlement_total":100,"discount_refund":10,"currency":"CNY"}}"#;

#[tokio::test]
async fn a_prepay_call_is_the_published_vector_to_the_byte() {
    let outbound = Scripted::new(|_, _| signed(200, PREPAID));
    let answer = client(outbound.clone()).jsapi_prepay(&order()).await.unwrap();
    assert_eq!(answer.prepay_id.as_str(), "wx201410272009395522657a690389285100");

    let seen = outbound.seen();
    let [request] = seen.as_slice() else { panic!("one request") };
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.uri(), "https://api.mch.weixin.qq.com/v3/pay/transactions/jsapi");
    assert_eq!(request.body().as_ref(), include_bytes!("../published/doc_prepay_body.json"));
    let header = |name: &str| request.headers()[name].to_str().unwrap();
    let signature = published("doc_v1");
    let expected = format!(
        "WECHATPAY2-SHA256-RSA2048 mchid=\"1900007291\",nonce_str=\"593BEC0C930BF1AFEB40B4A08C8FB242\",signature=\"{signature}\",timestamp=\"1554208460\",serial_no=\"408B07E79B8269FEC3D5D3E6AB8ED163A6A380DB\""
    );
    assert_eq!(header("Authorization"), expected);
    assert_eq!(header("Accept"), "application/json");
    assert_eq!(header("Content-Type"), "application/json");
    assert_eq!(header("User-Agent"), concat!("tongbao-sdk/", env!("CARGO_PKG_VERSION")));
    assert_eq!(header("Wechatpay-Serial"), "PUB_KEY_ID_STAND_IN");
}

#[tokio::test]
async fn a_refund_query_is_the_published_vector_and_has_no_body() {
    let outbound = Scripted::new(|_, _| signed(200, REFUND));
    let number = OutRefundNo::parse("123123123123").unwrap();
    let refund = client(outbound.clone()).query_refund(&number).await.unwrap();
    assert_eq!(refund.out_refund_no, number);

    let seen = outbound.seen();
    let headers = seen[0].headers();
    assert!(headers["Authorization"].to_str().unwrap().contains(&published("doc_v2")));
    assert_eq!(headers.get("Content-Type"), None);
    assert!(seen[0].body().is_empty());
}

#[tokio::test]
async fn queries_and_closing_name_the_merchant_and_encode_the_number() {
    let found = UNPAID.replace(
        r#""out_trade_no":"1217752501201407033233368018""#,
        r#""out_trade_no":"a-b|c*d","transaction_id":"4200000001202603010000000001""#,
    );
    let outbound = Scripted::new(move |_, request| match request.method() {
        &Method::POST => signed(204, ""),
        _ => signed(200, &found),
    });
    let client = client(outbound.clone());
    let number = tongbao_wire::OutTradeNo::parse("a-b|c*d").unwrap();
    let found = client.query_by_out_trade_no(&number).await.unwrap();
    assert_eq!(found.trade_state, TradeState::NotPay);
    let id = TransactionId::parse("4200000001202603010000000001").unwrap();
    client.query_by_transaction_id(&id).await.unwrap();
    client.close(&number).await.unwrap();
    let base = "https://api.mch.weixin.qq.com/v3/pay/transactions";
    assert_eq!(
        outbound.addresses(),
        [
            format!("{base}/out-trade-no/a-b%7Cc%2Ad?mchid=1900007291"),
            format!("{base}/id/4200000001202603010000000001?mchid=1900007291"),
            format!("{base}/out-trade-no/a-b%7Cc%2Ad/close"),
        ]
    );
    assert_eq!(outbound.seen()[2].body().as_ref(), br#"{"mchid":"1900007291"}"#);
}

#[tokio::test]
async fn a_refund_is_sent_without_empty_members() {
    let outbound = Scripted::new(|_, _| signed(200, REFUND));
    let number = OutRefundNo::parse("123123123123").unwrap();
    let payment = RefundedPayment::OutTradeNo(out_trade_no());
    let mut request = RefundRequest::new(payment, number, Fen::new(100), Fen::new(100));
    request.reason = Some("商品已售完".into());
    client(outbound.clone()).refund(&request).await.unwrap();
    assert_eq!(
        outbound.seen()[0].body().as_ref(),
        r#"{"out_trade_no":"1217752501201407033233368018","out_refund_no":"123123123123","reason":"商品已售完","amount":{"refund":100,"total":100,"currency":"CNY"}}"#
            .as_bytes()
    );
}

#[tokio::test]
async fn every_optional_member_of_an_order_is_written_as_documented() {
    let outbound = Scripted::new(|_, _| signed(200, PREPAID));
    let mut order = order();
    order.cashier.time_expire = Some(Timestamp::parse_rfc3339("2018-06-08T10:34:56+08:00").unwrap());
    order.order.attach = Some("k=v".into());
    order.order.goods_tag = Some("WXG".into());
    order.order.support_fapiao = Some(true);
    let sealed = |text| Some(Sealed::kept("7132D72A", text));
    let identity =
        PayerIdentity { kind: IdentityType::IdCard, number: sealed("bnVtYmVy"), name: sealed("bmFtZQ==") };
    order.cashier.identity = Some(identity);
    order.order.detail = Some(OrderDetail {
        cost_price: Some(Fen::new(608)),
        invoice_id: None,
        goods_detail: vec![GoodsDetail {
            merchant_goods_id: "1246464644".into(),
            wechatpay_goods_id: None,
            goods_name: Some("茶".into()),
            quantity: 1,
            unit_price: Fen::new(528),
        }],
    });
    let store = StoreInfo { id: "0001".into(), name: None, area_code: None, address: None };
    order.scene_info =
        Some(SceneInfo { payer_client_ip: "14.23.150.211".into(), device_id: None, store_info: Some(store) });
    order.order.profit_sharing = Some(false);
    order.cashier.limit_pay = vec![LimitPay::NoCredit];
    let plan = SubsidyPlan { subsidy_installment_num: 3, subsidy_percent: 100 };
    let detail = SubsidyDetail { subsidy_period_type: SubsidyPeriodType::Period, subsidy_plan: vec![plan] };
    order.cashier.subsidy_info = Some(SubsidyInfo { subsidy_detail: vec![detail] });
    client(outbound.clone()).jsapi_prepay(&order).await.unwrap();
    let seen = outbound.seen();
    assert_eq!(seen[0].headers()["Wechatpay-Serial"], "7132D72A", "the key that sealed the members");
    let body: serde_json::Value = serde_json::from_slice(seen[0].body()).unwrap();
    let expected = serde_json::json!({
        "appid": "wxd678efh567hg6787", "mchid": "1900007291",
        "description": "Image形象店-深圳腾大-QQ公仔", "out_trade_no": "1217752501201407033233368018",
        "time_expire": "2018-06-08T10:34:56+08:00", "attach": "k=v",
        "notify_url": "https://www.weixin.qq.com/wxpay/pay.php", "goods_tag": "WXG", "support_fapiao": true,
        "amount": {"total": 100, "currency": "CNY"},
        "payer": {
            "openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
            "identity": {"type": "IDCARD", "number": "bnVtYmVy", "name": "bmFtZQ=="},
        },
        "detail": {
            "cost_price": 608,
            "goods_detail": [{"merchant_goods_id": "1246464644", "goods_name": "茶", "quantity": 1, "unit_price": 528}],
        },
        "scene_info": {"payer_client_ip": "14.23.150.211", "store_info": {"id": "0001"}},
        "settle_info": {"profit_sharing": false},
        "limit_pay": ["no_credit"],
        "subsidy_info": {"subsidy_detail": [{
            "subsidy_period_type": "PERIOD",
            "subsidy_plan": [{"subsidy_installment_num": 3, "subsidy_percent": 100}],
        }]},
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn what_the_platform_would_refuse_is_not_sent() {
    let outbound = Scripted::new(|_, _| signed(200, PREPAID));
    let client = client(outbound.clone());
    let changes: [fn(&mut tongbao_sdk::JsapiPrepay); 8] = [
        |order| order.order.description = "茶🍵".into(),
        |order| order.order.description = String::new(),
        |order| order.order.description = "a\nb".into(),
        |order| order.order.attach = Some("汉".repeat(129)),
        |order| order.cashier.notify_url = "https://a.example/b?c=d".into(),
        |order| order.order.total = Fen::ZERO,
        |order| order.order.detail = Some(OrderDetail::default()),
        |order| {
            let (number, name) =
                (Some(Sealed::kept("OLD", "bnVtYmVy")), Some(Sealed::kept("NEW", "bmFtZQ==")));
            order.cashier.identity = Some(PayerIdentity { kind: IdentityType::IdCard, number, name });
        },
    ];
    for change in changes {
        let mut changed = order();
        change(&mut changed);
        let error = client.jsapi_prepay(&changed).await.unwrap_err();
        assert!(matches!(error.kind, CallErrorKind::Unsendable(_)), "{error}");
        assert!(!error.outcome_unknown());
    }
    assert!(outbound.seen().is_empty());
}

#[tokio::test]
async fn a_base_address_that_is_none_is_named() {
    for host in ["", "api.mch.weixin.qq.com", "https://", "not an address"] {
        let outbound = Scripted::new(|_, _| signed(200, PREPAID));
        let client = client_with(outbound.clone(), stand_in_keys(), Hosts::only(host));
        let error = client.jsapi_prepay(&order()).await.unwrap_err();
        let CallErrorKind::Unsendable(fault) = &error.kind else { panic!("{host}: {error}") };
        assert_eq!((&*fault.member, &fault.reason), ("host", &UnsendableReason::Host));
        assert!(outbound.seen().is_empty());
    }
}

#[test]
fn the_cashier_is_opened_with_the_published_signature() {
    let client = client(Scripted::new(|_, _| signed(200, "")));
    let appid = Appid::parse("wx2421b1c4370ec43b").unwrap();
    let prepay_id = PrepayId::parse("wx201410272009395522657a690389285100").unwrap();
    let mini = client.invoke_mini_program(&appid, &prepay_id).unwrap();
    let expected = serde_json::json!({
        "timeStamp": "1554208460", "nonceStr": "593BEC0C930BF1AFEB40B4A08C8FB242",
        "package": "prepay_id=wx201410272009395522657a690389285100", "signType": "RSA",
        "paySign": published("doc_v4"),
    });
    assert_eq!(serde_json::to_value(&mini).unwrap(), expected);
    assert!(!format!("{mini:?}").contains(&published("doc_v4")));

    let bridge = serde_json::to_value(client.invoke_jsapi(&appid, &prepay_id).unwrap()).unwrap();
    assert_eq!(bridge["appId"], "wx2421b1c4370ec43b");
    assert_eq!(bridge["paySign"], published("doc_v4"));
}
