//! The optional parts of an order: goods, scene, identity, means of payment (v3.md §2.1).

use serde::Serialize;
use tongbao_wire::Fen;

use crate::sealed::Sealed;
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// Who the payer must be. Only for merchants permitted to send it.
#[derive(Clone, Debug, Serialize)]
pub struct PayerIdentity {
    /// The document.
    #[serde(rename = "type")]
    pub kind: IdentityType,
    /// Its number, encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<Sealed>,
    /// The person's name, encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Sealed>,
}

impl PayerIdentity {
    /// One request names one key.
    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        let serials = (self.number.as_ref().map(Sealed::serial), self.name.as_ref().map(Sealed::serial));
        match serials {
            (Some(number), Some(name)) if number != name => {
                let reason =
                    UnsendableReason::Combination("number and name must be sealed with the same key");
                Err(Unsendable::new("identity", reason))
            }
            _ => Ok(()),
        }
    }

    /// Serial number of the key the members were encrypted with.
    pub(crate) fn serial(&self) -> Option<&str> {
        self.number.as_ref().or(self.name.as_ref()).map(Sealed::serial)
    }
}

/// Documents that prove who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IdentityType {
    /// Resident identity card.
    #[serde(rename = "IDCARD")]
    IdCard,
    /// Permit of Hong Kong and Macao residents.
    HongkongMacao,
    /// Residence permit of Hong Kong and Macao residents.
    HongkongMacaoResident,
    /// Residence permit of Taiwan residents.
    TaiwanResident,
    /// Foreigner's residence permit.
    ForeignResident,
    /// Foreign passport.
    OverseaPassport,
    /// Phone number.
    PhoneNumber,
}

/// The goods of an order (`detail`); at most 6144 bytes as JSON.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OrderDetail {
    /// What the goods cost before coupons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_price: Option<Fen>,
    /// Number of the receipt; at most 32 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice_id: Option<String>,
    /// The goods.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub goods_detail: Vec<GoodsDetail>,
}

/// One kind of goods in an order.
#[derive(Clone, Debug, Serialize)]
pub struct GoodsDetail {
    /// The merchant's number of it; at most 32 characters.
    pub merchant_goods_id: String,
    /// The platform's number of it; at most 32 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wechatpay_goods_id: Option<String>,
    /// Its name; at most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goods_name: Option<String>,
    /// How many.
    pub quantity: u32,
    /// What one costs.
    pub unit_price: Fen,
}

impl OrderDetail {
    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        unsendable::optional("detail.invoice_id", self.invoice_id.as_ref(), 32)?;
        for goods in &self.goods_detail {
            unsendable::text("detail.goods_detail.merchant_goods_id", &goods.merchant_goods_id, 32)?;
            let name = "detail.goods_detail.wechatpay_goods_id";
            unsendable::optional(name, goods.wechatpay_goods_id.as_ref(), 32)?;
            unsendable::optional("detail.goods_detail.goods_name", goods.goods_name.as_ref(), 256)?;
        }
        let bytes = serde_json::to_vec(self).map_or(0, |json| json.len());
        if bytes > DETAIL_BYTES_MAX {
            let reason = UnsendableReason::TooLong { found: bytes, limit: DETAIL_BYTES_MAX };
            return Err(Unsendable::new("detail", reason));
        }
        let empty = self.cost_price.is_none() && self.invoice_id.is_none() && self.goods_detail.is_empty();
        if empty { Err(Unsendable::new("detail", UnsendableReason::Empty)) } else { Ok(()) }
    }
}

/// `detail` as compact JSON (v3.md §2.1).
const DETAIL_BYTES_MAX: usize = 6144;

/// Where something is bought (`scene_info`).
#[derive(Clone, Debug, Serialize)]
pub struct SceneInfo {
    /// The payer's address, IPv4 or IPv6.
    pub payer_client_ip: String,
    /// The shop's device; at most 32 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
    /// The shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_info: Option<StoreInfo>,
}

/// A shop.
#[derive(Clone, Debug, Serialize)]
pub struct StoreInfo {
    /// The merchant's number of it; at most 32 characters.
    pub id: String,
    /// Its name; at most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Code of its district; at most 32 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area_code: Option<String>,
    /// Its address; at most 512 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl SceneInfo {
    /// Nothing but the payer's address.
    #[must_use]
    pub fn new(payer_client_ip: impl Into<String>) -> Self {
        Self { payer_client_ip: payer_client_ip.into(), device_id: None, store_info: None }
    }

    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        unsendable::text("scene_info.payer_client_ip", &self.payer_client_ip, 45)?;
        unsendable::optional("scene_info.device_id", self.device_id.as_ref(), 32)?;
        let Some(store) = &self.store_info else {
            return Ok(());
        };
        unsendable::text("scene_info.store_info.id", &store.id, 32)?;
        unsendable::optional("scene_info.store_info.name", store.name.as_ref(), 256)?;
        unsendable::optional("scene_info.store_info.area_code", store.area_code.as_ref(), 32)?;
        unsendable::optional("scene_info.store_info.address", store.address.as_ref(), 512)
    }
}

