//! `tongbao sim`: drives a running simulator over its control API.

mod bill;
mod clock;
mod control;
mod duration;
pub(super) mod faults;
mod how;
mod merchant;
mod payer;
mod refund;
mod seed;
mod why;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::outcome::{CliError, Exit};
use super::table::{plain, table};
use super::{Context, Threads, block_on};
use crate::config::Words;
use crate::lang::Lang;
use clock::{Clock, Turn};
use control::Control;
use faults::FaultsCommand;
use how::Facts;

/// Which simulator, and what to do.
#[derive(Args)]
pub(super) struct SimArgs {
    /// Where the simulator is   模拟器的地址
    #[arg(long, global = true, value_name = "URL", default_value = "http://127.0.0.1:8900")]
    url: String,
    /// Print JSON, for programs   打印 JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: SimCommand,
}

#[derive(Subcommand)]
enum SimCommand {
    #[command(
        about = "Have the payer do about an order what their mood says: pay   让付款人按其行为处理订单：付款"
    )]
    Pay {
        /// The merchant's number of the payment   商户订单号
        out_trade_no: String,
        /// Who pays, such as payer-2   谁付款
        #[arg(long)]
        payer: Option<String>,
    },
    #[command(about = "Close the cashier without paying   关闭收银台，不付款")]
    Cancel {
        /// The merchant's number of the payment   商户订单号
        out_trade_no: String,
    },
    #[command(about = "Show the clock, move it ahead, or change its pace   查看、拨快、冻结或加速时钟")]
    Clock {
        /// +2h, +1d12h, 2026-03-01T10:00:00+08:00, frozen, x60 or real   拨快、拨到、冻结、加速或恢复
        #[arg(value_name = "TURN", value_parser = Turn::parse)]
        turn: Option<Turn>,
    },
    #[command(about = "Print or save a bill of a day   打印或保存某一天的账单")]
    Bill {
        /// The day in Beijing, such as 2026-03-01   日期
        #[arg(default_value = "yesterday")]
        date: String,
        /// ALL, SUCCESS, REFUND, BASIC, OPERATION, FEES or SHARING   账单类型
        #[arg(long = "type", value_name = "TYPE", default_value = "ALL")]
        kind: String,
        /// Whose; the first merchant's unless named   商户号
        #[arg(long, value_name = "MCHID")]
        merchant: Option<String>,
        /// Write it to a file   保存到文件
        #[arg(long, value_name = "FILE")]
        out: Option<std::path::PathBuf>,
    },
    #[command(about = "Keep the state under a name, to come back to   以名称保存当前状态")]
    Snapshot {
        /// Such as before-refunds   名称
        name: String,
    },
    #[command(about = "Go back to a snapshot   回到某个快照")]
    Restore {
        /// Its name   名称
        name: String,
    },
    #[command(
        about = "Show, set, add to, clear or check the fault script   查看、设置、添加、清除、检查故障脚本"
    )]
    Faults {
        #[command(subcommand)]
        command: Option<FaultsCommand>,
    },
    #[command(about = "Forget everything that happened   清空，重新开始")]
    Reset,
    #[command(about = "List orders, newest first   列出订单")]
    Orders,
    #[command(about = "List the people who pay   列出付款人")]
    Payers,
    #[command(about = "Show one payer, or change what they have and do   查看或改变一个付款人")]
    Payer(payer::PayerArgs),
    #[command(
        about = "Merchants: list, add, env, remove, top-up, withdraw   商户：列出、添加、移除、充值、提现"
    )]
    Merchants(merchant::MerchantArgs),
    #[command(about = "List refunds, or decide one: R1 ABNORMAL   列出退款，或决定其结果")]
    Refunds(refund::RefundArgs),
    #[command(about = "Add the merchants and payers of a seed file   添加种子文件中的商户与付款人")]
    Seed {
        /// A TOML file   文件
        file: PathBuf,
    },
    #[command(about = "List notifications and what became of them   列出通知及其结果")]
    Notifications,
    #[command(about = "Say how to point an SDK at it: how go, how php…   说明某个 SDK 如何指向模拟器")]
    How {
        /// A language or the name of an SDK; all, when left out   语言或 SDK 名称，不写则列出全部
        name: Option<String>,
        /// The file of `simulate --write-env`, instead of asking the simulator   由此文件取值，不询问模拟器
        #[arg(long, value_name = "FILE")]
        env: Option<PathBuf>,
    },
    #[command(about = "Explain why a request was refused   说明请求为什么被拒绝")]
    Why {
        /// Which exchange; the last one refused, unless named   哪一次交换，默认是最近被拒绝的
        id: Option<u64>,
    },
}

