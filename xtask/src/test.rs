//! Every check and test.

use crate::{
    browser, build, deploy, model, openssl, plugins, postgres,
    process::{self, cargo, root, stage},
    python, sdk, toolchain,
};

/// Makes sure that something the tests need is there.
type Ensure = fn() -> Result<(), String>;

/// The example that docs/plugins.md refers to.
const EXAMPLE: &str = "plugins/examples/reproducibility";
/// Workspaces of their own: what they hold is built as components, or for Python.
const APART: [&str; 3] = [EXAMPLE, "tests/guests", "sdk/core"];

/// `cargo xtask test`.
pub(crate) fn run() -> Result<(), String> {
    lint()?;
    build::all()?;
    stage("the example plugins and the hostile guests");
    build::guests(EXAMPLE, &[])?;
    build::guests("tests/guests", &["--examples"])?;
    stage("the tests of the example plugin");
    process::run(
        cargo(&["test", "--locked"])
            .current_dir(root().join(EXAMPLE))
            .env_remove("CARGO_TARGET_DIR"),
    )?;
    // The tests that need one of these fail and say so; the others are worth running.
    let parts: [(&str, Ensure); 9] = [
        ("PostgreSQL", postgres::ensure),
        ("an MLflow server", python::mlflow),
        ("deepchecks", python::tabular),
        ("schemathesis", python::api),
        ("a language model", model::ensure),
        ("a browser", browser::ensure),
        ("the toolchains of plugins", plugins::toolchains),
        ("a registry", plugins::registry),
        ("linters of deploy/", deploy::ensure),
    ];
    for (what, ensure) in parts {
        stage(what);
        if let Err(error) = ensure() {
            process::complain(&error);
        }
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
    ]))?;
    sdk::run_all()
}

/// `cargo xtask lint`.
pub(crate) fn lint() -> Result<(), String> {
    toolchain::ensure_lints()?;
    openssl::ensure()?;
    stage("formatting");
    process::run(&mut cargo(&["fmt", "--all", "--check"]))?;
    for folder in APART {
        process::run(cargo(&["fmt", "--all", "--check"]).current_dir(root().join(folder)))?;
    }
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
