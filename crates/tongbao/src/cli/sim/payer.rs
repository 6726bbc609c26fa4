//! People who pay: what they have, how they behave, what is before them.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use serde::Deserialize;
use serde_json::{Value, json};

use super::control::{self, Control};
use super::{CliError, Order, duration, read};
use crate::cli::table::{plain, table};
use crate::lang::Lang;

/// Who, and what.
#[derive(Args)]
pub(super) struct PayerArgs {
    /// Such as payer-1   付款人
    id: String,
    #[command(subcommand)]
    command: Option<PayerCommand>,
}

#[derive(Subcommand)]
enum PayerCommand {
    #[command(about = "How they behave when it comes to paying   付款时的行为")]
    Mood {
        /// What they do   行为
        mood: MoodWord,
        /// With wrong-password: so many, then the right one   输错几次后输对，不写则直到锁定
        #[arg(long)]
        times: Option<u8>,
        /// With pays-after: such as +2h   多久之后付
        #[arg(long, value_name = "+TIME", value_parser = duration::parse)]
        after: Option<Duration>,
        /// When they act without being told to   何时自己行动
        #[arg(long)]
        acts: Option<ActsWord>,
    },
    #[command(about = "Add virtual money to the balance, in fen   零钱充值（分）")]
    TopUp {
        /// Fen   分
        amount_fen: u64,
    },
    #[command(about = "Set the balance, in fen   设置零钱余额（分）")]
    Balance {
        /// Fen   分
        amount_fen: u64,
    },
    #[command(about = "Add a bank card, or set what it can pay   添加银行卡或设置其余额")]
    Card {
        /// Such as CMB_DEBIT or ICBC_CREDIT   卡
        card: String,
        /// Fen   分
        amount_fen: u64,
    },
    #[command(about = "Take a bank card away   移除银行卡")]
    RemoveCard {
        /// Such as CMB_DEBIT   卡
        card: String,
    },
    #[command(about = "Set the six-digit password   设置支付密码")]
    Password {
        /// Six digits   六位数字
        password: String,
    },
    #[command(about = "Forget wrong passwords   解除锁定")]
    Unlock,
    #[command(about = "Bar the account: refunds cannot arrive   账户异常")]
    Bar,
    #[command(about = "Open the account again   账户恢复正常")]
    Unbar,
    #[command(about = "Show a payment code (付款码)   出示付款码")]
    Code {
        /// Ask for the password whatever the amount   总是验密
        #[arg(long)]
        ask_password: bool,
    },
    #[command(about = "What is before them: orders, cashiers, transfers   等待处理的订单、收银台与转账")]
    Waiting,
    #[command(about = "What they paid and got   账单")]
    History,
    #[command(about = "Confirm a transfer or an authorisation   确认收款或授权")]
    Confirm {
        /// package_info
        package_info: String,
    },
    #[command(about = "Leave the page of a transfer without confirming   不确认，离开收款页")]
    Decline {
        /// package_info
        package_info: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum MoodWord {
    Willing,
    Cancels,
    WrongPassword,
    Insufficient,
    ClosesApp,
    PaysAfter,
    PaysTwice,
    NeverPays,
}

#[derive(Clone, Copy, ValueEnum)]
enum ActsWord {
    ByHand,
    Invoked,
    Ordered,
}

/// The word the API has for one of ours.
fn word(value: impl ValueEnum) -> String {
    let name = value.to_possible_value().map(|value| value.get_name().replace('-', "_"));
    name.unwrap_or_default()
}

pub(super) async fn call(control: &Control, args: &PayerArgs) -> Result<Value, CliError> {
    let path = format!("payers/{}", control::escaped(&args.id));
    let Some(command) = &args.command else { return control.get(&path).await };
    let change = async |body: Value| control.post(&path, &body).await;
    let decide = async |package: &str, decision: &str| {
        let body = json!({ "package_info": package, "decision": decision });
        control.post(&format!("{path}/transfers"), &body).await
    };
    match command {
        PayerCommand::Mood { mood, times, after, acts } => {
            let mut body = json!({ "mood": word(*mood) });
            if let Some(times) = times {
                body["times"] = json!(times);
            }
            if let Some(after) = after {
                body["seconds"] = json!(after.as_secs());
            }
            if let Some(acts) = acts {
                body["acts"] = json!(word(*acts));
            }
            control.post(&format!("{path}/mood"), &body).await
        }
        PayerCommand::TopUp { amount_fen } => change(json!({ "top_up_fen": amount_fen })).await,
        PayerCommand::Balance { amount_fen } => change(json!({ "balance_fen": amount_fen })).await,
        PayerCommand::Card { card, amount_fen } => {
            let body = json!({ "card": card, "balance_fen": amount_fen });
            control.post(&format!("{path}/cards"), &body).await
        }
        PayerCommand::RemoveCard { card } => {
            control.delete(&format!("{path}/cards/{}", control::escaped(card))).await
        }
        PayerCommand::Password { password } => change(json!({ "password": password })).await,
        PayerCommand::Unlock => change(json!({ "locked": false })).await,
        PayerCommand::Bar => change(json!({ "abnormal": true })).await,
        PayerCommand::Unbar => change(json!({ "abnormal": false })).await,
        PayerCommand::Code { ask_password } => {
            let body = json!({ "payer": args.id, "ask_password": ask_password });
            control.post("payment-codes", &body).await
        }
        PayerCommand::Waiting => control.get(&format!("{path}/waiting")).await,
        PayerCommand::History => control.get(&format!("{path}/history")).await,
        PayerCommand::Confirm { package_info } => decide(package_info, "confirm").await,
        PayerCommand::Decline { package_info } => decide(package_info, "decline").await,
    }
}

#[derive(Deserialize)]
struct Payer {
    id: String,
    name: String,
    balance: String,
    #[serde(default)]
    cards_fen: std::collections::BTreeMap<String, i64>,
    mood: String,
    acts: String,
    attempts_left: u8,
    abnormal: bool,
}

#[derive(Deserialize)]
struct Payers {
    payers: Vec<Payer>,
}

pub(super) fn listed(answer: &Value, lang: Lang) -> Result<String, CliError> {
    read(answer).map(|list: Payers| rows(&list.payers, lang))
}

fn rows(payers: &[Payer], lang: Lang) -> String {
    let head = match lang {
        Lang::Zh => ["付款人", "姓名", "零钱", "银行卡（分）", "行为", "何时行动", "状态"],
        Lang::En => ["id", "name", "yuan", "cards (fen)", "mood", "acts", "state"],
    };
    let row = |payer: &Payer| {
        let cards: Vec<_> = payer.cards_fen.iter().map(|(card, fen)| format!("{card} {fen}")).collect();
        let state = match (payer.abnormal, payer.attempts_left) {
            (true, _) => lang.pick("异常", "barred"),
            (false, 0) => lang.pick("已锁定", "locked"),
            (false, _) => lang.pick("正常", "good"),
        };
        vec![
            payer.id.clone(),
            payer.name.clone(),
            payer.balance.clone(),
            if cards.is_empty() { "-".into() } else { cards.join(", ") },
            payer.mood.clone(),
            payer.acts.clone(),
            state.to_owned(),
        ]
    };
    table(&head, &payers.iter().map(row).collect::<Vec<_>>())
}

pub(super) fn told(args: &PayerArgs, answer: &Value, lang: Lang) -> Result<String, CliError> {
    match &args.command {
        Some(PayerCommand::Code { .. }) => Ok(plain(answer["auth_code"].as_str().unwrap_or_default()) + "\n"),
        Some(PayerCommand::History) => Ok(history(answer, lang)),
        Some(PayerCommand::Waiting) => Ok(waiting(answer, lang)),
        Some(PayerCommand::Confirm { .. } | PayerCommand::Decline { .. }) => {
            let one = if answer["transfer"].is_object() { "transfer" } else { "authorization" };
            let state = answer[one]["state"].as_str().unwrap_or_default();
            Ok(plain(&format!("{} {state}", answer["package_info"].as_str().unwrap_or_default())) + "\n")
        }
        None
        | Some(
            PayerCommand::Mood { .. }
            | PayerCommand::TopUp { .. }
            | PayerCommand::Balance { .. }
            | PayerCommand::Card { .. }
            | PayerCommand::RemoveCard { .. }
            | PayerCommand::Password { .. }
            | PayerCommand::Unlock
            | PayerCommand::Bar
            | PayerCommand::Unbar,
        ) => read(answer).map(|payer: Payer| rows(&[payer], lang)),
    }
}

/// What a payer did about an order.
pub(super) fn acted(order: &Order, answer: &Value, lang: Lang) -> String {
    let transaction_id = order.transaction_id.clone().unwrap_or_default();
    let said = match answer["did"].as_str().unwrap_or("paid") {
        "cancelled" => lang.pick("付款人取消了", "The payer cancelled"),
        "left_app" => lang.pick("付款人退出了微信", "The payer left the app"),
        "looks" => lang.pick("付款人没有付", "The payer did not pay"),
        "will_pay" => lang.pick("付款人稍后付", "The payer will pay later"),
        _ => lang.pick("已支付", "Paid"),
    };
    let at = answer["at"].as_str().unwrap_or_default();
    let line = format!("{said} {} ¥{} {transaction_id}{at}", order.out_trade_no, order.total);
    plain(line.trim_end()) + "\n"
}

fn history(answer: &Value, lang: Lang) -> String {
    let lines = listed_in(answer, "history");
    if lines.is_empty() {
        return lang.pick("还没有账单。\n", "Nothing was paid yet.\n").to_owned();
    }
    let head = match lang {
        Lang::Zh => ["时间", "类型", "金额（分）", "商户号", "单号", "商品"],
        Lang::En => ["at", "kind", "fen", "mchid", "number", "what"],
    };
    table(&head, &cells(lines, &["at", "kind", "amount_fen", "mchid", "number", "description"]))
}

fn waiting(answer: &Value, lang: Lang) -> String {
    let mut rows = Vec::new();
    for (list, zh, en) in [
        ("prompts", "等待输入密码", "asks for the password"),
        ("cashiers", "收银台已打开", "cashier open"),
        ("orders", "等待付款", "order"),
        ("open_to_all", "任何人可付", "order for anybody"),
        ("transfers", "等待确认收款", "transfer"),
    ] {
        let found = listed_in(answer, list);
        let told = cells(found, &["merchant", "total_fen", "out_trade_no", "description"]);
        for (row, one) in told.into_iter().zip(found) {
            let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
            let [merchant, total, number, description] = &row[..] else { continue };
            let total = if list == "transfers" { one["amount_fen"].to_string() } else { total.clone() };
            let number = if list == "transfers" { text("package_info") } else { number.clone() };
            let number = if list == "cashiers" { text("session") } else { number };
            let what = if list == "transfers" { text("remark") } else { description.clone() };
            rows.push(vec![lang.pick(zh, en).to_owned(), merchant.clone(), total, number, what]);
        }
    }
    if rows.is_empty() {
        return lang.pick("没有等待处理的事情。\n", "Nothing waits.\n").to_owned();
    }
    let head = match lang {
        Lang::Zh => ["什么", "商户", "金额（分）", "单号", "说明"],
        Lang::En => ["what", "merchant", "fen", "number", "about"],
    };
    table(&head, &rows)
}

fn listed_in<'a>(answer: &'a Value, list: &str) -> &'a [Value] {
    answer[list].as_array().map_or(&[], Vec::as_slice)
}

