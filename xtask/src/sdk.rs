//! The Python package: its wheels, and its tests against the real libraries.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    build, debian,
    process::{complain, output, root, run, stage},
    python,
};

/// The environment of the tests, below target/.
const ENVIRONMENT: &str = "target/sdk-env";
/// That of the tests that want PyTorch.
const HEAVY: &str = "target/sdk-heavy-env";
/// Where Debian keeps its packages of Python.
const DEBIAN: &str = "/usr/lib/python3/dist-packages";
/// Where its native part is made.
pub(crate) const CORE: &str = "sdk/core";
/// The package, and where the binary's wheel is made.
const PACKAGE: &str = "sdk/python";
const BIN: &str = "sdk/bin/build.py";

/// `cargo xtask sdk`: the wheels, and every test of the package.
pub(crate) fn run_all() -> Result<(), String> {
    let python = environment()?;
    wheels(&python)?;
    lint(&python)?;
    stage("the tests of the Python package");
    tests(&python, "tests")?;
    match heavy() {
        Ok(python) => {
            stage("the tests of Lightning's and Hugging Face's callbacks");
            tests(&python, "heavy")
        }
        Err(error) => {
            complain(&format!(
                "{error}\nThe tests of Lightning's and Hugging Face's callbacks (sdk/python/heavy) are left out: they need \
                 PyTorch without its libraries for a GPU, which Debian has as `python3-torch`."
            ));
            Ok(())
        }
    }
}

/// The environments alone, without what is built here.
pub(crate) fn prepare() -> Result<(), String> {
    environment()?;
    packages_of_pytorch().map(|_| ())
}

fn environment() -> Result<PathBuf, String> {
    python::environment(
        "scikit-learn, XGBoost, LightGBM, Keras and MLflow",
        ENVIRONMENT,
        "sdk/python/tests/requirements.txt",
    )?;
    Ok(root().join(ENVIRONMENT).join("bin/python"))
}

/// The wheels beside PyTorch and what is built on it.
fn heavy() -> Result<PathBuf, String> {
    let python = packages_of_pytorch()?;
    install(&python, &build::target().join("wheels"))?;
    Ok(python)
}

/// PyTorch is Debian's: that of the Python package index takes 5 GB.
fn packages_of_pytorch() -> Result<PathBuf, String> {
    let requirements = "sdk/python/heavy/requirements.txt";
    python::environment("PyTorch Lightning and Transformers", HEAVY, requirements)?;
    let python = root().join(HEAVY).join("bin/python");
    if !Path::new(DEBIAN).join("torch").exists() {
        debian::install(&["python3-torch"])?;
    }
    let script = "import sysconfig; print(sysconfig.get_path('purelib'))";
    let packages = PathBuf::from(output(Command::new(&python).args(["-c", script]))?.trim());
    let there = fs::read_dir(DEBIAN).map_err(|error| format!("{DEBIAN}: {error}"))?;
    for name in there.filter_map(Result::ok).map(|it| it.file_name()) {
        let ours = name.to_string_lossy();
        let link = packages.join(&name);
        if (ours == "torch" || ours == "torchgen" || ours == "functorch" || ours.starts_with("torch-"))
            && link.symlink_metadata().is_err()
        {
            std::os::unix::fs::symlink(Path::new(DEBIAN).join(&name), &link)
                .map_err(|error| format!("{}: {error}", link.display()))?;
        }
    }
    // Debian's is for Debian's version of Python.
    output(Command::new(&python).args(["-c", "import torch"]))?;
    Ok(python)
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

fn tests(python: &Path, folder: &str) -> Result<(), String> {
    run(Command::new(python)
        .args(["-m", "pytest", "-q", "--durations=5", "-p", "no:cacheprovider", folder])
        .current_dir(root().join(PACKAGE))
        .env("CARGO_TARGET_DIR", build::target()))
}
