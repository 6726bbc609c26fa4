//! The client: one merchant's calls to the platform.

mod certificates;
mod echo;
mod invoke;
pub(crate) mod outgoing;
mod payments;
mod refunds;
pub(crate) mod send;
mod untyped;

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Ciphertext, Mchid, Timestamp};

use crate::certificate::upper_hex;
use crate::merchant::{Hosts, Merchant};
use crate::notification::{Notification, NotificationRefused};
use crate::outbound::Outbound;
use crate::platform_keys::PlatformKeys;
use crate::retry_policy::RetryPolicy;
use crate::unsealer::{UnsealError, Unsealed};
use crate::verified::Verified;

pub use certificates::CertificatesRefreshed;
pub use echo::EchoRequest;
pub use untyped::{SignedAnswer, SignedCall};

/// One merchant's calls to WeChat Pay. Cheap to clone; clones share everything.
///
/// Answers are believed only when they carry the platform's signature (v3.md §1.7). What is repeated by
/// itself, and where, is for its [`RetryPolicy`] to say; refunds and transfers never are.
#[derive(Clone)]
pub struct Client(Arc<Inner>, Arc<RetryPolicy>);

struct Inner {
    merchant: Merchant,
    keys: PlatformKeys,
    hosts: Hosts,
    outbound: Arc<dyn Outbound>,
    clock: Clock,
    chance: Chance,
    refreshing: Arc<tokio::sync::Mutex<certificates::Refreshing>>,
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
        let inner = Inner { merchant, keys, hosts, outbound, clock, chance, refreshing: Arc::default() };
        Self(Arc::new(inner), Arc::default())
    }

    /// The same client with another policy of repeating; everything else is shared. So work at night can
    /// be patient while payers are not kept waiting.
    #[must_use]
    pub fn with_retry(&self, retry: RetryPolicy) -> Self {
        Self(self.0.clone(), Arc::new(retry))
    }

    /// A client of the same merchant with other key material, for a change of its API certificate or its
    /// `APIv3` key under traffic: calls go on with the client at hand while the new one takes over.
    ///
    /// The two share the platform's keys and their downloads, the hosts, the way out, and the policy of
    /// repeating.
    #[must_use]
    pub fn with_merchant(&self, merchant: Merchant) -> Self {
        let Inner { keys, hosts, outbound, clock, chance, refreshing, .. } = &*self.0;
        let inner = Inner {
            merchant,
            keys: keys.clone(),
            hosts: hosts.clone(),
            outbound: outbound.clone(),
            clock: clock.clone(),
            chance: chance.clone(),
            refreshing: refreshing.clone(),
        };
        Self(Arc::new(inner), self.1.clone())
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

    /// Verifies, decrypts and reads a notification, as [`Merchant::open_notification`] does. `body` is the
    /// raw body, before anything parsed it.
    ///
    /// It is the platform's word then, but not yet about your business: that the order is yours, and its
    /// merchant and amount are those you wrote down, is for you to compare (v3.md §6.8).
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
        self.0.merchant.open_notification(&self.0.keys, self.0.clock.now(), headers, body)
    }

    /// Opens a sensitive member that the platform encrypted for this merchant (v3.md §1.9).
    ///
    /// # Errors
    /// [`UnsealError`].
    pub fn unseal(&self, ciphertext: &Ciphertext) -> Result<Unsealed<String>, UnsealError> {
        self.0.merchant.unseal(ciphertext)
    }

    /// Where the platform answers.
    pub(crate) fn hosts(&self) -> &Hosts {
        &self.0.hosts
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Opens what need not be text, such as the key of an encrypted bill.
    ///
    /// # Errors
    /// [`UnsealError`].
    pub fn unseal_bytes(&self, ciphertext: &Ciphertext) -> Result<Unsealed<Vec<u8>>, UnsealError> {
        self.0.merchant.unseal_bytes(ciphertext)
    }

    /// 32 upper-case hexadecimal characters, as the official samples have them.
    pub(crate) fn nonce(&self) -> String {
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
