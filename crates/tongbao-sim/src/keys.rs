//! Changing the platform's keys and the merchants' while the simulator runs (v3.md §1.8).

use serde::Serialize;
use tongbao_wire::Mchid;

use crate::settings::LETTERS;
use crate::{KeyMode, SimError, Simulator};

/// Which of the platform's pairs there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeysView {
    /// `certificate`, `public-key` or `both`.
    pub mode: KeyMode,
    /// The serials of the certificates merchants may see, the oldest first.
    pub certificate_serials: Vec<String>,
    /// The id of the public key, in the modes that have it.
    pub public_key_id: Option<String>,
    /// The share of notifications the public-key pair signs, in thousandths; none while they follow calls.
    pub public_key_permille: Option<u16>,
}

impl Simulator {
    /// Has what changed of merchants and keys written down.
    pub(crate) fn keep_identity(&self) {
        self.with_state(|_, _, _| {});
    }

    /// Which of the platform's pairs there are.
    #[must_use]
    pub fn keys(&self) -> KeysView {
        let ring = self.inner.platform.ring();
        KeysView {
            mode: ring.mode,
            certificate_serials: ring.shown_certificates().iter().map(|key| key.serial.clone()).collect(),
            public_key_id: ring.mode.has_public_key().then(|| ring.public.serial.clone()),
            public_key_permille: ring.public_key_permille,
        }
    }

    /// Changes which kinds of keys sign, as the steps of the migration do (v3.md §1.8). A pair that was not there
    /// is made.
    ///
    /// # Errors
    /// [`SimError`] when a key cannot be made.
    pub fn set_key_mode(&self, mode: KeyMode) -> Result<(), SimError> {
        self.inner.platform.set_key_mode(mode)?;
        self.keep_identity();
        Ok(())
    }

    /// Moves the share of notifications that the public-key pair signs, in thousandths: the grey steps of the
    /// migration (v3.md §1.8). None lets them follow the merchant's calls again.
    pub fn set_public_key_share(&self, permille: Option<u16>) {
        self.inner.platform.set_public_key_share(permille);
        self.keep_identity();
    }

    /// Makes another platform certificate. Until [`Self::retire_platform_certificates`] both are listed by
    /// `/v3/certificates`; who names the older one is answered with it, everybody else with the new one.
    ///
    /// # Errors
    /// [`SimError`] when a key cannot be made.
    pub fn rotate_platform_certificate(&self) -> Result<(), SimError> {
        self.inner.platform.rotate_certificate()?;
        self.keep_identity();
        Ok(())
    }

    /// Ends a rotation: only the newest certificate stays.
    pub fn retire_platform_certificates(&self) {
        self.inner.platform.retire_certificates();
        self.keep_identity();
    }

    /// Gives a merchant another `APIv3` key, drawn unless named, and tells it. What was sealed before stays as
    /// it is. `None` when there is no such merchant.
    ///
    /// # Errors
    /// [`SimError`] when the key has not 32 ASCII characters.
    pub fn set_apiv3_key(&self, mchid: &Mchid, key: Option<&str>) -> Result<Option<String>, SimError> {
        let platform = &self.inner.platform;
        let key = key.map_or_else(|| platform.chance.text(32, LETTERS), str::to_owned);
        let known = platform.set_apiv3_key(mchid, &key)?;
        self.keep_identity();
        Ok(known.then_some(key))
    }
}
