//! Packages of the npm registry, as a package-lock.json below tests/ pins them.

use std::{fs, process::Command};

use crate::process::{root, run, stage};

/// Installs what is pinned in a folder into another, unless it is there. No script of a package is run.
/// Paths are relative to the repository.
pub(crate) fn environment(what: &str, from: &str, to: &str) -> Result<(), String> {
    let (pinned, place) = (root().join(from), root().join(to));
    let lock = pinned.join("package-lock.json");
    let wanted = fs::read_to_string(&lock).map_err(|error| format!("{}: {error}", lock.display()))?;
    let stamp = place.join("installed.json");
    if fs::read_to_string(&stamp).is_ok_and(|it| it == wanted) {
        return Ok(());
    }
    stage(&format!("{what} in {to}"));
    fs::create_dir_all(&place).map_err(|error| format!("{}: {error}", place.display()))?;
    for name in ["package.json", "package-lock.json"] {
        fs::copy(pinned.join(name), place.join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    run(Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&place))?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
}
