use std::{ffi::OsStr, process::Command};

use serde_json::Value;

use crate::root;

/// Runs a script of `tests/browser` and returns the JSON that it prints.
///
/// # Panics
/// The browser's driver is not installed, or the script fails.
pub fn browse(script: &str, arguments: &[impl AsRef<OsStr>]) -> Value {
    let modules = root().join("target/browser/node_modules");
    assert!(
        modules.join("playwright-core").is_dir() && modules.join("axe-core").is_dir(),
        "target/browser has no driver: run `cargo xtask browser` (`cargo xtask test` does it too)"
    );
    let output = Command::new("node")
        .arg(root().join("tests/browser").join(script))
        .args(arguments)
        .env("NODE_PATH", modules)
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{out}\n{err}");
    serde_json::from_str(out.lines().last().unwrap_or_default()).unwrap_or_else(|error| panic!("{error}: {out}\n{err}"))
}
