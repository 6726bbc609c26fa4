//! What payers see in the cashier and developers in their tools (miniprogram.md §3.2 to §3.6).

messages! {
    "支付验证签名失败" | "支付签名验证失败", Never,
        "调起支付的签名不对。"
        "The signature that opens the cashier is wrong."
        "由后端用下单的那把私钥签：appId 同下单，timeStamp 是秒，package 带 prepay_id= 前缀（APP 只写 prepay_id）。"
        "Sign on the server with the key that ordered: the same appId, timeStamp in seconds, package with prepay_id= (apps: the bare id).";
    "下单账号与支付账号不一致", Never,
        "付款人不是下单时的那个 openid。"
        "The payer is not the openid that ordered."
        "让本人付款；别人要付，先查单确认没有支付，再为他的 openid 另下一单。"
        "The same person must pay. For somebody else query that it is unpaid, then order for that openid.";
    "请重新下单支付", Never,
        "另一个微信用户已经打开过这一单，一单只能一个人付。"
        "Another person opened this order; only one can pay it."
        "先查单确认没有支付，再为这个人另下一单。"
        "Query that it is unpaid, then make an order for this person.";
    "支付场景非法" | "该支付方式存在异常", Never,
        "下单的场景和调起支付的场景不一样。"
        "The order was made for another scene than the one that opens the cashier."
        "小程序里用 JSAPI 下单、小程序的 appid，从小程序调起；不要拿 H5、APP 的 prepay_id 来用。"
        "In mini programs order through JSAPI with the mini program's appid; do not use a prepay_id of H5 or an app.";
    "缺少参数", Never,
        "调起支付缺参数，或者 prepay_id 失效、appId 和下单不一致。"
        "The cashier lacks a parameter, prepay_id is too old, or appId is not the one that ordered."
        "检查 appId、timeStamp、nonceStr、package、signType、paySign 是否齐全；prepay_id 超过 2 小时就用原参数重新下单取新的。"
        "Pass appId, timeStamp, nonceStr, package, signType and paySign. After 2 hours send the same order again for a fresh prepay_id.";
    "当前页面的URL未注册" | "url not registered", Never,
        "发起支付的页面不在支付授权目录里。"
        "The page is not within the registered payment directories."
        "到商户平台 > 产品中心 > 开发配置 > 支付授权目录 添加：写到页面所在的目录，以 / 结尾，区分大小写。"
        "Add it on 商户平台 > 产品中心 > 开发配置 > 支付授权目录: down to the page's directory, ending in /, case counts.";
    "商家参数格式有误", Never,
        "H5 支付的跳转没有 Referer。"
        "The jump to the H5 cashier has no Referer."
        "从页面正常跳转 h5_url，页面不要设 no-referrer。"
        "Go to h5_url from a page, without a no-referrer policy.";
    "商家存在未配置的参数", Never,
        "页面或 redirect_url 的域名不是登记过的 H5 支付域名。"
        "The domain of the page or of redirect_url is not registered for H5."
        "到商户平台 > 产品中心 > 开发配置 > H5支付域名 添加：只写域名，不带协议，要完全一致。"
        "Add it on 商户平台 > 产品中心 > 开发配置 > H5支付域名: the host only, exactly.";
    "支付请求已失效", Never,
        "h5_url 超过 5 分钟失效了。"
        "h5_url is older than 5 minutes."
        "用原单号、原参数重新下单取新的 h5_url，拿到就跳转。"
        "Send the same order again for a fresh h5_url and go there at once.";
    "请在微信外打开订单", Never,
        "在微信里打开了 H5 支付。"
        "An H5 payment was opened inside WeChat."
        "微信里改用 JSAPI 支付，按 User-Agent 有没有 MicroMessenger 区分。"
        "Use JSAPI inside WeChat, told apart by MicroMessenger in the User-Agent.";
    "H5交易参数有误", Never,
        "H5 下单的 payer_client_ip 不是付款人的公网 IP。"
        "payer_client_ip of the H5 order is not the payer's public address."
        "传付款人的真实 IP，不要传 127.0.0.1；有反向代理时，从可信代理的 X-Forwarded-For 取。"
        "Send the payer's own address, not 127.0.0.1; behind a proxy take it from the trusted X-Forwarded-For.";
    "网络环境未能通过安全验证", Never,
        "付款人打开 h5_url 的 IP 和下单时传的不一样。"
        "The payer opens h5_url from another address than the order names."
        "核对 payer_client_ip 取的是付款人的 IP；注意 IPv4 和 IPv6 不要混用。"
        "See that payer_client_ip is the payer's, and that IPv4 and IPv6 are not mixed.";
    "通过长按识别二维码" | "从相册识别二维码", Never,
        "Native 的二维码只能用扫一扫付，不能长按或从相册识别。"
        "A native QR code is paid by scanning only, not by a long press or from the album."
        "请付款人用微信扫一扫；在手机上付款，改用 JSAPI、小程序或 H5。"
        "The payer must scan it. For payments on one phone use JSAPI, a mini program or H5.";
    "通过外部拉起微信完成支付", Never,
        "JSAPI 支付不是在微信里打开的。"
        "A JSAPI payment was opened outside WeChat."
        "在微信里打开页面；微信外的浏览器改用 H5 支付。"
        "Open the page in WeChat; browsers outside use H5.";
    "system:access_denied", Never,
        "在小程序的 web-view 里调了 JSAPI 支付，或者页面地址太长。"
        "JSAPI was called within a mini program's web-view, or the page's address is too long."
        "web-view 里改用小程序支付；缩短页面地址。"
        "Use the mini program's payment there, and shorten the address.";
    "url not in domain list" | "request 合法域名列表中", Never,
        "请求的域名没有登记为小程序的合法域名。"
        "The domain is not registered for the mini program."
        "到小程序后台 > 开发管理 > 开发设置 > 服务器域名 添加，要 https，子域名分别添加。"
        "Add it in the mini program's console > 开发管理 > 开发设置 > 服务器域名: https, every sub-domain by itself.";
    "jsapi has no permission" | "fail no permission" | "支付功能暂时无法使用" | "小程序违规，无法使用支付", Never,
        "小程序的支付能力被限制，例如类目不对、没有接入发货管理，或者违规。"
        "The mini program may not pay at present: category, shipping management, or a sanction."
        "到小程序后台看站内信和处罚，补齐类目、接入发货信息管理，再申诉。"
        "Read the letters in the mini program's console, mend category and shipping management, then appeal.";
    "包名不对" | "签名不对", Never,
        "APP 的包名或应用签名，和开放平台登记的不一样。"
        "Package name or signature of the app differ from those registered."
        "到开放平台的移动应用里改成一致，再清掉微信的缓存重试。"
        "Make them agree on 开放平台, then clear WeChat's cache.";
    "universal link", Never,
        "iOS 的 universal link 校验没有通过。"
        "The universal link of the iOS app does not verify."
        "核对开放平台登记的 universal link 和应用里的是否一致，能否从公网打开。"
        "See that the one on 开放平台 is the app's own and opens from the internet.";
    "message authentication failed" | "AEADBadTagException", Never,
        "APIv3 密钥和商户平台上设置的不是同一个，所以解不开密文。"
        "The APIv3 key is not the one set on the merchant platform, so nothing decrypts."
        "到商户平台 > 账户中心 > API安全 重新设置 APIv3 密钥，再填进配置；换的时候新旧两个都试。"
        "Set it anew on 商户平台 > 账户中心 > API安全 and configure the same; try old and new while it changes.";
    "证书序列号不一致", Never,
        "拿商户自己的证书去验微信支付的签名了。"
        "The merchant's own certificate was used to verify WeChat Pay's signature."
        "验签用微信支付公钥或平台证书，按 Wechatpay-Serial 选。"
        "Verify with the WeChat Pay public key or platform certificate that Wechatpay-Serial names.";
    "Last unit does not have enough valid bits", Never,
        "这是微信支付的签名探测：故意发一个错误的签名，看你验不验。"
        "A signature probe of WeChat Pay: a wrong signature on purpose, to see whether it is verified."
        "验签失败就回 4xx 或 5xx，不用特殊处理；平台会带着正确的签名再发。"
        "Refuse it with 4xx or 5xx like any bad signature; it comes again, properly signed.";
}
