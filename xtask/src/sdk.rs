//! The Python package: its wheels, and its tests against the real libraries.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    build, debian,
    process::{cargo, complain, output, root, run, stage},
    python,
};

/// The environment of the tests, below target/.
const ENVIRONMENT: &str = "target/sdk-env";
/// That of the tests that want PyTorch.
const HEAVY: &str = "target/sdk-heavy-env";
/// That of the light tests, with the version behind it.
const LIGHT: &str = "target/sdk-light-env";
/// The oldest version of Python that the package promises.
const OLDEST: u32 = 10;
/// The newest for which the packages of the light tests, which have wheels for the oldest, have some.
const NEWEST: u32 = 13;
/// Tests that need no framework. They take 15 seconds with each version.
const LIGHT_TESTS: [&str; 6] = [
    "tests/test_client.py",
    "tests/test_result.py",
    "tests/test_gate.py",
    "tests/test_history.py",
    "tests/test_progress.py",
    "tests/test_generations.py",
];
/// Where Debian keeps its packages of Python.
const DEBIAN: &str = "/usr/lib/python3/dist-packages";
/// Where its native part is made.
pub(crate) const CORE: &str = "sdk/core";
/// The package, and where the binary's wheel is made.
const PACKAGE: &str = "sdk/python";
const BIN: &str = "sdk/bin/build.py";

/// `cargo xtask sdk`: the wheels, and every test of the package.
pub(crate) fn run_all() -> Result<(), String> {
    build()?;
    test()
}

/// Clippy of the native part.
pub(crate) fn lint_core() -> Result<(), String> {
    stage("clippy of the native part of the Python package");
    run(cargo(&["clippy", "--release", "--locked", "--", "--deny", "warnings"])
        .current_dir(root().join(CORE))
        .env("CARGO_TARGET_DIR", core_target()))
}

/// Builds the wheels and installs them.
pub(crate) fn build() -> Result<(), String> {
    wheels(&environment()?)
}

/// Every test of the package, with the wheels that are built.
pub(crate) fn test() -> Result<(), String> {
    let python = environment()?;
    lint(&python)?;
    stage("the tests of the Python package");
    tests(&python, &["tests"])?;
    for (minor, python) in light(&python)? {
        install(&python, &build::target().join("wheels"))?;
        stage(&format!("the light tests of the Python package, with Python 3.{minor}"));
        tests(&python, &LIGHT_TESTS)?;
    }
    match heavy() {
        Ok(python) => {
            stage("the tests of Lightning's and Hugging Face's callbacks");
            tests(&python, &["heavy"])
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
    let python = environment()?;
    light(&python)?;
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

/// Environments of the oldest and of the newest version of Python that are found, beside the one that runs all tests:
/// what a new version takes away is gone in the newest, and what an old one lacks is missing in the oldest.
fn light(ours: &Path) -> Result<Vec<(u32, PathBuf)>, String> {
    let found: Vec<(u32, PathBuf)> = (OLDEST..=NEWEST)
        .filter_map(|minor| python::cpython(minor).map(|it| (minor, it)))
        .collect();
    if found.first().is_none_or(|(minor, _)| *minor != OLDEST) {
        complain(&format!(
            "found no CPython 3.{OLDEST}, the oldest that the Python package promises: with that one its tests are not run. \
             Wanted is `python3.{OLDEST}` on PATH, or one of pyenv's: `pyenv install 3.{OLDEST}`."
        ));
    }
    let mut wanted: Vec<&(u32, PathBuf)> = found.first().into_iter().chain(found.last()).collect();
    wanted.dedup();
    wanted.retain(|(minor, _)| python::version(ours) != Some((3, *minor)));
    let mut made = Vec::new();
    for (minor, interpreter) in wanted {
        let folder = format!("{LIGHT}-3.{minor}");
        let what = format!("pandas and pytest of Python 3.{minor}");
        python::environment_of(
            Some(interpreter.as_path()),
            &what,
            &folder,
            "sdk/python/light/requirements.txt",
        )?;
        made.push((*minor, root().join(folder).join("bin/python")));
    }
    Ok(made)
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

/// Where the native part is compiled: beside the host, so that neither waits for the other.
fn core_target() -> PathBuf {
    build::target().join("python")
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
        .env("CARGO_TARGET_DIR", core_target()))?;
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

fn tests(python: &Path, chosen: &[&str]) -> Result<(), String> {
    run(Command::new(python)
        .args(["-m", "pytest", "-q", "--durations=5", "-p", "no:cacheprovider"])
        .args(chosen)
        .current_dir(root().join(PACKAGE))
        .env("CARGO_TARGET_DIR", build::target()))
}
