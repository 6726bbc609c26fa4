//! What v2 says when it refuses: in which layer, which code, which words (v2.md §1.4, §1.5, §3).

use std::borrow::Cow;

use tongbao_wire::Call;

use super::xml::Unreadable;
use crate::faults::Words;
use crate::order;
use crate::tls::CertificateRefused;

/// A refusal as it goes on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// `return_code=FAIL`: unsigned, and nothing but `return_msg` (v2.md §1.4). The code stays with us.
    Unsigned { code: Cow<'static, str>, words: String },
    /// `result_code=FAIL` with `err_code`, signed.
    Signed { code: Cow<'static, str>, words: String },
    /// Refused before anything of v2: a page in HTML.
    Certificate(CertificateRefused),
}

impl Refused {
    pub(super) fn unsigned(code: &'static str, words: impl Into<String>) -> Self {
        Self::Unsigned { code: code.into(), words: words.into() }
    }

    pub(super) fn signed(code: &'static str, words: impl Into<String>) -> Self {
        Self::Signed { code: code.into(), words: words.into() }
    }

    pub(super) fn sign() -> Self {
        Self::unsigned("SIGNERROR", "签名错误")
    }

    /// A required parameter is not there.
    pub(super) fn lacks(name: &str) -> Self {
        Self::signed("LACK_PARAMS", format!("缺少参数{name}"))
    }

    /// Nobody is named.
    pub(super) fn no_mch_id() -> Self {
        Self::unsigned("MCHID_NOT_EXIST", "mch_id参数格式错误")
    }

    /// A value does not have its form.
    pub(super) fn malformed(name: &str) -> Self {
        Self::signed("PARAM_ERROR", format!("{name}参数格式错误"))
    }

    /// A value is too long.
    pub(super) fn long(name: &str) -> Self {
        Self::signed("PARAM_ERROR", format!("{name}参数长度有误"))
    }

    pub(super) fn param(words: impl Into<String>) -> Self {
        Self::signed("PARAM_ERROR", words)
    }

    pub(super) fn system_error() -> Self {
        Self::signed("SYSTEMERROR", "系统超时")
    }

    /// What a fault script wants said.
    pub(super) fn scripted(words: &Words) -> Self {
        Self::Signed { code: Cow::Owned(words.code.clone()), words: words.message.clone() }
    }

    pub(super) fn too_many() -> Self {
        Self::signed("FREQUENCY_LIMITED", "频率过高，请稍后重试")
    }
}

impl From<Unreadable> for Refused {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::NotUtf8 => Self::unsigned("NOT_UTF8", "编码格式错误"),
            // Seen in the field: no member is found, the first that is needed is this one.
            Unreadable::OtherRoot => Self::no_mch_id(),
            Unreadable::Malformed(_) => Self::unsigned("XML_FORMAT_ERROR", "XML格式错误"),
        }
    }
}

/// The words of v2 for what the rules refuse. Where no table has the case, the code is the nearest \[D\].
pub(super) fn words(refused: order::Refused, call: Call) -> Refused {
    use order::Refused as Rule;
    let (code, words) = match refused {
        Rule::AppidUnbound => ("APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配"),
        Rule::OpenidUnknown => ("PARAM_ERROR", "无效的openid"),
        Rule::OpenidForeign => ("PARAM_ERROR", "appid and openid not match"),
        Rule::SubMissing => ("LACK_PARAMS", "受理机构必须传入sub_mch_id"),
        Rule::SubIsProvider => ("PARAM_ERROR", "子商户mchid不能与自身mchid相同"),
        Rule::SubUnrelated => ("NOAUTH", "受理关系不存在"),
        Rule::SubAppidUnbound => ("APPID_MCHID_NOT_MATCH", "sub_mch_id与sub_appid不匹配"),
        Rule::SubAppidIsProviders => ("INVALID_REQUEST", "sub_appid与appid相同时请勿传入sub_appid"),
        Rule::SubOpenidForeign => ("PARAM_ERROR", "sub_appid和sub_openid不匹配"),
        Rule::MerchantDisabled => ("INVALID_REQUEST", "商户状态为不可用或者已经注销"),
        Rule::CollectionRestricted => ("INVALID_REQUEST", "此商家的收款功能已被限制"),
        Rule::SceneClosed => ("NOAUTH", "商户号该产品权限未开通，请前往商户平台>产品中心检查后重试"),
        Rule::Full => return Refused::too_many(),
        Rule::NumberUsed => ("OUT_TRADE_NO_USED", "商户订单号重复"),
        Rule::ReentryDiffers => ("INVALID_REQUEST", "请求重入时，参数与首次请求时不一致"),
        Rule::Paid => ("ORDERPAID", "该订单已支付"),
        Rule::Revoked if call == Call::Micropay => ("ORDERREVERSED", "订单已撤销"),
        Rule::Closed | Rule::Revoked => ("ORDERCLOSED", "该订单已关闭"),
        Rule::UserPaying => ("USERPAYING", "需要用户输入支付密码"),
        Rule::OnlyReverse => ("TRADE_STATE_ERROR", "当前交易不允许进行普通关单(只能撤销)"),
        Rule::NotByCode => ("INVALID_REQUEST", "仅支持撤销付款码支付的订单"),
        Rule::ReverseExpired => ("REVERSE_EXPIRE", "订单无法撤销，已超过可撤销的期限"),
        Rule::OrderUnknown => ("ORDERNOTEXIST", "订单不存在"),
        Rule::OrderForeign | Rule::SubOrdersDiffer => ("INVALID_REQUEST", "商户号和订单信息不匹配"),
        Rule::OrderOfOtherSub => ("INVALID_REQUEST", "子商户号和订单信息不匹配"),
        Rule::CodeInvalid => ("AUTH_CODE_INVALID", CODE_INVALID),
        Rule::CodeUsed => ("AUTH_CODE_INVALID", "101 每个二维码仅限使用一次，请刷新再试"),
        Rule::CodeExpired => ("AUTHCODEEXPIRE", "二维码已过期，请用户在微信上刷新后再试"),
        Rule::PayerShort => ("NOTENOUGH", "余额不足"),
        // The table of micropay knows no such code.
        Rule::PayerAbnormal if call == Call::Micropay => ("TRADE_ERROR", "用户账户异常或已注销"),
        Rule::PayerAbnormal => ("USER_ACCOUNT_ABNORMAL", "用户帐号注销"),
        Rule::NothingToRefund => ("ORDERNOTEXIST", "订单不存在"),
        Rule::RefundTotalDiffers => ("PARAM_ERROR", "订单金额与原订单不一致"),
        Rule::RefundTooMuch => ("ERROR", "申请退款金额大于订单可退金额"),
        Rule::RefundTooManyParts => ("ERROR", "订单部分退款次数超过50次"),
        Rule::RefundTooLate => ("TRADE_OVERDUE", "订单已经超过可退款的最大期限"),
        Rule::RefundTooSoon | Rule::OldRefundsTooMany => return Refused::too_many(),
        Rule::RefundDiffers => ("REFUND_FEE_MISMATCH", "订单金额或退款金额与之前请求不一致，请核实后再试"),
        Rule::MerchantShort => ("NOTENOUGH", "基本账户余额不足，请充值后重新发起"),
        Rule::RefundUnknown => ("REFUNDNOTEXIST", "退款订单查询失败"),
        Rule::RefundNotAbnormal => ("INVALID_REQUEST", "退款单状态不是退款异常"),
    };
    Refused::signed(code, words)
}

const CODE_INVALID: &str = "请扫描微信支付授权码(以10/11/12/13/14/15为前缀的18位数字)";
