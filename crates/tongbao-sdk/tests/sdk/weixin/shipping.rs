//! Order shipping management: each call against its example, and what is refused before it is sent.

use serde_json::json;
use tongbao_sdk::weixin::WeixinRefusal;
use tongbao_sdk::weixin::shipping::{
    CombinedShipping, Contact, Delivery, MaskedNumber, OrderFilter, OrderKey, OrderLookup, OrderNumber,
    OrderShipping, Parcel, PayTimeRange, ReceiptReminder, SpecialOrder, SubOrderShipping,
};
use tongbao_sdk::weixin::subscribe::{Lang, MiniProgramState, SubscribeMessage};
use tongbao_sdk::{Call, Reaction, UnsendableReason, WeixinError};
use tongbao_wire::weixin::{ShippedOrder, ShippingState};
use tongbao_wire::{Mchid, OutTradeNo, Timestamp, TransactionId};

use super::exchange::exchange;
use super::{client, openid};
use crate::scripted::{Scripted, unsigned};

fn transaction_id() -> TransactionId {
    TransactionId::parse("4200001234202603018888888888").unwrap()
}

fn key(mchid: &str, out_trade_no: &str) -> OrderKey {
    OrderKey::OutTradeNo {
        mchid: Mchid::parse(mchid).unwrap(),
        out_trade_no: OutTradeNo::parse(out_trade_no).unwrap(),
    }
}

fn number(masked: &str) -> MaskedNumber {
    MaskedNumber::parse(masked).unwrap()
}

fn uploaded_at() -> Timestamp {
    Timestamp::parse_rfc3339("2022-12-15T13:29:35.120+08:00").unwrap()
}

fn parcel() -> Parcel {
    let contact = Some(Contact::receiver(MaskedNumber::mask("18900001234").unwrap()));
    Parcel { contact, ..Parcel::new("SF1234567890123", "SF", "微信红包抱枕*1个🍌") }
}

fn shipping(delivery: Delivery) -> OrderShipping {
    OrderShipping::new(OrderKey::TransactionId(transaction_id()), delivery, uploaded_at(), openid())
}

fn combined() -> CombinedShipping {
    let contact = Contact {
        consignor_contact: Some(number("+86-177****1234")),
        receiver_contact: Some(number("189****1234")),
    };
    let parcels = vec![
        Parcel { contact: Some(contact), ..Parcel::new("YT0000000000001", "YTO", "茶壶*1") },
        Parcel::new("ZT0000000000002", "ZTO", "茶杯*4"),
    ];
    let sub_orders = vec![
        SubOrderShipping {
            order_key: key("1900007291", "T20221215001"),
            delivery: Delivery::ExpressInParts { parcels, is_all_delivered: true },
        },
        SubOrderShipping {
            order_key: key("1900009231", "T20221215002"),
            delivery: Delivery::SelfPickup { item_desc: "茶叶*1".into() },
        },
    ];
    CombinedShipping::new(key("1900007291", "T20221215000"), sub_orders, uploaded_at(), openid())
}

#[tokio::test]
async fn shipping_is_recorded_as_its_example_says() {
    let address = "/wxa/sec/order/upload_shipping_info?access_token=T";
    exchange(Call::UploadShipping, address, async |client| {
        client.shipping().upload(&shipping(Delivery::Express(parcel()))).await?;
        Ok(json!({}))
    })
    .await;
}

#[tokio::test]
async fn shipping_of_a_combined_order_is_recorded_as_its_example_says() {
    let address = "/wxa/sec/order/upload_combined_shipping_info?access_token=T";
    exchange(Call::UploadCombinedShipping, address, async |client| {
        client.shipping().upload_combined(&combined()).await?;
        Ok(json!({}))
    })
    .await;
}

#[tokio::test]
async fn an_order_is_looked_up_as_its_example_says() {
    let order = OrderLookup::MerchantTradeNo {
        merchant_id: Mchid::parse("1900007291").unwrap(),
        sub_merchant_id: Some(Mchid::parse("1900009231").unwrap()),
        merchant_trade_no: OutTradeNo::parse("T20221215001").unwrap(),
    };
    exchange(Call::ShippingOrder, "/wxa/sec/order/get_order?access_token=T", async |client| {
        let order = client.shipping().order(&order).await?;
        assert_eq!(order.order_state, ShippingState::Shipped);
        Ok(json!({ "order": order }))
    })
    .await;
}