/// Where something is bought from a browser outside WeChat (`scene_info` of H5 orders).
#[derive(Clone, Debug, Serialize)]
pub struct H5SceneInfo {
    /// The payer, their device and the shop. The cashier opens only for the address given here, so
    /// `127.0.0.1` creates an order that nobody can pay.
    #[serde(flatten)]
    pub scene: SceneInfo,
    /// What opens the cashier.
    pub h5_info: H5Info,
}

impl H5SceneInfo {
    /// A scene with the members every such scene has; the others are set on the value.
    #[must_use]
    pub fn new(payer_client_ip: impl Into<String>, kind: H5Type) -> Self {
        Self { scene: SceneInfo::new(payer_client_ip), h5_info: H5Info::new(kind) }
    }

    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        self.scene.check()?;
        self.h5_info.check().map_err(|fault| fault.within("scene_info"))
    }
}

/// What opens the cashier from outside WeChat (`h5_info`).
#[derive(Clone, Debug, Serialize)]
pub struct H5Info {
    /// What runs there.
    #[serde(rename = "type")]
    pub kind: H5Type,
    /// Its name; at most 64 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_name: Option<String>,
    /// Its address; at most 128 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_url: Option<String>,
    /// Its bundle on iOS; at most 128 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bundle_id: Option<String>,
    /// Its package on Android; at most 128 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_name: Option<String>,
}

impl H5Info {
    /// Nothing but its kind.
    #[must_use]
    pub fn new(kind: H5Type) -> Self {
        Self { kind, app_name: None, app_url: None, bundle_id: None, package_name: None }
    }

    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        unsendable::optional("h5_info.app_name", self.app_name.as_ref(), 64)?;
        unsendable::optional("h5_info.app_url", self.app_url.as_ref(), 128)?;
        unsendable::optional("h5_info.bundle_id", self.bundle_id.as_ref(), 128)?;
        unsendable::optional("h5_info.package_name", self.package_name.as_ref(), 128)
    }
}

/// What runs outside WeChat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum H5Type {
    /// An app on iOS.
    #[serde(rename = "iOS")]
    Ios,
    /// An app on Android.
    Android,
    /// A page in a browser.
    Wap,
}

/// Means of payment that are excluded, or prescribed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitPay {
    /// Not with the balance.
    NoBalance,
    /// Not with a credit card.
    NoCredit,
    /// Not with a debit card.
    NoDebit,
    /// Only with the balance.
    BalanceOnly,
}

/// Instalments (分付) the merchant subsidises.
#[derive(Clone, Debug, Serialize)]
pub struct SubsidyInfo {
    /// The plans offered; at least one.
    pub subsidy_detail: Vec<SubsidyDetail>,
}

impl SubsidyInfo {
    pub(crate) fn check(&self) -> Result<(), Unsendable> {
        let refuse = |member, reason| Err(Unsendable::new(member, reason));
        if self.subsidy_detail.is_empty() {
            return refuse("subsidy_info.subsidy_detail", UnsendableReason::Empty);
        }
        let plans = "subsidy_info.subsidy_detail.subsidy_plan";
        for SubsidyDetail { subsidy_plan, .. } in &self.subsidy_detail {
            if subsidy_plan.is_empty() {
                return refuse(plans, UnsendableReason::Empty);
            }
            for plan in subsidy_plan {
                if !matches!(plan.subsidy_installment_num, 3 | 6 | 12) {
                    return refuse(plans, UnsendableReason::OutOfRange("3, 6 or 12 instalments"));
                }
                if !matches!(plan.subsidy_percent, 0 | 100) {
                    return refuse(plans, UnsendableReason::OutOfRange("0 or 100 percent"));
                }
            }
        }
        Ok(())
    }
}

/// Plans of one rhythm.
#[derive(Clone, Debug, Serialize)]
pub struct SubsidyDetail {
    /// How interest is counted.
    pub subsidy_period_type: SubsidyPeriodType,
    /// The plans; at least one.
    pub subsidy_plan: Vec<SubsidyPlan>,
}

/// How interest is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SubsidyPeriodType {
    /// By the day.
    Daily,
    /// By the period.
    Period,
}

/// One plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct SubsidyPlan {
    /// Number of instalments: 3, 6 or 12.
    pub subsidy_installment_num: u32,
    /// The share of interest the merchant bears: 0 or 100.
    pub subsidy_percent: u32,
}