/// Does one thing and tells what came of it.
pub(super) fn run(args: &SimArgs, context: &Context) -> Result<String, CliError> {
    let control = Control::at(&args.url)?;
    if let SimCommand::How { name, env: Some(path) } = &args.command {
        return how::told(name.as_deref(), &Facts::of_file(path)?, context.lang);
    }
    if let SimCommand::Faults { command: Some(FaultsCommand::Check { file }) } = &args.command {
        return faults::checked(file, context.lang);
    }
    let answer = block_on(Threads::One, call(&control, &args.command))??;
    if args.json {
        let text = serde_json::to_string_pretty(&answer).expect("JSON prints");
        return Ok(text + "\n");
    }
    told(&args.command, &answer, context.lang)
}

async fn call(control: &Control, command: &SimCommand) -> Result<Value, CliError> {
    match command {
        SimCommand::Pay { out_trade_no, payer } => {
            let path = format!("orders/{}/pay", control::escaped(out_trade_no));
            control.post(&path, &json!({ "payer": payer })).await
        }
        SimCommand::Cancel { out_trade_no } => {
            let path = format!("orders/{}/cancel", control::escaped(out_trade_no));
            control.post(&path, &json!({})).await
        }
        SimCommand::Clock { turn: None } => control.get("clock").await,
        SimCommand::Clock { turn: Some(turn) } => control.post("clock", &turn.body()).await,
        SimCommand::Bill { date, kind, merchant, .. } => {
            let path = bill::path(date, kind, merchant.as_deref());
            control.text(&path).await.map(Value::String)
        }
        SimCommand::Snapshot { name } => control.post("snapshots", &json!({ "name": name })).await,
        SimCommand::Restore { name } => {
            let path = format!("snapshots/{}/restore", control::escaped(name));
            control.post(&path, &json!({})).await
        }
        SimCommand::Faults { command } => {
            faults::call(control, command.as_ref().unwrap_or(&FaultsCommand::Show)).await
        }
        SimCommand::Reset => control.post("reset", &json!({})).await,
        SimCommand::Orders => control.get("orders").await,
        SimCommand::Notifications => control.get("notifications").await,
        SimCommand::Payers => control.get("payers").await,
        SimCommand::Payer(args) => payer::call(control, args).await,
        SimCommand::Merchants(args) => merchant::call(control, args).await,
        SimCommand::Refunds(args) => refund::call(control, args).await,
        SimCommand::Seed { file } => seed::call(control, file).await,
        SimCommand::How { .. } => control.get("env").await,
        SimCommand::Why { id } => why::fetch(control, *id).await,
    }
}

/// The parts of an order that a person looks at.
#[derive(Deserialize)]
struct Order {
    out_trade_no: String,
    trade_state: String,
    total: String,
    description: String,
    payer: Option<String>,
    created_at: String,
    #[serde(default)]
    transaction_id: Option<String>,
}

#[derive(Deserialize)]
struct Orders {
    orders: Vec<Order>,
}

#[derive(Deserialize)]
struct Notification {
    id: String,
    event_type: String,
    out_trade_no: String,
    delivered: bool,
    #[serde(default)]
    next_at: Option<String>,
    attempts: Vec<Attempt>,
}

#[derive(Deserialize)]
struct Attempt {
    #[serde(default)]
    status: Option<u16>,
}

#[derive(Deserialize)]
struct Notifications {
    notifications: Vec<Notification>,
}

