//! Order shipping management (发货信息管理): what WeChat says of orders (miniprogram.md §4.4).

use serde::{Deserialize, Serialize};

use super::{DeliveryMode, LogisticsType, ShippingState};
use crate::lenient::{unix_seconds, unix_seconds_if_any, unless_empty};
use crate::{Fen, Mchid, Openid, Timestamp, TransactionId};

/// A paid order and how far it is shipped. Its members are named other than those of the upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippedOrder {
    /// The platform's number of the payment.
    pub transaction_id: TransactionId,
    /// The merchant that placed the order.
    pub merchant_id: Mchid,
    /// The sub-merchant, when a service provider placed it; WeChat writes an empty text where there is none.
    #[serde(default, deserialize_with = "unless_empty", skip_serializing_if = "Option::is_none")]
    pub sub_merchant_id: Option<Mchid>,
    /// The merchant's number of the order. Plain text: lists have the orders of every merchant bound to the mini
    /// program, whose numbers may follow other rules, and one of them must not make a whole page unreadable.
    pub merchant_trade_no: String,
    /// The goods, joined by `;`, cut at 120 characters with `...`; empty before shipping.
    #[serde(default)]
    pub description: String,
    /// What was paid.
    pub paid_amount: Fen,
    /// Who paid, as this mini program sees them.
    pub openid: Openid,
    /// When the order was placed.
    #[serde(with = "unix_seconds")]
    pub trade_create_time: Timestamp,
    /// When it was paid.
    #[serde(with = "unix_seconds")]
    pub pay_time: Timestamp,
    /// How far it is.
    pub order_state: ShippingState,
    /// The payer complained.
    #[serde(default)]
    pub in_complaint: bool,
    /// What was recorded; empty before shipping.
    #[serde(default)]
    pub shipping: ShippingRecord,
}

/// What was recorded of shipping an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingRecord {
    /// In how many parcels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_mode: Option<DeliveryMode>,
    /// How the goods reach the payer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logistics_type: Option<LogisticsType>,
    /// Everything is shipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_shipping: Option<bool>,
    /// How often it was shipped completely: 0 not yet, 1 once, 2 shipped again (the one chance is spent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_shipping_count: Option<u32>,
    /// The goods, as typed into the console.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goods_desc: Option<String>,
    /// The parcels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shipping_list: Vec<ShippedParcel>,
}

/// A parcel that was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippedParcel {
    /// The express company's number of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_no: Option<String>,
    /// The express company, by its id ([`ExpressCompany::delivery_id`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub express_company: Option<String>,
    /// The goods inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goods_desc: Option<String>,
    /// When it was recorded.
    #[serde(default, with = "unix_seconds_if_any", skip_serializing_if = "Option::is_none")]
    pub upload_time: Option<Timestamp>,
    /// Whom the express company calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<ParcelContact>,
}

/// Telephone numbers of a parcel, masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelContact {
    /// The sender's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consignor_contact: Option<String>,
    /// The receiver's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver_contact: Option<String>,
}

/// One page of orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippedOrders {
    /// The orders.
    #[serde(default)]
    pub order_list: Vec<ShippedOrder>,
    /// Where the next page begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_index: Option<String>,
    /// There is a next page.
    #[serde(default)]
    pub has_more: bool,
}

/// The express companies WeChat knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpressCompanies {
    /// The companies.
    #[serde(default)]
    pub delivery_list: Vec<ExpressCompany>,
    /// How many there are.
    #[serde(default)]
    pub count: u32,
}

/// An express company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpressCompany {
    /// Its id, such as `STO`, `YTO`, `SF`.
    pub delivery_id: String,
    /// Its name.
    pub delivery_name: String,
}
