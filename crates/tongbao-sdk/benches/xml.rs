//! What reading a notification of `APIv2` adds to the bare XML reader, as a ratio taken in one run.
//!
//! `cargo bench -p tongbao-sdk --bench xml`. Rounds of the two sides alternate, so that a machine that slows
//! down slows both; the thread's own processor time is measured, so that neighbours do not count.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program for the terminal")]

use quick_xml::Reader;
use quick_xml::events::Event;
use tongbao_sdk::v2::Fields;

/// A payment notification with two coupons: 25 elements.
const NOTIFICATION: &[u8] = include_bytes!("../../tongbao-wire/fixtures/notification/v2_payment.xml");
const ELEMENTS: usize = 25;

/// Rounds of each side; the median counts.
const ROUNDS: usize = 15;
/// Documents a round and side.
const TIMES: u32 = 20_000;

fn main() {
    assert_eq!(Fields::parse(NOTIFICATION).unwrap().len(), ELEMENTS);
    assert_eq!(events(NOTIFICATION), ELEMENTS);
    let mut ratios = Vec::new();
    for round in 0..=ROUNDS {
        let ours = measure(|| Fields::parse(NOTIFICATION).unwrap());
        let bare = measure(|| events(NOTIFICATION));
        // The first round warms caches and tables.
        if round > 0 {
            // Of speeds: how many documents the one reads while the other reads one.
            let ratio = bare * 1000 / ours;
            let times = u64::from(TIMES);
            println!(
                "round {round}: xml decode {} ns, raw quick-xml events {} ns, ratio {}",
                ours / times,
                bare / times,
                thousandths(ratio)
            );
            ratios.push(ratio);
        }
    }
    ratios.sort_unstable();
    println!("ratio xml decode / raw quick-xml events = {}", thousandths(ratios[ratios.len() / 2]));
}

/// Every event of a document, and nothing done with it but counting the elements of text.
fn events(document: &[u8]) -> usize {
    let mut reader = Reader::from_str(std::str::from_utf8(document).unwrap());
    let mut closed: usize = 0;
    loop {
        match reader.read_event().unwrap() {
            // The outermost one is none of them.
            Event::Eof => return closed - 1,
            Event::End(_) => closed += 1,
            event => {
                std::hint::black_box(event);
            }
        }
    }
}

fn thousandths(number: u64) -> String {
    format!("{}.{:03}", number / 1000, number % 1000)
}

fn measure<T>(mut run: impl FnMut() -> T) -> u64 {
    let start = processor_nanos();
    for _ in 0..TIMES {
        std::hint::black_box(run());
    }
    (processor_nanos() - start).max(1)
}

/// Nanoseconds this thread has spent on a processor; wall time where the system does not tell.
fn processor_nanos() -> u64 {
    #[allow(clippy::disallowed_methods, reason = "measuring is about real time")]
    fn wall() -> u64 {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        let start = START.get_or_init(std::time::Instant::now);
        u64::try_from(start.elapsed().as_nanos()).unwrap()
    }
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    told.and_then(|text| text.split(' ').next()?.parse().ok()).unwrap_or_else(wall)
}
