//! What is wrong with a bill is named: line, column, reason. Nobody's data is repeated.

use std::io::{self, BufReader, Read};

use tongbao_sdk::bill::{
    BillFault, BillFaultReason, BillReader, COLUMNS_MAX, EXCERPT_CHARS_MAX, LINE_BYTES_MAX,
};

use super::{cells, fixture, gzipped};

/// Reads a trade bill, every row typed, and its summary.
fn read(bill: &[u8]) -> Result<(), BillFault> {
    let mut reader = BillReader::open(bill)?;
    while let Some(row) = reader.next_row()? {
        row.trade()?;
    }
    reader.summary().expect("there without a fault").trade().map(drop)
}

/// `all_lf.csv` with one text replaced.
fn changed(from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(fixture("all_lf.csv")).unwrap();
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1).into_bytes()
}

#[test]
fn a_cell_that_cannot_be_read_is_named() {
    assert!(read(&fixture("all_lf.csv")).is_ok());
    for (from, to, message) in [
        (
            "`2026-03-01 10:00:00",
            "`2026-02-30 10:00:00",
            "line 2, 交易时间: is not a time such as 2026-03-01 10:00:00: `2026-02-30`",
        ),
        ("`2026-03-01 10:00:00", "`", "line 2, 交易时间: is empty"),
        ("`1900000001", "`", "line 2, 商户号: is empty"),
        ("`4200000001202603010000000001", "`", "line 2, 微信订单号: is empty"),
        ("`T20260301A", "`", "line 2, 商户订单号: is empty"),
        ("`SUCCESS", "`", "line 2, 交易状态: is empty"),
        ("`1.00,`0.00,`0", "`abc,`0.00,`0", "line 2, 应结订单金额: is not a number: `abc`"),
        ("`0.01000,`0.60%", "`0.010001,`0.60%", "line 2, 手续费: has too many decimals: `0.010001`"),
        ("`0.60%", "`0.60", "line 2, 费率: is not a rate such as 0.60%: `0.60`"),
        ("`1.00,`0.00,`\n", "`1.001,`0.00,`\n", "line 2, 订单金额: has too many decimals: `1.001`"),
        ("`1.00,`0.00,`\n", "`,`0.00,`\n", "line 2, 订单金额: is empty"),
        ("`R20260301A", "`", "line 3, 商户退款单号: is empty"),
        // No amount is not an amount of nothing.
        ("`0.40,`\n", "`,`\n", "line 3, 申请退款金额: is empty"),
        ("`0.40,`0.00,`ORIGINAL", "`,`0.00,`ORIGINAL", "line 3, 退款金额: is empty"),
        ("`0.40,`\n", "`-,`\n", "line 3, 申请退款金额: is not a number: `-`"),
        ("`2,`1.00", "`two,`1.00", "line 5, 总交易单数: is not a number: `two`"),
        ("`2,`1.00", "`2.5,`1.00", "line 5, 总交易单数: has too many decimals: `2.5`"),
    ] {
        assert_eq!(read(&changed(from, to)).unwrap_err().to_string(), message);
    }
}

#[test]
fn a_column_that_is_missing_is_named() {
    for title in ["商户号", "商户订单号", "交易状态", ",订单金额"] {
        let fault = read(&changed(title, &format!("{title}没有"))).unwrap_err();
        let expected = format!("line 2, {}: there is no such column", title.trim_start_matches(','));
        assert_eq!(fault.to_string(), expected);
        assert_eq!(fault.code(), "no_column");
    }
}

