//! What opens the cashier was signed or put together wrongly (v3.md §2.7, v2.md §2.6).

mistakes! {
    PREFIX_MISSING = "package_prefix_missing",
        "package 没有 prepay_id= 前缀。"
        "package lacks prepay_id= before the id."
        "package 写成 prepay_id=wx…，签名和传参都是这个值。"
        "package is prepay_id=wx…, in the signature and in what is passed.";
    PREFIX_NOT_SIGNED = "package_prefix_not_signed",
        "签名时 package 没有 prepay_id= 前缀，传参时有。"
        "package was signed without prepay_id=, but passed with it."
        "签名用完整的 prepay_id=wx…。"
        "Sign the whole value, prepay_id=wx….";
    PREFIX_SIGNED_ONLY = "package_prefix_signed_only",
        "签名时 package 有 prepay_id= 前缀，传参时没有。"
        "package was signed with prepay_id=, but passed without it."
        "传给 requestPayment 的 package 也要带 prepay_id=。"
        "Pass package to requestPayment with prepay_id= too.";
    OTHER_APPID = "appid_other",
        "签名时用的 appId 和调起支付的不同。"
        "Another appId was signed than opens the cashier."
        "签名、下单、调起支付用同一个 appId。"
        "Sign, order and open the cashier with one appId.";
    OTHER_PREPAY = "prepay_id_other",
        "签名用的是另一个 prepay_id。"
        "Another prepay_id was signed."
        "重新下单拿到新的 prepay_id 后要重新签名。"
        "Sign anew whenever a new prepay_id is given.";
    TIME_MILLISECONDS = "invoke_timestamp_milliseconds",
        "timeStamp 是毫秒，应该是秒。"
        "timeStamp is in milliseconds; it must be in seconds."
        "用秒的字符串，例如 String(Math.floor(Date.now() / 1000))。"
        "Use text of seconds, such as String(Math.floor(Date.now() / 1000)).";
    TIME_OTHER_UNIT = "invoke_timestamp_other_unit",
        "签名时和传参时 timeStamp 一个是毫秒，一个是秒。"
        "timeStamp is in seconds on one side, signed or passed, and in milliseconds on the other."
        "只取一次秒数，签名和传参用同一个字符串。"
        "Take seconds once, and use that text for both.";
    TIME_STALE = "invoke_timestamp_stale",
        "timeStamp 离现在太远。"
        "timeStamp is too far from now."
        "每次调起支付前由后端重新签名；检查服务器时间。"
        "Let the server sign anew each time the cashier is opened; check its clock.";
    SIGN_TYPE = "sign_type_other",
        "signType 不对：v3 的订单必须是 RSA。"
        "signType is wrong: an order of v3 needs RSA."
        "signType 写 RSA，paySign 用商户私钥做 SHA256withRSA 签名。"
        "signType is RSA, and paySign is made with the merchant's private key, SHA256withRSA.";
    V2_ON_V3 = "pay_sign_v2",
        "paySign 是 v2 的 MD5 或 HMAC 签名，这一单是 v3 下的。"
        "paySign is a v2 signature, MD5 or HMAC, on an order of v3."
        "v3 下的单用商户私钥做 SHA256withRSA 签名，signType 写 RSA。"
        "Orders of v3 are signed with the merchant's private key, SHA256withRSA, and signType RSA.";
    FIELD_ORDER = "invoke_line_order",
        "签名串四行的顺序不对。"
        "The four lines of the signed string are in another order."
        "顺序是：appId、timeStamp、nonceStr、package，每行以换行结尾。"
        "The order is appId, timeStamp, nonceStr, package, each line ending in a line feed.";
    NONCE_LONG = "invoke_nonce_long",
        "nonceStr 超过 32 个字符。"
        "nonceStr has more than 32 characters."
        "用 32 位以内的随机字母数字。"
        "Use at most 32 random letters and digits.";
    APP_FORM = "invoke_app_form",
        "用了 APP 调起支付的写法（prepayid、没有前缀）来签小程序或 JSAPI 的参数。"
        "Parameters of a mini program or JSAPI were signed as those of an app are (prepayid, no prefix)."
        "小程序和 JSAPI 签 appId、timeStamp、nonceStr、package=prepay_id=…。"
        "Mini programs and JSAPI sign appId, timeStamp, nonceStr and package=prepay_id=….";
}
