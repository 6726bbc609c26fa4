//! Bindings, permissions, service providers and onboarding (v3.md §2.2, §3, v2.md §6, miniprogram.md §3.1,
//! v3-extended.md §9).

messages! {
    "sub_mch_id与sub_appid不匹配", Never,
        "sub_appid 没有配置给这个特约商户。"
        "sub_appid is not configured for the sub-merchant."
        "到服务商平台 > 合作伙伴功能 > 开发参数配置 > 特约商户APPID配置 里添加 sub_appid。"
        "Add it in 服务商平台 > 合作伙伴功能 > 开发参数配置 > 特约商户APPID配置.";
    "sub_appid和sub_openid不匹配", Never,
        "sub_openid 不是在 sub_appid 下取得的。"
        "sub_openid does not come from sub_appid."
        "用 sub_appid 重新登录取 openid；没有 sub_appid 就改传 sp_openid。"
        "Log the payer in with sub_appid, or send sp_openid when there is none.";
    "appid和mch_id不匹配" | "appid与mch_id不匹配" | "appid and mchid not match" | "appid and mch_id not match", Never,
        "appid 没有和这个商户号绑定。"
        "The appid is not bound to the merchant."
        "到商户平台 > 产品中心 > APPID授权管理 关联 appid，再到公众平台 > 微信支付 > 商户号管理 确认，几分钟后生效。"
        "Bind it on 商户平台 > 产品中心 > APPID授权管理, then confirm on 公众平台 > 微信支付 > 商户号管理. It takes some minutes.";
    "appid与openid不匹配" | "appid and openid not match" | "无效的openid" | "openid is invalid", Never,
        "openid 不是在请求里的 appid 下取得的。"
        "The openid does not come from the appid of the request."
        "用下单的 appid 重新取 openid：小程序走 wx.login，公众号走网页授权；前后端的 appid 要一致。"
        "Get the openid with the ordering appid: wx.login in mini programs, web authorisation in official accounts. Front end and back end must use one appid.";
    "商户传入的appid参数不正确" | "appid is invalid", Never,
        "appid 的种类不对，或者调起支付的 appid 和下单的不是同一个。"
        "The appid is of another kind, or the cashier is opened with another one than ordered with."
        "小程序用小程序的 appid，JSAPI 用服务号的，APP 用开放平台移动应用的；下单和调起用同一个。"
        "Mini programs use theirs, JSAPI the service account's, apps the one of 开放平台; order and open the cashier with the same.";
    "appid不存在", Never,
        "没有这个 appid。"
        "There is no such appid."
        "核对 appid，它以 wx 开头，不是 AppSecret。"
        "Check the appid; it begins with wx and is not the AppSecret.";
    "mch_id参数格式错误" | "商户号mch_id或sub_mch_id不存在", Never,
        "商户号填错了。"
        "The merchant's number is wrong."
        "核对 mch_id 是登录商户平台的那个商户号；服务商还要核对 sub_mch_id。"
        "Check that mch_id is the one that logs in to 商户平台; service providers check sub_mch_id too.";
    "http header中的mchid与post payload中的mchid不匹配", Never,
        "Authorization 头里的 mchid 和请求体里的不是同一个。"
        "The Authorization header and the body name different merchants."
        "两处用同一个商户号；服务商在 Authorization 里写 sp_mchid，合单写 combine_mchid。"
        "Use one. Service providers put sp_mchid into the header, combined orders combine_mchid.";
    "未授权服务商的产品权限" | "该产品授权已被解除", Never,
        "特约商户没有授权服务商使用这个产品，或者解除了授权。"
        "The sub-merchant has not authorised the service provider for the product, or withdrew it."
        "请特约商户到商户平台 > 产品中心 > 我的授权产品 里授权，约 10 分钟后生效。"
        "The sub-merchant authorises on 商户平台 > 产品中心 > 我的授权产品; it takes about 10 minutes.";
    "该产品权限未开通" | "没有此类交易权限", Never,
        "商户号没有开通这个支付产品。"
        "The payment product is not opened for the merchant."
        "到商户平台 > 产品中心 开通对应的产品；小程序支付开通的是 JSAPI支付。"
        "Open it on 商户平台 > 产品中心; mini programs need JSAPI支付.";
    "收款功能已被限制", Never,
        "商户的收款功能被限制。"
        "The merchant may not collect money at present."
        "打开商家助手小程序 > 风险处理，看处罚原因并申诉。"
        "See 商家助手 (mini program) > 风险处理 for the penalty, and appeal there.";
    "不可用或者已经注销", Never,
        "商户号不可用，或者已经注销。"
        "The merchant is disabled or cancelled."
        "登录商户平台看账户状态和通知；商户号填错的话改配置。"
        "See the state of the account on 商户平台; if the number is wrong, mend the configuration.";
    "超出单日收款最大金额", Never,
        "今天的收款超过了商户的单日限额。"
        "The merchant's limit of the day is used up."
        "明天再收，或到商户平台看限额、申请提高。"
        "Collect tomorrow, or see the limit on 商户平台 and ask for a higher one.";
    "受理关系不存在" | "受理关系不可用" | "无受理关系", Never,
        "服务商和这个商户没有受理关系，或者关系不可用。"
        "The service provider does not serve this merchant."
        "服务商先邀请特约商户，由它在产品中心 > 我的授权产品 里授权；约 10 分钟后生效。"
        "Invite the merchant; it authorises in 产品中心 > 我的授权产品. This takes about 10 minutes.";
    "受理机构必须传入sub_mch_id", Never,
        "用服务商的商户号调用，却没有传子商户号；常见于误用直连商户的接口。"
        "A service provider called without a sub-merchant, often through a direct merchant's call."
        "服务商改用 /v3/pay/partner 下的接口并传 sub_mchid；直连商户核对 mchid 是不是填成了服务商的。"
        "Service providers call /v3/pay/partner with sub_mchid. Direct merchants check that mchid is not a provider's.";
    "不能与自身mchid相同", Never,
        "子商户号填成了服务商自己的商户号。"
        "The sub-merchant is the service provider itself."
        "把 sub_mchid 改成特约商户的商户号。"
        "Put the sub-merchant's number into sub_mchid.";
    "子商户号和订单信息不匹配", Never,
        "订单不是这个子商户的。"
        "The order is another sub-merchant's."
        "sub_mchid 要和下单时传的一致。"
        "Send the sub_mchid that was sent when ordering.";
    "商户号和订单信息不匹配", Never,
        "订单不是这个商户号下的。"
        "The order is another merchant's."
        "用下单的那个商户号来查询、关单和退款。"
        "Query, close and refund as the merchant who ordered.";
    "缺少微信支付平台证书序列号", Never,
        "请求里有加密字段，却没有 Wechatpay-Serial 头。"
        "The body has sealed members, but the header Wechatpay-Serial is missing."
        "在 Wechatpay-Serial 里写加密所用的公钥ID 或平台证书序列号。"
        "Name the public key or certificate that sealed them in Wechatpay-Serial.";
    "平台证书序列号Wechatpay-Serial错误", Never,
        "Wechatpay-Serial 不是这个商户号的公钥ID 或平台证书序列号。"
        "Wechatpay-Serial is no key of this merchant's."
        "到商户平台 > 账户中心 > API安全 核对公钥ID；填的是加密用的那把，不是商户证书的序列号。"
        "Check the id on 商户平台 > 账户中心 > API安全. It is the key that seals, not the merchant's own certificate.";
    "无可用的平台证书", Never,
        "这个商户号没有平台证书：它用的是微信支付公钥。"
        "The merchant has no platform certificates: it uses the WeChat Pay public key."
        "到商户平台 > 账户中心 > API安全 下载微信支付公钥，连同 PUB_KEY_ID_ 开头的公钥ID一起配置，不再下载证书。"
        "Download the WeChat Pay public key (微信支付公钥) on 商户平台 > 账户中心 > API安全 and configure it with its PUB_KEY_ID_ id; do not download certificates.";
    "缺少Accept或User-Agent", Never,
        "请求没有 Accept 或 User-Agent 头。"
        "The header Accept or User-Agent is missing."
        "两个头都带上：Accept 写 application/json，User-Agent 写程序名和版本。"
        "Send both: Accept with application/json, User-Agent with name and version.";
    "证书校验错误" | "No required SSL certificate was sent" | "SSL certificate error", Never,
        "v2 的这个接口要双向证书，请求没有带商户API证书，或者证书不对。"
        "This v2 call needs the merchant's client certificate, and none or another one was presented."
        "建立连接时带上 apiclient_cert.p12 或 pem 证书对，p12 的密码是商户号；在账户中心 > API安全 看证书有没有过期。"
        "Present apiclient_cert.p12 (its password is the mch_id) or the pem pair; see on 账户中心 > API安全 whether it expired.";
    "证书图片内容无效", Never,
        "图片的 media_id 过期了，或者是别的商户号上传的。"
        "The media_id is too old, or another merchant's."
        "用提交申请的商户号重新上传图片，换上新的 media_id。"
        "Upload the picture again as the merchant who applies, and use the media_id returned.";
    "组织机构代码证照片", Never,
        "organization_info 传成了空对象，平台就要求把它填全。"
        "organization_info was sent empty, so the platform wants it complete."
        "三证合一的执照不要传 organization_info；不需要的对象都整个去掉。"
        "New licences go without organization_info; leave out every object that is not needed.";
    "查询申请单不存在", Never,
        "没有这个申请单。"
        "There is no such application."
        "核对 business_code 或 applyment_id，并用提交时的服务商商户号查询。"
        "Check business_code or applyment_id, and ask as the service provider who submitted it.";
    "申请单编号'转换为uint64类型", Never,
        "申请单编号要是数字，传的却不是。"
        "applyment_id must be a number."
        "传提交时返回的 applyment_id；自己的编号用 business_code 传。"
        "Send the applyment_id that was returned; your own number goes into business_code.";
    "暂未查询到该营业执照注册号", Never,
        "工商系统里查不到这个营业执照号。"
        "The licence number is not in the public register."
        "照执照核对号码；新办的执照过几天再提交。"
        "Check it against the licence; submit new licences some days later.";
    "生成小程序二维码失败", Later,
        "微信生成二维码时出了问题。"
        "WeChat failed to make the QR code."
        "过几分钟再查询申请单。"
        "Query the application again some minutes later.";
}
