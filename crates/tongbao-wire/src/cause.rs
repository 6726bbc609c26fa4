//! What lies behind a refusal: the internal codes at the end of `Request-ID` (v3.md §1.11).

macro_rules! causes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $($number:literal)|+;)*) => {
        /// What lies behind a refusal, by the internal code at the end of `Request-ID` (v3.md §1.11).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Cause {
            $($(#[$doc])* $variant,)*
        }

        impl Cause {
            /// The cause an internal code stands for, when it is one of the published.
            #[must_use]
            pub fn of(code: u64) -> Option<Self> {
                match code {
                    $($($number)|+ => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// Stable name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

causes! {
    /// No such order.
    OrderNotFound = "order_not_found", 268_512_771;
    /// Called too often.
    TooFrequent = "too_frequent", 268_447_840;
    /// A parameter is against the rules.
    IllegalParameter = "illegal_parameter", 268_435_461;
    /// The order is paid already.
    AlreadyPaid = "already_paid", 268_449_538 | 268_498_689;
    /// A member the call does not have.
    IllegalExtraMember = "illegal_extra_member", 270_924_358;
    /// The merchant is closed or cancelled.
    MerchantUnusable = "merchant_unusable", 268_443_715;
    /// The order is another merchant's.
    MerchantOrderMismatch = "merchant_order_mismatch", 268_447_843;
    /// `sub_mchid` is the caller's own.
    SubMchidIsOwnMchid = "sub_mchid_is_own_mchid", 268_443_705;
    /// The order expired or was closed.
    OrderExpiredOrClosed = "order_expired_or_closed", 268_447_914;
    /// The sub-merchant is missing.
    SubMchidRequired = "sub_mchid_required", 268_443_704;
    /// The merchant may not collect money at present.
    CollectionRestricted = "collection_restricted", 268_448_010;
    /// A payment-code order can be reversed, not closed.
    OnlyReverseAllowed = "only_reverse_allowed", 268_449_641;
    /// The order is another sub-merchant's.
    SubMerchantOrderMismatch = "sub_merchant_order_mismatch", 268_447_845;
    /// The signature is wrong.
    Signature = "signature", 268_443_699;
    /// JSAPI needs an openid.
    JsapiNeedsOpenid = "jsapi_needs_openid", 268_501_013;
    /// The service provider does not serve this merchant.
    AcceptanceRelationMissing = "acceptance_relation_missing", 268_443_701;
    /// Repeated with other parameters.
    ReentryParametersDiffer = "reentry_parameters_differ", 268_498_688;
    /// The appid is not bound to the merchant.
    AppidMchidMismatch = "appid_mchid_mismatch", 268_445_527;
    /// A value is out of range.
    OutOfRange = "out_of_range", 268_435_464;
}

#[cfg(test)]
mod tests {
    use super::Cause;

    #[test]
    fn published_internal_codes_have_names_and_others_none() {
        assert_eq!(Cause::of(268_498_689).map(Cause::name), Some("already_paid"));
        assert_eq!(Cause::of(268_512_771), Some(Cause::OrderNotFound));
        assert_eq!(Cause::of(0), None);
    }
}
