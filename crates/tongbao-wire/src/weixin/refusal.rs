//! Why `api.weixin.qq.com` refuses: one row for each `errcode`, with its cause, its fix and what a program
//! does (miniprogram.md §1.1, §1.2, §1.4, §1.5, §4.5, §5.3).

use super::Reaction;
use crate::Text;

macro_rules! refusals {
    ($($variant:ident = $errcode:literal, $code:literal, $reaction:ident,
        $cause_zh:literal $cause_en:literal, $fix_zh:literal $fix_en:literal;)*) => {
        /// Why WeChat refused, by `errcode`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum WeixinRefusal {
            $(#[doc = $cause_en] $variant,)*
            /// A number this version does not know.
            Unknown(i64),
        }

        impl From<i64> for WeixinRefusal {
            fn from(errcode: i64) -> Self {
                match errcode {
                    $($errcode => Self::$variant,)*
                    other => Self::Unknown(other),
                }
            }
        }

        impl WeixinRefusal {
            /// Every refusal known.
            pub const ALL: &'static [WeixinRefusal] = &[$(WeixinRefusal::$variant,)*];

            /// WeChat's number.
            #[must_use]
            pub fn errcode(self) -> i64 {
                match self {
                    $(Self::$variant => $errcode,)*
                    Self::Unknown(errcode) => errcode,
                }
            }

            /// Stable code.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)*
                    Self::Unknown(_) => "weixin_refused",
                }
            }

            /// What to do.
            #[must_use]
            pub fn reaction(self) -> Reaction {
                match self {
                    $(Self::$variant => Reaction::$reaction,)*
                    Self::Unknown(_) => Reaction::ReportFault,
                }
            }

            /// Why WeChat refuses, in words for people.
            #[must_use]
            pub fn cause(self) -> Text {
                match self {
                    $(Self::$variant => Text { zh: $cause_zh, en: $cause_en },)*
                    Self::Unknown(_) => UNKNOWN_CAUSE,
                }
            }

            /// What to do about it and where to click, in words for people.
            #[must_use]
            pub fn fix(self) -> Text {
                match self {
                    $(Self::$variant => Text { zh: $fix_zh, en: $fix_en },)*
                    Self::Unknown(_) => UNKNOWN_FIX,
                }
            }
        }
    };
}

