//! Refunds, as the platform shows them (v2.md §3.3, §3.4, §4.2).

use tongbao_wire::{
    Fen, Mchid, OutRefundNo, OutTradeNo, RefundChannel, RefundId, RefundStatus, Timestamp, TransactionId,
};

use crate::json::Misfit;
use crate::v2::fields::Fields;
use crate::v2::merchant::Party;

/// A refund that was accepted. Whether the money arrives, a query or a notification says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundAccepted {
    /// The payment it returns.
    pub transaction_id: TransactionId,
    /// The payment's number at the merchant.
    pub out_trade_no: OutTradeNo,
    /// The merchant's number of the refund.
    pub out_refund_no: OutRefundNo,
    /// The platform's number of the refund.
    pub refund_id: RefundId,
    /// What goes back.
    pub refund_fee: Fen,
    /// The same less coupons the merchant got nothing for.
    pub settlement_refund_fee: Option<Fen>,
    /// What the order cost.
    pub total_fee: Fen,
    /// The same less such coupons.
    pub settlement_total_fee: Option<Fen>,
    /// `CNY`.
    pub fee_type: Option<String>,
    /// What the payer had paid.
    pub cash_fee: Option<Fen>,
    /// `CNY`.
    pub cash_fee_type: Option<String>,
    /// What the payer gets back.
    pub cash_refund_fee: Option<Fen>,
    /// What coupons get back.
    pub coupon_refund_fee: Option<Fen>,
    /// The coupons.
    pub coupons: Vec<RefundedCoupon>,
    /// Coupons in detail, JSON, for refunds of single goods.
    pub promotion_detail: Option<String>,
}

/// A coupon that gets back what it paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundedCoupon {
    /// Its number.
    pub coupon_refund_id: Option<String>,
    /// `CASH` (the platform tops up) or `NO_CASH`.
    pub coupon_type: Option<String>,
    /// What it gets back.
    pub coupon_refund_fee: Fen,
}

impl RefundAccepted {
    #[cfg(feature = "client")]
    pub(super) fn read(fields: &Fields) -> Result<Self, Misfit> {
        Ok(Self {
            transaction_id: fields.required("transaction_id")?,
            out_trade_no: fields.required("out_trade_no")?,
            out_refund_no: fields.required("out_refund_no")?,
            refund_id: fields.required("refund_id")?,
            refund_fee: fields.required("refund_fee")?,
            settlement_refund_fee: fields.optional("settlement_refund_fee")?,
            total_fee: fields.required("total_fee")?,
            settlement_total_fee: fields.optional("settlement_total_fee")?,
            fee_type: fields.optional("fee_type")?,
            cash_fee: fields.optional("cash_fee")?,
            cash_fee_type: fields.optional("cash_fee_type")?,
            cash_refund_fee: fields.optional("cash_refund_fee")?,
            coupon_refund_fee: fields.optional("coupon_refund_fee")?,
            coupons: coupons(fields, "")?,
            promotion_detail: fields.optional("promotion_detail")?,
        })
    }
}

/// `coupon_refund_fee_0`, or `coupon_refund_fee_3_0` within refund 3, and so on, wherever they stand.
#[cfg(feature = "client")]
fn coupons(fields: &Fields, within: &str) -> Result<Vec<RefundedCoupon>, Misfit> {
    let mut coupons = Vec::new();
    loop {
        let place = format!("{within}_{}", coupons.len());
        let Some(coupon_refund_fee) = fields.optional(&format!("coupon_refund_fee{place}"))? else {
            return Ok(coupons);
        };
        coupons.push(RefundedCoupon {
            coupon_refund_id: fields.optional(&format!("coupon_refund_id{place}"))?,
            coupon_type: fields.optional(&format!("coupon_type{place}"))?,
            coupon_refund_fee,
        });
    }
}

/// The refunds of a payment, or those that were asked for (v2.md §3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refunds {
    /// The payment they return.
    pub transaction_id: TransactionId,
    /// The payment's number at the merchant.
    pub out_trade_no: OutTradeNo,
    /// What the order cost.
    pub total_fee: Fen,
    /// The same less coupons the merchant got nothing for.
    pub settlement_total_fee: Option<Fen>,
    /// `CNY`.
    pub fee_type: Option<String>,
    /// What the payer had paid.
    pub cash_fee: Option<Fen>,
    /// How many refunds the payment has, when the question had an `offset`; `refunds` may be fewer.
    pub total_refund_count: Option<u32>,
    /// The refunds of this answer.
    pub refunds: Vec<Refund>,
    /// Coupons in detail, JSON, for refunds of single goods.
    pub promotion_detail: Option<String>,
}

