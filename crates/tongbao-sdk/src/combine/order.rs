//! What a combined order says in every scene: the whole, and each of its orders.

use std::collections::BTreeSet;

use serde::Serialize;
use tongbao_wire::{Appid, Fen, Mchid, OutTradeNo, Timestamp};

use crate::order_body::SettleInfo;
use crate::partner::SUBSIDY_MAX;
use crate::prepay_detail::LimitPay;
use crate::refund_request::Cny;
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// What is bought, from whom, and how it may be paid.
///
/// Keep this value, or all that it is made from: the same order again must be the same to the last member,
/// and closing names every one of its orders.
#[derive(Clone, Debug)]
pub struct CombineTerms {
    /// The initiator's appid, bound to the initiator and to the merchant of every order.
    pub combine_appid: Appid,
    /// The initiator's number of the whole.
    pub combine_out_trade_no: OutTradeNo,
    /// The orders: 2 to 10 of merchants, or 1 to 50 of a service provider's sub-merchants.
    pub sub_orders: Vec<SubOrder>,
    /// Where the platform sends the one notification of the whole.
    pub notify_url: String,
    /// When the transaction begins; before `time_expire`.
    pub time_start: Option<Timestamp>,
    /// Until when it can be paid; seven days when absent.
    pub time_expire: Option<Timestamp>,
    /// Means of payment that are excluded, or prescribed; [`LimitPay::NoCredit`] is not among them here.
    pub limit_pay: Vec<LimitPay>,
}

/// One order of a combined order.
#[derive(Clone, Debug)]
pub struct SubOrder {
    /// Whose order it is; for sub-merchants, the provider.
    pub mchid: Mchid,
    /// Comes back in queries, notifications and bills; at most 128 characters.
    pub attach: String,
    /// What it costs; at most 10,000,000 yuan.
    pub total_amount: Fen,
    /// The merchant's number; not used by any other order of that merchant.
    pub out_trade_no: OutTradeNo,
    /// What is bought, as the payer's bill shows it; at most 127 characters.
    pub description: String,
    /// The sub-merchant, when a service provider initiates.
    pub sub_mchid: Option<Mchid>,
    /// The sub-merchant's appid.
    pub sub_appid: Option<Appid>,
    /// Coupon tag; at most 32 characters.
    pub goods_tag: Option<String>,
    /// The goods in words; at most 6000 characters.
    pub detail: Option<String>,
    /// Freezes the money for profit sharing.
    pub profit_sharing: Option<bool>,
    /// What an e-commerce platform (收付通) adds; at most 5000 yuan.
    pub subsidy_amount: Option<Fen>,
}

impl CombineTerms {
    /// The members every combined order has; the others are set on the value.
    #[must_use]
    pub fn new(
        combine_appid: Appid,
        combine_out_trade_no: OutTradeNo,
        sub_orders: Vec<SubOrder>,
        notify_url: impl Into<String>,
    ) -> Self {
        Self {
            combine_appid,
            combine_out_trade_no,
            sub_orders,
            notify_url: notify_url.into(),
            time_start: None,
            time_expire: None,
            limit_pay: Vec::new(),
        }
    }

    /// Checks what the platform would refuse; `combine_mchid` is the caller's.
    pub(super) fn check(&self, combine_mchid: &Mchid) -> Result<(), Unsendable> {
        unsendable::address("notify_url", &self.notify_url, 255)?;
        if self.limit_pay.contains(&LimitPay::NoCredit) {
            let reason = UnsendableReason::Combination("has no_credit, which combined orders do not know");
            return Err(Unsendable::new("limit_pay", reason));
        }
        if let (Some(start), Some(expire)) = (self.time_start, self.time_expire)
            && start >= expire
        {
            let reason = UnsendableReason::Combination("must be after time_start");
            return Err(Unsendable::new("time_expire", reason));
        }
        self.check_number()?;
        let mut numbers = BTreeSet::new();
        for (position, order) in self.sub_orders.iter().enumerate() {
            let at = |fault: Unsendable| fault.within(&format!("sub_orders[{position}]"));
            order.check(combine_mchid).map_err(at)?;
            if !numbers.insert((&order.mchid, &order.out_trade_no)) {
                let reason = UnsendableReason::Combination("is the number of an order before it");
                return Err(at(Unsendable::new("out_trade_no", reason)));
            }
        }
        Ok(())
    }

