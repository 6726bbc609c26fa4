//! The keys an explanation may try.

use std::sync::Arc;

use crate::platform::{Merchant, Platform};
use crate::why::signer::{KnownKey, Owner};

/// Every key the simulator knows, alive as long as it is tried.
pub(crate) struct Keyring<'a> {
    platform: &'a Platform,
    merchants: Vec<Arc<Merchant>>,
}

impl<'a> Keyring<'a> {
    pub(crate) fn of(platform: &'a Platform) -> Self {
        Self { platform, merchants: platform.merchants() }
    }

    pub(crate) fn merchants(&self) -> &[Arc<Merchant>] {
        &self.merchants
    }

    pub(crate) fn keys(&self) -> Vec<KnownKey<'_>> {
        let own = &self.platform.keys;
        let merchants = self.merchants.iter().map(|merchant| KnownKey {
            owner: Owner::Merchant(&merchant.settings.mchid),
            serial: &merchant.keys.certificate.serial_no,
            key: &merchant.keys.key,
        });
        let platform = [
            KnownKey {
                owner: Owner::PlatformCertificate,
                serial: &own.certificate.serial,
                key: &own.certificate.key,
            },
            KnownKey { owner: Owner::PlatformPublicKey, serial: &own.public.serial, key: &own.public.key },
            // Its serial number is nobody's.
            KnownKey { owner: Owner::Published, serial: "", key: &own.stray },
        ];
        merchants.chain(platform).collect()
    }
}
