//! `tongbao order show`: an order with its reason and its timeline, from the database.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;
use tongbao_domain::{Event, Order};
use tongbao_store::{Options, Store, events, orders};
use tongbao_wire::seam::Clock;
use tongbao_wire::{Mchid, OrderNo, OutTradeNo};

use super::Context;
use super::outcome::{CliError, Exit};
use super::table::{plain, table};
use crate::config::{Config, Words};
use crate::lang::Lang;
use crate::story;
use crate::view::OrderView;

/// What to do with orders.
#[derive(Subcommand)]
pub(super) enum OrderCommand {
    #[command(about = "Show one: its state, why, and its timeline   查看一个订单：状态、原因、时间线")]
    Show(ShowArgs),
}

/// Which order.
#[derive(Args)]
pub(super) struct ShowArgs {
    /// `order_no`, or the `out_trade_no` of one of its payments   订单号或商户订单号
    order: String,
    /// The account it belongs to; may be left out while there is only one   账户
    #[arg(long)]
    account: Option<String>,
    /// Print JSON, for programs   打印 JSON
    #[arg(long)]
    json: bool,
    /// The configuration file   配置文件
    #[arg(long, value_name = "FILE", default_value = "tongbao.toml")]
    config: PathBuf,
}

/// Reads and tells. Keys are not needed, so that they are not read.
pub(super) fn run(command: &OrderCommand, context: &Context) -> Result<String, CliError> {
    let OrderCommand::Show(args) = command;
    let config = Config::load(Some(&args.config), &context.environment)?;
    let mchid = mchid(&config, args.account.as_deref())?;
    let (order, events) = find(&config, &mchid, &args.order)?;
    Ok(if args.json {
        as_json(&order, &events, context.lang)
    } else {
        as_text(&order, &events, context.lang)
    })
}

fn mchid(config: &Config, account: Option<&str>) -> Result<Mchid, CliError> {
    let mut accounts = config.accounts.iter();
    let chosen = match account {
        Some(name) => config.accounts.get(name),
        None => accounts.next().filter(|_| accounts.next().is_none()).map(|(_, account)| account),
    };
    let mchid = chosen.and_then(|account| Mchid::parse(&account.mchid).ok());
    mchid.ok_or_else(|| {
        let known: Vec<_> = config.accounts.keys().map(String::as_str).collect();
        let known = known.join(", ");
        CliError::new(
            Exit::Usage,
            Words::new("没有说清是哪个账户", "which account is meant is not clear"),
            Words::new(format!("加上 --account，可选：{known}"), format!("add --account, one of: {known}")),
        )
    })
}

fn find(config: &Config, mchid: &Mchid, number: &str) -> Result<(Order, Vec<Event>), CliError> {
    let path = config.resolve(&config.server.data).join("tongbao.db");
    let file = path.display().to_string();
    if !path.is_file() {
        return Err(CliError::new(
            Exit::Refused,
            Words::new(format!("数据库 {file} 不存在"), format!("there is no database {file}")),
            Words::new("确认 --config 指向服务所用的配置", "point --config at the server's configuration"),
        ));
    }
    let failed = |error: tongbao_store::StoreError| CliError::system(&file, &error);
    let store = Store::open(&path, &Options { readers: 1, ..Options::default() }).map_err(failed)?;
    let order = store.read(|reader| {
        let by_order_no = OrderNo::parse(number).ok().map(|number| orders::find(reader, mchid, &number));
        if let Some(order) = by_order_no.transpose()?.flatten() {
            return Ok(Some(order));
        }
        let by_payment =
            OutTradeNo::parse(number).ok().map(|number| orders::find_by_out_trade_no(reader, mchid, &number));
        Ok(by_payment.transpose()?.flatten())
    });
    let Some(order) = order.map_err(failed)? else {
        let number = plain(number);
        return Err(CliError::new(
            Exit::Refused,
            Words::new(
                format!("商户 {mchid} 没有订单 {number}"),
                format!("merchant {mchid} has no order {number}"),
            ),
            Words::new(
                "核对订单号；多个账户时加 --account",
                "check the number; with several accounts add --account",
            ),
        ));
    };
    let recorded = store.read(|reader| events::of_order(reader, mchid, &order.order_no)).map_err(failed)?;
    Ok((order, recorded.into_iter().map(|recorded| recorded.event).collect()))
}

fn as_text(order: &Order, events: &[Event], lang: Lang) -> String {
    let state = story::state(order.standing(), lang);
    let (order_no, total) = (&order.order_no, order.terms.total);
    let mut text = match lang {
        Lang::Zh => format!("订单 {order_no}  {state}  ¥{total}  {}\n", order.terms.description),
        Lang::En => format!("order {order_no}  {state}  ¥{total}  {}\n", order.terms.description),
    };
    text = plain(text.trim_end()) + "\n";
    text += &plain(&story::why(order, events, lang));
    text += "\n\n";
    let head = match lang {
        Lang::Zh => ["时间", "发生了什么", "详情", "来自"],
        Lang::En => ["time", "what happened", "facts", "caused by"],
    };
    let row = |event: &Event| {
        let line = story::line(event, lang);
        vec![line.at, line.title, line.detail, line.cause]
    };
    text + &table(&head, &events.iter().map(row).collect::<Vec<_>>())
}

fn as_json(order: &Order, events: &[Event], lang: Lang) -> String {
    let entry = |event: &Event| {
        let line = story::line(event, lang);
        // The words are for people, `event` and `cause` for programs.
        json!({
            "at": event.at,
            "title": line.title,
            "detail": line.detail,
            "event": event.kind,
            "cause": event.cause,
        })
    };
    let answer = json!({
        "order": OrderView::of(order, Clock::system().now()),
        "why": story::why(order, events, lang),
        "timeline": events.iter().map(entry).collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&answer).expect("JSON prints") + "\n"
}
