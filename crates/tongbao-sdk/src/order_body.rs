//! The body of every call that creates an order, for merchants and for service providers.

use serde::Serialize;
use tongbao_wire::{Appid, AuthCode, Fen, Mchid, Openid, OutTradeNo, Timestamp};

use crate::code_pay::CodeDetail;
use crate::order_terms::{CashierTerms, OrderTerms};
use crate::prepay_detail::{LimitPay, OrderDetail, PayerIdentity, SubsidyInfo};
use crate::refund_request::Cny;

/// The body of every call that creates an order, with members in the order of the official example. `P` is
/// whose order it is, `S` where it is bought.
#[derive(Serialize)]
pub(crate) struct OrderBody<'a, P, S> {
    #[serde(flatten)]
    parties: P,
    description: &'a str,
    out_trade_no: &'a OutTradeNo,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_expire: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attach: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notify_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    goods_tag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    support_fapiao: Option<bool>,
    amount: Amount,
    #[serde(skip_serializing_if = "PayerBody::is_empty")]
    payer: PayerBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Detail<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scene_info: Option<&'a S>,
    #[serde(skip_serializing_if = "SettleInfo::is_empty")]
    settle_info: SettleInfo,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    limit_pay: &'a [LimitPay],
    #[serde(skip_serializing_if = "Option::is_none")]
    subsidy_info: Option<&'a SubsidyInfo>,
}

impl<'a, P, S> OrderBody<'a, P, S> {
    /// An order that is paid at the platform's cashier.
    pub(crate) fn at_cashier(
        parties: P,
        order: &'a OrderTerms,
        cashier: &'a CashierTerms,
        scene_info: Option<&'a S>,
    ) -> Self {
        Self {
            time_expire: cashier.time_expire,
            notify_url: Some(&cashier.notify_url),
            payer: PayerBody { identity: cashier.identity.as_ref(), ..PayerBody::default() },
            detail: order.detail.as_ref().map(Detail::Cashier),
            limit_pay: &cashier.limit_pay,
            subsidy_info: cashier.subsidy_info.as_ref(),
            ..Self::plain(parties, order, scene_info)
        }
    }

    /// An order that is paid with the code the payer shows.
    pub(crate) fn with_code(
        parties: P,
        order: &'a OrderTerms,
        auth_code: &'a AuthCode,
        scene_info: &'a S,
    ) -> Self {
        Self {
            payer: PayerBody { auth_code: Some(auth_code), ..PayerBody::default() },
            detail: order.detail.as_ref().map(|detail| Detail::Code(detail.into())),
            ..Self::plain(parties, order, Some(scene_info))
        }
    }

    fn plain(parties: P, order: &'a OrderTerms, scene_info: Option<&'a S>) -> Self {
        Self {
            parties,
            description: &order.description,
            out_trade_no: &order.out_trade_no,
            time_expire: None,
            attach: order.attach.as_deref(),
            notify_url: None,
            goods_tag: order.goods_tag.as_deref(),
            support_fapiao: order.support_fapiao,
            amount: Amount { total: order.total, currency: Cny },
            payer: PayerBody::default(),
            detail: None,
            scene_info,
            settle_info: SettleInfo { profit_sharing: order.profit_sharing, subsidy_amount: None },
            limit_pay: &[],
            subsidy_info: None,
        }
    }

    /// The same order of a known payer.
    pub(crate) fn paid_by(mut self, payer: Payer<'a>) -> Self {
        match payer {
            Payer::Openid(openid) => self.payer.openid = Some(openid),
            Payer::SpOpenid(openid) => self.payer.sp_openid = Some(openid),
            Payer::SubOpenid(openid) => self.payer.sub_openid = Some(openid),
        }
        self
    }

    /// The same order with what the provider adds to it.
    pub(crate) fn subsidised(mut self, subsidy_amount: Option<Fen>) -> Self {
        self.settle_info.subsidy_amount = subsidy_amount;
        self
    }
}

/// Whose order it is: an ordinary merchant's.
#[derive(Serialize)]
pub(crate) struct DirectParties<'a> {
    pub(crate) appid: &'a Appid,
    pub(crate) mchid: &'a Mchid,
}

/// Who pays, as one of the appids sees them.
#[derive(Clone, Copy)]
pub(crate) enum Payer<'a> {
    Openid(&'a Openid),
    SpOpenid(&'a Openid),
    SubOpenid(&'a Openid),
}

#[derive(Serialize)]
struct Amount {
    total: Fen,
    currency: Cny,
}

#[derive(Default, Serialize)]
struct PayerBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    openid: Option<&'a Openid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sp_openid: Option<&'a Openid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_openid: Option<&'a Openid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_code: Option<&'a AuthCode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<&'a PayerIdentity>,
}

impl PayerBody<'_> {
    fn is_empty(&self) -> bool {
        let Self { openid, sp_openid, sub_openid, auth_code, identity } = self;
        let openid = openid.or(*sp_openid).or(*sub_openid);
        openid.is_none() && auth_code.is_none() && identity.is_none()
    }
}

/// The goods; payment codes spell one member differently.
#[derive(Serialize)]
#[serde(untagged)]
enum Detail<'a> {
    Cashier(&'a OrderDetail),
    Code(CodeDetail<'a>),
}

#[derive(Serialize)]
pub(crate) struct SettleInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) profit_sharing: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subsidy_amount: Option<Fen>,
}

impl SettleInfo {
    pub(crate) fn is_empty(&self) -> bool {
        self.profit_sharing.is_none() && self.subsidy_amount.is_none()
    }
}
