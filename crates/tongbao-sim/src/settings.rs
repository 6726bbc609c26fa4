//! What a simulator is made from.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Appid, Fen, Mchid, Timestamp};

use crate::{FaultScript, FeeRate, Pace, Postman, Seed, Switches, TlsSettings};

/// Everything a simulator needs to know. The edges to the world come in as values.
pub struct Settings {
    /// The base clock; moving the simulator's time by hand comes on top of it.
    pub clock: Clock,
    /// How fast business time passes at first, and after every reset.
    pub pace: Pace,
    /// The business time it begins at, and again after every reset; the base clock's unless said.
    pub begins_at: Option<Timestamp>,
    /// Where ids, nonces, tokens and keys come from.
    pub chance: Chance,
    /// What carries notifications to merchants.
    pub postman: Arc<dyn Postman>,
    /// Where the simulator is reached, such as `http://127.0.0.1:8090`. No slash at the end.
    pub base_url: String,
    /// The merchants, at least one.
    pub merchants: Vec<MerchantSettings>,
    /// The people who pay, at least one. The first is who pays unless another is named.
    pub payers: Vec<PayerSettings>,
    /// Which platform keys sign.
    pub key_mode: KeyMode,
    /// Where the dossier leaves a choice.
    pub switches: Switches,
    /// Where keys come from.
    pub crypto: CryptoSettings,
    /// A directory that keeps the state, for the feature `data`; none keeps it in memory only.
    pub data: Option<PathBuf>,
    /// How many orders memory holds without a directory: past that the oldest that are over are forgotten.
    pub orders_in_memory: usize,
    /// What goes wrong from the beginning (docs/faults.md). With a directory that has a script, it takes its place;
    /// none leaves that one in force.
    pub fault_script: Option<FaultScript>,
    /// Whether it is reached by TLS too, and how.
    pub tls: Option<TlsSettings>,
    /// What [`Settings::plant`] was told.
    pub(crate) seed: Seed,
}

/// A merchant (直连商户).
#[derive(Clone)]
pub struct MerchantSettings {
    /// The merchant's number.
    pub mchid: Mchid,
    /// The short name (商户简称) the cashier shows.
    pub name: String,
    /// Mini programs bound to the merchant.
    pub apps: Vec<AppSettings>,
    /// What the merchant brings along of its key; without, it gets one.
    pub key: MerchantKey,
    /// `APIv3` key: 32 ASCII characters.
    pub apiv3_key: String,
    /// `APIv2` key: 32 ASCII characters.
    pub apiv2_key: String,
    /// Service providers (服务商) that act for it: it is their sub-merchant (特约商户).
    pub providers: Vec<Mchid>,
    /// What of each payment the platform keeps (手续费费率).
    pub fee_rate: FeeRate,
    /// Where the end of refunds is told, in the language of v2, when a refund names no address itself
    /// (v3.md §5.1): a setting on 商户平台.
    pub refund_notify_url: Option<String>,
    /// The 扫码支付回调URL of Native mode 1 (v2.md §2.7): a setting on 商户平台.
    pub scan_callback_url: Option<String>,
}

impl MerchantSettings {
    /// An ordinary merchant without mini programs, at the usual fee.
    #[must_use]
    pub fn new(mchid: Mchid, name: &str, apiv3_key: String, apiv2_key: String) -> Self {
        Self {
            mchid,
            name: name.into(),
            apps: Vec::new(),
            key: MerchantKey::default(),
            apiv3_key,
            apiv2_key,
            providers: Vec::new(),
            fee_rate: FeeRate::USUAL,
            refund_notify_url: None,
            scan_callback_url: None,
        }
    }
}

/// What a merchant brings along of its key and certificate (商户API证书).
#[derive(Clone, Default)]
pub struct MerchantKey {
    /// An RSA key of 2048 bits or more, PKCS#8 in PEM.
    pub private_key_pem: Option<String>,
    /// Its certificate in PEM; made when there is none. Alone, the simulator checks signatures and hands out no key.
    pub certificate_pem: Option<String>,
    /// The serial of the certificate that is made: 40 hexadecimal digits.
    pub serial_no: Option<String>,
}

/// A mini program.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppSettings {
    /// Its appid.
    pub appid: Appid,
    /// Its `AppSecret`, 32 hexadecimal characters.
    pub secret: String,
}

/// A person who can pay.
#[derive(Clone)]
pub struct PayerSettings {
    /// How the person is addressed in calls, such as `payer-1`.
    pub id: String,
    /// How the person is shown.
    pub name: String,
    /// Virtual money in the balance (零钱).
    pub balance: Fen,
    /// Six digits.
    pub password: String,
}

/// Which platform keys exist and sign (v3.md §1.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyMode {
    /// Platform certificate (平台证书) only.
    Certificate,
    /// `WeChat Pay` public key (微信支付公钥) only, as new merchants have.
    PublicKey,
    /// Both, as during the migration: answers follow the request's `Wechatpay-Serial`.
    Both,
}

impl KeyMode {
    pub(crate) const fn has_certificate(self) -> bool {
        matches!(self, Self::Certificate | Self::Both)
    }

    pub(crate) const fn has_public_key(self) -> bool {
        matches!(self, Self::PublicKey | Self::Both)
    }
}

impl std::str::FromStr for KeyMode {
    type Err = SimError;

