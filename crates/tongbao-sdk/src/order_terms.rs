//! What every order says, in whatever scene it is paid (v3.md §2.1).

use tongbao_wire::{Fen, OutTradeNo, Timestamp};

use crate::prepay_detail::{LimitPay, OrderDetail, PayerIdentity, SubsidyInfo};
use crate::unsendable::{self, Unsendable};

/// What is bought, and for how much.
///
/// The platform compares every member when the same `out_trade_no` comes again (v3.md §2.4), so keep this
/// value, or all that it is made from, with the order.
#[derive(Clone, Debug)]
pub struct OrderTerms {
    /// The merchant's number; among a service provider's orders, the provider's.
    pub out_trade_no: OutTradeNo,
    /// What is bought, as the payer's bill shows it; at most 127 characters.
    pub description: String,
    /// What it costs.
    pub total: Fen,
    /// Comes back in queries, notifications and bills; at most 128 characters.
    pub attach: Option<String>,
    /// Coupon tag; at most 32 characters.
    pub goods_tag: Option<String>,
    /// Offers an electronic invoice.
    pub support_fapiao: Option<bool>,
    /// The goods, for coupons on single goods.
    pub detail: Option<OrderDetail>,
    /// Freezes the money for profit sharing.
    pub profit_sharing: Option<bool>,
}

impl OrderTerms {
    /// The members every order has; the others are set on the value.
    #[must_use]
    pub fn new(out_trade_no: OutTradeNo, description: impl Into<String>, total: Fen) -> Self {
        Self {
            out_trade_no,
            description: description.into(),
            total,
            attach: None,
            goods_tag: None,
            support_fapiao: None,
            detail: None,
            profit_sharing: None,
        }
    }

    /// Checks what the platform would refuse.
    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        unsendable::text("description", &self.description, 127)?;
        unsendable::positive("amount.total", self.total)?;
        unsendable::optional("attach", self.attach.as_ref(), 128)?;
        unsendable::optional("goods_tag", self.goods_tag.as_ref(), 32)?;
        self.detail.as_ref().map_or(Ok(()), OrderDetail::check)
    }
}

/// How the payer may pay at the platform's cashier, and where the platform then tells. Payment codes have
/// none of this.
#[derive(Clone, Debug)]
pub struct CashierTerms {
    /// Where the platform sends the notification: absolute, public, without a query.
    pub notify_url: String,
    /// Until when it can be paid; seven days when absent. Only what the first request said counts.
    pub time_expire: Option<Timestamp>,
    /// Means of payment that are excluded, or prescribed.
    pub limit_pay: Vec<LimitPay>,
    /// Instalments the merchant subsidises; seen documented for JSAPI and apps.
    pub subsidy_info: Option<SubsidyInfo>,
    /// Who the payer must be, for merchants permitted to say so.
    pub identity: Option<PayerIdentity>,
}

impl CashierTerms {
    /// No restrictions.
    #[must_use]
    pub fn new(notify_url: impl Into<String>) -> Self {
        Self {
            notify_url: notify_url.into(),
            time_expire: None,
            limit_pay: Vec::new(),
            subsidy_info: None,
            identity: None,
        }
    }

    /// Checks what the platform would refuse.
    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        unsendable::address("notify_url", &self.notify_url, 255)?;
        self.subsidy_info.as_ref().map_or(Ok(()), SubsidyInfo::check)?;
        let identity = self.identity.as_ref();
        identity.map_or(Ok(()), |identity| identity.check().map_err(|fault| fault.within("payer")))
    }

    /// Serial number of the key that sealed members were sealed with.
    pub(crate) fn serial(&self) -> Option<&str> {
        self.identity.as_ref().and_then(PayerIdentity::serial)
    }
}
