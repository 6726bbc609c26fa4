//! Orders: created, looked up, closed, and seen in the words of `APIv3`.

use std::net::IpAddr;

use tongbao_sdk::v2::{
    Coupon, Goods, GoodsDetail, H5Info, Identity, Order, OrderNumber, OrderOptions, OrderPayer, Party,
    Payment, Scene, UnifiedOrder,
};
use tongbao_sdk::{Call, IdentityType, StoreInfo};
use tongbao_wire::{Fen, Openid, Timestamp, TradeState, TradeType, TransactionId};

use crate::platform::{
    Scripted, client, direct, exchange, out_trade_no, own, page, provider, refused, signed, sub,
};

pub(crate) fn openid() -> Openid {
    Openid::parse("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").unwrap()
}

fn sub_openid() -> Openid {
    Openid::parse("oTgZpwQ2vVr0ZcXxmD3qQ6rN8k1E").unwrap()
}

pub(crate) fn transaction_id() -> TransactionId {
    TransactionId::parse("4200000015201711256947025404").unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

pub(crate) fn store() -> StoreInfo {
    StoreInfo {
        id: "SZTX001".into(),
        name: Some("腾大餐厅".into()),
        area_code: Some("440305".into()),
        address: Some("科技园中一路腾讯大厦".into()),
    }
}

pub(crate) fn order(party: Party, scene: Scene) -> UnifiedOrder {
    UnifiedOrder::new(
        party,
        scene,
        out_trade_no(),
        "腾讯充值中心-QQ会员充值",
        Fen::new(88),
        IpAddr::from([123, 12, 12, 123]),
        "https://pay.example.com/v2/notify",
    )
}

fn goods() -> Goods {
    let tea = GoodsDetail {
        goods_id: "TEA-01".into(),
        wxpay_goods_id: Some("1001".into()),
        goods_name: Some("一壶茶 & 两只杯".into()),
        quantity: 1,
        price: Fen::new(88),
    };
    let cups = GoodsDetail {
        goods_id: "TEA-02".into(),
        wxpay_goods_id: None,
        goods_name: None,
        quantity: 2,
        price: Fen::new(5),
    };
    Goods { cost_price: Some(Fen::new(99)), receipt_id: Some("wx123".into()), goods_detail: vec![tea, cups] }
}

#[tokio::test]
async fn an_order_says_everything_there_is_to_say() {
    let mut order = order(own(), Scene::Jsapi(OrderPayer::Openid(openid())));
    order.options = OrderOptions {
        device_info: Some("WEB".into()),
        detail: Some(goods()),
        attach: Some("深圳分店".into()),
        time_start: Some(at("2009-12-25T09:10:10+08:00")),
        time_expire: Some(at("2009-12-27T09:10:10+08:00")),
        goods_tag: Some("WXG".into()),
        no_credit: true,
        receipt: true,
        profit_sharing: Some(false),
        store_info: Some(store()),
    };
    order.identity = Some(Identity {
        user_type: IdentityType::IdCard,
        user_creid: "43102119910910512X".into(),
        user_truename: "周星星".into(),
    });
    assert!(!format!("{order:?}").contains("周星星"), "people are not printed");
    let call = async |client: tongbao_sdk::v2::Client| client.unified_order(&order).await;
    let answer = exchange(Call::UnifiedOrder, "unified_order", direct(), call).await.unwrap();
    assert_eq!(answer.trade_type, TradeType::Jsapi);
    assert_eq!(answer.prepay_id.as_str(), "wx201411101639507cbf6ffd8b0779950874");
    assert_eq!((answer.code_url, answer.mweb_url), (None, None));
}

#[tokio::test]
async fn each_scene_says_what_only_it_needs() {
    let native = order(own(), Scene::Native { product_id: "12235413214070356458058".into() });
    let call = async |client: tongbao_sdk::v2::Client| client.unified_order(&native).await;
    let answer = exchange(Call::UnifiedOrder, "unified_order_native", direct(), call).await.unwrap();
    assert_eq!(answer.code_url.unwrap(), "weixin://wxpay/bizpayurl/up?pr=NwY5Mz9&groupid=00");

    let page = H5Info::Wap { wap_url: "https://shop.example.com".into(), wap_name: "茶铺".into() };
    let mweb = order(own(), Scene::Mweb(page));
    let call = async |client: tongbao_sdk::v2::Client| client.unified_order(&mweb).await;
    let answer = exchange(Call::UnifiedOrder, "unified_order_mweb", direct(), call).await.unwrap();
    assert_eq!(
        answer.mweb_url_back_to("https://shop.example.com/paid?a=1").unwrap(),
        "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx201411101639507cbf6ffd8b0779950874&package=1917844215&redirect_url=https%3A%2F%2Fshop.example.com%2Fpaid%3Fa%3D1"
    );

    let app = order(sub(), Scene::App);
    let call = async |client: tongbao_sdk::v2::Client| client.unified_order(&app).await;
    let answer = exchange(Call::UnifiedOrder, "unified_order_app", provider(), call).await.unwrap();
    assert_eq!(answer.trade_type, TradeType::App);

    let partner = order(sub(), Scene::Jsapi(OrderPayer::SubOpenid(sub_openid())));
    let call = async |client: tongbao_sdk::v2::Client| client.unified_order(&partner).await;
    exchange(Call::UnifiedOrder, "unified_order_partner", provider(), call).await.unwrap();
}

#[tokio::test]
async fn an_order_for_a_qr_code_without_one_cannot_be_read() {
    let reply = || signed(&[("trade_type", "NATIVE"), ("prepay_id", "wx1")]);
    let outbound = Scripted::new(move |_, _| reply());
    let native = order(own(), Scene::Native { product_id: "1".into() });
    let error = client(direct(), outbound).unified_order(&native).await.unwrap_err();
    assert_eq!(error.to_string(), "unified_order: the answer cannot be read");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "code_url: is missing");
}

