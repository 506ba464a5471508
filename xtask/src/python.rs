//! Private Python environments for the tests that want a real server.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process::{output, root, run, stage};

/// The oldest version for which the pinned packages have wheels.
const OLDEST: (u32, u32) = (3, 11);

/// MLflow, for the tests that want a real tracking server.
pub(crate) fn mlflow() -> Result<(), String> {
    environment("MLflow", "target/mlflow-env", "tests/mlflow/requirements.txt")
        .map_err(|error| format!("{error}\nWithout MLflow the tests named `mlflow_runs` fail; all others run."))
}

/// pandas and deepchecks, for the tests that compare with them.
pub(crate) fn tabular() -> Result<(), String> {
    environment(
        "pandas and deepchecks",
        "target/tabular-env",
        "tests/tabular/requirements.txt",
    )
}

/// schemathesis, for the test that asks the API what its document says it answers.
pub(crate) fn api() -> Result<(), String> {
    environment("schemathesis", "target/api-env", "tests/api/requirements.txt")
}

/// Makes an environment unless it is there with just these packages, which a copy of their list
/// tells. Paths are relative to the repository.
pub(crate) fn environment(what: &str, folder: &str, requirements: &str) -> Result<(), String> {
    environment_of(None, what, folder, requirements)
}

/// The same of a certain Python.
pub(crate) fn environment_of(
    interpreter: Option<&Path>,
    what: &str,
    folder: &str,
    requirements: &str,
) -> Result<(), String> {
    let (place, list) = (root().join(folder), root().join(requirements));
    let wanted = fs::read_to_string(&list).map_err(|error| format!("{requirements}: {error}"))?;
    let stamp = place.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|it| it == wanted) {
        return Ok(());
    }
    stage(&format!("{what} in {folder}"));
    let interpreter = interpreter.map_or_else(python, |it| Ok(it.to_owned()))?;
    // From a half-made environment nothing is kept.
    run(Command::new(interpreter).args(["-m", "venv", "--clear"]).arg(&place)).map_err(|error| {
        format!("{error}\nThe tests need Python's `venv`; on Debian: `apt-get install python3-venv`.")
    })?;
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        // Compiled when it is first imported: most of it never is.
        "--no-compile",
        "--no-deps",
        "--only-binary",
        ":all:",
        "-r",
    ];
    run(Command::new(place.join("bin/python")).args(pip).arg(&list)).map_err(|error| {
        format!(
            "{error}\nThe tests run against a real server, whose packages come from the Python package index. Without \
             access to it set PIP_INDEX_URL to a mirror, or PIP_FIND_LINKS and PIP_NO_INDEX to a folder with the wheels \
             of {requirements}."
        )
    })?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}

/// The CPython 3 of a minor version: the one on PATH, or one of pyenv's.
pub(crate) fn cpython(minor: u32) -> Option<PathBuf> {
    let pyenv = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|it| it.join(".pyenv")));
    let installed = pyenv.and_then(|it| fs::read_dir(it.join("versions")).ok());
    let of_pyenv = installed
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter(|it| it.file_name().to_string_lossy().starts_with(&format!("3.{minor}.")))
        .map(|it| it.path().join("bin/python"));
    std::iter::once(PathBuf::from(format!("python3.{minor}")))
        .chain(of_pyenv)
        // What pyenv has on PATH may be a script that says that another version is chosen.
        .find(|it| version(it) == Some((3, minor)))
}

/// The version of a CPython; none of what is another Python, or cannot be started.
pub(crate) fn version(python: &Path) -> Option<(u32, u32)> {
    let script = "import sys; print(sys.implementation.name, *sys.version_info[:2])";
    let text = output(Command::new(python).args(["-c", script])).ok()?;
    let mut words = text.split_whitespace();
    if words.next()? != "cpython" {
        return None;
    }
    Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?))
}

/// The first Python that is new enough.
fn python() -> Result<PathBuf, String> {
    for name in ["python3", "python3.13", "python3.12", "python3.11", "python"] {
        if version(Path::new(name)) >= Some(OLDEST) {
            return Ok(name.into());
        }
    }
    let (major, minor) = OLDEST;
    Err(format!(
        "the tests run against real servers, which need Python {major}.{minor} or later; on Debian: `apt-get install \
         python3 python3-venv`"
    ))
}
