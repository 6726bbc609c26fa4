//! The right or wrong string was signed in another manner.

mistakes! {
    OTHER_MERCHANT = "key_other_merchant",
        "签名用的是另一个商户号的私钥。"
        "It was signed with another merchant's private key."
        "私钥、证书序列号、mchid 三样要来自同一个商户号。"
        "Private key, serial number and mchid must belong to one merchant.";
    PLATFORM_KEY = "key_platform",
        "签名用的是平台的密钥，不是商户的。"
        "It was signed with the platform's key, not the merchant's."
        "用 apiclient_key.pem 里的商户私钥签名。"
        "Sign with the merchant's private key, apiclient_key.pem.";
    PUBLISHED_KEY = "key_published",
        "签名用的是文档里公开的示例私钥。"
        "It was signed with the example key of the documentation."
        "换成这个商户自己的私钥。"
        "Use the merchant's own private key.";
    SHA1 = "hash_sha1",
        "签名用了 SHA1withRSA。"
        "It was signed with SHA1withRSA."
        "用 SHA256withRSA（Node 是 RSA-SHA256，PHP 是 OPENSSL_ALGO_SHA256；PHP 的默认值是 SHA1）。"
        "Use SHA256withRSA (Node: RSA-SHA256, PHP: OPENSSL_ALGO_SHA256; PHP's default is SHA-1).";
    MD5 = "hash_md5",
        "签名用了 MD5withRSA。"
        "It was signed with MD5withRSA."
        "用 SHA256withRSA。"
        "Use SHA256withRSA.";
    OTHER_HASH = "hash_other",
        "签名用了 SHA-384 或 SHA-512。"
        "It was signed with SHA-384 or SHA-512."
        "用 SHA256withRSA。"
        "Use SHA256withRSA.";
    PSS = "padding_pss",
        "签名用了 PSS 填充。"
        "It was signed with PSS padding."
        "用 PKCS#1 v1.5 填充（SHA256withRSA，不是 RSASSA-PSS、PS256）。"
        "Use PKCS#1 v1.5 padding (SHA256withRSA, not RSASSA-PSS or PS256).";
    NO_DIGEST_INFO = "padding_no_digest_info",
        "摘要没有带算法标识就直接用私钥加密了（NONEwithRSA、private_encrypt）。"
        "The digest was encrypted without naming its algorithm (NONEwithRSA, private_encrypt)."
        "用 SHA256withRSA 这样的签名函数，不要自己先算摘要再用私钥加密。"
        "Use a signing function such as SHA256withRSA; do not hash and encrypt yourself.";
    MESSAGE_ENCRYPTED = "padding_message_encrypted",
        "签名串没有算摘要，直接用私钥加密了。"
        "The string was encrypted with the private key and never hashed."
        "用 SHA256withRSA 签名函数。"
        "Use a signing function: SHA256withRSA.";
    HASHED_BEFORE = "hashed_before",
        "先自己算了 SHA-256，又对摘要签了一次名。"
        "The string was hashed first, and then its digest was signed."
        "SHA256withRSA 自己会算摘要，把签名串原文交给它。"
        "SHA256withRSA hashes by itself; give it the string as it is.";
    HEX = "encoding_hex",
        "签名写成了十六进制。"
        "The signature was written in hexadecimal."
        "签名用标准 Base64 编码。"
        "Write the signature in standard Base64.";
    URL_SAFE = "encoding_url_safe",
        "签名用了 URL 安全的 Base64（- 和 _）。"
        "The signature was written in URL-safe Base64, with - and _."
        "用标准 Base64：字符是 + 和 /，末尾带 =。"
        "Use standard Base64: with + and /, and = at the end.";
    UNPADDED = "encoding_unpadded",
        "签名的 Base64 末尾少了 =。"
        "The signature's Base64 lacks = at its end."
        "用带填充的标准 Base64。"
        "Use standard Base64 with padding.";
    BASE64_TWICE = "encoding_base64_twice",
        "签名被 Base64 编码了两次。"
        "The signature was Base64-encoded twice."
        "只编码一次；有的签名函数返回的已经是 Base64。"
        "Encode once; some signing functions return Base64 already.";
    HEX_IN_BASE64 = "encoding_hex_in_base64",
        "签名先转成十六进制，又做了 Base64。"
        "The signature was written in hexadecimal and then in Base64."
        "对签名的原始字节做 Base64，不要先转十六进制。"
        "Base64 the signature's bytes, not their hexadecimal form.";
    WRAPPED = "encoding_wrapped",
        "签名的 Base64 里有空格或换行。"
        "There are blanks or line feeds within the signature's Base64."
        "用不折行的 Base64（openssl base64 -A，Android 用 NO_WRAP）。"
        "Use Base64 without line breaks (openssl base64 -A, NO_WRAP on Android).";
    PLUS_LOST = "encoding_plus_lost",
        "签名里的 + 变成了空格：放进 URL 时没有编码。"
        "Each + of the signature became a blank: it was put into an address without encoding."
        "放进 URL 前用 encodeURIComponent 编码。"
        "Encode it with encodeURIComponent before it goes into an address.";
    PERCENT = "encoding_percent",
        "签名被 URL 编码了（%2B、%2F、%3D）。"
        "The signature was percent-encoded (%2B, %2F, %3D)."
        "请求头里放标准 Base64 原文，不要 URL 编码。"
        "Put the plain Base64 there, without encoding for addresses.";
    UNKNOWN_STRING = "unknown_string",
        "私钥是对的，但签的是别的内容：已知的错误都对不上。"
        "The key is right, but another string was signed, and no known mistake makes it."
        "把签名前的字符串打印出来，和下面期望的逐字节比对；也可以比 SHA-256。常见的是随机串或时间戳生成了两次。"
        "Print the string before it is signed and compare it with the expected one, byte by byte or by SHA-256. Often the nonce or the time was made twice.";
    UNKNOWN_KEY = "unknown_key",
        "这里没有一把密钥能做出这个签名：私钥和证书不是一对，或者签名坏了。"
        "No key known here made this signature: the private key does not belong to the certificate, or the signature is damaged."
        "用 MCH_PRIVATE_KEY 指的那个私钥签名；模拟器重启会换新密钥（--fixed-keys 除外），要重新读取。"
        "Sign with the key MCH_PRIVATE_KEY names. A restart makes new keys unless --fixed-keys: read them anew.";
    UNREADABLE = "signature_unreadable",
        "签名不是 Base64，读不出来。"
        "The signature is no Base64 and cannot be read."
        "签名用标准 Base64 编码，一行，不截断。"
        "Write the signature in standard Base64, on one line, uncut.";
    LENGTH = "signature_length",
        "签名的长度不对：RSA-2048 的签名是 256 字节。"
        "The signature has the wrong length; one of RSA-2048 has 256 bytes."
        "用商户 API 证书的 RSA-2048 私钥签名，签名不要截断。"
        "Sign with the RSA-2048 key of the merchant's API certificate, and do not cut the signature.";
}
