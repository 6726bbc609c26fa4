//! What a client in any language needs to talk to the simulator, as values and as a file.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use tongbao_wire::{Appid, Mchid, Openid};

use crate::Simulator;
use crate::payer;

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
    /// Bound mini programs.
    pub apps: Vec<AppEnv>,
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
        let payers: Vec<String> = self.with_state(|state, _, _| state.payers.keys().cloned().collect());
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
                apps: apps.collect(),
            }
        };
        let (public, certificate) = (&platform.keys.public, &platform.keys.certificate);
        Env {
            base_url: platform.base_url.clone(),
            platform_public_key: platform.key_mode.has_public_key().then(|| PlatformPublicKey {
                id: public.serial.clone(),
                pem: public.certificate.public_key_pem.clone(),
            }),
            platform_certificate: platform.key_mode.has_certificate().then(|| PlatformCertificatePem {
                serial_no: certificate.serial.clone(),
                pem: certificate.certificate.pem.clone(),
            }),
            merchants: platform.merchants().iter().map(merchant).collect(),
        }
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
        line("APIV3_KEY", &merchant.apiv3_key);
        line("APIV2_KEY", &merchant.apiv2_key);
        if let Some(key) = &env.platform_public_key {
            line("PLATFORM_PUBLIC_KEY", &beside(path, "platform_public_key.pem", &key.pem)?);
            line("PLATFORM_PUBLIC_KEY_ID", &key.id);
        }
        if let Some(certificate) = &env.platform_certificate {
            line("PLATFORM_CERT", &beside(path, "platform_cert.pem", &certificate.pem)?);
            line("PLATFORM_CERT_SERIAL", &certificate.serial_no);
        }
        write_private(path, &lines)
    }
}

/// Writes `{path}.{name}` and returns where it is, absolutely.
fn beside(path: &Path, name: &str, text: &str) -> io::Result<String> {
    let mut file = path.as_os_str().to_owned();
    file.push(".");
    file.push(name);
    let file = std::path::absolute(PathBuf::from(file))?;
    write_private(&file, text)?;
    file.into_os_string()
        .into_string()
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "the path is not UTF-8"))
}

/// Written anew and moved into place, so that nobody reads half of it or keeps an old file's permissions.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    let draft = PathBuf::from(draft);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
        options.mode(0o600);
        if let Ok(left_over) = std::fs::metadata(&draft) {
            let mut permissions = left_over.permissions();
            permissions.set_mode(0o600);
            std::fs::set_permissions(&draft, permissions)?;
        }
    }
    let mut file = options.open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&draft, path)
}

/// Values are plain; only paths may hold what a shell would read otherwise.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,*|".contains(c);
    if value.chars().all(plain) { value.into() } else { format!("'{}'", value.replace('\'', r"'\''")) }
}
