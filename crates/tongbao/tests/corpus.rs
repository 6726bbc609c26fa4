//! The inputs the fuzzers are given to begin with, and those that once were a fault: read in every run, by the
//! same functions (`fuzz/src/`).

#[path = "../../../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "the fuzzers see it from outside")]
mod fuzz;

use std::fs;
use std::path::Path;

#[test]
fn what_the_fuzzers_begin_with_is_read_within_bounds() {
    for (name, _) in fuzz::TARGETS {
        let read = fuzz::target(name);
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
        let entries =
            fs::read_dir(&directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
        let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        assert!(!files.is_empty(), "{name} has inputs");
        for file in files {
            let data = fs::read(&file).expect("a file");
            read(&data);
            // Cut anywhere, it is no less bounded.
            for end in [data.len() / 2, data.len().saturating_sub(1)] {
                read(&data[..end]);
            }
        }
    }
}
