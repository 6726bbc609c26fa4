//! All keys of a simulated platform and its merchants.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use tongbao_wire::seam::Chance;
use tongbao_wire::{Mchid, Timestamp};

use super::certificate::{self, Certificate, Serial, YEARS_VALID};
use super::fixed::{self, pem_to_der};
use super::{Opener, Sealer, SigningKey, generate};
use crate::settings::DIGITS;
use crate::{CryptoSettings, MerchantSettings, Settings, SimError};

/// The keys the platform begins with.
pub(crate) struct Keys {
    /// The pair of the platform certificate.
    pub(crate) certificate: PlatformKey,
    /// The pair of the public-key mode.
    pub(crate) public: PlatformKey,
}

/// One of the platform's pairs.
pub(crate) struct PlatformKey {
    /// What `Wechatpay-Serial` names it by.
    pub(crate) serial: String,
    /// Signs.
    pub(crate) key: SigningKey,
    /// Opens what merchants encrypted for it.
    pub(crate) opener: Opener,
    /// The certificate; of the public-key pair only its public key counts.
    pub(crate) certificate: Certificate,
    /// A published key in the place of one that nobody sees in this key mode.
    pub(crate) is_stand_in: bool,
}

/// One of the platform's pairs, to be had again.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptKey {
    serial: String,
    private_key_pem: String,
    certificate_pem: String,
    is_stand_in: bool,
}

impl PlatformKey {
    pub(crate) fn kept(&self) -> KeptKey {
        KeptKey {
            serial: self.serial.clone(),
            private_key_pem: self.opener.private_key_pem().to_owned(),
            certificate_pem: self.certificate.pem.clone(),
            is_stand_in: self.is_stand_in,
        }
    }

    pub(crate) fn again(kept: &KeptKey, crypto: &CryptoSettings) -> Result<Self, SimError> {
        let key = match crypto {
            CryptoSettings::StandIn { secret } => SigningKey::stand_in(secret),
            CryptoSettings::Generate | CryptoSettings::Fixed => {
                SigningKey::from_pkcs8(&pem_to_der(&kept.private_key_pem)?)?
            }
        };
        Ok(Self {
            serial: kept.serial.clone(),
            key,
            opener: Opener::new(&kept.private_key_pem),
            certificate: certificate::read(&kept.certificate_pem)?,
            is_stand_in: kept.is_stand_in,
        })
    }
}

/// What the platform knows of a merchant's keys, and what it hands out to the developer. A pair that is to be new
/// is searched when somebody first needs it: sub-merchants mostly never do.
pub(crate) struct MerchantKeys {
    /// Encrypts for the merchant.
    pub(crate) sealer: Sealer,
    mchid: Mchid,
    source: Source,
    /// The secret of [`CryptoSettings::StandIn`].
    stand_in: Option<Vec<u8>>,
    pair: Arc<OnceLock<Pair>>,
    /// Raised when a pair was searched: it is to be kept.
    news: Arc<AtomicBool>,
}

/// A merchant's key with its certificate.
pub(crate) struct Pair {
    /// Checks signatures.
    pub(crate) key: SigningKey,
    /// The merchant `API` certificate.
    pub(crate) certificate: Certificate,
    /// The private key in PEM, for the developer; none when the merchant keeps it.
    pub(crate) private_key_pem: Option<String>,
}

/// Where a merchant's pair comes from.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Source {
    /// A new key from these seeds, the same whenever it is made.
    Drawn { seeds: [[u8; 32]; 2], serial: Serial, since: Timestamp },
    /// A private key that was brought along, or was made before.
    Private { pem: String, serial: Serial, since: Timestamp },
    /// A certificate that was brought along, or was made before.
    Certified { certificate_pem: String, private_key_pem: Option<String> },
    /// The published one.
    Published { serial: Option<Serial> },
}

impl MerchantKeys {
    /// Keys of a merchant; what was brought along is checked, what is to be new is made later.
    pub(crate) fn new(
        crypto: &CryptoSettings,
        merchant: &MerchantSettings,
        source: Source,
        news: &Arc<AtomicBool>,
    ) -> Result<Self, SimError> {
        let stand_in = match crypto {
            CryptoSettings::StandIn { secret } => Some(secret.clone()),
            CryptoSettings::Generate | CryptoSettings::Fixed => None,
        };
        let keys = Self {
            sealer: Sealer::new(&merchant.apiv3_key)?,
            mchid: merchant.mchid.clone(),
            source,
            stand_in,
            pair: Arc::default(),
            news: Arc::clone(news),
        };
        if matches!(keys.source, Source::Private { .. } | Source::Certified { .. }) {
            let _new = keys.pair.set(keys.make()?);
        }
        Ok(keys)
    }

