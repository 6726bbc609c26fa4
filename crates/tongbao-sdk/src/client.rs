//! The client: one merchant's calls to the platform.

mod calls;
mod certificates;
mod echo;
pub(crate) mod outgoing;
mod refunds;
pub(crate) mod send;
mod untyped;

use std::fmt;
use std::sync::Arc;

use http::HeaderMap;
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Appid, Mchid, PrepayId, Timestamp};

use crate::certificate::upper_hex;
use crate::invoke::{self, BridgeInvoke, RequestPayment};
use crate::merchant::{Hosts, Merchant};
use crate::notification::{self, Notification, NotificationRefused};
use crate::outbound::Outbound;
use crate::platform_keys::PlatformKeys;
use crate::retry_policy::RetryPolicy;
use crate::signer::SignError;
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
        let inner = Inner {
            merchant,
            keys,
            hosts,
            outbound,
            clock,
            chance,
            refreshing: tokio::sync::Mutex::default(),
        };
        Self(Arc::new(inner), Arc::default())
    }

    /// The same client with another policy of repeating; everything else is shared. So work at night can
    /// be patient while payers are not kept waiting.
    #[must_use]
    pub fn with_retry(&self, retry: RetryPolicy) -> Self {
        Self(self.0.clone(), Arc::new(retry))
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

    /// What a mini program needs to open the cashier for `prepay_id`. `appid` is the one the order was
    /// created with. Freshly signed each time.
    ///
    /// # Errors
    /// [`SignError`] when the merchant key cannot sign.
    pub fn invoke_mini_program(
        &self,
        appid: &Appid,
        prepay_id: &PrepayId,
    ) -> Result<RequestPayment, SignError> {
        let seconds = self.0.clock.now().seconds();
        invoke::request_payment(&self.0.merchant.signer, appid, prepay_id, seconds, self.nonce())
    }

    /// What a page in the WeChat browser needs to open the cashier.
    ///
    /// # Errors
    /// [`SignError`] when the merchant key cannot sign.
    pub fn invoke_jsapi(&self, appid: &Appid, prepay_id: &PrepayId) -> Result<BridgeInvoke, SignError> {
        let payment = self.invoke_mini_program(appid, prepay_id)?;
        Ok(BridgeInvoke { app_id: appid.clone(), payment })
    }

    /// Verifies, decrypts and reads a notification. `body` is the raw body, before anything parsed it.
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
        notification::open(&self.0.merchant, &self.0.keys, self.0.clock.now(), headers, body)
    }

    /// Where the platform answers.
    pub(crate) fn hosts(&self) -> &Hosts {
        &self.0.hosts
    }

    /// The time now.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
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
