//! One account: its numbers, its keys, the platform's keys.

mod platform;

use tongbao_domain::Policy;
use tongbao_sdk::weixin::AppSecret;
use tongbao_sdk::{ApiV3Key, Merchant, MerchantKey, PlatformKeys};
use tongbao_wire::{Appid, Mchid, Timestamp};

use super::check::CheckedAccount;
use super::keys::{self, Fields};
use super::mistake::{Findings, Words};
use super::{Account, Config, Environment, Reference, address};
use crate::secret::{Secret, Trimmed};

/// What the accounts are checked with.
pub(super) struct Checker<'a> {
    pub(super) config: &'a Config,
    pub(super) environment: &'a Environment,
    pub(super) now: Timestamp,
    /// Known to be good, or empty.
    pub(super) public_url: &'a str,
    pub(super) findings: &'a mut Findings,
}

impl Checker<'_> {
    /// The account as the server uses it, or mistakes.
    pub(super) fn account(&mut self, name: &str, account: &Account) -> Option<CheckedAccount> {
        let at = |key: &str| format!("accounts.{name}.{key}");
        if !is_account_name(name) {
            self.findings.mistake(
                "config.account_name",
                format!("accounts.{name}"),
                Words::new("账户名要出现在通知地址里", "the account's name is part of the notify address"),
                Words::new(
                    "用 1 到 32 个小写字母、数字、- 或 _，以字母或数字开头",
                    "use 1 to 32 of a-z 0-9 - _, beginning with a letter or digit",
                ),
            );
        }
        let mchid = self.mchid(&at("mchid"), &account.mchid);
        let appid = self.appid(&at("appid"), &account.appid);
        let app_secret = self.app_secret(&at("app_secret"), &account.app_secret);
        let fields =
            Fields { merchant_key: at("merchant_key"), merchant_certificate: at("merchant_certificate") };
        let key = self.merchant_key(&fields, account);
        let apiv3_key = self.apiv3_key(&at("apiv3_key"), &account.apiv3_key);
        let platform_keys = self.platform_keys(&at, account);
        if account.merchant_name.trim().is_empty() {
            let reason = Words::new("付款人要看到商户名", "payers want to see a name");
            let fix = Words::new("写上商户简称", "write the shop's short name");
            self.findings.mistake("config.merchant_name", at("merchant_name"), reason, fix);
        }
        let notify_url = address::notify(name, self.public_url, self.findings);
        if let (Some(key), Some(platform_keys)) = (&key, &platform_keys) {
            self.certificate(&fields, key, &account.mchid);
            self.platform_certificates(&at("platform_certificate"), key, platform_keys);
        }
        Some(CheckedAccount {
            name: name.to_owned(),
            merchant: Merchant::new(mchid?, &key?, apiv3_key?),
            appid: appid?,
            app_secret: app_secret?,
            platform_keys: platform_keys?,
            merchant_name: account.merchant_name.trim().to_owned(),
            policy: Policy { surplus: account.surplus },
            notify_url,
        })
    }

    /// A secret without what editors leave around it.
    pub(super) fn secret(&mut self, field: &str, reference: &Reference) -> Option<Secret> {
        let bytes = reference.read(field, self.config, self.environment, self.findings)?;
        let (secret, trimmed) = Secret::trimmed(bytes);
        if secret.is_empty() {
            self.findings.mistake(
                "config.secret_empty",
                field,
                Words::new(format!("{reference} 是空的"), format!("{reference} is empty")),
                Words::new("把密钥放进去", "put the secret into it"),
            );
            return None;
        }
        if trimmed == Trimmed::Around {
            self.findings.warning(
                "config.secret_trimmed",
                field,
                Words::new(
                    format!("{reference} 首尾有空白或换行，已忽略"),
                    format!(
                        "{reference} has blanks, line ends or a byte order mark around it, which were ignored"
                    ),
                ),
                Words::new("用 printf %s 而不是 echo 写入", "write it with printf %s instead of echo"),
            );
        }
        Some(secret)
    }

    fn mchid(&mut self, field: &str, text: &str) -> Option<Mchid> {
        let is_shaped = (8..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let mchid = Mchid::parse(text).ok().filter(|_| is_shaped);
        if mchid.is_none() {
            self.findings.mistake(
                "config.mchid",
                field,
                Words::new("商户号是 8 到 10 位数字", "a merchant's number has 8 to 10 digits"),
                Words::new(
                    "从商户平台 > 账户中心 > 商户信息 复制",
                    "copy it from 商户平台 > 账户中心 > 商户信息",
                ),
            );
        }
        mchid
    }

    fn appid(&mut self, field: &str, text: &str) -> Option<Appid> {
        let rest = text.strip_prefix("wx").or_else(|| text.strip_prefix("ww")).unwrap_or_default();
        let is_shaped = rest.len() == 16 && rest.bytes().all(|byte| byte.is_ascii_hexdigit());
        let appid = Appid::parse(text).ok().filter(|_| is_shaped);
        if appid.is_none() {
            self.findings.mistake(
                "config.appid",
                field,
                Words::new(
                    "appid 是 wx 加 16 位十六进制数字；gh_ 开头的是原始 ID，不是 appid",
                    "an appid is wx and 16 hexadecimal digits; gh_… is the original id, not the appid",
                ),
                Words::new(
                    "从公众平台 > 开发管理 > 开发设置 复制 AppID",
                    "copy AppID from 公众平台 > 开发管理 > 开发设置",
                ),
            );
        }
        appid
    }

    fn app_secret(&mut self, field: &str, reference: &Reference) -> Option<AppSecret> {
        let secret = self.secret(field, reference)?;
        let parsed = secret.expose_text().and_then(|text| AppSecret::parse(text).ok());
        if parsed.is_none() {
            self.findings.mistake(
                "config.app_secret",
                field,
                Words::new(
                    "这不是 AppSecret：它只有字母和数字",
                    "this is not an AppSecret, which has letters and digits only",
                ),
                Words::new(
                    "在公众平台 > 开发管理 > 开发设置 重置并复制",
                    "reset and copy it at 公众平台 > 开发管理 > 开发设置",
                ),
            );
            return None;
        }
        if secret.len() != 32 || !secret.expose().iter().all(u8::is_ascii_hexdigit) {
            self.findings.warning(
                "config.app_secret_length",
                field,
                Words::new(
                    format!("AppSecret 通常是 32 位十六进制，这里有 {} 个字符", secret.len()),
                    format!(
                        "an AppSecret usually has 32 hexadecimal digits; this has {} characters",
                        secret.len()
                    ),
                ),
                Words::new("确认没有填成别的密钥", "make sure it is not another key"),
            );
        }
        parsed
    }

    fn merchant_key(&mut self, fields: &Fields, account: &Account) -> Option<MerchantKey> {
        let (key, certificate) = (&account.merchant_key, &account.merchant_certificate);
        let key = key.read(&fields.merchant_key, self.config, self.environment, self.findings);
        let certificate =
            certificate.read(&fields.merchant_certificate, self.config, self.environment, self.findings);
        let (key, certificate) = (Secret::new(key?), certificate?);
        let wrong = match MerchantKey::from_pem(key.expose(), &certificate) {
            Ok(key) => return Some(key),
            Err(wrong) => wrong,
        };
        keys::merchant(&wrong, fields, self.findings);
        // The key is looked at first; when it is wrong, nobody has looked at the certificate yet.
        if keys::is_about_the_key(&wrong)
            && let Err(also) = PlatformKeys::from_certificate(&certificate)
        {
            keys::certificate(&also, fields, self.findings);
        }
        None
    }

    fn apiv3_key(&mut self, field: &str, reference: &Reference) -> Option<ApiV3Key> {
        let secret = self.secret(field, reference)?;
        ApiV3Key::parse(secret.expose()).map_err(|error| keys::apiv3(error, field, self.findings)).ok()
    }
}

