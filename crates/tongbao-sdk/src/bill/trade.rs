//! A row of a trade bill (交易账单).

use std::fmt;

use tongbao_wire::{Fen, RefundChannel, Timestamp, TradeType};

use super::column::Column;
use super::fault::BillFault;
use super::fee::{Fee, Rate};
use super::row::Row;

/// A row of a trade bill. Ids are as the bill prints them; `TransactionId::parse` and its like check them.
///
/// What a row says of a refund is how it stood when the bill was made; bills are never brought up to date.
#[derive(Clone, PartialEq, Eq)]
pub struct TradeRow<'a> {
    /// When it was paid (交易时间); on refunds and reversals in bills of type `ALL`, when that was accepted.
    pub time: Timestamp,
    /// The appid of the order; empty where the bill has none.
    pub appid: &'a str,
    /// The merchant, or the service provider.
    pub mchid: &'a str,
    /// The sub-merchant, for service providers (特约商户号).
    pub sub_mchid: Option<&'a str>,
    /// The device the order named.
    pub device_info: Option<&'a str>,
    /// The platform's number of the payment (微信订单号).
    pub transaction_id: &'a str,
    /// The merchant's number of the payment (商户订单号).
    pub out_trade_no: &'a str,
    /// Who paid (用户标识).
    pub openid: Option<&'a str>,
    /// How it was paid; `None` where the bill does not say.
    pub trade_type: Option<TradeType>,
    /// What happened (交易状态), with what belongs to it.
    pub event: TradeEvent<'a>,
    /// The bank, `OTHERS` for a balance.
    pub bank_type: Option<&'a str>,
    /// `CNY`.
    pub currency: Option<&'a str>,
    /// What the merchant settles for the order (应结订单金额): `total` less coupons nobody topped up. Nothing on
    /// refund rows; `None` in the columns of before 2018.
    pub settlement_total: Option<Fen>,
    /// What coupons took off (代金券金额).
    pub coupon: Option<Fen>,
    /// What the order cost (订单金额), the amount to compare with one's own books. Nothing on refund rows of
    /// today's columns.
    pub total: Fen,
    /// What was bought (商品名称).
    pub goods_name: Option<&'a str>,
    /// What the order attached (商户数据包, `attach`).
    pub attach: Option<&'a str>,
    /// The platform's fee (手续费); negative where it is given back.
    pub fee: Option<Fee>,
    /// Its rate (费率).
    pub rate: Option<Rate>,
    /// A note on the rate (费率备注).
    pub rate_note: Option<&'a str>,
}

/// What a row of a trade bill says happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TradeEvent<'a> {
    /// A payment (`SUCCESS`).
    Payment,
    /// A refund was accepted (`REFUND`).
    Refund(TradeRefund<'a>),
    /// A payment by code was reversed (`REVOKED`); the money goes back like a refund, where the bill says so.
    Reversal(Option<TradeRefund<'a>>),
    /// A word this version does not know.
    Other(&'a str),
}

/// The refund of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TradeRefund<'a> {
    /// The platform's number (微信退款单号).
    pub refund_id: &'a str,
    /// The merchant's number (商户退款单号); reversals have none.
    pub out_refund_no: Option<&'a str>,
    /// What goes back (申请退款金额); in the columns of before 2018 the same as `settlement_refund`.
    pub refund: Fen,
    /// What leaves the merchant's settlement (退款金额): `refund` less coupons nobody topped up.
    pub settlement_refund: Fen,
    /// What topped-up coupons get back (充值券退款金额).
    pub coupon_refund: Option<Fen>,
    /// The way the money goes back (退款类型).
    pub channel: Option<RefundChannel>,
    /// Where it stood when the bill was made (退款状态).
    pub status: BillRefundStatus<'a>,
    /// When it was asked for (退款申请时间); in bills of type `REFUND`.
    pub applied_time: Option<Timestamp>,
    /// When the payer had the money (退款成功时间); in bills of type `REFUND`.
    pub success_time: Option<Timestamp>,
}

/// Where a refund stood. These are not the words of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BillRefundStatus<'a> {
    /// `SUCCESS`: the payer has the money.
    Success,
    /// `PROCESSING`: on its way.
    Processing,
    /// `FAIL`: failed (the API's `CLOSED`).
    Fail,
    /// `CHANGE`: a person must act (the API's `ABNORMAL`).
    Change,
    /// A word this version does not know, or none.
    Unknown(&'a str),
}

impl<'a> BillRefundStatus<'a> {
    /// The word as bills spell it.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        match self {
            Self::Success => "SUCCESS",
            Self::Processing => "PROCESSING",
            Self::Fail => "FAIL",
            Self::Change => "CHANGE",
            Self::Unknown(word) => word,
        }
    }
}

