//! `deepfix plugin new`: a project that builds and passes its tests at once. Everything that it is made
//! of is in the binary.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;

use super::{
    args::{Language, NewArgs},
    build::{COMPONENTIZE_PY, ZIG},
    sdk,
};
use crate::output;

const WITHOUT_SEED: &str = r#"{
  "dataset_name": "digits",
  "training_artifacts": { "params": { "optimizer": "adam", "epochs": 3 } }
}
"#;
const WITH_SEED: &str = r#"{
  "dataset_name": "digits",
  "training_artifacts": { "params": { "optimizer": "adam", "Random_Seed": 7 } }
}
"#;
const EXPECTED: &str = r#"[
  {
    "code": "{{code}}.no_seed",
    "severity": "low",
    "evidence": "2 parameters, none of them a seed"
  }
]
"#;

/// `deepfix plugin new`.
pub(crate) fn run(args: &NewArgs) -> anyhow::Result<ExitCode> {
    let fits = |it: &str| {
        it.bytes()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'_')
    };
    anyhow::ensure!(
        args.name.starts_with(|c: char| c.is_ascii_lowercase()) && args.name.len() <= 60 && fits(&args.name),
        "found the name `{}`, expected lower-case letters, digits, `-` and `_`, a letter first",
        args.name
    );
    let folder = args.into.join(&args.name);
    anyhow::ensure!(!folder.exists(), "{} exists already", folder.display());
    let code = args.name.replace('-', "_");
    let (language, component, install, native) = match args.lang {
        Language::Rust => (
            "rust",
            format!("target/wasm32-wasip2/release/{code}.wasm"),
            "rustup target add wasm32-wasip2\n".to_owned(),
            "cargo test                # the same, natively",
        ),
        Language::Python => (
            "python",
            format!("build/{code}.wasm"),
            format!("python3 -m venv .venv && .venv/bin/pip install {COMPONENTIZE_PY}\n"),
            "python3 -m unittest       # the same, natively",
        ),
        Language::Javascript => (
            "javascript",
            format!("build/{code}.wasm"),
            "npm install\n".to_owned(),
            "node --test               # the same, natively",
        ),
        Language::Typescript => (
            "typescript",
            format!("build/{code}.wasm"),
            "npm install\n".to_owned(),
            "node --test               # the same, natively: of what the build compiled",
        ),
        Language::C => (
            "c",
            format!("build/{code}.wasm"),
            format!("python3 -m venv .venv && .venv/bin/pip install {ZIG}\n"),
            "",
        ),
    };
    let sdk = match args.lang {
        Language::Rust => rust_sdk(args.deepfix.as_deref())?.display().to_string(),
        _ => String::new(),
    };
    let is_typescript = args.lang == Language::Typescript;
    let compiled = if is_typescript { "/analyzer.js\n" } else { "" };
    let fill = |text: &str| {
        text.replace("{{name}}", &args.name)
            .replace("{{code}}", &code)
            .replace("{{language}}", language)
            .replace("{{component}}", &component)
            .replace("{{install}}", &install)
            .replace("{{native}}", native)
            .replace("{{sdk}}", &sdk)
            .replace("{{compiled}}", compiled)
    };
    let own: &[(&str, &str)] = match args.lang {
        Language::Rust => &sdk::RUST,
        Language::Python => &sdk::PYTHON,
        Language::Javascript | Language::Typescript => &sdk::JAVASCRIPT,
        Language::C => &sdk::C,
    };
    let common = [
        ("plugin.toml", sdk::PLUGIN_TOML),
        ("README.md", sdk::README),
        (
            ".gitignore",
            "/build/\n/target/\n/.venv/\n/node_modules/\n__pycache__/\n{{compiled}}",
        ),
        ("cases/no-seed/request.json", WITHOUT_SEED),
        ("cases/no-seed/expected.json", EXPECTED),
        ("cases/a-seed/request.json", WITH_SEED),
        ("cases/a-seed/expected.json", "[]\n"),
        ("cases/not-granted/request.json", WITH_SEED),
        ("cases/not-granted/case.toml", "artifacts = []\n"),
        (
            "cases/not-granted/error.txt",
            "requires the training artifact, which is not granted\n",
        ),
    ];
    let wit: &[(&str, &str)] = match args.lang {
        Language::Python | Language::Javascript | Language::Typescript => &sdk::WIT,
        Language::Rust | Language::C => &[],
    };
    let instead: &[(&str, &str)] = if is_typescript { &sdk::TYPESCRIPT } else { &[] };
    for (name, text) in common.iter().chain(own).chain(wit).chain(instead) {
        if is_typescript && *name == "analyzer.js" {
            // The build makes it.
            continue;
        }
        write(&folder.join(name), fill(text).as_bytes())?;
    }
    if args.lang == Language::C {
        write(&folder.join("analyzer_component_type.o"), sdk::C_TYPES)?;
    }
    output::result(&format!(
        "{}: made\n  cd {}\n  {}  deepfix plugin build && deepfix plugin test\n",
        folder.display(),
        folder.display(),
        install.replace('\n', "\n  ").trim_end_matches(' ')
    ));
    Ok(ExitCode::SUCCESS)
}

fn write(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))
}

/// The Rust SDK: below the checkout that is named, or that the binary lies in.
fn rust_sdk(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    let is_sdk = |folder: &Path| folder.join("Cargo.toml").is_file();
    if let Some(checkout) = named {
        let sdk = std::path::absolute(checkout)?.join("plugins/sdk");
        anyhow::ensure!(
            is_sdk(&sdk),
            "{} is not there: --deepfix names a checkout of DeepFix",
            sdk.display()
        );
        return Ok(sdk);
    }
    let binary = std::env::current_exe()?;
    let here = std::env::current_dir()?;
    let found = binary
        .ancestors()
        .chain(here.ancestors())
        .map(|it| it.join("plugins/sdk"));
    found
        .into_iter()
        .find(|it| is_sdk(it))
        .context("the Rust SDK was not found beside the binary: name a checkout of DeepFix with `--deepfix DIR`")
}
