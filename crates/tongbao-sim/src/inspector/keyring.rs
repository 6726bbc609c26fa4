//! The keys an explanation may try.

use std::sync::Arc;

use crate::platform::{Merchant, Platform, Ring};
use crate::why::signer::{KnownKey, Owner};

/// Every key the simulator knows, alive as long as it is tried.
pub(crate) struct Keyring<'a> {
    platform: &'a Platform,
    ring: Arc<Ring>,
    merchants: Vec<Arc<Merchant>>,
}

impl<'a> Keyring<'a> {
    pub(crate) fn of(platform: &'a Platform) -> Self {
        Self { platform, ring: platform.ring(), merchants: platform.merchants() }
    }

    pub(crate) fn merchants(&self) -> &[Arc<Merchant>] {
        &self.merchants
    }

    pub(crate) fn keys(&self) -> Vec<KnownKey<'_>> {
        let merchants = self.merchants.iter().filter_map(|merchant| {
            let pair = merchant.keys.pair_made()?;
            let owner = Owner::Merchant(&merchant.settings.mchid);
            Some(KnownKey { owner, serial: &pair.certificate.serial_no, key: &pair.key })
        });
        let certificates = self.ring.certificates.iter().map(|pair| KnownKey {
            owner: Owner::PlatformCertificate,
            serial: &pair.serial,
            key: &pair.key,
        });
        let public = &self.ring.public;
        let others = [
            KnownKey { owner: Owner::PlatformPublicKey, serial: &public.serial, key: &public.key },
            // Its serial number is nobody's.
            KnownKey { owner: Owner::Published, serial: "", key: self.platform.stray() },
        ];
        merchants.chain(certificates).chain(others).collect()
    }
}
