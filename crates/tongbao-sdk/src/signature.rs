//! The platform's signature on answers and notifications (v3.md §1.7).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use tongbao_wire::Timestamp;

use crate::platform_keys::PlatformKeys;
use crate::signer::{SignatureType, Verifier};

/// Why something that should be signed by the platform is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// A header is not there. Proxies that strip `Wechatpay-*` headers do this.
    #[error("header {0} is missing; does a proxy in between strip Wechatpay-* headers?")]
    MissingHeader(&'static str),
    /// A header's value cannot be read.
    #[error("header {0} cannot be read")]
    MalformedHeader(&'static str),
    /// `Wechatpay-Signature-Type` names an algorithm that is not supported, or not that of the key.
    #[error("signature type {0} is not supported, or not that of the key it is signed with")]
    UnknownSignatureType(Box<str>),
    /// Signed too long ago, or in the future.
    #[error("{}", stale(.seconds))]
    Stale {
        /// How long ago it was signed; negative when it lies in the future.
        seconds: i64,
    },
    /// The platform's signature probe (签名探测流量), which must fail.
    #[error("a signature probe of the platform, refused as it must be")]
    SignatureProbe,
    /// The key is not at hand.
    #[error(
        "signed with key {serial}, which is not configured; configure that public key, or download the certificates"
    )]
    UnknownSerial {
        /// What `Wechatpay-Serial` says.
        serial: Box<str>,
    },
    /// The signature is not the platform's over these bytes.
    #[error(
        "the signature does not fit the content; was the body changed on the way, or is the public key another merchant's?"
    )]
    BadSignature,
}

impl SignatureFault {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingHeader(_) => "missing_header",
            Self::MalformedHeader(_) => "malformed_header",
            Self::UnknownSignatureType(_) => "unknown_signature_type",
            Self::Stale { .. } => "stale",
            Self::SignatureProbe => "signature_probe",
            Self::UnknownSerial { .. } => "unknown_serial",
            Self::BadSignature => "bad_signature",
        }
    }
}

/// The signature headers, read but not yet believed.
pub(crate) struct SignatureHeaders<'a> {
    timestamp: &'a str,
    nonce: &'a str,
    pub(crate) serial: &'a str,
    signature: &'a str,
    /// Absent, it is the key's.
    signature_type: Option<SignatureType>,
}

impl<'a> SignatureHeaders<'a> {
    /// Reads the headers and checks what needs no key: presence, type, age, probe.
    pub(crate) fn read(headers: &'a HeaderMap, now: Timestamp) -> Result<Self, SignatureFault> {
        let read = Self {
            timestamp: required(headers, "Wechatpay-Timestamp")?,
            nonce: required(headers, "Wechatpay-Nonce")?,
            serial: required(headers, "Wechatpay-Serial")?,
            signature: required(headers, "Wechatpay-Signature")?,
            signature_type: signature_type(headers)?,
        };
        let signed_at: i64 =
            read.timestamp.parse().map_err(|_| SignatureFault::MalformedHeader("Wechatpay-Timestamp"))?;
        let seconds = now.seconds().saturating_sub(signed_at);
        if seconds.unsigned_abs() >= AGE_SECONDS_MAX {
            return Err(SignatureFault::Stale { seconds });
        }
        if read.signature.starts_with(PROBE_PREFIX) {
            return Err(SignatureFault::SignatureProbe);
        }
        Ok(read)
    }

    /// Verifies with the key the headers name.
    pub(crate) fn verify(&self, keys: &PlatformKeys, body: &[u8]) -> Result<(), SignatureFault> {
        let verifier = keys.verifier(self.serial).ok_or_else(|| SignatureFault::UnknownSerial {
            serial: self.serial.chars().take(SHOWN_CHARS_MAX).collect(),
        })?;
        self.verify_with(&verifier, body)
    }

    /// Verifies with `verifier`.
    pub(crate) fn verify_with(&self, verifier: &Verifier, body: &[u8]) -> Result<(), SignatureFault> {
        if let Some(named) = self.signature_type
            && named != verifier.signature_type()
        {
            return Err(SignatureFault::UnknownSignatureType(named.name().into()));
        }
        let signature = STANDARD.decode(self.signature).map_err(|_| SignatureFault::BadSignature)?;
        let mut message = Vec::with_capacity(self.timestamp.len() + self.nonce.len() + body.len() + 3);
        for line in [self.timestamp.as_bytes(), self.nonce.as_bytes(), body] {
            message.extend_from_slice(line);
            message.push(b'\n');
        }
        if verifier.verify(&message, &signature) { Ok(()) } else { Err(SignatureFault::BadSignature) }
    }
}

fn required<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, SignatureFault> {
    let value = headers.get(name).ok_or(SignatureFault::MissingHeader(name))?;
    let text = value.to_str().map_err(|_| SignatureFault::MalformedHeader(name))?;
    if text.is_empty() {
        return Err(SignatureFault::MissingHeader(name));
    }
    Ok(text)
}

fn signature_type(headers: &HeaderMap) -> Result<Option<SignatureType>, SignatureFault> {
    let Some(value) = headers.get("Wechatpay-Signature-Type") else { return Ok(None) };
    let name = value.to_str().unwrap_or("(unreadable)");
    let unknown = || SignatureFault::UnknownSignatureType(name.chars().take(SHOWN_CHARS_MAX).collect());
    SignatureType::named(name).ok_or_else(unknown).map(Some)
}

