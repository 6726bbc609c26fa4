//! Notifications of `APIv2`: payments are signed, refunds only encrypted (v2.md §4).

use aws_lc_rs::cipher::{
    AES_256, AES_256_KEY_LEN, DecryptionContext, PaddedBlockDecryptingKey, UnboundCipherKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use tongbao_wire::ErrorCode;
use zeroize::Zeroizing;

use crate::json::Misfit;
use crate::v2::envelope::{self, Envelope};
use crate::v2::fields::Fields;
use crate::v2::merchant::Merchant;
use crate::v2::payment::Payment;
use crate::v2::refund::RefundNotice;
use crate::v2::sign::{ApiV2Key, SignFault, SignType};
use crate::v2::xml_error::XmlError;
use crate::verified::Verified;

/// A payment, as the platform tells it without being asked. Sent for success only, and more than once.
///
/// Before anything is delivered, compare `mch_id`, `appid`, `out_trade_no` and `total_fee` with the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentNotice {
    /// The payment.
    pub payment: Payment,
    /// All that came, with what this version does not know.
    pub fields: Fields,
}

/// How a notification is expected to be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// As the order was, which the merchant knows and an attacker does not choose.
    As(SignType),
    /// As it says itself in `sign_type`, else by its length: 64 characters are HMAC-SHA256, 32 are MD5. For
    /// merchants whose orders are signed in both ways (v2.md §1.3).
    AsSent,
}

/// Something that came encrypted but without a signature, in a mode that does not protect against changes.
///
/// Whoever acts on it asks the platform first: [`RefundQuery`](crate::v2::RefundQuery) by its `refund_id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unconfirmed<T>(T);

impl<T> Unconfirmed<T> {
    /// What is claimed: enough to know what to ask for.
    #[must_use]
    pub fn claim(&self) -> &T {
        &self.0
    }
}

/// Why a notification is not believed or not understood. Answer with [`reply_failure`], so that it is sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotificationRefused {
    /// Not a message of the platform's.
    #[error("not a message")]
    Xml(#[from] XmlError),
    /// `return_code` is not `SUCCESS`: nothing can be verified.
    #[error("says that it failed: {message}")]
    Failed {
        /// `return_msg` or `err_code_des`.
        message: String,
        /// `err_code`, where there is one.
        code: ErrorCode,
    },
    /// The signature is not the platform's.
    #[error(transparent)]
    Sign(#[from] SignFault),
    /// Neither key opens it.
    #[error("cannot be decrypted; the APIv2 key differs from the one set on the merchant platform")]
    CannotDecrypt,
    /// Signed for another merchant.
    #[error("is for merchant {mch_id}")]
    OtherMerchant {
        /// For whom.
        mch_id: Box<str>,
    },
    /// An element is missing or cannot be read.
    #[error("{}: {}", .0.member, .0.reason)]
    Misfit(Misfit),
}

impl NotificationRefused {
    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Xml(error) => error.code(),
            Self::Failed { .. } => "notification_failed",
            Self::Sign(fault) => fault.code(),
            Self::CannotDecrypt => "cannot_decrypt",
            Self::OtherMerchant { .. } => "other_merchant",
            Self::Misfit(_) => "misfit",
        }
    }
}

impl Merchant {
    /// Verifies and reads a payment notification, which came as `body`.
    ///
    /// # Errors
    /// [`NotificationRefused`].
    pub fn open_payment(
        &self,
        body: &[u8],
        expected: Expected,
    ) -> Result<Verified<PaymentNotice>, NotificationRefused> {
        let fields = self.verify(transported(body)?, expected)?;
        successful(envelope::business(&fields))?;
        // A notification has no state: this is the signed answer to a query, of an order that is not paid.
        if fields.get("trade_state").is_some_and(|state| state != "SUCCESS") {
            let reason = "is not SUCCESS".into();
            return Err(NotificationRefused::Misfit(Misfit { member: "trade_state".into(), reason }));
        }
        let payment = Payment::read(&fields).map_err(NotificationRefused::Misfit)?;
        Ok(Verified::vouch(PaymentNotice { payment, fields }))
    }

    /// Decrypts and reads a refund notification, which came as `body`. `APIv3` refunds without a
    /// `notify_url` are told in this form too (v3.md §5.1).
    ///
    /// # Errors
    /// [`NotificationRefused`].
    pub fn open_refund(&self, body: &[u8]) -> Result<Unconfirmed<RefundNotice>, NotificationRefused> {
        let outer = transported(body)?;
        self.check_addressee(&outer)?;
        let req_info: String = outer.required("req_info").map_err(NotificationRefused::Misfit)?;
        let inner = self.decrypt(&req_info).ok_or(NotificationRefused::CannotDecrypt)?;
        let inner = Fields::parse_under("root", &inner)?;
        let notice = RefundNotice::read(&outer, &inner).map_err(NotificationRefused::Misfit)?;
        Ok(Unconfirmed(notice))
    }

