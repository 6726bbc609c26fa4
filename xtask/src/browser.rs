//! The browser test's own needs: Chromium, fonts with Chinese letters, and the driver from npm.

use std::path::PathBuf;

use crate::process::program;
use crate::{Complaint, place, tools};

/// Where Chromium is found when `$CHROMIUM` does not say; the same places `e2e/browser.mjs` looks at.
const PLACES: [&str; 5] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Clicks through the demo in a real browser.
pub(crate) fn test() -> Result<(), Complaint> {
    tools::node()?;
    packages()?;
    let e2e = place::root().join("e2e");
    program("npm")
        .words("ci --no-audit --no-fund")
        .in_directory(&e2e)
        .run()
        .map_err(|why| format!("the browser's driver could not be installed: {why}"))?;
    program("node").words("run.mjs --binary").word(place::tongbao()).in_directory(&e2e).run()
}

fn packages() -> Result<(), Complaint> {
    let mut missing = Vec::new();
    if !has_chromium() {
        missing.push("chromium");
    }
    if !has_chinese_font() {
        missing.push("fonts-noto-cjk");
    }
    match missing.is_empty() {
        true => Ok(()),
        false => tools::system_packages(&missing),
    }
}

fn has_chromium() -> bool {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    named.into_iter().chain(PLACES.map(PathBuf::from)).any(|place| place.exists())
}

/// Without such a font the pictures show boxes. macOS and Windows bring their own.
fn has_chinese_font() -> bool {
    !cfg!(target_os = "linux") || program("sh").word("-c").word("fc-list :lang=zh family | grep -q .").works()
}
