//! The client: one merchant's calls to the platform.

mod calls;
mod certificates;
mod echo;
mod invoke;
pub(crate) mod outgoing;
mod payments;
pub(crate) mod send;
mod untyped;

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use tongbao_wire::Mchid;
use tongbao_wire::seam::{Chance, Clock};

use crate::certificate::upper_hex;
use crate::merchant::{Hosts, Merchant};
use crate::notification::{self, Notification, NotificationRefused};
use crate::outbound::Outbound;
use crate::platform_keys::PlatformKeys;
use crate::retry_policy::RetryPolicy;
use crate::verified::Verified;

pub use certificates::CertificatesRefreshed;
pub use echo::EchoRequest;
pub use untyped::{SignedAnswer, SignedCall};

/// One merchant's calls to WeChat Pay. Cheap to clone; clones share everything.
///
/// Answers are believed only when they carry the platform's signature (v3.md §1.7). What is repeated by
/// itself, and where, is for its [`RetryPolicy`] to say; refunds and transfers never are.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    merchant: Merchant,
    keys: PlatformKeys,
    hosts: Hosts,
    outbound: Arc<dyn Outbound>,
    clock: Clock,
    chance: Chance,
    retry: RetryPolicy,
    refreshing: tokio::sync::Mutex<certificates::Refreshing>,
}

impl Client {
    /// A client for `merchant`. Nothing is sent yet.
    #[must_use]
    pub fn new(
        merchant: Merchant,
        keys: PlatformKeys,
        hosts: Hosts,
        outbound: Arc<dyn Outbound>,
        clock: Clock,
        chance: Chance,
    ) -> Self {
        Self(Arc::new(Inner {
            merchant,
            keys,
            hosts,
            outbound,
            clock,
            chance,
            retry: RetryPolicy::default(),
            refreshing: tokio::sync::Mutex::default(),
        }))
    }

    /// The same client with another policy of repeating. To be called before the client is shared.
    ///
    /// # Panics
    /// When the client was cloned already.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        let inner = Arc::get_mut(&mut self.0).expect("the policy is set before the client is shared");
        inner.retry = retry;
        self
    }

    /// The merchant that calls.
    #[must_use]
    pub fn mchid(&self) -> &Mchid {
        &self.0.merchant.mchid
    }

    /// The platform's keys, shared with this client.
    #[must_use]
    pub fn platform_keys(&self) -> &PlatformKeys {
        &self.0.keys
    }

    /// Verifies, decrypts and reads a notification. `body` is the raw body, before anything parsed it.
    ///
    /// [`NotificationRefused::UnknownSerial`] in certificate mode may mean that the platform has a new
    /// certificate: [`Client::refresh_certificates_if_due`], then open again.
    ///
    /// # Errors
    /// [`NotificationRefused`], which says what to answer and what to mend.
    pub fn open_notification(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Verified<Notification>, NotificationRefused> {
        notification::open(&self.0.merchant, &self.0.keys, self.0.clock.now(), headers, body)
    }

    /// 32 upper-case hexadecimal characters, as the official samples have them.
    fn nonce(&self) -> String {
        upper_hex(&self.0.chance.bytes::<16>())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("mchid", &self.0.merchant.mchid)
            .field("hosts", &self.0.hosts)
            .finish_non_exhaustive()
    }
}