    /// What came, if it is signed with one of the keys and meant for this merchant.
    pub(super) fn verify(&self, fields: Fields, expected: Expected) -> Result<Fields, NotificationRefused> {
        let sign_type = expected.sign_type(&fields)?;
        self.key.verify(sign_type, &fields).or_else(|fault| match &self.key_other {
            Some(other) => other.verify(sign_type, &fields),
            None => Err(fault),
        })?;
        unambiguous(&fields)?;
        self.check_addressee(&fields)?;
        Ok(fields)
    }

    fn check_addressee(&self, fields: &Fields) -> Result<(), NotificationRefused> {
        let mch_id = fields.get("mch_id").unwrap_or_default();
        if mch_id == self.mch_id.as_str() {
            return Ok(());
        }
        Err(NotificationRefused::OtherMerchant { mch_id: mch_id.chars().take(MCH_ID_CHARS_MAX).collect() })
    }

    fn decrypt(&self, req_info: &str) -> Option<Vec<u8>> {
        let ciphertext = STANDARD.decode(req_info.trim_ascii()).ok()?;
        let other = || decrypt(self.key_other.as_ref()?, &ciphertext);
        decrypt(&self.key, &ciphertext).or_else(other)
    }
}

impl Expected {
    fn sign_type(self, fields: &Fields) -> Result<SignType, SignFault> {
        let said = fields.get("sign_type").filter(|word| !word.is_empty());
        match (self, said) {
            (Self::As(sign_type), _) => Ok(sign_type),
            (Self::AsSent, Some(word)) => SignType::parse(word)
                .ok_or_else(|| SignFault::UnknownType(word.chars().take(MCH_ID_CHARS_MAX).collect())),
            (Self::AsSent, None) => match fields.get("sign").unwrap_or_default().len() {
                0 => Err(SignFault::Missing),
                32 => Ok(SignType::Md5),
                64 => Ok(SignType::HmacSha256),
                _ => Err(SignFault::Wrong),
            },
        }
    }
}

/// Refuses a message that was grouped anew under a genuine signature.
///
/// `a=1&b=2` is signed alike as two elements and as one, so a payer who chooses `attach` could have it taken for
/// another `out_trade_no`. The genuine one then stands within the text of some later element. `attach` itself
/// stands before all that matters, and may hold what the merchant likes.
fn unambiguous(fields: &Fields) -> Result<(), SignFault> {
    for (name, text) in fields.iter().filter(|(name, text)| *name != "attach" && text.contains('&')) {
        let mut pieces = text.split('&').skip(1).filter_map(|piece| piece.split_once('='));
        if pieces.any(|(within, _)| fields.get(within).is_some()) {
            return Err(SignFault::Ambiguous(name.into()));
        }
    }
    Ok(())
}

/// A message whose transport succeeded; without that it has no signature.
fn transported(body: &[u8]) -> Result<Fields, NotificationRefused> {
    let fields = Fields::parse(body)?;
    successful(envelope::transport(&fields))?;
    Ok(fields)
}

fn successful(envelope: Envelope) -> Result<(), NotificationRefused> {
    match envelope {
        Envelope::Accepted => Ok(()),
        Envelope::Refused { code, message } => Err(NotificationRefused::Failed { message, code }),
        Envelope::Missing(misfit) => Err(NotificationRefused::Misfit(misfit)),
    }
}

/// AES-256-ECB with PKCS#7 padding; the key is the lower-case hexadecimal MD5 of the `APIv2` key, all 32
/// characters of it (v2.md §4.2).
fn decrypt(key: &ApiV2Key, ciphertext: &[u8]) -> Option<Vec<u8>> {
    let mut digits = Zeroizing::new([0_u8; AES_256_KEY_LEN]);
    for (pair, byte) in digits.chunks_exact_mut(2).zip(Md5::digest(key.bytes())) {
        pair[0] = lower_digit(byte >> 4);
        pair[1] = lower_digit(byte & 15);
    }
    let cipher = UnboundCipherKey::new(&AES_256, &*digits).ok()?;
    let cipher = PaddedBlockDecryptingKey::ecb_pkcs7(cipher).ok()?;
    let mut buffer = ciphertext.to_vec();
    let length = cipher.decrypt(&mut buffer, DecryptionContext::None).ok()?.len();
    buffer.truncate(length);
    Some(buffer)
}

fn lower_digit(half: u8) -> u8 {
    if half < 10 { b'0' + half } else { b'a' + half - 10 }
}

/// The reply to a notification that was dealt with: HTTP 200 and exactly this, within five seconds
/// (v2.md §4.1).
pub const REPLY_SUCCESS: &str =
    "<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>";

/// The reply that asks for the notification to be sent again, with a reason for the platform's log.
#[must_use]
pub fn reply_failure(reason: &str) -> String {
    let told: String = reason.chars().filter(|c| !c.is_control()).take(REASON_CHARS_MAX).collect();
    // `]]>` would end the section; it is divided over two.
    let told = told.replace("]]>", "]]]]><![CDATA[>");
    format!(
        "<xml><return_code><![CDATA[FAIL]]></return_code><return_msg><![CDATA[{told}]]></return_msg></xml>"
    )
}

/// `return_msg` has at most 128 characters (v2.md §4.1).
const REASON_CHARS_MAX: usize = 128;
/// `mch_id` has at most 32 characters (v2.md §4.1).
const MCH_ID_CHARS_MAX: usize = 32;
