//! The headers of OpenSSL. llm-chain's web-search tools, which nothing here calls, bind to it, so it
//! must be there to build; the client of the language model itself speaks rustls.

use std::process::Command;

use crate::{debian, process::output};

/// Makes sure that `openssl-sys` finds them; installs them where that is one command.
pub(crate) fn ensure() -> Result<(), String> {
    let found = std::env::var_os("OPENSSL_DIR").is_some()
        || output(Command::new("pkg-config").args(["--exists", "openssl"])).is_ok();
    if found || !cfg!(target_os = "linux") {
        return Ok(());
    }
    debian::install(&["libssl-dev", "pkg-config"]).map_err(|error| {
        format!(
            "{error}\nOpenSSL's headers and pkg-config are missing. Debian and Ubuntu: `apt-get install libssl-dev \
             pkg-config`; Fedora: `dnf install openssl-devel pkgconf`; Alpine: `apk add openssl-dev pkgconf`; \
             elsewhere set OPENSSL_DIR to where OpenSSL lies."
        )
    })
}
