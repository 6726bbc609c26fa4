//! Consumer complaints (消费者投诉): what the platform says of them (v3-extended.md §10.2).

use serde::{Deserialize, Serialize};

use crate::ComplaintId;

/// What `COMPLAINT.CREATE` and `COMPLAINT.STATE_CHANGE` carry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintNotice {
    /// The complaint.
    pub complaint_id: ComplaintId,
    /// What happened, such as `CREATE_COMPLAINT`; open set.
    pub action_type: String,
}
