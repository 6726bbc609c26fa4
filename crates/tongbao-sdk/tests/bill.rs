//! Bills read from the fixtures, from made-up rows, and from damaged bytes. Needs no feature.

#![allow(clippy::unwrap_used, reason = "helpers of tests, where a panic is the message")]

#[path = "bill/example.rs"]
mod example;
#[path = "bill/faults.rs"]
mod faults;
#[path = "bill/fixtures.rs"]
mod fixtures;
#[path = "bill/properties.rs"]
mod properties;

use std::io::{BufRead, Write};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use tongbao_sdk::bill::{BillFault, BillReader};

/// A bill of the fixtures.
fn fixture(name: &str) -> Vec<u8> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tongbao-wire/fixtures/bill").join(name);
    std::fs::read(file).unwrap()
}

/// The same compressed.
fn gzipped(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Everything in a bill: the titles, the rows, and the summary's titles and totals.
fn cells(bill: impl BufRead) -> Result<Vec<Vec<String>>, BillFault> {
    let mut reader = BillReader::open(bill)?;
    let mut lines = vec![reader.titles().map(str::to_owned).collect::<Vec<_>>()];
    while let Some(row) = reader.next_row()? {
        lines.push(row.cells().map(|(_, text)| text.to_owned()).collect());
    }
    if let Some(summary) = reader.summary() {
        let (titles, totals): (Vec<_>, Vec<_>) =
            summary.row().cells().map(|(title, text)| (title.to_owned(), text.to_owned())).unzip();
        lines.extend([titles, totals]);
    }
    Ok(lines)
}
