//! The request that creates a JSAPI or mini-program order (v3.md §2.1).

use serde::Serialize;
use serde::ser::SerializeStruct;
use tongbao_wire::{Appid, Fen, Mchid, Openid, OutTradeNo, Timestamp};

use crate::prepay_detail::{LimitPay, OrderDetail, PayerIdentity, SceneInfo, SubsidyInfo};
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// An order to create with `POST /v3/pay/transactions/jsapi`. `mchid` is the client's.
///
/// The platform compares every member when the same `out_trade_no` comes again (v3.md §2.4), so keep this
/// value, or all that it is made from, with the order.
#[derive(Clone, Debug)]
pub struct JsapiPrepay {
    /// The mini program, or service account, in which the payer pays.
    pub appid: Appid,
    /// What is bought, as the payer's bill shows it; at most 127 characters.
    pub description: String,
    /// The merchant's number.
    pub out_trade_no: OutTradeNo,
    /// Until when it can be paid; seven days when absent.
    pub time_expire: Option<Timestamp>,
    /// Comes back in queries, notifications and bills; at most 128 characters.
    pub attach: Option<String>,
    /// Where the platform sends the notification: absolute, public, without a query.
    pub notify_url: String,
    /// Coupon tag; at most 32 characters.
    pub goods_tag: Option<String>,
    /// Offers an electronic invoice.
    pub support_fapiao: Option<bool>,
    /// What it costs.
    pub total: Fen,
    /// Who pays, as `appid` sees them.
    pub openid: Openid,
    /// Who the payer must be, for merchants permitted to say so.
    pub identity: Option<PayerIdentity>,
    /// The goods, for coupons on single goods.
    pub detail: Option<OrderDetail>,
    /// Where it is bought.
    pub scene_info: Option<SceneInfo>,
    /// Freezes the money for profit sharing.
    pub profit_sharing: Option<bool>,
    /// Means of payment that are excluded, or prescribed.
    pub limit_pay: Vec<LimitPay>,
    /// Instalments the merchant subsidises.
    pub subsidy_info: Option<SubsidyInfo>,
}

impl JsapiPrepay {
    /// An order with the members every order has; the others are set on the value.
    #[must_use]
    pub fn new(
        appid: Appid,
        out_trade_no: OutTradeNo,
        description: impl Into<String>,
        total: Fen,
        openid: Openid,
        notify_url: impl Into<String>,
    ) -> Self {
        Self {
            appid,
            description: description.into(),
            out_trade_no,
            time_expire: None,
            attach: None,
            notify_url: notify_url.into(),
            goods_tag: None,
            support_fapiao: None,
            total,
            openid,
            identity: None,
            detail: None,
            scene_info: None,
            profit_sharing: None,
            limit_pay: Vec::new(),
            subsidy_info: None,
        }
    }

    /// Checks what the platform would refuse.
    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        unsendable::text("description", &self.description, 127)?;
        unsendable::optional("attach", self.attach.as_ref(), 128)?;
        unsendable::address("notify_url", &self.notify_url, 255)?;
        unsendable::optional("goods_tag", self.goods_tag.as_ref(), 32)?;
        unsendable::positive("amount.total", self.total)?;
        if let Some(identity) = &self.identity {
            identity.check()?;
        }
        if let Some(detail) = &self.detail {
            detail.check()?;
        }
        if let Some(scene) = &self.scene_info {
            scene.check()?;
        }
        if self.subsidy_info.as_ref().is_some_and(SubsidyInfo::is_empty) {
            return Err(Unsendable::new("subsidy_info.subsidy_detail", UnsendableReason::Empty));
        }
        Ok(())
    }

    /// The body, with members in the order of the official example; `mchid` is the caller's.
    pub(crate) fn body<'a>(&'a self, mchid: &'a Mchid) -> impl Serialize + 'a {
        Body { order: self, mchid }
    }
}

struct Body<'a> {
    order: &'a JsapiPrepay,
    mchid: &'a Mchid,
}

impl Serialize for Body<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let order = self.order;
        let mut body = serializer.serialize_struct("JsapiPrepay", 16)?;
        body.serialize_field("appid", &order.appid)?;
        body.serialize_field("mchid", self.mchid)?;
        body.serialize_field("description", &order.description)?;
        body.serialize_field("out_trade_no", &order.out_trade_no)?;
        optional(&mut body, "time_expire", order.time_expire.as_ref())?;
        optional(&mut body, "attach", order.attach.as_ref())?;
        body.serialize_field("notify_url", &order.notify_url)?;
        optional(&mut body, "goods_tag", order.goods_tag.as_ref())?;
        optional(&mut body, "support_fapiao", order.support_fapiao.as_ref())?;
        body.serialize_field("amount", &Amount { total: order.total, currency: "CNY" })?;
        body.serialize_field("payer", &Payer { openid: &order.openid, identity: order.identity.as_ref() })?;
        optional(&mut body, "detail", order.detail.as_ref())?;
        optional(&mut body, "scene_info", order.scene_info.as_ref())?;
        let settle_info = order.profit_sharing.map(|profit_sharing| SettleInfo { profit_sharing });
        optional(&mut body, "settle_info", settle_info.as_ref())?;
        if !order.limit_pay.is_empty() {
            body.serialize_field("limit_pay", &order.limit_pay)?;
        }
        optional(&mut body, "subsidy_info", order.subsidy_info.as_ref())?;
        body.end()
    }
}

/// Leaves an absent member out: the platform takes no `null` (v3.md §1.2).
fn optional<S: SerializeStruct, T: Serialize>(
    body: &mut S,
    name: &'static str,
    value: Option<&T>,
) -> Result<(), S::Error> {
    value.map_or(Ok(()), |value| body.serialize_field(name, value))
}

#[derive(Serialize)]
struct Amount {
    total: Fen,
    currency: &'static str,
}

#[derive(Serialize)]
struct Payer<'a> {
    openid: &'a Openid,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<&'a PayerIdentity>,
}

#[derive(Serialize)]
struct SettleInfo {
    profit_sharing: bool,
}