    fn make(&self) -> Result<Pair, SimError> {
        let mut pair = self.source.pair(&self.mchid)?;
        if let Some(secret) = &self.stand_in {
            pair.key = SigningKey::stand_in(secret);
        }
        Ok(pair)
    }

    /// The pair, made now when it never was needed.
    pub(crate) fn pair(&self) -> &Pair {
        self.pair.get_or_init(|| {
            self.news.store(true, Ordering::Relaxed);
            self.make().expect("primes make a key, and a key a certificate")
        })
    }

    /// The pair, unless it is still to be searched: nobody has that one, so nobody signs with it.
    pub(crate) fn pair_made(&self) -> Option<&Pair> {
        match self.source {
            Source::Drawn { .. } => self.pair.get(),
            Source::Private { .. } | Source::Certified { .. } | Source::Published { .. } => Some(self.pair()),
        }
    }

    /// What makes the same keys again, without a search when there was one.
    pub(crate) fn source(&self) -> Source {
        match (&self.source, self.pair.get()) {
            (Source::Drawn { .. } | Source::Private { .. }, Some(pair)) => Source::Certified {
                certificate_pem: pair.certificate.pem.clone(),
                private_key_pem: pair.private_key_pem.clone(),
            },
            (source, _) => source.clone(),
        }
    }

    /// Where the pair comes from, in a word.
    pub(crate) const fn source_word(&self) -> &'static str {
        self.source.as_str()
    }

    /// The same keys of the same merchant.
    pub(crate) fn shared(&self) -> Self {
        self.resealed(self.sealer.clone())
    }

    /// The same with another `APIv3` key.
    pub(crate) fn resealed(&self, sealer: Sealer) -> Self {
        Self {
            sealer,
            mchid: self.mchid.clone(),
            source: self.source.clone(),
            stand_in: self.stand_in.clone(),
            pair: Arc::clone(&self.pair),
            news: Arc::clone(&self.news),
        }
    }
}

impl Source {
    /// What a merchant of these settings gets: what it brought along, else what is usual in this run.
    pub(crate) fn of(
        crypto: &CryptoSettings,
        merchant: &MerchantSettings,
        chance: &Chance,
        now: Timestamp,
    ) -> Result<Self, SimError> {
        let serial = match &merchant.key.serial_no {
            None => None,
            Some(text) => Some(Serial::parse(text).ok_or_else(|| SimError::Settings {
                field: "serial_no",
                reason: "must have 40 hexadecimal digits, the first from 1 to 7".into(),
            })?),
        };
        if let Some(certificate_pem) = merchant.key.certificate_pem.clone() {
            if serial.is_some() {
                return Err(SimError::Settings {
                    field: "serial_no",
                    reason: "a certificate brings its own".into(),
                });
            }
            return Ok(Self::Certified {
                certificate_pem,
                private_key_pem: merchant.key.private_key_pem.clone(),
            });
        }
        let drawn = || {
            let salt: [u8; 16] = chance.bytes();
            Serial::of(merchant.mchid.as_str(), &salt)
        };
        if let Some(pem) = merchant.key.private_key_pem.clone() {
            return Ok(Self::Private { pem, serial: serial.unwrap_or_else(drawn), since: now });
        }
        Ok(match crypto {
            CryptoSettings::Generate => {
                let serial = serial.unwrap_or_else(drawn);
                Self::Drawn { seeds: [chance.bytes(), chance.bytes()], serial, since: now }
            }
            CryptoSettings::Fixed | CryptoSettings::StandIn { .. } => Self::Published { serial },
        })
    }

    /// How it is called where it is told.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Self::Drawn { .. } => "generated",
            Self::Private { .. } | Self::Certified { .. } => "given",
            Self::Published { .. } => "published",
        }
    }

    fn pair(&self, mchid: &Mchid) -> Result<Pair, SimError> {
        match self {
            Self::Drawn { seeds, serial, since } => {
                let pem = generate::from_seeds(seeds)?.remove(0);
                private(pem, mchid, serial, *since)
            }
            Self::Private { pem, serial, since } => private(pem.clone(), mchid, serial, *since),
            Self::Certified { certificate_pem, private_key_pem } => {
                certified(certificate_pem, private_key_pem.as_deref())
            }
            Self::Published { serial } => Ok(Pair {
                key: fixed::merchant_key()?,
                certificate: fixed_merchant_certificate(mchid, serial.as_ref())?,
                private_key_pem: Some(fixed::MERCHANT_PEM.into()),
            }),
        }
    }
}

