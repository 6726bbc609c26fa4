//! The platform's own cryptography, on `ring`: nothing here is shared with the code it judges.

mod certificate;
mod fixed;
mod generate;
mod keys;
mod montgomery;
mod seal;
mod sign;
pub(crate) mod v2;

pub(crate) use keys::{Keys, MerchantKeys, PlatformKey};
pub(crate) use seal::Sealer;
pub(crate) use sign::{SigningKey, openid_digest, sha256_hex};
