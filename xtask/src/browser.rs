//! A real browser for the tests of the report: Debian's Chromium, driven by playwright-core, with
//! axe-core for what a screen reader needs. The scripts are two packages of the npm registry, pinned in
//! tests/browser/package-lock.json.

use std::path::Path;

use crate::{debian, npm};

/// Where Chromium may be.
const BROWSERS: [&str; 3] = [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
];

/// Makes sure that it is there.
pub(crate) fn ensure() -> Result<(), String> {
    let hint = "Without a browser the tests named `browser` fail; all others run.";
    if !BROWSERS.iter().any(|it| Path::new(it).exists()) {
        debian::install(&["chromium"]).map_err(|error| {
            format!("{error}\nThe report is looked at in a real browser; on Debian: `apt-get install chromium`. {hint}")
        })?;
    }
    npm::environment("what drives the browser", "tests/browser", "target/browser")
        .map_err(|error| format!("{error}\nThe browser is driven by Node.js and two npm packages. {hint}"))
}
