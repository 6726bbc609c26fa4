//! The cashier: what the payer sees after `wx.requestPayment` or `WeixinJSBridge` (v3.md §2.7,
//! miniprogram.md §2.10), and the three calls its page makes.

mod open;
mod page;
mod password;

use serde::{Deserialize, Serialize};
use tongbao_wire::{Appid, PrepayId, Timestamp, TradeType};

pub(crate) use open::{open_native, open_scanned};
pub(crate) use page::routes;

/// An open cashier.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) prepay_id: PrepayId,
    pub(crate) scene: TradeType,
    /// Who opened it; none where a person did, by scanning or in a browser.
    pub(crate) appid: Option<Appid>,
    pub(crate) payer: String,
    pub(crate) opened_at: Timestamp,
}
