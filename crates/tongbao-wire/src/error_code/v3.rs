//! Codes of v3, most of which v2 has in its own spelling (v3.md §1.11, §2.2, §5.4, §7.1, v3-extended.md).

macro_rules! v3_rows {
    ($next:ident! { $($inner:tt)* } $($rows:tt)*) => { $next! { $($inner)* $($rows)*
        ParamError = "PARAM_ERROR" | "invalid bill_type" | "data format error", Never,
            "请求里有参数缺失、类型不对或超出范围；应答的 detail.field 会指出是哪个字段。"
            "A parameter is missing, of the wrong type or out of range; `detail.field` of the answer names it."
            "按 detail.field 和 detail.issue 改好再发；没有值的字段整个去掉，不要传 null 或空串。"
            "Mend the member that detail.field and detail.issue name. Leave unused members out: neither null nor an empty text.";
        InvalidRequest = "INVALID_REQUEST", Never,
            "请求不符合协议或业务规则，具体是哪一条写在 message 里。"
            "The request breaks the protocol or a business rule; the message says which."
            "看 message，对照接口文档的规则修改；用过的单号要先查询它的结果。"
            "Read the message and mend what it names. If the number was used before, query what became of it first.";
        SignError = "SIGN_ERROR" | "SIGNERROR" | "SIGN ERROR", Never,
            "验签没有通过：私钥和证书序列号不配对、签名串和实际发出的不一致，或服务器时间差了 5 分钟以上。"
            "The signature did not verify: key and serial number are no pair, something else was signed than sent, or the clock is off by more than 5 minutes."
            "到商户平台 > 账户中心 > API安全 核对证书序列号与私钥是一对，按实际发出的路径和报文签名，并校准服务器时间。"
            "Check on 商户平台 > 账户中心 > API安全 that serial_no belongs to the private key, sign the very path and body that are sent, and set the clock.";
        NoAuth = "NO_AUTH" | "NOAUTH", Never,
            "商户号没有开通这个产品或接口的权限，或者要操作的数据属于别的商户。"
            "The product or the call is not opened for the merchant, or the data belongs to another merchant."
            "到商户平台 > 产品中心 开通对应的产品（小程序支付开通的是 JSAPI支付）；数据属于别的商户时，用它的商户号来调用。"
            "Open the product on 商户平台 > 产品中心 (mini programs need JSAPI支付). For another merchant's data, call as that merchant.";
        RequestBlocked = "REQUEST_BLOCKED", Never,
            "请求被微信支付的风控拦截。"
            "Risk control stopped the request."
            "停掉自动重试，由人登录商户平台看风险通知，或联系微信支付客服。"
            "Stop retrying. A person must read the notices on the merchant platform (商户平台) or ask WeChat Pay's support.";
        NotFound = "NOT_FOUND", Never,
            "这个单号下没有记录。"
            "There is nothing under this number."
            "核对单号和发起时用的商户号；刚发起的请求若超时，过几秒再查一次。"
            "Check the number, and that the same merchant asks who started it. After a time-out query once more a few seconds later.";
        ResourceNotExists = "RESOURCE_NOT_EXISTS", Never,
            "要找的单子或资源不存在，或者不属于这个商户号。"
            "What was asked for does not exist, or is not this merchant's."
            "核对单号和商户号；服务商还要核对 sub_mchid。"
            "Check the number and the merchant; service providers check sub_mchid too.";
        OrderNotExist = "ORDER_NOT_EXIST" | "ORDERNOTEXIST", Never,
            "微信支付没有这个订单：单号或商户号不对，或者当初下单没有成功。"
            "WeChat Pay has no such order: the number or the merchant is wrong, or it was never created."
            "核对 out_trade_no 和下单用的商户号；服务商订单、合单订单要用各自的接口。"
            "Check out_trade_no and the merchant who ordered. Orders of service providers and combined orders have calls of their own.";
        FrequencyLimited = "FREQUENCY_LIMITED" | "RATELIMIT_EXCEEDED" | "RATE_LIMITED" | "FREQUENCY_LIMIT_EXCEED"
            | "FREQUENCY_LIMIT" | "FREQENCY_LIMIT", Later,
            "调用太频繁，超过了这个接口的频率限制。"
            "The call is made too often."
            "放慢后再发：间隔逐次加倍，加一点随机，不要并发重试；退款和转账先查询再重发。"
            "Slow down: double the pause each time, add chance, do not retry in parallel. Query refunds and transfers before sending them again.";
        SystemError = "SYSTEM_ERROR" | "SYSTEMERROR" | "CompressGZip Error" | "UnCompressGZip Error", SameRequest,
            "微信支付系统异常或超时，这次请求有没有生效不知道。"
            "WeChat Pay had a fault or timed out; whether the request took effect is unknown."
            "用原单号、原参数重发，退款和转账先查询；总是这样时，检查有没有传空串或多余字段。"
            "Send the same request again; query refunds and transfers first. If it persists, look for empty or superfluous members.";
        ServiceUnavailable = "SERVICE_UNAVAILABLE", Later,
            "微信支付的服务暂时不可用。"
            "The service is not available at present."
            "稍后原样重发，或改走备用域名 api2.mch.weixin.qq.com；退款和转账先查询。"
            "Send the same request later, or to api2.mch.weixin.qq.com. Query refunds and transfers first.";
        AppidMchidNotMatch = "APPID_MCHID_NOT_MATCH", Never,
            "appid 没有和这个商户号绑定。"
            "The appid is not bound to the merchant."
            "到商户平台 > 产品中心 > APPID授权管理 关联 appid，再到公众平台 > 微信支付 > 商户号管理 确认，几分钟后生效。"
            "Bind it on 商户平台 > 产品中心 > APPID授权管理, then confirm on 公众平台 > 微信支付 > 商户号管理. It takes some minutes.";
        MchNotExists = "MCH_NOT_EXISTS", Never,
            "没有这个商户号，多半是配置填错了。"
            "There is no such merchant; most likely the configuration is wrong."
            "核对 mchid 是登录商户平台的那个商户号；服务商还要核对 sub_mchid。"
            "Check that mchid is the one that logs in to 商户平台; service providers check sub_mchid too.";
        OrderClosed = "ORDER_CLOSED" | "ORDERCLOSED", Never,
            "订单已经关闭，不能再支付。"
            "The order is closed and can no longer be paid."
            "先查单确认状态是 CLOSED，再用新的 out_trade_no 下单。"
            "Query to see that it is CLOSED, then order under a new out_trade_no.";
        OrderPaid = "ORDER_PAID" | "ORDERPAID", AfterQuery,
            "订单已经支付成功。"
            "The order is paid."
            "查单取回支付结果并发货；要退钱就走退款，不要换单号再收一次。"
            "Query the payment and deliver. To give money back, refund it; never charge again under another number.";
        OrderReversed = "ORDER_REVERSED" | "ORDERREVERSED", Never,
            "这笔付款码订单已经撤销。"
            "The payment-code order was reversed."
            "查单确认状态是 REVOKED，再请付款人刷新付款码，用新的 out_trade_no 收款。"
            "Query to see that it is REVOKED, then charge a fresh payment code under a new out_trade_no.";
        AuthCodeInvalid = "AUTH_CODE_INVALID", Never,
            "付款码无效：不是微信付款码，或者已经用过、过期。"
            "The payment code is not WeChat's, was used already, or is too old."
            "请付款人刷新付款码（10 至 15 开头的 18 位数字）重扫；先查单确认上一笔没有成功，再用新的 out_trade_no。"
            "Scan a fresh code (18 digits, first two 10 to 15). Query that the last one failed before using a new out_trade_no.";
        AuthCodeExpire = "AUTH_CODE_EXPIRE" | "AUTHCODEEXPIRE", Never,
            "付款码过期了，它大约每分钟刷新一次。"
            "The payment code is too old; it changes about every minute."
            "请付款人刷新付款码重扫；先查单确认上一笔没有成功，再用新的 out_trade_no。"
            "Scan a fresh code. Query that the last one failed before using a new out_trade_no.";
        AlreadyExists = "ALREADY_EXISTS" | "RESOURCE_ALREADY_EXISTS", AfterQuery,
            "这个单号或资源已经存在，而且内容和这次不一样。"
            "The number or thing exists already, with other content."
            "用这个单号查询，和首次提交的内容对照；要重发就用首次的内容。"
            "Query by the number and compare with the first request; repeat only the first content.";
        UserPaying = "USERPAYING", AfterQuery,
            "付款人正在输入密码，支付还没有结果。"
            "The payer is typing the password; there is no result yet."
            "每 5 秒查一次单；约 45 秒还没成功就撤销订单，撤销距付款至少 15 秒。"
            "Query every 5 seconds. After about 45 seconds without success reverse the order, at least 15 seconds after the charge.";
        OutTradeNoUsed = "OUT_TRADE_NO_USED", Never,
            "商户订单号已经被另一笔交易占用：内容不同，或者走的是另一个下单接口。"
            "out_trade_no stands for another trade: other content, or another way of ordering."
            "先用这个单号查单：是同一笔，就按首次的接口和参数重发；确实是另一笔，才用新的 out_trade_no。"
            "Query the number. If it is the same sale, repeat the first request unchanged; only another sale takes a new out_trade_no.";
        RuleLimit = "RULE_LIMIT" | "RULELIMIT", Never,
            "被业务规则或风控限制，message 写明是哪一条。"
            "A business rule or risk control forbids it; the message says which."
            "按 message 处理；涉及限额或处罚时，在商家助手小程序 > 风险处理 里查看和申诉。"
            "Follow the message. For limits and penalties see 商家助手 (mini program) > 风险处理, where one can appeal.";
        TradeError = "TRADE_ERROR", Never,
            "交易因业务原因失败，例如风控拦截，或付款人没有输入密码。"
            "The trade failed for a business reason, such as risk control or a password that was not typed."
            "把 message 的原因告诉付款人；要再收一次，先查单确认这一笔没有成功。"
            "Tell the payer what the message says. Query that this one failed before charging once more.";
        AccountError = "ACCOUNT_ERROR" | "ACCOUNTERROR", Never,
            "账户状态异常，不能交易。"
            "An account is in no state to trade."
            "看 message 是付款人的账户还是商户的账户；商户的到商户平台 > 账户中心 查看。"
            "See from the message whose account it is; the merchant's is shown on 商户平台 > 账户中心.";
        NotEnough = "NOT_ENOUGH" | "NOTENOUGH" | "ISV_BALANCE", Later,
            "余额不足：下单时是付款人的，退款、分账、转账时是商户的。"
            "The balance is short: the payer's when paying, the merchant's when refunding, sharing or transferring."
            "给余额不足的账户充值，再用原单号、原参数重发，不要换单号。"
            "Top up the account that is short, then send the same request under the same number, never under another.";
        UserAccountAbnormal = "USER_ACCOUNT_ABNORMAL", Never,
            "付款人的微信支付账户异常或已经注销。"
            "The payer's account is abnormal or was cancelled."
            "联系付款人核实；退款可改用线下转账等方式，并留好凭证。"
            "Ask the payer. Money to be returned goes another way, such as a bank transfer; keep the proof.";
        RefundNotExists = "REFUND_NOT_EXISTS" | "REFUNDNOTEXIST", Never,
            "没有这笔退款：退款单号不对，或者退款请求没有被受理。"
            "There is no such refund: the number is wrong, or it was never accepted."
            "核对退款单号和商户号；确实没有受理，可以用原退款单号、原参数再发。"
            "Check number and merchant. If it was never accepted, the same refund may be sent again under its number.";
        RefundFeeMismatch = "REFUND_FEE_MISMATCH", Never,
            "同一个退款单号，金额和首次请求不一样；或者总金额和订单对不上。"
            "The amounts differ from the first request under this refund number, or the total from the order's."
            "用首次的金额重发；要再退一笔，先查清这一笔的状态，再用新的 out_refund_no。"
            "Repeat with the first amounts. For a further refund query this one first, then use a new out_refund_no.";
        TradeOverdue = "TRADE_OVERDUE", Never,
            "支付已经超过 365 天，不能再原路退款。"
            "The payment is more than 365 days old and can no longer be refunded."
            "和付款人商量用转账等其他方式退，并留好凭证。"
            "Agree with the payer on another way, such as a transfer, and keep the proof.";
        UserNotExist = "USER_NOT_EXIST" | "USER_NOT_EXISTS", Never,
            "没有这个用户。"
            "There is no such user."
            "核对 openid，它必须是在请求里的 appid 下取得的。"
            "Check the openid; it must come from the appid of the request.";
        BankError = "BANK_ERROR" | "BANKERROR", SameRequest,
            "银行系统异常，这次有没有成功不知道。"
            "The bank failed; whether it worked is unknown."
            "先查询；没有结果，再用原单号、原参数重发。"
            "Query; if there is no result, send the same request under the same number.";
        InvalidTransactionid = "INVALID_TRANSACTIONID", Never,
            "transaction_id 不对：格式不合法，或者不是这个商户的订单。"
            "transaction_id is malformed, or of another merchant's order."
            "用支付通知或查单结果里的 transaction_id；没有的话改传 out_trade_no。"
            "Take it from the payment notification or a query, or send out_trade_no instead.";
        OpenidMismatch = "OPENID_MISMATCH", Never,
            "openid 不是在这个 appid 下取得的。"
            "The openid does not come from this appid."
            "用下单的 appid 重新取 openid：小程序走 wx.login，公众号走网页授权。"
            "Get the openid with the ordering appid: wx.login in mini programs, web authorisation in official accounts.";
        BizErrNeedRetry = "BIZ_ERR_NEED_RETRY" | "BIZERR_NEED_RETRY", SameRequest,
            "同一笔业务正在并发处理，这次没有得出结果。"
            "The same business is being worked on by another request; this one came to no result."
            "停几秒，用原单号、原参数重发，退款先查询；不要并发发起。"
            "Wait some seconds and send the same request again; query a refund first. Do not send in parallel.";
        NoStatementExist = "NO_STATEMENT_EXIST" | "NO_BILL_EXIST" | "No Bill Exist" | "NO Bill Exist", Never,
            "这一天没有交易或资金变动，所以没有账单。"
            "Nothing happened that day, so there is no bill."
            "按零笔入账，不用重试；如果这一天应当有交易，核对 bill_date 和商户号。"
            "Take it as an empty bill. If there should be trades, check bill_date and the merchant.";
        StatementCreating = "STATEMENT_CREATING" | "BILL_CREATING" | "Bill Creating", Later,
            "账单还在生成。"
            "The bill is still being made."
            "次日上午 10 点以后再取，没有就每 30 分钟取一次。"
            "Ask after 10:00 of the next day, then every 30 minutes.";
        ApplymentNotExist = "APPLYMENT_NOT_EXIST" | "APPLYMENT_NOTEXIST", Never,
            "没有这个申请单。"
            "There is no such application."
            "核对 business_code 或 applyment_id，并用提交时的服务商商户号查询。"
            "Check business_code or applyment_id, and ask as the service provider who submitted it.";
        Processing = "PROCESSING", Later,
            "申请单正在处理。"
            "An application is being worked on."
            "用 business_code 查询进度，出了结果再决定是否修改重交。"
            "Query its state by business_code; decide about changes when there is a result.";
        UserError = "USER_ERROR", Never,
            "商户账户存在异常，暂时不能转账。"
            "The merchant's account is abnormal and cannot transfer at present."
            "到商户平台看账户和风险通知，处理好以后查单，再用原单号重发。"
            "See the account and the notices on 商户平台. Once mended, query and send the same request under its number.";
    } };
}
