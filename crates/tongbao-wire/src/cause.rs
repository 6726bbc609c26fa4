//! What lies behind a refusal: the internal codes at the end of `Request-ID` (v3.md §1.11, miniprogram.md
//! §3.1, §3.8).
//!
//! A row is a variant, its stable name, its numbers, the class of trying again, then cause and fix, each in
//! Chinese and English.

use crate::{Explanation, Retry, Text};

macro_rules! causes {
    ($($variant:ident = $name:literal, $($number:literal)|+, $retry:ident,
        $cause_zh:literal $cause_en:literal $fix_zh:literal $fix_en:literal;)*) => {
        /// What lies behind a refusal, by the internal code at the end of `Request-ID` (v3.md §1.11).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Cause {
            $(#[doc = $cause_en] $variant,)*
        }

        impl Cause {
            /// Every cause published.
            pub const ALL: &'static [Cause] = &[$(Cause::$variant,)*];

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

            /// What it means and what to do.
            #[must_use]
            pub fn explanation(self) -> Explanation {
                match self {
                    $(Self::$variant => Explanation {
                        cause: Text { zh: $cause_zh, en: $cause_en },
                        fix: Text { zh: $fix_zh, en: $fix_en },
                        retry: Retry::$retry,
                    },)*
                }
            }
        }
    };
}