refusals! {
    // Any call.
    SystemBusy = -1, "weixin_system_busy", RetrySoon,
        "微信系统繁忙。" "WeChat is busy.",
        "一秒后再试一次；若是登录，请让小程序重新 wx.login。" "Try again after a second; for a login, have the mini program call wx.login anew.";
    FrequencyLimited = 45011, "weixin_frequency_limited", BackOff,
        "调用太频繁（登录：每人每分钟 100 次）。" "Called too often (logins: 100 a minute for one person).",
        "降低频率，检查前端是否在循环登录。" "Slow down, and look for a loop of logins in the front end.";
    QuotaExhausted = 45009, "weixin_quota_exhausted", BackOff,
        "今天的调用次数已用完。" "The day's calls are used up.",
        "停止调用；用稳定版接口取 access_token 并缓存；可在 微信公众平台 > 开发管理 > 接口管理 查看并清零额度。" "Stop calling; fetch tokens in stable mode and cache them; see the quota at 微信公众平台 > 开发管理 > 接口管理.";
    CalledTooOften = 44990, "weixin_called_too_often", BackOff,
        "调用太频繁。" "Called too often.",
        "隔一会儿再试，并缓存结果。" "Try again later, and keep the answer.";
    InvalidArgument = 40097, "weixin_invalid_argument", ReportFault,
        "参数缺失或不合法。" "An argument is missing or illegal.",
        "这是程序的错误：对照接口文档检查请求。" "A fault of the program: compare the request with the call's document.";
    MalformedJson = 47001, "weixin_malformed_json", ReportFault,
        "请求体不是这个接口要的 JSON，或字段名不对。" "The body is not the JSON this call takes, or a member has another name.",
        "这是程序的错误：查询用 merchant_id、merchant_trade_no，发货用 mchid、out_trade_no，不可混用。" "A fault of the program: queries say merchant_id and merchant_trade_no, uploads say mchid and out_trade_no.";

    // Tokens, appid and secret.
    InvalidCredential = 40001, "weixin_invalid_credential", RefreshToken,
        "AppSecret 不对，或 access_token 已被新的取代。" "The AppSecret is wrong, or the token was superseded.",
        "重新取一次 access_token 再试；若反复出现，说明另有程序在用同一个 AppID 取 token，或 AppSecret 已重置。" "Fetch a token and try once more; if it repeats, another program fetches tokens for this appid, or the AppSecret was reset.";
    InvalidToken = 40014, "weixin_invalid_token", RefreshToken,
        "access_token 不合法。" "The token is malformed.",
        "重新取一次 access_token 再试；检查 token 是否被截断（可长达 512 个字符）。" "Fetch a token and try once more; see that it is not cut off (it can have 512 characters).";
    TokenExpired = 42001, "weixin_token_expired", RefreshToken,
        "access_token 已过期。" "The token expired.",
        "重新取一次 access_token 再试；检查服务器时间。" "Fetch a token and try once more; check the server's clock.";
    BadGrantType = 40002, "weixin_bad_grant_type", ReportFault,
        "grant_type 不对。" "The grant type is wrong.",
        "这是程序的错误：登录用 authorization_code，取 token 用 client_credential。" "A fault of the program: logins say authorization_code, tokens client_credential.";
    InvalidAppid = 40013, "weixin_invalid_appid", MendConfiguration,
        "没有这个 AppID。" "No such appid.",
        "从 微信公众平台 > 开发管理 > 开发设置 > AppID(小程序ID) 复制。" "Copy it from 微信公众平台 > 开发管理 > 开发设置 > AppID(小程序ID).";
    InvalidSecret = 40125, "weixin_invalid_secret", MendConfiguration,
        "AppSecret 不对，可能已被重置。" "The secret is wrong, perhaps since it was reset.",
        "在 微信公众平台 > 开发管理 > 开发设置 > AppSecret(小程序密钥) 重置，再更新配置。" "Reset it at 微信公众平台 > 开发管理 > 开发设置 > AppSecret(小程序密钥), then change the configuration.";
    AppidMissing = 41002, "weixin_appid_missing", ReportFault,
        "没有传 appid。" "No appid was sent.",
        "这是程序的错误：请求里要有 appid。" "A fault of the program: the request needs an appid.";
    SecretMissing = 41004, "weixin_secret_missing", ReportFault,
        "没有传 secret。" "No secret was sent.",
        "这是程序的错误：请求里要有 secret。" "A fault of the program: the request needs a secret.";
    SecretFrozen = 40243, "weixin_secret_frozen", AskAdministrator,
        "AppSecret 已被冻结。" "The secret is frozen.",
        "管理员在 微信公众平台 > 开发管理 > 开发设置 > AppSecret(小程序密钥) 解冻。" "The administrator unfreezes it at 微信公众平台 > 开发管理 > 开发设置 > AppSecret(小程序密钥).";
    IpNotAllowed = 40164, "weixin_ip_not_allowed", MendConfiguration,
        "本服务器的出口 IP 不在白名单里；errmsg 写明了是哪个 IP。" "Our address is not in the list of the console; errmsg names it.",
        "把该 IP 加进 微信公众平台 > 开发管理 > 开发设置 > IP白名单。" "Add the address at 微信公众平台 > 开发管理 > 开发设置 > IP白名单.";
    IpUnconfirmed = 89503, "weixin_ip_unconfirmed", AskAdministrator,
        "这个 IP 的调用要管理员确认。" "The administrator must confirm our address.",
        "请管理员在微信里确认收到的提示，然后再试。" "The administrator confirms the prompt received in WeChat; then try again.";
    IpRefusedForADay = 89506, "weixin_ip_refused_for_a_day", AskAdministrator,
        "管理员拒绝了这个 IP，24 小时内不能再请求。" "The administrator refused our address, for a day.",
        "24 小时后再试并请管理员确认，或先加进 微信公众平台 > 开发管理 > 开发设置 > IP白名单。" "Try again after 24 hours and have it confirmed, or add it at 微信公众平台 > 开发管理 > 开发设置 > IP白名单.";
    IpRefusedForAnHour = 89507, "weixin_ip_refused_for_an_hour", AskAdministrator,
        "管理员拒绝了这个 IP，1 小时内不能再请求。" "The administrator refused our address, for an hour.",
        "1 小时后再试并请管理员确认，或先加进 微信公众平台 > 开发管理 > 开发设置 > IP白名单。" "Try again after an hour and have it confirmed, or add it at 微信公众平台 > 开发管理 > 开发设置 > IP白名单.";
    ApiForbidden = 50004, "weixin_api_forbidden", AskAdministrator,
        "这个账号被禁止调用该接口。" "The call is forbidden for this account.",
        "在 微信公众平台 > 通知中心 查看原因并申诉。" "Read the reason at 微信公众平台 > 通知中心 and appeal.";
    AccountFrozen = 50007, "weixin_account_frozen", AskAdministrator,
        "账号已被冻结。" "The account is frozen.",
        "在 微信公众平台 > 通知中心 查看原因并申诉。" "Read the reason at 微信公众平台 > 通知中心 and appeal.";
    ComponentUnauthorized = 61003, "weixin_component_unauthorized", AskAdministrator,
        "小程序没有把权限授给第三方平台（发货要权限集 142 或 18）。" "The mini program has not authorised this third-party platform (shipping needs permission set 142 or 18).",
        "请小程序管理员重新扫码授权，并勾选发货信息管理权限。" "The mini program's administrator authorises again, with the permission to manage shipping.";
    ComponentIpNotAllowed = 61004, "weixin_component_ip_not_allowed", MendConfiguration,
        "本服务器的出口 IP 不在第三方平台的白名单里。" "Our address is not in the third-party platform's list.",
        "在 微信开放平台 > 管理中心 > 第三方平台 > 开发资料 > 白名单IP地址列表 加上。" "Add it at 微信开放平台 > 管理中心 > 第三方平台 > 开发资料 > 白名单IP地址列表.";
    ComponentInvalid = 61011, "weixin_component_invalid", MendConfiguration,
        "access_token 不属于一个可用的第三方平台。" "The token is not that of a usable third-party platform.",
        "检查取 token 用的是不是这个小程序自己的 AppID，或第三方平台的授权令牌。" "See whether the token was fetched with this mini program's appid, or is the platform's authorised one.";

    // Logins.
    InvalidCode = 40029, "weixin_invalid_code", NewLogin,
        "登录 code 不对、已过期，或是别的 AppID 发的。" "The login code is wrong, expired, or another appid's.",
        "让小程序重新 wx.login 一次；若还是这样，说明前端与后端的 AppID 不一致。" "Have the mini program call wx.login once more; if it repeats, front end and back end use different appids.";
    CodeUsed = 40163, "weixin_code_used", NewLogin,
        "登录 code 已经用过。" "The login code was used before.",
        "让小程序重新 wx.login；检查前端是否把同一个请求发了两次。" "Have the mini program call wx.login anew; see whether the front end sends one request twice.";
    CodeExpired = 42003, "weixin_code_expired", NewLogin,
        "网页授权的 code 已过期（5 分钟）。" "The page's code expired (five minutes).",
        "重新跳转到授权地址。" "Send the browser to the authorise address again.";
    CodeMissing = 41008, "weixin_code_missing", ReportFault,
        "没有传 code。" "No code was sent.",
        "这是程序的错误：请求里要有 code。" "A fault of the program: the request needs a code.";
    HighRiskPerson = 40226, "weixin_high_risk_person", RefusePerson,
        "微信认为此人风险高，拦截了登录。" "WeChat considers the person a high risk.",
        "告诉用户暂时无法登录，不要重试。" "Tell the person that logging in is refused; do not retry.";
    InvalidSessionSignature = 87009, "weixin_invalid_session_signature", NewLogin,
        "session_key 不是这个人最近一次登录的。" "The session key is not that of the person's latest login.",
        "让小程序重新 wx.login，用新的 session_key。" "Have the mini program call wx.login anew, and use the new session key.";

    // Shipping.
    PaymentNotFound = 10_060_001, "weixin_payment_not_found", NotYet,
        "微信还查不到这笔支付单；支付后 10 秒到 1 分钟内属正常。" "WeChat does not find the payment; normal for 10 seconds to a minute after it was made.",
        "按 10 秒、30 秒、1 分、5 分、10 分重试；仍查不到，就检查 AppID、商户号（服务商填子商户号）与单号，开发者工具里的支付和开通前的订单查不到。" "Retry after 10 s, 30 s, 1, 5 and 10 min; then check appid, mchid (the sub-merchant's for service providers) and number. Payments in the developer tools, or older than the service, are not found.";
    AlreadyDelivered = 10_060_002, "weixin_already_delivered", AlreadyDone,
        "这笔支付单已经全部发货。" "Everything of this payment is shipped already.",
        "当作成功；再用 get_order 核对内容。" "Take it as success; compare with get_order.";
    ReshipSpent = 10_060_003, "weixin_reship_spent", GiveUp,
        "唯一一次重新发货的机会已用掉。" "The one chance to ship again is spent.",
        "不要再试；请运营在 微信公众平台 > 发货信息管理 核对，并与用户沟通。" "Do not retry; have the operator look at 微信公众平台 > 发货信息管理 and talk to the payer.";
    NotShippable = 10_060_004, "weixin_not_shippable", GiveUp,
        "支付单处于不可发货的状态，例如已退款。" "The payment is in a state that cannot be shipped, such as refunded.",
        "不要再试；用 get_order 查状态。" "Do not retry; look at its state with get_order.";
    WrongLogisticsType = 10_060_005, "weixin_wrong_logistics_type", ReportFault,
        "物流类型有误。" "The logistics type is wrong.",
        "这是程序的错误：logistics_type 只有 1、2、3、4。" "A fault of the program: logistics_type is 1, 2, 3 or 4.";
    SplitNeedsExpress = 10_060_006, "weixin_split_needs_express", ReportFault,
        "非快递不能分拆发货。" "Only express can be split.",
        "这是程序的错误：同城、虚拟、自提都用统一发货。" "A fault of the program: everything but express is shipped in one.";
    AllDeliveredMissing = 10_060_007, "weixin_all_delivered_missing", ReportFault,
        "分拆发货没有写 is_all_delivered。" "Split shipping without is_all_delivered.",
        "这是程序的错误：最后一次写 true，之前写 false。" "A fault of the program: say true the last time, false before.";
    ItemDescEmpty = 10_060_008, "weixin_item_desc_empty", MendData,
        "商品描述为空。" "The description of the goods is empty.",
        "填上 item_desc，如“抱枕*1个”。" "Fill in item_desc, such as \"抱枕*1个\".";
    ItemDescTooLong = 10_060_009, "weixin_item_desc_too_long", MendData,
        "商品描述太长。" "The description of the goods is too long.",
        "把 item_desc 截到 120 个字符。" "Cut item_desc at 120 characters.";
    BadLastIndex = 10_060_011, "weixin_bad_last_index", MendData,
        "翻页用的 last_index 不对。" "The last_index of the page is wrong.",
        "不带 last_index，从第一页重新查。" "Begin again at the first page, without last_index.";
    ShippingBusy = 10_060_012, "weixin_shipping_busy", RetrySoon,
        "微信发货系统繁忙。" "WeChat's shipping service is busy.",
        "稍后再试。" "Try again a little later.";
    SubOrderRepeated = 10_060_013, "weixin_sub_order_repeated", MendData,
        "合单里有重复的子单。" "A combined order names a sub-order twice.",
        "每个子单只写一次。" "Name each sub-order once.";
    ShippingArgument = 10_060_014, "weixin_shipping_argument", ReportFault,
        "发货接口的参数不对，errmsg 写明了哪一个。" "An argument of the shipping call is wrong; errmsg says which.",
        "这是程序的错误：按 errmsg 修改。" "A fault of the program: mend what errmsg names.";
    ShippingError = 10_060_019, "weixin_shipping_error", RetrySoon,
        "微信发货系统出错。" "WeChat's shipping service failed.",
        "稍后再试。" "Try again a little later.";
    NoDescription = 10_060_020, "weixin_no_description", MendData,
        "没有任何商品描述，不能完成发货。" "Shipping cannot be finished without any description of goods.",
        "至少给一个包裹填 item_desc。" "Give at least one parcel an item_desc.";
    NothingChanged = 10_060_023, "weixin_nothing_changed", AlreadyDone,
        "发货信息与已有的一样，没有更新。" "The shipping is recorded as it is said already.",
        "当作成功。" "Take it as success.";
    TooManyParcels = 10_060_024, "weixin_too_many_parcels", MendData,
        "包裹太多。" "Too many parcels.",
        "分几次上传，最后一次 is_all_delivered 写 true。" "Upload in several calls, the last with is_all_delivered true.";
    ExpressCompanyTooLong = 10_060_025, "weixin_express_company_too_long", MendData,
        "物流公司编码太长。" "The express company's id is too long.",
        "用 get_delivery_list 给的 delivery_id，如 SF。" "Use the delivery_id of get_delivery_list, such as SF.";
    TrackingNoTooLong = 10_060_026, "weixin_tracking_no_too_long", MendData,
        "物流单号太长。" "The tracking number is too long.",
        "检查是否把几个单号写在了一起。" "See whether several numbers were written as one.";
    NotShippedYet = 10_060_028, "weixin_not_shipped_yet", NotYet,
        "支付单还不是已发货状态，不能提醒收货。" "The payment is not shipped yet, so nobody can be reminded.",
        "先上传发货信息，再提醒。" "Record the shipping first, then remind.";
    BadReceivedTime = 10_060_029, "weixin_bad_received_time", MendData,
        "签收时间不对：早于发货，或在将来。" "The time of receipt is before shipping, or in the future.",
        "填快递公司给的签收时间。" "Say when the express company handed it over.";
    ReminderSpent = 10_060_030, "weixin_reminder_spent", AlreadyDone,
        "这笔支付单已提醒过收货（只能一次）。" "This payment's one reminder was sent already.",
        "当作成功，不要再提醒。" "Take it as success; do not remind again.";
    OpenidMismatch = 10_060_031, "weixin_openid_mismatch", MendData,
        "这笔支付单不是该 openid 付的。" "Somebody else paid this payment.",
        "用支付通知里的 openid，并核对单号。" "Use the openid of the payment's notification, and check the number.";
    ReminderNeedsExpress = 10_060_032, "weixin_reminder_needs_express", GiveUp,
        "只有快递发货能提醒收货。" "Only express can be reminded of.",
        "跳过这笔单。" "Skip this order.";
    OrderNumberTypeIllegal = 268_485_194, "weixin_order_number_type_illegal", ReportFault,
        "订单单号类型不对。" "The order number type is illegal.",
        "这是程序的错误：order_number_type 只有 1（商户单号）和 2（微信支付单号）。" "A fault of the program: order_number_type is 1 (merchant's number) or 2 (platform's).";
    TransactionIdEmpty = 268_485_195, "weixin_transaction_id_empty", ReportFault,
        "没有写 transaction_id。" "The transaction_id is empty.",
        "这是程序的错误：order_number_type 为 2 时必填。" "A fault of the program: order_number_type 2 needs it.";
    MchidEmpty = 268_485_196, "weixin_mchid_empty", ReportFault,
        "没有写 mchid。" "The mchid is empty.",
        "这是程序的错误：order_number_type 为 1 时必填。" "A fault of the program: order_number_type 1 needs it.";
    OutTradeNoEmpty = 268_485_197, "weixin_out_trade_no_empty", ReportFault,
        "没有写 out_trade_no。" "The out_trade_no is empty.",
        "这是程序的错误：order_number_type 为 1 时必填。" "A fault of the program: order_number_type 1 needs it.";
    UploadTimeMalformed = 268_485_216, "weixin_upload_time_malformed", ReportFault,
        "上传时间的格式不对。" "The upload_time is malformed.",
        "这是程序的错误：要毫秒和时区，如 2022-12-15T13:29:35.120+08:00。" "A fault of the program: it needs milliseconds and an offset, as in 2022-12-15T13:29:35.120+08:00.";
    DeliveryModeIllegal = 268_485_224, "weixin_delivery_mode_illegal", ReportFault,
        "发货模式不对。" "The delivery mode is illegal.",
        "这是程序的错误：delivery_mode 只有 1（统一）和 2（分拆）。" "A fault of the program: delivery_mode is 1 (unified) or 2 (split).";
    TrackingNoEmpty = 268_485_226, "weixin_tracking_no_empty", MendData,
        "快递发货没有写物流单号。" "Express without a tracking number.",
        "填上快递单号；没有快递单的，改用同城、虚拟或自提。" "Fill in the express company's number; what has none is same-city, virtual or self pickup.";
    ExpressCompanyEmpty = 268_485_227, "weixin_express_company_empty", MendData,
        "快递发货没有写物流公司。" "Express without an express company.",
        "填 get_delivery_list 给的 delivery_id，如 SF。" "Fill in the delivery_id of get_delivery_list, such as SF.";
    UnifiedNeedsOneParcel = 268_485_228, "weixin_unified_needs_one_parcel", ReportFault,
        "统一发货必须正好一个包裹。" "Unified shipping has exactly one parcel.",
        "这是程序的错误：多个包裹用分拆发货。" "A fault of the program: several parcels are shipped split.";
    OrderNumberTypesDiffer = 268_485_253, "weixin_order_number_types_differ", MendData,
        "合单的主单与子单单号类型不一致。" "A combined order and its sub-orders are named by different kinds of numbers.",
        "主单与子单都用商户单号，或都用微信支付单号。" "Name all by the merchant's numbers, or all by the platform's.";
    SpecialOrderTypeIllegal = 268_546_000, "weixin_special_order_type_illegal", ReportFault,
        "特殊发货报备的类型不对。" "The kind of special order is illegal.",
        "这是程序的错误：type 只有 1（预售）和 2（测试）。" "A fault of the program: type is 1 (pre-sale) or 2 (test).";
    DelayToIllegal = 268_546_001, "weixin_delay_to_illegal", MendData,
        "预计发货时间不对。" "The promised shipping time is illegal.",
        "预售须在支付后 15 天到 330 天之间。" "A pre-sale ships 15 to 330 days after payment.";
    SpecialOrderNotFound = 268_546_002, "weixin_special_order_not_found", MendData,
        "没有这个待发货的单号。" "No such order waits to be shipped.",
        "检查单号；已发货的不能报备。" "Check the number; what is shipped cannot be marked.";

    // Subscribe messages.
    InvalidOpenid = 40003, "weixin_invalid_openid", MendData,
        "openid 不对，或是别的 AppID 的。" "The openid is wrong, or another appid's.",
        "用同一个小程序登录得到的 openid。" "Use the openid of a login to this mini program.";
    InvalidTemplate = 40037, "weixin_invalid_template", MendConfiguration,
        "没有这个模板 ID。" "No such template.",
        "从 微信公众平台 > 订阅消息 > 我的模板 复制模板 ID。" "Copy the template id from 微信公众平台 > 订阅消息 > 我的模板.";
    InvalidPage = 41030, "weixin_invalid_page", MendConfiguration,
        "小程序里没有这个页面。" "The mini program has no such page.",
        "填已发布版本里有的路径，如 pages/order/detail?id=1。" "Name a page of the published version, such as pages/order/detail?id=1.";
    MessageRefused = 43101, "weixin_message_refused", GiveUp,
        "用户没有订阅，或订阅次数已用完。" "The person did not subscribe, or the messages subscribed to are used up.",
        "属正常，不要重试；下次支付后再请用户订阅。" "Normal; do not retry. Ask the person again after the next payment.";
    MessageDataMismatch = 47003, "weixin_message_data_mismatch", MendData,
        "data 与模板不符：字段不对、内容为空或太长。" "The data does not fit the template: another member, an empty or too long value.",
        "对照 微信公众平台 > 订阅消息 > 我的模板 > 详情；thing 最多 20 个字符。" "Compare with 微信公众平台 > 订阅消息 > 我的模板 > 详情; a thing has at most 20 characters.";
}

