//! `cargo xtask bench`: every benchmark, one after the other, alone on the machine.
//!
//! A benchmark compares with its own limit in the same run. Lines that begin with `ratio` or `round`, or name
//! a goal, say so; they are repeated at the end, where they can be read together.

use crate::Complaint;
use crate::arguments::Arguments;
use crate::process::cargo;

/// Package, with the features it needs, and benchmark, in the order they run.
const BENCHES: [(&str, &str); 11] = [
    ("tongbao-sdk", "sign"),
    ("tongbao-sdk", "xml"),
    ("tongbao-sdk", "bill"),
    ("tongbao-store", "group_commit"),
    ("tongbao-sim", "bills"),
    ("tongbao-sim", "load"),
    ("tongbao-sim --features data", "memory"),
    ("tongbao", "create"),
    ("tongbao", "notify"),
    ("tongbao", "simulate"),
    ("tongbao", "size"),
];

pub(crate) fn bench(mut arguments: Arguments) -> Result<(), Complaint> {
    let only = arguments.values("--only")?;
    arguments.end()?;
    if let Some(stranger) = only.iter().find(|name| BENCHES.iter().all(|(_, bench)| bench != name)) {
        let names = BENCHES.map(|(_, bench)| bench).join(", ");
        return Err(format!("there is no benchmark {stranger:?}; there are: {names}"));
    }
    let asked = BENCHES.iter().filter(|(_, bench)| only.is_empty() || only.iter().any(|name| name == bench));
    let mut ratios = Vec::new();
    let mut complaints = Vec::new();
    for (package, bench) in asked {
        match cargo(&format!("bench --locked -p {package} --bench {bench}")).heard() {
            Ok(lines) => {
                let told = lines.iter().map(|line| line.trim()).filter(|line| is_ratio(line));
                ratios.extend(told.map(|line| format!("{bench:<13} {line}")));
            }
            Err(complaint) => complaints.push(complaint),
        }
    }
    println!();
    for line in &ratios {
        println!("{line}");
    }
    match complaints.is_empty() {
        true => Ok(()),
        false => Err(complaints.join("\n")),
    }
}

fn is_ratio(line: &str) -> bool {
    line.starts_with("ratio") || line.starts_with("round") || line.contains("(goal ")
}
