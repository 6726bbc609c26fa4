//! A provider's orders, one type per scene (v3.md §3): the ordinary ones with other parties.

use std::fmt;

use serde::Serialize;
use tongbao_wire::{AuthCode, Fen, Mchid};

use super::{Parties, Payer};
use crate::code_pay::{self, CodePayScene};
use crate::order_body::{self, OrderBody};
use crate::order_terms::{CashierTerms, OrderTerms};
use crate::prepay::check;
use crate::prepay_detail::{H5SceneInfo, SceneInfo};
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// An order paid in a mini program, or in a page of the WeChat browser
/// (`POST /v3/pay/partner/transactions/jsapi`).
#[derive(Clone, Debug)]
pub struct JsapiPrepay {
    /// Whose order it is.
    pub parties: Parties,
    /// What is bought.
    pub order: OrderTerms,
    /// How it may be paid.
    pub cashier: CashierTerms,
    /// Who pays.
    pub payer: Payer,
    /// Where it is bought.
    pub scene_info: Option<SceneInfo>,
    /// What an e-commerce platform (收付通) adds to the sub-merchant's share of the money.
    pub subsidy_amount: Option<Fen>,
}

impl JsapiPrepay {
    /// An order with the members every such order has; the others are set on the value.
    #[must_use]
    pub fn new(parties: Parties, order: OrderTerms, payer: Payer, notify_url: impl Into<String>) -> Self {
        let cashier = CashierTerms::new(notify_url);
        Self { parties, order, cashier, payer, scene_info: None, subsidy_amount: None }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self, sp_mchid: &Mchid) -> Result<(), Unsendable> {
        self.parties.check(sp_mchid)?;
        if matches!(self.payer, Payer::SubOpenid(_)) && self.parties.sub_appid.is_none() {
            let reason = UnsendableReason::Combination("is missing; payer.sub_openid needs it");
            return Err(Unsendable::new("sub_appid", reason));
        }
        check(&self.order, &self.cashier, self.scene_info.as_ref())?;
        check_subsidy(self.subsidy_amount)
    }

    /// The body; `sp_mchid` is the caller's.
    pub(super) fn body<'a>(&'a self, sp_mchid: &'a Mchid) -> impl Serialize + 'a {
        let (parties, scene_info) = (self.parties.body(sp_mchid), self.scene_info.as_ref());
        let payer = match &self.payer {
            Payer::SpOpenid(openid) => order_body::Payer::SpOpenid(openid),
            Payer::SubOpenid(openid) => order_body::Payer::SubOpenid(openid),
        };
        OrderBody::at_cashier(parties, &self.order, &self.cashier, scene_info)
            .paid_by(payer)
            .subsidised(self.subsidy_amount)
    }
}

/// An order paid in a mobile app (`POST /v3/pay/partner/transactions/app`).
#[derive(Clone, Debug)]
pub struct AppPrepay {
    /// Whose order it is.
    pub parties: Parties,
    /// What is bought.
    pub order: OrderTerms,
    /// How it may be paid.
    pub cashier: CashierTerms,
    /// Where it is bought.
    pub scene_info: Option<SceneInfo>,
    /// What an e-commerce platform (收付通) adds to the sub-merchant's share of the money.
    pub subsidy_amount: Option<Fen>,
}

impl AppPrepay {
    /// An order with the members every such order has; the others are set on the value.
    #[must_use]
    pub fn new(parties: Parties, order: OrderTerms, notify_url: impl Into<String>) -> Self {
        let cashier = CashierTerms::new(notify_url);
        Self { parties, order, cashier, scene_info: None, subsidy_amount: None }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self, sp_mchid: &Mchid) -> Result<(), Unsendable> {
        self.parties.check(sp_mchid)?;
        check(&self.order, &self.cashier, self.scene_info.as_ref())?;
        check_subsidy(self.subsidy_amount)
    }

    /// The body; `sp_mchid` is the caller's.
    pub(super) fn body<'a>(&'a self, sp_mchid: &'a Mchid) -> impl Serialize + 'a {
        let (parties, scene_info) = (self.parties.body(sp_mchid), self.scene_info.as_ref());
        OrderBody::at_cashier(parties, &self.order, &self.cashier, scene_info).subsidised(self.subsidy_amount)
    }
}

/// An order paid from a browser outside WeChat (`POST /v3/pay/partner/transactions/h5`).
#[derive(Clone, Debug)]
pub struct H5Prepay {
    /// Whose order it is.
    pub parties: Parties,
    /// What is bought.
    pub order: OrderTerms,
    /// How it may be paid.
    pub cashier: CashierTerms,
    /// From where it is paid.
    pub scene_info: H5SceneInfo,
    /// What an e-commerce platform (收付通) adds to the sub-merchant's share of the money.
    pub subsidy_amount: Option<Fen>,
}

