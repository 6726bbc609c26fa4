//! A signed call to any address of `APIv2`, for what this crate does not type (v2.md §3.13).

use tongbao_wire::{Call, Repetition};

use super::Client;
use super::outgoing::{AnswerSign, Outgoing};
use crate::v2::call_error::CallError;
use crate::v2::fields::Fields;
use crate::v2::sign::SignType;

/// A call to an address of your own, such as `/mmpaymkttransfers/sendredpack`. Signed, sent, verified and
/// read in three layers like any other.
///
/// `mch_id`, `nonce_str`, `sign_type` and `sign` are added. Repeated only when you say that repeating is
/// harmless.
#[derive(Clone, Debug)]
pub struct SignedCall(Outgoing);

impl SignedCall {
    /// A call to `path`, which begins with `/`.
    #[must_use]
    pub fn new(path: &str, fields: Fields) -> Self {
        let mut outgoing = Outgoing::at(Call::Untyped, path.to_owned());
        outgoing.fields = fields;
        Self(outgoing)
    }

    /// Goes out with the client certificate, as all of `/secapi` does.
    #[must_use]
    pub fn with_client_certificate(mut self) -> Self {
        self.0.certificate = true;
        self
    }

    /// Signed in this way, whatever the merchant's usual one is; some calls take HMAC-SHA256 only.
    #[must_use]
    pub fn signed_with(self, sign_type: SignType) -> Self {
        Self(self.0.signed_with(sign_type))
    }

    /// Says what sending it twice does; the client's policy then decides whether to repeat.
    #[must_use]
    pub fn repeated(mut self, repetition: Repetition) -> Self {
        self.0.repetition = repetition;
        self
    }

    /// The platform does not sign this answer.
    #[must_use]
    pub fn unsigned_answer(mut self) -> Self {
        self.0.answer = AnswerSign::None;
        self
    }
}

impl Client {
    /// Makes a call that this crate does not type, and gives all elements of its answer.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn call(&self, call: &SignedCall) -> Result<Fields, CallError> {
        self.send(call.0.clone()).await
    }
}
