//! Numbers that a person's WeChat shows, not our server: they reach us in a report or a screenshot. They are
//! other numbers than the server's, although some coincide (miniprogram.md §1.5, §5.3).

use crate::Text;

macro_rules! faults {
    ($($(#[$doc:meta])* $type:ident { $($variant:ident = $number:literal,
        $cause_zh:literal $cause_en:literal, $fix_zh:literal $fix_en:literal;)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $type {
            $(#[doc = $cause_en] $variant,)*
        }

        impl $type {
            /// Every number known.
            pub const ALL: &'static [$type] = &[$($type::$variant,)*];

            /// The fault a number stands for, if it is known.
            #[must_use]
            pub fn of(number: i64) -> Option<Self> {
                match number {
                    $($number => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The number.
            #[must_use]
            pub fn number(self) -> i64 {
                match self {
                    $(Self::$variant => $number,)*
                }
            }

            /// Why it is shown, in words for people.
            #[must_use]
            pub fn cause(self) -> Text {
                match self {
                    $(Self::$variant => Text { zh: $cause_zh, en: $cause_en },)*
                }
            }

            /// What to do about it and where to click, in words for people.
            #[must_use]
            pub fn fix(self) -> Text {
                match self {
                    $(Self::$variant => Text { zh: $fix_zh, en: $fix_en },)*
                }
            }
        }
    )*};
}

faults! {
    /// What the authorise page (网页授权) shows in place of going on.
    AuthorizePageFault {
        RedirectUri = 10_003,
            "redirect_uri 的域名与后台配置不一致。" "The domain of redirect_uri is not the one set in the console.",
            "在 微信公众平台 > 设置与开发 > 账号设置 > 功能设置 > 网页授权域名 填同一个域名（不带协议，子域名要单独填）。" "Enter the same domain at 微信公众平台 > 设置与开发 > 账号设置 > 功能设置 > 网页授权域名 (no scheme; a sub-domain is another domain).";
        Scope = 10_005,
            "这个公众号没有该 scope 的权限：是订阅号，或未认证。" "The account may not use this scope: it is a subscription account, or not verified.",
            "使用已认证的服务号。" "Use a verified service account.";
    }

    /// `errCode` of `wx.requestSubscribeMessage`.
    SubscribeFault {
        NoTemplates = 10_001,
            "模板 ID 列表为空。" "The list of template ids is empty.",
            "传 1 到 3 个模板 ID。" "Pass 1 to 3 template ids.";
        ListFailed = 10_002,
            "网络问题，取不到模板列表。" "The network failed while the list was fetched.",
            "让用户稍后再点一次。" "Let the person tap again later.";
        RequestFailed = 10_003,
            "网络问题，订阅请求没有发出。" "The network failed while subscribing.",
            "让用户稍后再点一次。" "Let the person tap again later.";
        TemplatesMalformed = 10_004,
            "参数类型不对。" "The argument has another type.",
            "tmplIds 要传字符串数组。" "tmplIds is an array of texts.";
        InBackground = 10_005,
            "小程序在后台，无法弹出订阅框。" "The mini program is in the background, so nothing can be shown.",
            "在点击事件或支付回调里调用。" "Call it in a tap handler, or when the payment returns.";
        UnknownTemplate = 20_001,
            "没有这个模板 ID。" "No such template.",
            "从 微信公众平台 > 订阅消息 > 我的模板 复制模板 ID。" "Copy the template id from 微信公众平台 > 订阅消息 > 我的模板.";
        KindsMixed = 20_002,
            "一次性订阅与长期订阅混在一起。" "One-time and permanent templates are mixed.",
            "分开调用。" "Ask for them in separate calls.";
        TooManyTemplates = 20_003,
            "模板 ID 太多。" "Too many template ids.",
            "一次最多 3 个。" "Pass at most 3.";
        SwitchedOff = 20_004,
            "用户关掉了订阅消息的总开关。" "The person switched all subscribe messages off.",
            "属正常，不要追问。" "Normal; do not insist.";
        Banned = 20_005,
            "小程序被禁止使用订阅消息。" "The mini program may not use subscribe messages.",
            "在 微信公众平台 > 通知中心 查看原因。" "Read the reason at 微信公众平台 > 通知中心.";
        DeviceTemplate = 20_013,
            "不能通过这个接口订阅设备消息。" "Messages of devices are not subscribed to this way.",
            "改用设备消息的接口。" "Use the call for messages of devices.";
    }
}

#[cfg(test)]
mod tests {
    use super::{AuthorizePageFault, SubscribeFault};

    #[test]
    fn a_number_means_something_else_on_each_page() {
        assert_eq!(AuthorizePageFault::of(10_003), Some(AuthorizePageFault::RedirectUri));
        assert_eq!(SubscribeFault::of(10_003), Some(SubscribeFault::RequestFailed));
        assert_eq!(SubscribeFault::of(1), None);
        for fault in SubscribeFault::ALL {
            assert_eq!(SubscribeFault::of(fault.number()), Some(*fault));
            assert!(fault.cause().zh.ends_with('。') && fault.fix().en.ends_with('.'));
        }
    }
}
