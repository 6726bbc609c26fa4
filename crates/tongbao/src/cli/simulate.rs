//! `tongbao simulate`: the platform alone, on one port.

mod ready;
mod seed;
mod tls;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use tokio::net::TcpListener;
use tongbao_sim::{CryptoSettings, KeptSettings, KeyMode, Pace, Settings, Simulator};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Appid, IdError, Mchid, Timestamp};

use super::outcome::{CliError, Exit};
use super::serve::stop;
use super::{Context, Threads, block_on, say};
use crate::config::{LogFormat, Words};
use crate::lang::Lang;
use crate::listen::{self, Options};
use crate::logging;
use crate::tasks::Tasks;
use ready::{ReadyArgs, Waiting};
use tls::TlsArgs;

/// What a simulator may be told.
#[derive(Args)]
pub(super) struct SimulateArgs {
    /// Where to listen   监听地址
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8900")]
    listen: SocketAddr,
    /// How clients reach it, when that is not the address it listens on   客户端访问它的地址
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Write what a client in any language needs as KEY=value lines   把客户端所需写成 KEY=value
    #[arg(long, value_name = "FILE")]
    write_env: Option<PathBuf>,
    /// Which platform keys sign: certificate, public-key or both   平台用哪种密钥签名
    /// [default: both]
    #[arg(long, value_name = "MODE")]
    key_mode: Option<KeyMode>,
    /// Which notify addresses are taken   接受哪些通知地址
    /// [default: local]
    #[arg(long, value_enum)]
    notify_url: Option<NotifyUrl>,
    /// The merchant's number   商户号
    #[arg(long, value_parser = parse_mchid)]
    mchid: Option<Mchid>,
    /// The mini program bound to it   与商户号绑定的小程序
    #[arg(long, value_parser = parse_appid)]
    appid: Option<Appid>,
    /// The name the cashier shows   收银台显示的商户名
    #[arg(long, value_name = "NAME")]
    merchant_name: Option<String>,
    /// Keep merchants, keys, orders and money in this directory, for the next run   把商户、密钥和状态保存在此目录
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Orders in memory without --data; past that the oldest that are over are forgotten   内存中最多保留的订单
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    orders_in_memory: Option<u32>,
    /// Begin with the merchants, payers, switches and orders of this file (TOML)   从此文件开始
    #[arg(long, value_name = "FILE")]
    seed_file: Option<PathBuf>,
    /// How fast its time passes: real, frozen, or a rate such as x60   时间快慢
    #[arg(long, value_name = "PACE")]
    clock: Option<Pace>,
    /// The time it begins at, such as 2026-03-01T09:00:00+08:00   从何时开始
    #[arg(long, value_name = "TIME", value_parser = Timestamp::parse_rfc3339)]
    at: Option<Timestamp>,
    /// What goes wrong from the beginning: a fault script   故障脚本
    #[arg(long, value_name = "FILE")]
    faults: Option<PathBuf>,
    /// Use published test keys, the same in every run, instead of new ones   用公开的测试密钥，启动更快
    #[arg(long)]
    fixed_keys: bool,
    #[command(flatten)]
    tls: TlsArgs,
    #[command(flatten)]
    ready: ReadyArgs,
    /// What is logged   日志级别
    #[arg(long, value_name = "FILTER", default_value = "warn,tongbao_sim=info")]
    log: String,
}

/// Which notify addresses are taken.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum NotifyUrl {
    /// Also http and this machine, to develop with
    Local,
    /// Only https and public hosts, as the platform does
    Public,
}

fn parse_mchid(text: &str) -> Result<Mchid, IdError> {
    Mchid::parse(text)
}

fn parse_appid(text: &str) -> Result<Appid, IdError> {
    Appid::parse(text)
}

/// Runs a simulator until Ctrl-C or SIGTERM.
pub(super) fn run(args: &SimulateArgs, context: &Context) -> Result<String, CliError> {
    let waiting = args.ready.waiting()?;
    logging::start(&args.log, LogFormat::Text);
    block_on(Threads::Many, simulate(args, waiting, context.lang))?
}

