//! `tongbao simulate`: the platform alone, on one port.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use tokio::net::TcpListener;
use tongbao_sim::{CryptoSettings, HttpPostman, KeyMode, Settings, Simulator};
use tongbao_wire::seam::{Chance, Clock};
use tongbao_wire::{Appid, IdError, Mchid};

use super::outcome::{CliError, Exit};
use super::serve::stop;
use super::{Context, Threads, block_on, say};
use crate::config::{LogFormat, Words};
use crate::lang::Lang;
use crate::listen::{self, Options};
use crate::logging;
use crate::tasks::Tasks;

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
    #[arg(long, value_name = "MODE", default_value = "both")]
    key_mode: KeyMode,
    /// Which notify addresses are taken   接受哪些通知地址
    #[arg(long, value_enum, default_value = "local")]
    notify_url: NotifyUrl,
    /// The merchant's number   商户号
    #[arg(long, value_parser = parse_mchid)]
    mchid: Option<Mchid>,
    /// The mini program bound to it   与商户号绑定的小程序
    #[arg(long, value_parser = parse_appid)]
    appid: Option<Appid>,
    /// The name the cashier shows   收银台显示的商户名
    #[arg(long, value_name = "NAME")]
    merchant_name: Option<String>,
    /// Use published test keys, the same in every run, instead of new ones   用公开的测试密钥，启动更快
    #[arg(long)]
    fixed_keys: bool,
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
    logging::start(&args.log, LogFormat::Text);
    block_on(Threads::Many, simulate(args, context.lang))?
}

async fn simulate(args: &SimulateArgs, lang: Lang) -> Result<String, CliError> {
    let listener = TcpListener::bind(args.listen).await.map_err(|error| taken(args.listen, &error))?;
    let address = listener.local_addr().map_err(|error| CliError::system("listen", &error))?;
    let base_url = args.base_url.clone().unwrap_or_else(|| format!("http://{}", reachable(address)));
    let settings = settings(args, base_url.trim_end_matches('/').to_owned());
    let simulator = Simulator::new(settings).map_err(|error| CliError::system("tongbao simulate", &error))?;
    if let Some(path) = &args.write_env {
        simulator.write_env(path).map_err(|error| CliError::system(&path.display().to_string(), &error))?;
    }
    say(&welcome(&simulator, address, args.write_env.as_deref(), lang));
    let tasks = Tasks::new();
    let running = simulator.clone();
    tasks.spawn("simulator", async move { running.run().await });
    let hanging = simulator.clone();
    let stopped = async move {
        stop().await;
        // Pages that listen would hold the connections open.
        hanging.hang_up();
    };
    listen::serve(listener, simulator.router(), Options::default(), stopped).await;
    tasks.abort_all();
    Ok(lang.pick("模拟器已停止。\n", "The simulator has stopped.\n").to_owned())
}

fn settings(args: &SimulateArgs, base_url: String) -> Settings {
    let mut settings =
        Settings::local(Clock::system(), Chance::system(), Arc::new(HttpPostman::new()), base_url);
    settings.key_mode = args.key_mode;
    settings.switches.notify_url_http = args.notify_url == NotifyUrl::Local;
    settings.switches.notify_url_private = args.notify_url == NotifyUrl::Local;
    if args.fixed_keys {
        settings.crypto = CryptoSettings::Fixed;
    }
    for merchant in &mut settings.merchants {
        if args.fixed_keys {
            // A server that was set up for one run of the simulator works with the next.
            merchant.apiv3_key = FIXED_APIV3_KEY.into();
            merchant.apiv2_key = FIXED_APIV2_KEY.into();
            for app in &mut merchant.apps {
                app.secret = FIXED_APP_SECRET.into();
            }
        }
        if let Some(mchid) = &args.mchid {
            merchant.mchid = mchid.clone();
        }
        if let Some(name) = &args.merchant_name {
            merchant.name.clone_from(name);
        }
        if let (Some(appid), Some(app)) = (&args.appid, merchant.apps.first_mut()) {
            app.appid = appid.clone();
        }
    }
    settings
}

/// As public as the keys that `--fixed-keys` uses; they open nothing but a simulator.
const FIXED_APIV3_KEY: &str = "TongbaoSimulatorFixedAPIv3Key000";
const FIXED_APIV2_KEY: &str = "TongbaoSimulatorFixedAPIv2Key000";
const FIXED_APP_SECRET: &str = "00000000000000000000000000000001";

/// An address that listens everywhere is reached here on loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = if address.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address.ip() };
    SocketAddr::new(ip, address.port())
}

fn taken(address: SocketAddr, error: &std::io::Error) -> CliError {
    CliError::new(
        Exit::Refused,
        Words::new(format!("不能监听 {address}：{error}"), format!("cannot listen on {address}: {error}")),
        Words::new("换一个端口：--listen 127.0.0.1:0", "choose another port: --listen 127.0.0.1:0"),
    )
}

fn welcome(simulator: &Simulator, address: SocketAddr, env: Option<&Path>, lang: Lang) -> String {
    let facts = simulator.env();
    let url = &facts.base_url;
    let merchant = facts.merchants.first().map(|merchant| merchant.mchid.to_string()).unwrap_or_default();
    let env = env.map(|path| path.display().to_string());
    let mut text = match lang {
        Lang::Zh => format!("微信支付模拟器已就绪，钱是虚拟的。\n  地址    {url}\n  商户号  {merchant}\n"),
        Lang::En => {
            format!(
                "The WeChat Pay simulator is ready; its money is virtual.\n  address   {url}\n  merchant  {merchant}\n"
            )
        }
    };
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
            "  付款：tongbao sim pay 商户订单号 --url {url}\n  看通信、查原因：{url}/inspector\n按 Ctrl-C 结束。\n"
        ),
        Lang::En => format!(
            "  to pay: tongbao sim pay OUT_TRADE_NO --url {url}\n  what goes on, and why: {url}/inspector\nCtrl-C ends it.\n"
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
                let merchant = settings(&args, "http://127.0.0.1:8900".into()).merchants.remove(0);
                [merchant.apiv3_key, merchant.apiv2_key, merchant.apps[0].secret.clone()]
            };
            let (one, other) = (secrets(), secrets());
            assert_eq!(one == other, same);
            assert!(one.iter().all(|secret| secret.len() == 32));
        }
    }
}
