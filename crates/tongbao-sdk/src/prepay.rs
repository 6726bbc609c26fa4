//! Orders that the payer pays at the platform's cashier, one type per scene (v3.md §2.1).
//!
//! `mchid` is the client's. What every order says is in [`OrderTerms`] and [`CashierTerms`]; a scene adds what
//! it cannot do without.

use serde::Serialize;
use tongbao_wire::{Appid, Mchid, Openid};

use crate::order_body::{DirectParties, OrderBody, Payer};
use crate::order_terms::{CashierTerms, OrderTerms};
use crate::prepay_detail::{H5SceneInfo, SceneInfo};
use crate::unsendable::Unsendable;

/// An order paid in a mini program, or in a page of the WeChat browser
/// (`POST /v3/pay/transactions/jsapi`).
#[derive(Clone, Debug)]
pub struct JsapiPrepay {
    /// The mini program, or service account, in which the payer pays.
    pub appid: Appid,
    /// What is bought.
    pub order: OrderTerms,
    /// How it may be paid.
    pub cashier: CashierTerms,
    /// Who pays, as `appid` sees them.
    pub openid: Openid,
    /// Where it is bought.
    pub scene_info: Option<SceneInfo>,
}

impl JsapiPrepay {
    /// An order with the members every such order has; the others are set on the value.
    #[must_use]
    pub fn new(appid: Appid, order: OrderTerms, openid: Openid, notify_url: impl Into<String>) -> Self {
        Self { appid, order, cashier: CashierTerms::new(notify_url), openid, scene_info: None }
    }

    /// Checks what the platform would refuse.
    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        check(&self.order, &self.cashier, self.scene_info.as_ref())
    }

    /// The body; `mchid` is the caller's.
    pub(crate) fn body<'a>(&'a self, mchid: &'a Mchid) -> impl Serialize + 'a {
        let parties = DirectParties { appid: &self.appid, mchid };
        OrderBody::at_cashier(parties, &self.order, &self.cashier, self.scene_info.as_ref())
            .paid_by(Payer::Openid(&self.openid))
    }
}

/// An order paid in a mobile app (`POST /v3/pay/transactions/app`).
#[derive(Clone, Debug)]
pub struct AppPrepay {
    /// The mobile app, as the Open Platform (开放平台) knows it.
    pub appid: Appid,
    /// What is bought.
    pub order: OrderTerms,
    /// How it may be paid.
    pub cashier: CashierTerms,
    /// Where it is bought.
    pub scene_info: Option<SceneInfo>,
}

impl AppPrepay {
    /// An order with the members every such order has; the others are set on the value.
    #[must_use]
    pub fn new(appid: Appid, order: OrderTerms, notify_url: impl Into<String>) -> Self {
        Self { appid, order, cashier: CashierTerms::new(notify_url), scene_info: None }
    }

    /// Checks what the platform would refuse.
    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        check(&self.order, &self.cashier, self.scene_info.as_ref())
    }

    /// The body; `mchid` is the caller's.
    pub(crate) fn body<'a>(&'a self, mchid: &'a Mchid) -> impl Serialize + 'a {
        let parties = DirectParties { appid: &self.appid, mchid };
        OrderBody::at_cashier(parties, &self.order, &self.cashier, self.scene_info.as_ref())
    }
}

/// An order paid from a browser outside WeChat (`POST /v3/pay/transactions/h5`).
#[derive(Clone, Debug)]
pub struct H5Prepay {
    /// Any appid bound to the merchant.
    pub appid: Appid,
    /// What is bought.
    pub order: OrderTerms,
    /// How it may be paid.
    pub cashier: CashierTerms,
    /// From where it is paid.
    pub scene_info: H5SceneInfo,
}

impl H5Prepay {
    /// An order with the members every such order has; the others are set on the value.
    #[must_use]
    pub fn new(
        appid: Appid,
        order: OrderTerms,
        scene_info: H5SceneInfo,
        notify_url: impl Into<String>,
    ) -> Self {
        Self { appid, order, cashier: CashierTerms::new(notify_url), scene_info }
    }

    /// Checks what the platform would refuse.
    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        check(&self.order, &self.cashier, None)?;
        self.scene_info.check()
    }

    /// The body; `mchid` is the caller's.
    pub(crate) fn body<'a>(&'a self, mchid: &'a Mchid) -> impl Serialize + 'a {
        let parties = DirectParties { appid: &self.appid, mchid };
        OrderBody::at_cashier(parties, &self.order, &self.cashier, Some(&self.scene_info))
    }
}

/// An order paid by scanning a QR code (`POST /v3/pay/transactions/native`).
#[derive(Clone, Debug)]
pub struct NativePrepay {
    /// Any appid bound to the merchant.
    pub appid: Appid,
    /// What is bought.
    pub order: OrderTerms,
    /// How it may be paid.
    pub cashier: CashierTerms,
    /// Where it is bought.
    pub scene_info: Option<SceneInfo>,
}

impl NativePrepay {
    /// An order with the members every such order has; the others are set on the value.
    #[must_use]
    pub fn new(appid: Appid, order: OrderTerms, notify_url: impl Into<String>) -> Self {
        Self { appid, order, cashier: CashierTerms::new(notify_url), scene_info: None }
    }

    /// Checks what the platform would refuse.
    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        check(&self.order, &self.cashier, self.scene_info.as_ref())
    }

    /// The body; `mchid` is the caller's.
    pub(crate) fn body<'a>(&'a self, mchid: &'a Mchid) -> impl Serialize + 'a {
        let parties = DirectParties { appid: &self.appid, mchid };
        OrderBody::at_cashier(parties, &self.order, &self.cashier, self.scene_info.as_ref())
    }
}

/// Checks what scenes have in common.
pub(crate) fn check(
    order: &OrderTerms,
    cashier: &CashierTerms,
    scene_info: Option<&SceneInfo>,
) -> Result<(), Unsendable> {
    order.check()?;
    cashier.check()?;
    scene_info.map_or(Ok(()), SceneInfo::check)
}
