//! The request that asks for a refund (v3.md §5.1).

use serde::{Serialize, Serializer};
use tongbao_wire::{Fen, Mchid, OutRefundNo, OutTradeNo, TransactionId};

use crate::unsendable::{self, Unsendable, UnsendableReason};

/// A refund to ask for with `POST /v3/refund/domestic/refunds`.
///
/// `out_refund_no` is the idempotency key: every retry carries the same number and the same content.
#[derive(Clone, Debug, Serialize)]
pub struct RefundRequest {
    /// The sub-merchant whose payment goes back, when the client is its service provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_mchid: Option<Mchid>,
    /// The payment that goes back.
    #[serde(flatten)]
    pub payment: RefundedPayment,
    /// The merchant's number of this refund.
    pub out_refund_no: OutRefundNo,
    /// Shown to the payer; at most 80 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where the platform sends the notification. Without it the platform falls back on the address set on
    /// the merchant platform, and then writes the old XML form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_url: Option<String>,
    /// Which of the merchant's accounts pays, where there is a choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub funds_account: Option<FundsAccount>,
    /// How much.
    pub amount: RefundRequestAmount,
    /// Which goods go back.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub goods_detail: Vec<RefundedGoods>,
}

/// The payment that goes back, by one of its two numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum RefundedPayment {
    /// The platform's number.
    #[serde(rename = "transaction_id")]
    TransactionId(TransactionId),
    /// The merchant's number.
    #[serde(rename = "out_trade_no")]
    OutTradeNo(OutTradeNo),
}

/// The account that pays the whole of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FundsAccount {
    /// The available balance; for merchants of the old fund flow only.
    Available,
    /// The deposits of travel (出行押金).
    Unsettled,
}

/// An account that pays a part of a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RefundFromAccount {
    /// The available balance.
    Available,
    /// What is not available yet: frozen for profit sharing, or not settled.
    Unavailable,
}

/// How much goes back.
#[derive(Clone, Debug, Serialize)]
pub struct RefundRequestAmount {
    /// What goes back.
    pub refund: Fen,
    /// Where it comes from, for orders with profit sharing; sums to `refund`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<RefundFrom>,
    /// What the order cost.
    pub total: Fen,
    /// `CNY`.
    pub currency: Cny,
}

/// One source of a refund's money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RefundFrom {
    /// The account.
    pub account: RefundFromAccount,
    /// How much of it.
    pub amount: Fen,
}

/// The only currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cny;

impl Serialize for Cny {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("CNY")
    }
}

/// Goods that go back.
#[derive(Clone, Debug, Serialize)]
pub struct RefundedGoods {
    /// The merchant's number; at most 32 characters.
    pub merchant_goods_id: String,
    /// The platform's number; at most 32 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wechatpay_goods_id: Option<String>,
    /// Name; at most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goods_name: Option<String>,
    /// What one costs.
    pub unit_price: Fen,
    /// What goes back for them.
    pub refund_amount: Fen,
    /// How many go back.
    pub refund_quantity: u32,
}

impl RefundRequest {
    /// A refund with the members every refund has; the others are set on the value.
    #[must_use]
    pub fn new(payment: RefundedPayment, out_refund_no: OutRefundNo, refund: Fen, total: Fen) -> Self {
        Self {
            sub_mchid: None,
            payment,
            out_refund_no,
            reason: None,
            notify_url: None,
            funds_account: None,
            amount: RefundRequestAmount { refund, from: Vec::new(), total, currency: Cny },
            goods_detail: Vec::new(),
        }
    }

    /// Checks what the platform would refuse.
    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        unsendable::optional("reason", self.reason.as_ref(), 80)?;
        if let Some(notify_url) = &self.notify_url {
            unsendable::address("notify_url", notify_url, 256)?;
        }
        self.amount.check().map_err(|fault| fault.within("amount"))?;
        for (position, goods) in self.goods_detail.iter().enumerate() {
            goods.check().map_err(|fault| fault.within(&format!("goods_detail[{position}]")))?;
        }
        Ok(())
    }
}

impl RefundRequestAmount {
    fn check(&self) -> Result<(), Unsendable> {
        unsendable::positive("refund", self.refund)?;
        unsendable::positive("total", self.total)?;
        if self.refund > self.total {
            return Err(Unsendable::new("refund", UnsendableReason::ExceedsTotal));
        }
        for (position, from) in self.from.iter().enumerate() {
            let positive = unsendable::positive("amount", from.amount);
            positive.map_err(|fault| fault.within(&format!("from[{position}]")))?;
        }
        let sum = self.from.iter().map(|from| from.amount).try_fold(Fen::ZERO, Fen::checked_add);
        if !self.from.is_empty() && sum != Some(self.refund) {
            let reason = UnsendableReason::Combination("must sum to amount.refund");
            return Err(Unsendable::new("from", reason));
        }
        Ok(())
    }
}

