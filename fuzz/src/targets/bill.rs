//! Bills, plain and compressed.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use tongbao_sdk::bill::{BillReader, FundFlowSums, TradeSums};

/// A bill: as it stands, or well compressed, so that what is inside is reached.
pub(crate) fn bill(data: &[u8]) {
    let (mode, data) = data.split_first().unwrap_or((&0, &[]));
    // What begins like a compressed file is taken for one, whatever it is.
    if mode % 2 == 0 || data.first() == Some(&0x1f) {
        read(data);
        return;
    }
    let mut compressed = GzEncoder::new(Vec::new(), Compression::fast());
    compressed.write_all(data).expect("memory takes everything");
    let compressed = compressed.finish().expect("memory takes everything");
    assert_eq!(read(&compressed), read(data), "compression changes nothing");
}

/// Reads every row in every way; how many there were, if the bill was whole.
fn read(data: &[u8]) -> Option<u64> {
    let mut reader = BillReader::open(data).ok()?;
    let (mut trades, mut flows) = (TradeSums::default(), FundFlowSums::default());
    while let Some(row) = reader.next_row().ok()? {
        for (title, text) in row.cells() {
            assert!(title.len() + text.len() <= data.len().max(64 * 1024));
        }
        if let Ok(trade) = row.trade() {
            trades.add(&trade);
        }
        if let Ok(flow) = row.fund_flow() {
            flows.add(&flow);
        }
    }
    let summary = reader.summary();
    if let Some(printed) = summary.and_then(|summary| summary.trade().ok()) {
        std::hint::black_box(trades.differences(&printed));
    }
    if let Some(printed) = summary.and_then(|summary| summary.fund_flow().ok()) {
        std::hint::black_box(flows.differences(&printed));
    }
    Some(reader.rows())
}
