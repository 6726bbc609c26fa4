//! What is refused before it is sent, by name.

use std::net::IpAddr;

use tongbao_sdk::IdentityType;
use tongbao_sdk::v2::{
    CallErrorKind, Goods, H5Info, Identity, Micropay, OrderNumber, OrderPayer, Party, RefundRequest,
    RefundedGoods, Scene, UnifiedOrder,
};
use tongbao_wire::{AuthCode, Fen, Mchid};

use crate::orders::{openid, order, store};
use crate::platform::{Scripted, appid, client, direct, out_trade_no, own, provider, sub};
use crate::refunds::request;

/// A change, and the member that is refused for it.
type Case<T> = (fn(&mut T), &'static str);

/// The member that an order is refused for.
async fn refused(order: UnifiedOrder, merchant: tongbao_sdk::v2::Merchant) -> String {
    let error = client(merchant, Scripted::unused()).unified_order(&order).await.unwrap_err();
    assert!(!error.outcome_unknown());
    match error.kind {
        CallErrorKind::Unsendable(fault) => fault.member.into_owned(),
        other => panic!("{other}"),
    }
}

fn jsapi() -> UnifiedOrder {
    order(own(), Scene::Jsapi(OrderPayer::Openid(openid())))
}

fn wap(name: &str) -> Scene {
    Scene::Mweb(H5Info::Wap { wap_url: "https://shop.example.com".into(), wap_name: name.into() })
}

fn identity(user_type: IdentityType, user_creid: &str) -> Identity {
    Identity { user_type, user_creid: user_creid.into(), user_truename: "周星星".into() }
}

#[tokio::test]
async fn an_order_that_the_platform_would_refuse_is_not_sent() {
    let changes: &[Case<UnifiedOrder>] = &[
        (|order| order.body = String::new(), "body"),
        (|order| order.body = "汉".repeat(128), "body"),
        (|order| order.body = "茶🍵".into(), "body"),
        (|order| order.total_fee = Fen::ZERO, "total_fee"),
        (|order| order.notify_url = "https://a.example/b?c=d".into(), "notify_url"),
        (|order| order.notify_url = format!("https://a.example/{}", "x".repeat(256)), "notify_url"),
        (|order| order.options.attach = Some("汉".repeat(128)), "attach"),
        (|order| order.options.attach = Some(String::new()), "attach"),
        (|order| order.options.goods_tag = Some("x".repeat(33)), "goods_tag"),
        (|order| order.options.device_info = Some("a\nb".into()), "device_info"),
        (|order| order.options.detail = Some(Goods::default()), "detail.goods_detail"),
        (|order| order.options.store_info.as_mut().unwrap().address = Some("汉".repeat(300)), "scene_info"),
        (|order| order.options.store_info.as_mut().unwrap().id = String::new(), "scene_info.store_info.id"),
        (|order| order.scene = Scene::Native { product_id: String::new() }, "product_id"),
        (|order| order.scene = Scene::Native { product_id: "9".repeat(33) }, "product_id"),
        (|order| order.scene = Scene::Jsapi(OrderPayer::SubOpenid(openid())), "sub_openid"),
        (|order| order.scene = wap("茶铺"), "scene_info.store_info"),
        (|order| order.identity = Some(identity(IdentityType::PhoneNumber, "1")), "user_type"),
        (|order| order.identity = Some(identity(IdentityType::IdCard, "")), "user_creid"),
        (|order| order.options.attach = Some("a]]>b".into()), "attach"),
        (|order| order.party = sub(), "sub_mch_id"),
    ];
    for (change, member) in changes {
        let mut order = jsapi();
        order.options.store_info = Some(store());
        change(&mut order);
        assert_eq!(refused(order, direct()).await, *member);
    }
    for (change, member) in [
        (
            (|order| order.spbill_create_ip = IpAddr::from([127, 0, 0, 1])) as fn(&mut UnifiedOrder),
            "spbill_create_ip",
        ),
        (|order| order.scene = wap(""), "scene_info.h5_info"),
        (|order| order.scene = wap(&"汉".repeat(250)), "scene_info"),
    ] {
        let mut order = order(own(), wap("茶铺"));
        change(&mut order);
        assert_eq!(refused(order, direct()).await, member);
    }
}

#[tokio::test]
async fn a_service_provider_says_for_whom_and_others_do_not() {
    assert_eq!(refused(jsapi(), provider()).await, "sub_mch_id");
    let own_number = Party::sub_merchant(appid(), Mchid::parse("10000100").unwrap());
    let mut order = jsapi();
    order.party = own_number;
    assert_eq!(refused(order, provider()).await, "sub_mch_id");
    let client = client(provider(), Scripted::unused());
    let number = OrderNumber::from(out_trade_no());
    let error = client.order_query(&own(), &number).await.unwrap_err();
    assert_eq!(error.to_string(), "order_query: sub_mch_id must be given by a service provider");
}

#[tokio::test]
async fn a_refund_that_the_platform_would_refuse_is_not_sent() {
    let changes: &[Case<RefundRequest>] = &[
        (|refund| refund.refund_fee = Fen::ZERO, "refund_fee"),
        (|refund| refund.refund_fee = Fen::new(101), "refund_fee"),
        (|refund| refund.total_fee = Fen::ZERO, "total_fee"),
        (|refund| refund.refund_desc = Some("x".repeat(81)), "refund_desc"),
        (|refund| refund.notify_url = Some("/notify".into()), "notify_url"),
        (|refund| refund.goods[0].goods_id = String::new(), "detail.goods_detail.goods_id"),
        (|refund| refund.goods = vec![refund.goods[0].clone(); 100], "detail"),
    ];
    let client = client(direct(), Scripted::unused()).with_client_certificate(Scripted::unused());
    for (change, member) in changes {
        let mut refund = request(out_trade_no());
        refund.goods = vec![RefundedGoods {
            goods_id: "TEA-01".into(),
            wxpay_goods_id: None,
            goods_name: None,
            refund_amount: Fen::new(60),
            refund_quantity: 1,
            price: Fen::new(88),
        }];
        change(&mut refund);
        let error = client.refund(&refund).await.unwrap_err();
        let CallErrorKind::Unsendable(fault) = &error.kind else { panic!("{error}") };
        assert_eq!(fault.member, *member);
    }
}

#[tokio::test]
async fn a_charge_that_the_platform_would_refuse_is_not_sent() {
    let changes: &[Case<Micropay>] = &[
        (|charge| charge.body = String::new(), "body"),
        (|charge| charge.total_fee = Fen::ZERO, "total_fee"),
        (|charge| charge.options.attach = Some("汉".repeat(128)), "attach"),
    ];
    for (change, member) in changes {
        let code = AuthCode::parse("120061098828009406").unwrap();
        let mut charge =
            Micropay::new(own(), code, out_trade_no(), "茶", Fen::new(1), IpAddr::from([8, 8, 8, 8]));
        change(&mut charge);
        let error = client(direct(), Scripted::unused()).micropay(&charge).await.unwrap_err();
        let CallErrorKind::Unsendable(fault) = &error.kind else { panic!("{error}") };
        assert_eq!(fault.member, *member);
    }
}

#[tokio::test]
async fn apps_on_both_systems_are_named_as_documented() {
    use crate::platform::{fields, signed};
    let scene = async |info: H5Info| {
        let outbound = Scripted::new(|_, _| signed(&[]));
        let mweb = order(own(), Scene::Mweb(info));
        client(direct(), outbound.clone()).unified_order(&mweb).await.unwrap_err();
        fields(outbound.seen()[0].body()).get("scene_info").unwrap().to_owned()
    };
    let ios = H5Info::Ios { app_name: "茶".into(), bundle_id: "com.example.tea".into() };
    assert_eq!(
        scene(ios).await,
        r#"{"h5_info":{"type":"IOS","app_name":"茶","bundle_id":"com.example.tea"}}"#
    );
    let android = H5Info::Android { app_name: "茶".into(), package_name: "com.example.tea".into() };
    assert_eq!(
        scene(android).await,
        r#"{"h5_info":{"type":"Android","app_name":"茶","package_name":"com.example.tea"}}"#
    );
}
