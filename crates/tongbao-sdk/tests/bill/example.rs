//! The example program.

#[allow(dead_code, unreachable_pub, reason = "its main is not called here")]
#[path = "../../examples/bill_to_csv.rs"]
mod bill_to_csv;

use super::{fixture, gzipped};

fn converted(bill: &[u8]) -> String {
    let mut output = Vec::new();
    bill_to_csv::convert(bill, &mut output).unwrap();
    String::from_utf8(output).unwrap()
}

#[test]
fn the_example_writes_amounts_in_fen_and_quotes_texts() {
    let csv = converted(&gzipped(&fixture("all.csv")));
    let lines: Vec<_> = csv.lines().collect();
    assert_eq!(lines.len(), 5);
    assert_eq!(
        lines[1],
        r#"2026-03-01T10:00:00+08:00,SUCCESS,4200000001202603010000000001,T20260301A,,2990,0,18,"龙井, 明前 ""特级"", 250g""#
    );
    assert_eq!(
        lines[3],
        r#"2026-03-01T11:00:00+08:00,REFUND,4200000001202603010000000001,T20260301A,R20260301A@1,0,990,-6,"龙井, 明前 ""特级"", 250g""#
    );
}

#[test]
fn the_example_reads_fund_flow_too() {
    let csv = converted(&fixture("fund_flow.csv"));
    assert_eq!(
        csv.lines().nth(2),
        Some(
            "2026-03-01T10:00:00+08:00,1900009231202603010000000002,\"扣除交易手续费\",4200000001202603010000000001,T20260301A,-18,12972"
        )
    );
}

#[test]
fn the_example_fails_when_the_rows_do_not_add_up() {
    let text = String::from_utf8(fixture("all.csv")).unwrap().replace("`129.90", "`129.91");
    let error = bill_to_csv::convert(text.as_bytes(), std::io::sink()).unwrap_err();
    assert_eq!(error.to_string(), "订单总金额: the bill says 129.91, its rows add up to 129.90");
}
