//! The platform's own pairs, which change while it runs: both kinds, the migration between them, and the
//! rotation of certificates (v3.md §1.8).

use std::sync::{Arc, PoisonError};

use serde::{Deserialize, Serialize};
use tongbao_wire::Mchid;

use super::{Merchant, Platform};
use crate::crypto::{KeptKey, Keys, PlatformKey, Sealer};
use crate::{CryptoSettings, KeyMode, SimError};

/// What signs at present.
#[derive(Clone)]
pub(crate) struct Ring {
    pub(crate) mode: KeyMode,
    /// The oldest first; more than one while a rotation is under way.
    pub(crate) certificates: Vec<Arc<PlatformKey>>,
    pub(crate) public: Arc<PlatformKey>,
    /// The share of notifications by the public-key pair with both kinds, in thousandths; by what calls ask for
    /// when it is not said.
    pub(crate) public_key_permille: Option<u16>,
}

/// A ring, to be had again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptRing {
    pub(crate) mode: KeyMode,
    certificates: Vec<KeptKey>,
    public: KeptKey,
    public_key_permille: Option<u16>,
}

impl KeptRing {
    pub(crate) fn ring(&self, crypto: &CryptoSettings) -> Result<Ring, SimError> {
        let certificates =
            self.certificates.iter().map(|kept| PlatformKey::again(kept, crypto).map(Arc::new));
        Ok(Ring {
            mode: self.mode,
            certificates: certificates.collect::<Result<_, _>>()?,
            public: Arc::new(PlatformKey::again(&self.public, crypto)?),
            public_key_permille: self.public_key_permille,
        })
    }
}

impl Ring {
    pub(crate) fn kept(&self) -> KeptRing {
        KeptRing {
            mode: self.mode,
            certificates: self.certificates.iter().map(|key| key.kept()).collect(),
            public: self.public.kept(),
            public_key_permille: self.public_key_permille,
        }
    }

    /// The newest certificate's pair.
    pub(crate) fn certificate(&self) -> &Arc<PlatformKey> {
        self.certificates.last().expect("there is always one, shown or not")
    }

    /// The certificates that merchants may see.
    pub(crate) fn shown_certificates(&self) -> &[Arc<PlatformKey>] {
        if self.mode.has_certificate() { &self.certificates } else { &[] }
    }
}

impl Platform {
    /// What signs now.
    pub(crate) fn ring(&self) -> Arc<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn turn(&self, change: impl FnOnce(&mut Ring)) {
        let mut ring = self.ring.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut ring));
        self.raise_news();
    }

    /// The pair a `Wechatpay-Serial` names, when this key mode has it.
    pub(crate) fn key_named(&self, serial: &str) -> Option<Arc<PlatformKey>> {
        let ring = self.ring();
        let public = Some(&ring.public).filter(|_| ring.mode.has_public_key());
        ring.shown_certificates().iter().chain(public).find(|key| key.serial == serial).cloned()
    }

    /// The pair that signs for somebody who named none (v3.md §1.8: with both, the certificate).
    pub(crate) fn key_unnamed(&self) -> Arc<PlatformKey> {
        let ring = self.ring();
        if ring.mode.has_certificate() { ring.certificate().clone() } else { ring.public.clone() }
    }

    /// The pair that signs a notification: with both kinds, the one that answers the merchant's calls, or
    /// by chance and the migration's share.
    pub(crate) fn key_of_notification(&self, answered_with: Option<&str>) -> Arc<PlatformKey> {
        let ring = self.ring();
        let named = || answered_with.and_then(|serial| self.key_named(serial));
        match ring.mode {
            KeyMode::Certificate => named().unwrap_or_else(|| ring.certificate().clone()),
            KeyMode::PublicKey => ring.public.clone(),
            KeyMode::Both => {
                let share = ring.public_key_permille;
                let share = share.or((!self.switches.notifications_follow_calls)
                    .then_some(self.switches.notifications_by_public_key_permille));
                match share {
                    None => named().unwrap_or_else(|| self.key_unnamed()),
                    Some(share) if self.draws(share) => ring.public.clone(),
                    Some(_) => ring.certificate().clone(),
                }
            }
        }
    }

    /// True in so many of a thousand cases.
    pub(crate) fn draws(&self, permille: u16) -> bool {
        permille > 0 && u16::from_le_bytes(self.chance.bytes()) % 1000 < permille
    }

    /// Changes which kinds of pairs there are. A pair that never was shown is made now.
    pub(crate) fn set_key_mode(&self, mode: KeyMode) -> Result<(), SimError> {
        let ring = self.ring();
        let certificate = Some(ring.certificate()).filter(|key| mode.has_certificate() && key.is_stand_in);
        let public = Some(&ring.public).filter(|key| mode.has_public_key() && key.is_stand_in);
        let now = self.clock.transport();
        let certificate = match certificate {
            Some(_) => Some(Keys::new_certificate(&self.crypto, &self.chance, now)?),
            None => None,
        };
        let public = match public {
            Some(known) => Some(Keys::new_public(&known.serial, &self.chance, now)?),
            None => None,
        };
        self.turn(|ring| {
            ring.mode = mode;
            if let Some(made) = certificate {
                ring.certificates = vec![Arc::new(made)];
            }
            if let Some(made) = public {
                ring.public = Arc::new(made);
            }
        });
        Ok(())
    }

    /// Adds a certificate: from now on it signs for whoever names none, and both are listed.
    pub(crate) fn rotate_certificate(&self) -> Result<(), SimError> {
        let made = Keys::new_certificate(&self.crypto, &self.chance, self.clock.transport())?;
        self.turn(|ring| {
            ring.certificates.push(Arc::new(made));
            let over = ring.certificates.len().saturating_sub(CERTIFICATES_MAX);
            ring.certificates.drain(..over);
        });
        Ok(())
    }

    /// Ends a rotation: only the newest certificate stays.
    pub(crate) fn retire_certificates(&self) {
        self.turn(|ring| drop(ring.certificates.drain(..ring.certificates.len() - 1)));
    }

    /// Moves the share of notifications that the public-key pair signs.
    pub(crate) fn set_public_key_share(&self, permille: Option<u16>) {
        self.turn(|ring| ring.public_key_permille = permille.map(|permille| permille.min(1000)));
    }

    /// Gives a merchant another `APIv3` key. False when there is no such merchant.
    pub(crate) fn set_apiv3_key(&self, mchid: &Mchid, key: &str) -> Result<bool, SimError> {
        let sealer = Sealer::new(key)?;
        let mut merchants = self.merchants.write().unwrap_or_else(PoisonError::into_inner);
        let Some(merchant) = merchants.iter_mut().find(|merchant| merchant.settings.mchid == *mchid) else {
            return Ok(false);
        };
        let mut settings = merchant.settings.clone();
        settings.apiv3_key = key.into();
        let keys = merchant.keys.resealed(sealer);
        *merchant = Arc::new(Merchant { number: merchant.number, came: merchant.came, settings, keys });
        self.raise_news();
        Ok(true)
    }
}

/// Certificates at once: two during a rotation (v3.md §1.8), and room for one begun too early.
const CERTIFICATES_MAX: usize = 3;
