//! Key material in words: which file was given where, and what to do about it.

use tongbao_sdk::{ApiV3KeyError, MerchantKeyError, PemError, PlatformKeyError};

use super::mistake::{Findings, Words};

/// The fields of one account whose files are read together.
pub(super) struct Fields {
    pub(super) merchant_key: String,
    pub(super) merchant_certificate: String,
}

/// Writes down why a merchant key and its certificate cannot be used.
pub(super) fn merchant(error: &MerchantKeyError, fields: &Fields, findings: &mut Findings) {
    let (key, certificate) = (&fields.merchant_key, &fields.merchant_certificate);
    let key_fix = Words::new(
        "用商户 API 证书压缩包里的 apiclient_key.pem（-----BEGIN PRIVATE KEY-----）",
        "use apiclient_key.pem of the merchant API certificate download (-----BEGIN PRIVATE KEY-----)",
    );
    let certificate_fix = certificate_fix();
    match error {
        MerchantKeyError::KeyFile(error) => findings.mistake("config.key_not_pem", key, pem(error), key_fix),
        MerchantKeyError::CertificateFile(error) => {
            findings.mistake("config.key_not_pem", certificate, pem(error), certificate_fix);
        }
        MerchantKeyError::NotAPrivateKey { found } => {
            findings.mistake("config.key_wrong_kind", key, given(found), key_fix);
        }
        MerchantKeyError::NotACertificate { found } => {
            findings.mistake("config.key_wrong_kind", certificate, given(found), certificate_fix);
        }
        MerchantKeyError::Encrypted => findings.mistake(
            "config.key_encrypted",
            key,
            Words::new("私钥文件有口令保护", "the private key is protected by a password"),
            Words::new(
                "去掉口令：openssl pkcs8 -topk8 -nocrypt -in 旧文件 -out 新文件，新文件 chmod 600",
                "take the password off: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW, then chmod 600 NEW",
            ),
        ),
        MerchantKeyError::Unusable => findings.mistake("config.key_not_rsa", key, not_rsa(), key_fix),
        MerchantKeyError::DamagedCertificate => {
            findings.mistake("config.certificate_damaged", certificate, damaged(), certificate_fix);
        }
        MerchantKeyError::Mismatch { serial_no } => findings.mistake(
            "config.key_mismatch",
            key,
            Words::new(
                format!("这个私钥和证书 {serial_no} 不是一对"),
                format!("this private key does not belong to certificate {serial_no}"),
            ),
            Words::new(
                "apiclient_key.pem 和 apiclient_cert.pem 要取自同一次下载",
                "take apiclient_key.pem and apiclient_cert.pem from the same download",
            ),
        ),
        MerchantKeyError::Pkcs12(error) => findings.mistake(
            "config.key_not_pem",
            key,
            Words::new(format!("PKCS#12 文件打不开：{error}"), error.to_string()),
            key_fix,
        ),
        MerchantKeyError::Serial => findings.mistake(
            "config.certificate_damaged",
            certificate,
            Words::new("证书序列号不合规", "the certificate's serial number is not one"),
            certificate_fix,
        ),
    }
}

/// True when the certificate was not looked at, because the key was wrong already.
pub(super) fn is_about_the_key(error: &MerchantKeyError) -> bool {
    match error {
        MerchantKeyError::KeyFile(_)
        | MerchantKeyError::NotAPrivateKey { .. }
        | MerchantKeyError::Encrypted
        | MerchantKeyError::Pkcs12(_)
        | MerchantKeyError::Unusable => true,
        MerchantKeyError::CertificateFile(_)
        | MerchantKeyError::NotACertificate { .. }
        | MerchantKeyError::DamagedCertificate
        | MerchantKeyError::Mismatch { .. }
        | MerchantKeyError::Serial => false,
    }
}

/// Writes down why a merchant certificate alone cannot be used. It is read as any RSA certificate is.
pub(super) fn certificate(error: &PlatformKeyError, fields: &Fields, findings: &mut Findings) {
    let (code, reason) = match error {
        PlatformKeyError::File(error) => ("config.key_not_pem", pem(error)),
        PlatformKeyError::NotACertificate { found } => ("config.key_wrong_kind", given(found)),
        PlatformKeyError::NotAPublicKey { .. } | PlatformKeyError::Unusable | PlatformKeyError::Id => {
            ("config.certificate_damaged", damaged())
        }
    };
    findings.mistake(code, &fields.merchant_certificate, reason, certificate_fix());
}

