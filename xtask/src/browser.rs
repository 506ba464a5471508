//! A real browser for the tests of the report: Debian's Chromium, driven by playwright-core, with
//! axe-core for what a screen reader needs. The scripts are two packages of the npm registry, pinned in
//! tests/browser/package-lock.json.

use std::{fs, path::Path, process::Command};

use crate::process::{root, run};

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
        let mut install = Command::new("apt-get");
        install.args(["install", "-y", "-q", "chromium"]);
        run(&mut install).map_err(|error| {
            format!("{error}\nThe report is looked at in a real browser; on Debian: `apt-get install chromium`. {hint}")
        })?;
    }
    let (from, to) = (root().join("tests/browser"), root().join("target/browser"));
    let lock = fs::read_to_string(from.join("package-lock.json")).map_err(|error| error.to_string())?;
    if fs::read_to_string(to.join("installed.json")).is_ok_and(|it| it == lock) {
        return Ok(());
    }
    fs::create_dir_all(&to).map_err(|error| format!("{}: {error}", to.display()))?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(from.join(name), to.join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&to);
    run(&mut npm).map_err(|error| format!("{error}\nThe browser is driven by Node.js and two npm packages. {hint}"))?;
    fs::write(to.join("installed.json"), lock).map_err(|error| error.to_string())
}
