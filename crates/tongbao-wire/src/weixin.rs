//! `api.weixin.qq.com`: why WeChat refuses, and what it says of shipping and in pushed messages
//! (miniprogram.md §1, §4, §5).

mod number;
mod push;
mod reaction;
mod refusal;
mod shipping;
mod shown;

pub use number::{ConfirmReceiveMethod, DeliveryMode, LogisticsType, ShippingState};
pub use push::{OrderSettlement, PushHead, ShippingReminder, TradeNotice};
pub use reaction::Reaction;
pub use refusal::WeixinRefusal;
pub use shipping::{
    ExpressCompanies, ExpressCompany, ParcelContact, ShippedOrder, ShippedOrders, ShippedParcel,
    ShippingRecord,
};
pub use shown::{AuthorizePageFault, SubscribeFault};
