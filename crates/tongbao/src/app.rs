//! What every entry shares.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tongbao_domain::JobChange;
use tongbao_store::Store;
use tongbao_wire::seam::{Chance, Clock};

use crate::account::Account;
use crate::api_key::ApiKey;
use crate::freshness::Freshness;
use crate::goods::Good;
use crate::metrics::Metrics;

/// The server: its store, its accounts, and the seams it was given. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What an [`App`] is made of.
pub struct Parts {
    /// Everything durable.
    pub store: Store,
    /// Merchant identities by name.
    pub accounts: BTreeMap<String, Account>,
    /// Keys of the merchant API.
    pub api_keys: Vec<ApiKey>,
    /// What a shop without a back end sells.
    pub goods: Vec<Good>,
    /// The choices that are not an account's.
    pub rules: Rules,
    /// The time.
    pub clock: Clock,
    /// Chance.
    pub chance: Chance,
    /// What is counted.
    pub metrics: Metrics,
    /// When each payment was last asked about.
    pub freshness: Freshness,
    /// Wakes the worker when a job became due at once.
    pub wake: Notify,
}

/// The longest wait between two looks of the worker: jobs of other nodes and leases of dead ones are seen
/// within it.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The choices that are not an account's.
#[derive(Clone, Debug)]
pub struct Rules {
    /// How long an order can be paid, unless it says otherwise.
    pub order_life: Duration,
    /// How long a login of the mini program lasts.
    pub session_life: Duration,
    /// Whether the mini program may pay at all.
    pub payment_enabled: bool,
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// Wakes the worker for jobs that come due before it would look by itself. Most do not, and a look for
    /// nothing costs a write.
    pub fn wake_for(&self, jobs: &[JobChange]) {
        let soon = self.clock.now().plus(LOOK_EVERY);
        if jobs.iter().any(|job| matches!(job, JobChange::Set { due, .. } if *due <= soon)) {
            self.wake.notify_one();
        }
    }

    /// The account with that name.
    #[must_use]
    pub fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.get(name)
    }

    /// The account the mini program and the shop use: the first by name.
    #[must_use]
    pub fn shop_account(&self) -> Option<&Account> {
        self.accounts.values().next()
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
