//! Merchants of a running simulator: who is there, who comes and goes, what they hold.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::{Value, json};
use tongbao_sim::EnvFile;

use super::control::{self, Control};
use super::{CliError, read};
use crate::cli::table::{plain, table};
use crate::lang::Lang;

/// What about them; the list, when nothing is said.
#[derive(Args)]
pub(super) struct MerchantArgs {
    #[command(subcommand)]
    command: Option<MerchantCommand>,
}

#[derive(Subcommand)]
enum MerchantCommand {
    #[command(about = "Add a merchant; what is left out is drawn   添加商户，未给出的自动生成")]
    Add {
        /// Its number   商户号
        #[arg(long)]
        mchid: Option<String>,
        /// The name the cashier shows   收银台显示的名称
        #[arg(long)]
        name: Option<String>,
        /// A mini program, official account or app bound to it; may be repeated   绑定的 appid，可重复
        #[arg(long = "appid", value_name = "APPID")]
        appids: Vec<String>,
        /// A service provider that acts for it; may be repeated   为其服务的服务商，可重复
        #[arg(long = "provider", value_name = "MCHID")]
        providers: Vec<String>,
        /// It may onboard sub-merchants   可以为特约商户进件
        #[arg(long)]
        may_onboard: bool,
        /// What it begins with, in fen   初始可用余额（分）
        #[arg(long, value_name = "FEN")]
        available: Option<u64>,
        /// A scene whose product is not opened, such as NATIVE; may be repeated   未开通的产品，可重复
        #[arg(long = "closed", value_name = "SCENE")]
        closed_scenes: Vec<String>,
        /// Its own certificate, PEM   自己的商户证书
        #[arg(long, value_name = "FILE")]
        certificate: Option<PathBuf>,
        /// Its own private key, PKCS#8 in PEM   自己的商户私钥
        #[arg(long, value_name = "FILE")]
        private_key: Option<PathBuf>,
        /// Write what its client needs as KEY=value lines   把客户端所需写成 KEY=value
        #[arg(long, value_name = "FILE")]
        write_env: Option<PathBuf>,
    },
    #[command(about = "Write what a merchant's client needs   写出某商户客户端所需")]
    Env {
        /// Its number   商户号
        mchid: String,
        /// Where to   写到哪里
        #[arg(long, value_name = "FILE")]
        write_env: PathBuf,
    },
    #[command(about = "Remove a merchant without orders   移除没有订单的商户")]
    Remove {
        /// Its number   商户号
        mchid: String,
    },
    #[command(about = "Put money into an account, in fen   充值（分）")]
    TopUp {
        /// Its number   商户号
        mchid: String,
        /// Fen   分
        amount_fen: u64,
        /// Which account   哪个账户
        #[arg(long, value_enum, default_value = "operation")]
        account: Account,
    },
    #[command(about = "Take money out of the balance to its bank, in fen   提现（分）")]
    Withdraw {
        /// Its number   商户号
        mchid: String,
        /// Fen   分
        amount_fen: u64,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Account {
    Basic,
    Operation,
    Fees,
}

impl Account {
    const fn word(self) -> &'static str {
        match self {
            Self::Basic => "BASIC",
            Self::Operation => "OPERATION",
            Self::Fees => "FEES",
        }
    }
}

pub(super) async fn call(control: &Control, args: &MerchantArgs) -> Result<Value, CliError> {
    let path = |mchid: &str, rest: &str| format!("merchants/{}{rest}", control::escaped(mchid));
    match &args.command {
        None => control.get("merchants").await,
        Some(MerchantCommand::Add {
            mchid,
            name,
            appids,
            providers,
            may_onboard,
            available,
            closed_scenes,
            certificate,
            private_key,
            write_env,
        }) => {
            let apps: Vec<_> = appids.iter().map(|appid| json!({ "appid": appid })).collect();
            let mut body = json!({ "apps": apps, "providers": providers, "provider": may_onboard });
            body["available_fen"] = json!(available.unwrap_or(0));
            if !closed_scenes.is_empty() {
                body["standing"] = json!({ "closed_scenes": closed_scenes });
            }
            for (member, text) in [("mchid", mchid), ("name", name)] {
                if let Some(text) = text {
                    body[member] = json!(text);
                }
            }
            for (member, file) in [("certificate_pem", certificate), ("private_key_pem", private_key)] {
                if let Some(file) = file {
                    let text = std::fs::read_to_string(file);
                    body[member] =
                        json!(text.map_err(|error| CliError::system(&file.display().to_string(), &error))?);
                }
            }
            let added = control.post("merchants", &body).await?;
            if let Some(file) = write_env {
                let mchid = added["mchid"].as_str().unwrap_or_default();
                write(control.get(&path(mchid, "/env")).await?, file)?;
            }
            Ok(added)
        }
        Some(MerchantCommand::Env { mchid, write_env }) => {
            write(control.get(&path(mchid, "/env")).await?, write_env)?;
            Ok(json!({ "mchid": mchid, "written": write_env }))
        }
        Some(MerchantCommand::Remove { mchid }) => control.delete(&path(mchid, "")).await,
        Some(MerchantCommand::TopUp { mchid, amount_fen, account }) => {
            let body = json!({ "amount_fen": amount_fen, "account": account.word() });
            control.post(&path(mchid, "/top-up"), &body).await
        }
        Some(MerchantCommand::Withdraw { mchid, amount_fen }) => {
            control.post(&path(mchid, "/withdraw"), &json!({ "amount_fen": amount_fen })).await
        }
    }
}

fn write(env: Value, path: &std::path::Path) -> Result<(), CliError> {
    let file: EnvFile = read(&env)?;
    file.write(path).map_err(|error| CliError::system(&path.display().to_string(), &error))
}

#[derive(Deserialize)]
struct Merchant {
    mchid: String,
    name: String,
    apps: Vec<String>,
    providers: Vec<String>,
    is_provider: bool,
    onboarded: bool,
    keys: String,
    books: Books,
}

#[derive(Deserialize)]
struct Books {
    available_fen: i64,
    frozen_fen: i64,
    payments: u64,
}

#[derive(Deserialize)]
struct Merchants {
    merchants: Vec<Merchant>,
}

pub(super) fn told(args: &MerchantArgs, answer: &Value, lang: Lang) -> Result<String, CliError> {
    match &args.command {
        None => read(answer).map(|list: Merchants| rows(&list.merchants, lang)),
        Some(MerchantCommand::Add { write_env, .. }) => read(answer).map(|merchant: Merchant| {
            let mut text = rows(std::slice::from_ref(&merchant), lang);
            if let Some(path) = write_env {
                text += &written(path, lang);
            }
            text
        }),
        Some(MerchantCommand::Env { write_env, .. }) => Ok(written(write_env, lang)),
        Some(MerchantCommand::Remove { mchid }) => Ok(match lang {
            Lang::Zh => format!("已移除 {}\n", plain(mchid)),
            Lang::En => format!("removed {}\n", plain(mchid)),
        }),
        Some(MerchantCommand::TopUp { mchid, .. } | MerchantCommand::Withdraw { mchid, .. }) => {
            let books: Books = read(&answer["merchants"][mchid])?;
            Ok(match lang {
                Lang::Zh => format!("{} 可用余额 {} 分\n", plain(mchid), books.available_fen),
                Lang::En => format!("{} has {} fen available\n", plain(mchid), books.available_fen),
            })
        }
    }
}

fn written(path: &std::path::Path, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("客户端所需已写入 {}\n", path.display()),
        Lang::En => format!("what its client needs is in {}\n", path.display()),
    }
}

fn rows(merchants: &[Merchant], lang: Lang) -> String {
    let head = match lang {
        Lang::Zh => ["商户号", "名称", "角色", "appid", "密钥", "可用（分）", "冻结（分）", "笔数"],
        Lang::En => {
            ["mchid", "name", "role", "appids", "keys", "available (fen)", "frozen (fen)", "payments"]
        }
    };
    let row = |it: &Merchant| {
        let role = match (it.onboarded, it.is_provider, it.providers.is_empty()) {
            (true, _, _) => format!("{} {}", lang.pick("进件", "onboarded by"), it.providers.join(" ")),
            (false, _, false) => format!("{} {}", lang.pick("特约商户", "sub of"), it.providers.join(" ")),
            (false, true, true) => lang.pick("服务商", "provider").to_owned(),
            (false, false, true) => lang.pick("直连商户", "direct").to_owned(),
        };
        vec![
            it.mchid.clone(),
            it.name.clone(),
            role,
            it.apps.join(" "),
            it.keys.clone(),
            it.books.available_fen.to_string(),
            it.books.frozen_fen.to_string(),
            it.books.payments.to_string(),
        ]
    };
    table(&head, &merchants.iter().map(row).collect::<Vec<_>>())
}
