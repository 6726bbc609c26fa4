//! The `Authorization` header cannot be read, or names something else.

mistakes! {
    ABSENT = "header_absent",
        "请求没有 Authorization 头。"
        "The request has no Authorization header."
        "每个 v3 请求都要带：WECHATPAY2-SHA256-RSA2048 加空格，再接 mchid、nonce_str、signature、timestamp、serial_no。"
        "Every v3 request needs it: WECHATPAY2-SHA256-RSA2048, a blank, then mchid, nonce_str, signature, timestamp, serial_no.";
    SCHEME = "header_scheme",
        "Authorization 的认证类型不对。"
        "Authorization names another scheme."
        "认证类型写 WECHATPAY2-SHA256-RSA2048，后面一个空格。"
        "The scheme is WECHATPAY2-SHA256-RSA2048, then one blank.";
    SCHEME_BLANKS = "header_scheme_blanks",
        "认证类型后面没有空格，或者不止一个。"
        "There is no blank after the scheme, or more than one."
        "认证类型后面恰好一个空格。"
        "Exactly one blank follows the scheme.";
    BLANKS = "header_blanks",
        "五个字段之间的逗号后面有空格。"
        "There are blanks after the commas between the five fields."
        "逗号后面直接接下一个字段，不加空格。"
        "The next field follows its comma without a blank.";
    QUOTES = "header_quotes",
        "有字段的值没有用双引号括起来。"
        "A value is not in double quotes."
        "每个字段写成 key=\"value\"。"
        "Write each field as key=\"value\".";
    UNKNOWN_FIELD = "header_unknown_field",
        "Authorization 里有不认识的字段名。"
        "Authorization has a field of unknown name."
        "只有 mchid、nonce_str、signature、timestamp、serial_no 五个字段，名字一字不差。"
        "There are five fields only: mchid, nonce_str, signature, timestamp, serial_no, spelled so.";
    MISSING_FIELD = "header_missing_field",
        "Authorization 里缺少字段，或者值是空的。"
        "Authorization lacks a field, or one is empty."
        "五个字段都要有值：mchid、nonce_str、signature、timestamp、serial_no。"
        "All five need a value: mchid, nonce_str, signature, timestamp, serial_no.";
    TWICE = "header_field_twice",
        "Authorization 里有字段出现了两次。"
        "A field of Authorization comes twice."
        "五个字段各写一次。"
        "Write each of the five once.";
    TIMESTAMP_NOT_SECONDS = "header_timestamp_milliseconds",
        "timestamp 是毫秒（13 位），应该是秒（10 位）。"
        "timestamp is in milliseconds (13 digits); it must be in seconds (10 digits)."
        "JavaScript 用 Math.floor(Date.now() / 1000)，Java 用 System.currentTimeMillis() / 1000。"
        "JavaScript: Math.floor(Date.now() / 1000); Java: System.currentTimeMillis() / 1000.";
    TIMESTAMP_NOT_NUMBER = "header_timestamp_no_number",
        "timestamp 不是数字。"
        "timestamp is no number."
        "timestamp 写成 1970 年以来的秒数，10 位整数。"
        "timestamp is whole seconds since 1970, 10 digits.";
    NONCE_LONG = "header_nonce_long",
        "nonce_str 超过 32 个字符，常见于带连字符的 UUID。"
        "nonce_str has more than 32 characters, as a UUID with dashes has."
        "去掉 UUID 的连字符，或者用 32 位以内的随机字母数字。"
        "Remove the UUID's dashes, or use at most 32 random letters and digits.";
    CLOCK_ZONE = "clock_time_zone",
        "timestamp 正好差了整小时：按本地时间而不是 UTC 算的秒数。"
        "timestamp is off by whole hours: it counts local time instead of UTC."
        "用系统给的 Unix 时间戳，不要自己用本地时间去换算。"
        "Use the system's Unix time; do not compute it from local time.";
    CLOCK_BUSINESS = "clock_business_time",
        "timestamp 跟着模拟器拨快后的业务时间走了；签名只认真实时间。"
        "timestamp follows the simulator's business time; signatures go by real time."
        "签名用真实时间；确实要跟着走，打开开关 clock_moves_transport。"
        "Sign with real time, or turn the switch clock_moves_transport on.";
    CLOCK_STALE = "clock_stale",
        "请求是早先签好的：timestamp 已经过去超过 5 分钟。"
        "The request was signed long ago: timestamp is more than 5 minutes old."
        "每次发送前（包括重试）都重新取时间、重新签名；再用 NTP 校准服务器时间。"
        "Take the time and sign anew for every sending, retries included; set the clock by NTP.";
    CLOCK_AHEAD = "clock_ahead",
        "timestamp 比平台时间快了 5 分钟以上。"
        "timestamp is more than 5 minutes ahead."
        "用 NTP 校准服务器时间。"
        "Set the server's clock by NTP.";
    UNKNOWN_MCHID = "mchid_unknown",
        "没有这个商户号。"
        "There is no such merchant."
        "mchid 填模拟器里的商户号（--write-env 文件里的 MCHID，或 GET /sim/v1/env）。"
        "Use a merchant of the simulator: MCHID of the --write-env file, or GET /sim/v1/env.";
    SERIAL_PLATFORM = "serial_platform",
        "serial_no 填的是平台证书或微信支付公钥的编号，不是商户证书的。"
        "serial_no names the platform's certificate or public key, not the merchant's certificate."
        "serial_no 填 apiclient_cert.pem 的序列号；平台证书序列号放在 Wechatpay-Serial 头。"
        "serial_no is that of apiclient_cert.pem; the platform's goes into the header Wechatpay-Serial.";
    SERIAL_OTHER_MERCHANT = "serial_other_merchant",
        "serial_no 是另一个商户号的证书序列号。"
        "serial_no is that of another merchant's certificate."
        "mchid、私钥、证书序列号要来自同一个商户号。"
        "mchid, private key and serial number must belong to one merchant.";
    SERIAL_CASE = "serial_case",
        "serial_no 的字母大小写不对。"
        "serial_no is in the wrong letter case."
        "序列号用大写的十六进制。"
        "Write the serial number in capital hexadecimal.";
    SERIAL_ZEROS = "serial_zeros",
        "serial_no 开头的 0 丢了。"
        "serial_no lost the zeros at its beginning."
        "序列号一共 40 位，当作字符串处理，开头的 0 也要。"
        "It has 40 digits; treat it as text and keep the zeros.";
    SERIAL_DECIMAL = "serial_decimal",
        "serial_no 写成了十进制。"
        "serial_no is written in decimal."
        "转成十六进制，例如 Java 的 getSerialNumber().toString(16).toUpperCase()。"
        "Write it in hexadecimal, such as getSerialNumber().toString(16).toUpperCase() in Java.";
    SERIAL_DECORATED = "serial_decorated",
        "serial_no 里有冒号、空格或 0x 这类多余的字符。"
        "serial_no has colons, blanks or 0x in it."
        "只留 40 位十六进制数字。"
        "Keep the 40 hexadecimal digits only.";
    SERIAL_UNKNOWN = "serial_unknown",
        "serial_no 不是这里任何一张证书的序列号。"
        "serial_no is that of no certificate known here."
        "用这一次模拟器给出的证书（重启会换新，--fixed-keys 除外）：MCH_SERIAL 和 MCH_PRIVATE_KEY 成对使用。"
        "Use the certificate of this run (a restart makes new ones unless --fixed-keys): MCH_SERIAL together with MCH_PRIVATE_KEY.";
}