    /// Merchants combine 2 to 10 orders, service providers 1 to 50; the two do not mix.
    fn check_number(&self) -> Result<(), Unsendable> {
        let refuse = |reason| Err(Unsendable::new("sub_orders", reason));
        let of_subs = self.sub_orders.iter().filter(|order| order.sub_mchid.is_some()).count();
        let number = self.sub_orders.len();
        match of_subs {
            0 if !(DIRECT_MIN..=DIRECT_MAX).contains(&number) => refuse(UnsendableReason::OutOfRange(
                "2 to 10 orders of merchants, or 1 to 50 of sub-merchants",
            )),
            0 => Ok(()),
            all if all != number => refuse(UnsendableReason::Combination(
                "name a sub_mchid in some orders only; give it in all or none",
            )),
            _ if number > PROVIDER_MAX => refuse(UnsendableReason::OutOfRange("at most 50 orders")),
            _ => Ok(()),
        }
    }
}

impl SubOrder {
    /// The members every order has; the others are set on the value.
    #[must_use]
    pub fn new(
        mchid: Mchid,
        out_trade_no: OutTradeNo,
        description: impl Into<String>,
        total_amount: Fen,
        attach: impl Into<String>,
    ) -> Self {
        Self {
            mchid,
            attach: attach.into(),
            total_amount,
            out_trade_no,
            description: description.into(),
            sub_mchid: None,
            sub_appid: None,
            goods_tag: None,
            detail: None,
            profit_sharing: None,
            subsidy_amount: None,
        }
    }

    fn check(&self, combine_mchid: &Mchid) -> Result<(), Unsendable> {
        unsendable::text("attach", &self.attach, 128)?;
        unsendable::text("description", &self.description, 127)?;
        unsendable::positive("amount.total_amount", self.total_amount)?;
        at_most("amount.total_amount", self.total_amount, TOTAL_MAX, "at most 10,000,000 yuan")?;
        unsendable::optional("goods_tag", self.goods_tag.as_ref(), 32)?;
        unsendable::optional("detail", self.detail.as_ref(), 6000)?;
        if let Some(subsidy) = self.subsidy_amount {
            unsendable::positive("settle_info.subsidy_amount", subsidy)?;
            at_most("settle_info.subsidy_amount", subsidy, SUBSIDY_MAX, "at most 5000 yuan")?;
        }
        if self.sub_mchid.as_ref() == Some(combine_mchid) {
            let reason = UnsendableReason::Combination("must be another merchant than combine_mchid");
            return Err(Unsendable::new("sub_mchid", reason));
        }
        if self.sub_appid.is_some() && self.sub_mchid.is_none() {
            let reason = UnsendableReason::Combination("needs a sub_mchid");
            return Err(Unsendable::new("sub_appid", reason));
        }
        Ok(())
    }

    pub(super) fn body(&self) -> SubOrderBody<'_> {
        SubOrderBody {
            mchid: &self.mchid,
            attach: &self.attach,
            amount: Amount { total_amount: self.total_amount, currency: Cny },
            out_trade_no: &self.out_trade_no,
            sub_mchid: self.sub_mchid.as_ref(),
            sub_appid: self.sub_appid.as_ref(),
            goods_tag: self.goods_tag.as_deref(),
            detail: self.detail.as_deref(),
            description: &self.description,
            settle_info: SettleInfo {
                profit_sharing: self.profit_sharing,
                subsidy_amount: self.subsidy_amount,
            },
        }
    }
}

fn at_most(member: &'static str, amount: Fen, limit: Fen, words: &'static str) -> Result<(), Unsendable> {
    if amount > limit { Err(Unsendable::new(member, UnsendableReason::OutOfRange(words))) } else { Ok(()) }
}

#[derive(Serialize)]
pub(super) struct SubOrderBody<'a> {
    mchid: &'a Mchid,
    attach: &'a str,
    amount: Amount,
    out_trade_no: &'a OutTradeNo,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_mchid: Option<&'a Mchid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_appid: Option<&'a Appid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    goods_tag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    description: &'a str,
    #[serde(skip_serializing_if = "SettleInfo::is_empty")]
    settle_info: SettleInfo,
}

#[derive(Serialize)]
struct Amount {
    total_amount: Fen,
    currency: Cny,
}

/// An initiator that is no service provider combines this many (the platform's knowledge pack, v3.md §4).
const DIRECT_MIN: usize = 2;
/// See [`DIRECT_MIN`].
const DIRECT_MAX: usize = 10;
/// A service provider combines up to this many (v3.md §4).
const PROVIDER_MAX: usize = 50;
/// One order of a combined order costs at most this (v3.md §4).
const TOTAL_MAX: Fen = Fen::new(1_000_000_000);
