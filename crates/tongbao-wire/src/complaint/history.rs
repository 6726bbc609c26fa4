//! What was said and done about a complaint (v3-extended.md §10.2).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ComplaintMedia, ComplaintOperation, Message, next_offset};
use crate::Timestamp;
use crate::lenient::one_or_more;

/// A page of what was said and done about a complaint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintHistoryPage {
    /// What was said and done.
    #[serde(default)]
    pub data: Vec<ComplaintHistoryEntry>,
    /// How many a page has at most.
    pub limit: u32,
    /// How many come before this page.
    pub offset: u32,
    /// How many there are on all pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_count: Option<u32>,
}

impl ComplaintHistoryPage {
    /// Where the next page begins; `None` after the last.
    #[must_use]
    pub fn next_offset(&self) -> Option<u32> {
        next_offset(self.data.len(), self.limit, self.offset, self.total_count)
    }
}

/// One thing that was said or done.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintHistoryEntry {
    /// The platform's number of it.
    pub log_id: String,
    /// Who, in words.
    pub operator: String,
    /// When.
    pub operate_time: Timestamp,
    /// What.
    pub operate_type: ComplaintOperation,
    /// The words that go with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operate_details: Option<String>,
    /// Where pictures are; older entries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub image_list: Vec<String>,
    /// Pictures. The platform wrote a list until 2023, and one object since.
    #[serde(default, with = "one_or_more", skip_serializing_if = "Vec::is_empty")]
    pub complaint_media_list: Vec<ComplaintMedia>,
    /// Why the consumer asked the platform to help (the platform's spelling).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_appy_platform_service_reason: Option<String>,
    /// The same at length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_appy_platform_service_reason_description: Option<String>,
    /// A message in the new form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normal_message: Option<Message>,
    /// What the consumer clicked on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub click_message: Option<ClickMessage>,
}

/// What people said stays out of logs.
impl fmt::Debug for ComplaintHistoryEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ComplaintHistoryEntry")
            .field("log_id", &self.log_id)
            .field("operate_time", &self.operate_time)
            .field("operate_type", &self.operate_type)
            .finish_non_exhaustive()
    }
}

/// What the consumer clicked on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClickMessage {
    /// What the click says; its members are not documented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_content: Option<Value>,
    /// The `action_id` of what was clicked on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_id: Option<String>,
    /// The entry it was clicked in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clicked_log_id: Option<String>,
}
