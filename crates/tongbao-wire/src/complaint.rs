//! Consumer complaints (消费者投诉): what the platform says of them (v3-extended.md §10.2).

mod history;
mod message;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::history::{ClickMessage, ComplaintHistoryEntry, ComplaintHistoryPage};
pub use self::message::{
    ButtonGroup, Clickable, Faq, FaqList, InvalidInfo, Message, MessageAction, MessageBlock, MessageImage,
    MessageInfo, MessageMiniProgram, MessageText,
};
use crate::lenient::unless_empty;
pub use crate::word::complaint::{
    ButtonLayout, ComplaintAction, ComplaintOperation, ComplaintProblem, ComplaintState, ImageStyle,
    SenderIdentity, TextColor,
};
use crate::{Ciphertext, ComplaintId, Fen, Mchid, Openid, Timestamp, TransactionId};

/// A page of complaints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintPage {
    /// The complaints.
    #[serde(default)]
    pub data: Vec<Complaint>,
    /// How many a page has at most.
    pub limit: u32,
    /// How many come before this page.
    pub offset: u32,
    /// How many there are on all pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_count: Option<u32>,
}

impl ComplaintPage {
    /// Where the next page begins; `None` after the last.
    #[must_use]
    pub fn next_offset(&self) -> Option<u32> {
        next_offset(self.data.len(), self.limit, self.offset, self.total_count)
    }
}

/// An empty page is the last whatever the total says, so that following pages always ends.
fn next_offset(found: usize, limit: u32, offset: u32, total: Option<u32>) -> Option<u32> {
    let found = u32::try_from(found).ok().filter(|found| *found > 0)?;
    let next = offset.checked_add(found)?;
    let more = total.map_or(found >= limit, |total| next < total);
    more.then_some(next)
}

/// A consumer's complaint. Its words are the consumer's, so they are kept out of logs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// The complaint.
    pub complaint_id: ComplaintId,
    /// When it was made.
    pub complaint_time: Timestamp,
    /// What the consumer wrote.
    pub complaint_detail: String,
    /// Where it stands.
    pub complaint_state: ComplaintState,
    /// The merchant complained about.
    pub complainted_mchid: Mchid,
    /// The consumer's phone number, encrypted under the merchant's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_phone: Option<Ciphertext>,
    /// Who complained; not in lists.
    #[serde(default, deserialize_with = "unless_empty", skip_serializing_if = "Option::is_none")]
    pub payer_openid: Option<Openid>,
    /// The payments it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub complaint_order_info: Vec<ComplaintOrder>,
    /// The service orders it is about (支付分).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service_order_info: Vec<ComplaintServiceOrder>,
    /// Pictures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub complaint_media_list: Vec<ComplaintMedia>,
    /// The payment was refunded in full.
    pub complaint_full_refunded: bool,
    /// The consumer wrote and waits for an answer.
    pub incoming_user_response: bool,
    /// The kind of problem, in words.
    #[serde(default)]
    pub problem_description: String,
    /// How often the consumer complained.
    pub user_complaint_times: u32,
    /// What the consumer wants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem_type: Option<ComplaintProblem>,
    /// The refund the consumer asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apply_refund_amount: Option<Fen>,
    /// `TRUSTED`, `HIGH_RISK`; open set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user_tag_list: Vec<String>,
    /// What some trades add.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_info: Option<ComplaintAdditionalInfo>,
    /// The platform is helping.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_platform_service: Option<bool>,
    /// An instant reply is expected, and allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub need_immediate_service: Option<bool>,
    /// A program made it for the consumer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_agent_mode: Option<bool>,
}

/// The consumer's words and whereabouts stay out of logs.
impl fmt::Debug for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Complaint")
            .field("complaint_id", &self.complaint_id)
            .field("complaint_time", &self.complaint_time)
            .field("complaint_state", &self.complaint_state)
            .field("complainted_mchid", &self.complainted_mchid)
            .field("complaint_order_info", &self.complaint_order_info)
            .field("problem_type", &self.problem_type)
            .finish_non_exhaustive()
    }
}

/// A payment a complaint is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintOrder {
    /// The platform's number, if it gives one.
    #[serde(default, deserialize_with = "unless_empty", skip_serializing_if = "Option::is_none")]
    pub transaction_id: Option<TransactionId>,
    /// The merchant's number. Plain text: complaints reach products whose numbers follow other rules, and one
    /// of them must not make a whole page unreadable.
    pub out_trade_no: String,
    /// What it cost.
    pub amount: Fen,
}

/// A service order a complaint is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintServiceOrder {
    /// The platform's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// The merchant's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_order_no: Option<String>,
    /// `DOING`, `REVOKED`, `WAITPAY`, `DONE`; open set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}