/// The sentence for a stale signature.
pub(crate) fn stale(seconds: &i64) -> String {
    let side = if *seconds < 0 { "after" } else { "before" };
    let seconds = seconds.unsigned_abs();
    format!("signed {seconds} seconds {side} our time; is the clock right, or is it a replay?")
}

/// How a probe's signature begins.
const PROBE_PREFIX: &str = "WECHATPAY/SIGNTEST/";
/// The official SDKs refuse from 300 seconds on.
const AGE_SECONDS_MAX: u64 = 300;
/// As much of a foreign header as an error repeats: serial numbers have 40 characters or fewer.
const SHOWN_CHARS_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};
    use proptest::prelude::{ProptestConfig, any, proptest};
    use tongbao_wire::Timestamp;

    use super::{SignatureFault, SignatureHeaders};
    use crate::platform_keys::PlatformKeys;
    use crate::published;

    const BODY: &[u8] = br#"{"code_url":"weixin://wxpay/bizpayurl?pr=JyC91EIz1"}"#;
    const SIGNED_AT: i64 = 1_722_850_421;
    const SERIAL: &str = "PUB_KEY_ID_0114232134912410000000000000";

    fn headers() -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("wechatpay-timestamp", SIGNED_AT.to_string()),
            ("wechatpay-nonce", "d824f2e086d3c1df967785d13fcd22ef".into()),
            ("wechatpay-serial", SERIAL.into()),
            ("wechatpay-signature", published::signature("doc_answer")),
            ("wechatpay-signature-type", "WECHATPAY2-SHA256-RSA2048".into()),
        ] {
            headers.insert(name, HeaderValue::try_from(value).expect("a header value"));
        }
        headers
    }

    fn check(headers: &HeaderMap, body: &[u8], now: i64) -> Result<(), SignatureFault> {
        let keys = PlatformKeys::from_public_key(SERIAL, published::DOC_PUBLIC_KEY).expect("official key");
        SignatureHeaders::read(headers, Timestamp::from_seconds(now))?.verify(&keys, body)
    }

    fn with(name: &'static str, value: &str) -> Result<(), SignatureFault> {
        let mut headers = headers();
        headers.insert(name, HeaderValue::from_str(value).expect("a header value"));
        check(&headers, BODY, SIGNED_AT)
    }

    #[test]
    fn the_published_answer_verifies() {
        assert_eq!(check(&headers(), BODY, SIGNED_AT), Ok(()));
        let mut without_type = headers();
        without_type.remove("wechatpay-signature-type");
        assert_eq!(check(&without_type, BODY, SIGNED_AT), Ok(()), "an absent type is the key's");
    }

    #[test]
    fn a_changed_body_or_signature_does_not() {
        let body = BODY.strip_suffix(b"}").expect("an object");
        assert_eq!(check(&headers(), body, SIGNED_AT), Err(SignatureFault::BadSignature));
        assert_eq!(with("wechatpay-nonce", "other"), Err(SignatureFault::BadSignature));
        assert_eq!(with("wechatpay-signature", "AAAA"), Err(SignatureFault::BadSignature));
        assert_eq!(with("wechatpay-signature", "~"), Err(SignatureFault::BadSignature));
    }

    #[test]
    fn five_minutes_are_the_limit_in_both_directions() {
        for seconds in [-299, 0, 299] {
            assert_eq!(check(&headers(), BODY, SIGNED_AT + seconds), Ok(()), "{seconds}");
        }
        for seconds in [-300, 300, 86_400] {
            let fault = check(&headers(), BODY, SIGNED_AT + seconds);
            assert_eq!(fault, Err(SignatureFault::Stale { seconds }));
        }
        assert_eq!(with("wechatpay-timestamp", "-9223372036854775808").map_err(|f| f.code()), Err("stale"));
        assert_eq!(with("wechatpay-timestamp", "now").map_err(|f| f.code()), Err("malformed_header"));
    }

    #[test]
    fn every_header_is_needed_and_each_fault_has_its_name() {
        let names = ["Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Serial", "Wechatpay-Signature"];
        for name in names {
            let mut headers = headers();
            headers.remove(name);
            assert_eq!(check(&headers, BODY, SIGNED_AT), Err(SignatureFault::MissingHeader(name)));
        }
        let serial = SERIAL.to_lowercase();
        let unknown = SignatureFault::UnknownSerial { serial: serial.as_str().into() };
        assert_eq!(with("wechatpay-serial", &serial), Err(unknown), "serial numbers match exactly");
        let probe = "WECHATPAY/SIGNTEST/m8vnaSrG7xOg";
        assert_eq!(with("wechatpay-signature", probe), Err(SignatureFault::SignatureProbe));
        let sm = "WECHATPAY2-SM2-WITH-SM3";
        let unknown = SignatureFault::UnknownSignatureType(sm.into());
        assert_eq!(with("wechatpay-signature-type", sm), Err(unknown));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn arbitrary_headers_never_panic_and_never_verify(
            values in proptest::collection::vec(any::<Vec<u8>>(), 5),
            now in any::<i64>(),
            body in any::<Vec<u8>>(),
        ) {
            let names = ["timestamp", "nonce", "serial", "signature", "signature-type"];
            let mut arbitrary = headers();
            for (name, value) in names.iter().zip(&values) {
                let name = HeaderName::try_from(format!("wechatpay-{name}")).expect("a name");
                if let Ok(value) = HeaderValue::from_bytes(value) {
                    arbitrary.insert(name, value);
                }
            }
            assert!(check(&arbitrary, &body, now).is_err());
        }
    }
}
