//! What a client in any language needs to talk to the simulator, as values and as a file.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tongbao_wire::{Appid, Mchid, Openid};

use crate::crypto::{fixed, pkcs12};
use crate::{Simulator, TlsEnv, payer, private_file};

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
    /// The merchant's private key, PKCS#8 in PEM.
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
        let payers: Vec<String> =
            self.with_state(|state, _, _| state.payers.iter().map(|(id, _)| id).collect());
        let merchant = |merchant: &std::sync::Arc<crate::platform::Merchant>| {
            let (settings, keys) = (&merchant.settings, &merchant.keys);
            let apps = settings.apps.iter().map(|app| AppEnv {
                appid: app.appid.clone(),
                secret: app.secret.clone(),
                openids: payers.iter().map(|id| (id.clone(), payer::openid(&app.appid, id))).collect(),
            });
            MerchantEnv {
                mchid: settings.mchid.clone(),
                name: settings.name.clone(),
                serial_no: keys.certificate.serial_no.clone(),
                private_key_pem: keys.private_key_pem.clone(),
                certificate_pem: keys.certificate.pem.clone(),
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
    /// platform's `apiclient_cert.p12` (v2.md §1.6). `None` when there is no such merchant.
    #[must_use]
    pub fn pkcs12(&self, mchid: &Mchid) -> Option<Vec<u8>> {
        let platform = &self.inner.platform;
        let merchant = platform.merchant(mchid)?;
        let key_der = fixed::pem_to_der(&merchant.keys.private_key_pem).expect("a key that signs");
        let certificate_der = &merchant.keys.certificate.der;
        Some(pkcs12::file(&key_der, certificate_der, mchid.as_str(), &platform.chance))
    }

    /// Writes `path` with `KEY=value` lines for the first merchant, and the PEM files they name beside it,
    /// all readable by their owner only. Lines of keys this mode does not have are left out.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write_env(&self, path: &Path) -> io::Result<()> {
        let env = self.env();
        let merchant = env.merchants.first().expect("settings have at least one merchant");
        let app = merchant.apps.first().expect("merchants have at least one mini program");
        let first_payer = &self.inner.platform.first_payer;
        let mut lines = String::new();
        let mut line = |key: &str, value: &str| {
            let _ = writeln!(lines, "{key}={}", quoted(value));
        };
        line("WXPAY_BASE_URL", &env.base_url);
        line("MCHID", merchant.mchid.as_str());
        line("APPID", app.appid.as_str());
        line("APP_SECRET", &app.secret);
        line("OPENID", payer::openid(&app.appid, first_payer).as_str());
        line("MCH_SERIAL", &merchant.serial_no);
        line("MCH_PRIVATE_KEY", &beside(path, "mch_private_key.pem", &merchant.private_key_pem)?);
        line("MCH_CERT", &beside(path, "mch_cert.pem", &merchant.certificate_pem)?);
        let p12 = self.pkcs12(&merchant.mchid).expect("just listed");
        line("MCH_P12", &beside(path, "mch_cert.p12", p12)?);
        line("APIV3_KEY", &merchant.apiv3_key);
        line("APIV2_KEY", &merchant.apiv2_key);
        // A provider with a sub-merchant, when there is one (v3.md §3).
        if let Some((provider, sub)) = env.partners() {
            let (app, sub_app) = (&provider.apps[0], &sub.apps[0]);
            line("SP_MCHID", provider.mchid.as_str());
            line("SP_APPID", app.appid.as_str());
            line("SP_OPENID", payer::openid(&app.appid, first_payer).as_str());
            line("SP_SERIAL", &provider.serial_no);
            line("SP_PRIVATE_KEY", &beside(path, "sp_private_key.pem", &provider.private_key_pem)?);
            line("SP_CERT", &beside(path, "sp_cert.pem", &provider.certificate_pem)?);
            line("SP_APIV3_KEY", &provider.apiv3_key);
            line("SP_APIV2_KEY", &provider.apiv2_key);
            line("SUB_MCHID", sub.mchid.as_str());
            line("SUB_APPID", sub_app.appid.as_str());
            line("SUB_OPENID", payer::openid(&sub_app.appid, first_payer).as_str());
        }
        if let Some(key) = &env.platform_public_key {
            line("PLATFORM_PUBLIC_KEY", &beside(path, "platform_public_key.pem", &key.pem)?);
            line("PLATFORM_PUBLIC_KEY_ID", &key.id);
        }
        if let Some(certificate) = &env.platform_certificate {
            line("PLATFORM_CERT", &beside(path, "platform_cert.pem", &certificate.pem)?);
            line("PLATFORM_CERT_SERIAL", &certificate.serial_no);
        }
        if let Some(tls) = &env.tls {
            line("WXPAY_HTTPS_URL", &tls.base_url);
            line("SIM_CA", &beside(path, "ca.pem", &tls.authority_pem)?);
            if let Some(proxy) = &tls.proxy_url {
                line("SIM_PROXY", proxy);
            }
        }
        private_file::write(path, lines.as_bytes())
    }
}

/// Writes `{path}.{name}` and returns where it is, absolutely.
fn beside(path: &Path, name: &str, bytes: impl AsRef<[u8]>) -> io::Result<String> {
    let mut file = path.as_os_str().to_owned();
    file.push(".");
    file.push(name);
    let file = std::path::absolute(PathBuf::from(file))?;
    private_file::write(&file, bytes.as_ref())?;
    file.into_os_string()
        .into_string()
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "the path is not UTF-8"))
}

/// Values are plain; only paths may hold what a shell would read otherwise.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,*|".contains(c);
    if value.chars().all(plain) { value.into() } else { format!("'{}'", value.replace('\'', r"'\''")) }
}