/// Writes down why a key of the platform cannot be used. `file` and `id` are fields.
pub(super) fn platform(error: &PlatformKeyError, file: &str, id: &str, findings: &mut Findings) {
    let public_key_fix = Words::new(
        "用商户平台 > API安全 > 微信支付公钥 下载的 pub_key.pem（-----BEGIN PUBLIC KEY-----）",
        "use pub_key.pem from 商户平台 > API安全 > 微信支付公钥 (-----BEGIN PUBLIC KEY-----)",
    );
    let certificate_fix = Words::new(
        "写 \"download\" 让通宝自己下载，或给平台证书文件（-----BEGIN CERTIFICATE-----）",
        "write \"download\" to have it fetched, or give a platform certificate (-----BEGIN CERTIFICATE-----)",
    );
    match error {
        PlatformKeyError::File(error) => {
            findings.mistake("config.key_not_pem", file, pem(error), public_key_fix)
        }
        PlatformKeyError::NotAPublicKey { found } => {
            findings.mistake("config.key_wrong_kind", file, given(found), public_key_fix);
        }
        PlatformKeyError::NotACertificate { found } => {
            findings.mistake("config.key_wrong_kind", file, given(found), certificate_fix);
        }
        PlatformKeyError::Unusable => findings.mistake("config.key_not_rsa", file, not_rsa(), public_key_fix),
        PlatformKeyError::Id => findings.mistake(
            "config.platform_key_id",
            id,
            Words::new("不是微信支付公钥 ID", "this is not the id of a WeChat Pay public key"),
            Words::new(
                "从商户平台 > API安全 > 微信支付公钥 复制，形如 PUB_KEY_ID_0119…",
                "copy it from 商户平台 > API安全 > 微信支付公钥; it looks like PUB_KEY_ID_0119…",
            ),
        ),
    }
}

/// Writes down that an `APIv3` key has another length.
pub(super) fn apiv3(error: ApiV3KeyError, field: &str, findings: &mut Findings) {
    let found = error.found;
    findings.mistake(
        "config.apiv3_key_length",
        field,
        Words::new(
            format!("APIv3 密钥必须正好 32 字节，这里有 {found} 字节"),
            format!("the APIv3 key must have exactly 32 bytes; this has {found}"),
        ),
        match found {
            64 => Words::new(
                "这多半是十六进制形式；要的是那 32 个字符本身",
                "this looks like its hexadecimal form; the 32 characters themselves are wanted",
            ),
            _ => Words::new(
                "与商户平台 > 账户中心 > API安全 > 设置APIv3密钥 里填的一致；平台不能查看旧值，忘了就重设",
                "it is what was typed at 商户平台 > 账户中心 > API安全 > 设置APIv3密钥; the platform never shows it again, so set a new one if it is lost",
            ),
        },
    );
}

fn given(found: &str) -> Words {
    let zh = match found {
        "a private key" => "私钥",
        "an encrypted private key" => "有口令的私钥",
        "a certificate" => "证书",
        "a public key" => "公钥",
        _ => "别的 PEM 文件",
    };
    Words::new(format!("这里给的是{zh}"), format!("this is {found}"))
}

fn certificate_fix() -> Words {
    Words::new(
        "用商户 API 证书压缩包里的 apiclient_cert.pem（-----BEGIN CERTIFICATE-----）",
        "use apiclient_cert.pem of the merchant API certificate download (-----BEGIN CERTIFICATE-----)",
    )
}

fn damaged() -> Words {
    Words::new("证书内容损坏", "the certificate's content is damaged")
}

fn not_rsa() -> Words {
    Words::new("不是 2048 到 8192 位的 RSA 密钥，或已损坏", "not an RSA key of 2048 to 8192 bits, or damaged")
}

fn pem(error: &PemError) -> Words {
    let zh = match error {
        PemError::Empty => "文件是空的",
        PemError::TooLarge { .. } => "文件太大，不可能是密钥或证书",
        PemError::Binary => "文件是二进制的（是不是 apiclient_cert.p12？）",
        PemError::NoBlock => "文件里没有 -----BEGIN …----- 这一行，要整个 PEM 文件",
        PemError::NoEnd => "-----BEGIN …----- 没有对应的 -----END …-----，文件不完整",
        PemError::NotBase64 => "BEGIN 和 END 之间不是 Base64，文件已损坏",
    };
    Words::new(zh, error.to_string())
}
