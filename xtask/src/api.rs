//! `cargo xtask api`: the public face of the SDK beside the one on record, and what a change means for its
//! version.
//!
//! `crates/tongbao-sdk/public-api.txt` has a line for each public item of `tongbao-sdk` and `tongbao-wire`.
//! A new line is a minor change; a line that is gone or changed breaks somebody's build.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::arguments::Arguments;
use crate::process::cargo;
use crate::{Complaint, place, tools};

/// The crates a user of the SDK names.
const CRATES: [&str; 2] = ["tongbao-wire", "tongbao-sdk"];

pub(crate) fn from_arguments(mut arguments: Arguments) -> Result<(), Complaint> {
    let (accept, breaking) = (arguments.flag("--accept"), arguments.flag("--breaking"));
    arguments.end()?;
    if !accept {
        return check();
    }
    let (recorded, today) = (recorded(), today()?);
    let change = Change::between(&recorded, &today);
    if !change.gone.is_empty() && !breaking && recorded.first() == today.first() {
        return Err(format!(
            "{change}\nThis breaks users. Raise the version in Cargo.toml, or, before the first release, \
             accept it with `cargo xtask api --accept --breaking`"
        ));
    }
    let text = today.join("\n") + "\n";
    fs::write(file(), text).map_err(|error| format!("{} cannot be written: {error}", file().display()))?;
    println!("{change}\nis on record now");
    Ok(())
}

/// Fails when the public face differs from the one on record.
pub(crate) fn check() -> Result<(), Complaint> {
    let change = Change::between(&recorded(), &today()?);
    match change.is_none() {
        true => Ok(()),
        false => Err(format!(
            "the public API is not the one in {}:\n{change}\n`cargo xtask api --accept` puts it on record",
            file().display()
        )),
    }
}

fn file() -> PathBuf {
    place::root().join("crates/tongbao-sdk/public-api.txt")
}

fn recorded() -> Vec<String> {
    fs::read_to_string(file()).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// The first line names the version, the others an item each.
fn today() -> Result<Vec<String>, Complaint> {
    tools::public_api()?;
    let mut lines = vec![format!("version {}", env!("CARGO_PKG_VERSION"))];
    for name in CRATES {
        // The description of a crate as data is not stable yet; this toolchain gives it all the same.
        cargo(&format!("rustdoc --locked -p {name} --lib --all-features --"))
            .words("-Z unstable-options --output-format json --cap-lints allow")
            .set("RUSTC_BOOTSTRAP", "1")
            .run()?;
        let description = place::target().join("doc").join(format!("{}.json", name.replace('-', "_")));
        // Without blanket, automatic and derived implementations: those follow from the items.
        lines.extend(cargo("public-api -sss --rustdoc-json").word(description).heard_quietly()?);
    }
    Ok(lines)
}

/// How two faces differ.
struct Change {
    new: Vec<String>,
    gone: Vec<String>,
}

impl Change {
    fn between(old: &[String], new: &[String]) -> Self {
        let items = |lines: &[String]| lines.iter().skip(1).cloned().collect::<BTreeSet<_>>();
        let (old, new) = (items(old), items(new));
        Self { new: new.difference(&old).cloned().collect(), gone: old.difference(&new).cloned().collect() }
    }

    fn is_none(&self) -> bool {
        self.new.is_empty() && self.gone.is_empty()
    }
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.gone.iter().map(|line| ('-', line)).chain(self.new.iter().map(|line| ('+', line)));
        for (sign, line) in shown.take(SHOWN_MAX) {
            writeln!(f, "{sign} {line}")?;
        }
        write!(f, "{} lines gone, {} new", self.gone.len(), self.new.len())
    }
}

/// More than this nobody reads on a screen.
const SHOWN_MAX: usize = 60;

#[cfg(test)]
mod tests {
    use super::Change;

    #[test]
    fn lines_that_went_and_lines_that_came_are_told_apart() {
        let face = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let change = Change::between(
            &face(&["version 1", "pub fn a()", "pub fn b()"]),
            &face(&["version 2", "pub fn b()", "pub fn c()"]),
        );
        assert_eq!((change.gone, change.new), (face(&["pub fn a()"]), face(&["pub fn c()"])));
    }
}
