//! How goods reach the payer, and in which parcels (miniprogram.md §4.3).

use serde::{Serialize, Serializer};
use tongbao_wire::weixin::{DeliveryMode, LogisticsType};

use super::Contact;
use crate::unsendable::{self, Unsendable, UnsendableReason};

/// How goods reach the payer. What WeChat refuses as a combination cannot be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// One parcel by express (物流配送, 统一发货).
    Express(Parcel),
    /// Several parcels by express (分拆发货).
    ExpressInParts {
        /// The parcels of this upload, 1 to [`PARCELS_MAX`]. Whether a later upload adds to them or replaces them
        /// is not published, so upload once, complete, unless the shop really ships in parts.
        parcels: Vec<Parcel>,
        /// These were the last. Only then the payer is told, and the money on its way.
        is_all_delivered: bool,
    },
    /// Within the city (同城配送).
    SameCity {
        /// The goods; at most 120 characters.
        item_desc: String,
    },
    /// Nothing is carried, such as a top-up (虚拟商品).
    Virtual {
        /// The goods; at most 120 characters.
        item_desc: String,
    },
    /// The payer collects (用户自提).
    SelfPickup {
        /// The goods; at most 120 characters.
        item_desc: String,
    },
}

/// A parcel that an express company carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parcel {
    /// The company's number of it; at most 128 characters.
    pub tracking_no: String,
    /// The company, by the id of [`Shipping::express_companies`](super::Shipping::express_companies).
    pub express_company: String,
    /// The goods inside, such as `微信红包抱枕*1个`; at most 120 characters.
    pub item_desc: String,
    /// Whom the company calls. SF (顺丰) must have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
}

impl Parcel {
    /// A parcel without a contact, which is set on the value.
    #[must_use]
    pub fn new(
        tracking_no: impl Into<String>,
        express_company: impl Into<String>,
        item_desc: impl Into<String>,
    ) -> Self {
        Self {
            tracking_no: tracking_no.into(),
            express_company: express_company.into(),
            item_desc: item_desc.into(),
            contact: None,
        }
    }

    fn check(&self) -> Result<(), Unsendable> {
        unsendable::text("tracking_no", &self.tracking_no, TRACKING_CHARS_MAX)?;
        unsendable::text("express_company", &self.express_company, COMPANY_CHARS_MAX)?;
        item_desc(&self.item_desc)?;
        match &self.contact {
            Some(contact) => contact.check(),
            None if self.express_company == SF => {
                Err(Unsendable::new("contact", UnsendableReason::Combination("must be there for SF (顺丰)")))
            }
            None => Ok(()),
        }
    }
}

impl Delivery {
    pub(super) fn check(&self) -> Result<(), Unsendable> {
        let entry = |position: usize| format!("shipping_list[{position}]");
        match self {
            Self::Express(parcel) => parcel.check().map_err(|error| error.within(&entry(0))),
            Self::ExpressInParts { parcels, .. } => {
                if !(1..=PARCELS_MAX).contains(&parcels.len()) {
                    let reason = UnsendableReason::Combination("must have 1 to 10 parcels");
                    return Err(Unsendable::new("shipping_list", reason));
                }
                for (position, parcel) in parcels.iter().enumerate() {
                    parcel.check().map_err(|error| error.within(&entry(position)))?;
                }
                Ok(())
            }
            Self::SameCity { item_desc: text }
            | Self::Virtual { item_desc: text }
            | Self::SelfPickup { item_desc: text } => {
                item_desc(text).map_err(|error| error.within(&entry(0)))
            }
        }
    }
}

impl Serialize for Delivery {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Body<'a> {
            logistics_type: LogisticsType,
            delivery_mode: DeliveryMode,
            #[serde(skip_serializing_if = "Option::is_none")]
            is_all_delivered: Option<bool>,
            shipping_list: Entries<'a>,
        }
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Entries<'a> {
            Parcels(&'a [Parcel]),
            Goods([Goods<'a>; 1]),
        }
        #[derive(Serialize)]
        struct Goods<'a> {
            item_desc: &'a str,
        }
        let unified = |logistics_type, shipping_list| Body {
            logistics_type,
            delivery_mode: DeliveryMode::Unified,
            is_all_delivered: None,
            shipping_list,
        };
        let goods = |item_desc| Entries::Goods([Goods { item_desc }]);
        let body = match self {
            Self::Express(parcel) => {
                unified(LogisticsType::Express, Entries::Parcels(std::slice::from_ref(parcel)))
            }
            Self::ExpressInParts { parcels, is_all_delivered } => Body {
                logistics_type: LogisticsType::Express,
                delivery_mode: DeliveryMode::Split,
                is_all_delivered: Some(*is_all_delivered),
                shipping_list: Entries::Parcels(parcels),
            },
            Self::SameCity { item_desc } => unified(LogisticsType::SameCity, goods(item_desc)),
            Self::Virtual { item_desc } => unified(LogisticsType::Virtual, goods(item_desc)),
            Self::SelfPickup { item_desc } => unified(LogisticsType::SelfPickup, goods(item_desc)),
        };
        body.serialize(serializer)
    }
}

/// Emoji are taken here, other than by WeChat Pay: the official example of an order has one.
fn item_desc(text: &str) -> Result<(), Unsendable> {
    let found = text.chars().count();
    let reason = if text.is_empty() {
        UnsendableReason::Empty
    } else if found > ITEM_DESC_CHARS_MAX {
        UnsendableReason::TooLong { found, limit: ITEM_DESC_CHARS_MAX }
    } else if text.chars().any(char::is_control) {
        UnsendableReason::ControlCharacter
    } else {
        return Ok(());
    };
    Err(Unsendable::new("item_desc", reason))
}

/// The longest description of goods, in characters (miniprogram.md §4.3).
pub const ITEM_DESC_CHARS_MAX: usize = 120;
/// The most parcels of one upload. Contested: the newest text says 15; older text, and the refusal of too many,
/// say 10, which both allow.
pub const PARCELS_MAX: usize = 10;
const TRACKING_CHARS_MAX: usize = 128;
const COMPANY_CHARS_MAX: usize = 128;
/// The id of 顺丰.
const SF: &str = "SF";
