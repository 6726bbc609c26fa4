//! Order shipping management (发货信息管理): what is sold in a mini program is recorded as shipped, or its money
//! stays frozen (miniprogram.md §4).
//!
//! Record shipping at the earliest ten seconds after the payment: before that WeChat does not find it
//! ([`Reaction::NotYet`](super::Reaction::NotYet)). Each payment can be shipped again once; recording what is
//! recorded already, with a change, spends that chance. So after an outcome that is unknown, look the order up
//! before uploading again.

mod contact;
mod delivery;
mod order;
mod upload;

use serde::{Deserialize, Serialize};
use tongbao_wire::weixin::{ExpressCompanies, ShippedOrder, ShippedOrders};
use tongbao_wire::{Appid, Call};

use super::client::Asking;
use super::{WeixinClient, WeixinError};

pub use contact::{Contact, MaskError, MaskedNumber};
pub use delivery::{Delivery, ITEM_DESC_CHARS_MAX, PARCELS_MAX, Parcel};
pub use order::{OrderFilter, OrderLookup, OrderNumber, PayTimeRange, ReceiptReminder, SpecialOrder};
pub use upload::{CombinedShipping, OrderKey, OrderShipping, SubOrderShipping};

/// The calls of order shipping management. Made by [`WeixinClient::shipping`].
#[derive(Clone, Copy, Debug)]
pub struct Shipping<'a>(&'a WeixinClient);

impl WeixinClient {
    /// Order shipping management of this mini program.
    #[must_use]
    pub fn shipping(&self) -> Shipping<'_> {
        Shipping(self)
    }
}

impl Shipping<'_> {
    /// Records the shipping of an order (miniprogram.md §4.3).
    ///
    /// # Errors
    /// [`WeixinError`]; [`Reaction::AlreadyDone`](super::Reaction::AlreadyDone) is as good as success.
    pub async fn upload(&self, shipping: &OrderShipping) -> Result<(), WeixinError> {
        shipping.check()?;
        self.0.do_with_token(&Asking::to(Call::UploadShipping).json(shipping)).await
    }

    /// Records the shipping of a combined order (合单; miniprogram.md §4.3).
    ///
    /// # Errors
    /// [`WeixinError`], as for [`Shipping::upload`].
    pub async fn upload_combined(&self, shipping: &CombinedShipping) -> Result<(), WeixinError> {
        shipping.check()?;
        self.0.do_with_token(&Asking::to(Call::UploadCombinedShipping).json(shipping)).await
    }

    /// Asks how far an order is shipped (miniprogram.md §4.4).
    ///
    /// # Errors
    /// [`WeixinError`].
    pub async fn order(&self, order: &OrderLookup) -> Result<ShippedOrder, WeixinError> {
        #[derive(Deserialize)]
        struct Answer {
            order: ShippedOrder,
        }
        let asking = Asking::to(Call::ShippingOrder).json(order);
        let answer: Answer = self.0.ask_with_token(&asking).await?;
        Ok(answer.order)
    }

    /// One page of orders (miniprogram.md §4.4); [`OrderFilter::after`] asks for the next.
    ///
    /// # Errors
    /// [`WeixinError`].
    pub async fn orders(&self, filter: &OrderFilter) -> Result<ShippedOrders, WeixinError> {
        filter.check()?;
        self.0.ask_with_token(&Asking::to(Call::ListShippingOrders).json(filter)).await
    }

    /// Reminds the payer to confirm receipt: once for each order, express only (miniprogram.md §4.4).
    ///
    /// # Errors
    /// [`WeixinError`]; when its outcome is unknown it may be sent again, the second is refused as done.
    pub async fn remind(&self, reminder: &ReceiptReminder) -> Result<(), WeixinError> {
        self.0.do_with_token(&Asking::to(Call::RemindToConfirm).json(reminder)).await
    }

    /// Marks an order that will not be shipped in time: a pre-sale, or a test (miniprogram.md §4.4).
    ///
    /// # Errors
    /// [`WeixinError`].
    pub async fn mark_special(&self, order: &SpecialOrder) -> Result<(), WeixinError> {
        self.0.do_with_token(&Asking::to(Call::MarkSpecialOrder).json(&order.body())).await
    }

    /// Sets the page that opens from a shipping message; `None` is WeChat's own. WeChat adds the numbers of the
    /// order to its query.
    ///
    /// # Errors
    /// [`WeixinError`].
    pub async fn set_message_path(&self, path: Option<&str>) -> Result<(), WeixinError> {
        #[derive(Serialize)]
        struct Path<'a> {
            path: &'a str,
        }
        if let Some(path) = path {
            super::client::check_page("path", path)?;
        }
        let body = Path { path: path.unwrap_or_default() };
        self.0.do_with_token(&Asking::to(Call::SetShippingMessagePath).json(&body)).await
    }

    /// Whether this mini program has joined shipping management. Which ones must changes by notice, so ask.
    ///
    /// # Errors
    /// [`WeixinError`].
    pub async fn is_trade_managed(&self) -> Result<bool, WeixinError> {
        #[derive(Deserialize)]
        struct Answer {
            is_trade_managed: bool,
        }
        let answer: Answer = self.0.ask_with_token(&self.about_this_appid(Call::IsTradeManaged)).await?;
        Ok(answer.is_trade_managed)
    }

    /// Whether every merchant bound to this mini program has agreed to shipping management, or was unbound.
    ///
    /// # Errors
    /// [`WeixinError`].
    pub async fn is_trade_management_confirmed(&self) -> Result<bool, WeixinError> {
        #[derive(Deserialize)]
        struct Answer {
            completed: bool,
        }
        let asking = self.about_this_appid(Call::IsTradeManagementConfirmed);
        let answer: Answer = self.0.ask_with_token(&asking).await?;
        Ok(answer.completed)
    }

    /// The express companies WeChat knows, by the ids that parcels name.
    ///
    /// # Errors
    /// [`WeixinError`].
    pub async fn express_companies(&self) -> Result<ExpressCompanies, WeixinError> {
        #[derive(Serialize)]
        struct Nothing {}
        self.0.ask_with_token(&Asking::to(Call::ListExpressCompanies).json(&Nothing {})).await
    }

    fn about_this_appid(&self, call: Call) -> Asking {
        #[derive(Serialize)]
        struct About<'a> {
            appid: &'a Appid,
        }
        Asking::to(call).json(&About { appid: self.0.appid() })
    }
}
