//! `deepfix plugin build`: one command for every language. The tools are the language's own; what is
//! missing is told with the command that installs it.

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use anyhow::Context as _;
use wit_component::ComponentEncoder;

use super::{
    args::{BuildArgs, Language},
    component,
    project::Project,
};
use crate::output::{self, DIM, styled};

/// What is installed where a tool is missing. The versions are those that the tests run with.
pub(crate) const COMPONENTIZE_PY: &str = "componentize-py==0.25.0";
pub(crate) const COMPONENTIZE_QJS: &str = "componentize-qjs@0.4.5";
pub(crate) const TYPESCRIPT: &str = "typescript@6.0.3";
pub(crate) const ZIG: &str = "ziglang==0.17.1";

/// `deepfix plugin build`.
pub(crate) fn run(args: &BuildArgs) -> anyhow::Result<ExitCode> {
    let project = Project::read(&args.project)?;
    if let Some(folder) = project.component.parent() {
        std::fs::create_dir_all(folder)?;
    }
    match project.language {
        Language::Rust => rust(&project)?,
        Language::Python => python(&project)?,
        Language::Javascript => javascript(&project)?,
        Language::Typescript => typescript(&project)?,
        Language::C => c(&project)?,
    }
    let bytes = std::fs::read(&project.component)
        .with_context(|| format!("the build made no {}", project.component.display()))?;
    let outline = component::outline(&bytes)?;
    output::result(&format!(
        "{}: {} kB, deepfix:analysis {}, sha256:{}\n",
        project.component.display(),
        outline.size.div_ceil(1000),
        outline.wit.join(", "),
        outline.sha256
    ));
    Ok(ExitCode::SUCCESS)
}

/// Runs a tool in a folder.
fn tool(folder: &Path, mut command: Command) -> anyhow::Result<()> {
    let shown = format!("{command:?}");
    output::remark(&styled(DIM, &shown));
    let status = command
        .current_dir(folder)
        .status()
        .with_context(|| format!("{shown} cannot be started"))?;
    anyhow::ensure!(status.success(), "{shown} failed: {status}");
    Ok(())
}

/// A program of the project itself, or else of the PATH.
fn program(project: &Project, own: &[&str], name: &str, install: &str) -> anyhow::Result<PathBuf> {
    let absolute = std::path::absolute(&project.folder)?;
    let here = own.iter().map(|it| absolute.join(it).join(name));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = std::env::split_paths(&path).map(|it| it.join(name)).collect::<Vec<_>>();
    here.chain(there)
        .find(|it| it.is_file())
        .with_context(|| format!("`{name}` is missing; in {} run `{install}`", project.folder.display()))
}

fn rust(project: &Project) -> anyhow::Result<()> {
    let mut command = Command::new("cargo");
    command.args(["build", "--release", "--target", "wasm32-wasip2"]);
    // Those of a host do not fit WebAssembly, and the component lies where plugin.toml says.
    command
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_TARGET_DIR");
    tool(&project.folder, command).context("for the target: `rustup target add wasm32-wasip2`")
}

/// What is not part of a plugin's source.
const NO_SOURCE: [&str; 8] = [
    "build",
    "target",
    "cases",
    ".venv",
    "venv",
    "node_modules",
    "typings",
    "__pycache__",
];

/// A copy of the sources in which every link is a file: the tools refuse what leads out of the folder.
fn staged(project: &Project) -> anyhow::Result<PathBuf> {
    let stage = project.folder.join("build/stage");
    if stage.exists() {
        std::fs::remove_dir_all(&stage)?;
    }
    copy(&project.folder, &stage)?;
    Ok(stage)
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let (path, name) = entry.map(|it| (it.path(), it.file_name()))?;
        if name.to_str().is_some_and(|it| NO_SOURCE.contains(&it)) {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name))?;
        } else {
            std::fs::copy(&path, to.join(name)).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}

/// The component's path as seen from the project's folder.
fn out(project: &Project) -> anyhow::Result<PathBuf> {
    Ok(std::path::absolute(&project.component)?)
}

