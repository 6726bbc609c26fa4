//! Turns a bill into plain CSV with amounts in fen.
//!
//! `cargo run -p tongbao-sdk --example bill_to_csv -- FILE > FILE.csv`, where FILE is a trade bill or a
//! fund-flow bill, plain or compressed. Without FILE it shows a bill of the fixtures.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};

use tongbao_sdk::bill::{BillReader, FlowDirection, FundFlowRow, FundFlowSums, Row, TradeRow, TradeSums};

type AnyError = Box<dyn std::error::Error>;

fn main() -> Result<(), AnyError> {
    let output = BufWriter::new(io::stdout().lock());
    match std::env::args().nth(1) {
        Some(file) => convert(BufReader::new(File::open(file)?), output),
        None => convert(&include_bytes!("../../tongbao-wire/fixtures/bill/all.csv")[..], output),
    }
}

/// Writes each row of `bill` as a line, and fails when the rows do not add up to the bill's summary.
pub(crate) fn convert(bill: impl BufRead, mut output: impl Write) -> Result<(), AnyError> {
    let mut reader = BillReader::open(bill)?;
    let trade = reader.kind().is_trade();
    writeln!(output, "{}", if trade { TRADE_TITLES } else { FUND_FLOW_TITLES })?;
    let (mut trade_sums, mut fund_flow_sums) = (TradeSums::default(), FundFlowSums::default());
    while let Some(row) = reader.next_row()? {
        if trade {
            write_trade(&row, &mut trade_sums, &mut output)?;
        } else {
            write_fund_flow(&row, &mut fund_flow_sums, &mut output)?;
        }
    }
    output.flush()?;
    let summary = reader.summary().ok_or("the bill has no summary")?;
    let differences = if trade {
        trade_sums.differences(&summary.trade()?)
    } else {
        fund_flow_sums.differences(&summary.fund_flow()?)
    };
    match differences.first() {
        None => Ok(()),
        Some(difference) => Err(difference.to_string().into()),
    }
}

fn write_trade(row: &Row<'_>, sums: &mut TradeSums, output: &mut impl Write) -> Result<(), AnyError> {
    let state = row.get("交易状态").unwrap_or_default();
    let row = row.trade()?;
    sums.add(&row);
    let TradeRow { transaction_id, out_trade_no, .. } = row;
    let (time, total, fee) =
        (row.time.rfc3339(), row.total.get(), row.fee.unwrap_or_default().rounded_fen().get());
    let (out_refund_no, refund) = match row.refund() {
        Some(refund) => (refund.out_refund_no.unwrap_or_default(), refund.refund.get()),
        None => ("", 0),
    };
    let goods = quoted(row.goods_name.unwrap_or_default());
    writeln!(
        output,
        "{time},{state},{transaction_id},{out_trade_no},{out_refund_no},{total},{refund},{fee},{goods}"
    )?;
    Ok(())
}

fn write_fund_flow(row: &Row<'_>, sums: &mut FundFlowSums, output: &mut impl Write) -> Result<(), AnyError> {
    let row = row.fund_flow()?;
    sums.add(&row);
    let FundFlowRow { flow_no, amount, balance, .. } = row;
    let amount = match row.direction {
        FlowDirection::Expense => -amount.get(),
        FlowDirection::Income | FlowDirection::Other(_) => amount.get(),
    };
    let (time, balance) = (row.time.rfc3339(), balance.get());
    let (business_no, voucher_no) = (row.business_no.unwrap_or_default(), row.voucher_no.unwrap_or_default());
    let kind = quoted(row.business_type.unwrap_or_default());
    writeln!(output, "{time},{flow_no},{kind},{business_no},{voucher_no},{amount},{balance}")?;
    Ok(())
}

/// As RFC 4180 wants it.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

const TRADE_TITLES: &str =
    "time,state,transaction_id,out_trade_no,out_refund_no,total_fen,refund_fen,fee_fen,goods_name";
const FUND_FLOW_TITLES: &str = "time,flow_no,business_type,business_no,voucher_no,amount_fen,balance_fen";
