//! Private Python environments for the tests that want a real server.

use std::{fs, path::PathBuf, process::Command};

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
    let (place, list) = (root().join(folder), root().join(requirements));
    let wanted = fs::read_to_string(&list).map_err(|error| format!("{requirements}: {error}"))?;
    let stamp = place.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|it| it == wanted) {
        return Ok(());
    }
    stage(&format!("{what} in {folder}"));
    // From a half-made environment nothing is kept.
    run(Command::new(python()?).args(["-m", "venv", "--clear"]).arg(&place)).map_err(|error| {
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

/// The first Python that is new enough.
fn python() -> Result<PathBuf, String> {
    let version = "import sys; print(sys.version_info[0], sys.version_info[1])";
    for name in ["python3", "python3.13", "python3.12", "python3.11", "python"] {
        let Ok(text) = output(Command::new(name).args(["-c", version])) else {
            continue;
        };
        let numbers: Vec<u32> = text.split_whitespace().filter_map(|it| it.parse().ok()).collect();
        if let [major, minor] = numbers[..]
            && (major, minor) >= OLDEST
        {
            return Ok(name.into());
        }
    }
    let (major, minor) = OLDEST;
    Err(format!(
        "the tests run against real servers, which need Python {major}.{minor} or later; on Debian: `apt-get install \
         python3 python3-venv`"
    ))
}
