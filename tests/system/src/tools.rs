use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Home, Ran, root};

/// The toolchains of plugins below target/, before whatever else is on the PATH.
///
/// # Panics
/// They are not installed.
#[must_use]
pub fn tool_path() -> OsString {
    let tools = root().join("target/plugin-tools");
    let (python, node) = (tools.join("python"), tools.join("node"));
    assert!(
        python.join("installed.txt").is_file() && node.join("installed.json").is_file(),
        "target/plugin-tools has no toolchains: run `cargo xtask plugins` (`cargo xtask test` does it too)"
    );
    let own: [PathBuf; 2] = [python.join("bin"), node.join("node_modules/.bin")];
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(own.into_iter().chain(env::split_paths(&path))).unwrap()
}

/// Runs one of the tools to its end.
#[must_use]
pub fn tool(program: &str, arguments: &[&str], folder: &Path) -> Ran {
    let path = tool_path();
    // A program is looked for on the PATH of the parent.
    let found = env::split_paths(&path)
        .map(|it| it.join(program))
        .find(|it| it.is_file());
    let mut command = Command::new(found.unwrap_or_else(|| panic!("there is no {program}")));
    command.args(arguments).current_dir(folder).env("PATH", path);
    Ran::of(&mut command)
}

impl Home {
    /// As [`Home::run`], with the toolchains of plugins on the PATH.
    #[must_use]
    pub fn run_with_tools(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command().args(arguments).env("PATH", tool_path()))
    }
}