fn told(command: &SimCommand, answer: &Value, lang: Lang) -> Result<String, CliError> {
    match command {
        SimCommand::Pay { .. } => read(answer).map(|order: Order| payer::acted(&order, answer, lang)),
        SimCommand::Cancel { .. } => read(answer).map(|order: Order| {
            let said = lang.pick("付款人关闭了收银台", "The payer closed the cashier");
            plain(&format!("{said} {} {}", order.out_trade_no, order.trade_state)) + "\n"
        }),
        SimCommand::Clock { .. } => read(answer).map(|clock: Clock| clock.told(lang)),
        SimCommand::Bill { out, .. } => bill::told(answer.as_str().unwrap_or_default(), out.as_deref(), lang),
        SimCommand::Snapshot { name } => Ok(match lang {
            Lang::Zh => format!("已保存快照 {}\n", plain(name)),
            Lang::En => format!("kept as snapshot {}\n", plain(name)),
        }),
        SimCommand::Restore { name } => Ok(match lang {
            Lang::Zh => format!("已回到快照 {}\n", plain(name)),
            Lang::En => format!("back at snapshot {}\n", plain(name)),
        }),
        SimCommand::Faults { command } => {
            faults::told(command.as_ref().unwrap_or(&FaultsCommand::Show), answer, lang)
        }
        SimCommand::Reset => Ok(lang.pick("已清空，重新开始\n", "everything is forgotten\n").to_owned()),
        SimCommand::Orders => read(answer).map(|orders: Orders| listed_orders(&orders.orders, lang)),
        SimCommand::How { name, .. } => how::told(name.as_deref(), &Facts::of_answer(answer), lang),
        SimCommand::Notifications => {
            read(answer).map(|list: Notifications| listed_notifications(&list.notifications, lang))
        }
        SimCommand::Payers => payer::listed(answer, lang),
        SimCommand::Payer(args) => payer::told(args, answer, lang),
        SimCommand::Merchants(args) => merchant::told(args, answer, lang),
        SimCommand::Refunds(args) => refund::told(args, answer, lang),
        SimCommand::Seed { .. } => Ok(seed::told(answer, lang)),
        SimCommand::Why { .. } => why::told(answer, lang),
    }
}

fn listed_orders(orders: &[Order], lang: Lang) -> String {
    if orders.is_empty() {
        return lang.pick("还没有订单。\n", "There is no order yet.\n").to_owned();
    }
    let head = match lang {
        Lang::Zh => ["商户订单号", "状态", "金额", "付款人", "创建时间", "商品"],
        Lang::En => ["out_trade_no", "state", "yuan", "payer", "created", "description"],
    };
    let row = |order: &Order| {
        vec![
            order.out_trade_no.clone(),
            order.trade_state.clone(),
            order.total.clone(),
            order.payer.clone().unwrap_or_default(),
            order.created_at.clone(),
            order.description.clone(),
        ]
    };
    table(&head, &orders.iter().map(row).collect::<Vec<_>>())
}

fn listed_notifications(notifications: &[Notification], lang: Lang) -> String {
    if notifications.is_empty() {
        return lang.pick("还没有通知。\n", "There is no notification yet.\n").to_owned();
    }
    let head = match lang {
        Lang::Zh => ["通知", "事件", "商户订单号", "次数", "结果", "下次"],
        Lang::En => ["id", "event", "out_trade_no", "sends", "result", "next"],
    };
    let row = |it: &Notification| {
        let last = it.attempts.last().and_then(|attempt| attempt.status);
        let result = match (it.delivered, last) {
            (true, _) => lang.pick("已送达", "delivered").to_owned(),
            (false, Some(status)) => format!("HTTP {status}"),
            (false, None) if it.attempts.is_empty() => lang.pick("未发送", "not sent").to_owned(),
            (false, None) => lang.pick("无应答", "no answer").to_owned(),
        };
        let next = it.next_at.clone().unwrap_or_else(|| "-".to_owned());
        vec![
            it.id.clone(),
            it.event_type.clone(),
            it.out_trade_no.clone(),
            it.attempts.len().to_string(),
            result,
            next,
        ]
    };
    table(&head, &notifications.iter().map(row).collect::<Vec<_>>())
}

fn read<T: DeserializeOwned>(answer: &Value) -> Result<T, CliError> {
    T::deserialize(answer).map_err(|error| {
        CliError::new(
            Exit::Unreachable,
            Words::new(format!("对方的回答看不懂：{error}"), format!("the answer makes no sense: {error}")),
            Words::new(
                "确认 --url 指向同一版本的 tongbao simulate",
                "point --url at a tongbao simulate of this version",
            ),
        )
    })
}
