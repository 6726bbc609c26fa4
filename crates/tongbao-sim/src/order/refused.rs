//! Why an order or a refund is refused, without words: every face of the platform has its own.

/// Why the platform refuses what was asked of an order or a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The appid is not bound to the merchant who orders.
    AppidUnbound,
    /// Nobody has such an openid.
    OpenidUnknown,
    /// The openid is somebody's, under another appid.
    OpenidForeign,
    /// A provider calls as a merchant and names no sub-merchant (v3.md §3, 268443704).
    SubMissing,
    /// The sub-merchant is the provider (268443705).
    SubIsProvider,
    /// The provider does not act for the sub-merchant (268443701).
    SubUnrelated,
    /// The sub-merchant's appid is not bound to it.
    SubAppidUnbound,
    /// The sub-merchant's appid is the provider's (v3.md §3 \[F\]).
    SubAppidIsProviders,
    /// The openid is not one under the sub-merchant's appid.
    SubOpenidForeign,
    /// The merchant is disabled or cancelled (268443715).
    MerchantDisabled,
    /// Risk control lets the merchant take no payments (268448010).
    CollectionRestricted,
    /// The product behind the scene is not opened.
    SceneClosed,
    /// Memory holds no more orders, and none of them is over. The simulator's own.
    Full,
    /// The number is taken by another scene or a combined order.
    NumberUsed,
    /// The number again, with other parameters.
    ReentryDiffers,
    /// Paid already.
    Paid,
    /// Closed, or failed for good.
    Closed,
    /// Taken back (撤销).
    Revoked,
    /// The payer is being asked for the password.
    UserPaying,
    /// A payment-code order is not closed but reversed (268449641).
    OnlyReverse,
    /// Only payment-code orders are reversed.
    NotByCode,
    /// More than seven days have passed (v3.md §2.8).
    ReverseExpired,
    /// There is no such order.
    OrderUnknown,
    /// The order is another merchant's.
    OrderForeign,
    /// The order is another sub-merchant's of the same provider.
    OrderOfOtherSub,
    /// What is to be closed is not what was ordered together (v3.md §4).
    SubOrdersDiffer,
    /// The code is not a payment code.
    CodeInvalid,
    /// The code was used.
    CodeUsed,
    /// The code is older than its minute.
    CodeExpired,
    /// The payer has not so much.
    PayerShort,
    /// The payer's account is gone or barred.
    PayerAbnormal,
    /// The order to refund is unknown or unpaid, which cannot be told apart (v3.md §5.2).
    NothingToRefund,
    /// `amount.total` is not what the order cost.
    RefundTotalDiffers,
    /// More than what is left of the payment.
    RefundTooMuch,
    /// Fifty refunds of one order.
    RefundTooManyParts,
    /// A year after the payment.
    RefundTooLate,
    /// Within a minute of the one before.
    RefundTooSoon,
    /// Too many refunds of orders older than a month within this minute.
    OldRefundsTooMany,
    /// The refund's number again, with other amounts or another order.
    RefundDiffers,
    /// The merchant has not so much where the refund is to come from.
    MerchantShort,
    /// There is no such refund.
    RefundUnknown,
    /// Only an abnormal refund is sent another way (v3.md §5.5).
    RefundNotAbnormal,
}