fn cells(rows: &[Value], members: &[&str]) -> Vec<Vec<String>> {
    let cell = |row: &Value, member: &&str| match &row[*member] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    rows.iter().map(|row| members.iter().map(|member| cell(row, member)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;
    use serde_json::json;
    use tongbao_sim::{Acts, Mood};

    use super::{ActsWord, MoodWord, acted, rows, word};
    use crate::lang::Lang;

    #[test]
    fn every_word_is_one_of_the_simulators() {
        for mood in MoodWord::value_variants() {
            let mut said = json!({ "mood": word(*mood) });
            if matches!(mood, MoodWord::PaysAfter) {
                said["seconds"] = 60.into();
            }
            assert!(serde_json::from_value::<Mood>(said.clone()).is_ok(), "{said}");
        }
        for acts in ActsWord::value_variants() {
            assert!(serde_json::from_value::<Acts>(json!(word(*acts))).is_ok());
        }
    }

    #[test]
    fn a_payer_and_what_they_did_are_told_in_both_languages() {
        let payer = json!({
            "id": "payer-1", "name": "买家一", "balance": "10.00", "cards_fen": {"CMB_DEBIT": 500},
            "mood": "pays_after", "acts": "invoked", "attempts_left": 0, "abnormal": false,
        });
        let payers = [serde_json::from_value(payer).expect("a payer")];
        assert!(rows(&payers, Lang::Zh).contains("已锁定"));
        assert!(rows(&payers, Lang::En).contains("CMB_DEBIT 500"));
        let order = json!({
            "out_trade_no": "T1", "trade_state": "NOTPAY", "total": "1.00", "description": "茶",
            "created_at": "", "did": "will_pay", "at": "2026-03-01T12:00:00+08:00",
        });
        let read = serde_json::from_value(order.clone()).expect("an order");
        let said = acted(&read, &order, Lang::En);
        assert_eq!(said, "The payer will pay later T1 ¥1.00 2026-03-01T12:00:00+08:00\n");
    }
}
