//! The components and the binary.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    openssl,
    process::{cargo, root, run, say, stage},
    toolchain,
};

/// The built-in components: the package's name and the file that deepfix.toml names.
const COMPONENTS: [(&str, &str); 5] = [
    ("deepfix-dataset-plugin", "dataset.wasm"),
    ("deepfix-deepchecks-plugin", "deepchecks.wasm"),
    ("deepfix-checkpoint-plugin", "checkpoint.wasm"),
    ("deepfix-training-plugin", "training.wasm"),
    ("deepfix-cross-artifact-plugin", "cross-artifact.wasm"),
];

/// Everything that a user runs. The whole workspace is selected, as the tests do: with a part of
/// it cargo would choose other features for shared dependencies, and compile them twice.
pub(crate) fn all() -> Result<(), String> {
    openssl::ensure()?;
    components()?;
    stage("the host");
    run(&mut cargo(&[
        "build",
        "--release",
        "--locked",
        "--workspace",
        "--all-features",
        "--bin",
        "deepfix",
    ]))?;
    say(&format!("built {}", binary().display()));
    Ok(())
}

/// The binary of a build.
pub(crate) fn binary() -> PathBuf {
    target().join("release/deepfix")
}

pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The built-in components, copied to where deepfix.toml finds them.
pub(crate) fn components() -> Result<(), String> {
    toolchain::ensure_target()?;
    stage("the components");
    let mut command = cargo(&["build", "--profile", "wasm", "--locked", "--target", toolchain::TARGET]);
    for (package, _) in COMPONENTS {
        command.args(["--package", package]);
    }
    run(&mut command)?;
    let folder = root().join("components");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (package, file) in COMPONENTS {
        let built = target()
            .join(toolchain::TARGET)
            .join("wasm")
            .join(format!("{}.wasm", package.replace('-', "_")));
        copy(&built, &folder.join(file))?;
    }
    Ok(())
}

/// Copies a file where it differs, so that nothing looks newer than it is.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let new = fs::read(from).map_err(|error| format!("{}: {error}", from.display()))?;
    if fs::read(to).is_ok_and(|old| old == new) {
        return Ok(());
    }
    // Written beside and renamed: a server that starts meanwhile sees the old or the new one.
    let beside = to.with_extension("new");
    fs::write(&beside, new)
        .and_then(|()| fs::rename(&beside, to))
        .map_err(|error| format!("{}: {error}", to.display()))
}

/// A workspace of components outside ours: an example plugin, the hostile guests.
pub(crate) fn guests(folder: &str, arguments: &[&str]) -> Result<(), String> {
    toolchain::ensure_target()?;
    let mut command = cargo(&["build", "--release", "--locked", "--target", toolchain::TARGET]);
    command
        .args(arguments)
        .current_dir(root().join(folder))
        .env_remove("CARGO_TARGET_DIR");
    run(&mut command)
}
