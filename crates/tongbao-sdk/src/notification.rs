//! Notifications (回调通知): verified, opened, read (v3.md §6).

use std::fmt;

use http::HeaderMap;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tongbao_wire::combine::CombinedTransaction;
use tongbao_wire::complaint::ComplaintNotice;
use tongbao_wire::echo::SecurityEchoNotice;
use tongbao_wire::partner::{PartnerRefundNotice, PartnerTransaction};
use tongbao_wire::profit_sharing::ProfitSharingNotice;
use tongbao_wire::transfer::{TransferAuthorizationNotice, TransferNotice};
use tongbao_wire::{NotificationEnvelope, RefundNotice, Timestamp, Transaction};

use crate::apiv3_key::Aead;
use crate::json;
use crate::merchant::Merchant;
use crate::platform_keys::PlatformKeys;
use crate::signature::{SignatureFault, SignatureHeaders};
use crate::verified::Verified;

/// What the platform tells without being asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The event, constant over all its sends.
    pub id: String,
    /// When it happened.
    pub create_time: Timestamp,
    /// Such as `TRANSACTION.SUCCESS` (v3.md §6.2).
    pub event_type: String,
    /// The event in words for people.
    pub summary: String,
    /// What happened.
    pub content: Content,
}

/// What a notification is about, told apart by `original_type` and by the members inside: service
/// providers, combined orders and profit sharing share the names of the ordinary ones (v3.md §6.2 to §6.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A payment was made, ordinary merchant.
    Payment(Transaction),
    /// A payment was made, service provider.
    PartnerPayment(PartnerTransaction),
    /// A combined order was paid.
    CombinedPayment(CombinedTransaction),
    /// A refund reached a final state, ordinary merchant.
    Refund(RefundNotice),
    /// A refund reached a final state, service provider.
    PartnerRefund(PartnerRefundNotice),
    /// A share of a payment, or its return, was credited.
    ProfitSharing(ProfitSharingNotice),
    /// A transfer to a user reached a final state.
    Transfer(TransferNotice),
    /// An authorisation to receive transfers took effect or ended.
    TransferAuthorization(TransferAuthorizationNotice),
    /// A complaint was made, or moved.
    Complaint(ComplaintNotice),
    /// The self-test of [`Client::security_echo`](crate::Client::security_echo).
    SecurityEcho(SecurityEchoNotice),
    /// Products this version does not type, or news.
    Other {
        /// Such as `payscore`.
        original_type: String,
        /// The decrypted JSON.
        plaintext: Plaintext,
    },
}

/// A decrypted message (JSON; XML where the platform writes XML), kept out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Plaintext(Vec<u8>);

impl Plaintext {
    pub(crate) fn kept(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The message.
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
    /// Signed or encrypted with an algorithm that is not supported, or signed with one that is not the key's.
    /// The SM ones (国密) need the feature `sm`.
    #[error(
        "algorithm {algorithm} is not supported, or not that of the key; RSA signatures with AEAD_AES_256_GCM are, and with the feature sm those of SM2 with AEAD_SM4_GCM"
    )]
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
    let aead = Aead::named(&resource.algorithm).ok_or_else(|| NotificationRefused::UnknownAlgorithm {
        algorithm: resource.algorithm.chars().take(32).collect(),
    })?;
    let plaintext = merchant
        .open(aead, &resource.nonce, &resource.associated_data, &resource.ciphertext)
        .ok_or(NotificationRefused::CannotDecrypt)?;
    read(envelope, plaintext).map(Verified::vouch)
}

/// Reads the decrypted resource.
fn read(envelope: NotificationEnvelope, plaintext: Vec<u8>) -> Result<Notification, NotificationRefused> {
    let NotificationEnvelope { id, create_time, event_type, summary, resource, .. } = envelope;
    let content = content(&event_type, resource.original_type, plaintext).map_err(|misfit| {
        let json::Misfit { member, reason } = misfit;
        NotificationRefused::NotAResource { member, reason }
    })?;
    Ok(Notification { id, create_time, event_type, summary, content })
}

/// Members that only one kind of content has.
#[derive(Default, Deserialize)]
struct Marks {
    sp_mchid: Option<IgnoredAny>,
    combine_out_trade_no: Option<IgnoredAny>,
    receiver: Option<IgnoredAny>,
}

fn content(event_type: &str, original_type: String, plaintext: Vec<u8>) -> Result<Content, json::Misfit> {
    let text = plaintext.as_slice();
    // What is no object has no marks; reading it as what it should be says so.
    let marks: Marks = json::decode(text).unwrap_or_default();
    let partner = marks.sp_mchid.is_some();
    match original_type.as_str() {
        // Profit sharing has been seen under the names of payments (v3.md §6.2, CONFLICT).
        "profitsharing" | "transaction" if marks.receiver.is_some() => {
            json::decode(text).map(Content::ProfitSharing)
        }
        "transaction" if event_type == "TRANSACTION.SUCCESS" && marks.combine_out_trade_no.is_some() => {
            json::decode(text).map(Content::CombinedPayment)
        }
        "transaction" if event_type == "TRANSACTION.SUCCESS" && partner => {
            json::decode(text).map(Content::PartnerPayment)
        }
        "transaction" if event_type == "TRANSACTION.SUCCESS" => json::decode(text).map(Content::Payment),
        "refund" if event_type.starts_with("REFUND.") && partner => {
            json::decode(text).map(Content::PartnerRefund)
        }
        "refund" if event_type.starts_with("REFUND.") => json::decode(text).map(Content::Refund),
        "mch_payment" if event_type.starts_with("MCHTRANSFER.BILL.") => {
            json::decode(text).map(Content::Transfer)
        }
        "mch_payment" if event_type.starts_with("MCHTRANSFER.AUTHORIZATION.") => {
            json::decode(text).map(Content::TransferAuthorization)
        }
        "complaint" if event_type.starts_with("COMPLAINT.") => json::decode(text).map(Content::Complaint),
        "security" if event_type.starts_with("SECURITY_ECHO.") => {
            json::decode(text).map(Content::SecurityEcho)
        }
        _ => Ok(Content::Other { original_type, plaintext: Plaintext(plaintext) }),
    }
}

/// `resource.ciphertext` has at most 1,048,576 characters (v3.md §6.1); the rest is below 4 KiB.
const NOTIFICATION_BYTES_MAX: usize = 1_048_576 + 4096;

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use tongbao_wire::{Mchid, Timestamp};

    use super::{Content, open};
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
        let notification = verified.into_inner();
        assert_eq!(notification.id, "3119dfba-e649-5eec-ab1e-3412bc4d2e17");
        assert_eq!(notification.event_type, "PAYSCORE.USER_OPEN_SERVICE");
        match notification.content {
            Content::Other { original_type, plaintext } => {
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
