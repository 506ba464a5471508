//! Packages of Debian and its kin, where installing them is one command.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::process::{output, run, say};

/// Installs packages.
///
/// # Errors
/// There is no apt-get, or it fails.
pub(crate) fn install(packages: &[&str]) -> Result<(), String> {
    if !Path::new("/usr/bin/apt-get").exists() {
        return Err("there is no apt-get here".to_owned());
    }
    say(&format!("installing {}", packages.join(" and ")));
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(packages);
    apt(&install).or_else(|_| update().and_then(|()| apt(&install)))
}

/// Fetches the lists of packages anew.
///
/// # Errors
/// As [`install`].
pub(crate) fn update() -> Result<(), String> {
    apt(&["update"])
}

fn apt(arguments: &[&str]) -> Result<(), String> {
    // Root needs no sudo, and may have none; sudo must not stop to ask.
    let mut command = if is_root() {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "apt-get"]);
        sudo
    };
    // A machine that has just started may still be at its own updates.
    command.args(["-o", "DPkg::Lock::Timeout=120"]);
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    run(command.stdin(Stdio::null()).stdout(Stdio::null()))
}

/// Whether this runs as root.
pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|it| it.trim() == "0")
}
