//! How fast a bill is read, against decompressing it and counting its lines; and that memory does not grow.
//!
//! `cargo bench -p tongbao-sdk --bench bill`. Rounds of the two sides alternate, so that a machine that slows
//! down slows both. Wall time is measured, for `gzip` and `wc` are programs of their own, which may run at
//! the same time; the reader has one thread.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for the terminal")]

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::GzEncoder;
use tongbao_sdk::bill::{BillReader, TradeSums};
use tongbao_wire::{Fen, Timestamp};

/// Rows of the measured bill.
const ROWS: u64 = 1_000_000;
/// Rounds of each side; the median counts.
const ROUNDS: usize = 7;

const TITLES: &str = "\u{feff}交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n";
const SUMMARY_TITLES: &str =
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n";

fn main() {
    memory();
    let directory = std::env::temp_dir();
    let file = directory.join(format!("tongbao-bill-{}.csv.gz", std::process::id()));
    let bytes = generate(&file);
    let packed = std::fs::metadata(&file).unwrap().len();
    println!("a bill of {ROWS} rows: {} MB, {} MB compressed", bytes / 1_000_000, packed / 1_000_000);
    speed(&file, bytes);
    std::fs::remove_file(&file).unwrap();
}

/// Runs both sides in turns.
fn speed(file: &Path, bytes: u64) {
    let mut ratios = Vec::new();
    for round in 0..=ROUNDS {
        let (counted, ours) = timed(|| read(BufReader::new(File::open(file).unwrap())));
        assert_eq!(counted, ROWS);
        let (counted, theirs) = timed(|| gzip_and_wc(file));
        assert_eq!(counted, ROWS + 3);
        let ratio = theirs * 1000 / ours;
        // The first round warms the cache of the disk.
        if round > 0 {
            let (rows, megabytes) = (ROWS * 1000 / ours, bytes / 1000 / ours);
            println!(
                "round {round}: bill {ours} ms ({rows} rows/s, {megabytes} MB/s), gzip -dc | wc -l {theirs} ms, ratio {}",
                thousandths(ratio)
            );
            ratios.push(ratio);
        }
    }
    ratios.sort_unstable();
    let ratio = thousandths(ratios[ratios.len() / 2]);
    println!("ratio bill parsing / gzip -dc | wc -l = {ratio} (goal 0.50)");
}

/// Every row typed, added up, and compared with the summary.
fn read(bill: impl BufRead) -> u64 {
    let mut reader = BillReader::open(bill).unwrap();
    let mut sums = TradeSums::default();
    while let Some(row) = reader.next_row().unwrap() {
        sums.add(&row.trade().unwrap());
    }
    let summary = reader.summary().unwrap().trade().unwrap();
    assert_eq!(sums.differences(&summary), []);
    reader.rows()
}

