//! The platform's self-test of keys and addresses (v3.md §1.13).

use serde::{Deserialize, Serialize};

use crate::Ciphertext;

/// What `POST /v3/security/echo` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityEcho {
    /// What was sent.
    pub echo_message: String,
    /// What was sent encrypted, encrypted for the merchant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted_echo_message: Option<Ciphertext>,
}

/// What `SECURITY_ECHO.SUCCESS` carries. Note `encrypt_echo_message`, spelled otherwise than in the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityEchoNotice {
    /// What was sent.
    pub echo_message: String,
    /// What was sent encrypted, encrypted for the merchant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypt_echo_message: Option<Ciphertext>,
}