async fn simulate(args: &SimulateArgs, waiting: Waiting<'_>, lang: Lang) -> Result<String, CliError> {
    let (listener, address) = bound(args.listen, "--listen").await?;
    let beside = match args.tls.https_listen {
        Some(asked) => Some(bound(asked, "--https-listen").await?),
        None => None,
    };
    let base_url = args.base_url.clone().unwrap_or_else(|| format!("http://{}", listen::reachable(address)));
    let https = beside.as_ref().map(|(_, address)| *address);
    let settings = settings(args, base_url.trim_end_matches('/').to_owned(), https)?;
    let simulator =
        Simulator::new(settings).map_err(|error| seed::not_begun(args.seed_file.as_deref(), &error))?;
    if let Some(pace) = args.clock {
        // A directory keeps the pace of the last run.
        simulator.set_pace(pace);
    }
    if let Some(path) = &args.write_env {
        simulator.write_env(path).map_err(|error| {
            CliError::system(&path.display().to_string(), &error).coded("simulate.write_env")
        })?;
    }
    say(&welcome(&simulator, address, args.write_env.as_deref(), lang));
    // Whoever connects from now on is served.
    waiting.tell(simulator.base_url())?;
    let (tasks, front) = (Tasks::new(), simulator.front());
    simulator.keep_running(&tasks);
    let stopped = || async {
        stop().await;
        // Pages that listen would hold the connections open.
        simulator.hang_up();
    };
    let also = async {
        if let Some((beside, _)) = beside {
            listen::serve(beside, front.clone(), Options::default(), stopped()).await;
        }
    };
    tokio::join!(listen::serve(listener, front.clone(), Options::default(), stopped()), also);
    tasks.abort_all();
    Ok(lang.pick("模拟器已停止。\n", "The simulator has stopped.\n").to_owned())
}

async fn bound(asked: SocketAddr, option: &'static str) -> Result<(TcpListener, SocketAddr), CliError> {
    let listener = TcpListener::bind(asked).await.map_err(|error| taken(asked, option, &error))?;
    let address = listener.local_addr().map_err(|error| CliError::system("listen", &error))?;
    Ok((listener, address))
}

fn settings(args: &SimulateArgs, base_url: String, https: Option<SocketAddr>) -> Result<Settings, CliError> {
    let postman = Arc::new(args.tls.postman()?);
    let mut settings = Settings::local(Clock::system(), Chance::system(), postman, base_url);
    settings.key_mode = KeyMode::Both;
    let kept = match &args.data {
        Some(directory) => KeptSettings::of(directory).map_err(|error| tls::refused(&error))?,
        None => None,
    };
    if let Some(kept) = &kept {
        settings.key_mode = kept.key_mode;
        settings.switches = kept.switches.clone();
    }
    if args.fixed_keys || kept.as_ref().is_some_and(|kept| kept.published) {
        // A server that was set up for one run of the simulator works with the next.
        settings.publish_keys();
    }
    if let Some(path) = &args.seed_file {
        seed::plant(&mut settings, path)?;
    }
    settings.key_mode = args.key_mode.unwrap_or(settings.key_mode);
    settings.pace = args.clock.unwrap_or(settings.pace);
    settings.begins_at = args.at.or(settings.begins_at);
    if let Some(path) = &args.faults {
        settings.fault_script = Some(super::sim::faults::of_file(path)?);
    }
    if let Some(taken) = args.notify_url {
        settings.switches.notify_url_http = taken == NotifyUrl::Local;
        settings.switches.notify_url_private = taken == NotifyUrl::Local;
    }
    if let Some(most) = args.orders_in_memory {
        settings.orders_in_memory = usize::try_from(most).unwrap_or(usize::MAX);
    }
    args.tls.apply(&mut settings, https);
    settings.data.clone_from(&args.data);
    if let (Some(data), Some(tls), CryptoSettings::Generate) =
        (&args.data, &mut settings.tls, &settings.crypto)
    {
        // What trusted the authority of one run trusts the next.
        tls.authority_directory.get_or_insert_with(|| data.join("ca"));
    }
    named(args, &mut settings, kept.as_ref())?;
    Ok(settings)
}

/// The first merchant is called as the command line says; one of a directory has its name already.
fn named(args: &SimulateArgs, settings: &mut Settings, kept: Option<&KeptSettings>) -> Result<(), CliError> {
    let known = kept.and_then(|kept| kept.merchants.first());
    if let Some(known) = known {
        let other = args.mchid.as_ref().is_some_and(|mchid| *mchid != known.mchid)
            || args.appid.as_ref().is_some_and(|appid| known.apps.iter().all(|app| app.appid != *appid))
            || args.merchant_name.as_ref().is_some_and(|name| *name != known.name);
        return if other { Err(other_merchant(&known.mchid)) } else { Ok(()) };
    }
    let Some(first) = settings.merchants.first_mut() else { return Ok(()) };
    if let Some(mchid) = &args.mchid {
        first.mchid = mchid.clone();
    }
    if let Some(name) = &args.merchant_name {
        first.name.clone_from(name);
    }
    if let (Some(appid), Some(app)) = (&args.appid, first.apps.first_mut()) {
        app.appid = appid.clone();
    }
    Ok(())
}

