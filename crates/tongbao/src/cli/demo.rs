//! `tongbao demo`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use tongbao_sim::KeyMode;

use super::outcome::CliError;
use super::serve::stop;
use super::table::table;
use super::{Context, Threads, block_on, say};
use crate::config::LogFormat;
use crate::demo::once::{self, Bought};
use crate::demo::{Demo, DemoOptions};
use crate::lang::Lang;
use crate::logging;

/// What a demo may be told.
#[derive(Args)]
pub(super) struct DemoArgs {
    /// Where data lives; else in a new temporary directory   数据目录，默认是新的临时目录
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Buy and pay once without a browser, print the timeline, and end   不开浏览器，买一次就结束
    #[arg(long)]
    once: bool,
    /// Print the links as JSON   以 JSON 打印链接
    #[arg(long)]
    json_links: bool,
    /// Where the shop listens   小店监听的地址
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Which platform keys sign: certificate, public-key or both   平台用哪种密钥签名
    #[arg(long, value_name = "MODE", default_value = "public-key")]
    key_mode: KeyMode,
}

/// Runs the demo until Ctrl-C, or buys once.
pub(super) fn run(args: &DemoArgs, context: &Context) -> Result<String, CliError> {
    let log = context.environment.get("TONGBAO_SERVER__LOG").unwrap_or("warn");
    logging::start(log, LogFormat::Text);
    let options = DemoOptions {
        data: args.data.clone(),
        listen: args.listen,
        key_mode: args.key_mode,
        lang: context.lang,
    };
    let ended = block_on(Threads::Many, demo(args, &options))?;
    let (told, data) = ended?;
    if args.data.is_none() {
        // Made for this run alone; what cannot be removed stays for the system to clean up.
        let _ = std::fs::remove_dir_all(data);
    }
    told
}

/// What is told at the end, and where the data is; an error when there was no demo at all.
async fn demo(
    args: &DemoArgs,
    options: &DemoOptions,
) -> Result<(Result<String, CliError>, PathBuf), CliError> {
    let demo = Demo::prepare(options).await.map_err(|error| CliError::system("tongbao demo", &error))?;
    let data = demo.data.clone();
    if args.json_links {
        let links = serde_json::to_string(&demo.links).expect("links are plain data");
        say(&format!("{links}\n"));
    } else if !args.once {
        say(&welcome(&demo, args.data.is_none(), options.lang));
    }
    if !args.once {
        demo.serve(stop()).await;
        return Ok((Ok(String::new()), data));
    }
    let (app, simulator, links) = (demo.app.clone(), demo.simulator.clone(), demo.links.clone());
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let serving = demo.serve(async {
        // Dropped when the purchase is over, whichever way.
        let _ = ended.await;
    });
    let buying = async {
        let bought = once::buy(&app, &simulator, &links, options.lang).await;
        drop(end);
        bought
    };
    let ((), bought) = tokio::join!(serving, buying);
    let bought = bought.map_err(|error| CliError::system("tongbao demo --once", &error));
    Ok((bought.map(|bought| told(&bought, options.lang)), data))
}

fn welcome(demo: &Demo, is_temporary: bool, lang: Lang) -> String {
    let (shop, orders, simulator) = (&demo.links.shop, &demo.links.orders, &demo.links.simulator);
    let data = demo.data.display();
    let until = match (is_temporary, lang) {
        (false, _) => "",
        (true, Lang::Zh) => "，结束时删除；要保留请用 --data",
        (true, Lang::En) => " and goes when the demo ends; --data keeps it",
    };
    match lang {
        Lang::Zh => format!(
            "通宝演示已就绪。钱是虚拟的，密钥是本次生成的。\n\n\
             \x20 小店  {shop}\n\
             \x20 订单  {orders}\n\n\
             1. 打开小店，选一件，点“支付”，密码 123456。\n\
             2. 打开订单，看它的状态、原因和时间线。\n\
             3. 另开终端：tongbao sim orders --url {simulator}\n\n\
             数据在 {data}{until}。按 Ctrl-C 结束。\n"
        ),
        Lang::En => format!(
            "The Tongbao demo is ready. The money is virtual, the keys were made for this run.\n\n\
             \x20 shop    {shop}\n\
             \x20 orders  {orders}\n\n\
             1. Open the shop, choose something, tap Pay; the password is 123456.\n\
             2. Open the orders to see the state, its reason and the timeline.\n\
             3. In another terminal: tongbao sim orders --url {simulator}\n\n\
             Data is in {data}{until}. Ctrl-C ends it.\n"
        ),
    }
}

fn told(bought: &Bought, lang: Lang) -> String {
    let row = |line: &crate::story::Line| {
        vec![line.at.clone(), line.title.clone(), line.detail.clone(), line.cause.clone()]
    };
    let rows: Vec<_> = bought.timeline.iter().map(row).collect();
    let head = match lang {
        Lang::Zh => ["时间", "发生了什么", "详情", "来自"],
        Lang::En => ["time", "what happened", "facts", "caused by"],
    };
    let (order_no, trade_state) = (&bought.order_no, &bought.trade_state);
    let said = match lang {
        Lang::Zh => format!("订单 {order_no} 两边都已支付（平台：{trade_state}）。\n\n"),
        Lang::En => format!("Order {order_no} is paid on both sides (platform: {trade_state}).\n\n"),
    };
    said + &table(&head, &rows)
}
