//! Every check and test.

use std::{process::Command, thread};

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
const APART: [&str; 3] = [EXAMPLE, "tests/guests", sdk::CORE];

/// `cargo xtask test`.
pub(crate) fn run() -> Result<(), String> {
    // The compiler needs these, and two calls of the package manager would wait for each other.
    openssl::ensure()?;
    // What the tests need comes over the network and is unpacked while the compiler works.
    let prepared = thread::scope(|scope| {
        let preparing = scope.spawn(prepare);
        lint_host()
            .and_then(|()| build::all())
            .and_then(|()| apart())
            .and_then(|()| tests_of(&["--no-run"]))
            .map(|()| preparing.join())
    })?;
    if prepared.is_err() {
        return Err("what the tests need could not be made ready: its thread ended early".to_owned());
    }
    stage("the tests");
    // Tests wait for servers and each other: meanwhile a processor has time to compile. The tests go first.
    let built = thread::scope(|scope| {
        let building = scope.spawn(wheels);
        tests_of(&[]).map(|()| building.join())
    })?;
    built.map_err(|_| "the wheels of the Python package could not be built: the thread ended early".to_owned())??;
    sdk::test()
}

/// `cargo xtask wheels`, at the lowest priority.
fn wheels() -> Result<(), String> {
    // Not by the path of this process: the builds before may have put another file in the place of its own.
    let xtask = build::target().join("release/xtask");
    process::run(Command::new("nice").args(["-n", "19"]).arg(xtask).arg("wheels"))
}

/// Fetches and installs whatever the tests need. Tests that lack one of these fail and say so; the others
/// are worth running.
fn prepare() {
    let parts: [(&str, Ensure); 10] = [
        ("PostgreSQL", postgres::ensure),
        ("an MLflow server", python::mlflow),
        ("deepchecks", python::tabular),
        ("schemathesis", python::api),
        ("a language model", model::ensure),
        ("a browser", browser::ensure),
        ("the toolchains of plugins", plugins::toolchains),
        ("a registry", plugins::registry),
        ("linters of deploy/", deploy::ensure),
        ("the libraries that the Python package is tested with", sdk::prepare),
    ];
    for (what, ensure) in parts {
        stage(what);
        if let Err(error) = ensure() {
            process::complain(&error);
        }
    }
}

/// The workspaces of their own that tests load, and the tests of the example plugin.
fn apart() -> Result<(), String> {
    stage("the example plugins and the hostile guests");
    build::guests(EXAMPLE, &[])?;
    build::guests("tests/guests", &["--examples"])?;
    stage("the tests of the example plugin");
    process::run(
        cargo(&["test", "--locked"])
            .current_dir(root().join(EXAMPLE))
            .env_remove("CARGO_TARGET_DIR"),
    )
}

/// One profile for everything: the engine is compiled once, and components compile in seconds rather than
/// minutes.
fn tests_of(arguments: &[&str]) -> Result<(), String> {
    let mut command = cargo(&["test", "--release", "--locked", "--workspace", "--all-features"]);
    process::run(command.args(arguments))
}

/// `cargo xtask lint`.
pub(crate) fn lint() -> Result<(), String> {
    lint_host()?;
    sdk::lint_core()
}

/// Formatting of all, clippy of the workspace.
fn lint_host() -> Result<(), String> {
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