fn private(pem: String, mchid: &Mchid, serial: &Serial, since: Timestamp) -> Result<Pair, SimError> {
    Ok(Pair {
        key: SigningKey::from_pkcs8(&pem_to_der(&pem)?)?,
        certificate: certificate::make(&pem, mchid.as_str(), serial, since, YEARS_VALID)?,
        private_key_pem: Some(pem),
    })
}

fn certified(certificate_pem: &str, private_key_pem: Option<&str>) -> Result<Pair, SimError> {
    let certificate = certificate::read(certificate_pem)?;
    let refuse = |reason: &str| SimError::Key { what: "a certificate", reason: reason.into() };
    let verifying = certificate.verifying_key().ok_or_else(|| refuse("it has no RSA key"))?;
    let Some(pem) = private_key_pem else {
        return Ok(Pair { key: verifying, certificate, private_key_pem: None });
    };
    let key = SigningKey::from_pkcs8(&pem_to_der(pem)?)?;
    if key.public_numbers() != verifying.public_numbers() {
        return Err(refuse("it does not belong to the private key"));
    }
    Ok(Pair { key, certificate, private_key_pem: Some(pem.into()) })
}

impl Keys {
    /// A key that is not the platform's, for answers nobody must believe.
    pub(crate) fn stray(crypto: &CryptoSettings) -> Result<SigningKey, SimError> {
        match crypto {
            CryptoSettings::StandIn { secret } => {
                Ok(SigningKey::stand_in(&[secret, b"stray".as_slice()].concat()))
            }
            CryptoSettings::Generate | CryptoSettings::Fixed => fixed::merchant_key(),
        }
    }

    /// Another certificate of the platform, whose key is new where keys are.
    pub(crate) fn new_certificate(
        crypto: &CryptoSettings,
        chance: &Chance,
        now: Timestamp,
    ) -> Result<PlatformKey, SimError> {
        let salt: [u8; 16] = chance.bytes();
        let published = fixed::PLATFORM_CERTIFICATE_PEM;
        match crypto {
            CryptoSettings::Generate => {
                let pems = generate::keys(1, chance)?;
                platform(&pems[0], &salt, now, None)
            }
            CryptoSettings::Fixed => platform(published, &salt, now, None),
            CryptoSettings::StandIn { secret } => {
                let key = SigningKey::stand_in(secret);
                Ok(PlatformKey { key, ..platform(published, &salt, now, None)? })
            }
        }
    }

    /// The pair behind a public key's id, made when it is first needed.
    pub(crate) fn new_public(id: &str, chance: &Chance, now: Timestamp) -> Result<PlatformKey, SimError> {
        let (pems, salt): (_, [u8; 16]) = (generate::keys(1, chance)?, chance.bytes());
        platform(&pems[0], &salt, now, Some(id.into()))
    }

    /// Makes or takes the platform's keys. A pair that this mode does not have is never shown nor signs, so a
    /// published key stands in its place and no start waits for it. One more key is made at the same time, for
    /// who will need it first.
    pub(crate) fn new(settings: &Settings, first: &mut Source) -> Result<Self, SimError> {
        match &settings.crypto {
            CryptoSettings::Generate => Self::generate(settings, first),
            CryptoSettings::Fixed => Self::fixed(&|pem| SigningKey::from_pkcs8(&pem_to_der(pem)?)),
            CryptoSettings::StandIn { secret } => Self::fixed(&|_| Ok(SigningKey::stand_in(secret))),
        }
    }

    fn generate(settings: &Settings, first: &mut Source) -> Result<Self, SimError> {
        let (mode, now) = (settings.key_mode, settings.clock.now());
        let pairs = usize::from(mode.has_certificate()) + usize::from(mode.has_public_key());
        let mut seeds: Vec<[u8; 32]> = (0..pairs * 2).map(|_| settings.chance.bytes()).collect();
        if let Source::Drawn { seeds: theirs, .. } = &*first {
            seeds.extend(theirs);
        }
        let mut pems = generate::from_seeds(&seeds)?.into_iter();
        let mut next_if = |has: bool, unused: &str| {
            if has { pems.next().expect("as many as were asked for") } else { unused.to_owned() }
        };
        let salt: [u8; 16] = settings.chance.bytes();
        let id = format!("PUB_KEY_ID_{}", settings.chance.text(28, DIGITS));
        let certificate = next_if(mode.has_certificate(), fixed::PLATFORM_CERTIFICATE_PEM);
        let public = next_if(mode.has_public_key(), fixed::PLATFORM_PUBLIC_PEM);
        if let Source::Drawn { serial, since, .. } = &*first {
            let pem = pems.next().expect("as many as were asked for");
            *first = Source::Private { pem, serial: serial.clone(), since: *since };
        }
        Ok(Self {
            certificate: PlatformKey {
                is_stand_in: !mode.has_certificate(),
                ..platform(&certificate, &salt, now, None)?
            },
            public: PlatformKey {
                is_stand_in: !mode.has_public_key(),
                ..platform(&public, &salt, now, Some(id))?
            },
        })
    }

