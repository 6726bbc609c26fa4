//! The outside of a notification (v3.md §6.1).

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The outside of a notification (v3.md §6.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationEnvelope {
    /// Constant over the retries of one event.
    pub id: String,
    /// When the event happened.
    pub create_time: Timestamp,
    /// Such as `TRANSACTION.SUCCESS` (v3.md §6.2).
    pub event_type: String,
    /// `encrypt-resource`.
    pub resource_type: String,
    /// The event in words.
    #[serde(default)]
    pub summary: String,
    /// The encrypted inside.
    pub resource: NotificationResource,
}

/// The encrypted inside of a notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationResource {
    /// `AEAD_AES_256_GCM`.
    pub algorithm: String,
    /// Base64, the 16-byte tag appended.
    pub ciphertext: String,
    /// Authenticated but not encrypted; may be empty.
    #[serde(default)]
    pub associated_data: String,
    /// The 12-byte initialisation vector, as text.
    pub nonce: String,
    /// Such as `transaction`, `refund`.
    #[serde(default)]
    pub original_type: String,
}
