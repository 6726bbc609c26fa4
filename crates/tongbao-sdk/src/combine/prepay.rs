//! Combined orders, one type per scene.

use serde::Serialize;
use tongbao_wire::{Appid, Mchid, Openid, OutTradeNo, Timestamp};

use super::order::{CombineTerms, SubOrderBody};
use crate::prepay_detail::{H5Info, H5Type, LimitPay, PayerIdentity};
use crate::unsendable::{self, Unsendable};

/// A combined order paid in a mini program, or in a page of the WeChat browser
/// (`POST /v3/combine-transactions/jsapi`).
#[derive(Clone, Debug)]
pub struct JsapiPrepay {
    /// What is bought.
    pub order: CombineTerms,
    /// Who pays.
    pub payer: CombinePayer,
    /// Where it is bought.
    pub scene_info: Option<CombineScene>,
}

/// Who pays a combined order (`combine_payer_info`).
#[derive(Clone, Debug, Serialize)]
pub struct CombinePayer {
    /// As `combine_appid` sees them.
    pub openid: Openid,
    /// As the sub-merchant's appid sees them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub_openid: Option<Openid>,
    /// Who the payer must be, by their identity card; for merchants permitted to say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<PayerIdentity>,
}

impl CombinePayer {
    /// The payer, as `combine_appid` sees them.
    #[must_use]
    pub fn new(openid: Openid) -> Self {
        Self { openid, sub_openid: None, identity: None }
    }

    /// Serial number of the key that sealed members were sealed with.
    pub(super) fn serial(&self) -> Option<&str> {
        self.identity.as_ref().and_then(PayerIdentity::serial)
    }
}

/// Where a combined order is placed (`scene_info`).
#[derive(Clone, Debug, Serialize)]
pub struct CombineScene {
    /// The payer's address, IPv4 or IPv6.
    pub payer_client_ip: String,
    /// The shop's device; at most 16 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
}

impl CombineScene {
    /// Nothing but the payer's address.
    #[must_use]
    pub fn new(payer_client_ip: impl Into<String>) -> Self {
        Self { payer_client_ip: payer_client_ip.into(), device_id: None }
    }

    /// `device_id` is shorter than elsewhere, but for H5 (v3.md §4).
    fn check(&self, device_chars_max: usize) -> Result<(), Unsendable> {
        unsendable::text("scene_info.payer_client_ip", &self.payer_client_ip, 45)?;
        unsendable::optional("scene_info.device_id", self.device_id.as_ref(), device_chars_max)
    }
}

/// Where a combined order is placed from a browser outside WeChat.
#[derive(Clone, Debug, Serialize)]
pub struct H5Scene {
    /// The payer and the device, whose number has at most 32 characters here.
    #[serde(flatten)]
    pub scene: CombineScene,
    /// What opens the cashier.
    pub h5_info: H5Info,
}

impl H5Scene {
    /// A scene with the members every such scene has; the others are set on the value.
    #[must_use]
    pub fn new(payer_client_ip: impl Into<String>, kind: H5Type) -> Self {
        Self { scene: CombineScene::new(payer_client_ip), h5_info: H5Info::new(kind) }
    }

    fn check(&self) -> Result<(), Unsendable> {
        self.scene.check(32)?;
        self.h5_info.check().map_err(|fault| fault.within("scene_info"))
    }
}

impl JsapiPrepay {
    /// An order with the members every such order has; the others are set on the value.
    #[must_use]
    pub fn new(order: CombineTerms, payer: CombinePayer) -> Self {
        Self { order, payer, scene_info: None }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self, combine_mchid: &Mchid) -> Result<(), Unsendable> {
        check(&self.order, combine_mchid, self.scene_info.as_ref())?;
        let identity = self.payer.identity.as_ref();
        identity
            .map_or(Ok(()), |identity| identity.check().map_err(|fault| fault.within("combine_payer_info")))
    }

    /// The body; `combine_mchid` is the caller's.
    pub(super) fn body<'a>(&'a self, combine_mchid: &'a Mchid) -> impl Serialize + 'a {
        body(&self.order, combine_mchid, self.scene_info.as_ref(), Some(&self.payer))
    }
}

