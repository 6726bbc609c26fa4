//! What comes with `SIGN_ERROR` (v3.md §1.6, v2.md §1.4).

messages! {
    "Authorization值格式错误", Never,
        "Authorization 头的格式不对，还没有验到签名。"
        "The Authorization header is malformed; the signature was not even looked at."
        "认证类型后面一个空格，再接五个 key=\"value\"，用逗号隔开，逗号后不加空格，全部在一行里。"
        "The scheme, one blank, then five key=\"value\" pairs with commas and no blanks between, all on one line.";
    "timestamp与发起请求的时间", Never,
        "服务器时间和微信支付差了 5 分钟以上。"
        "The server's clock is off by more than 5 minutes."
        "用 NTP 校准服务器时间；timestamp 用秒，每次发送前重新取。"
        "Set the clock by NTP; timestamp is in seconds and taken anew for every request.";
    "Authorization认证类型不正确", Never,
        "Authorization 头的认证类型不对。"
        "The Authorization header names another scheme."
        "认证类型写 WECHATPAY2-SHA256-RSA2048；国密商户写 WECHATPAY2-SM2-WITH-SM3。"
        "The scheme is WECHATPAY2-SHA256-RSA2048, or WECHATPAY2-SM2-WITH-SM3 for SM merchants.";
    "商户证书序列号有误", Never,
        "serial_no 和签名用的私钥不是一对，或者不是这个商户号的证书。"
        "serial_no does not belong to the private key, or not to this merchant."
        "从 apiclient_cert.pem 读出序列号填进 serial_no，私钥用同一次下载的 apiclient_key.pem；也可到账户中心 > API安全 核对。"
        "Read the serial number from apiclient_cert.pem and sign with the apiclient_key.pem of the same download; compare with 账户中心 > API安全.";
    "商户证书已过期", Never,
        "商户API证书过期了。"
        "The merchant's API certificate has expired."
        "到商户平台 > 账户中心 > API安全 申请新证书，换上新的私钥和序列号；新旧证书可以同时有效。"
        "Get a new one on 商户平台 > 账户中心 > API安全 and configure its key and serial number; several may be valid at once.";
    "商户证书已作废", Never,
        "商户API证书已经作废。"
        "The merchant's API certificate was revoked."
        "到商户平台 > 账户中心 > API安全 换用有效的证书，私钥和序列号一起换。"
        "Use a valid one from 商户平台 > 账户中心 > API安全: key and serial number together.";
    "已更换证书", Never,
        "商户API证书已经更换，这次用的是旧的。"
        "The merchant's API certificate was replaced; the old one was used."
        "换上新证书的私钥和序列号；有几台服务器就都要换。"
        "Configure key and serial number of the new one, on every server.";
    "商户未设置APIv3密钥", Never,
        "商户号还没有设置 APIv3 密钥。"
        "The merchant has not set an APIv3 key."
        "到商户平台 > 账户中心 > API安全 设置 32 位的 APIv3 密钥；不设置就收不到任何 v3 通知。"
        "Set one of 32 characters on 商户平台 > 账户中心 > API安全; without it no v3 notification is ever sent.";
    "商户未申请过证书", Never,
        "商户号还没有申请过API证书。"
        "The merchant never applied for an API certificate."
        "到商户平台 > 账户中心 > API安全 申请API证书，再把私钥和序列号填进配置。"
        "Apply for one on 商户平台 > 账户中心 > API安全 and configure its key and serial number.";
    "签名错误" | "签名信息错误" | "错误的签名" | "签名失败" | "SIGN ERROR", Never,
        "签名和内容对不上：密钥不对，或者签名的内容和实际发出的不一样。"
        "The signature does not fit: another key, or something else was signed than sent."
        "v3 核对私钥、序列号和五行签名串（最后一行也以换行结尾，路径要带查询串）；v2 核对 APIv2 密钥、参数排序，空值不参与签名。"
        "v3: check key, serial number and the five lines, each ending in a line feed, the path with its query. v2: check the APIv2 key, the order of names, and leave empty values out.";
}
