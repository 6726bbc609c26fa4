//! What orders and payment codes may say besides what they must (v2.md §2.1).

use serde::Serialize;
use tongbao_wire::{Fen, Timestamp};

use crate::prepay_detail::{IdentityType, StoreInfo};
use crate::unsendable::{self, Unsendable, UnsendableReason};
use crate::v2::client::outgoing::Outgoing;

/// What an order may say besides what it must.
#[derive(Clone, Debug, Default)]
pub struct OrderOptions {
    /// The merchant's device; `WEB` for pages. At most 32 characters.
    pub device_info: Option<String>,
    /// The goods, for coupons on single goods (单品优惠).
    pub detail: Option<Goods>,
    /// Comes back in queries and notifications; at most 127 characters.
    pub attach: Option<String>,
    /// When the order was made.
    pub time_start: Option<Timestamp>,
    /// When paying ends, at least a minute from now. It does not close the order (v2.md §2.5).
    pub time_expire: Option<Timestamp>,
    /// Which coupons may be used; at most 32 characters.
    pub goods_tag: Option<String>,
    /// No credit cards (`limit_pay=no_credit`).
    pub no_credit: bool,
    /// Offers an electronic invoice (`receipt=Y`).
    pub receipt: bool,
    /// Whether the money may be shared (分账); without it, it may not.
    pub profit_sharing: Option<bool>,
    /// The shop (`scene_info.store_info`). Not with H5, whose scene is the page.
    pub store_info: Option<StoreInfo>,
}

/// The goods of an order (`detail`); at most 6000 bytes as JSON.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Goods {
    /// What they cost before coupons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_price: Option<Fen>,
    /// Number of the receipt; at most 32 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt_id: Option<String>,
    /// The goods; at least one.
    pub goods_detail: Vec<GoodsDetail>,
}

/// One kind of goods in an order.
#[derive(Clone, Debug, Serialize)]
pub struct GoodsDetail {
    /// The merchant's number of it; at most 32 characters.
    pub goods_id: String,
    /// The platform's number of it; at most 32 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wxpay_goods_id: Option<String>,
    /// Its name; at most 256 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goods_name: Option<String>,
    /// How many.
    pub quantity: u32,
    /// What one costs.
    pub price: Fen,
}

/// Who the payer must be (指定身份支付). Only for merchants permitted to send it.
#[derive(Clone)]
pub struct Identity {
    /// The document.
    pub user_type: IdentityType,
    /// Its number; at most 32 characters.
    pub user_creid: String,
    /// The person's name; at most 64 characters.
    pub user_truename: String,
}

impl OrderOptions {
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        unsendable::optional("device_info", self.device_info.as_ref(), 32)?;
        unsendable::optional("attach", self.attach.as_ref(), 127)?;
        unsendable::optional("goods_tag", self.goods_tag.as_ref(), 32)?;
        if let Some(goods) = &self.detail {
            goods.check()?;
        }
        let Some(store) = &self.store_info else {
            return Ok(());
        };
        unsendable::text("scene_info.store_info.id", &store.id, 32)?;
        unsendable::optional("scene_info.store_info.name", store.name.as_ref(), 256)?;
        unsendable::optional("scene_info.store_info.area_code", store.area_code.as_ref(), 32)?;
        unsendable::optional("scene_info.store_info.address", store.address.as_ref(), 512)?;
        fits("scene_info", &scene_of(store), SCENE_INFO_CHARS_MAX)
    }

    pub(super) fn put(&self, outgoing: Outgoing) -> Outgoing {
        let detail = self.detail.as_ref().map(json);
        let time = |time: Option<Timestamp>| time.map(Timestamp::digits);
        let share = self.profit_sharing.map(|share| if share { "Y" } else { "N" });
        outgoing
            .field_if("device_info", self.device_info.as_deref())
            .field_if("detail", detail.as_deref())
            .field_if("version", detail.as_ref().map(|_| VERSION_WITH_DETAIL))
            .field_if("attach", self.attach.as_deref())
            .field_if("time_start", time(self.time_start).as_deref())
            .field_if("time_expire", time(self.time_expire).as_deref())
            .field_if("goods_tag", self.goods_tag.as_deref())
            .field_if("limit_pay", self.no_credit.then_some("no_credit"))
            .field_if("receipt", self.receipt.then_some("Y"))
            .field_if("profit_sharing", share)
            .field_if("scene_info", self.store_info.as_ref().map(scene_of).as_deref())
    }
}

impl Goods {
    fn check(&self) -> Result<(), Unsendable> {
        unsendable::optional("detail.receipt_id", self.receipt_id.as_ref(), 32)?;
        if self.goods_detail.is_empty() {
            return Err(Unsendable::new("detail.goods_detail", UnsendableReason::Empty));
        }
        for goods in &self.goods_detail {
            unsendable::text("detail.goods_detail.goods_id", &goods.goods_id, 32)?;
            let name = "detail.goods_detail.wxpay_goods_id";
            unsendable::optional(name, goods.wxpay_goods_id.as_ref(), 32)?;
            unsendable::optional("detail.goods_detail.goods_name", goods.goods_name.as_ref(), 256)?;
        }
        fits("detail", &json(self), DETAIL_CHARS_MAX)
    }
}

impl Identity {
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        unsendable::text("user_creid", &self.user_creid, 32)?;
        unsendable::text("user_truename", &self.user_truename, 64)?;
        let reason = UnsendableReason::Combination("is not one of the documents of APIv2");
        self.word().map(|_| ()).ok_or_else(|| Unsendable::new("user_type", reason))
    }

    pub(super) fn put(&self, outgoing: Outgoing) -> Outgoing {
        outgoing
            .field_if("user_type", self.word())
            .field("user_creid", &self.user_creid)
            .field("user_truename", &self.user_truename)
    }

    /// The word for the document; phone numbers are of `APIv3` only.
    fn word(&self) -> Option<&'static str> {
        match self.user_type {
            IdentityType::IdCard => Some("IDCARD"),
            IdentityType::HongkongMacao => Some("HONGKONG_MACAO"),
            IdentityType::HongkongMacaoResident => Some("HONGKONG_MACAO_RESIDENT"),
            IdentityType::TaiwanResident => Some("TAIWAN_RESIDENT"),
            IdentityType::ForeignResident => Some("FOREIGN_RESIDENT"),
            IdentityType::OverseaPassport => Some("OVERSEA_PASSPORT"),
            IdentityType::PhoneNumber => None,
        }
    }
}

/// The number and the name are somebody's.
impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("user_type", &self.user_type).finish_non_exhaustive()
    }
}

fn scene_of(store_info: &StoreInfo) -> String {
    #[derive(Serialize)]
    struct Scene<'a> {
        store_info: &'a StoreInfo,
    }
    json(&Scene { store_info })
}

pub(super) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("requests have text keys only")
}

/// JSON that stands in one element.
pub(super) fn fits(member: &'static str, json: &str, limit: usize) -> Result<(), Unsendable> {
    let found = json.chars().count();
    if found > limit {
        return Err(Unsendable::new(member, UnsendableReason::TooLong { found, limit }));
    }
    Ok(())
}

/// `detail` means coupons on single goods only together with this (v2.md §2.1).
const VERSION_WITH_DETAIL: &str = "1.0";
/// `detail`; pages differ, this is the least of them (v2.md §1.7).
pub(super) const DETAIL_CHARS_MAX: usize = 6000;
/// `scene_info` (v2.md §2.1).
pub(super) const SCENE_INFO_CHARS_MAX: usize = 256;
