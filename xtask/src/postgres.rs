//! PostgreSQL, for the tests of a history that several servers share.

use std::{fs, path::PathBuf};

use crate::{debian, process::stage};

/// Where Debian keeps it, a folder a version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Makes sure that there is a server that tests can start.
pub(crate) fn ensure() -> Result<(), String> {
    if found().is_some() {
        return Ok(());
    }
    stage("PostgreSQL");
    // Without the recommended packages no cluster of the system is needed, and none is used.
    debian::install(&["postgresql"]).map_err(|error| {
        format!(
            "{error}\nThe tests start a PostgreSQL server of their own: install one, or name the folder of `initdb` in \
             DEEPFIX_TEST_POSTGRES_BIN."
        )
    })
}

fn found() -> Option<PathBuf> {
    let named = std::env::var_os("DEEPFIX_TEST_POSTGRES_BIN").map(PathBuf::from);
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().filter_map(Result::ok);
    let debian = versions.map(|it| it.path().join("bin"));
    named.into_iter().chain(debian).find(|it| it.join("initdb").is_file())
}
