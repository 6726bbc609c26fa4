//! Notifications (回调通知): verified, opened, read (v3.md §6).

use std::fmt;

use http::HeaderMap;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tongbao_wire::{NotificationEnvelope, RefundNotice, Timestamp, Transaction};

use crate::json;
use crate::merchant::Merchant;
use crate::platform_keys::PlatformKeys;
use crate::signature::{SignatureFault, SignatureHeaders};
use crate::verified::Verified;

/// What the platform tells without being asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notification {
    /// A payment was made (`TRANSACTION.SUCCESS`, direct merchant).
    Payment {
        /// Constant over all sends of one event.
        id: String,
        /// When it happened.
        create_time: Timestamp,
        /// Such as `TRANSACTION.SUCCESS`.
        event_type: String,
        /// The payment.
        transaction: Transaction,
    },
    /// A refund reached a final state (`REFUND.…`, direct merchant).
    Refund {
        /// Constant over all sends of one event.
        id: String,
        /// When it happened.
        create_time: Timestamp,
        /// Such as `REFUND.SUCCESS`.
        event_type: String,
        /// The refund.
        refund: RefundNotice,
    },
    /// Anything else: service providers, combined orders, profit sharing, complaints, or news.
    Other {
        /// Constant over all sends of one event.
        id: String,
        /// When it happened.
        create_time: Timestamp,
        /// Such as `PROFITSHARING.SUCCESS`.
        event_type: String,
        /// Such as `profitsharing`.
        original_type: String,
        /// The decrypted JSON.
        plaintext: Plaintext,
    },
}

impl Notification {
    /// The id of the event, constant over all sends.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Payment { id, .. } | Self::Refund { id, .. } | Self::Other { id, .. } => id,
        }
    }

    /// The event, such as `TRANSACTION.SUCCESS` (v3.md §6.2).
    #[must_use]
    pub fn event_type(&self) -> &str {
        match self {
            Self::Payment { event_type, .. }
            | Self::Refund { event_type, .. }
            | Self::Other { event_type, .. } => event_type,
        }
    }
}

/// Decrypted JSON, kept out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Plaintext(Vec<u8>);

impl Plaintext {
    /// The JSON.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plaintext({} bytes, redacted)", self.0.len())
    }
}

/// Why a notification is not believed or not understood. The platform should be answered with a failure,
/// so that it sends again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotificationRefused {
    /// A signature header is not there.
    #[error("header {0} is missing; does a proxy in front strip Wechatpay-* headers?")]
    MissingHeader(&'static str),
    /// A signature header cannot be read.
    #[error("header {0} cannot be read")]
    MalformedHeader(&'static str),
    /// Signed too long ago or in the future.
    #[error("{}", crate::signature::stale(.seconds))]
    Stale {
        /// How long ago it was signed; negative when it lies in the future.
        seconds: i64,
    },
    /// The key it is signed with is not at hand.
    #[error(
        "signed with key {serial}, which is not configured; configure that public key, or download the certificates"
    )]
    UnknownSerial {
        /// What `Wechatpay-Serial` says.
        serial: Box<str>,
    },
    /// The platform's signature probe (签名探测流量), which must be refused.
    #[error("a signature probe of the platform, refused as it must be")]
    SignatureProbe,
    /// The signature is not the platform's over these bytes.
    #[error("{}", SignatureFault::BadSignature)]
    BadSignature,
    /// Signed, but not a notification.
    #[error("not a notification: {member}: {reason}")]
    NotAnEnvelope {
        /// The member that does not fit.
        member: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Signed or encrypted with an algorithm that is not supported, such as the SM ones.
    #[error("algorithm {algorithm} is not supported; only RSA signatures with AEAD_AES_256_GCM are")]
    UnknownAlgorithm {
        /// What it says.
        algorithm: Box<str>,
    },
    /// The `APIv3` key does not open it.
    #[error(
        "cannot be decrypted; the APIv3 key differs from the one set on the merchant platform (商户平台 > 账户中心 > API安全)"
    )]
    CannotDecrypt,
    /// Decrypted, but not what its type promises.
    #[error("the content does not fit: {member}: {reason}")]
    NotAResource {
        /// The member that does not fit.
        member: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Larger than any notification.
    #[error("{bytes} bytes; no notification has more than {NOTIFICATION_BYTES_MAX}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
}

impl NotificationRefused {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingHeader(_) => "missing_header",
            Self::MalformedHeader(_) => "malformed_header",
            Self::Stale { .. } => "stale",
            Self::UnknownSerial { .. } => "unknown_serial",
            Self::SignatureProbe => "signature_probe",
            Self::BadSignature => "bad_signature",
            Self::NotAnEnvelope { .. } => "not_an_envelope",
            Self::UnknownAlgorithm { .. } => "unknown_algorithm",
            Self::CannotDecrypt => "cannot_decrypt",
            Self::NotAResource { .. } => "not_a_resource",
            Self::TooLarge { .. } => "too_large",
        }
    }
}

impl From<SignatureFault> for NotificationRefused {
    fn from(fault: SignatureFault) -> Self {
        match fault {
            SignatureFault::MissingHeader(name) => Self::MissingHeader(name),
            SignatureFault::MalformedHeader(name) => Self::MalformedHeader(name),
            SignatureFault::UnknownSignatureType(algorithm) => Self::UnknownAlgorithm { algorithm },
            SignatureFault::Stale { seconds } => Self::Stale { seconds },
            SignatureFault::SignatureProbe => Self::SignatureProbe,
            SignatureFault::UnknownSerial { serial } => Self::UnknownSerial { serial },
            SignatureFault::BadSignature => Self::BadSignature,
        }
    }
}

