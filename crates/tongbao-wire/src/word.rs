//! Words the platform uses for states. It may add one tomorrow, so each set keeps an `Unknown`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! words {
    ($($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $type {
            $($(#[$variant_doc])* $variant,)*
            /// A word this version does not know.
            Unknown(Box<str>),
        }

        impl $type {
            /// Every word known, in the order of the documents.
            pub const ALL: &'static [$type] = &[$($type::$variant,)*];

            /// The word as the protocol spells it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<&str> for $type {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Unknown(other.chars().take(UNKNOWN_CHARS_MAX).collect()),
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Ok(Self::from(&*text))
            }
        }
    )*};
}

pub(crate) mod complaint;
pub(crate) mod sharing;
pub(crate) mod transfer;

/// The longest word documented has 48 characters; what is longer is kept only so far.
const UNKNOWN_CHARS_MAX: usize = 64;

words! {
    /// State of a payment at the platform (`trade_state`, v3.md §2.3).
    TradeState {
        /// Paid.
        Success = "SUCCESS",
        /// Paid, and at least part of it was refunded or is being refunded.
        Refund = "REFUND",
        /// Not paid. Never proof of failure: it may still be paid.
        NotPay = "NOTPAY",
        /// Closed, can no longer be paid.
        Closed = "CLOSED",
        /// Reversed (payment code only).
        Revoked = "REVOKED",
        /// The payer is typing the password (payment code only).
        UserPaying = "USERPAYING",
        /// Failed (payment code only).
        PayError = "PAYERROR",
    }

    /// How a payment was made (`trade_type`, v3.md §2.5).
    TradeType {
        /// Mini program or official account.
        Jsapi = "JSAPI",
        /// QR code scanned by the payer.
        Native = "NATIVE",
        /// Mobile app.
        App = "APP",
        /// Mobile browser outside WeChat (H5).
        Mweb = "MWEB",
        /// Payment code scanned by the merchant.
        Micropay = "MICROPAY",
        /// Payment by face.
        Facepay = "FACEPAY",
    }

    /// State of a refund (`status` in answers, `refund_status` in notifications; v3.md §5.2).
    RefundStatus {
        /// The payer has the money.
        Success = "SUCCESS",
        /// Failed; the merchant keeps the money, a new number is needed to try again.
        Closed = "CLOSED",
        /// Accepted, on its way.
        Processing = "PROCESSING",
        /// The money can reach the payer only after a person acts.
        Abnormal = "ABNORMAL",
    }

    /// The way the money goes back (`channel`, v3.md §5.1).
    RefundChannel {
        /// The way it came.
        Original = "ORIGINAL",
        /// To the payer's balance.
        Balance = "BALANCE",
        /// To another balance, the first account being abnormal.
        OtherBalance = "OTHER_BALANCE",
        /// To another bank card, the first account being abnormal.
        OtherBankcard = "OTHER_BANKCARD",
    }

    /// State of a transfer to a user (`state`, v3-extended.md §10.1).
    TransferState {
        /// Accepted; repeat the same request if it stays, the balance may be short.
        Accepted = "ACCEPTED",
        /// The money is being locked.
        Processing = "PROCESSING",
        /// The user must confirm within 24 hours.
        WaitUserConfirm = "WAIT_USER_CONFIRM",
        /// The user confirmed, the money is on its way.
        Transfering = "TRANSFERING",
        /// The user has the money.
        Success = "SUCCESS",
        /// Failed; the money is back.
        Fail = "FAIL",
        /// Being cancelled.
        Canceling = "CANCELING",
        /// Cancelled; the money is back.
        Cancelled = "CANCELLED",
    }

    /// State of an application: to be onboarded (v3-extended.md §9.4) or to confirm an intent (§9.6).
    ///
    /// `WAITTING`, `EDITTING` and `FREEZED` are the platform's spelling.
    ApplymentState {
        /// Begun, not handed in; submit again under the same number.
        Editting = "APPLYMENT_STATE_EDITTING",
        /// Onboarding: under review, one to three working days.
        Auditing = "APPLYMENT_STATE_AUDITING",
        /// Refused; the details say why. Onboarding: mend it and submit under the same number. Intent:
        /// cancel first, then a new number.
        Rejected = "APPLYMENT_STATE_REJECTED",
        /// Onboarding: the account must be verified within ten days.
        ToBeConfirmed = "APPLYMENT_STATE_TO_BE_CONFIRMED",
        /// Onboarding: the contact must sign.
        ToBeSigned = "APPLYMENT_STATE_TO_BE_SIGNED",
        /// Onboarding: permissions are being granted, about half an hour.
        Signing = "APPLYMENT_STATE_SIGNING",
        /// Onboarding: done.
        Finished = "APPLYMENT_STATE_FINISHED",
        /// Cancelled, or not signed or confirmed in thirty days.
        Canceled = "APPLYMENT_STATE_CANCELED",
        /// Intent: under review, one or two days.
        WaittingForAudit = "APPLYMENT_STATE_WAITTING_FOR_AUDIT",
        /// Intent: the contact must confirm.
        WaittingForConfirmContact = "APPLYMENT_STATE_WAITTING_FOR_CONFIRM_CONTACT",
        /// Intent: the legal person must confirm.
        WaittingForConfirmLegalperson = "APPLYMENT_STATE_WAITTING_FOR_CONFIRM_LEGALPERSON",
        /// Intent: confirmed.
        Passed = "APPLYMENT_STATE_PASSED",
        /// Intent: frozen, for the subject is onboarded already.
        Freezed = "APPLYMENT_STATE_FREEZED",
    }

    /// Whether a merchant has confirmed that it wants its account (`authorize_state`, v3-extended.md §9.6).
    AuthorizeState {
        /// Not yet.
        Unauthorized = "AUTHORIZE_STATE_UNAUTHORIZED",
        /// Confirmed.
        Authorized = "AUTHORIZE_STATE_AUTHORIZED",
    }

    /// Whether the account a sub-merchant is paid to was verified (`verify_result`, v3-extended.md §9.5).
    AccountVerification {
        /// Verified.
        Success = "VERIFY_SUCCESS",
        /// The remittance failed.
        Fail = "VERIFY_FAIL",
        /// Under way.
        Verifying = "VERIFYING",
    }

    /// State of a change of that account (`verify_result`, v3-extended.md §9.5).
    SettlementChangeState {
        /// In force.
        Success = "AUDIT_SUCCESS",
        /// Under review.
        Auditing = "AUDITING",
        /// Refused; the old account stays.
        Fail = "AUDIT_FAIL",
    }
}

#[cfg(test)]
mod tests {
    use super::{RefundStatus, TradeState};

    #[test]
    fn every_word_reads_back_and_a_new_one_is_kept() {
        for state in TradeState::ALL {
            assert_eq!(&TradeState::from(state.as_str()), state);
        }
        assert_eq!(TradeState::from("ACCEPT").as_str(), "ACCEPT");
        let status: RefundStatus = serde_json::from_str("\"TOMORROW\"").expect("any word reads");
        assert_eq!(serde_json::to_string(&status).expect("text"), "\"TOMORROW\"");
    }
}
