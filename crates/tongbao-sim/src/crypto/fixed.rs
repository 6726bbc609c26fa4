//! Keys that are the same in every run, so that tests start at once. Never use them for anything else.
//!
//! `merchant.pem` is the key of the official documentation (v3.md §11.1), `platform_certificate.pem` that
//! of the official Go SDK's tests (§11.3); both are published. `platform_public.pem` was made for this
//! repository, since public-key mode needs a key that differs from the certificate's, and so were
//! `authority.pem` and `server.pem`, for TLS.

use base64::Engine as _;

use super::sign::SigningKey;
use crate::SimError;

/// The private key every merchant has, PKCS#8 in PEM.
pub(crate) const MERCHANT_PEM: &str = include_str!("fixed/merchant.pem");
/// The private key of the platform certificate.
pub(crate) const PLATFORM_CERTIFICATE_PEM: &str = include_str!("fixed/platform_certificate.pem");
/// The private key of the platform's public-key mode.
pub(crate) const PLATFORM_PUBLIC_PEM: &str = include_str!("fixed/platform_public.pem");

/// The private key of the authority that vouches for the TLS listener.
pub(crate) const AUTHORITY_PEM: &str = include_str!("fixed/authority.pem");
/// The private key of the TLS listener.
pub(crate) const SERVER_PEM: &str = include_str!("fixed/server.pem");

/// The merchant's key, ready to sign.
pub(crate) fn merchant_key() -> Result<SigningKey, SimError> {
    SigningKey::from_pkcs8(&pem_to_der(MERCHANT_PEM)?)
}

/// The bytes inside a PEM of one block.
pub(crate) fn pem_to_der(pem: &str) -> Result<Vec<u8>, SimError> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    base64::engine::general_purpose::STANDARD
        .decode(body.trim())
        .map_err(|e| SimError::Key { what: "a PEM block", reason: e.to_string() })
}