fn payment() -> Payment {
    let coupon = |id: &str, kind: &str, fee| Coupon {
        coupon_id: Some(id.into()),
        coupon_type: Some(kind.into()),
        coupon_fee: Fen::new(fee),
    };
    Payment {
        mch_id: direct().mch_id,
        party: own(),
        out_trade_no: out_trade_no(),
        transaction_id: transaction_id(),
        trade_type: TradeType::Jsapi,
        time_end: at("2014-10-30T13:35:25+08:00"),
        total_fee: Fen::new(100),
        settlement_total_fee: Some(Fen::new(98)),
        fee_type: Some("CNY".into()),
        cash_fee: Some(Fen::new(95)),
        cash_fee_type: Some("CNY".into()),
        coupon_fee: Some(Fen::new(5)),
        coupons: vec![coupon("10000", "CASH", 3), coupon("10001", "NO_CASH", 2)],
        openid: Some(openid()),
        sub_openid: None,
        is_subscribe: Some("N".into()),
        bank_type: Some("CMC".into()),
        device_info: Some("013467007045764".into()),
        attach: Some("深圳分店".into()),
        promotion_detail: None,
    }
}

fn paid_order() -> Order {
    Order {
        mch_id: direct().mch_id,
        party: own(),
        out_trade_no: out_trade_no(),
        trade_state: TradeState::Success,
        trade_state_desc: Some("支付成功".into()),
        total_fee: Some(Fen::new(100)),
        payment: Some(payment()),
    }
}

#[tokio::test]
async fn a_paid_order_is_read_with_its_coupons_wherever_they_stand() {
    let number = OrderNumber::from(out_trade_no());
    let call = async |client: tongbao_sdk::v2::Client| client.order_query(&own(), &number).await;
    let order = exchange(Call::OrderQuery, "order_query", direct(), call).await.unwrap();
    assert_eq!(order, paid_order());
}