#[test]
fn a_bill_that_is_not_whole_is_refused() {
    let whole = String::from_utf8(fixture("all_lf.csv")).unwrap();
    let upto = |lines: usize| whole.lines().take(lines).map(|line| format!("{line}\n")).collect::<String>();
    for (text, code, line) in [
        (upto(1), "no_summary", 1),
        (upto(2), "no_summary", 2),
        (upto(4), "no_summary", 4),
        (upto(2) + "`2026-03-01 11:00:00,`wx", "value_count", 3),
        (whole.clone() + "`1,`2\n", "after_summary", 6),
        (whole.clone() + &whole, "after_summary", 6),
        (whole.replace("`0.60%,`1.00", "`1.00"), "value_count", 2),
        (whole.replace("`0.60%,`1.00", "`0.60%,`0,`1.00"), "value_count", 2),
        (whole.replace("`2,`1.00", "2,`1.00"), "value_count", 5),
        (String::new(), "not_a_bill", 0),
        ("\n\r\n\n".into(), "not_a_bill", 3),
        ("\u{feff}".into(), "not_a_bill", 1),
        ("No Bill Exist".into(), "not_a_bill", 1),
        ("<xml><return_code>FAIL</return_code></xml>".into(), "not_a_bill", 1),
        (r#"{"code":"PARAM_ERROR","message":"a,b"}"#.into(), "not_a_bill", 1),
        ("`1,`2\n".into(), "not_a_bill", 1),
    ] {
        let fault = read(text.as_bytes()).unwrap_err();
        assert_eq!((fault.code(), fault.line), (code, line), "{fault}");
    }
}

#[test]
fn after_a_fault_no_row_comes_and_there_is_no_summary() {
    let bill = changed("`0.60%,`1.00", "`1.00");
    let mut reader = BillReader::open(&bill[..]).unwrap();
    assert!(reader.next_row().is_err());
    assert!(reader.next_row().unwrap().is_none());
    assert!(reader.summary().is_none());
}

#[test]
fn a_fault_repeats_no_more_than_an_excerpt() {
    let person = "身份证号一二三四五六七八九十甲乙丙丁";
    for from in ["`1.00,`0.00,`\n", "`0.60%", "`2026-03-01 10:00:00"] {
        let rest = from.split_once(',').map_or("", |(_, rest)| rest);
        let comma = if rest.is_empty() { "" } else { "," };
        let fault = read(&changed(from, &format!("`{person}{comma}{rest}"))).unwrap_err();
        let shown = format!("{fault} {fault:?}");
        let longest: String = person.chars().take(EXCERPT_CHARS_MAX).collect();
        assert!(shown.contains(&longest), "{shown}");
        assert!(!shown.contains(&person.chars().take(EXCERPT_CHARS_MAX + 1).collect::<String>()), "{shown}");
    }
}

#[test]
fn a_cell_cannot_forge_a_line_of_a_log() {
    let fault = read(&changed("`1.00,`0.00,`\n", "`\u{1b}[2J\u{85}\r\u{7},`0.00,`\n")).unwrap_err();
    assert_eq!(fault.code(), "not_a_number");
    assert!(!fault.to_string().contains(char::is_control), "{fault:?}");
}

#[test]
fn lengths_are_bounded() {
    let long = changed("tea", &"x".repeat(LINE_BYTES_MAX));
    let fault = read(&long).unwrap_err();
    assert_eq!((fault.code(), fault.line), ("line_too_long", 2));
    let endless = BufReader::new(io::repeat(b'x'));
    assert_eq!(BillReader::open(endless).unwrap_err().code(), "line_too_long");
    let almost = changed("tea", &"x".repeat(LINE_BYTES_MAX - 400));
    assert!(read(&almost).is_ok());

    let wide = "a,".repeat(COLUMNS_MAX);
    assert_eq!(cells(wide.as_bytes()).unwrap_err().code(), "too_many_columns");
    let wide = format!("a,b\n{}", "`1,".repeat(COLUMNS_MAX + 1));
    assert_eq!(cells(wide.as_bytes()).unwrap_err().code(), "too_many_columns");
}

#[test]
fn text_that_is_not_utf8_is_refused_with_its_line() {
    let mut bill = fixture("all_lf.csv");
    let at = bill.windows(3).position(|bytes| bytes == b"tea").unwrap();
    bill[at] = 0xff;
    let fault = read(&bill).unwrap_err();
    assert_eq!((fault.code(), fault.line), ("not_utf8", 2));
}

#[test]
fn a_compressed_bill_that_breaks_off_anywhere_is_refused() {
    let compressed = gzipped(&fixture("all.csv"));
    assert!(read(&compressed).is_ok());
    for length in 1..compressed.len() {
        let fault = read(&compressed[..length]).unwrap_err();
        assert_eq!(fault.code(), "gzip_truncated", "{length} of {}: {fault}", compressed.len());
    }
    let mut damaged = compressed.clone();
    let checksum = damaged.len() - 6;
    damaged[checksum] ^= 1;
    assert_eq!(read(&damaged).unwrap_err().code(), "gzip_damaged");
    assert_eq!(read(b"\x1f is not gzip at all").unwrap_err().code(), "gzip_damaged");
}

#[test]
fn a_failing_input_is_named_and_its_cause_is_kept() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let fault = BillReader::open(BufReader::new(Failing)).unwrap_err();
    assert!(matches!(fault.reason, BillFaultReason::Io(_)));
    assert_eq!(fault.to_string(), "the file cannot be read");
    assert_eq!(std::error::Error::source(&fault).unwrap().to_string(), "the disk is gone");
    let bill = fixture("all.csv");
    let halfway = BufReader::with_capacity(64, (&bill[..700]).chain(Failing));
    assert_eq!(cells(halfway).unwrap_err().code(), "io");
}
