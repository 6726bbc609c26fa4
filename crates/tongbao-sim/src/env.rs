//! What a client in any language needs to talk to the simulator, as values and as a file.

mod file;

use std::io;
use std::path::Path;

use serde::Serialize;
use tongbao_wire::{Appid, Mchid, Openid};

use crate::crypto::{fixed, pkcs12};
use crate::platform::Platform;
use crate::{Simulator, TlsEnv, payer};

pub use file::EnvFile;

/// Everything a client needs, keys included. They are the simulator's own and open nothing else.
#[derive(Clone, Debug, Serialize)]
pub struct Env {
    /// Where the simulator is reached: stands for `https://api.mch.weixin.qq.com` and
    /// `https://api.weixin.qq.com` alike.
    pub base_url: String,
    /// The platform's public key, in the modes that have it.
    pub platform_public_key: Option<PlatformPublicKey>,
    /// The platform's certificate, in the modes that have it.
    pub platform_certificate: Option<PlatformCertificatePem>,
    /// How it is reached by TLS, when it is.
    pub tls: Option<TlsEnv>,
    /// Each merchant.
    pub merchants: Vec<MerchantEnv>,
}

/// The platform's public key.
#[derive(Clone, Debug, Serialize)]
pub struct PlatformPublicKey {
    /// `PUB_KEY_ID_…`.
    pub id: String,
    /// PEM.
    pub pem: String,
}

/// The platform's certificate.
#[derive(Clone, Debug, Serialize)]
pub struct PlatformCertificatePem {
    /// 40 hexadecimal digits.
    pub serial_no: String,
    /// PEM.
    pub pem: String,
}

/// One merchant's half of [`Env`].
#[derive(Clone, Debug, Serialize)]
pub struct MerchantEnv {
    /// The merchant's number.
    pub mchid: Mchid,
    /// The short name.
    pub name: String,
    /// Serial of the merchant `API` certificate.
    pub serial_no: String,
    /// The merchant's private key, PKCS#8 in PEM; empty when the merchant keeps it to itself.
    pub private_key_pem: String,
    /// The merchant `API` certificate in PEM.
    pub certificate_pem: String,
    /// The `APIv3` key.
    pub apiv3_key: String,
    /// The `APIv2` key.
    pub apiv2_key: String,
    /// Service providers that act for it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<Mchid>,
    /// Bound mini programs, official accounts and apps.
    pub apps: Vec<AppEnv>,
}

impl Env {
    /// The first provider (服务商) with a sub-merchant (特约商户), in this order.
    #[must_use]
    pub fn partners(&self) -> Option<(&MerchantEnv, &MerchantEnv)> {
        self.merchants.iter().find_map(|sub| {
            let provider = self.merchants.iter().find(|it| sub.providers.contains(&it.mchid))?;
            Some((provider, sub))
        })
    }
}

/// One mini program's half of [`MerchantEnv`].
#[derive(Clone, Debug, Serialize)]
pub struct AppEnv {
    /// The appid.
    pub appid: Appid,
    /// Its `AppSecret`.
    pub secret: String,
    /// Who each payer is to it, by the payer's id.
    pub openids: Vec<(String, Openid)>,
}

impl Simulator {
    /// What clients need.
    #[must_use]
    pub fn env(&self) -> Env {
        let platform = &self.inner.platform;
        Platform::make_keys_of(&platform.merchants());
        let payers: Vec<String> =
            self.with_state(|state, _, _| state.payers.iter().map(|(id, _)| id).collect());
        let merchant = |merchant: &std::sync::Arc<crate::platform::Merchant>| {
            let (settings, pair) = (&merchant.settings, merchant.keys.pair());
            let apps = settings.apps.iter().map(|app| AppEnv {
                appid: app.appid.clone(),
                secret: app.secret.clone(),
                openids: payers.iter().map(|id| (id.clone(), payer::openid(&app.appid, id))).collect(),
            });
            MerchantEnv {
                mchid: settings.mchid.clone(),
                name: settings.name.clone(),
                serial_no: pair.certificate.serial_no.clone(),
                private_key_pem: pair.private_key_pem.clone().unwrap_or_default(),
                certificate_pem: pair.certificate.pem.clone(),
                apiv3_key: settings.apiv3_key.clone(),
                apiv2_key: settings.apiv2_key.clone(),
                providers: settings.providers.clone(),
                apps: apps.collect(),
            }
        };
        let ring = platform.ring();
        let (public, certificate) = (&ring.public, ring.certificate());
        Env {
            base_url: platform.base_url.clone(),
            platform_public_key: ring.mode.has_public_key().then(|| PlatformPublicKey {
                id: public.serial.clone(),
                pem: public.certificate.public_key_pem.clone(),
            }),
            platform_certificate: ring.mode.has_certificate().then(|| PlatformCertificatePem {
                serial_no: certificate.serial.clone(),
                pem: certificate.certificate.pem.clone(),
            }),
            tls: self.tls_env(),
            merchants: platform.merchants().iter().map(merchant).collect(),
        }
    }

    /// Key and certificate of a merchant in one PKCS#12 file, whose password is the merchant's number, as the
    /// platform's `apiclient_cert.p12` (v2.md §1.6). `None` when there is no such merchant, or it keeps its
    /// key to itself.
    #[must_use]
    pub fn pkcs12(&self, mchid: &Mchid) -> Option<Vec<u8>> {
        let platform = &self.inner.platform;
        let merchant = platform.merchant(mchid)?;
        let pair = merchant.keys.pair();
        let key_der = fixed::pem_to_der(pair.private_key_pem.as_ref()?).expect("a key that signs");
        Some(pkcs12::file(&key_der, &pair.certificate.der, mchid.as_str(), &platform.chance))
    }

    /// Writes `path` with `KEY=value` lines for the first merchant, and the PEM files they name beside it,
    /// all readable by their owner only. Lines of keys this mode does not have are left out.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write_env(&self, path: &Path) -> io::Result<()> {
        let merchants = self.inner.platform.merchants();
        let first = merchants.first().expect("settings have at least one merchant");
        self.env_file(&first.settings.mchid).expect("just listed").write(path)
    }
}
