//! The env file: `KEY=value` lines, and the files that some of them name.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tongbao_wire::Mchid;

use crate::platform::{Merchant, Platform};
use crate::{Simulator, payer, private_file};

/// What a client of one merchant needs, ready to be written. The keys are the simulator's own and open nothing else.
#[derive(Clone, Deserialize, Serialize)]
pub struct EnvFile {
    lines: Vec<Line>,
}

/// A line, its value in it or in a file of its own.
#[derive(Clone, Deserialize, Serialize)]
struct Line {
    key: String,
    #[serde(flatten)]
    content: Content,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Content {
    Value(String),
    /// Text of a file, such as PEM.
    File {
        name: String,
        text: String,
    },
    /// Bytes of a file.
    Binary {
        name: String,
        base64: String,
    },
}

impl Simulator {
    /// What a client of this merchant needs, with its provider when it has one, or its first sub-merchant when it is
    /// one; else with the first provider that has sub-merchants. `None` when there is no such merchant.
    #[must_use]
    pub fn env_file(&self, mchid: &Mchid) -> Option<EnvFile> {
        let platform = &self.inner.platform;
        let merchant = platform.merchant(mchid)?;
        let partners = self.partners(&merchant);
        Platform::make_keys_of(partners.iter().map(|(provider, _)| provider).chain([&merchant]));
        let first_payer = &platform.first_payer;
        let mut lines = Lines(Vec::new());
        lines.value("WXPAY_BASE_URL", &platform.base_url);
        lines.value("MCHID", mchid.as_str());
        if let Some(app) = merchant.settings.apps.first() {
            lines.value("APPID", app.appid.as_str());
            lines.value("APP_SECRET", &app.secret);
            lines.value("OPENID", payer::openid(&app.appid, first_payer).as_str());
        }
        let pair = merchant.keys.pair();
        lines.value("MCH_SERIAL", &pair.certificate.serial_no);
        lines.may_file("MCH_PRIVATE_KEY", "mch_private_key.pem", pair.private_key_pem.as_deref());
        lines.file("MCH_CERT", "mch_cert.pem", &pair.certificate.pem);
        if let Some(p12) = self.pkcs12(mchid) {
            lines.binary("MCH_P12", "mch_cert.p12", &p12);
        }
        lines.value("APIV3_KEY", &merchant.settings.apiv3_key);
        lines.value("APIV2_KEY", &merchant.settings.apiv2_key);
        if let Some((provider, sub)) = partners {
            lines.partners(&provider, &sub, first_payer);
        }
        let ring = platform.ring();
        if ring.mode.has_public_key() {
            let public = &ring.public;
            lines.file("PLATFORM_PUBLIC_KEY", "platform_public_key.pem", &public.certificate.public_key_pem);
            lines.value("PLATFORM_PUBLIC_KEY_ID", &public.serial);
        }
        if ring.mode.has_certificate() {
            let certificate = ring.certificate();
            lines.file("PLATFORM_CERT", "platform_cert.pem", &certificate.certificate.pem);
            lines.value("PLATFORM_CERT_SERIAL", &certificate.serial);
        }
        if let Some(tls) = self.tls_env() {
            lines.value("WXPAY_HTTPS_URL", &tls.base_url);
            lines.file("SIM_CA", "ca.pem", &tls.authority_pem);
            if let Some(proxy) = &tls.proxy_url {
                lines.value("SIM_PROXY", proxy);
            }
        }
        // Keys that were searched for this are kept.
        self.keep_identity();
        Some(EnvFile { lines: lines.0 })
    }

    /// A provider with a sub-merchant (v3.md §3): those that `about` belongs to, or the first.
    fn partners(&self, about: &Merchant) -> Option<(Arc<Merchant>, Arc<Merchant>)> {
        let merchants = self.inner.platform.merchants();
        let pairs = merchants.iter().filter_map(|sub| {
            let provider = merchants.iter().find(|it| sub.settings.providers.contains(&it.settings.mchid))?;
            Some((provider.clone(), sub.clone()))
        });
        let (mine, pairs) = (&about.settings.mchid, pairs.collect::<Vec<_>>());
        let own = pairs
            .iter()
            .find(|(provider, sub)| [&provider.settings.mchid, &sub.settings.mchid].contains(&mine));
        own.or(pairs.first()).cloned()
    }
}

struct Lines(Vec<Line>);

impl Lines {
    fn value(&mut self, key: &str, value: &str) {
        self.0.push(Line { key: key.into(), content: Content::Value(value.into()) });
    }

    fn file(&mut self, key: &str, name: &str, text: &str) {
        self.0
            .push(Line { key: key.into(), content: Content::File { name: name.into(), text: text.into() } });
    }

    fn may_file(&mut self, key: &str, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.file(key, name, text);
        }
    }

    fn binary(&mut self, key: &str, name: &str, bytes: &[u8]) {
        let content = Content::Binary { name: name.into(), base64: STANDARD.encode(bytes) };
        self.0.push(Line { key: key.into(), content });
    }

    fn partners(&mut self, provider: &Merchant, sub: &Merchant, first_payer: &str) {
        let pair = provider.keys.pair();
        self.value("SP_MCHID", provider.settings.mchid.as_str());
        if let Some(app) = provider.settings.apps.first() {
            self.value("SP_APPID", app.appid.as_str());
            self.value("SP_OPENID", payer::openid(&app.appid, first_payer).as_str());
        }
        self.value("SP_SERIAL", &pair.certificate.serial_no);
        self.may_file("SP_PRIVATE_KEY", "sp_private_key.pem", pair.private_key_pem.as_deref());
        self.file("SP_CERT", "sp_cert.pem", &pair.certificate.pem);
        self.value("SP_APIV3_KEY", &provider.settings.apiv3_key);
        self.value("SP_APIV2_KEY", &provider.settings.apiv2_key);
        self.value("SUB_MCHID", sub.settings.mchid.as_str());
        if let Some(app) = sub.settings.apps.first() {
            self.value("SUB_APPID", app.appid.as_str());
            self.value("SUB_OPENID", payer::openid(&app.appid, first_payer).as_str());
        }
    }
}

impl EnvFile {
    /// Writes `path`, and the files it names beside it, all readable by their owner only.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut text = String::new();
        for line in &self.lines {
            let value = match &line.content {
                Content::Value(value) => value.clone(),
                Content::File { name, text } => beside(path, name, text)?,
                Content::Binary { name, base64 } => {
                    let broken = |error| io::Error::new(io::ErrorKind::InvalidData, error);
                    beside(path, name, STANDARD.decode(base64).map_err(broken)?)?
                }
            };
            let _ = writeln!(text, "{}={}", line.key, quoted(&value));
        }
        private_file::write(path, text.as_bytes())
    }
}

/// Writes `{path}.{name}` and returns where it is, absolutely.
fn beside(path: &Path, name: &str, bytes: impl AsRef<[u8]>) -> io::Result<String> {
    if name.contains(['/', '\\']) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "a file beside another has a plain name"));
    }
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
