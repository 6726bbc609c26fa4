//! Refunds of a running simulator, and what becomes of them.

use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::{Value, json};

use super::control::{self, Control};
use super::{CliError, read};
use crate::cli::table::{plain, table};
use crate::lang::Lang;

/// Which, and how it is to end; the list, when nothing is said.
#[derive(Args)]
pub(super) struct RefundArgs {
    /// The merchant's number of a refund   商户退款单号
    #[arg(requires = "outcome")]
    out_refund_no: Option<String>,
    /// How it is to end   退款结果
    #[arg(value_enum, ignore_case = true)]
    outcome: Option<Outcome>,
    /// Whose; may be left out while only one has the number   商户号
    #[arg(long, value_name = "MCHID")]
    merchant: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Outcome {
    Success,
    Closed,
    Abnormal,
}

pub(super) async fn call(control: &Control, args: &RefundArgs) -> Result<Value, CliError> {
    let (Some(number), Some(outcome)) = (&args.out_refund_no, args.outcome) else {
        return control.get("refunds").await;
    };
    let status = match outcome {
        Outcome::Success => "SUCCESS",
        Outcome::Closed => "CLOSED",
        Outcome::Abnormal => "ABNORMAL",
    };
    let path = format!("refunds/{}/outcome", control::escaped(number));
    control.post(&path, &json!({ "status": status, "mchid": args.merchant })).await
}

#[derive(Deserialize)]
struct Refund {
    #[serde(default)]
    mchid: String,
    out_refund_no: String,
    out_trade_no: String,
    status: String,
    amount: Amount,
    create_time: String,
    #[serde(default)]
    success_time: Option<String>,
}

#[derive(Deserialize)]
struct Amount {
    refund: i64,
}

#[derive(Deserialize)]
struct Refunds {
    refunds: Vec<Refund>,
}

pub(super) fn told(args: &RefundArgs, answer: &Value, lang: Lang) -> Result<String, CliError> {
    if args.out_refund_no.is_some() {
        let refund: Refund = read(answer)?;
        return Ok(
            plain(&format!("{} {} {}", refund.out_refund_no, refund.status, refund.out_trade_no)) + "\n"
        );
    }
    read(answer).map(|list: Refunds| rows(&list.refunds, lang))
}

fn rows(refunds: &[Refund], lang: Lang) -> String {
    if refunds.is_empty() {
        return lang.pick("还没有退款。\n", "There is no refund yet.\n").to_owned();
    }
    let head = match lang {
        Lang::Zh => ["商户退款单号", "状态", "退款（分）", "商户订单号", "商户号", "受理时间", "到账时间"],
        Lang::En => ["out_refund_no", "state", "fen", "out_trade_no", "mchid", "created", "arrived"],
    };
    let row = |it: &Refund| {
        vec![
            it.out_refund_no.clone(),
            it.status.clone(),
            it.amount.refund.to_string(),
            it.out_trade_no.clone(),
            it.mchid.clone(),
            it.create_time.clone(),
            it.success_time.clone().unwrap_or_else(|| "-".to_owned()),
        ]
    };
    table(&head, &refunds.iter().map(row).collect::<Vec<_>>())
}