    fn fixed(key: &dyn Fn(&str) -> Result<SigningKey, SimError>) -> Result<Self, SimError> {
        let certificates = fixed_certificates()?;
        Ok(Self {
            certificate: PlatformKey {
                serial: certificates.certificate.serial_no.clone(),
                key: key(fixed::PLATFORM_CERTIFICATE_PEM)?,
                opener: Opener::new(fixed::PLATFORM_CERTIFICATE_PEM),
                certificate: certificates.certificate.clone(),
                is_stand_in: false,
            },
            public: PlatformKey {
                serial: FIXED_PUBLIC_KEY_ID.into(),
                key: key(fixed::PLATFORM_PUBLIC_PEM)?,
                opener: Opener::new(fixed::PLATFORM_PUBLIC_PEM),
                certificate: certificates.public.clone(),
                is_stand_in: false,
            },
        })
    }
}

struct FixedCertificates {
    certificate: Certificate,
    public: Certificate,
    merchant: Certificate,
}

/// Made once: simulations start thousands of simulators.
fn fixed_certificates() -> Result<&'static FixedCertificates, SimError> {
    static MADE: OnceLock<FixedCertificates> = OnceLock::new();
    if let Some(made) = MADE.get() {
        return Ok(made);
    }
    let since = Timestamp::from_seconds(FIXED_SINCE);
    let made = FixedCertificates {
        certificate: certificate::make(
            fixed::PLATFORM_CERTIFICATE_PEM,
            PLATFORM_NAME,
            &Serial::of(PLATFORM_NAME, b"fixed"),
            since,
            FIXED_YEARS,
        )?,
        public: certificate::make(
            fixed::PLATFORM_PUBLIC_PEM,
            PLATFORM_NAME,
            &Serial::of(PLATFORM_NAME, b"fixed public"),
            since,
            FIXED_YEARS,
        )?,
        merchant: certificate::make(
            fixed::MERCHANT_PEM,
            FIXED_MCHID,
            &Serial::of(FIXED_MCHID, b"fixed"),
            since,
            FIXED_YEARS,
        )?,
    };
    Ok(MADE.get_or_init(|| made))
}

fn fixed_merchant_certificate(mchid: &Mchid, serial: Option<&Serial>) -> Result<Certificate, SimError> {
    if mchid.as_str() == FIXED_MCHID && serial.is_none() {
        return Ok(fixed_certificates()?.merchant.clone());
    }
    let since = Timestamp::from_seconds(FIXED_SINCE);
    let serial = serial.cloned().unwrap_or_else(|| Serial::of(mchid.as_str(), b"fixed"));
    certificate::make(fixed::MERCHANT_PEM, mchid.as_str(), &serial, since, FIXED_YEARS)
}

fn platform(pem: &str, salt: &[u8], now: Timestamp, id: Option<String>) -> Result<PlatformKey, SimError> {
    let serial = Serial::of(PLATFORM_NAME, salt);
    let certificate = certificate::make(pem, PLATFORM_NAME, &serial, now, YEARS_VALID)?;
    Ok(PlatformKey {
        serial: id.unwrap_or_else(|| certificate.serial_no.clone()),
        key: SigningKey::from_pkcs8(&pem_to_der(pem)?)?,
        opener: Opener::new(pem),
        certificate,
        is_stand_in: false,
    })
}

/// As the common name of the platform's real certificates.
const PLATFORM_NAME: &str = "Tenpay.com sign";
const FIXED_PUBLIC_KEY_ID: &str = "PUB_KEY_ID_0000000000000000000000000001";
/// The merchant of [`Settings::local`].
const FIXED_MCHID: &str = "1900000001";
/// 2020-01-01 in Beijing. Tests choose their own dates, so fixed certificates are valid for long.
const FIXED_SINCE: i64 = 1_577_808_000;
const FIXED_YEARS: i32 = 40;
