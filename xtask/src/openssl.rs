//! The headers of OpenSSL. llm-chain's web-search tools, which nothing here calls, bind to it, so it
//! must be there to build; the client of the language model itself speaks rustls.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::process::{output, run, say};

/// Makes sure that `openssl-sys` finds them; installs them where that is one command.
pub(crate) fn ensure() -> Result<(), String> {
    let found = std::env::var_os("OPENSSL_DIR").is_some()
        || output(Command::new("pkg-config").args(["--exists", "openssl"])).is_ok();
    if found || !cfg!(target_os = "linux") {
        return Ok(());
    }
    install().map_err(|error| {
        format!(
            "{error}\nOpenSSL's headers and pkg-config are missing. Debian and Ubuntu: `apt-get install libssl-dev \
             pkg-config`; Fedora: `dnf install openssl-devel pkgconf`; Alpine: `apk add openssl-dev pkgconf`; \
             elsewhere set OPENSSL_DIR to where OpenSSL lies."
        )
    })
}

fn install() -> Result<(), String> {
    if !Path::new("/usr/bin/apt-get").exists() {
        return Err("there is no apt-get here".to_owned());
    }
    say("installing libssl-dev and pkg-config");
    // Root needs no sudo, and may have none; sudo must not stop to ask.
    let root = output(Command::new("id").arg("-u")).is_ok_and(|it| it.trim() == "0");
    let apt = |arguments: &[&str]| {
        let mut command = if root {
            Command::new("apt-get")
        } else {
            let mut sudo = Command::new("sudo");
            sudo.args(["-n", "apt-get"]);
            sudo
        };
        command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
        run(command.stdin(Stdio::null()).stdout(Stdio::null()))
    };
    let packages = [
        "install",
        "--yes",
        "--no-install-recommends",
        "libssl-dev",
        "pkg-config",
    ];
    apt(&packages).or_else(|_| apt(&["update"]).and_then(|()| apt(&packages)))
}