fn gzip_and_wc(file: &Path) -> u64 {
    let command = format!("gzip -dc '{}' | wc -l", file.display());
    let output = Command::new("sh").args(["-c", &command]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

/// Reads ever larger bills that are nowhere, and shows the most memory the process has had.
fn memory() {
    for exponent in 4..=7 {
        let rows = 10_u64.pow(exponent);
        let (read, millis) = timed(|| read(BufReader::new(Stream::new(rows))));
        assert_eq!(read, rows);
        let (peak, speed) = (peak_memory(), rows * 1000 / millis);
        println!(
            "memory after a bill of 10^{exponent} rows: VmHWM {peak} kB ({speed} rows/s, not compressed)"
        );
    }
}

/// The most memory this process has had, in kB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok()).unwrap_or(0)
}

/// A bill of any length: its titles, the same thousand rows again and again, its summary.
struct Stream {
    block: String,
    rows_left: u64,
    part: String,
    given: usize,
    ended: bool,
    rows: u64,
    totals: Totals,
}

impl Stream {
    const BLOCK: u64 = 1000;

    fn new(rows: u64) -> Self {
        let (mut block, mut totals) = (String::new(), Totals::default());
        let mut chance = Chance(1);
        for number in 0..Self::BLOCK {
            totals.add(write_row(&mut block, number, &mut chance));
        }
        Self { block, rows_left: rows, part: TITLES.into(), given: 0, ended: false, rows, totals }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.part.len() {
            self.given = 0;
            self.part.clear();
            if self.rows_left > 0 {
                self.rows_left -= Self::BLOCK;
                self.part.push_str(&self.block);
            } else if !self.ended {
                self.ended = true;
                self.totals.times(self.rows / Self::BLOCK).write(&mut self.part);
            }
        }
        let read = (&self.part.as_bytes()[self.given..]).read(buffer)?;
        self.given += read;
        Ok(read)
    }
}

/// Writes the measured bill, compressed, and says how long it is uncompressed.
fn generate(file: &PathBuf) -> u64 {
    let mut output = GzEncoder::new(BufWriter::new(File::create(file).unwrap()), Compression::default());
    let (mut text, mut totals, mut bytes) = (String::from(TITLES), Totals::default(), 0);
    let mut chance = Chance(42);
    for number in 0..ROWS {
        totals.add(write_row(&mut text, number, &mut chance));
        if text.len() > 1 << 20 {
            bytes += text.len();
            output.write_all(text.as_bytes()).unwrap();
            text.clear();
        }
    }
    totals.write(&mut text);
    bytes += text.len();
    output.write_all(text.as_bytes()).unwrap();
    output.finish().unwrap().flush().unwrap();
    bytes.try_into().unwrap()
}

/// What the rows add up to: how many, fen of payments, fen of refunds, fen of fees.
#[derive(Clone, Copy, Default)]
struct Totals {
    count: u64,
    paid: i64,
    refunded: i64,
    fees: i64,
}

impl Totals {
    fn add(&mut self, row: Totals) {
        self.count += row.count;
        self.paid += row.paid;
        self.refunded += row.refunded;
        self.fees += row.fees;
    }

    fn times(self, times: u64) -> Self {
        let factor = i64::try_from(times).unwrap();
        Self {
            count: self.count * times,
            paid: self.paid * factor,
            refunded: self.refunded * factor,
            fees: self.fees * factor,
        }
    }

    fn write(self, text: &mut String) {
        let (count, paid, refunded, fees) =
            (self.count, Fen::new(self.paid), Fen::new(self.refunded), Fen::new(self.fees));
        write!(text, "{SUMMARY_TITLES}`{count},`{paid},`{refunded},`0.00,`{fees}000,`{paid},`{refunded}\r\n")
            .unwrap();
    }
}

/// One row in twenty is a refund.
fn write_row(text: &mut String, number: u64, chance: &mut Chance) -> Totals {
    let time = Timestamp::from_seconds(1_772_294_400 + i64::try_from(number / 12).unwrap()).civil();
    let (openid, serial) = (chance.letters(28), chance.next() % 10_000_000_000);
    let fen = i64::try_from(chance.next() % 100_000 + 1).unwrap();
    let (amount, fees) = (Fen::new(fen), fen * 6 / 1000);
    let fee = Fen::new(fees);
    let goods = ["龙井 250g", "一壶茶, 两只杯子", "Image形象店-深圳腾大-QQ公仔", "会员充值"]
        [usize::try_from(chance.next() % 4).unwrap()];
    let bank =
        ["OTHERS", "CMB_DEBIT", "ICBC_DEBIT", "CCB_CREDIT"][usize::try_from(chance.next() % 4).unwrap()];
    let kind = ["JSAPI", "NATIVE", "APP", "MWEB"][usize::try_from(chance.next() % 4).unwrap()];
    write!(text, "`{time},`wx00000000000000aa,`1900000001,`0,`,`4200002{serial:010}20260301{number:07},`T20260301{number:012},`{openid},`{kind},`").unwrap();
    if number % 20 == 19 {
        write!(text, "REFUND,`{bank},`CNY,`0.00,`0.00,`5030270{serial:010}2026030100{number:07},`R20260301{number:012},`{amount},`0.00,`ORIGINAL,`SUCCESS,`{goods},`{{\"shop\":{serial}}},`-{fee}000,`0.60%,`0.00,`{amount},`\r\n").unwrap();
        Totals { count: 1, paid: 0, refunded: fen, fees: -fees }
    } else {
        write!(text, "SUCCESS,`{bank},`CNY,`{amount},`0.00,`0,`0,`0.00,`0.00,`,`,`{goods},`{{\"shop\":{serial}}},`{fee}000,`0.60%,`{amount},`0.00,`\r\n").unwrap();
        Totals { count: 1, paid: fen, refunded: 0, fees }
    }
}

/// The same numbers in every run (xorshift).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn letters(&mut self, count: usize) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        (0..count).map(|_| char::from(LETTERS[usize::try_from(self.next() % 64).unwrap()])).collect()
    }
}

/// The result and how many milliseconds it took.
fn timed<T>(run: impl FnOnce() -> T) -> (T, u64) {
    #[allow(clippy::disallowed_methods, reason = "measuring is about real time")]
    let start = std::time::Instant::now();
    let result = run();
    let millis = u64::try_from(start.elapsed().as_millis()).unwrap();
    (result, millis.max(1))
}

fn thousandths(number: u64) -> String {
    format!("{}.{:03}", number / 1000, number % 1000)
}
