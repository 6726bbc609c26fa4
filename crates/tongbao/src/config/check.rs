//! Everything that would not work, found before anything listens.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tongbao_domain::Policy;
use tongbao_sdk::weixin::AppSecret;
use tongbao_sdk::{Hosts, Merchant, PlatformKeys};
use tongbao_wire::{Appid, Timestamp};

use super::account::Checker;
use super::mistake::{Findings, Mistake, Words};
use super::{Config, ConfigErrors, Environment, Good, LogFormat, address};
use crate::logging;
use crate::secret::Secret;

/// A configuration that works: addresses parsed, keys read and matched.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The process.
    pub server: CheckedServer,
    /// Where WeChat answers.
    pub platform: CheckedPlatform,
    /// Merchant identities by name; at least one.
    pub accounts: BTreeMap<String, CheckedAccount>,
    /// How long an order can be paid unless it says otherwise.
    pub order_life: Duration,
    /// How long a login of the mini program lasts.
    pub session_life: Duration,
    /// Whether the mini program may pay at all.
    pub payment_enabled: bool,
    /// Keys of the merchant API.
    pub api_keys: Vec<CheckedApiKey>,
    /// The price list: ids are unique, prices above zero, accounts known.
    pub goods: Vec<Good>,
    /// What works but should be looked at.
    pub warnings: Vec<Mistake>,
}

/// The process.
#[derive(Clone, Debug)]
pub struct CheckedServer {
    /// Where to listen.
    pub listen: SocketAddr,
    /// How the world reaches us, without a slash at the end.
    pub public_url: String,
    /// The data directory; it exists and can be written.
    pub data: PathBuf,
    /// The database in it.
    pub database: PathBuf,
    /// What is logged.
    pub log: String,
    /// How it is logged.
    pub log_format: LogFormat,
    /// Connections at one time.
    pub connections_max: usize,
}

/// Where WeChat answers.
#[derive(Clone, Debug)]
pub struct CheckedPlatform {
    /// `WeChat Pay`.
    pub hosts: Hosts,
    /// `WeChat` login.
    pub login_url: String,
    /// True when the platform is on this machine: a simulator.
    pub is_simulator: bool,
}

/// One merchant identity.
#[derive(Clone, Debug)]
pub struct CheckedAccount {
    /// The name in the configuration and in the notify address.
    pub name: String,
    /// Number and keys.
    pub merchant: Merchant,
    /// The app that sells.
    pub appid: Appid,
    /// `AppSecret` of that app.
    pub app_secret: AppSecret,
    /// What the platform's answers and notifications are verified with.
    pub platform_keys: PlatformKeys,
    /// Shown to the payer.
    pub merchant_name: String,
    /// The account's choices.
    pub policy: Policy,
    /// Where the platform tells of payments and refunds: `{public_url}/notify/{account}/v3`.
    pub notify_url: String,
}

/// A key of the merchant API.
#[derive(Clone, Debug)]
pub struct CheckedApiKey {
    /// How logs and timelines call it.
    pub name: String,
    /// The account it acts for; it exists.
    pub account: String,
    /// The bearer key: visible ASCII, 32 characters or more.
    pub secret: Secret,
}

/// Shorter bearer keys could be guessed.
pub(crate) const API_KEY_CHARS_MIN: usize = 32;

/// The real platform.
const PLATFORM_URL: &str = "https://api.mch.weixin.qq.com";

/// Checks everything.
pub(super) fn check(
    config: &Config,
    environment: &Environment,
    now: Timestamp,
) -> Result<Checked, ConfigErrors> {
    let mut findings = Findings::default();
    let platform = platform(config, &mut findings);
    let is_simulator = platform.as_ref().is_some_and(|platform| platform.is_simulator);
    let server = server(config, is_simulator, &mut findings);
    let public_url = server.as_ref().map(|server| server.public_url.clone()).unwrap_or_default();
    let mut checker = Checker { config, environment, now, public_url: &public_url, findings: &mut findings };
    let accounts = accounts(&mut checker);
    let api_keys = api_keys(&mut checker);
    goods(config, &mut findings);
    let found = server.zip(platform).map(|(server, platform)| Checked {
        server,
        platform,
        accounts,
        order_life: Duration::from_secs(u64::from(config.orders.expires_in_minutes) * 60),
        session_life: Duration::from_secs(u64::from(config.client.session_hours) * 3600),
        payment_enabled: config.client.payment_enabled,
        api_keys,
        goods: config.goods.clone(),
        warnings: Vec::new(),
    });
    let (checked, warnings) = findings.conclude(found)?;
    Ok(Checked { warnings, ..checked })
}