#[tokio::test]
async fn orders_are_listed_as_their_example_says_and_page_by_page() {
    let range = PayTimeRange {
        begin_time: Some(Timestamp::from_seconds(1_671_000_000)),
        end_time: Some(Timestamp::from_seconds(1_671_086_400)),
    };
    let filter = OrderFilter {
        pay_time_range: Some(range),
        order_state: Some(ShippingState::ToShip),
        openid: Some(openid()),
        last_index: Some("092dd3cecbc6926301".into()),
        page_size: Some(2),
    };
    let address = "/wxa/sec/order/get_order_list?access_token=T";
    let mut page =
        exchange(Call::ListShippingOrders, address, async |client| client.shipping().orders(&filter).await)
            .await;
    let next = filter.after(&page).unwrap();
    assert_eq!(next.last_index.as_deref(), Some("0a2dd3cecbc6926302"));
    assert_eq!(next.page_size, Some(2));
    assert!(next.after(&page).is_none(), "the same place again");
    page.has_more = false;
    assert!(filter.after(&page).is_none());
    (page.has_more, page.last_index) = (true, Some(String::new()));
    assert!(filter.after(&page).is_none());
}

#[tokio::test]
async fn a_payer_is_reminded_as_the_example_says() {
    let reminder = ReceiptReminder {
        order: transaction_id().into(),
        received_time: Timestamp::from_seconds(1_671_168_000),
    };
    let address = "/wxa/sec/order/notify_confirm_receive?access_token=T";
    exchange(Call::RemindToConfirm, address, async |client| {
        client.shipping().remind(&reminder).await?;
        Ok(json!({}))
    })
    .await;
}

#[tokio::test]
async fn a_pre_sale_is_marked_as_its_example_says() {
    let order_id = OrderNumber::OutTradeNo(OutTradeNo::parse("T20221215001").unwrap());
    let order = SpecialOrder::PreSale { order_id, delay_to: Timestamp::from_seconds(1_673_000_000) };
    exchange(Call::MarkSpecialOrder, "/wxa/sec/order/opspecialorder?access_token=T", async |client| {
        client.shipping().mark_special(&order).await?;
        Ok(json!({}))
    })
    .await;
}

