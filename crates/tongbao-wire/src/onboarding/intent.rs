//! Confirmations that a merchant wants its account (商户开户意愿确认, v3-extended.md §9.6).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ApplymentState, AuthorizeState};

/// An application to confirm an intent, as queries show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Where it stands.
    pub applyment_state: ApplymentState,
    /// A picture for people to scan, `data:image/png;base64,…`; good for thirty days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qrcode_data: Option<String>,
    /// The member that was wrong, such as `merchant_name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reject_param: Option<String>,
    /// What was wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reject_reason: Option<String>,
}

/// Without the picture, which opens the confirmation and fills a page.
impl fmt::Debug for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intent")
            .field("applyment_state", &self.applyment_state)
            .field("reject_param", &self.reject_param)
            .field("reject_reason", &self.reject_reason)
            .finish_non_exhaustive()
    }
}

/// Whether a merchant has confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentState {
    /// Whether it has.
    pub authorize_state: AuthorizeState,
}
