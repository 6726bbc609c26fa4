//! Any bill that is written is read again; any bytes are read or refused.

use std::fmt::Write;

use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use tongbao_sdk::bill::{BillReader, Fee, TradeEvent, TradeSums};
use tongbao_wire::{Fen, Timestamp};

use super::{cells, fixture, gzipped};

/// What is written of a row, and must be read again.
#[derive(Clone, Debug)]
struct Written {
    seconds: i64,
    number: u32,
    refund: Option<i64>,
    total: i64,
    fee: i64,
    goods_name: String,
}

fn written() -> impl Strategy<Value = Written> {
    let text = "[ -~一-龥]{0,40}";
    (0..2_000_000_000_i64, any::<u32>(), proptest::option::of(1..100_000_000_i64), 0..100_000_000_i64, text)
        .prop_flat_map(|(seconds, number, refund, total, goods_name)| {
            let written = Written { seconds, number, refund, total, fee: 0, goods_name };
            (Just(written), -10_000_000..10_000_000_i64).prop_map(|(written, fee)| Written { fee, ..written })
        })
        // The one text the format cannot hold.
        .prop_filter("holds a separator", |written| !written.goods_name.contains(",`"))
}

/// Today's columns, in an order of their own.
const TITLES: &str = "交易状态,商品名称,交易时间,微信订单号,商户订单号,商户号,手续费,订单金额,微信退款单号,商户退款单号,退款金额,申请退款金额";

fn bill(rows: &[Written], line_end: &str) -> String {
    let mut text = format!("{TITLES}{line_end}");
    let (mut fees, mut totals, mut refunds) = (0, 0, 0);
    for row in rows {
        let Written { number, fee, goods_name, .. } = row;
        let time = Timestamp::from_seconds(row.seconds).civil();
        let (total, fee) = (Fen::new(row.total), Fee::from_thousandths_of_fen(*fee));
        let (state, refund) =
            (if row.refund.is_some() { "REFUND" } else { "SUCCESS" }, row.refund.unwrap_or(0));
        let refunded = Fen::new(refund);
        write!(
            text,
            "`{state},`{goods_name},`{time},`42{number},`T{number},`1900000001,`{fee},`{total},`50{number},`R{number},`{refunded},`{refunded}{line_end}"
        )
        .unwrap();
        fees += row.fee;
        totals += row.total;
        refunds += refund;
    }
    let (fees, totals) = (Fee::from_thousandths_of_fen(fees), Fen::new(totals));
    let (count, refunds) = (rows.len(), Fen::new(refunds));
    write!(text, "总交易单数,手续费总金额,订单总金额,退款总金额{line_end}`{count},`{fees},`{totals},`{refunds}{line_end}")
        .unwrap();
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_bill_reads_back_as_it_was_written(
        rows in proptest::collection::vec(written(), 0..60),
        line_end in prop_oneof![Just("\n"), Just("\r\n")],
        compressed: bool,
    ) {
        let text = bill(&rows, line_end);
        let bytes = if compressed { gzipped(text.as_bytes()) } else { text.into_bytes() };
        let mut reader = BillReader::open(&bytes[..]).unwrap();
        let mut sums = TradeSums::default();
        for expected in &rows {
            let row = reader.next_row().unwrap().unwrap().trade().unwrap();
            prop_assert_eq!(row.time, Timestamp::from_seconds(expected.seconds));
            prop_assert_eq!(row.out_trade_no, format!("T{}", expected.number));
            prop_assert_eq!(row.total, Fen::new(expected.total));
            prop_assert_eq!(row.fee, Some(Fee::from_thousandths_of_fen(expected.fee)));
            prop_assert_eq!(row.goods_name.unwrap_or_default(), &expected.goods_name);
            match &row.event {
                TradeEvent::Payment => prop_assert!(expected.refund.is_none()),
                TradeEvent::Refund(refund) => prop_assert_eq!(Some(refund.refund.get()), expected.refund),
                other => panic!("{other:?}"),
            }
            sums.add(&row);
        }
        prop_assert!(reader.next_row().unwrap().is_none());
        let summary = reader.summary().unwrap().trade().unwrap();
        prop_assert_eq!(sums.differences(&summary), vec![]);
    }

    #[test]
    fn damaged_bills_are_read_or_refused(
        name in proptest::sample::select(vec!["all.csv", "refund.csv", "fund_flow.csv", "legacy_all.csv"]),
        compressed: bool,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..8),
        length in any::<proptest::sample::Index>(),
        cut: bool,
    ) {
        let text = fixture(name);
        let mut bytes = if compressed { gzipped(&text) } else { text };
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cut {
            bytes.truncate(length.index(bytes.len()));
        }
        read_all(&bytes);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>, titles: bool) {
        let bytes = if titles { [TITLES.as_bytes(), b"\n`", &bytes].concat() } else { bytes };
        read_all(&bytes);
    }
}

/// Reads all there is in every way.
fn read_all(bytes: &[u8]) {
    let _ = cells(bytes);
    let Ok(mut reader) = BillReader::open(bytes) else { return };
    while let Ok(Some(row)) = reader.next_row() {
        let _ = (row.trade(), row.fund_flow(), row.get("交易时间"));
    }
    if let Some(summary) = reader.summary() {
        let _ = (summary.trade(), summary.fund_flow(), format!("{summary:?}"));
    }
}
