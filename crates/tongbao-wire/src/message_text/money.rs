//! Refunds, bills, profit sharing, transfers (v3.md §5, §7, v2.md §3.3, v3-extended.md §8, §10).

messages! {
    "订单已全额退款", AfterQuery,
        "这个订单的钱已经全部退了。"
        "The whole payment has been refunded."
        "查退款，看是哪几笔退的；不要再退。"
        "Query the refunds to see which they are; do not refund again.";
    "商户退款单号重复", AfterQuery,
        "这个退款单号已经用在另一个订单上。"
        "The refund number stands for a refund of another order."
        "用这个单号查退款，确认它是哪一笔；给这个订单退款要用没用过的退款单号，并检查单号是怎么生成的。"
        "Query by the number to see what it stands for, then use one that was never used, and see how numbers are made.";
    "您的请求参数与订单信息不一致", Never,
        "退款的总金额或订单号和原订单对不上，或者和首次退款请求不一样。"
        "Total or number differ from the order's, or from the first refund request."
        "先查单，amount.total 填原订单的总金额；重发退款要用首次的金额。"
        "Query the order and send its total as amount.total; repeat a refund with its first amount.";
    "1个月之前的订单", AfterQuery,
        "一个月前的订单，退款频率限得更紧。"
        "Refunds of orders older than a month are limited more."
        "先查退款有没有受理；没有，就放慢，用原退款单号重发。"
        "Query whether it was accepted; if not, slow down and send it again under its number.";
    "下载链接过期", Never,
        "账单的下载链接过期了，它只有几分钟甚至几十秒有效。"
        "The link of the bill is too old; it lives for minutes, or even seconds."
        "重新申请账单，拿到 download_url 立即下载。"
        "Ask for the bill again and download at once from download_url.";
    "非电商商户暂不支持调用此API", Never,
        "普通商户或服务商调用了电商收付通的接口。"
        "A call of e-commerce platforms was made by an ordinary merchant or provider."
        "改用 /v3/profitsharing/ 下的接口。"
        "Call /v3/profitsharing/ instead.";
    "电商商户不允许调用非电商分账API", Never,
        "电商收付通的商户调用了普通分账的接口。"
        "An e-commerce platform called the ordinary sharing."
        "改用 /v3/ecommerce/profitsharing/ 下的接口。"
        "Call /v3/ecommerce/profitsharing/ instead.";
    "非分账订单不支持分账", Never,
        "下单时没有标记分账，这一单分不了。"
        "The order was not marked for sharing, so it cannot be shared."
        "以后要分账的订单，下单时传 settle_info.profit_sharing 为 true；这一单只能另外结算。"
        "Mark later orders with settle_info.profit_sharing; this one must be settled another way.";
    "订单处理中，请稍后重试", Later,
        "支付刚完成不到 1 分钟，或者订单还没有结算。"
        "The payment is less than a minute old, or not settled yet."
        "支付成功 1 分钟后，用原单号原样重发。"
        "Send the same request again a minute after the payment.";
    "订单已完结分账", Never,
        "这一单已经完结分账，不能再分。"
        "Sharing of the order has ended."
        "查询分账结果核对；以后先分完，再传 unfreeze_unsplit 或解冻。"
        "Query the shares. In future share first and unfreeze afterwards.";
    "分账接收方与原请求不一致", Never,
        "同一个分账单号，接收方和首次请求不一样。"
        "The receivers differ from the first request under this number."
        "用首次的内容重发；要另外分账，先查询这一单的结果，再用新的 out_order_no。"
        "Repeat the first content. For another share query this one first, then use a new out_order_no.";
    "分账金额超出最大分账比例", Never,
        "分账总额超过了最大分账比例，默认是 30%。"
        "The shares exceed the largest ratio, 30 % by default."
        "到商户平台的分账设置里看最大分账比例，按它减少金额。"
        "See the largest ratio in the sharing settings of 商户平台 and lower the amounts.";
    "分账金额不足", Never,
        "这个订单剩余的可分账金额不够。"
        "Not enough of the payment is left to share."
        "先查剩余待分金额：可分金额是订单金额减手续费，再减已退款和已分账的。"
        "Query the amount left: total less fee, refunds and earlier shares.";
    "分账接收方关系不存在", Never,
        "接收方还没有添加，或者是在别的 appid、别的子商户下添加的。"
        "The receiver was not added, or under another appid or sub-merchant."
        "先调用添加分账接收方接口，appid 和 sub_mchid 与分账请求一致，再分账。"
        "Add the receiver with the appid and sub_mchid of the share, then share.";
    "无分账权限", Never,
        "没有开通分账。"
        "Profit sharing is not opened."
        "到商户平台 > 产品中心 > 分账 开通；服务商要由特约商户授权。"
        "Open it on 商户平台 > 产品中心 > 分账; service providers need the sub-merchant's authorisation.";
    "账户不存在，请先点击充值", Never,
        "出资的商户还没有开出可用的账户。"
        "The paying merchant has no account for this yet."
        "到商户平台点一次充值，开出账户后，用原单号原样重发。"
        "Press 充值 once on 商户平台, which opens the account, then send the same request.";
    "暂不支持展示当前传入的用户收款感知", Never,
        "user_recv_perception 不是这个转账场景允许的值。"
        "user_recv_perception is not one the scene allows."
        "按 transfer_scene_id 对应的列表选收款感知，或者不传。"
        "Choose one that transfer_scene_id lists, or leave it out.";
    "需传入转账场景报备信息", Never,
        "缺少转账场景要求的报备信息，或者 info_type 不对。"
        "transfer_scene_report_infos lacks what the scene wants."
        "按场景填全，例如 1000 要有 活动名称 和 奖励说明。"
        "Fill in what the scene lists, such as 活动名称 and 奖励说明 for 1000.";
    "单号已存在但信息不一致", AfterQuery,
        "这个转账单号已经有一笔转账，而且内容不同。"
        "The number stands for a transfer with other content."
        "用 out_bill_no 查单，和首次的内容对照；只有查到 FAIL 或 CANCELLED，才能用新的单号另发一笔。"
        "Query by out_bill_no and compare. Only FAIL or CANCELLED permits another transfer under a new number.";
    "当前商户存在异常", Never,
        "商户账户存在异常，暂时不能转账。"
        "The merchant's account is abnormal and cannot transfer at present."
        "到商户平台看账户和风险通知，处理好以后查单，再用原单号重发。"
        "See the account and the notices on 商户平台. Once mended, query and send the same request under its number.";
    "授权数量达到限制", Never,
        "这个用户在这个场景下已经有授权了。"
        "The user has an authorisation for this scene already."
        "查询并沿用原来的 out_authorization_no，不要再建。"
        "Query and go on using the former out_authorization_no; do not make another.";
    "package_info信息有误", AfterQuery,
        "package_info 不对，或者过期了。"
        "package_info is wrong or too old."
        "用 out_bill_no 查单；还是 WAIT_USER_CONFIRM，就用最新应答里的 package_info，并确认前端没有改动它。"
        "Query by out_bill_no. While WAIT_USER_CONFIRM, use the latest package_info, unchanged by the front end.";
}
