//! The platform's sandbox (沙箱): payment codes and their queries, and nothing else (v2.md §3.12).

use bytes::Bytes;
use http::header::HeaderValue;
use http::{HeaderName, Request};
use tongbao_wire::Call;

use crate::json::Misfit;
use crate::v2::call_error::CallError;
use crate::v2::client::Client;
use crate::v2::client::outgoing::Outgoing;
use crate::v2::sign::{ApiV2Key, SignType};

/// A client that calls the sandbox.
#[derive(Clone)]
pub(super) struct Sandbox {
    failure: Option<NegativeTest>,
}

/// A failure that the sandbox plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NegativeTest {
    /// The payer goes on typing the password.
    UserPaying,
    /// Paid, but the charge is answered too late.
    Timeout,
    /// Failed, and the charge is answered too late.
    PayError,
    /// The charge is answered too late, and queries fail.
    PayQueryTimeout,
}

impl Client {
    /// Asks for the sandbox's key, which is good for about an hour. Signed with the real key.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn sandbox_key(&self) -> Result<ApiV2Key, CallError> {
        let outgoing = Outgoing::to(Call::SandboxKey).signed_with(SignType::Md5);
        self.answer(outgoing, |fields| {
            let key: String = fields.required("sandbox_signkey")?;
            ApiV2Key::parse(key.as_bytes())
                .map_err(|error| Misfit { member: "sandbox_signkey".into(), reason: error.to_string() })
        })
        .await
    }

    /// A client that calls the sandbox with its key, and has it play `failure`. Amounts choose the successes:
    /// 1, 2 and 3 fen.
    #[must_use]
    pub fn in_sandbox(&self, key: ApiV2Key, failure: Option<NegativeTest>) -> Self {
        self.clone().changed(|inner| {
            inner.merchant.key = key;
            inner.merchant.sign_type = SignType::Md5;
            inner.sandbox = Some(Sandbox { failure });
        })
    }

    /// The path of a call; all of the sandbox lies below another.
    pub(super) fn path(&self, path: String) -> String {
        match self.0.sandbox {
            Some(_) => format!("{SANDBOX_PATH}{path}"),
            None => path,
        }
    }

    pub(super) fn mark_for_sandbox(&self, request: &mut Request<Bytes>) {
        let Some(Sandbox { failure: Some(failure) }) = &self.0.sandbox else {
            return;
        };
        let name = match failure {
            NegativeTest::UserPaying => "MICROPAY_USERPAYING",
            NegativeTest::Timeout => "MICROPAY_TIMEOUT",
            NegativeTest::PayError => "MICROPAY_PAYERROR",
            NegativeTest::PayQueryTimeout => "MICROPAY_PAY_QUERY_TIMEOUT",
        };
        let header = HeaderName::from_static("wechatpay-negative-test");
        request.headers_mut().insert(header, HeaderValue::from_static(name));
    }
}

const SANDBOX_PATH: &str = "/xdc/apiv2sandbox";
