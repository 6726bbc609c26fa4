//! `tongbao init`: asks, makes strong keys, writes a configuration, and says what to click next.

mod envfile;
mod files;
mod template;

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use tongbao_wire::seam::Chance;

use super::Context;
use super::outcome::{CliError, Exit};
use crate::config::Words;
use crate::lang::Lang;
use envfile::EnvFile;
use files::{Directory, Written};
use template::{Answers, KeyPlaces};

/// What is known already; the rest is asked for.
#[derive(Args, Default)]
pub(super) struct InitArgs {
    /// Where to write   写到哪个目录
    #[arg(long, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// Write the configuration anew; keys that exist are kept   重写配置，已有的密钥保留
    #[arg(long)]
    force: bool,
    /// Ask nothing   不提问
    #[arg(long)]
    yes: bool,
    /// The merchant's number   商户号
    #[arg(long)]
    mchid: Option<String>,
    /// The mini program   小程序 AppID
    #[arg(long)]
    appid: Option<String>,
    /// How the world reaches the server: https://…   外界访问服务的地址
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The name payers see   付款人看到的商户名
    #[arg(long, value_name = "NAME")]
    merchant_name: Option<String>,
    /// Id of the WeChat Pay public key; without it certificates are downloaded   微信支付公钥 ID
    #[arg(long, value_name = "PUB_KEY_ID_…")]
    public_key_id: Option<String>,
    /// For a running simulator, from the file it wrote with --write-env   对接正在运行的模拟器
    #[arg(long, value_name = "ENVFILE")]
    simulator: Option<PathBuf>,
}

/// Runs the command in this terminal.
pub(super) fn run(args: &InitArgs, context: &Context) -> Result<String, CliError> {
    let stdin = io::stdin();
    let asking = !args.yes && stdin.is_terminal();
    let mut asker = Asker { lines: asking.then(|| stdin.lock()), lang: context.lang };
    init(args, &mut asker, &Chance::system(), context.lang)
}

fn init<R: BufRead>(
    args: &InitArgs,
    asker: &mut Asker<R>,
    chance: &Chance,
    lang: Lang,
) -> Result<String, CliError> {
    let directory = Directory::new(&args.dir);
    directory.refuse_overwriting(FILE, args.force)?;
    match &args.simulator {
        Some(path) => for_simulator(args, &EnvFile::read(path)?, &directory, chance, lang),
        None => for_platform(args, asker, &directory, chance, lang),
    }
}

fn for_platform<R: BufRead>(
    args: &InitArgs,
    asker: &mut Asker<R>,
    directory: &Directory,
    chance: &Chance,
    lang: Lang,
) -> Result<String, CliError> {
    let mchid =
        asker.must(args.mchid.as_deref(), "--mchid", &Words::new("商户号", "merchant's number (mchid)"))?;
    let appid = asker.must(
        args.appid.as_deref(),
        "--appid",
        &Words::new("小程序 AppID", "appid of the mini program"),
    )?;
    let public_url = asker.must(
        args.public_url.as_deref(),
        "--public-url",
        &Words::new("本服务的公网地址（https://…）", "public address of this server (https://…)"),
    )?;
    let merchant_name = asker
        .may(args.merchant_name.as_deref(), &Words::new("付款人看到的商户名", "name that payers see"))?;
    let public_key_id = asker.may(
        args.public_key_id.as_deref(),
        &Words::new(
            "微信支付公钥 ID（PUB_KEY_ID_…，老商户没有就留空）",
            "WeChat Pay public key id (empty for older merchants)",
        ),
    )?;
    let answers = Answers {
        file: FILE.into(),
        account: ACCOUNT.into(),
        merchant_name: merchant_name.unwrap_or_else(|| format!("商户 {mchid}")),
        mchid,
        appid,
        public_url,
        simulator_url: None,
        keys: KeyPlaces {
            app_secret: "file:keys/app_secret".into(),
            merchant_key: "file:keys/apiclient_key.pem".into(),
            merchant_certificate: "file:keys/apiclient_cert.pem".into(),
            apiv3_key: "file:keys/apiv3_key".into(),
            api_key: "file:keys/api_key".into(),
            downloads_certificates: public_key_id.is_none(),
            public_key: public_key_id.map(|id| ("file:keys/pub_key.pem".into(), id)),
        },
    };
    let apiv3_key = directory.secret("apiv3_key", &chance.text(APIV3_KEY_CHARS, LETTERS))?;
    directory.secret("api_key", &chance.text(API_KEY_CHARS, LETTERS))?;
    directory.config(FILE, &template::filled(&answers))?;
    Ok(next_steps(&answers, &directory.path, apiv3_key, lang))
}

