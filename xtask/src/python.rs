//! A private Python with MLflow, for the tests that want a real tracking server.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::process::{output, root, run, stage};

const REQUIREMENTS: &str = "tests/mlflow/requirements.txt";
/// The oldest version for which the pinned packages have wheels.
const OLDEST: (u32, u32) = (3, 11);

/// Makes the environment unless it is there with just these packages.
pub(crate) fn ensure() -> Result<(), String> {
    let folder = root().join("target/mlflow-env");
    let requirements = root().join(REQUIREMENTS);
    let wanted = fs::read_to_string(&requirements).map_err(|error| format!("{}: {error}", requirements.display()))?;
    let stamp = folder.join("installed.txt");
    if fs::read_to_string(&stamp).is_ok_and(|it| it == wanted) {
        return Ok(());
    }
    stage("MLflow in target/mlflow-env");
    let python = python()?;
    // From a half-made environment nothing is kept.
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    run(Command::new(python).args(["-m", "venv"]).arg(&folder)).map_err(|error| {
        format!("{error}\nThe tests need Python's `venv`; on Debian: `apt-get install python3-venv`.")
    })?;
    install(&folder, &requirements).map_err(|error| {
        format!(
            "{error}\nThe tests run against a real MLflow server, whose packages come from the Python package index. \
             Without access to it set PIP_INDEX_URL to a mirror, or PIP_FIND_LINKS and PIP_NO_INDEX to a folder with the \
             wheels of {REQUIREMENTS}."
        )
    })?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}

fn install(folder: &Path, requirements: &Path) -> Result<(), String> {
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--only-binary",
        ":all:",
        "-r",
    ];
    run(Command::new(folder.join("bin/python")).args(pip).arg(requirements))
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
        "the tests run against a real MLflow server, which needs Python {major}.{minor} or later; on Debian: `apt-get \
         install python3 python3-venv`"
    ))
}
