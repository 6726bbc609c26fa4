//! Configuration: an embedded, commented default under a file under the environment.
//!
//! [`Config::load`] reads the three and finds what is misspelt, missing or of the wrong type;
//! [`Config::check`] reads the keys and finds what cannot work. Each returns every mistake it finds, not
//! the first one, so that a person mends the file once.

mod account;
mod address;
mod check;
mod environment;
mod inspect;
mod keys;
mod layers;
mod mistake;
mod reference;
mod shape;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tongbao_domain::SurplusPolicy;
use tongbao_wire::Timestamp;

pub use check::{Checked, CheckedAccount, CheckedApiKey, CheckedPlatform, CheckedServer};
pub use environment::Environment;
pub use mistake::{ConfigErrors, Mistake, Place, Words};
pub use reference::{PlatformCertificate, Reference};

/// The embedded default. It is the manual too: every key is in it, with what it means.
pub const DEFAULT: &str = include_str!("config/default.toml");

/// The configuration as written: well-formed, not yet known to work.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The process.
    pub server: Server,
    /// Where WeChat answers.
    pub platform: Platform,
    /// Merchant identities by name. The name is part of the notify address.
    #[serde(default)]
    pub accounts: BTreeMap<String, Account>,
    /// Orders.
    pub orders: Orders,
    /// What the mini program may do.
    pub client: Client,
    /// Keys of the merchant API.
    #[serde(default)]
    pub api_keys: Vec<ApiKey>,
    /// The price list of a shop without a back end.
    #[serde(default)]
    pub goods: Vec<Good>,
    /// Relative paths are counted from here: the directory of the file, else the working directory.
    #[serde(skip)]
    pub home: PathBuf,
}

/// The process.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Where to listen: `127.0.0.1:8080`.
    pub listen: String,
    /// How the world reaches us, without a slash at the end: `https://pay.example.com`.
    pub public_url: String,
    /// The directory of the database, `tongbao.db`.
    pub data: PathBuf,
    /// What is logged, such as `info` or `info,tongbao=debug`.
    pub log: String,
    /// How it is logged.
    pub log_format: LogFormat,
    /// Connections at one time.
    pub connections_max: usize,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Where WeChat answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// WeChat Pay.
    pub base_url: String,
    /// Where calls go that are safe to repeat when the first address gives no answer.
    #[serde(default)]
    pub backup_url: Option<String>,
    /// WeChat login.
    pub login_url: String,
}

/// One merchant identity (直连商户) and the app that sells for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The merchant's number (商户号).
    pub mchid: String,
    /// The mini program or official account.
    pub appid: String,
    /// `AppSecret` of that app.
    pub app_secret: Reference,
    /// `apiclient_key.pem`.
    pub merchant_key: Reference,
    /// `apiclient_cert.pem`.
    pub merchant_certificate: Reference,
    /// The `APIv3` key: 32 characters.
    pub apiv3_key: Reference,
    /// `WeChat Pay` public key (微信支付公钥), `pub_key.pem`.
    #[serde(default)]
    pub platform_public_key: Option<Reference>,
    /// Its id: `PUB_KEY_ID_…`.
    #[serde(default)]
    pub platform_public_key_id: Option<String>,
    /// Platform certificate (平台证书): a file, or `download`.
    #[serde(default)]
    pub platform_certificate: Option<PlatformCertificate>,
    /// Shown to the payer.
    pub merchant_name: String,
    /// What happens to money nobody asked for.
    #[serde(default)]
    pub surplus: SurplusPolicy,
}

/// Orders.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orders {
    /// How long an order can be paid unless it says otherwise: 1 to 10080 (7 days).
    pub expires_in_minutes: u32,
}

/// What the mini program may do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// How long a login lasts: 1 to 8760 (a year).
    pub session_hours: u32,
    /// Whether the mini program may pay at all.
    pub payment_enabled: bool,
}

/// A key of the merchant API.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// How logs and timelines call it.
    pub name: String,
    /// The account it acts for.
    pub account: String,
    /// The bearer key: 32 characters or more.
    pub secret: Reference,
}

/// One line of the price list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Good {
    /// What orders name it by.
    pub id: String,
    /// Its name in Chinese.
    pub name: String,
    /// Its name in English.
    #[serde(default)]
    pub name_en: String,
    /// A sentence in Chinese.
    #[serde(default)]
    pub description: String,
    /// A sentence in English.
    #[serde(default)]
    pub description_en: String,
    /// What one costs, in fen (分), above zero.
    pub price_fen: i64,
    /// An emoji, or the address of a picture.
    #[serde(default)]
    pub picture: String,
    /// The account that sells it.
    pub account: String,
}

impl Config {
    /// Reads the file at `path` (none: only the default) over the embedded default, and the environment
    /// over both: `TONGBAO_SERVER__LISTEN` is `server.listen`.
    ///
    /// # Errors
    /// [`ConfigErrors`] with every unknown, missing or malformed key, and every secret written in clear.
    pub fn load(path: Option<&Path>, environment: &Environment) -> Result<Self, ConfigErrors> {
        layers::load(path, environment)
    }

    /// Reads keys and certificates, and finds everything that would not work at the time `now`. Creates
    /// the data directory when it is missing.
    ///
    /// # Errors
    /// [`ConfigErrors`] with every mistake. What works but should be looked at comes with the result, as
    /// [`Checked::warnings`].
    pub fn check(&self, environment: &Environment, now: Timestamp) -> Result<Checked, ConfigErrors> {
        check::check(self, environment, now)
    }

    /// `path` counted from [`Config::home`].
    #[must_use]
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.home.join(path)
    }
}

#[cfg(test)]
mod tests;
