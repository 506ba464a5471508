//! The WebAssembly target and the tools of the toolchain. Some machines set
//! RUSTUP_AUTO_INSTALL=0: what rust-toolchain.toml names is then not installed by itself.

use std::{path::Path, process::Command};

use crate::process::{output, root, run, say};

pub(crate) const TARGET: &str = "wasm32-wasip2";

/// Makes sure that components can be built.
pub(crate) fn ensure_target() -> Result<(), String> {
    if installed() {
        return Ok(());
    }
    say(&format!("adding the target {TARGET}"));
    run(Command::new("rustup")
        .args(["target", "add", TARGET])
        .current_dir(root()))
    .map_err(|error| {
        format!(
            "{error}\nThe components need Rust's target {TARGET}. With rustup: `rustup target add {TARGET}`. Without \
             rustup: install the standard library of that target for the compiler that `rustc --version` names, so \
             that `$(rustc --print sysroot)/lib/rustlib/{TARGET}` exists."
        )
    })
}

fn installed() -> bool {
    output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(root())).is_ok_and(|sysroot| {
        Path::new(sysroot.trim())
            .join("lib/rustlib")
            .join(TARGET)
            .join("lib")
            .is_dir()
    })
}

/// Makes sure that `cargo fmt` and `cargo clippy` are there.
pub(crate) fn ensure_lints() -> Result<(), String> {
    for (component, program) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if output(&mut crate::process::cargo(&[program, "--version"])).is_err() {
            run(Command::new("rustup")
                .args(["component", "add", component])
                .current_dir(root()))?;
        }
    }
    Ok(())
}
