//! Ordering, paying by code, closing (v3.md §2, §4, v2.md §2.3, §3.7).

messages! {
    "JSAPI支付必须传openid", Never,
        "JSAPI 和小程序下单必须传付款人的 openid。"
        "JSAPI and mini-program orders need the payer's openid."
        "先登录取到 openid，再放进 payer.openid 下单。"
        "Log the payer in first and send payer.openid.";
    "参数与首次请求时不一致", Never,
        "同一个订单号重复下单，但参数和第一次不一样。"
        "The same order number was sent again with other parameters."
        "用第一次的全部参数原样重发；内容确实要改，先关单并查单确认，再用新的 out_trade_no。"
        "Repeat the very first parameters. For other content close the order and query that it is closed, then use a new out_trade_no.";
    "重复下单且结算信息不一致", Never,
        "合单重复下单，settle_info 和第一次不一样。"
        "The combined order was sent again with another settle_info."
        "用第一次的全部参数原样重发；分账标记要改，先关单并查单确认，再用新的单号。"
        "Repeat the very first parameters. To change the mark, close the order and query that it is closed, then use new numbers.";
    "商户订单号重复", Never,
        "商户订单号已经用于另一笔交易，或者换了下单接口。"
        "The order number stands for another trade, or another way of ordering."
        "先用这个单号查单：是同一笔，就按首次的接口和参数重发；确实是另一笔，才用新的 out_trade_no。"
        "Query the number. If it is the same sale, repeat the first request unchanged; only another sale takes a new out_trade_no.";
    "该订单已支付", AfterQuery,
        "订单已经支付成功。"
        "The order is paid already."
        "查单取回支付结果并发货；要退钱就走退款，不要换单号再收一次。"
        "Query the payment and deliver. To give money back, refund it; never charge again under another number.";
    "该订单已失效", Never,
        "订单已经失效：过了支付期限，或者被关闭。"
        "The order expired or was closed."
        "先查单确认没有支付，必要时关单，再用新的 out_trade_no 下单。"
        "Query that it was not paid, close it where needed, then order under a new out_trade_no.";
    "最晚支付成功时间", Never,
        "超过了下单时给的 time_expire，这一单不能再付。"
        "time_expire of the order has passed."
        "先关单并查单确认没有支付，再用新的 out_trade_no 下单；time_expire 下单后改不了。"
        "Close it and query that it was not paid, then order under a new out_trade_no. time_expire cannot be changed later.";
    "只能撤销", Never,
        "付款码订单不能关单，只能撤销。"
        "A payment-code order cannot be closed, only reversed."
        "先查单；没有支付成功就调用撤销接口。"
        "Query; if it was not paid, reverse it.";
    "每个二维码仅限使用一次" | "付款码已失效" | "付款码无效", Never,
        "付款码用过了，或者过期了；也可能是订单号重复。"
        "The payment code was used or is too old; perhaps the order number was used as well."
        "请付款人刷新付款码重扫；先查单确认上一笔没有成功，再用新的 out_trade_no。"
        "Scan a fresh code. Query that the last one failed before using a new out_trade_no.";
    "请扫描微信支付授权码", Never,
        "扫到的不是微信付款码。"
        "What was scanned is not a payment code of WeChat."
        "请付款人打开微信付款码重扫；它是 10 至 15 开头的 18 位数字，长度不对就不要发。"
        "Scan the payer's code in WeChat again: 18 digits, first two 10 to 15; do not send others.";
    "没有输入支付密码", Never,
        "付款人没有输入密码，这次付款没有完成。"
        "The payer did not type the password, so nothing was paid."
        "先查单确认没有支付；要再收，请付款人刷新付款码，用新的 out_trade_no。"
        "Query that it was not paid; to charge once more take a fresh code and a new out_trade_no.";
    "微信订单号非法", Never,
        "transaction_id 不对。"
        "transaction_id is malformed."
        "用支付通知或查单结果里的 transaction_id；没有的话改传 out_trade_no。"
        "Take it from the payment notification or a query, or send out_trade_no instead.";
    "非法的额外参数" | "不识别的参数", Never,
        "请求里有这个接口不认识的字段。"
        "The request has a member that the call does not have."
        "对照接口文档去掉多余的字段，例如 h5_info 只能用在 H5 下单。"
        "Remove what the call does not document; h5_info, for one, belongs to H5 orders only.";
    "规则校验失败", Never,
        "有字段的值不合规则，“输入源”后面就是它的位置。"
        "A value breaks a rule; the words after “输入源” say where it is."
        "改好这个字段：金额是不小于 1 的整数（单位分），文本不超过规定长度。"
        "Mend that member: amounts are whole fen from 1, texts keep to their length.";
    "到数值字段", Never,
        "数值字段传成了别的类型，例如带引号的字符串。"
        "A number was sent as another type, such as a text in quotes."
        "金额等数值不加引号，是整数，单位分。"
        "Send amounts as whole numbers in fen, without quotes.";
    "系统繁忙", AfterQuery,
        "微信支付系统繁忙；总是出现时，多半是请求里有空串、null 或特殊字符。"
        "WeChat Pay is busy; if it persists, the request most likely has empty texts, null or odd characters."
        "先查单，再用原单号原样重发；总是出现，就把没有值的字段整个去掉再下单。"
        "Query, then send the same request. If it persists, leave out every member that has no value.";
}