/// One refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The merchant's number.
    pub out_refund_no: OutRefundNo,
    /// The platform's number.
    pub refund_id: RefundId,
    /// Where it stands.
    pub refund_status: RefundStatus,
    /// The way the money goes back.
    pub refund_channel: Option<RefundChannel>,
    /// What goes back.
    pub refund_fee: Fen,
    /// The same less coupons the merchant got nothing for.
    pub settlement_refund_fee: Option<Fen>,
    /// What coupons get back.
    pub coupon_refund_fee: Option<Fen>,
    /// The coupons.
    pub coupons: Vec<RefundedCoupon>,
    /// The merchant's account that pays, such as `REFUND_SOURCE_RECHARGE_FUNDS`.
    pub refund_account: Option<String>,
    /// The account that receives it, in words (the platform spells it so).
    pub refund_recv_accout: Option<String>,
    /// When the payer had the money.
    pub refund_success_time: Option<Timestamp>,
}

#[cfg(feature = "client")]
impl Refunds {
    pub(super) fn read(fields: &Fields) -> Result<Self, Misfit> {
        // A number larger than the refunds that are there ends at the first that is missing.
        let refund_count: u32 = fields.required("refund_count")?;
        Ok(Self {
            transaction_id: fields.required("transaction_id")?,
            out_trade_no: fields.required("out_trade_no")?,
            total_fee: fields.required("total_fee")?,
            settlement_total_fee: fields.optional("settlement_total_fee")?,
            fee_type: fields.optional("fee_type")?,
            cash_fee: fields.optional("cash_fee")?,
            total_refund_count: fields.optional("total_refund_count")?,
            refunds: (0..refund_count).map(|n| Refund::read(fields, n)).collect::<Result<_, _>>()?,
            promotion_detail: fields.optional("promotion_detail")?,
        })
    }
}

#[cfg(feature = "client")]
impl Refund {
    fn read(fields: &Fields, n: u32) -> Result<Self, Misfit> {
        let of = |name: &str| format!("{name}_{n}");
        Ok(Self {
            out_refund_no: fields.required(&of("out_refund_no"))?,
            refund_id: fields.required(&of("refund_id"))?,
            refund_status: fields.required(&of("refund_status"))?,
            refund_channel: fields.optional(&of("refund_channel"))?,
            refund_fee: fields.required(&of("refund_fee"))?,
            settlement_refund_fee: fields.optional(&of("settlement_refund_fee"))?,
            coupon_refund_fee: fields.optional(&of("coupon_refund_fee"))?,
            coupons: coupons(fields, &format!("_{n}"))?,
            refund_account: fields.optional(&of("refund_account"))?,
            refund_recv_accout: fields.optional(&of("refund_recv_accout"))?,
            refund_success_time: fields.optional(&of("refund_success_time"))?,
        })
    }
}

/// What a refund notification says (v2.md §4.2). It bears no signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundNotice {
    /// The merchant, or the service provider.
    pub mch_id: Mchid,
    /// Whose order it was.
    pub party: Party,
    /// The payment it returns.
    pub transaction_id: TransactionId,
    /// The payment's number at the merchant.
    pub out_trade_no: OutTradeNo,
    /// The merchant's number of the refund.
    pub out_refund_no: OutRefundNo,
    /// The platform's number of the refund.
    pub refund_id: RefundId,
    /// Where it stands.
    pub refund_status: RefundStatus,
    /// What was asked for.
    pub refund_fee: Fen,
    /// What goes back: the same less coupons the merchant got nothing for.
    pub settlement_refund_fee: Option<Fen>,
    /// What the payer gets back; not in older notifications.
    pub cash_refund_fee: Option<Fen>,
    /// What the order cost.
    pub total_fee: Fen,
    /// The same less coupons the merchant got nothing for.
    pub settlement_total_fee: Option<Fen>,
    /// When the payer had the money; only with `SUCCESS`.
    pub success_time: Option<Timestamp>,
    /// The account that receives it, in words (the platform spells it so).
    pub refund_recv_accout: Option<String>,
    /// The merchant's account that pays.
    pub refund_account: Option<String>,
    /// `API`, or `VENDOR_PLATFORM` when a person refunded on the merchant platform.
    pub refund_request_source: Option<String>,
}

impl RefundNotice {
    /// Reads what stands open around `req_info`, and what was in it.
    pub(super) fn read(outer: &Fields, inner: &Fields) -> Result<Self, Misfit> {
        Ok(Self {
            mch_id: outer.required("mch_id")?,
            party: Party::read(outer)?,
            transaction_id: inner.required("transaction_id")?,
            out_trade_no: inner.required("out_trade_no")?,
            out_refund_no: inner.required("out_refund_no")?,
            refund_id: inner.required("refund_id")?,
            refund_status: inner.required("refund_status")?,
            refund_fee: inner.required("refund_fee")?,
            settlement_refund_fee: inner.optional("settlement_refund_fee")?,
            cash_refund_fee: inner.optional("cash_refund_fee")?,
            total_fee: inner.required("total_fee")?,
            settlement_total_fee: inner.optional("settlement_total_fee")?,
            success_time: inner.optional("success_time")?,
            refund_recv_accout: inner.optional("refund_recv_accout")?,
            refund_account: inner.optional("refund_account")?,
            refund_request_source: inner.optional("refund_request_source")?,
        })
    }
}
