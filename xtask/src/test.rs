//! Every check and test.

use crate::{
    build, model, openssl,
    process::{self, cargo, stage},
    toolchain,
};

/// `cargo xtask test`.
pub(crate) fn run() -> Result<(), String> {
    lint()?;
    build::all()?;
    stage("the example plugins and the hostile guests");
    build::guests("plugins/examples/reproducibility", &[])?;
    build::guests("tests/guests", &["--examples"])?;
    stage("a language model");
    if let Err(error) = model::ensure() {
        // The tests that need it fail and say so; the others are worth running.
        process::complain(&error);
    }
    stage("the tests");
    // One profile for everything: the engine is compiled once, and components compile in
    // seconds rather than minutes.
    process::run(&mut cargo(&[
        "test",
        "--release",
        "--locked",
        "--workspace",
        "--all-features",
    ]))
}

/// `cargo xtask lint`.
pub(crate) fn lint() -> Result<(), String> {
    toolchain::ensure_lints()?;
    openssl::ensure()?;
    stage("formatting");
    process::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    stage("clippy");
    process::run(&mut cargo(&[
        "clippy",
        "--release",
        "--locked",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "--deny",
        "warnings",
    ]))
}
