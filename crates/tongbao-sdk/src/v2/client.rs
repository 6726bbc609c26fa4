//! The client: one merchant's calls to `APIv2`.

pub(super) mod outgoing;
mod send;
mod untyped;

use std::fmt;
use std::sync::Arc;

use tongbao_wire::seam::{Chance, Clock};

use crate::certificate::upper_hex;
use crate::merchant::Hosts;
use crate::outbound::Outbound;
use crate::retry_policy::RetryPolicy;
use crate::v2::merchant::Merchant;
use crate::v2::sandbox::Sandbox;

pub(super) use send::Course;
pub use untyped::SignedCall;

/// One merchant's calls to `APIv2`. Cheap to clone; clones share everything.
///
/// Answers are believed only when they are signed with the key, save those that the platform does not sign
/// (bills, reports, the sandbox's key). What is repeated by itself is for the [`RetryPolicy`] to say; refunds
/// and charges never are.
#[derive(Clone)]
pub struct Client(pub(super) Arc<Inner>);

#[derive(Clone)]
pub(super) struct Inner {
    pub(super) merchant: Merchant,
    pub(super) hosts: Hosts,
    /// Without a client certificate.
    plain: Arc<dyn Outbound>,
    /// With the merchant's client certificate.
    certified: Option<Arc<dyn Outbound>>,
    pub(super) clock: Clock,
    pub(super) chance: Chance,
    retry: RetryPolicy,
    pub(super) sandbox: Option<Sandbox>,
}

impl Client {
    /// A client for `merchant`. Nothing is sent yet. Refunds, reversals and fund-flow bills need
    /// [`Client::with_client_certificate`] too.
    #[must_use]
    pub fn new(
        merchant: Merchant,
        hosts: Hosts,
        outbound: Arc<dyn Outbound>,
        clock: Clock,
        chance: Chance,
    ) -> Self {
        Self(Arc::new(Inner {
            merchant,
            hosts,
            plain: outbound,
            certified: None,
            clock,
            chance,
            retry: RetryPolicy::default(),
            sandbox: None,
        }))
    }

    /// The same client with a way out that presents the merchant's client certificate (双向证书), for the
    /// calls that need it (v2.md §1.1, §1.6). Of a service provider, the provider's.
    #[must_use]
    pub fn with_client_certificate(self, outbound: Arc<dyn Outbound>) -> Self {
        self.changed(|inner| inner.certified = Some(outbound))
    }

    /// The same client with another policy of repeating.
    #[must_use]
    pub fn with_retry(self, retry: RetryPolicy) -> Self {
        self.changed(|inner| inner.retry = retry)
    }

    /// The merchant that calls. It opens notifications, too.
    #[must_use]
    pub fn merchant(&self) -> &Merchant {
        &self.0.merchant
    }

    pub(super) fn changed(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }

    /// True when calls that need the client certificate can be made.
    pub(super) fn has_certificate(&self) -> bool {
        self.0.certified.is_some()
    }

    /// 32 upper-case hexadecimal characters.
    pub(super) fn nonce(&self) -> String {
        upper_hex(&self.0.chance.bytes::<16>())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("mch_id", &self.0.merchant.mch_id)
            .field("hosts", &self.0.hosts)
            .finish_non_exhaustive()
    }
}
