//! A v2 signature over other parameters, in another manner, or with another key (v2.md §1.3).

mistakes! {
    MD5_FOR_HMAC = "v2_md5_for_hmac",
        "sign_type 是 HMAC-SHA256，签名却是 MD5。"
        "sign_type says HMAC-SHA256, but the signature is MD5."
        "两边一致：去掉 sign_type 用 MD5，或者按 HMAC-SHA256 计算。"
        "Make the two agree: drop sign_type and use MD5, or compute HMAC-SHA256.";
    HMAC_FOR_MD5 = "v2_hmac_for_md5",
        "签名是 HMAC-SHA256，但没有传 sign_type=HMAC-SHA256（默认是 MD5）。"
        "The signature is HMAC-SHA256, but sign_type=HMAC-SHA256 is not sent; MD5 is the default."
        "带上 sign_type=HMAC-SHA256，它自己也参与签名。"
        "Send sign_type=HMAC-SHA256, which is signed as well.";
    SHA256_PLAIN = "v2_sha256_plain",
        "用的是普通 SHA-256，不是 HMAC-SHA256。"
        "Plain SHA-256 was used instead of HMAC-SHA256."
        "HMAC-SHA256 以 API 密钥为密钥，对同一个字符串计算。"
        "HMAC-SHA256 uses the API key as its key, over the same string.";
    LOWER_CASE = "v2_lower_case",
        "签名是小写的十六进制。"
        "The signature is in lower-case hexadecimal."
        "转成大写。"
        "Write it in capitals.";
    BASE64 = "v2_base64",
        "签名写成了 Base64，应该是十六进制。"
        "The signature is in Base64; it must be in hexadecimal."
        "写成大写的十六进制。"
        "Write it in capital hexadecimal.";
    EMPTY_SIGNED = "v2_empty_signed",
        "值为空的参数也参与了签名。"
        "Parameters without a value were signed."
        "空值不参与签名，最好也不要发送。"
        "Leave empty values out of the signature, and best out of the request.";
    SIGN_SIGNED = "v2_sign_signed",
        "sign 自己也参与了签名。"
        "sign itself was signed."
        "拼字符串前去掉 sign。"
        "Remove sign before the string is put together.";
    LEFT_OUT = "v2_parameter_left_out",
        "有参数发送了，却没有参与签名。"
        "A parameter was sent, but not signed."
        "除 sign 和空值外，发出的每个参数都参与签名；先放齐参数再签名。"
        "All that is sent is signed, except sign and empty values; put everything in before signing.";
    SIGN_TYPE_LEFT_OUT = "v2_sign_type_left_out",
        "sign_type 发送了，却没有参与签名。"
        "sign_type was sent, but not signed."
        "sign_type 也是普通参数，要参与签名。"
        "sign_type is signed like any other parameter.";
    SIGN_TYPE_ADDED = "v2_sign_type_added",
        "签名时有 sign_type，发送时没有。"
        "sign_type was signed, but not sent."
        "签名时有的参数都要发送。"
        "Send all that is signed.";
    KEY_MISSING = "v2_key_missing",
        "字符串末尾没有拼上 &key=API密钥。"
        "&key=… was not appended to the string."
        "排序拼接后再加 &key=APIv2密钥；用 HMAC 时也要加。"
        "After joining, append &key= and the APIv2 key, with HMAC too.";
    KEY_NAME = "v2_key_name",
        "API 密钥前面的名字不是 key。"
        "The API key was appended under another name than key."
        "末尾写 &key=APIv2密钥，名字就是 key。"
        "Append &key=…; the name is key.";
    KEY_BARE = "v2_key_bare",
        "API 密钥直接接在字符串后面，没有 &key=。"
        "The API key was appended without &key=."
        "末尾写 &key=APIv2密钥。"
        "Append &key= and then the APIv2 key.";
    KEY_SORTED_IN = "v2_key_sorted_in",
        "key 和别的参数一起排了序，没有放在最后。"
        "key was sorted among the parameters instead of coming last."
        "先排序拼接，最后再加 &key=APIv2密钥。"
        "Sort and join first; append &key= last.";
    V3_KEY = "v2_key_of_v3",
        "用的是 APIv3 密钥。"
        "The APIv3 key was used."
        "v2 用 APIv2 密钥，在商户平台 > 账户中心 > API安全 单独设置。"
        "v2 has its own key: 商户平台 > 账户中心 > API安全, APIv2.";
    APP_SECRET = "v2_key_app_secret",
        "用的是 AppSecret。"
        "The AppSecret was used."
        "v2 用商户平台设置的 APIv2 密钥，不是小程序的 AppSecret。"
        "v2 uses the merchant's APIv2 key, not the mini program's AppSecret.";
    OTHER_MERCHANT = "v2_key_other_merchant",
        "用的是另一个商户号的密钥。"
        "Another merchant's key was used."
        "mch_id 和 API 密钥要属于同一个商户号。"
        "mch_id and key must belong to one merchant.";
    PRODUCTION_KEY = "v2_key_not_of_sandbox",
        "沙箱环境用了正式的 API 密钥。"
        "The production key was used in the sandbox."
        "先调用 getsignkey 取沙箱密钥，沙箱里的请求都用它签名。"
        "Ask getsignkey for the sandbox's key first, and sign with it there.";
    KEY_BLANKS = "v2_key_blanks",
        "密钥前后多了空格或换行。"
        "There are blanks or a line feed around the key."
        "去掉密钥前后的空白；一共 32 个字符。"
        "Trim the key; it has 32 characters.";
    HMAC_KEY_OTHER = "v2_hmac_key_other",
        "HMAC 用的密钥不是 APIv2 密钥（字符串末尾的 key 是对的）。"
        "HMAC was keyed with something else than the APIv2 key, while the appended key is right."
        "同一个 APIv2 密钥用两次：作为 HMAC 的密钥，也拼在字符串末尾。"
        "The APIv2 key is used twice: as the key of HMAC, and appended to the string.";
    UNSORTED = "v2_unsorted",
        "参数没有排序，按发送的顺序签的名。"
        "Parameters were signed in the order they are sent in, unsorted."
        "按参数名的 ASCII 码从小到大排序。"
        "Sort by name, in the order of ASCII.";
    SORTED_BY_LETTER = "v2_sorted_ignoring_case",
        "排序时没有区分大小写。"
        "Names were sorted without regard to case."
        "按 ASCII 码排序：大写字母在小写字母前面。"
        "Sort by ASCII: capitals come before small letters.";
    SORTED_BACKWARDS = "v2_sorted_backwards",
        "参数按从大到小排了序。"
        "Names were sorted backwards."
        "按参数名的 ASCII 码从小到大排序。"
        "Sort by name, ascending in ASCII.";
    URL_ENCODED = "v2_url_encoded",
        "签名前对参数值做了 URL 编码。"
        "Values were percent-encoded before signing."
        "用原值签名，不要编码（http_build_query、URLSearchParams 会编码）。"
        "Sign plain values; http_build_query and URLSearchParams encode.";
    XML_ESCAPED = "v2_xml_escaped",
        "签名用的是 XML 转义后的值（&amp;、&lt;）。"
        "Values were signed as escaped for XML (&amp;, &lt;)."
        "用原值签名，写 XML 时再转义。"
        "Sign plain values, and escape when writing the XML.";
    CDATA_SIGNED = "v2_cdata_signed",
        "签名时参数值带着 <![CDATA[ ]]>。"
        "Values were signed with <![CDATA[ ]]> around them."
        "用原值签名，CDATA 只是 XML 的写法。"
        "Sign plain values; CDATA belongs to the XML only.";
    CHARSET = "v2_charset",
        "签名时中文按 GBK 或 ISO-8859-1 编码，应该是 UTF-8。"
        "Chinese was signed in GBK or ISO-8859-1; it must be UTF-8."
        "转成字节时写明 UTF-8，例如 getBytes(\"UTF-8\")；JVM 可加 -Dfile.encoding=UTF-8。"
        "Name UTF-8 where text becomes bytes, such as getBytes(\"UTF-8\").";
    TRIMMED = "v2_trimmed",
        "签名时去掉了参数值前后的空白，发送时没有。"
        "Values were trimmed when signing, but not when sent."
        "签名和发送用同一个值。"
        "Sign and send the same value.";
    NUMBER_FORMAT = "v2_number_format",
        "签名和发送时金额的写法不同（例如 1 和 1.0、元和分）。"
        "The amount was signed in another form than it was sent in (1 and 1.0, yuan and fen)."
        "total_fee 是整数分，签名和发送用同一个字符串。"
        "total_fee is whole fen; sign and send the same text.";
    NAME_CASE = "v2_name_case",
        "签名时参数名的大小写不对（例如 appid 和 appId、timestamp 和 timeStamp）。"
        "Names were signed in other letter case (appid and appId, timestamp and timeStamp)."
        "小程序和 JSAPI 签 appId、timeStamp、nonceStr、package、signType；APP 才全用小写。"
        "Mini programs and JSAPI sign appId, timeStamp, nonceStr, package, signType; only apps use lower case.";
    OTHER_SEPARATOR = "v2_other_separator",
        "参数之间没有用 & 连接。"
        "Parameters were not joined with &."
        "写成 k1=v1&k2=v2，再加 &key=…。"
        "Join as k1=v1&k2=v2, then &key=….";
    RSA_ON_V2 = "v2_rsa",
        "签名是 v3 的 RSA 签名，这里要 v2 的。"
        "The signature is an RSA one as in v3; v2 is wanted here."
        "v2 的订单用 APIv2 密钥做 MD5 或 HMAC-SHA256。"
        "Orders of v2 are signed with the APIv2 key: MD5 or HMAC-SHA256.";
    SIGN_MISSING = "v2_sign_missing",
        "请求没有带 sign。"
        "The request has no sign."
        "每个 v2 请求都要带 sign。"
        "Every v2 request carries sign.";
    UNKNOWN = "v2_unknown",
        "已知的错误都算不出这个签名；多半是 API 密钥不对，或者签名之后改了参数。"
        "No known mistake makes this signature; most likely the key is another, or parameters changed after signing."
        "把签名前的字符串打印出来和下面期望的比对；密钥用 APIV2_KEY（模拟器重启会换新，--fixed-keys 除外）。"
        "Print the string before it is hashed and compare it with the expected one. The key is APIV2_KEY; a restart makes a new one unless --fixed-keys.";
}
