//! The cashier: what the payer sees after `wx.requestPayment` or `WeixinJSBridge` (v3.md §2.7,
//! miniprogram.md §2.10), and the three calls its page makes.

mod open;
mod page;
mod password;

use serde::{Deserialize, Serialize};
use tongbao_wire::{Appid, PrepayId, Timestamp, TradeType};

use crate::state::OrderKey;

pub(crate) use open::{Sheet, open_by_hand, open_native, open_scanned, sheet_of};
pub(crate) use page::routes;

/// An open cashier.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) shown: Shown,
    pub(crate) payer: String,
    pub(crate) opened_at: Timestamp,
    /// How it ended when the payer acted without its page, which is still to be told.
    pub(crate) ended: Option<Ended>,
}

/// What a cashier asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Shown {
    Prepay {
        prepay_id: PrepayId,
        scene: TradeType,
        /// Who opened it; none where a person did, by scanning or in a browser.
        appid: Option<Appid>,
    },
    /// The password for a scanned payment code.
    Prompt(OrderKey),
}

/// How a cashier ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ended {
    Paid,
    Cancelled,
    /// In the platform's words.
    Refused(String),
}

impl Session {
    fn of_prepay(prepay_id: PrepayId, scene: TradeType, payer: String, opened_at: Timestamp) -> Self {
        let shown = Shown::Prepay { prepay_id, scene, appid: None };
        Self { shown, payer, opened_at, ended: None }
    }
}