const UNKNOWN_CAUSE: Text =
    Text { zh: "本版本不认识的 errcode。", en: "An errcode this version does not know." };
const UNKNOWN_FIX: Text = Text {
    zh: "看 errmsg；在 微信开放文档 > 全局返回码 查这个数字；求助时附上 errmsg 末尾的 rid。",
    en: "Read errmsg; look the number up at 微信开放文档 > 全局返回码; tell WeChat's support the rid at the end of errmsg.",
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Reaction, WeixinRefusal};

    /// Every errcode of miniprogram.md §1.1, §1.4, §1.5, §4.5 and §5.3, and three of the calls' own pages.
    const DOCUMENTED: &[i64] = &[
        -1,
        40_029,
        40_163,
        40_226,
        45_011,
        40_013,
        40_125,
        41_002,
        41_004,
        41_008,
        40_243,
        89_503,
        40_164,
        40_001,
        40_002,
        45_009,
        50_004,
        50_007,
        89_506,
        89_507,
        40_014,
        42_001,
        42_003,
        10_060_012,
        10_060_019,
        10_060_001,
        10_060_002,
        10_060_003,
        10_060_004,
        10_060_005,
        10_060_006,
        10_060_007,
        10_060_008,
        10_060_009,
        10_060_011,
        10_060_014,
        10_060_020,
        10_060_023,
        10_060_024,
        10_060_025,
        10_060_026,
        10_060_028,
        10_060_029,
        10_060_030,
        10_060_031,
        10_060_032,
        268_485_194,
        268_485_195,
        268_485_196,
        268_485_197,
        268_485_216,
        268_485_224,
        268_485_226,
        268_485_227,
        268_485_228,
        268_546_000,
        268_546_001,
        268_546_002,
        40_097,
        44_990,
        47_001,
        61_003,
        61_004,
        61_011,
        43_101,
        40_003,
        40_037,
        47_003,
        41_030,
        87_009,
        10_060_013,
        268_485_253,
    ];

    #[test]
    fn every_documented_errcode_has_a_row_and_no_row_is_repeated() {
        let known: BTreeSet<i64> = WeixinRefusal::ALL.iter().map(|refusal| refusal.errcode()).collect();
        assert_eq!(known, DOCUMENTED.iter().copied().collect());
        assert_eq!(known.len(), WeixinRefusal::ALL.len());
        let codes: BTreeSet<_> = WeixinRefusal::ALL.iter().map(|refusal| refusal.code()).collect();
        assert_eq!(codes.len(), WeixinRefusal::ALL.len());
        for refusal in WeixinRefusal::ALL {
            assert_eq!(WeixinRefusal::from(refusal.errcode()), *refusal);
        }
    }

    #[test]
    fn cause_and_fix_are_sentences_in_both_languages() {
        for refusal in WeixinRefusal::ALL.iter().chain(&[WeixinRefusal::Unknown(1)]) {
            for text in [refusal.cause(), refusal.fix()] {
                assert!(text.zh.ends_with('。') && text.en.ends_with('.'), "{refusal:?}: {text:?}");
                assert!(text.zh.chars().any(|c| ('一'..='龥').contains(&c)), "{refusal:?}: {text:?}");
            }
        }
    }

    #[test]
    fn what_is_transient_what_is_done_and_what_is_over_are_told_apart() {
        for (errcode, reaction) in [
            (10_060_001, Reaction::NotYet),
            (10_060_002, Reaction::AlreadyDone),
            (10_060_023, Reaction::AlreadyDone),
            (10_060_003, Reaction::GiveUp),
            (10_060_012, Reaction::RetrySoon),
            (43_101, Reaction::GiveUp),
            (7, Reaction::ReportFault),
        ] {
            assert_eq!(WeixinRefusal::from(errcode).reaction(), reaction, "{errcode}");
        }
    }
}