#[tokio::test]
async fn a_test_order_is_marked_without_a_time() {
    let outbound = Scripted::new(|position, _| match position {
        0 => unsigned(200, r#"{"access_token":"T","expires_in":7200}"#),
        _ => unsigned(200, r#"{"errcode":0,"errmsg":"ok"}"#),
    });
    let order = SpecialOrder::Test { order_id: OrderNumber::TransactionId(transaction_id()) };
    client(outbound.clone()).shipping().mark_special(&order).await.unwrap();
    assert_eq!(outbound.seen()[1].body(), r#"{"order_id":"4200001234202603018888888888","type":2}"#);
}

#[tokio::test]
async fn the_page_of_messages_is_set_as_its_example_says() {
    let address = "/wxa/sec/order/set_msg_jump_path?access_token=T";
    exchange(Call::SetShippingMessagePath, address, async |client| {
        client.shipping().set_message_path(Some("pages/order/detail?from=message")).await?;
        Ok(json!({}))
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_about_the_mini_program_is_answered_as_its_examples_say() {
    let address = "/wxa/sec/order/is_trade_managed?access_token=T";
    exchange(Call::IsTradeManaged, address, async |client| {
        Ok(json!({ "is_trade_managed": client.shipping().is_trade_managed().await? }))
    })
    .await;
    let address = "/wxa/sec/order/is_trade_management_confirmation_completed?access_token=T";
    exchange(Call::IsTradeManagementConfirmed, address, async |client| {
        Ok(json!({ "completed": client.shipping().is_trade_management_confirmed().await? }))
    })
    .await;
    let address = "/cgi-bin/express/delivery/open_msg/get_delivery_list?access_token=T";
    exchange(Call::ListExpressCompanies, address, async |client| client.shipping().express_companies().await)
        .await;
}

#[tokio::test]
async fn a_subscribe_message_is_sent_as_its_example_says() {
    let message = SubscribeMessage {
        page: Some("pages/order/detail?order_no=A1".into()),
        miniprogram_state: Some(MiniProgramState::Formal),
        lang: Some(Lang::ZhCn),
        ..SubscribeMessage::new(openid(), "jJd9wHB2tXlYLv9xvOqnOQ4wXmXr4VqP2m0bQ3kT5yE")
            .with("thing1", "茶壶一把")
            .with("amount2", "¥91.60")
            .with("character_string3", "T20221215001")
    };
    let address = "/cgi-bin/message/subscribe/send?access_token=T";
    exchange(Call::SendSubscribeMessage, address, async |client| {
        client.send_subscribe_message(&message).await?;
        Ok(json!({}))
    })
    .await;
}

#[tokio::test]
async fn what_wechat_would_refuse_is_not_sent_and_the_member_is_named() {
    let outbound = Scripted::new(|_, _| unsigned(200, "{}"));
    let client = client(outbound.clone());
    let express = |change: fn(&mut Parcel)| {
        let mut changed = parcel();
        change(&mut changed);
        Delivery::Express(changed)
    };
    let parts = |count| Delivery::ExpressInParts { parcels: vec![parcel(); count], is_all_delivered: false };
    let mut second_broken = vec![parcel(), parcel()];
    second_broken[1].tracking_no = "9".repeat(129);
    for (delivery, member) in [
        (express(|parcel| parcel.tracking_no.clear()), "shipping_list[0].tracking_no"),
        (express(|parcel| parcel.express_company.clear()), "shipping_list[0].express_company"),
        (express(|parcel| parcel.item_desc.clear()), "shipping_list[0].item_desc"),
        (express(|parcel| parcel.item_desc = "茶".repeat(121)), "shipping_list[0].item_desc"),
        (express(|parcel| parcel.item_desc = "a\nb".into()), "shipping_list[0].item_desc"),
        (express(|parcel| parcel.contact = None), "shipping_list[0].contact"),
        (express(|parcel| parcel.contact = Some(Contact::default())), "shipping_list[0].contact"),
        (parts(0), "shipping_list"),
        (parts(11), "shipping_list"),
        (
            Delivery::ExpressInParts { parcels: second_broken, is_all_delivered: true },
            "shipping_list[1].tracking_no",
        ),
        (Delivery::Virtual { item_desc: String::new() }, "shipping_list[0].item_desc"),
    ] {
        let error = client.shipping().upload(&shipping(delivery.clone())).await.unwrap_err();
        let WeixinError::Unsendable(fault) = &error else { panic!("{error}") };
        assert_eq!(fault.member, member, "{delivery:?}");
        assert_eq!((error.reaction(), error.outcome_unknown()), (Reaction::MendData, false));
    }
    let combined_with = |change: fn(&mut CombinedShipping)| {
        let mut changed = combined();
        change(&mut changed);
        changed
    };
    for (shipping, member) in [
        (combined_with(|whole| whole.sub_orders.clear()), "sub_orders"),
        (
            combined_with(|whole| whole.order_key = OrderKey::TransactionId(transaction_id())),
            "sub_orders[0].order_key",
        ),
        (
            combined_with(|whole| whole.sub_orders[1].order_key = whole.sub_orders[0].order_key.clone()),
            "sub_orders[1].order_key",
        ),
        (
            combined_with(|whole| {
                whole.sub_orders[1].delivery = Delivery::SameCity { item_desc: String::new() }
            }),
            "sub_orders[1].shipping_list[0].item_desc",
        ),
    ] {
        let error = client.shipping().upload_combined(&shipping).await.unwrap_err();
        let WeixinError::Unsendable(fault) = &error else { panic!("{error}") };
        assert_eq!(fault.member, member);
    }
    assert!(outbound.seen().is_empty());
}

#[tokio::test]
async fn filters_and_pages_that_cannot_be_are_not_sent() {
    let outbound = Scripted::new(|_, _| unsigned(200, "{}"));
    let client = client(outbound.clone());
    let backwards = PayTimeRange {
        begin_time: Some(Timestamp::from_seconds(2)),
        end_time: Some(Timestamp::from_seconds(1)),
    };
    for (filter, member) in [
        (OrderFilter { page_size: Some(0), ..OrderFilter::default() }, "page_size"),
        (OrderFilter { page_size: Some(101), ..OrderFilter::default() }, "page_size"),
        (OrderFilter { pay_time_range: Some(backwards), ..OrderFilter::default() }, "pay_time_range"),
        (OrderFilter { last_index: Some(String::new()), ..OrderFilter::default() }, "last_index"),
    ] {
        let error = client.shipping().orders(&filter).await.unwrap_err();
        let WeixinError::Unsendable(fault) = &error else { panic!("{error}") };
        assert_eq!(fault.member, member);
    }
    for path in ["", "/pages/order", &"a".repeat(1025)] {
        let error = client.shipping().set_message_path(Some(path)).await.unwrap_err();
        let WeixinError::Unsendable(fault) = &error else { panic!("{error}") };
        assert_eq!(fault.member, "path");
        assert!(!matches!(fault.reason, UnsendableReason::Path));
    }
    assert!(outbound.seen().is_empty());
}

#[tokio::test]
async fn a_payment_that_wechat_does_not_find_yet_is_not_a_mistake_yet() {
    let outbound = Scripted::new(|position, _| match position {
        0 => unsigned(200, r#"{"access_token":"T","expires_in":7200}"#),
        1 => unsigned(200, r#"{"errcode":10060001,"errmsg":"支付单不存在"}"#),
        _ => unsigned(200, r#"{"errcode":10060023,"errmsg":"发货信息未更新"}"#),
    });
    let client = client(outbound);
    let upload = shipping(Delivery::Virtual { item_desc: "话费*1".into() });
    let error = client.shipping().upload(&upload).await.unwrap_err();
    assert_eq!((error.reaction(), error.outcome_unknown()), (Reaction::NotYet, false));
    let error = client.shipping().upload(&upload).await.unwrap_err();
    assert_eq!(error.refusal(), Some(WeixinRefusal::NothingChanged));
    assert_eq!(error.reaction(), Reaction::AlreadyDone);
}

#[test]
fn an_order_not_shipped_yet_reads_with_its_empty_members() {
    let text = r#"{"transaction_id":"4200001234202603018888888889","merchant_trade_no":"T20221215003","merchant_id":"1900007291","sub_merchant_id":"","description":"","paid_amount":4353,"openid":"o1","trade_create_time":1671081500,"pay_time":1671081531,"order_state":9,"in_complaint":false,"shipping":{},"tomorrow":1}"#;
    let order: ShippedOrder = serde_json::from_str(text).unwrap();
    assert_eq!((order.sub_merchant_id, order.order_state), (None, ShippingState::Unknown(9)));
}

#[test]
fn who_paid_is_not_printed() {
    let filter = OrderFilter { openid: Some(openid()), ..OrderFilter::default() };
    let printed = format!("{:?} {:?} {filter:?}", shipping(Delivery::Express(parcel())), combined());
    assert!(!printed.contains(openid().as_str()), "{printed}");
}

#[test]
fn each_kind_of_delivery_says_its_numbers() {
    let numbers = |delivery: Delivery| {
        let body = serde_json::to_value(&delivery).unwrap();
        (body["logistics_type"].as_i64().unwrap(), body["delivery_mode"].as_i64().unwrap())
    };
    let goods = || String::from("茶叶*1");
    assert_eq!(numbers(Delivery::Express(parcel())), (1, 1));
    assert_eq!(
        numbers(Delivery::ExpressInParts { parcels: vec![parcel()], is_all_delivered: false }),
        (1, 2)
    );
    assert_eq!(numbers(Delivery::SameCity { item_desc: goods() }), (2, 1));
    assert_eq!(numbers(Delivery::Virtual { item_desc: goods() }), (3, 1));
    assert_eq!(numbers(Delivery::SelfPickup { item_desc: goods() }), (4, 1));
}
