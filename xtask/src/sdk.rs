//! The Python package: its wheels, and its tests against the real libraries.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    build,
    process::{root, run, say, stage},
    python,
};

/// The environment of the tests, below target/.
const ENVIRONMENT: &str = "target/sdk-env";
/// The package, and where its native part and the binary's wheel are made.
const PACKAGE: &str = "sdk/python";
const CORE: &str = "sdk/core";
const BIN: &str = "sdk/bin/build.py";

/// `cargo xtask sdk`: the wheels, and every test of the package.
pub(crate) fn run_all() -> Result<(), String> {
    let python = environment()?;
    wheels(&python)?;
    lint(&python)?;
    stage("the tests of the Python package");
    tests(&python, &[])
}

fn environment() -> Result<PathBuf, String> {
    python::environment(
        "scikit-learn, XGBoost, LightGBM, Keras and MLflow",
        ENVIRONMENT,
        "sdk/python/tests/requirements.txt",
    )?;
    Ok(root().join(ENVIRONMENT).join("bin/python"))
}

/// Builds the wheels and installs them, as a user would.
fn wheels(python: &Path) -> Result<(), String> {
    stage("the wheels of the Python package");
    let out = build::target().join("wheels");
    // Those of another version or system would be installed as well.
    if out.exists() {
        fs::remove_dir_all(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    }
    let core = [
        "-m",
        "maturin",
        "build",
        "--quiet",
        "--release",
        "--locked",
        "--interpreter",
    ];
    run(Command::new(python)
        .args(core)
        .arg(python)
        .arg("--out")
        .arg(&out)
        .current_dir(root().join(CORE))
        // Of the same dependencies it shares what is compiled with the host.
        .env("CARGO_TARGET_DIR", build::target()))?;
    let pip = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"];
    run(Command::new(python)
        .args(pip)
        .arg("--wheel-dir")
        .arg(&out)
        .arg(root().join(PACKAGE)))?;
    run(Command::new(python)
        .arg(root().join(BIN))
        .arg("--binary")
        .arg(build::binary())
        .arg("--out")
        .arg(&out))?;
    install(python, &out)
}

/// Installs the wheels of a folder, over what is there of them.
fn install(python: &Path, wheels: &Path) -> Result<(), String> {
    let pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--force-reinstall"];
    let listed = fs::read_dir(wheels).map_err(|error| format!("{}: {error}", wheels.display()))?;
    let files = listed.filter_map(Result::ok).map(|it| it.path());
    run(Command::new(python).args(pip).args(files))
}

fn lint(python: &Path) -> Result<(), String> {
    stage("the Python package's formatting and types");
    for arguments in [
        &["-m", "ruff", "format", "--check", "--quiet", "."][..],
        &["-m", "ruff", "check", "--quiet", "."],
        &["-m", "mypy"],
    ] {
        run(Command::new(python).args(arguments).current_dir(root().join(PACKAGE)))?;
    }
    Ok(())
}

fn tests(python: &Path, arguments: &[&str]) -> Result<(), String> {
    run(Command::new(python)
        .args(["-m", "pytest", "-q", "--durations=5"])
        .args(arguments)
        .current_dir(root().join(PACKAGE))
        .env("CARGO_TARGET_DIR", build::target()))
    .inspect(|()| say("the Python package works"))
}