impl H5Prepay {
    /// An order with the members every such order has; the others are set on the value.
    #[must_use]
    pub fn new(
        parties: Parties,
        order: OrderTerms,
        scene_info: H5SceneInfo,
        notify_url: impl Into<String>,
    ) -> Self {
        let cashier = CashierTerms::new(notify_url);
        Self { parties, order, cashier, scene_info, subsidy_amount: None }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self, sp_mchid: &Mchid) -> Result<(), Unsendable> {
        self.parties.check(sp_mchid)?;
        check(&self.order, &self.cashier, None)?;
        self.scene_info.check()?;
        check_subsidy(self.subsidy_amount)
    }

    /// The body; `sp_mchid` is the caller's.
    pub(super) fn body<'a>(&'a self, sp_mchid: &'a Mchid) -> impl Serialize + 'a {
        let (parties, scene_info) = (self.parties.body(sp_mchid), Some(&self.scene_info));
        OrderBody::at_cashier(parties, &self.order, &self.cashier, scene_info).subsidised(self.subsidy_amount)
    }
}

/// An order paid by scanning a QR code (`POST /v3/pay/partner/transactions/native`).
#[derive(Clone, Debug)]
pub struct NativePrepay {
    /// Whose order it is.
    pub parties: Parties,
    /// What is bought.
    pub order: OrderTerms,
    /// How it may be paid.
    pub cashier: CashierTerms,
    /// Where it is bought.
    pub scene_info: Option<SceneInfo>,
    /// What an e-commerce platform (收付通) adds to the sub-merchant's share of the money.
    pub subsidy_amount: Option<Fen>,
}

impl NativePrepay {
    /// An order with the members every such order has; the others are set on the value.
    #[must_use]
    pub fn new(parties: Parties, order: OrderTerms, notify_url: impl Into<String>) -> Self {
        let cashier = CashierTerms::new(notify_url);
        Self { parties, order, cashier, scene_info: None, subsidy_amount: None }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self, sp_mchid: &Mchid) -> Result<(), Unsendable> {
        self.parties.check(sp_mchid)?;
        check(&self.order, &self.cashier, self.scene_info.as_ref())?;
        check_subsidy(self.subsidy_amount)
    }

    /// The body; `sp_mchid` is the caller's.
    pub(super) fn body<'a>(&'a self, sp_mchid: &'a Mchid) -> impl Serialize + 'a {
        let (parties, scene_info) = (self.parties.body(sp_mchid), self.scene_info.as_ref());
        OrderBody::at_cashier(parties, &self.order, &self.cashier, scene_info).subsidised(self.subsidy_amount)
    }
}

/// An order charged to a scanned payment code (`POST /v3/pay/partner/transactions/codepay`). The rules are
/// those of [`crate::CodePay`].
#[derive(Clone)]
pub struct CodePay {
    /// Whose order it is.
    pub parties: Parties,
    /// What is bought.
    pub order: OrderTerms,
    /// What the payer's phone shows.
    pub auth_code: AuthCode,
    /// Where it is bought.
    pub scene_info: CodePayScene,
}

impl CodePay {
    /// An order with the members every such order has; the others are set on the value.
    #[must_use]
    pub fn new(parties: Parties, order: OrderTerms, auth_code: AuthCode, scene_info: CodePayScene) -> Self {
        Self { parties, order, auth_code, scene_info }
    }

    /// Checks what the platform would refuse.
    pub(super) fn check(&self, sp_mchid: &Mchid) -> Result<(), Unsendable> {
        self.parties.check(sp_mchid)?;
        code_pay::check(&self.order, &self.scene_info)
    }

    /// The body; `sp_mchid` is the caller's.
    pub(super) fn body<'a>(&'a self, sp_mchid: &'a Mchid) -> impl Serialize + 'a {
        OrderBody::with_code(self.parties.body(sp_mchid), &self.order, &self.auth_code, &self.scene_info)
    }
}

/// The code is as good as money while it lives, so it is not shown.
impl fmt::Debug for CodePay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodePay")
            .field("parties", &self.parties)
            .field("order", &self.order)
            .field("scene_info", &self.scene_info)
            .finish_non_exhaustive()
    }
}

/// What the platform adds is an amount, and bounded.
fn check_subsidy(subsidy_amount: Option<Fen>) -> Result<(), Unsendable> {
    let Some(amount) = subsidy_amount else { return Ok(()) };
    unsendable::positive("settle_info.subsidy_amount", amount)?;
    if amount > SUBSIDY_MAX {
        let reason = UnsendableReason::OutOfRange("at most 5000 yuan");
        return Err(Unsendable::new("settle_info.subsidy_amount", reason));
    }
    Ok(())
}

/// "5000 yuan class limits" (v3.md §3); `settle_info.subsidy_amount` of combined orders has the same (§4).
pub(crate) const SUBSIDY_MAX: Fen = Fen::new(500_000);