/// Pictures of a complaint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintMedia {
    /// `USER_COMPLAINT_IMAGE` or `OPERATION_IMAGE`; open set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Where they are; downloaded with a signed call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media_url: Vec<String>,
}

/// What some trades add to a complaint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintAdditionalInfo {
    /// `SHARE_POWER_TYPE`; open set.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// A rented power bank (充电宝).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_power_info: Option<SharePowerInfo>,
}

/// How a power bank was given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharePowerInfo {
    /// When.
    #[serde(default, deserialize_with = "unless_empty", skip_serializing_if = "Option::is_none")]
    pub return_time: Option<Timestamp>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_address_info: Option<ReturnAddress>,
    /// To the machine it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_returned_to_same_machine: Option<bool>,
}

/// Where a power bank was given back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnAddress {
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_address: Option<String>,
    /// Degrees, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude: Option<String>,
    /// Degrees, as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude: Option<String>,
}

/// A person's whereabouts stay out of logs.
impl fmt::Debug for ReturnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReturnAddress(redacted)")
    }
}

/// Answer to an instant reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstantReplySent {
    /// The platform's number of the reply, as the history has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_id: Option<String>,
}

/// Where complaints are notified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintNotificationUrl {
    /// Whose address it is.
    pub mchid: Mchid,
    /// The address.
    pub url: String,
}

/// What `COMPLAINT.CREATE` and `COMPLAINT.STATE_CHANGE` carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintNotice {
    /// The complaint.
    pub complaint_id: ComplaintId,
    /// What happened.
    pub action_type: ComplaintAction,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ComplaintHistoryPage, ComplaintPage, next_offset};

    fn with(mut entry: Value, member: &str, value: &Value) -> Value {
        entry[member] = value.clone();
        json!({"data": [entry], "limit": 50, "offset": 0})
    }

    #[test]
    fn one_odd_complaint_does_not_make_a_page_unreadable() {
        let complaint = json!({
            "complaint_id": "200201820200101080076610000", "complaint_time": "2026-03-01T10:00:00+08:00",
            "complaint_detail": "重复扣费", "complaint_state": "PENDING", "complainted_mchid": "1900012181",
            "complaint_full_refunded": false, "incoming_user_response": true, "problem_description": "扣费",
            "user_complaint_times": 1,
        });
        for (member, value) in [
            ("complaint_state", json!("TOMORROW")),
            ("problem_type", json!("TOMORROW")),
            ("payer_openid", json!("")),
            ("payer_phone", json!("")),
            ("complaint_order_info", json!([{"transaction_id": "", "out_trade_no": "No. 1", "amount": 3}])),
            ("complaint_order_info", json!([{"out_trade_no": "", "amount": 3}])),
            ("complaint_media_list", json!([{}])),
            ("additional_info", json!({"type": "TOMORROW", "share_power_info": {"return_time": ""}})),
            ("tomorrow", json!([1])),
        ] {
            let page = serde_json::from_value::<ComplaintPage>(with(complaint.clone(), member, &value));
            assert!(page.is_ok(), "{member} {value}: {page:?}");
        }
    }

    #[test]
    fn one_odd_entry_does_not_make_a_page_of_history_unreadable() {
        let entry = json!({
            "log_id": "300285320210322170000071077", "operator": "投诉人",
            "operate_time": "2026-03-01T10:00:00+08:00", "operate_type": "TOMORROW",
        });
        let pictures = json!({"media_type": "OPERATION_IMAGE", "media_url": ["https://a.example/1"]});
        for (member, value) in [
            ("complaint_media_list", pictures.clone()),
            ("complaint_media_list", json!([pictures, pictures])),
            ("complaint_media_list", json!([])),
            ("complaint_media_list", json!({})),
            ("complaint_media_list", json!(null)),
            ("normal_message", json!({"blocks": [1, null, {"type": "TEXT"}, {"type": 5}, []]})),
            ("normal_message", json!({})),
            ("click_message", json!({"message_content": "退款"})),
        ] {
            let read = serde_json::from_value::<ComplaintHistoryPage>(with(entry.clone(), member, &value));
            let page = read.unwrap_or_else(|error| panic!("{member} {value}: {error}"));
            if value == json!([pictures, pictures]) {
                assert_eq!(serde_json::to_value(&page.data[0]).expect("writes")[member], value);
            }
        }
    }

    #[test]
    fn pages_follow_each_other_until_the_last() {
        for (found, limit, offset, total, next) in [
            (50, 50, 0, Some(120), Some(50)),
            (50, 50, 50, Some(120), Some(100)),
            (20, 50, 100, Some(120), None),
            (50, 50, 0, None, Some(50)),
            (49, 50, 0, None, None),
            (0, 50, 100, Some(120), None),
            (1, 50, u32::MAX, Some(120), None),
        ] {
            assert_eq!(next_offset(found, limit, offset, total), next, "{found} from {offset} of {total:?}");
        }
    }
}
