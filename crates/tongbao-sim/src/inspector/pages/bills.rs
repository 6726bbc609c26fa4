//! Bills of a day, to be read here or saved.

use askama::Template;
use axum::extract::State as Shared;
use axum::response::Response;
use serde::Deserialize;
use tongbao_wire::{BillDate, Mchid};

use super::frame::{Frame, query};
use super::html;
use crate::control::Asked;
use crate::{BillKind, Simulator};

#[derive(Template)]
#[template(path = "inspector/bills.html")]
struct Page<'a> {
    f: &'a Frame,
    merchants: Vec<String>,
    merchant: String,
    date: String,
    /// The last day there can be a bill of.
    latest: String,
    kinds: Vec<Choice>,
    /// Head and rows.
    table: Vec<Vec<String>>,
    more: usize,
    /// Why there is no bill.
    refused: String,
    file: String,
}

struct Choice {
    word: &'static str,
    name: &'static str,
    chosen: bool,
}

#[derive(Deserialize)]
pub(super) struct Query {
    #[serde(default)]
    merchant: String,
    #[serde(default)]
    date: String,
    #[serde(default, rename = "type")]
    kind: String,
}

pub(super) async fn page(
    Shared(simulator): Shared<Simulator>,
    frame: Frame,
    Asked(asked): Asked<Query>,
) -> Response {
    let merchants: Vec<String> =
        simulator.inner.platform.merchants().iter().map(|it| it.settings.mchid.to_string()).collect();
    let merchant = if asked.merchant.is_empty() { merchants[0].clone() } else { asked.merchant.clone() };
    let yesterday = BillDate::of(simulator.now()).yesterday();
    let day = BillDate::parse(&asked.date).unwrap_or(yesterday);
    let kind = asked.kind.parse().unwrap_or(BillKind::All);
    let mchid = Mchid::parse(&merchant).ok();
    let (table, more, refused) = match simulator.bill_text(mchid.as_ref(), day, kind).await {
        Ok(text) => {
            let rows: Vec<_> = text.lines().map(cells).collect();
            let more = rows.len().saturating_sub(ROWS);
            (rows.into_iter().take(ROWS).collect(), more, String::new())
        }
        Err(why) => (Vec::new(), 0, why.to_string()),
    };
    let word = KINDS.iter().map(|(word, ..)| *word).find(|word| word.parse() == Ok(kind)).unwrap_or("ALL");
    let file = query(&[("mchid", &merchant), ("type", word)]);
    let page = Page {
        merchants,
        merchant,
        date: day.to_string(),
        latest: yesterday.to_string(),
        kinds: KINDS
            .iter()
            .map(|(known, zh, en)| Choice {
                word: known,
                name: if frame.zh { zh } else { en },
                chosen: *known == word,
            })
            .collect(),
        table,
        more,
        refused,
        file: format!("/sim/v1/bills/{day}?{file}"),
        f: &frame,
    };
    html(&page, &frame)
}

/// The cells of a line: the platform puts a backquote before each value, and none before the words of a head.
fn cells(line: &str) -> Vec<String> {
    let line = line.trim_start_matches('\u{feff}').trim_end();
    let separator = if line.starts_with('`') { ",`" } else { "," };
    line.trim_start_matches('`').split(separator).map(str::to_owned).collect()
}

const KINDS: &[(&str, &str, &str)] = &[
    ("ALL", "交易账单：全部", "Trades: all"),
    ("SUCCESS", "交易账单：支付", "Trades: payments"),
    ("REFUND", "交易账单：退款", "Trades: refunds"),
    ("BASIC", "资金账单：基本账户", "Fund flow: basic account"),
    ("OPERATION", "资金账单：运营账户", "Fund flow: operating account"),
    ("FEES", "资金账单：手续费账户", "Fund flow: fee account"),
    ("SHARING", "分账账单", "Profit sharing"),
];
/// Rows shown; a file has them all.
const ROWS: usize = 500;

#[cfg(test)]
mod tests {
    use super::cells;

    #[test]
    fn cells_are_told_apart_though_values_have_commas() {
        assert_eq!(cells("\u{feff}交易时间,公众账号ID\r"), ["交易时间", "公众账号ID"]);
        assert_eq!(cells("`2026-03-01 10:00:00,`wx1,`a,b"), ["2026-03-01 10:00:00", "wx1", "a,b"]);
        assert_eq!(cells(""), [""]);
    }
}