impl RefundedGoods {
    fn check(&self) -> Result<(), Unsendable> {
        unsendable::text("merchant_goods_id", &self.merchant_goods_id, 32)?;
        unsendable::optional("wechatpay_goods_id", self.wechatpay_goods_id.as_ref(), 32)?;
        unsendable::optional("goods_name", self.goods_name.as_ref(), 256)?;
        for (member, amount) in [("unit_price", self.unit_price), ("refund_amount", self.refund_amount)] {
            if amount < Fen::ZERO {
                return Err(Unsendable::new(member, UnsendableReason::Combination("must not be negative")));
            }
        }
        if self.refund_quantity == 0 {
            let reason = UnsendableReason::Combination("must be at least 1");
            return Err(Unsendable::new("refund_quantity", reason));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tongbao_wire::{Fen, OutRefundNo, OutTradeNo};

    use super::{RefundFrom, RefundFromAccount, RefundRequest, RefundedGoods, RefundedPayment};

    fn request() -> RefundRequest {
        let payment = RefundedPayment::OutTradeNo(OutTradeNo::parse("T20260301A").expect("valid"));
        let number = OutRefundNo::parse("R20260301A").expect("valid");
        RefundRequest::new(payment, number, Fen::new(40), Fen::new(100))
    }

    #[test]
    fn absent_members_are_left_out_of_the_body() {
        assert_eq!(
            serde_json::to_string(&request()).expect("serialises"),
            r#"{"out_trade_no":"T20260301A","out_refund_no":"R20260301A","amount":{"refund":40,"total":100,"currency":"CNY"}}"#
        );
    }

    #[test]
    fn amounts_that_cannot_be_refunded_are_refused_before_sending() {
        let with = |change: fn(&mut RefundRequest)| {
            let mut changed = request();
            change(&mut changed);
            changed.check().map_err(|error| error.member.into_owned())
        };
        assert_eq!(with(|_| ()), Ok(()));
        assert_eq!(with(|r| r.amount.refund = Fen::new(101)), Err("amount.refund".into()));
        assert_eq!(with(|r| r.amount.refund = Fen::ZERO), Err("amount.refund".into()));
        assert_eq!(with(|r| r.reason = Some(String::new())), Err("reason".into()));
        assert_eq!(with(|r| r.notify_url = Some("https://a/b?c".into())), Err("notify_url".into()));
        let parts = |r: &mut RefundRequest, amounts: &[i64]| {
            let part = |&fen| RefundFrom { account: RefundFromAccount::Available, amount: Fen::new(fen) };
            r.amount.from = amounts.iter().map(part).collect();
        };
        let from = |amounts: &[i64]| {
            let mut changed = request();
            parts(&mut changed, amounts);
            changed.check().map_err(|error| error.member.into_owned())
        };
        assert_eq!(from(&[30, 10]), Ok(()));
        assert_eq!(from(&[39]), Err("amount.from".into()));
        assert_eq!(from(&[40, 0]), Err("amount.from[1].amount".into()));
        assert_eq!(from(&[i64::MAX, 1]), Err("amount.from".into()));
    }

    #[test]
    fn goods_that_cannot_go_back_are_refused_by_position() {
        let goods = || RefundedGoods {
            merchant_goods_id: "tea".into(),
            wechatpay_goods_id: None,
            goods_name: None,
            unit_price: Fen::new(40),
            refund_amount: Fen::new(40),
            refund_quantity: 1,
        };
        let with = |change: fn(&mut RefundedGoods)| {
            let mut changed = request();
            changed.goods_detail = vec![goods(), goods()];
            change(&mut changed.goods_detail[1]);
            changed.check().map_err(|error| error.member.into_owned())
        };
        assert_eq!(with(|_| ()), Ok(()));
        assert_eq!(
            with(|g| g.merchant_goods_id = "x".repeat(33)),
            Err("goods_detail[1].merchant_goods_id".into())
        );
        assert_eq!(with(|g| g.goods_name = Some(String::new())), Err("goods_detail[1].goods_name".into()));
        assert_eq!(with(|g| g.unit_price = Fen::new(-1)), Err("goods_detail[1].unit_price".into()));
        assert_eq!(with(|g| g.refund_quantity = 0), Err("goods_detail[1].refund_quantity".into()));
    }
}
