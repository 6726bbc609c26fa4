//! The platform's own cryptography, on `ring`: nothing here is shared with the code it judges.

mod certificate;
pub(crate) mod fixed;
pub(crate) mod generate;
mod keys;
mod montgomery;
mod oaep;
pub(crate) mod pkcs12;
mod seal;
mod sign;
pub(crate) mod v2;
mod x509;

pub(crate) use certificate::year_and_month;
pub(crate) use keys::{KeptKey, Keys, MerchantKeys, PlatformKey, Source};
pub(crate) use oaep::{Opener, seal_for};
pub(crate) use seal::Sealer;
pub(crate) use sign::{SigningKey, openid_digest, sha256_hex};