impl<'a> From<&'a str> for BillRefundStatus<'a> {
    fn from(word: &'a str) -> Self {
        match word {
            "SUCCESS" => Self::Success,
            "PROCESSING" => Self::Processing,
            "FAIL" => Self::Fail,
            "CHANGE" => Self::Change,
            other => Self::Unknown(other),
        }
    }
}

/// Enough to find the row, nothing of the person who paid.
impl fmt::Debug for TradeRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TradeRow")
            .field("time", &self.time)
            .field("transaction_id", &self.transaction_id)
            .field("out_trade_no", &self.out_trade_no)
            .field("event", &self.event)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

impl<'a> TradeRow<'a> {
    /// The refund of this row, if it has one.
    #[must_use]
    pub fn refund(&self) -> Option<&TradeRefund<'a>> {
        match &self.event {
            TradeEvent::Refund(refund) | TradeEvent::Reversal(Some(refund)) => Some(refund),
            TradeEvent::Payment | TradeEvent::Reversal(None) | TradeEvent::Other(_) => None,
        }
    }
}

impl<'a> Row<'a> {
    /// Reads the row as one of a trade bill. Allocates nothing, but for words this version does not know.
    ///
    /// # Errors
    /// [`BillFault`] naming the column that is missing or cannot be read.
    pub fn trade(&self) -> Result<TradeRow<'a>, BillFault> {
        Ok(TradeRow {
            time: self.required_time(Column::TradeTime)?,
            appid: self.text(Column::Appid).unwrap_or_default(),
            mchid: self.required(Column::Mchid)?,
            sub_mchid: self.number(Column::SubMchid),
            device_info: self.filled(Column::DeviceInfo),
            transaction_id: self.required(Column::TransactionId)?,
            out_trade_no: self.required(Column::OutTradeNo)?,
            openid: self.filled(Column::Openid),
            trade_type: self.filled(Column::TradeType).map(TradeType::from),
            event: self.event()?,
            bank_type: self.filled(Column::BankType),
            currency: self.filled(Column::Currency),
            settlement_total: self.fen(Column::SettlementTotal)?,
            coupon: self.fen(Column::Coupon)?,
            total: self.required_fen(Column::Total)?,
            goods_name: self.filled(Column::GoodsName),
            attach: self.filled(Column::Attach),
            fee: self.fee(Column::Fee)?,
            rate: self.rate(Column::Rate)?,
            rate_note: self.filled(Column::RateNote),
        })
    }

    fn event(&self) -> Result<TradeEvent<'a>, BillFault> {
        Ok(match self.required(Column::TradeState)? {
            "SUCCESS" => TradeEvent::Payment,
            "REFUND" => TradeEvent::Refund(self.refund(Some(self.required(Column::OutRefundNo)?))?),
            "REVOKED" if self.number(Column::RefundId).is_some() => {
                TradeEvent::Reversal(Some(self.refund(self.number(Column::OutRefundNo))?))
            }
            "REVOKED" => TradeEvent::Reversal(None),
            other => TradeEvent::Other(other),
        })
    }

    fn refund(&self, out_refund_no: Option<&'a str>) -> Result<TradeRefund<'a>, BillFault> {
        let settlement_refund = self.required_fen(Column::SettlementRefund)?;
        Ok(TradeRefund {
            refund_id: self.required(Column::RefundId)?,
            out_refund_no,
            refund: match self.text(Column::Refund) {
                Some(_) => self.required_fen(Column::Refund)?,
                None => settlement_refund,
            },
            settlement_refund,
            coupon_refund: self.fen(Column::CouponRefund)?,
            channel: self.filled(Column::RefundChannel).map(RefundChannel::from),
            status: BillRefundStatus::from(self.text(Column::RefundStatus).unwrap_or_default()),
            applied_time: self.time(Column::RefundAppliedTime)?,
            success_time: self.time(Column::RefundSuccessTime)?,
        })
    }
}