fn platform(config: &Config, findings: &mut Findings) -> Option<CheckedPlatform> {
    let primary = address::platform("platform.base_url", &config.platform.base_url, findings);
    let login = address::platform("platform.login_url", &config.platform.login_url, findings);
    let backup = match config.platform.backup_url.as_deref() {
        Some("") => None,
        Some(url) => Some(address::platform("platform.backup_url", url, findings)?.url),
        // A simulator's orders must never be asked for at the real platform.
        None if config.platform.base_url == PLATFORM_URL => Hosts::production().backup,
        None => None,
    };
    let (primary, login) = primary.zip(login)?;
    Some(CheckedPlatform {
        is_simulator: primary.is_loopback,
        hosts: Hosts { primary: primary.url, backup },
        login_url: login.url,
    })
}

fn server(config: &Config, is_simulator: bool, findings: &mut Findings) -> Option<CheckedServer> {
    let server = &config.server;
    let listen = listen(&server.listen, findings);
    let public_url = address::public(&server.public_url, is_simulator, findings);
    let data = config.resolve(&server.data);
    if let Err(error) = writable(&data) {
        not_writable(&data, &error, findings);
    }
    if logging::filter(&server.log).is_none() {
        findings.mistake(
            "config.log",
            "server.log",
            Words::new("日志过滤写得不对", "this is not a log filter"),
            Words::new(
                "写一个级别（error、warn、info、debug、trace），或 info,tongbao=debug 这样的组合",
                "write a level (error, warn, info, debug, trace), or a list such as info,tongbao=debug",
            ),
        );
    }
    Some(CheckedServer {
        listen: listen?,
        public_url: public_url?,
        database: data.join("tongbao.db"),
        data,
        log: server.log.clone(),
        log_format: server.log_format,
        connections_max: server.connections_max,
    })
}

fn listen(text: &str, findings: &mut Findings) -> Option<SocketAddr> {
    let address = text.replacen("localhost:", "127.0.0.1:", 1).parse().ok();
    if address.is_none() {
        findings.mistake(
            "config.listen",
            "server.listen",
            Words::new("不是 IP:端口", "this is not IP:PORT"),
            Words::new(
                "写成 127.0.0.1:8080；要让外面访问写 0.0.0.0:8080",
                "write 127.0.0.1:8080, or 0.0.0.0:8080 to be reached from elsewhere",
            ),
        );
    }
    address
}

/// Creates the directory when it is missing, and a file in it to see that it can be written.
fn writable(data: &Path) -> io::Result<()> {
    fs::create_dir_all(data)?;
    let probe = data.join(".tongbao-can-write");
    fs::write(&probe, b"")?;
    fs::remove_file(&probe)
}

fn not_writable(data: &Path, error: &io::Error, findings: &mut Findings) {
    let directory = data.display();
    findings.mistake(
        "config.data_not_writable",
        "server.data",
        Words::new(
            format!("目录 {directory} 写不了：{error}"),
            format!("cannot write to {directory}: {error}"),
        ),
        Words::new(
            "把目录交给运行通宝的用户（chown），或换一个目录",
            "give the directory to the user that runs tongbao (chown), or name another one",
        ),
    );
}

fn accounts(checker: &mut Checker<'_>) -> BTreeMap<String, CheckedAccount> {
    let config = checker.config;
    if config.accounts.is_empty() {
        checker.findings.mistake(
            "config.no_account",
            "accounts",
            Words::new("没有商户账户", "there is no merchant account"),
            Words::new(
                "写一个 [accounts.main]，或运行 tongbao init 生成配置",
                "write [accounts.main], or let tongbao init make the configuration",
            ),
        );
    }
    let mut checked = BTreeMap::new();
    let mut names_by_mchid = BTreeMap::new();
    for (name, account) in &config.accounts {
        if let Some(other) = names_by_mchid.insert(account.mchid.as_str(), name) {
            mchid_twice(&format!("accounts.{name}.mchid"), &account.mchid, other, checker.findings);
        }
        if let Some(account) = checker.account(name, account) {
            checked.insert(name.clone(), account);
        }
    }
    checked
}

/// Orders, jobs and logins belong to a merchant's number: two accounts of one would read each other's.
fn mchid_twice(field: &str, mchid: &str, other: &str, findings: &mut Findings) {
    findings.mistake(
        "config.mchid_duplicate",
        field,
        Words::new(
            format!("商户号 {mchid} 已经是账户 {other} 的"),
            format!("merchant {mchid} is account {other} already"),
        ),
        Words::new("一个商户号只写一个账户", "write one account per merchant's number"),
    );
}

