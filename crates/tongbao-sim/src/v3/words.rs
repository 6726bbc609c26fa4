//! What v3 says when the rules refuse: status, code, message and cause (v3.md §1.11, §2.2, §2.8, §3, §5.4).

use crate::Switches;
use crate::order::Refused;
use crate::refusal::{Refusal, cause};

/// The platform's words for a refusal.
pub(super) fn words(refused: Refused, switches: &Switches) -> Refusal {
    match refused {
        Refused::AppidUnbound => {
            let message = "appid和mch_id不匹配，请检查后再试";
            Refusal::new(400, "APPID_MCHID_NOT_MATCH", message, cause::APPID)
        }
        Refused::OpenidUnknown => Refusal::param("无效的openid").at(
            "body",
            "/payer/openid",
            None,
            "openid was not issued under this appid",
        ),
        Refused::OpenidForeign => Refusal::invalid("appid与openid不匹配", cause::PARAMETER),
        Refused::SubMissing => Refusal::param("受理机构必须传入sub_mch_id").because(cause::SUB_MISSING),
        Refused::SubIsProvider => Refusal::param("子商户号不能与服务商商户号相同").because(cause::SUB_IS_OWN),
        Refused::SubUnrelated => Refusal::new(403, "NO_AUTH", "受理关系不存在", cause::RELATION_MISSING),
        Refused::SubAppidUnbound => {
            let message = "sub_mch_id与sub_appid不匹配";
            Refusal::new(400, "APPID_MCHID_NOT_MATCH", message, cause::APPID)
        }
        Refused::SubAppidIsProviders => {
            Refusal::invalid("sub_appid与sp_appid相同时请勿传入sub_appid", cause::PARAMETER)
        }
        Refused::SubOpenidForeign => Refusal::invalid("sub_appid和sub_openid不匹配", cause::PARAMETER),
        // The causes and sentences of these two are published, their codes are not.
        Refused::MerchantDisabled => {
            Refusal::invalid("商户状态为不可用或者已经注销", cause::MERCHANT_UNUSABLE)
        }
        Refused::CollectionRestricted => {
            Refusal::new(403, "RULE_LIMIT", "此商家的收款功能已被限制", cause::COLLECTION_RESTRICTED)
        }
        Refused::SceneClosed => Refusal::new(403, "NO_AUTH", PRODUCT_CLOSED, cause::PERMISSION),
        Refused::Full => Refusal::too_many(),
        Refused::NumberUsed => Refusal::new(403, "OUT_TRADE_NO_USED", "商户订单号重复", cause::REENTRY),
        Refused::ReentryDiffers => Refusal::invalid("请求重入时，参数与首次请求时不一致", cause::REENTRY),
        Refused::Paid => Refusal::new(400, switches.paid_code.as_str(), "该订单已支付", cause::PAID),
        Refused::Closed => Refusal::new(400, switches.closed_code.as_str(), "该订单已失效", cause::CLOSED),
        Refused::Revoked => Refusal::new(400, "ORDER_REVERSED", "该订单已撤销", cause::CLOSED),
        Refused::UserPaying => Refusal::new(202, "USERPAYING", "用户支付中，需要输入密码", cause::PARAMETER),
        Refused::OnlyReverse => Refusal::invalid("当前交易不允许进行普通关单(只能撤销)", cause::ONLY_REVERSE),
        Refused::NotByCode => Refusal::invalid("仅支持撤销付款码支付的订单", cause::PARAMETER),
        Refused::ReverseExpired => {
            Refusal::new(403, "TRADE_ERROR", "订单已超过可撤销的期限，请申请退款", cause::PARAMETER)
        }
        Refused::OrderUnknown => Refusal::order_not_exist(),
        // v3.md §2.5 gives the sentence; the code is not published.
        Refused::OrderForeign => Refusal::invalid("商户号和订单信息不匹配", cause::FOREIGN_ORDER),
        Refused::OrderOfOtherSub => Refusal::invalid("子商户号和订单信息不匹配", cause::OTHER_SUBS_ORDER),
        Refused::SubOrdersDiffer => Refusal::invalid("子单信息与下单时不一致", cause::FOREIGN_ORDER),
        Refused::CodeInvalid => Refusal::new(400, "AUTH_CODE_INVALID", CODE_INVALID, cause::PARAMETER),
        Refused::CodeUsed => {
            let message = "每个二维码仅限使用一次，请刷新再试";
            Refusal::new(400, "AUTH_CODE_INVALID", message, cause::PARAMETER)
        }
        Refused::CodeExpired => {
            Refusal::new(403, "AUTH_CODE_EXPIRE", "付款码已过期，请刷新再试", cause::PARAMETER)
        }
        Refused::PayerShort => Refusal::new(403, "NOT_ENOUGH", "用户余额不足", cause::PARAMETER),
        Refused::PayerAbnormal => {
            Refusal::new(403, "USER_ACCOUNT_ABNORMAL", "用户账户异常或已注销", cause::REFUND)
        }
        Refused::NothingToRefund => {
            Refusal::new(404, "RESOURCE_NOT_EXISTS", "订单号不存在", cause::ORDER_NOT_FOUND)
        }
        Refused::RefundTotalDiffers => Refusal::invalid("订单金额与原订单不一致", cause::REFUND),
        Refused::RefundTooMuch => Refusal::invalid("申请退款金额大于订单可退金额", cause::REFUND),
        Refused::RefundTooManyParts => Refusal::invalid("订单部分退款次数超过50次", cause::REFUND),
        Refused::RefundTooLate => {
            let status = switches.trade_overdue_status;
            Refusal::new(status, "TRADE_OVERDUE", "订单已超过可退款的最大期限", cause::REFUND)
        }
        Refused::RefundTooSoon => Refusal::too_many(),
        Refused::OldRefundsTooMany => Refusal::new(
            429,
            "FREQUENCY_LIMITED",
            "频率限制，1个月之前的订单请降低申请频率再重试",
            cause::TOO_FREQUENT,
        ),
        Refused::RefundDiffers => {
            let code = switches.refund_mismatch.as_str();
            Refusal::new(400, code, "您的请求参数与订单信息不一致", cause::REENTRY)
        }
        Refused::MerchantShort => {
            Refusal::new(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起", cause::REFUND)
        }
        Refused::RefundUnknown => {
            Refusal::new(404, "RESOURCE_NOT_EXISTS", "退款单不存在", cause::ORDER_NOT_FOUND)
        }
        Refused::RefundNotAbnormal => Refusal::invalid("退款单状态不是退款异常", cause::REFUND),
    }
}

const CODE_INVALID: &str = "请扫描微信支付授权码(以10/11/12/13/14/15为前缀的18位数字)";
/// A product that is not opened.
pub(super) const PRODUCT_CLOSED: &str = "商户号该产品权限未开通，请前往商户平台>产品中心检查后重试";