causes! {
    OrderNotFound = "order_not_found", 268_512_771, Never,
        "微信支付没有这个订单。"
        "WeChat Pay has no such order."
        "核对订单号，并用下单的那个商户号查询；下单刚超时的话，1 分钟内不要当作失败，过几十秒再查。"
        "Check the number and ask as the merchant who ordered. Within a minute of a time-out do not take it as failed: query again.";
    TooFrequent = "too_frequent", 268_447_840, Later,
        "调用太频繁，被限频了。"
        "The call is made too often."
        "放慢后再发，间隔逐次加倍；退款和转账先查询再重发。下单要超过每秒 500 笔，请向微信支付申请提高额度。"
        "Slow down, doubling the pause; query refunds and transfers first. For more than 500 orders a second ask WeChat Pay for a higher limit.";
    IllegalParameter = "illegal_parameter", 268_435_461, Never,
        "有参数不合规则。"
        "A parameter is against the rules."
        "看应答的 detail.field 和 message，改好这个参数再发。"
        "Mend the parameter that detail.field and the message name.";
    AlreadyPaid = "already_paid", 268_449_538 | 268_498_689, AfterQuery,
        "订单已经支付成功。"
        "The order is paid already."
        "查单取回支付结果并发货；要退钱就走退款，不要换单号再收一次。"
        "Query the payment and deliver. To give money back, refund it; never charge again under another number.";
    IllegalExtraMember = "illegal_extra_member", 270_924_358, Never,
        "请求里有这个接口不认识的字段。"
        "The request has a member that the call does not have."
        "对照接口文档去掉多余的字段，例如 h5_info 只能用在 H5 下单。"
        "Remove what the call does not document; h5_info, for one, belongs to H5 orders only.";
    MerchantUnusable = "merchant_unusable", 268_443_715, Never,
        "商户号不可用，或者已经注销。"
        "The merchant is disabled or cancelled."
        "登录商户平台看账户状态和通知；商户号填错的话改配置。"
        "See the state of the account on 商户平台; if the number is wrong, mend the configuration.";
    MerchantOrderMismatch = "merchant_order_mismatch", 268_447_843, Never,
        "订单不是这个商户号下的。"
        "The order is another merchant's."
        "用下单的那个商户号来查询、关单和退款。"
        "Query, close and refund as the merchant who ordered.";
    SubMchidIsOwnMchid = "sub_mchid_is_own_mchid", 268_443_705, Never,
        "sub_mchid 填成了服务商自己的商户号。"
        "sub_mchid is the service provider's own number."
        "把 sub_mchid 改成特约商户的商户号。"
        "Put the sub-merchant's number into sub_mchid.";
    OrderExpiredOrClosed = "order_expired_or_closed", 268_447_914, Never,
        "订单已经失效：过了支付期限，或者被关闭。"
        "The order expired or was closed."
        "先查单确认没有支付，必要时关单，再用新的 out_trade_no 下单。"
        "Query that it was not paid, close it where needed, then order under a new out_trade_no.";
    SubMchidRequired = "sub_mchid_required", 268_443_704, Never,
        "用服务商的商户号调用，却没有传 sub_mchid；常见于误用直连商户的接口。"
        "A service provider called without sub_mchid, often through a direct merchant's call."
        "服务商改用 /v3/pay/partner 下的接口并传 sub_mchid；直连商户核对 mchid 是不是填成了服务商的。"
        "Service providers call /v3/pay/partner with sub_mchid. Direct merchants check that mchid is not a provider's.";
    CollectionRestricted = "collection_restricted", 268_448_010, Never,
        "商户的收款功能被限制。"
        "The merchant may not collect money at present."
        "打开商家助手小程序 > 风险处理，看处罚原因并申诉。"
        "See 商家助手 (mini program) > 风险处理 for the penalty, and appeal there.";
    OnlyReverseAllowed = "only_reverse_allowed", 268_449_641, Never,
        "付款码订单不能关单，只能撤销。"
        "A payment-code order cannot be closed, only reversed."
        "先查单；没有支付成功就调用撤销接口。"
        "Query; if it was not paid, reverse it.";
    SubMerchantOrderMismatch = "sub_merchant_order_mismatch", 268_447_845, Never,
        "订单不是这个子商户的。"
        "The order is another sub-merchant's."
        "sub_mchid 要和下单时传的一致。"
        "Send the sub_mchid that was sent when ordering.";
    Signature = "signature", 268_443_699, Never,
        "签名不对。"
        "The signature is wrong."
        "到商户平台 > 账户中心 > API安全 核对密钥和证书序列号，再检查签名串和服务器时间。"
        "Check key and serial number on 商户平台 > 账户中心 > API安全, then the text that is signed and the clock.";
    JsapiNeedsOpenid = "jsapi_needs_openid", 268_501_013, Never,
        "JSAPI 和小程序下单必须传付款人在这个 appid 下的 openid。"
        "JSAPI and mini-program orders need the payer's openid under the ordering appid."
        "用下单的 appid 登录取到 openid（小程序走 wx.login，公众号走网页授权），再放进 payer.openid 下单。"
        "Log the payer in with that appid (wx.login, or web authorisation in official accounts) and send payer.openid.";
    AcceptanceRelationMissing = "acceptance_relation_missing", 268_443_701, Never,
        "服务商和这个商户没有受理关系，或者关系不可用。"
        "The service provider does not serve this merchant."
        "服务商先邀请特约商户，由它在产品中心 > 我的授权产品 里授权；约 10 分钟后生效。"
        "Invite the merchant; it authorises in 产品中心 > 我的授权产品. This takes about 10 minutes.";
    ReentryParametersDiffer = "reentry_parameters_differ", 268_498_688, Never,
        "同一个订单号重复下单，但参数和第一次不一样。"
        "The same order number was sent again with other parameters."
        "用第一次的全部参数原样重发；内容确实要改，先关单并查单确认，再用新的 out_trade_no。"
        "Repeat the very first parameters. For other content close the order and query that it is closed, then use a new out_trade_no.";
    AppidMchidMismatch = "appid_mchid_mismatch", 268_445_527, Never,
        "appid 没有和这个商户号绑定。"
        "The appid is not bound to the merchant."
        "到商户平台 > 产品中心 > APPID授权管理 关联 appid，再到公众平台 > 微信支付 > 商户号管理 确认，几分钟后生效。"
        "Bind it on 商户平台 > 产品中心 > APPID授权管理, then confirm on 公众平台 > 微信支付 > 商户号管理. It takes some minutes.";
    OutOfRange = "out_of_range", 268_435_464, Never,
        "有参数超出了允许的范围。"
        "A value is out of range."
        "看应答的 detail.field 和 message，把值改到范围内。"
        "Mend the value that detail.field and the message name.";
}

impl Cause {
    /// True when it names a kind of fault only, so that a known message says more.
    #[must_use]
    pub fn is_broad(self) -> bool {
        matches!(self, Self::Signature | Self::IllegalParameter | Self::OutOfRange)
    }
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
