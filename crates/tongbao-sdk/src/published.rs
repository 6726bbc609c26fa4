//! The published test data, for unit tests (`tests/published/README.md` names the sources).

pub(crate) const DOC_MERCHANT_KEY: &[u8] = include_bytes!("../tests/published/doc_merchant_key.pem");
pub(crate) const DOC_PUBLIC_KEY: &[u8] = include_bytes!("../tests/published/doc_platform_public_key.pem");
pub(crate) const GO_KEY: &[u8] = include_bytes!("../tests/published/go_key.pem");
pub(crate) const GO_KEY_PKCS1: &[u8] = include_bytes!("../tests/published/go_key_pkcs1.pem");
pub(crate) const GO_CERTIFICATE: &[u8] = include_bytes!("../tests/published/go_platform_certificate.pem");
pub(crate) const GO_CERTIFICATES: &[u8] = include_bytes!("../tests/published/go_certificates.json");
pub(crate) const GO_NOTIFICATION: &[u8] = include_bytes!("../tests/published/go_notification.json");
#[cfg(feature = "sm")]
pub(crate) const JAVA_SM2_KEY: &[u8] = include_bytes!("../tests/published/java_sm2_key.pem");
#[cfg(feature = "sm")]
pub(crate) const JAVA_SM2_PUBLIC_KEY: &[u8] = include_bytes!("../tests/published/java_sm2_public_key.pem");

/// A signature of `signatures.json`, Base64.
pub(crate) fn signature(name: &str) -> String {
    let all: serde_json::Value =
        serde_json::from_str(include_str!("../tests/published/signatures.json")).expect("JSON");
    all[name].as_str().expect("a published signature").to_owned()
}
