//! What the platform's answers and notifications are verified with.

use tongbao_sdk::{MerchantKey, PlatformKeyError, PlatformKeys};

use super::Checker;
use crate::config::mistake::Words;
use crate::config::reference::PlatformCertificate;
use crate::config::{Account, keys};

impl Checker<'_> {
    /// The platform's keys of one account: a public key, certificates, or both. `at` names a field.
    pub(super) fn platform_keys(
        &mut self,
        at: &dyn Fn(&str) -> String,
        account: &Account,
    ) -> Option<PlatformKeys> {
        let (file, id) = (at("platform_public_key"), at("platform_public_key_id"));
        let certificate_file = at("platform_certificate");
        let before = self.findings.mistakes.len();
        let mut keys = None;
        match (&account.platform_public_key, &account.platform_public_key_id) {
            (Some(reference), Some(given_id)) => {
                let pem = reference.read(&file, self.config, self.environment, self.findings);
                let made = pem.map(|pem| PlatformKeys::from_public_key(given_id, &pem));
                keys = self.usable(made, &file, &id);
                self.public_key_id(&id, given_id);
            }
            (Some(_), None) => {
                self.half_a_public_key(&id, "公钥有了，缺它的 ID", "the public key is there, its id is not")
            }
            (None, Some(_)) => self.half_a_public_key(
                &file,
                "公钥 ID 有了，缺公钥文件",
                "the id is there, the public key is not",
            ),
            (None, None) => {}
        }
        match &account.platform_certificate {
            Some(PlatformCertificate::Download) => {
                keys = Some(keys.map_or_else(PlatformKeys::downloaded, PlatformKeys::and_downloaded));
            }
            Some(PlatformCertificate::At(reference)) => {
                let pem = reference.read(&certificate_file, self.config, self.environment, self.findings);
                let keys_so_far = keys.take();
                let made = pem.map(|pem| match keys_so_far {
                    Some(keys) => keys.and_certificate(&pem),
                    None => PlatformKeys::from_certificate(&pem),
                });
                keys = self.usable(made, &certificate_file, &id);
            }
            None => {}
        }
        if keys.is_none() && self.findings.mistakes.len() == before {
            self.no_platform_key(&file);
        }
        keys
    }

    fn usable(
        &mut self,
        made: Option<Result<PlatformKeys, PlatformKeyError>>,
        file: &str,
        id: &str,
    ) -> Option<PlatformKeys> {
        made?.map_err(|error| keys::platform(&error, file, id, self.findings)).ok()
    }

    fn public_key_id(&mut self, field: &str, id: &str) {
        if !id.starts_with("PUB_KEY_ID_") {
            self.findings.warning(
                "config.platform_key_id",
                field,
                Words::new(
                    "微信支付公钥 ID 以 PUB_KEY_ID_ 开头",
                    "the id of a WeChat Pay public key begins with PUB_KEY_ID_",
                ),
                Words::new(
                    "连同前缀一起从商户平台 > API安全 > 微信支付公钥 复制",
                    "copy it whole from 商户平台 > API安全 > 微信支付公钥",
                ),
            );
        }
    }

    fn half_a_public_key(&mut self, field: &str, zh: &str, en: &str) {
        self.findings.mistake(
            "config.platform_key_incomplete",
            field,
            Words::new(zh, en),
            Words::new(
                "公钥和 ID 在商户平台 > API安全 > 微信支付公钥，两项一起写",
                "both are at 商户平台 > API安全 > 微信支付公钥; give the two together",
            ),
        );
    }

    fn no_platform_key(&mut self, field: &str) {
        self.findings.mistake(
            "config.platform_key_missing",
            field,
            Words::new(
                "没有平台的公钥或证书，无法验证微信支付的应答和通知",
                "without a key of the platform, its answers and notifications cannot be verified",
            ),
            Words::new(
                "新商户：写 platform_public_key 和 platform_public_key_id；老商户：platform_certificate = \"download\"",
                "new merchants: platform_public_key and platform_public_key_id; older ones: platform_certificate = \"download\"",
            ),
        );
    }

    /// Validity of the certificates, and whether they are the platform's at all.
    pub(super) fn platform_certificates(&mut self, field: &str, key: &MerchantKey, platform: &PlatformKeys) {
        if platform.knows(key.serial_no()) {
            self.findings.mistake(
                "config.platform_certificate_is_merchants",
                field,
                Words::new(
                    "这是商户自己的证书，不能用来验证微信支付的签名",
                    "this is the merchant's own certificate; it cannot verify what the platform signs",
                ),
                Words::new(
                    "写 platform_certificate = \"download\"，或用微信支付公钥",
                    "write platform_certificate = \"download\", or use the WeChat Pay public key",
                ),
            );
            return;
        }
        for (_, not_after) in platform.serials() {
            self.validity(field, None, not_after);
        }
    }
}