fn api_keys(checker: &mut Checker<'_>) -> Vec<CheckedApiKey> {
    let config = checker.config;
    let mut keys: Vec<CheckedApiKey> = Vec::new();
    for (index, key) in config.api_keys.iter().enumerate() {
        let at = |name: &str| format!("api_keys[{index}].{name}");
        known_account(config, &at("account"), &key.account, checker.findings);
        let Some(secret) = checker.secret(&at("secret"), &key.secret) else { continue };
        api_key_secret(&at("secret"), &secret, checker.findings);
        if keys.iter().any(|other| other.secret.matches(secret.expose()) || other.name == key.name) {
            checker.findings.mistake(
                "config.api_key_duplicate",
                at("name"),
                Words::new(
                    "两个 API 密钥的名字或内容相同，分不清是谁在调用",
                    "two API keys have the same name or secret, so that nobody can tell who called",
                ),
                Words::new("每个调用方一个名字和一个密钥", "give each caller a name and a secret of its own"),
            );
        }
        keys.push(CheckedApiKey { name: key.name.clone(), account: key.account.clone(), secret });
    }
    keys
}

fn api_key_secret(field: &str, secret: &Secret, findings: &mut Findings) {
    let fix = || {
        Words::new(
            "生成一个：openssl rand -hex 32 | tr -d '\\n' > 文件",
            "make one: openssl rand -hex 32 | tr -d '\\n' > FILE",
        )
    };
    let length = secret.len();
    if length < API_KEY_CHARS_MIN {
        findings.mistake(
            "config.api_key_secret_short",
            field,
            Words::new(
                format!("只有 {length} 个字符，至少要 {API_KEY_CHARS_MIN} 个"),
                format!("it has {length} characters; {API_KEY_CHARS_MIN} are the least"),
            ),
            fix(),
        );
    } else if !secret.expose().iter().all(u8::is_ascii_graphic) {
        findings.mistake(
            "config.api_key_secret_text",
            field,
            Words::new(
                "含有空白或非 ASCII 字符，放不进 Authorization 头",
                "it has blanks or characters outside of ASCII, which an Authorization header cannot carry",
            ),
            fix(),
        );
    }
}

fn goods(config: &Config, findings: &mut Findings) {
    let mut seen = BTreeSet::new();
    for (index, good) in config.goods.iter().enumerate() {
        let at = |name: &str| format!("goods[{index}].{name}");
        known_account(config, &at("account"), &good.account, findings);
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if !(1..=64).contains(&good.id.len()) || !good.id.bytes().all(is_word) {
            let reason = Words::new("商品 id 不合要求", "this cannot be the id of a good");
            let fix = Words::new("1 到 64 个字母、数字、- 或 _", "1 to 64 of A-Z a-z 0-9 - _");
            findings.mistake("config.goods_id", at("id"), reason, fix);
        }
        if !seen.insert(&good.id) {
            findings.mistake(
                "config.goods_duplicate",
                at("id"),
                Words::new(
                    format!("商品 {} 写了两次", good.id),
                    format!("the good {} is there twice", good.id),
                ),
                Words::new("删去一个，或换一个 id", "remove one, or give it another id"),
            );
        }
        if good.name.trim().is_empty() {
            let reason = Words::new("商品没有名字", "the good has no name");
            let fix = Words::new("写上名字", "write a name");
            findings.mistake("config.goods_name", at("name"), reason, fix);
        }
        if good.price_fen <= 0 {
            findings.mistake(
                "config.price",
                at("price_fen"),
                Words::new(
                    format!("价格是 {} 分", good.price_fen),
                    format!("the price is {} fen", good.price_fen),
                ),
                Words::new(
                    "写大于 0 的整数，单位是分：9.90 元写 990",
                    "write whole fen above 0: 9.90 yuan is 990",
                ),
            );
        }
    }
}

fn known_account(config: &Config, field: &str, name: &str, findings: &mut Findings) {
    if config.accounts.contains_key(name) {
        return;
    }
    let known: Vec<_> = config.accounts.keys().map(String::as_str).collect();
    let known = known.join(", ");
    findings.mistake(
        "config.unknown_account",
        field,
        Words::new(format!("没有账户 {name}"), format!("there is no account {name}")),
        Words::new(format!("改成其中之一：{known}"), format!("name one of: {known}")),
    );
}
