//! The toolchains of plugins that are not written in Rust, and a registry of OCI artifacts, for the tests
//! that use the real ones. All of it lies below target/; nothing is installed into the system.

use std::{fs, path::PathBuf, process::Command};

use crate::{
    build, debian, npm,
    process::{output, root, run, stage},
    python,
};

/// Python's environment and Node's: where `tests/system` looks for them.
const PYTHON: &str = "target/plugin-tools/python";
const NODE: &str = "target/plugin-tools/node";
/// The CNCF's Distribution, in the package of Debian.
const REGISTRY: &str = "docker-registry";
/// Below plugins/examples, one in each language.
const EXAMPLES: [&str; 4] = ["reproducibility", "spectral-check", "tokenizer-check", "fairness-gap"];
/// Where its package is unpacked.
const REGISTRY_FOLDER: &str = "target/registry";

/// componentize-py, Zig's C compiler, componentize-qjs, and what checks the SDKs' types.
pub(crate) fn toolchains() -> Result<(), String> {
    let hint = "Without the toolchains the tests named `plugin_languages`, `plugin_types`, `plugin_tutorials` and \
                `plugin_host_calls` fail; all others run.";
    python::environment("componentize-py and Zig", PYTHON, "tests/plugins/requirements.txt")
        .and_then(|()| npm::environment("componentize-qjs and TypeScript", "tests/plugins", NODE))
        .map_err(|error| {
            format!("{error}\nPlugins in Python, C and JavaScript are built with pip's and npm's packages. {hint}")
        })
}

/// A registry that tests start on a free port. The package is unpacked, not installed: its service would
/// start by itself.
pub(crate) fn registry() -> Result<(), String> {
    if found().is_some() {
        return Ok(());
    }
    let folder = root().join(REGISTRY_FOLDER);
    stage(&format!("a registry in {REGISTRY_FOLDER}"));
    unpack(&folder).map_err(|error| {
        format!(
            "{error}\nThe tests push to a registry of their own, the CNCF's Distribution: on Debian `apt-get download \
             {REGISTRY}`; elsewhere install it and name its program in DEEPFIX_TEST_REGISTRY. Without one the tests named \
             `registry` fail, and of those named `sources` the ones of a login and of sizes; all others run."
        )
    })
}

/// The example plugins as components, by the command that authors use.
pub(crate) fn examples() -> Result<(), String> {
    toolchains()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = [
        root().join(PYTHON).join("bin"),
        root().join(NODE).join("node_modules/.bin"),
    ];
    let path = std::env::join_paths(own.into_iter().chain(std::env::split_paths(&path)));
    let path = path.map_err(|error| error.to_string())?;
    for name in EXAMPLES {
        run(Command::new(build::binary())
            .args(["plugin", "build"])
            .arg(root().join("plugins/examples").join(name))
            .env("PATH", &path))?;
    }
    Ok(())
}

fn unpack(folder: &std::path::Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let download = || {
        run(Command::new("apt-get")
            .args(["download", "-q", REGISTRY])
            .current_dir(folder))
    };
    download().or_else(|_| debian::update().and_then(|()| download()))?;
    let listed = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let package = listed
        .filter_map(|it| Some(it.ok()?.path()))
        .find(|it| it.extension().is_some_and(|it| it == "deb"))
        .ok_or("apt-get left no package")?;
    run(Command::new("dpkg-deb").arg("-x").arg(&package).arg(folder))?;
    fs::remove_file(&package).map_err(|error| format!("{}: {error}", package.display()))
}

fn found() -> Option<PathBuf> {
    let named = std::env::var_os("DEEPFIX_TEST_REGISTRY").map(PathBuf::from);
    let unpacked = root().join(REGISTRY_FOLDER).join("usr/bin").join(REGISTRY);
    let mut all = named.into_iter().chain([unpacked]);
    all.find(|it| output(Command::new(it).arg("--version")).is_ok())
}