fn for_simulator(
    args: &InitArgs,
    env: &EnvFile,
    directory: &Directory,
    chance: &Chance,
    lang: Lang,
) -> Result<String, CliError> {
    let file = |key: &str| env.must(key).map(|path| format!("file:{path}"));
    let public_key = match (env.get("PLATFORM_PUBLIC_KEY"), env.get("PLATFORM_PUBLIC_KEY_ID")) {
        (Some(path), Some(id)) => Some((format!("file:{path}"), id.to_owned())),
        (_, _) => None,
    };
    let answers = Answers {
        file: FILE.into(),
        account: ACCOUNT.into(),
        mchid: env.must("MCHID")?.into(),
        appid: env.must("APPID")?.into(),
        merchant_name: args.merchant_name.clone().unwrap_or_else(|| "通宝小店".into()),
        public_url: args.public_url.clone().unwrap_or_else(|| "http://127.0.0.1:8080".into()),
        simulator_url: Some(env.must("WXPAY_BASE_URL")?.into()),
        keys: KeyPlaces {
            app_secret: "file:keys/simulator_app_secret".into(),
            merchant_key: file("MCH_PRIVATE_KEY")?,
            merchant_certificate: file("MCH_CERT")?,
            apiv3_key: "file:keys/simulator_apiv3_key".into(),
            api_key: "file:keys/api_key".into(),
            downloads_certificates: env.get("PLATFORM_CERT").is_some(),
            public_key,
        },
    };
    // The simulator's own, which change with every run of it: always written anew.
    directory.replaced_secret("simulator_app_secret", env.must("APP_SECRET")?)?;
    directory.replaced_secret("simulator_apiv3_key", env.must("APIV3_KEY")?)?;
    directory.secret("api_key", &chance.text(API_KEY_CHARS, LETTERS))?;
    directory.config(FILE, &template::filled(&answers))?;
    let config = directory.path.join(FILE);
    let config = config.display();
    Ok(match lang {
        Lang::Zh => format!("已写入 {config}，对接本机模拟器。\n下一步：tongbao serve --config {config}\n"),
        Lang::En => format!(
            "Wrote {config} for the simulator on this machine.\nNext: tongbao serve --config {config}\n"
        ),
    })
}

/// Asks in a terminal, or takes what was given.
struct Asker<R> {
    /// Where answers are typed; none when nobody is there.
    lines: Option<R>,
    lang: Lang,
}

impl<R: BufRead> Asker<R> {
    fn must(&mut self, given: Option<&str>, flag: &str, what: &Words) -> Result<String, CliError> {
        let answer = self.may(given, what)?;
        answer.ok_or_else(|| {
            CliError::new(
                Exit::Usage,
                Words::new(format!("还缺{}", what.zh), format!("the {} is missing", what.en)),
                Words::new(format!("加上 {flag}"), format!("add {flag}")),
            )
        })
    }

    fn may(&mut self, given: Option<&str>, what: &Words) -> Result<Option<String>, CliError> {
        if let Some(given) = given {
            return Ok(Some(given.trim().to_owned()).filter(|given| !given.is_empty()));
        }
        let Some(lines) = &mut self.lines else { return Ok(None) };
        let failed = |error: io::Error| CliError::system("tongbao init", &error);
        let mut err = io::stderr().lock();
        write!(err, "{}: ", what.pick(self.lang)).and_then(|()| err.flush()).map_err(failed)?;
        let mut answer = String::new();
        lines.read_line(&mut answer).map_err(failed)?;
        Ok(Some(answer.trim().to_owned()).filter(|answer| !answer.is_empty()))
    }
}

fn next_steps(answers: &Answers, directory: &Path, apiv3_key: Written, lang: Lang) -> String {
    let at = |name: &str| directory.join(name).display().to_string();
    let (config, keys) = (at(FILE), at("keys"));
    let (public_url, appid) = (&answers.public_url, &answers.appid);
    let kept = match (apiv3_key, lang) {
        (Written::Now, _) => "",
        (Written::Before, Lang::Zh) => "（保留了已有的密钥）",
        (Written::Before, Lang::En) => " (the key that was there is kept)",
    };
    let public_key = match (&answers.keys.public_key, lang) {
        (Some(_), Lang::Zh) => format!("3. 同一页 > 微信支付公钥，下载后放到 {keys}/pub_key.pem\n"),
        (Some(_), Lang::En) => format!("3. Same page > 微信支付公钥: download it to {keys}/pub_key.pem\n"),
        (None, Lang::Zh) => "3. 平台证书会自动下载，不用做什么\n".to_owned(),
        (None, Lang::En) => "3. Platform certificates are downloaded; nothing to do\n".to_owned(),
    };
    match lang {
        Lang::Zh => format!(
            "已写入 {config} 和 {keys}/{kept}。接下来：\n\n\
             1. 商户平台 > 账户中心 > API安全 > 设置APIv3密钥：填 {keys}/apiv3_key 里的 32 个字符\n\
             2. 同一页 > 商户API证书：申请并下载，把 apiclient_key.pem 和 apiclient_cert.pem 放进 {keys}/\n\
             {public_key}\
             4. 公众平台 > 开发管理 > 开发设置 > AppSecret：写进 {keys}/app_secret（printf %s，不要换行）\n\
             5. 同一页 > 服务器域名 > request 合法域名：加上 {public_url}\n\
             6. 商户平台 > 产品中心 > AppID账号管理：关联 {appid}\n\
             7. 你的后端用 {keys}/api_key 里的密钥调用 /v1\n\n\
             然后：tongbao check --config {config}，再 tongbao serve --config {config}\n"
        ),
        Lang::En => format!(
            "Wrote {config} and {keys}/{kept}. Next:\n\n\
             1. 商户平台 > 账户中心 > API安全 > 设置APIv3密钥: type the 32 characters of {keys}/apiv3_key\n\
             2. Same page > 商户API证书: apply and download; put apiclient_key.pem and apiclient_cert.pem into {keys}/\n\
             {public_key}\
             4. 公众平台 > 开发管理 > 开发设置 > AppSecret: write it to {keys}/app_secret (printf %s, no line end)\n\
             5. Same page > 服务器域名 > request 合法域名: add {public_url}\n\
             6. 商户平台 > 产品中心 > AppID账号管理: bind {appid}\n\
             7. Your back end calls /v1 with the key in {keys}/api_key\n\n\
             Then: tongbao check --config {config}, and tongbao serve --config {config}\n"
        ),
    }
}

const FILE: &str = "tongbao.toml";
const ACCOUNT: &str = "main";
/// What the platform wants (v3.md §1.8).
const APIV3_KEY_CHARS: usize = 32;
/// 43 of 62 letters are 256 bits.
const API_KEY_CHARS: usize = 43;
const LETTERS: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#[cfg(test)]
mod tests;
