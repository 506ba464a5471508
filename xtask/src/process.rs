//! Running other programs, and the one place that prints.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    // The manifest of this crate lies one folder below it.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
        .to_owned()
}

/// Prints a line for the user.
#[allow(clippy::print_stdout, reason = "a command-line tool")]
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// Prints what went wrong.
pub(crate) fn complain(message: &str) {
    eprintln!("xtask: {message}");
}

/// A stage of a longer command.
pub(crate) fn stage(name: &str) {
    say(&format!("\n== {name}"));
}

/// `cargo` with these arguments, in the root.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    // The cargo that runs us, so that the toolchain is the same.
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    // What cargo says of this crate to this process is none of the builds' business: build scripts
    // that look at it (ring's do) would run again, and all that depends on them with them,
    // whenever builds by hand and by this command alternate.
    for (name, _) in std::env::vars_os() {
        let of_this_crate = ["CARGO_PKG_", "CARGO_MANIFEST_"]
            .iter()
            .any(|it| name.to_string_lossy().starts_with(it));
        if of_this_crate {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a command that must succeed.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let shown = show(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{shown}` failed: {status}")),
        Err(error) => Err(format!("`{shown}` cannot be started: {error}")),
    }
}

/// Runs a command and returns what it prints.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let shown = show(command);
    match command.output() {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) => Err(format!(
            "`{shown}` failed: {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        )),
        Err(error) => Err(format!("`{shown}` cannot be started: {error}")),
    }
}

fn show(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let arguments: Vec<_> = command.get_args().map(|it| it.to_string_lossy().into_owned()).collect();
    format!("{program} {}", arguments.join(" "))
}