/// Verifies first, then parses, then decrypts (v3.md §6.8).
pub(crate) fn open(
    merchant: &Merchant,
    keys: &PlatformKeys,
    now: Timestamp,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Verified<Notification>, NotificationRefused> {
    if body.len() > NOTIFICATION_BYTES_MAX {
        return Err(NotificationRefused::TooLarge { bytes: body.len() });
    }
    SignatureHeaders::read(headers, now)?.verify(keys, body)?;
    let envelope: NotificationEnvelope = json::decode(body).map_err(|misfit| {
        let json::Misfit { member, reason } = misfit;
        NotificationRefused::NotAnEnvelope { member, reason }
    })?;
    let resource = &envelope.resource;
    if resource.algorithm != ALGORITHM {
        let algorithm = resource.algorithm.chars().take(32).collect();
        return Err(NotificationRefused::UnknownAlgorithm { algorithm });
    }
    let plaintext = merchant
        .open(&resource.nonce, &resource.associated_data, &resource.ciphertext)
        .ok_or(NotificationRefused::CannotDecrypt)?;
    read(envelope, plaintext).map(Verified::vouch)
}

/// Reads the decrypted resource by what the envelope says it is.
fn read(envelope: NotificationEnvelope, plaintext: Vec<u8>) -> Result<Notification, NotificationRefused> {
    let NotificationEnvelope { id, create_time, event_type, resource, .. } = envelope;
    let misfit = match resource.original_type.as_str() {
        "transaction" if event_type == "TRANSACTION.SUCCESS" => match json::decode(&plaintext) {
            Ok(transaction) => return Ok(Notification::Payment { id, create_time, event_type, transaction }),
            Err(misfit) => Some(misfit),
        },
        "refund" if event_type.starts_with("REFUND.") => match json::decode(&plaintext) {
            Ok(refund) => return Ok(Notification::Refund { id, create_time, event_type, refund }),
            Err(misfit) => Some(misfit),
        },
        _ => None,
    };
    if let Some(json::Misfit { member, reason }) = misfit
        && !is_another_product(&plaintext)
    {
        return Err(NotificationRefused::NotAResource { member, reason });
    }
    let original_type = resource.original_type;
    let plaintext = Plaintext(plaintext);
    Ok(Notification::Other { id, create_time, event_type, original_type, plaintext })
}

/// Service-provider, combined and profit-sharing notifications share the names of the direct ones
/// (v3.md §6.2 to §6.6); their own members tell them apart.
fn is_another_product(plaintext: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Marks {
        sp_mchid: Option<IgnoredAny>,
        combine_out_trade_no: Option<IgnoredAny>,
        receiver: Option<IgnoredAny>,
    }
    json::decode::<Marks>(plaintext).is_ok_and(|marks| {
        marks.sp_mchid.is_some() || marks.combine_out_trade_no.is_some() || marks.receiver.is_some()
    })
}

/// The only cipher supported.
pub(crate) const ALGORITHM: &str = "AEAD_AES_256_GCM";
/// `resource.ciphertext` has at most 1,048,576 characters (v3.md §6.1); the rest is below 4 KiB.
const NOTIFICATION_BYTES_MAX: usize = 1_048_576 + 4096;

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use tongbao_wire::{Mchid, Timestamp};

    use super::{Notification, open};
    use crate::apiv3_key::ApiV3Key;
    use crate::merchant::Merchant;
    use crate::merchant_key::MerchantKey;
    use crate::platform_keys::PlatformKeys;
    use crate::published;

    #[test]
    fn the_published_notification_is_verified_and_decrypted() {
        let key = MerchantKey::with_serial(published::GO_KEY, "1").expect("official key");
        let mchid = Mchid::parse("1234567890").expect("valid");
        let merchant = Merchant::new(mchid, &key, ApiV3Key::of_128_bits(b"testMchAPIv3Key0"));
        let keys = PlatformKeys::from_certificate(published::GO_CERTIFICATE).expect("official certificate");
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("wechatpay-timestamp", "1624523846"),
            ("wechatpay-nonce", "EcZ9Cmy4Xyx1i6RlJQzLcCyEqDa26NBz"),
            ("wechatpay-serial", "D7CE59D1F522D701"),
            ("wechatpay-signature", &published::signature("go_notification")),
        ] {
            headers.insert(name, HeaderValue::from_str(value).expect("a header value"));
        }
        let now = Timestamp::from_seconds(1_624_523_850);
        let verified = open(&merchant, &keys, now, &headers, published::GO_NOTIFICATION).expect("official");
        assert_eq!(verified.get().id(), "3119dfba-e649-5eec-ab1e-3412bc4d2e17");
        match verified.into_inner() {
            Notification::Other { event_type, original_type, plaintext, .. } => {
                assert_eq!(event_type, "PAYSCORE.USER_OPEN_SERVICE");
                assert_eq!(original_type, "payscore");
                assert_eq!(
                    plaintext.as_bytes(),
                    br#"{"mchid":"1234567890","appid":"054aa7d7a2a54ab5898df65bd96f001c","create_time":"2020-06-30T12:12:00+08:00","out_contract_code":"21640bdbd08e473e828f3206a2741c6e"}"#
                );
                assert!(!format!("{plaintext:?}").contains("1234567890"));
            }
            other => panic!("a payscore notification became {other:?}"),
        }
    }
}