fn python(project: &Project) -> anyhow::Result<()> {
    let install = format!("python3 -m venv .venv && .venv/bin/pip install {COMPONENTIZE_PY}");
    let own = [".venv/bin", "venv/bin", ".venv/Scripts"];
    let mut command = Command::new(program(project, &own, "componentize-py", &install)?);
    command.args([
        "--quiet",
        "--wit-path",
        "wit",
        "--world",
        "analyzer",
        "componentize",
        "plugin",
        "--output",
    ]);
    command.arg(out(project)?);
    tool(&staged(project)?, command)
}

/// The analyzer in JavaScript, from which the rest goes on as there. docs/plugins/javascript.md has the command.
fn typescript(project: &Project) -> anyhow::Result<()> {
    let install = format!("npm install --save-dev {TYPESCRIPT}");
    let mut command = Command::new(program(project, &["node_modules/.bin"], "tsc", &install)?);
    command.args([
        "--ignoreConfig",
        "--strict",
        "--target",
        "es2022",
        "--module",
        "nodenext",
    ]);
    command.args(["--lib", "es2022,esnext.disposable", "analyzer.ts"]);
    tool(&project.folder, command)?;
    javascript(project)
}

fn javascript(project: &Project) -> anyhow::Result<()> {
    let install = format!("npm install --save-dev {COMPONENTIZE_QJS}");
    let mut command = Command::new(program(project, &["node_modules/.bin"], "componentize-qjs", &install)?);
    // Without `--sync` it would use the component model's own concurrency, which no host offers yet.
    command.args([
        "--wit",
        "wit",
        "--world",
        "analyzer",
        "--js",
        "plugin.js",
        "--module-root",
        ".",
        "--sync",
        "--output",
    ]);
    command.arg(out(project)?);
    tool(&staged(project)?, command)
}

fn c(project: &Project) -> anyhow::Result<()> {
    let core = std::path::absolute(project.component.with_extension("core.wasm"))?;
    let mut command = compiler(project)?;
    command.args(["-mexec-model=reactor", "-O2", "-s", "-Wall", "-o"]);
    command.arg(&core).args([
        "plugin.c",
        "deepfix_plugin.c",
        "analyzer.c",
        "analyzer_component_type.o",
        "-lm",
    ]);
    tool(&project.folder, command)?;
    let bytes = encode(&core).with_context(|| core.display().to_string())?;
    std::fs::write(&project.component, bytes)?;
    std::fs::remove_file(&core)?;
    Ok(())
}

/// A C compiler for WebAssembly: that of the WASI SDK, or Zig's.
fn compiler(project: &Project) -> anyhow::Result<Command> {
    if let Some(sdk) = std::env::var_os("WASI_SDK_PATH") {
        let mut command = Command::new(Path::new(&sdk).join("bin/clang"));
        command.arg("--target=wasm32-wasip1");
        return Ok(command);
    }
    let install = format!("python3 -m venv .venv && .venv/bin/pip install {ZIG}");
    let own = [".venv/bin", "venv/bin"];
    let found = program(project, &[], "zig", &install).or_else(|_| program(project, &own, "python-zig", &install));
    let mut command = match found {
        Ok(zig) => {
            let mut command = Command::new(zig);
            command.arg("cc");
            command
        }
        Err(missing) => {
            // The Python package has no program of its own on some systems.
            let python = program(project, &own, "python3", &install)?;
            let there = Command::new(&python).args(["-c", "import ziglang"]).output()?;
            if !there.status.success() {
                return Err(missing);
            }
            let mut command = Command::new(python);
            command.args(["-m", "ziglang", "cc"]);
            command
        }
    };
    command.arg("--target=wasm32-wasi");
    Ok(command)
}

/// A component of a core module that imports WASI 0.1 at most.
fn encode(core: &Path) -> anyhow::Result<Vec<u8>> {
    let module = std::fs::read(core)?;
    ComponentEncoder::default()
        .validate(true)
        .module(&module)?
        .adapter(
            "wasi_snapshot_preview1",
            wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        )?
        .encode()
}
