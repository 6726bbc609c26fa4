//! Codes that only v2 has (v2.md §1.5, §2.3, §3).

macro_rules! v2_rows {
    ($next:ident! { $($inner:tt)* } $($rows:tt)*) => { $next! { $($inner)* $($rows)*
        XmlFormatError = "XML_FORMAT_ERROR", Never,
            "请求体不是合法的 XML。"
            "The body is not well-formed XML."
            "修正序列化：根元素是 <xml>，含有 & < > 的值用 CDATA 包起来。"
            "Mend the serialiser: the root is <xml>, and values with & < > stand in CDATA.";
        RequirePostMethod = "REQUIRE_POST_METHOD", Never,
            "这个接口只接受 POST。"
            "The call must be posted."
            "改用 POST 发送；确认中间没有代理把请求重定向成 GET。"
            "Use POST, and see that no proxy turns it into a GET by redirecting.";
        PostDataEmpty = "POST_DATA_EMPTY", Never,
            "请求体是空的。"
            "The body is empty."
            "把 XML 放进请求体；确认中间没有代理丢掉了请求体。"
            "Send the XML as the body, and see that no proxy drops it.";
        NotUtf8 = "NOT_UTF8", Never,
            "请求体不是 UTF-8 编码。"
            "The body is not UTF-8."
            "用不带 BOM 的 UTF-8 编码发送，签名也按 UTF-8 字节计算。"
            "Send UTF-8 without a byte order mark, and sign the UTF-8 bytes.";
        LackParams = "LACK_PARAMS" | "missing parameter", Never,
            "缺少必填参数。"
            "A mandatory parameter is missing."
            "按 err_code_des 补上参数；JSAPI 下单要传 openid，Native 下单要传 product_id。"
            "Add what err_code_des names. JSAPI orders need openid, native orders product_id.";
        AppidNotExist = "APPID_NOT_EXIST", Never,
            "没有这个 appid，或者没有传。"
            "The appid is missing or unknown."
            "核对 appid；它是公众平台或开放平台上的 AppID，不是 AppSecret。"
            "Check the appid. It is the AppID of 公众平台 or 开放平台, not the AppSecret.";
        MchidNotExist = "MCHID_NOT_EXIST", Never,
            "没有这个商户号，或者没有传。"
            "The merchant is missing or unknown."
            "核对 mch_id；服务商还要核对 sub_mch_id。"
            "Check mch_id; service providers check sub_mch_id too.";
        Error = "ERROR", Never,
            "业务错误，具体原因只写在 err_code_des 里。"
            "A business error that only err_code_des names."
            "看 err_code_des 处理；涉及退款时，先查退款再决定。"
            "Read err_code_des. With refunds, query before anything else.";
        InvalidReqTooMuch = "INVALID_REQ_TOO_MUCH", Later,
            "无效请求太多，接口暂时被锁住。"
            "Too many bad requests; the call is blocked for a while."
            "停发至少 1 分钟，改掉前面失败的原因，再用原单号重发。"
            "Send nothing for a minute, mend what failed before, then send the same request under its number.";
        OrderNotReady = "ORDER_NOT_READY", Later,
            "订单还在处理，现在不能退款。"
            "The order is still being processed and cannot be refunded yet."
            "过几分钟用原退款单号、原参数重发。"
            "Send the same request under the same refund number some minutes later.";
        CertError = "CERT_ERROR", Never,
            "商户API证书校验没有通过：没带证书、证书过期，或者是别的商户号的。"
            "The client certificate is missing, expired, or another merchant's."
            "到商户平台 > 账户中心 > API安全 下载这个商户号的API证书；p12 的密码就是商户号。"
            "Get this merchant's API certificate on 商户平台 > 账户中心 > API安全. The password of the p12 file is the mch_id.";
        TradeStateError = "TRADE_STATE_ERROR", Never,
            "订单的状态不允许这样操作，例如付款码订单只能撤销，不能关闭。"
            "The order's state does not allow it; a payment-code order, for one, can be reversed but not closed."
            "先查单，再按它的状态选接口；付款码订单改用撤销。"
            "Query, then choose the call that fits the state; reverse payment-code orders.";
        AuthCodeError = "AUTH_CODE_ERROR", Never,
            "付款码格式不对，或者已经用过。"
            "The payment code is malformed or was used."
            "请付款人刷新付款码重扫；先查单确认上一笔没有成功，再用新的 out_trade_no。"
            "Scan a fresh code. Query that the last one failed before using a new out_trade_no.";
        NotSupportCard = "NOTSUPORTCARD", Never,
            "付款人选的卡不能用于这笔支付。"
            "The payer's kind of card cannot pay this."
            "请付款人换一张卡并刷新付款码；先查单确认上一笔没有成功，再用新的 out_trade_no。"
            "The payer must take another card and a fresh code. Query that the last one failed before using a new out_trade_no.";
        BuyerMismatch = "BUYER_MISMATCH", Never,
            "同一个订单号，这次的付款人和上次不是同一个人。"
            "Another person tries to pay under the same number."
            "先查单确认上一位没有付成功；给另一个人收款要用新的 out_trade_no。"
            "Query that the first person did not pay; another person's payment takes a new out_trade_no.";
        ReverseExpire = "REVERSE_EXPIRE", Never,
            "订单超过 7 天，不能再撤销。"
            "The order is more than 7 days old and can no longer be reversed."
            "先查单；已经支付的改走退款。"
            "Query; if it was paid, refund it instead.";
    } };
}
