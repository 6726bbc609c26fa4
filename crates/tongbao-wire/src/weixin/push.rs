//! Message push (消息推送): the events that touch payment (miniprogram.md §5.2).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ConfirmReceiveMethod;
use crate::lenient::{unix_seconds, unix_seconds_if_any, unless_empty, whole_number_if_any};
use crate::{Mchid, Timestamp, TransactionId};

/// What every pushed message begins with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct PushHead {
    /// Whom it is for: the mini program's original id (`gh_…`).
    pub to_user_name: String,
    /// Who it is from: an openid; of the events below, a system account's.
    pub from_user_name: String,
    /// When it was made.
    #[serde(with = "unix_seconds")]
    pub create_time: Timestamp,
    /// `event`, or the kind of a message that a person sent.
    pub msg_type: String,
    /// Which event, when it is one.
    #[serde(default, deserialize_with = "unless_empty", skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

/// Who sent it may be a person.
impl fmt::Debug for PushHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushHead")
            .field("to_user_name", &self.to_user_name)
            .field("create_time", &self.create_time)
            .field("msg_type", &self.msg_type)
            .field("event", &self.event)
            .finish_non_exhaustive()
    }
}

/// What `trade_manage_remind_access_api` and `wxa_trade_controlled` carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeNotice {
    /// WeChat's sentence.
    #[serde(default)]
    pub msg: String,
}

/// What `trade_manage_remind_shipping` carries: an order was paid more than 48 hours ago and is not shipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingReminder {
    /// The platform's number of the payment.
    pub transaction_id: TransactionId,
    /// The merchant.
    pub merchant_id: Mchid,
    /// The sub-merchant, when a service provider placed the order.
    #[serde(default, deserialize_with = "unless_empty", skip_serializing_if = "Option::is_none")]
    pub sub_merchant_id: Option<Mchid>,
    /// The merchant's number of the order. Plain text: it may be of before the rules of today.
    pub merchant_trade_no: String,
    /// When it was paid.
    #[serde(with = "unix_seconds")]
    pub pay_time: Timestamp,
    /// WeChat's sentence.
    #[serde(default)]
    pub msg: String,
}

/// What `trade_manage_order_settlement` carries. It comes twice: at shipping, when the money will be settled;
/// and when it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSettlement {
    /// The platform's number of the payment.
    pub transaction_id: TransactionId,
    /// The merchant.
    pub merchant_id: Mchid,
    /// The sub-merchant, when a service provider placed the order.
    #[serde(default, deserialize_with = "unless_empty", skip_serializing_if = "Option::is_none")]
    pub sub_merchant_id: Option<Mchid>,
    /// The merchant's number of the order. Plain text: it may be of before the rules of today.
    pub merchant_trade_no: String,
    /// When it was paid.
    #[serde(with = "unix_seconds")]
    pub pay_time: Timestamp,
    /// When it was shipped.
    #[serde(default, with = "unix_seconds_if_any", skip_serializing_if = "Option::is_none")]
    pub shipped_time: Option<Timestamp>,
    /// When the money is expected; the first time only.
    #[serde(default, with = "unix_seconds_if_any", skip_serializing_if = "Option::is_none")]
    pub estimated_settlement_time: Option<Timestamp>,
    /// Who confirmed receipt; the second time only.
    #[serde(default, deserialize_with = "whole_number_if_any", skip_serializing_if = "Option::is_none")]
    pub confirm_receive_method: Option<ConfirmReceiveMethod>,
    /// When receipt was confirmed; the second time only.
    #[serde(default, with = "unix_seconds_if_any", skip_serializing_if = "Option::is_none")]
    pub confirm_receive_time: Option<Timestamp>,
    /// When the money was settled; the second time only.
    #[serde(default, with = "unix_seconds_if_any", skip_serializing_if = "Option::is_none")]
    pub settlement_time: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::{OrderSettlement, PushHead, ShippingReminder};
    use crate::Timestamp;

    #[test]
    fn empty_texts_and_zero_times_are_absent() {
        let text = r#"{"transaction_id":"4200000000000001","merchant_id":"1900000109","sub_merchant_id":"","merchant_trade_no":"T20260301A","pay_time":"1772330000","shipped_time":1772340000,"estimated_settlement_time":0,"confirm_receive_method":"","confirm_receive_time":"","settlement_time":null}"#;
        let settlement: OrderSettlement = serde_json::from_str(text).expect("reads");
        assert_eq!(settlement.sub_merchant_id, None);
        assert_eq!(settlement.pay_time, Timestamp::from_seconds(1_772_330_000));
        assert_eq!(settlement.estimated_settlement_time, None);
        assert_eq!(settlement.confirm_receive_method, None);
        assert_eq!((settlement.confirm_receive_time, settlement.settlement_time), (None, None));
    }

    #[test]
    fn an_order_of_before_the_rules_of_today_is_told_of_too() {
        let text = r#"{"transaction_id":"4200000000000001","merchant_id":"1900000109","merchant_trade_no":"No.1","pay_time":1772330000}"#;
        let reminder: ShippingReminder = serde_json::from_str(text).expect("reads");
        assert_eq!(reminder.merchant_trade_no, "No.1");
    }

    #[test]
    fn whom_a_message_is_from_is_not_printed() {
        let text = r#"{"ToUserName":"gh_a","FromUserName":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o","CreateTime":1,"MsgType":"text"}"#;
        let head: PushHead = serde_json::from_str(text).expect("reads");
        assert!(!format!("{head:?}").contains("oUpF8uMuAJO"), "{head:?}");
    }

    #[test]
    fn a_number_that_is_none_is_refused() {
        let text = r#"{"transaction_id":"4200000000000001","merchant_id":"1900000109","merchant_trade_no":"T20260301A","pay_time":"soon"}"#;
        assert!(serde_json::from_str::<ShippingReminder>(text).is_err());
    }
}
