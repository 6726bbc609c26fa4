//! `tongbao certify URL`: a merchant's server, scored on the go-live checklist.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tongbao_sim::{KeyMode, Settings};
use tongbao_wire::seam::Chance;

use super::outcome::{CliError, Exit, chain};
use super::serve::stop;
use super::table::{plain, table};
use super::{Context, Threads, block_on, say};
use crate::certify::report::html;
use crate::certify::{
    self, Adapter, CaseReport, Child, Examination, Failure, Platform, PlatformOptions, Report, Verdict,
};
use crate::config::{LogFormat, Words};
use crate::lang::Lang;
use crate::logging;

/// What an examination may be told.
#[derive(Args)]
pub(super) struct CertifyArgs {
    /// Where the merchant's server answers   商户服务的地址
    #[arg(value_name = "URL", required_unless_present = "list")]
    url: Option<String>,
    /// How the server is asked: nothing for the ten-line contract, `tongbao`, or a file   适配器，见 docs/certify.md
    #[arg(long, value_name = "tongbao|FILE")]
    adapter: Option<String>,
    /// Start the server with this command, the env file's lines in its environment   用这条命令启动商户服务
    #[arg(long, value_name = "COMMAND")]
    start: Option<String>,
    /// Write what the server needs as KEY=value lines   把服务所需写成 KEY=value
    #[arg(long, value_name = "FILE")]
    write_env: Option<PathBuf>,
    /// How long to wait for the server to answer, in seconds   等服务就绪的秒数
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    wait: u64,
    /// Where the platform listens; port 0 takes a free one   模拟平台监听的地址
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// How the server reaches the platform, when that is not the address it listens on   服务访问平台的地址
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Which platform keys sign: certificate, public-key or both   平台用哪种密钥签名
    #[arg(long, value_name = "MODE", default_value = "public-key")]
    key_mode: KeyMode,
    /// Use published test keys, the same in every run   用公开的测试密钥，每次相同
    #[arg(long)]
    fixed_keys: bool,
    /// How long a case waits for the server to come to a state, in seconds   每次等待状态的秒数
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
    /// Only these cases, separated by commas   只跑这些用例，用逗号分开
    #[arg(long, value_name = "CASE,…", value_delimiter = ',')]
    only: Vec<String>,
    /// List the cases and end   列出用例
    #[arg(long)]
    list: bool,
    /// Write the report as JSON   写 JSON 报告
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the report as a page   写网页报告
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// What is logged   日志级别
    #[arg(long, value_name = "FILTER", default_value = "error")]
    log: String,
}

/// Examines, reports, and ends with a code that says how it went.
pub(super) fn run(args: &CertifyArgs, context: &Context) -> Result<String, CliError> {
    if args.list {
        return Ok(list(context.lang));
    }
    logging::start(&args.log, LogFormat::Text);
    block_on(Threads::Many, certify(args, context))?
}

async fn certify(args: &CertifyArgs, context: &Context) -> Result<String, CliError> {
    let lang = context.lang;
    let adapter =
        Adapter::named(args.adapter.as_deref(), &context.environment).map_err(|failure| told(&failure))?;
    let examination = Examination {
        url: args.url.clone().unwrap_or_default(),
        adapter,
        patience: Duration::from_secs(args.timeout),
        only: args.only.clone(),
        at_once: AT_ONCE,
    };
    check_url(&examination.url)?;
    let options = PlatformOptions {
        listen: args.listen,
        base_url: args.base_url.clone(),
        key_mode: args.key_mode,
        settle: if args.fixed_keys { Settings::publish_keys } else { keep_keys },
    };
    let platform = Platform::start(&options).await.map_err(|failure| told(&failure))?;
    let desk = Desk::open(args)?;
    platform.write_env(&desk.env).map_err(|failure| told(&failure))?;
    say(&welcome(&platform, &examination.url, &desk.env, args, lang));
    let mut child = match &args.start {
        Some(command) => Some(Child::start(command, &desk.env, &desk.log).map_err(|failure| told(&failure))?),
        None => None,
    };
    let examined = tokio::select! {
        examined = examine(&platform, &examination, args, child.as_mut(), lang) => examined,
        () = stop() => Err(CliError::new(
            Exit::Refused,
            Words::new("被中断，没有结论", "interrupted, without a result"),
            Words::new("重新运行", "run it again"),
        )),
    };
    if let Some(child) = child {
        child.stop().await;
    }
    let report = examined?;
    write(args, &report, lang)?;
    let text = summary(&report, args, lang);
    match exit(&report) {
        None => Ok(text),
        Some(code) => Err(CliError::Scored { exit: code, text }),
    }
}

