//! The platform's self-test (v3.md §1.13).

use serde::Serialize;
use tongbao_wire::Call;
use tongbao_wire::echo::SecurityEcho;

use super::Client;
use super::outgoing::Outgoing;
use crate::call_error::CallError;
use crate::sealed::Sealed;
use crate::unsendable;

/// A self-test of keys and addresses: what is sent comes back, and is notified where asked.
#[derive(Clone, Debug, Serialize)]
pub struct EchoRequest {
    /// Comes back as it is.
    pub echo_message: String,
    /// Comes back encrypted for the merchant: proves the platform's public key and our own certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypted_echo_message: Option<Sealed>,
    /// Where `SECURITY_ECHO.SUCCESS` is sent: proves the address and the `APIv3` key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_url: Option<String>,
}

impl EchoRequest {
    /// A self-test with one message.
    #[must_use]
    pub fn new(echo_message: impl Into<String>) -> Self {
        Self { echo_message: echo_message.into(), encrypted_echo_message: None, notify_url: None }
    }
}

impl Client {
    /// Tests keys and addresses against the platform (v3.md §1.13; since 2026-04).
    ///
    /// # Errors
    /// [`CallError`], whose cause says which key does not fit.
    pub async fn security_echo(&self, request: &EchoRequest) -> Result<SecurityEcho, CallError> {
        let call = Call::SecurityEcho;
        unsendable::text("echo_message", &request.echo_message, ECHO_CHARS_MAX)
            .map_err(CallError::unsendable(call))?;
        if let Some(notify_url) = &request.notify_url {
            unsendable::address("notify_url", notify_url, 256).map_err(CallError::unsendable(call))?;
        }
        let serial = request.encrypted_echo_message.as_ref().map(Sealed::serial);
        self.answer(Outgoing::to(call).json(request).sealed_with(serial)).await
    }
}

/// The documents print no limit; this is more than a test needs.
const ECHO_CHARS_MAX: usize = 256;