    /// Reads `certificate`, `public-key` or `both`.
    fn from_str(text: &str) -> Result<Self, SimError> {
        match text {
            "certificate" => Ok(Self::Certificate),
            "public-key" => Ok(Self::PublicKey),
            "both" => Ok(Self::Both),
            other => Err(SimError::Settings {
                field: "key_mode",
                reason: format!("`{other}` is none of certificate, public-key, both"),
            }),
        }
    }
}

/// Where the keys of platform and merchants come from.
#[derive(Clone)]
pub enum CryptoSettings {
    /// New RSA-2048 keys, generated in parallel from [`Settings::chance`].
    Generate,
    /// Published test keys (v3.md §11.1, §11.3) and one of ours, the same in every run: tests start at once.
    /// Every merchant has the same key, under a serial of its own.
    Fixed,
    /// No RSA at all, for simulations that run thousands of times: a signature is HMAC-SHA256 of the
    /// message under `secret`, repeated eight times, so that it has the 256 bytes of RSA-2048. The same
    /// on the merchant's side and the platform's. Key files and certificates are those of
    /// [`CryptoSettings::Fixed`], for their shape only.
    StandIn {
        /// The shared secret.
        secret: Vec<u8>,
    },
}

/// Why a simulator cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// A setting cannot be used.
    #[error("{field}: {reason}")]
    Settings {
        /// The setting.
        field: &'static str,
        /// What is wrong with it and what it should be.
        reason: String,
    },
    /// The directory of the certificate authority cannot be used.
    #[error("the certificate authority in {path}: {reason}", path = path.display())]
    Authority {
        /// The file or directory.
        path: std::path::PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A key or certificate could not be made.
    #[error("cannot make {what}: {reason}")]
    Key {
        /// What was being made.
        what: &'static str,
        /// What the library said.
        reason: String,
    },
}

impl Settings {
    /// What a developer needs: a merchant with a mini program, an official account and a mobile app, in this
    /// order; a service provider with one sub-merchant; two payers with virtual money.
    ///
    /// Keys and secrets are new, drawn from `chance`.
    #[must_use]
    pub fn local(clock: Clock, chance: Chance, postman: Arc<dyn Postman>, base_url: String) -> Self {
        let secret = |length, alphabet| chance.text(length, alphabet);
        let merchant = |mchid, name, appids: &[&str]| {
            let mchid = Mchid::parse(mchid).expect("ten digits");
            let mut merchant = MerchantSettings::new(mchid, name, secret(32, LETTERS), secret(32, LETTERS));
            merchant.apps.extend(appids.iter().map(|appid| AppSettings {
                appid: Appid::parse(appid).expect("letters and digits"),
                secret: secret(32, LOWER_HEX),
            }));
            merchant
        };
        let shop = merchant("1900000001", "通宝小店", &[MINI_PROGRAM, OFFICIAL_ACCOUNT, MOBILE_APP]);
        let provider = merchant("1900000100", "通宝服务商", &["wx00000000000001aa"]);
        let mut sub = merchant("1900000109", "通宝分店", &["wx00000000000001ab"]);
        sub.providers.push(provider.mchid.clone());
        let payer = |id: &str, name: &str| PayerSettings {
            id: id.into(),
            name: name.into(),
            balance: Fen::new(1_000_000),
            password: "123456".into(),
        };
        Self {
            clock,
            pace: Pace::Real,
            begins_at: None,
            postman,
            base_url,
            merchants: vec![shop, provider, sub],
            payers: vec![payer("payer-1", "买家一"), payer("payer-2", "买家二")],
            key_mode: KeyMode::PublicKey,
            switches: Switches::default(),
            crypto: CryptoSettings::Generate,
            orders_in_memory: ORDERS_IN_MEMORY,
            data: None,
            fault_script: None,
            tls: None,
            seed: Seed::default(),
            chance,
        }
    }

    /// Published keys and secrets in place of new ones: whoever was set up for one run works with the next.
    pub fn publish_keys(&mut self) {
        self.crypto = CryptoSettings::Fixed;
        for merchant in &mut self.merchants {
            merchant.apiv3_key = FIXED_APIV3_KEY.into();
            merchant.apiv2_key = FIXED_APIV2_KEY.into();
            for app in &mut merchant.apps {
                app.secret = FIXED_APP_SECRET.into();
            }
        }
    }

    /// TLS at the same address as plain HTTP, which is an HTTP proxy for the platform's names too.
    pub fn speak_tls(&mut self) {
        let base_url = self.base_url.replacen("http://", "https://", 1);
        self.tls = Some(TlsSettings { base_url, proxy: true, ..TlsSettings::default() });
    }
}

/// Some 640 MiB, when all of them are paid and notified.
const ORDERS_IN_MEMORY: usize = 100_000;

/// As public as the keys of [`CryptoSettings::Fixed`]; they open nothing but a simulator.
pub(crate) const FIXED_APIV3_KEY: &str = "TongbaoSimulatorFixedAPIv3Key000";
pub(crate) const FIXED_APIV2_KEY: &str = "TongbaoSimulatorFixedAPIv2Key000";
pub(crate) const FIXED_APP_SECRET: &str = "00000000000000000000000000000001";

/// The apps of the first merchant of [`Settings::local`].
const MINI_PROGRAM: &str = "wx00000000000000aa";
const OFFICIAL_ACCOUNT: &str = "wx00000000000000ab";
const MOBILE_APP: &str = "wx00000000000000ac";

pub(crate) const LOWER_HEX: &str = "0123456789abcdef";
pub(crate) const UPPER_HEX: &str = "0123456789ABCDEF";
pub(crate) const DIGITS: &str = "0123456789";
pub(crate) const LETTERS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