async fn examine(
    platform: &Platform,
    examination: &Examination,
    args: &CertifyArgs,
    child: Option<&mut Child>,
    lang: Lang,
) -> Result<Report, CliError> {
    let wait = Duration::from_secs(args.wait);
    certify::wait_for_server(platform, examination, wait, child).await.map_err(|failure| told(&failure))?;
    let examined = certify::examine(platform, examination, |case| say(&progress(case, lang))).await;
    examined.map_err(|failure| told(&failure))
}

fn keep_keys(_settings: &mut Settings) {}

/// Where the env file and the server's output are: asked for, or in a directory of this run.
struct Desk {
    env: PathBuf,
    log: PathBuf,
    made: Option<PathBuf>,
}

impl Desk {
    fn open(args: &CertifyArgs) -> Result<Self, CliError> {
        if let Some(env) = &args.write_env {
            let mut log = env.clone().into_os_string();
            log.push(".server.log");
            return Ok(Self { env: env.clone(), log: log.into(), made: None });
        }
        let made = std::env::temp_dir()
            .join(format!("tongbao-certify-{}", hex::encode(Chance::system().bytes::<6>())));
        std::fs::create_dir_all(&made)
            .map_err(|error| CliError::system(&made.display().to_string(), &error))?;
        Ok(Self { env: made.join("certify.env"), log: made.join("server.log"), made: Some(made) })
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Some(made) = &self.made {
            // What cannot be removed stays for the system to clean up.
            let _ = std::fs::remove_dir_all(made);
        }
    }
}

fn check_url(url: &str) -> Result<(), CliError> {
    let parsed = url.parse::<http::Uri>().ok();
    if parsed.is_some_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none()) {
        return Ok(());
    }
    Err(CliError::new(
        Exit::Usage,
        Words::new(format!("{url} 不是地址"), format!("{url} is no address")),
        Words::new("写成 http://127.0.0.1:3000", "write it like http://127.0.0.1:3000"),
    ))
}

fn told(failure: &Failure) -> CliError {
    let reason = chain(failure);
    let (exit, zh, en, fix) = match failure {
        Failure::Adapter(words) => (
            Exit::Usage,
            format!("适配器不可用：{}", words.zh),
            format!("the adapter cannot be used: {}", words.en),
            Words::new("对照 docs/certify.md 修改", "compare it with docs/certify.md"),
        ),
        Failure::NoSuchCase(id) => (
            Exit::Usage,
            format!("没有用例 {id}"),
            reason,
            Words::new("tongbao certify --list 列出全部用例", "tongbao certify --list lists the cases"),
        ),
        Failure::System(what, source) => {
            let said = chain(source.as_ref());
            (
                Exit::Refused,
                format!("{what}：{said}"),
                format!("{what}: {said}"),
                Words::new("按上面的原因处理后重试", "mend what is said above and try again"),
            )
        }
        Failure::Unreachable(url) => (
            Exit::Unreachable,
            format!("{url} 没有应答"),
            reason,
            Words::new(
                "启动商户服务（用写出的 env 文件），或用 --start 让 certify 启动它，或加大 --wait",
                "start the server with the env file that was written, have it started with --start, or raise --wait",
            ),
        ),
        Failure::Undeclared(said) => (
            Exit::Unreachable,
            format!("服务没有声明能力：{said}"),
            reason,
            Words::new(
                "让 GET /certify 答 {\"abilities\":[…]}，或用 --adapter 说明别的地址",
                "answer GET /certify with {\"abilities\":[…]}, or describe other addresses with --adapter",
            ),
        ),
        Failure::Ended(said) => (
            Exit::Refused,
            format!("商户服务自己退出了：{said}"),
            reason,
            Words::new("看上面的输出，修好再试", "read its output above, mend it and try again"),
        ),
    };
    CliError::new(exit, Words::new(zh, en), fix)
}