#[tokio::test]
async fn a_service_provider_asks_for_a_sub_merchant() {
    let number = OrderNumber::from(transaction_id());
    let call = async |client: tongbao_sdk::v2::Client| client.order_query(&sub(), &number).await;
    let order = exchange(Call::OrderQuery, "order_query_partner", provider(), call).await.unwrap();
    assert_eq!((&order.party, &order.trade_state), (&sub(), &TradeState::Refund));
    let payment = order.payment.as_ref().unwrap();
    assert_eq!((&payment.openid, &payment.sub_openid), (&Some(openid()), &Some(sub_openid())));

    assert_eq!(order.to_transaction(), None);
    let seen = serde_json::to_value(order.to_partner_transaction().unwrap()).unwrap();
    let expected = serde_json::json!({
        "sp_appid": "wx2421b1c4370ec43b", "sp_mchid": "10000100",
        "sub_appid": "wx8888888888888888", "sub_mchid": "1900000109",
        "out_trade_no": "20150806125346", "transaction_id": "4200000015201711256947025404",
        "trade_type": "JSAPI", "trade_state": "REFUND", "trade_state_desc": "订单发生过退款，退款详情请查询退款单",
        "bank_type": "CMC", "attach": "深圳分店", "success_time": "2014-10-30T13:35:25+08:00",
        "payer": {"sp_openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "sub_openid": "oTgZpwQ2vVr0ZcXxmD3qQ6rN8k1E"},
        "amount": {"total": 100, "payer_total": 95, "currency": "CNY", "payer_currency": "CNY"},
        "scene_info": {"device_id": "013467007045764"},
    });
    assert_eq!(seen, expected);
}

#[test]
fn a_paid_order_is_a_transaction_of_v3() {
    let seen = serde_json::to_value(paid_order().to_transaction().unwrap()).unwrap();
    let expected = serde_json::json!({
        "appid": "wx2421b1c4370ec43b", "mchid": "10000100",
        "out_trade_no": "20150806125346", "transaction_id": "4200000015201711256947025404",
        "trade_type": "JSAPI", "trade_state": "SUCCESS", "trade_state_desc": "支付成功",
        "bank_type": "CMC", "attach": "深圳分店", "success_time": "2014-10-30T13:35:25+08:00",
        "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
        "amount": {"total": 100, "payer_total": 95, "currency": "CNY", "payer_currency": "CNY"},
        "scene_info": {"device_id": "013467007045764"},
        "promotion_detail": [
            {"coupon_id": "10000", "type": "CASH", "amount": 3},
            {"coupon_id": "10001", "type": "NOCASH", "amount": 2},
        ],
    });
    assert_eq!(seen, expected);
    assert_eq!(paid_order().to_partner_transaction(), None);
    let told = Order::from(payment());
    assert_eq!(told, Order { trade_state_desc: None, ..paid_order() });
}

#[tokio::test]
async fn an_order_that_is_not_paid_has_no_payment() {
    for state in ["NOTPAY", "CLOSED", "REVOKED", "USERPAYING", "PAYERROR", "ACCEPT"] {
        let outbound = Scripted::new(move |_, _| {
            signed(&[("trade_state", state), ("out_trade_no", "20150806125346"), ("transaction_id", "4200")])
        });
        let number = OrderNumber::from(out_trade_no());
        let order = client(direct(), outbound.clone()).order_query(&own(), &number).await.unwrap();
        assert_eq!((order.trade_state.as_str(), &order.payment), (state, &None));
        let seen = order.to_transaction().unwrap();
        assert_eq!((seen.trade_state.as_str(), seen.amount, seen.transaction_id), (state, None, None));
    }
}

#[tokio::test]
async fn single_goods_are_asked_for_by_a_version() {
    let outbound =
        Scripted::new(|_, _| signed(&[("trade_state", "NOTPAY"), ("out_trade_no", "20150806125346")]));
    let client = client(direct(), outbound.clone());
    client.order_query_with_promotions(&own(), &OrderNumber::from(out_trade_no())).await.unwrap();
    let seen = outbound.seen();
    assert_eq!(crate::platform::fields(seen[0].body()).get("version"), Some("1.0"));
}

#[tokio::test]
async fn closing_succeeds_for_what_is_closed_already() {
    let call = async |client: tongbao_sdk::v2::Client| client.close_order(&own(), &out_trade_no()).await;
    exchange(Call::CloseOrder, "close_order", direct(), call).await.unwrap();

    let closing = async |code: &'static str| {
        let outbound = Scripted::new(move |_, _| refused(code));
        client(direct(), outbound).close_order(&own(), &out_trade_no()).await
    };
    closing("ORDERCLOSED").await.unwrap();
    closing("ORDER_CLOSED").await.unwrap();
    for code in ["ORDERPAID", "ORDERNOTEXIST", "TRADE_STATE_ERROR"] {
        closing(code).await.unwrap_err();
    }
}

#[tokio::test]
async fn what_this_crate_does_not_type_is_signed_and_read_alike() {
    use tongbao_sdk::v2::{Fields, SignedCall};
    let outbound = Scripted::new(|position, _| match position {
        0 => signed(&[("mch_billno", "1")]),
        _ => page(200, "<xml><return_code>SUCCESS</return_code><a>1</a></xml>"),
    });
    let client = client(direct(), Scripted::unused()).with_client_certificate(outbound.clone());
    let call = SignedCall::new("/mmpaymkttransfers/sendredpack", Fields::new().with("mch_billno", "1"));
    let call = call.with_client_certificate();
    assert_eq!(client.call(&call).await.unwrap().get("mch_billno"), Some("1"));
    let unsigned = client.call(&call.clone().unsigned_answer()).await.unwrap();
    assert_eq!(unsigned.get("a"), Some("1"));
    assert_eq!(client.call(&call).await.unwrap_err().code(), "unverifiable_answer");
    assert_eq!(outbound.paths()[0], "/mmpaymkttransfers/sendredpack");
    for path in ["evil.example/", "", "/a b", "/a?b", "//evil@x"] {
        let error = client.call(&SignedCall::new(path, Fields::new())).await.unwrap_err();
        assert_eq!(error.code(), "unsendable", "{path}");
    }
}
