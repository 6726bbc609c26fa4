//! The request that asks for a refund (v3.md §5.1).

use serde::{Serialize, Serializer};
use tongbao_wire::{Fen, OutRefundNo, OutTradeNo, TransactionId};

use crate::unsendable::{self, Unsendable, UnsendableReason};

/// A refund to ask for with `POST /v3/refund/domestic/refunds`.
///
/// `out_refund_no` is the idempotency key: every retry carries the same number and the same content.
#[derive(Clone, Debug, Serialize)]
pub struct RefundRequest {
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

/// An account of the merchant's that pays a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FundsAccount {
    /// The available balance.
    Available,
    /// The balance not yet settled, or frozen.
    Unsettled,
    /// In `amount.from`: what is not available.
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
    pub account: FundsAccount,
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
        unsendable::positive("amount.refund", self.amount.refund)?;
        unsendable::positive("amount.total", self.amount.total)?;
        if self.amount.refund > self.amount.total {
            return Err(Unsendable::new("amount.refund", UnsendableReason::ExceedsTotal));
        }
        let mut amounts = self.amount.from.iter().map(|from| from.amount);
        let sum = amounts.try_fold(Fen::ZERO, Fen::checked_add);
        if !self.amount.from.is_empty() && sum != Some(self.amount.refund) {
            let reason = UnsendableReason::Combination("must sum to amount.refund");
            return Err(Unsendable::new("amount.from", reason));
        }
        for goods in &self.goods_detail {
            unsendable::text("goods_detail.merchant_goods_id", &goods.merchant_goods_id, 32)?;
            let name = "goods_detail.wechatpay_goods_id";
            unsendable::optional(name, goods.wechatpay_goods_id.as_ref(), 32)?;
            unsendable::optional("goods_detail.goods_name", goods.goods_name.as_ref(), 256)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tongbao_wire::{Fen, OutRefundNo, OutTradeNo};

    use super::{FundsAccount, RefundFrom, RefundRequest, RefundedPayment};

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
        let short = |r: &mut RefundRequest| {
            r.amount.from = vec![RefundFrom { account: FundsAccount::Available, amount: Fen::new(39) }];
        };
        assert_eq!(with(short), Err("amount.from".into()));
    }
}