fn other_merchant(known: &Mchid) -> CliError {
    CliError::new(
        Exit::Refused,
        Words::new(
            format!("--data 目录里的商户是 {known}"),
            format!("the directory of --data has merchant {known} with its name and appids"),
        ),
        Words::new(
            "去掉 --mchid、--appid、--merchant-name，或换一个目录",
            "leave out --mchid, --appid and --merchant-name, or name another directory",
        ),
    )
    .coded("simulate.data")
}

fn taken(address: SocketAddr, option: &str, error: &std::io::Error) -> CliError {
    CliError::new(
        Exit::Refused,
        Words::new(format!("不能监听 {address}：{error}"), format!("cannot listen on {address}: {error}")),
        Words::new(
            format!("换一个端口，0 由系统选择：{option} 127.0.0.1:0；1024 以下需要权限"),
            format!("choose another port, 0 leaves it to the system: {option} 127.0.0.1:0; below 1024 needs rights"),
        ),
    )
    .coded("simulate.listen")
}

fn welcome(simulator: &Simulator, address: SocketAddr, env: Option<&Path>, lang: Lang) -> String {
    let url = simulator.base_url();
    let merchants = simulator.merchants();
    let merchant = merchants.first().map(|merchant| merchant.mchid.to_string()).unwrap_or_default();
    let env = env.map(|path| path.display().to_string());
    let mut text = match lang {
        Lang::Zh => format!("微信支付模拟器已就绪，钱是虚拟的。\n  地址    {url}\n  商户号  {merchant}\n"),
        Lang::En => {
            format!(
                "The WeChat Pay simulator is ready; its money is virtual.\n  address   {url}\n  merchant  {merchant}\n"
            )
        }
    };
    if let Some(tls) = &simulator.tls_env() {
        let names = PLATFORM_NAME;
        text += &match lang {
            Lang::Zh => format!("  HTTPS   {}（证书也用于 {names} 等域名）\n", tls.base_url),
            Lang::En => format!("  https     {} (and the platform's names, such as {names})\n", tls.base_url),
        };
        if let Some(proxy) = &tls.proxy_url {
            text += &match lang {
                Lang::Zh => format!("  代理    HTTPS_PROXY={proxy}\n"),
                Lang::En => format!("  proxy     HTTPS_PROXY={proxy}\n"),
            };
        }
    }
    text += &match (env, lang) {
        (Some(env), Lang::Zh) => {
            format!("  客户端所需已写入 {env}\n  生成服务端配置：tongbao init --simulator {env}\n")
        }
        (Some(env), Lang::En) => {
            format!(
                "  what clients need is in {env}\n  a server's configuration: tongbao init --simulator {env}\n"
            )
        }
        (None, Lang::Zh) => "  加上 --write-env FILE 把密钥写给客户端\n".to_owned(),
        (None, Lang::En) => "  add --write-env FILE to have the keys written for clients\n".to_owned(),
    };
    text += &match lang {
        Lang::Zh => format!(
            "  付款：tongbao sim pay 商户订单号 --url {url}\n  看通信、查原因：{url}/inspector\n  付款人的手机：{url}/phone\n按 Ctrl-C 结束。\n"
        ),
        Lang::En => format!(
            "  to pay: tongbao sim pay OUT_TRADE_NO --url {url}\n  what goes on, and why: {url}/inspector\n  the payer's phone: {url}/phone\nCtrl-C ends it.\n"
        ),
    };
    if !address.ip().is_loopback() {
        text += lang.pick(
            "注意：监听在本机之外，能连上的人都能操作它。\n",
            "Mind: it listens beyond this machine; whoever can connect can drive it.\n",
        );
    }
    text
}

const PLATFORM_NAME: &str = "api.mch.weixin.qq.com";

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{SimulateArgs, settings};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: SimulateArgs,
    }

    #[test]
    fn fixed_keys_are_the_same_secrets_in_every_run_and_others_are_new() {
        for (flags, same) in [(&["simulate", "--fixed-keys"][..], true), (&["simulate"][..], false)] {
            let args = Line::parse_from(flags).args;
            let secrets = || {
                let merchant =
                    settings(&args, "http://127.0.0.1:8900".into(), None).unwrap().merchants.remove(0);
                [merchant.apiv3_key, merchant.apiv2_key, merchant.apps[0].secret.clone()]
            };
            let (one, other) = (secrets(), secrets());
            assert_eq!(one == other, same);
            assert!(one.iter().all(|secret| secret.len() == 32));
        }
    }
}
