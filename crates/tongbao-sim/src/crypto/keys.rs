//! All keys of a simulated platform and its merchants.

use std::sync::{Arc, OnceLock};

use tongbao_wire::seam::Chance;
use tongbao_wire::{Mchid, Timestamp};

use super::certificate::{self, Certificate, YEARS_VALID};
use super::fixed::{self, pem_to_der};
use super::{Opener, Sealer, SigningKey, generate};
use crate::settings::DIGITS;
use crate::{CryptoSettings, MerchantSettings, Settings, SimError};

/// The keys of the platform.
pub(crate) struct Keys {
    /// The pair of the platform certificate.
    pub(crate) certificate: PlatformKey,
    /// The pair of the public-key mode.
    pub(crate) public: PlatformKey,
    /// A key that is not the platform's, for answers nobody must believe.
    pub(crate) stray: SigningKey,
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

/// What the platform knows of a merchant's keys, and what it hands out to the developer.
pub(crate) struct MerchantKeys {
    /// Checks signatures.
    pub(crate) key: Arc<SigningKey>,
    /// The merchant `API` certificate.
    pub(crate) certificate: Certificate,
    /// Encrypts for the merchant.
    pub(crate) sealer: Sealer,
    /// The private key in PEM, for the developer.
    pub(crate) private_key_pem: String,
}

impl MerchantKeys {
    /// The same with another `APIv3` key.
    pub(crate) fn resealed(&self, sealer: Sealer) -> Self {
        Self {
            key: Arc::clone(&self.key),
            certificate: self.certificate.clone(),
            sealer,
            private_key_pem: self.private_key_pem.clone(),
        }
    }
}

impl Keys {
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

    /// Makes or takes all keys, and those of the merchants in their order.
    pub(crate) fn new(settings: &Settings) -> Result<(Self, Vec<MerchantKeys>), SimError> {
        match &settings.crypto {
            CryptoSettings::Generate => Self::generate(settings),
            CryptoSettings::Fixed => {
                Self::fixed(&settings.merchants, &|pem| SigningKey::from_pkcs8(&pem_to_der(pem)?))
            }
            CryptoSettings::StandIn { secret } => {
                let (mut keys, merchants) =
                    Self::fixed(&settings.merchants, &|_| Ok(SigningKey::stand_in(secret)))?;
                keys.stray = SigningKey::stand_in(&[secret, b"stray".as_slice()].concat());
                Ok((keys, merchants))
            }
        }
    }

    /// New keys for every merchant and for the pairs this mode has. A pair it does not have is never shown
    /// nor signs, so a published key stands in its place and no start waits for it.
    fn generate(settings: &Settings) -> Result<(Self, Vec<MerchantKeys>), SimError> {
        let (mode, now) = (settings.key_mode, settings.clock.now());
        let pairs = usize::from(mode.has_certificate()) + usize::from(mode.has_public_key());
        let mut pems = generate::keys(settings.merchants.len() + pairs, &settings.chance)?.into_iter();
        let mut next = || pems.next().expect("as many as were asked for");
        let mut next_if = |has: bool, unused: &str| if has { next() } else { unused.to_owned() };
        let salt: [u8; 16] = settings.chance.bytes();
        let id = format!("PUB_KEY_ID_{}", settings.chance.text(28, DIGITS));
        let certificate = next_if(mode.has_certificate(), fixed::PLATFORM_CERTIFICATE_PEM);
        let public = next_if(mode.has_public_key(), fixed::PLATFORM_PUBLIC_PEM);
        let merchants = settings.merchants.iter().map(|merchant| real_merchant(merchant, next(), &salt, now));
        let merchants = merchants.collect::<Result<_, SimError>>()?;
        let keys = Self {
            certificate: PlatformKey {
                is_stand_in: !mode.has_certificate(),
                ..platform(&certificate, &salt, now, None)?
            },
            public: PlatformKey {
                is_stand_in: !mode.has_public_key(),
                ..platform(&public, &salt, now, Some(id))?
            },
            stray: fixed::merchant_key()?,
        };
        Ok((keys, merchants))
    }

    fn fixed(
        merchants: &[MerchantSettings],
        key: &dyn Fn(&str) -> Result<SigningKey, SimError>,
    ) -> Result<(Self, Vec<MerchantKeys>), SimError> {
        let certificates = fixed_certificates()?;
        let merchants = merchants
            .iter()
            .map(|merchant| {
                Ok(MerchantKeys {
                    key: Arc::new(key(fixed::MERCHANT_PEM)?),
                    certificate: fixed_merchant_certificate(&merchant.mchid)?,
                    sealer: Sealer::new(&merchant.apiv3_key)?,
                    private_key_pem: fixed::MERCHANT_PEM.into(),
                })
            })
            .collect::<Result<_, SimError>>()?;
        let keys = Self {
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
            stray: key(fixed::MERCHANT_PEM)?,
        };
        Ok((keys, merchants))
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
            b"fixed",
            since,
            FIXED_YEARS,
        )?,
        public: certificate::make(
            fixed::PLATFORM_PUBLIC_PEM,
            PLATFORM_NAME,
            b"fixed public",
            since,
            FIXED_YEARS,
        )?,
        merchant: certificate::make(fixed::MERCHANT_PEM, FIXED_MCHID, b"fixed", since, FIXED_YEARS)?,
    };
    Ok(MADE.get_or_init(|| made))
}

fn fixed_merchant_certificate(mchid: &Mchid) -> Result<Certificate, SimError> {
    if mchid.as_str() == FIXED_MCHID {
        return Ok(fixed_certificates()?.merchant.clone());
    }
    let since = Timestamp::from_seconds(FIXED_SINCE);
    certificate::make(fixed::MERCHANT_PEM, mchid.as_str(), b"fixed", since, FIXED_YEARS)
}

fn platform(pem: &str, salt: &[u8], now: Timestamp, id: Option<String>) -> Result<PlatformKey, SimError> {
    let certificate = certificate::make(pem, PLATFORM_NAME, salt, now, YEARS_VALID)?;
    Ok(PlatformKey {
        serial: id.unwrap_or_else(|| certificate.serial_no.clone()),
        key: SigningKey::from_pkcs8(&pem_to_der(pem)?)?,
        opener: Opener::new(pem),
        certificate,
        is_stand_in: false,
    })
}

fn real_merchant(
    merchant: &MerchantSettings,
    private_key_pem: String,
    salt: &[u8],
    now: Timestamp,
) -> Result<MerchantKeys, SimError> {
    Ok(MerchantKeys {
        key: Arc::new(SigningKey::from_pkcs8(&pem_to_der(&private_key_pem)?)?),
        certificate: certificate::make(&private_key_pem, merchant.mchid.as_str(), salt, now, YEARS_VALID)?,
        sealer: Sealer::new(&merchant.apiv3_key)?,
        private_key_pem,
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
