//! Refunds: asked for and looked up.

use tongbao_sdk::Call;
use tongbao_sdk::v2::{
    Client, OrderNumber, Refund, RefundAccepted, RefundAccount, RefundNumber, RefundQuery, RefundRequest,
    RefundedCoupon, RefundedGoods, Refunds,
};
use tongbao_wire::{Fen, OutRefundNo, RefundChannel, RefundId, RefundStatus};

use crate::orders::{at, transaction_id};
use crate::platform::{Scripted, client, direct, exchange, out_trade_no, own, provider, signed, sub};

const PROMOTIONS: &str = r#"{"promotion_detail":[{"promotion_id":"109519","scope":"SINGLE","type":"DISCOUNT","refund_amount":5}]}"#;

pub(crate) fn out_refund_no(text: &str) -> OutRefundNo {
    OutRefundNo::parse(text).unwrap()
}

pub(crate) fn refund_id(text: &str) -> RefundId {
    RefundId::parse(text).unwrap()
}

pub(crate) fn request(order: impl Into<OrderNumber>) -> RefundRequest {
    RefundRequest::new(own(), order.into(), out_refund_no("R20150806@1"), Fen::new(60), Fen::new(100))
}

fn coupon(id: &str, kind: &str, fee: i64) -> RefundedCoupon {
    RefundedCoupon {
        coupon_refund_id: Some(id.into()),
        coupon_type: Some(kind.into()),
        coupon_refund_fee: Fen::new(fee),
    }
}

fn accepted() -> RefundAccepted {
    RefundAccepted {
        transaction_id: transaction_id(),
        out_trade_no: out_trade_no(),
        out_refund_no: out_refund_no("R20150806@1"),
        refund_id: refund_id("50000404922017112502468056157"),
        refund_fee: Fen::new(60),
        settlement_refund_fee: Some(Fen::new(58)),
        total_fee: Fen::new(100),
        settlement_total_fee: Some(Fen::new(98)),
        fee_type: Some("CNY".into()),
        cash_fee: Some(Fen::new(95)),
        cash_fee_type: Some("CNY".into()),
        cash_refund_fee: Some(Fen::new(57)),
        coupon_refund_fee: Some(Fen::new(3)),
        coupons: vec![coupon("10000", "CASH", 3)],
        promotion_detail: None,
    }
}

#[tokio::test]
async fn a_refund_is_asked_for_with_the_client_certificate() {
    let mut request = request(out_trade_no());
    request.refund_desc = Some("商品已售完".into());
    request.refund_account = Some(RefundAccount::Recharge);
    request.notify_url = Some("https://pay.example.com/v2/refund".into());
    let call = async |client: Client| client.refund(&request).await;
    let answer = exchange(Call::RefundV2, "refund_v2", direct(), call).await.unwrap();
    assert_eq!(answer, accepted());
}

#[tokio::test]
async fn a_refund_of_goods_has_an_address_of_its_own() {
    let mut request = request(transaction_id());
    request.party = sub();
    request.goods = vec![RefundedGoods {
        goods_id: "TEA-01".into(),
        wxpay_goods_id: Some("1001".into()),
        goods_name: Some("一壶茶".into()),
        refund_amount: Fen::new(60),
        refund_quantity: 1,
        price: Fen::new(88),
    }];
    let call = async |client: Client| client.refund(&request).await;
    let answer = exchange(Call::RefundGoodsV2, "refund_goods_v2", provider(), call).await.unwrap();
    let expected = RefundAccepted {
        coupon_refund_fee: None,
        coupons: Vec::new(),
        promotion_detail: Some(PROMOTIONS.into()),
        ..accepted()
    };
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn refunds_are_read_by_their_numbers_wherever_their_elements_stand() {
    let mut query = RefundQuery::new(own(), RefundNumber::OutTradeNo(out_trade_no()));
    query.offset = Some(1);
    let call = async |client: Client| client.refund_query(&query).await;
    let answer = exchange(Call::RefundQuery, "refund_query", direct(), call).await.unwrap();
    let first = Refund {
        out_refund_no: out_refund_no("R20150806@1"),
        refund_id: refund_id("50000404922017112502468056157"),
        refund_status: RefundStatus::Success,
        refund_channel: Some(RefundChannel::Original),
        refund_fee: Fen::new(60),
        settlement_refund_fee: Some(Fen::new(58)),
        coupon_refund_fee: Some(Fen::new(3)),
        coupons: vec![coupon("10000", "CASH", 2), coupon("10001", "NO_CASH", 1)],
        refund_account: Some("REFUND_SOURCE_RECHARGE_FUNDS".into()),
        refund_recv_accout: Some("招商银行信用卡0403".into()),
        refund_success_time: Some(at("2016-07-25T15:26:26+08:00")),
    };
    let second = Refund {
        out_refund_no: out_refund_no("R20150806@2"),
        refund_id: refund_id("50000404922017112502468056158"),
        refund_status: RefundStatus::Abnormal,
        refund_channel: None,
        refund_fee: Fen::new(40),
        settlement_refund_fee: None,
        coupon_refund_fee: None,
        coupons: Vec::new(),
        refund_account: None,
        refund_recv_accout: Some("支付用户零钱".into()),
        refund_success_time: None,
    };
    let expected = Refunds {
        transaction_id: transaction_id(),
        out_trade_no: out_trade_no(),
        total_fee: Fen::new(100),
        settlement_total_fee: Some(Fen::new(98)),
        fee_type: Some("CNY".into()),
        cash_fee: Some(Fen::new(95)),
        total_refund_count: Some(3),
        refunds: vec![first, second],
        promotion_detail: None,
    };
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn refunds_of_goods_are_looked_up_by_any_number() {
    let number = RefundNumber::RefundId(refund_id("50000404922017112502468056157"));
    let query = RefundQuery::new(own(), number);
    let call = async |client: Client| client.refund_goods_query(&query).await;
    let answer = exchange(Call::RefundGoodsQuery, "refund_goods_query", direct(), call).await.unwrap();
    assert_eq!(answer.refunds[0].refund_status, RefundStatus::Processing);
    assert_eq!(answer.promotion_detail.as_deref(), Some(PROMOTIONS));

    for (number, name) in [
        (RefundNumber::OutRefundNo(out_refund_no("R1")), "out_refund_no"),
        (RefundNumber::TransactionId(transaction_id()), "transaction_id"),
    ] {
        let outbound = Scripted::new(|_, _| signed(&[]));
        let client = client(direct(), outbound.clone());
        client.refund_query(&RefundQuery::new(own(), number)).await.unwrap_err();
        assert!(crate::platform::fields(outbound.seen()[0].body()).get(name).is_some());
    }
}

#[tokio::test]
async fn a_count_that_promises_more_refunds_than_there_are_is_refused() {
    let outbound = Scripted::new(|_, _| {
        let head = [("transaction_id", "4200"), ("out_trade_no", "20150806125346"), ("total_fee", "100")];
        signed(&[&head[..], &[("refund_count", "4294967295")]].concat())
    });
    let query = RefundQuery::new(own(), RefundNumber::OutTradeNo(out_trade_no()));
    let error = client(direct(), outbound).refund_query(&query).await.unwrap_err();
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "out_refund_no_0: is missing");
}
