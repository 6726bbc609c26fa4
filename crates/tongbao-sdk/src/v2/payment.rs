//! A payment, as queries, notifications and payment codes show it (v2.md §3.1, §3.7, §4.1).

use std::fmt;

use tongbao_wire::{Fen, Mchid, Openid, OutTradeNo, Timestamp, TradeState, TradeType, TransactionId};

use crate::json::Misfit;
use crate::v2::fields::Fields;
use crate::v2::merchant::Party;

/// A payment that was made.
#[derive(Clone, PartialEq, Eq)]
pub struct Payment {
    /// The merchant, or the service provider.
    pub mch_id: Mchid,
    /// Whose order it was.
    pub party: Party,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// The platform's number.
    pub transaction_id: TransactionId,
    /// How it was paid.
    pub trade_type: TradeType,
    /// When.
    pub time_end: Timestamp,
    /// What the order cost.
    pub total_fee: Fen,
    /// `total_fee` less coupons the merchant gets nothing for.
    pub settlement_total_fee: Option<Fen>,
    /// `CNY`.
    pub fee_type: Option<String>,
    /// What the payer paid: `total_fee` less coupons.
    pub cash_fee: Option<Fen>,
    /// `CNY`.
    pub cash_fee_type: Option<String>,
    /// What coupons paid.
    pub coupon_fee: Option<Fen>,
    /// The coupons.
    pub coupons: Vec<Coupon>,
    /// The payer, as `appid` sees them.
    pub openid: Option<Openid>,
    /// The payer, as `sub_appid` sees them.
    pub sub_openid: Option<Openid>,
    /// Deprecated by the platform: do not rely on `Y`.
    pub is_subscribe: Option<String>,
    /// Such as `CMC`, `CFT` (balance), `ICBC_DEBIT`, `OTHERS`. An open set.
    pub bank_type: Option<String>,
    /// The merchant's device.
    pub device_info: Option<String>,
    /// What the merchant attached.
    pub attach: Option<String>,
    /// Coupons in detail, JSON, for orders with `detail`.
    pub promotion_detail: Option<String>,
}

/// A coupon that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    /// Its number.
    pub coupon_id: Option<String>,
    /// `CASH` (the platform tops up) or `NO_CASH`.
    pub coupon_type: Option<String>,
    /// What it paid.
    pub coupon_fee: Fen,
}

impl Payment {
    pub(super) fn read(fields: &Fields) -> Result<Self, Misfit> {
        Ok(Self {
            mch_id: fields.required("mch_id")?,
            party: Party::read(fields)?,
            out_trade_no: fields.required("out_trade_no")?,
            transaction_id: fields.required("transaction_id")?,
            trade_type: fields.required("trade_type")?,
            time_end: fields.required("time_end")?,
            total_fee: fields.required("total_fee")?,
            settlement_total_fee: fields.optional("settlement_total_fee")?,
            fee_type: fields.optional("fee_type")?,
            cash_fee: fields.optional("cash_fee")?,
            cash_fee_type: fields.optional("cash_fee_type")?,
            coupon_fee: fields.optional("coupon_fee")?,
            coupons: coupons(fields)?,
            openid: fields.optional("openid")?,
            sub_openid: fields.optional("sub_openid")?,
            is_subscribe: fields.optional("is_subscribe")?,
            bank_type: fields.optional("bank_type")?,
            device_info: fields.optional("device_info")?,
            attach: fields.optional("attach")?,
            promotion_detail: fields.optional("promotion_detail")?,
        })
    }
}

/// `coupon_fee_0`, `coupon_fee_1` and so on, wherever they stand. `coupon_count` is not needed for that.
fn coupons(fields: &Fields) -> Result<Vec<Coupon>, Misfit> {
    let mut coupons = Vec::new();
    while let Some(coupon_fee) = fields.optional(&format!("coupon_fee_{}", coupons.len()))? {
        let n = coupons.len();
        coupons.push(Coupon {
            coupon_id: fields.optional(&format!("coupon_id_{n}"))?,
            coupon_type: fields.optional(&format!("coupon_type_{n}"))?,
            coupon_fee,
        });
    }
    Ok(coupons)
}

/// Without the payer.
impl fmt::Debug for Payment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Payment")
            .field("out_trade_no", &self.out_trade_no)
            .field("transaction_id", &self.transaction_id)
            .field("total_fee", &self.total_fee)
            .field("time_end", &self.time_end)
            .finish_non_exhaustive()
    }
}

/// An order, in any state (v2.md §3.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The merchant, or the service provider.
    pub mch_id: Mchid,
    /// Whose order it is.
    pub party: Party,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// Where it stands.
    pub trade_state: TradeState,
    /// The same in words for people.
    pub trade_state_desc: Option<String>,
    /// What it costs; before it is paid the platform may leave it out.
    pub total_fee: Option<Fen>,
    /// The payment: there if the state is `SUCCESS` or `REFUND`, and only then.
    pub payment: Option<Payment>,
}

#[cfg(feature = "client")]
impl Order {
    pub(super) fn read(fields: &Fields) -> Result<Self, Misfit> {
        let trade_state = fields.required("trade_state")?;
        let paid = matches!(trade_state, TradeState::Success | TradeState::Refund);
        Ok(Self {
            mch_id: fields.required("mch_id")?,
            party: Party::read(fields)?,
            out_trade_no: fields.required("out_trade_no")?,
            trade_state,
            trade_state_desc: fields.optional("trade_state_desc")?,
            total_fee: fields.optional("total_fee")?,
            payment: paid.then(|| Payment::read(fields)).transpose()?,
        })
    }
}