/// A combined order paid in a mobile app (`POST /v3/combine-transactions/app`).
#[derive(Clone, Debug)]
pub struct AppPrepay {
    /// What is bought.
    pub order: CombineTerms,
    /// Where it is bought.
    pub scene_info: Option<CombineScene>,
}

/// A combined order paid by scanning a QR code (`POST /v3/combine-transactions/native`).
#[derive(Clone, Debug)]
pub struct NativePrepay {
    /// What is bought.
    pub order: CombineTerms,
    /// Where it is bought.
    pub scene_info: Option<CombineScene>,
}

/// A combined order paid from a browser outside WeChat (`POST /v3/combine-transactions/h5`).
#[derive(Clone, Debug)]
pub struct H5Prepay {
    /// What is bought.
    pub order: CombineTerms,
    /// From where it is paid.
    pub scene_info: H5Scene,
}

impl AppPrepay {
    /// An order without a scene.
    #[must_use]
    pub fn new(order: CombineTerms) -> Self {
        Self { order, scene_info: None }
    }

    pub(super) fn check(&self, combine_mchid: &Mchid) -> Result<(), Unsendable> {
        check(&self.order, combine_mchid, self.scene_info.as_ref())
    }

    pub(super) fn body<'a>(&'a self, combine_mchid: &'a Mchid) -> impl Serialize + 'a {
        body(&self.order, combine_mchid, self.scene_info.as_ref(), None)
    }
}

impl NativePrepay {
    /// An order without a scene.
    #[must_use]
    pub fn new(order: CombineTerms) -> Self {
        Self { order, scene_info: None }
    }

    pub(super) fn check(&self, combine_mchid: &Mchid) -> Result<(), Unsendable> {
        check(&self.order, combine_mchid, self.scene_info.as_ref())
    }

    pub(super) fn body<'a>(&'a self, combine_mchid: &'a Mchid) -> impl Serialize + 'a {
        body(&self.order, combine_mchid, self.scene_info.as_ref(), None)
    }
}

impl H5Prepay {
    /// An order from `scene_info`.
    #[must_use]
    pub fn new(order: CombineTerms, scene_info: H5Scene) -> Self {
        Self { order, scene_info }
    }

    pub(super) fn check(&self, combine_mchid: &Mchid) -> Result<(), Unsendable> {
        self.order.check(combine_mchid)?;
        self.scene_info.check()
    }

    pub(super) fn body<'a>(&'a self, combine_mchid: &'a Mchid) -> impl Serialize + 'a {
        body(&self.order, combine_mchid, Some(&self.scene_info), None)
    }
}

fn check(
    order: &CombineTerms,
    combine_mchid: &Mchid,
    scene_info: Option<&CombineScene>,
) -> Result<(), Unsendable> {
    order.check(combine_mchid)?;
    scene_info.map_or(Ok(()), |scene| scene.check(16))
}

/// The body of every call that creates a combined order. `S` is where it is bought.
#[derive(Serialize)]
struct Body<'a, S> {
    combine_appid: &'a Appid,
    combine_mchid: &'a Mchid,
    combine_out_trade_no: &'a OutTradeNo,
    #[serde(skip_serializing_if = "Option::is_none")]
    scene_info: Option<&'a S>,
    sub_orders: Vec<SubOrderBody<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    combine_payer_info: Option<&'a CombinePayer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_start: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_expire: Option<Timestamp>,
    notify_url: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    limit_pay: &'a [LimitPay],
}

fn body<'a, S: Serialize>(
    order: &'a CombineTerms,
    combine_mchid: &'a Mchid,
    scene_info: Option<&'a S>,
    combine_payer_info: Option<&'a CombinePayer>,
) -> impl Serialize + 'a {
    Body {
        combine_appid: &order.combine_appid,
        combine_mchid,
        combine_out_trade_no: &order.combine_out_trade_no,
        scene_info,
        sub_orders: order.sub_orders.iter().map(super::SubOrder::body).collect(),
        combine_payer_info,
        time_start: order.time_start,
        time_expire: order.time_expire,
        notify_url: &order.notify_url,
        limit_pay: &order.limit_pay,
    }
}