fn is_account_name(name: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (1..=32).contains(&name.len())
        && name.bytes().next().is_some_and(word)
        && name.bytes().all(|byte| word(byte) || byte == b'-' || byte == b'_')
}

/// Validity and owner.
impl Checker<'_> {
    fn certificate(&mut self, fields: &Fields, key: &MerchantKey, mchid: &str) {
        let field = &fields.merchant_certificate;
        self.validity(field, key.not_before(), key.not_after());
        if let Some(name) = key.common_name().filter(|name| *name != mchid) {
            self.findings.warning(
                "config.certificate_mchid",
                field,
                Words::new(
                    format!("证书是发给商户 {name} 的，而 mchid 是 {mchid}"),
                    format!("the certificate was issued to {name}, and mchid is {mchid}"),
                ),
                Words::new(
                    "改正 mchid，或换成这个商户的证书",
                    "correct mchid, or use that merchant's certificate",
                ),
            );
        }
    }

    fn validity(&mut self, field: &str, not_before: Option<Timestamp>, not_after: Option<Timestamp>) {
        let now = self.now;
        let renew = || {
            Words::new(
                "在商户平台 > 账户中心 > API安全 申请新证书；新旧证书可以并存",
                "apply for a new one at 商户平台 > 账户中心 > API安全; several may coexist",
            )
        };
        if let Some(start) = not_before.filter(|start| *start > now) {
            self.findings.mistake(
                "config.certificate_not_yet_valid",
                field,
                Words::new(
                    format!("证书从 {} 才生效", start.civil()),
                    format!("the certificate is valid from {} only", start.civil()),
                ),
                Words::new(
                    "多半是本机时钟慢了，校准时间（NTP）",
                    "this machine's clock is probably slow: set it (NTP)",
                ),
            );
        }
        let Some(end) = not_after else { return };
        if end <= now {
            self.findings.mistake(
                "config.certificate_expired",
                field,
                Words::new(
                    format!("证书已在 {} 过期", end.civil()),
                    format!("the certificate expired at {}", end.civil()),
                ),
                renew(),
            );
        } else if end.since(now) < SOON {
            let days = end.since(now).as_secs() / 86_400;
            self.findings.warning(
                "config.certificate_expires_soon",
                field,
                Words::new(
                    format!("证书还有 {days} 天过期"),
                    format!("the certificate expires in {days} days"),
                ),
                renew(),
            );
        }
    }
}

/// A month is enough to have a certificate renewed.
const SOON: std::time::Duration = std::time::Duration::from_secs(30 * 86_400);