/// `None` for full marks.
fn exit(report: &Report) -> Option<Exit> {
    let score = &report.score;
    if report.full_marks {
        None
    } else if score.failed > 0 || score.not_offered_but_demanded > 0 {
        Some(Exit::LostMarks)
    } else {
        Some(Exit::NotJudged)
    }
}

fn welcome(platform: &Platform, url: &str, env: &Path, args: &CertifyArgs, lang: Lang) -> String {
    let base = platform.env().base_url;
    let env = env.display();
    let next = match (args.start.is_some(), lang) {
        (true, Lang::Zh) => "正在启动商户服务…".to_owned(),
        (true, Lang::En) => "starting the server…".to_owned(),
        (false, Lang::Zh) => format!("请用该文件启动商户服务，等待 {url} 应答…"),
        (false, Lang::En) => format!("start the server with that file; waiting for {url}…"),
    };
    match lang {
        Lang::Zh => format!("平台  {base}\n密钥  {env}\n{next}\n\n"),
        Lang::En => format!("platform  {base}\nkeys      {env}\n{next}\n\n"),
    }
}

fn progress(case: &CaseReport, lang: Lang) -> String {
    let sign = case.verdict.sign();
    let mut line = format!("{sign} {:<22} {}\n", case.id, plain(case.title.pick(lang)));
    if case.verdict != Verdict::Passed {
        line += &format!("    {}\n", plain(case.reason.pick(lang)));
        if let Some(fix) = &case.fix {
            line += &format!("    {}{}\n", lang.pick("办法：", "fix: "), plain(fix.pick(lang)));
        }
    }
    line
}

fn summary(report: &Report, args: &CertifyArgs, lang: Lang) -> String {
    let score = &report.score;
    let (passed, of) = (score.passed, score.judged_of());
    let mut text = match lang {
        Lang::Zh => format!(
            "\n{passed} / {of} 通过；失败 {}，未判定 {}，未提供 {}。{}\n",
            score.failed,
            score.not_judged,
            score.not_offered,
            if report.full_marks { "满分。" } else { "" }
        ),
        Lang::En => format!(
            "\n{passed} of {of} passed; {} failed, {} not judged, {} not offered.{}\n",
            score.failed,
            score.not_judged,
            score.not_offered,
            if report.full_marks { " Full marks." } else { "" }
        ),
    };
    let by_hand = report.by_hand.len();
    text += &match lang {
        Lang::Zh => format!("另有 {by_hand} 条清单要人看，见报告。\n"),
        Lang::En => format!("{by_hand} more lines of the checklist are for a person; the report has them.\n"),
    };
    for file in [&args.json, &args.html].into_iter().flatten() {
        text += &format!("{}{}\n", lang.pick("报告：", "report: "), file.display());
    }
    text
}

fn write(args: &CertifyArgs, report: &Report, lang: Lang) -> Result<(), CliError> {
    let save = |path: &Path, text: String| {
        std::fs::write(path, text).map_err(|error| CliError::system(&path.display().to_string(), &error))
    };
    if let Some(path) = &args.json {
        save(path, serde_json::to_string_pretty(report).expect("a report is plain data") + "\n")?;
    }
    if let Some(path) = &args.html {
        save(path, html::page(report, lang))?;
    }
    Ok(())
}

fn list(lang: Lang) -> String {
    let rows: Vec<_> = certify::listed()
        .iter()
        .map(|case| {
            let demand = lang.say(case.demand.words()).to_owned();
            vec![case.id.to_owned(), demand, case.lines.join(" "), case.title.pick(lang).to_owned()]
        })
        .collect();
    let head = match lang {
        Lang::Zh => ["用例", "要求", "清单", "内容"],
        Lang::En => ["case", "demand", "checklist", "what"],
    };
    table(&head, &rows)
}

/// Enough to hide each other's waiting, few enough for a small server.
const AT_ONCE: usize = 6;
