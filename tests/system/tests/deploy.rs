//! What deploy/ holds, as far as it can be looked at without a container engine, a cluster or an init system.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use deepfix_system_tests::{Home, root};
use serde_json::{Value, json};

/// systemd's own measure of exposure, from 0 to 10 in tenths: what the unit has, and a little more.
const EXPOSURE: &str = "15";

fn tool(name: &str) -> PathBuf {
    let tool = root().join("target/deploy-env/bin").join(name);
    assert!(
        tool.is_file(),
        "target/deploy-env has no {name}: run `cargo xtask deploy` (`cargo xtask test` does it too)"
    );
    tool
}

/// Standard output of a command that must succeed.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    assert!(output.status.success(), "{command:?}\n{out}\n{err}");
    out + &err
}

#[test]
fn the_images_pass_hadolint() {
    let _ = run(Command::new(tool("hadolint"))
        .current_dir(root())
        .args(["deploy/Dockerfile", "deploy/mlflow/Dockerfile"]));
}

#[test]
fn the_image_is_built_from_every_folder_that_the_workspace_needs() {
    let ignored = fs::read_to_string(root().join("deploy/Dockerfile.dockerignore")).unwrap();
    let taken: Vec<&str> = ignored.lines().filter_map(|it| it.strip_prefix('!')).collect();
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let members = manifest.split("members = [").nth(1).unwrap().split(']').next().unwrap();
    let members = members
        .split(',')
        .map(|it| it.trim().trim_matches('"').split('/').next().unwrap());
    for name in members.chain([
        "Cargo.toml",
        "Cargo.lock",
        "rust-toolchain.toml",
        "deepfix.toml",
        "kb",
        "wit",
    ]) {
        assert!(taken.contains(&name), "{name} is not in the build's context");
    }
}

#[test]
fn the_compose_file_is_one_and_asks_for_a_password() {
    let compose = || {
        let mut command = Command::new("docker-compose");
        command
            .current_dir(root())
            .args(["-f", "deploy/compose.yaml", "config"]);
        command.env_remove("POSTGRES_PASSWORD");
        command
    };
    let shown = run(compose().env("POSTGRES_PASSWORD", "pass-word"));
    for part in [
        "read_only: true",
        "no-new-privileges:true",
        "@database/deepfix",
        "127.0.0.1:8844:8844",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let refused = compose().output().unwrap();
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("POSTGRES_PASSWORD"));
}

#[test]
fn the_unit_is_one_and_as_closed_as_it_can_be() {
    let folder = tempfile::tempdir().unwrap();
    let unit = folder.path().join("deepfix.service");
    let text = fs::read_to_string(root().join("deploy/systemd/deepfix.service")).unwrap();
    // The checker wants the program to be there.
    fs::write(&unit, text.replace("/opt/deepfix/deepfix serve", "/bin/true serve")).unwrap();
    let said = run(Command::new("systemd-analyze").arg("verify").arg(&unit));
    assert!(!said.contains("deepfix.service"), "{said}");
    let _ = run(Command::new("systemd-analyze")
        .args(["security", "--offline=yes", "--no-pager", "--threshold", EXPOSURE])
        .arg(&unit));
}

#[test]
fn the_chart_is_rendered_by_helm_and_what_cannot_work_is_refused() {
    let script = root().join("tests/deploy/chart.py");
    let said = run(Command::new(tool("python"))
        .arg(script)
        .arg(root().join("deploy/helm/deepfix")));
    let result: Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    assert_eq!(result["wrong"], json!([]));
    assert!(result["variables"].as_array().unwrap().len() >= 5);
    let chart = fs::read_to_string(root().join("deploy/helm/deepfix/Chart.yaml")).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert!(chart.contains(&format!("version: {version}\n")) && chart.contains(&format!("appVersion: \"{version}\"")));
}

/// Variables that a file sets, `DEEPFIX_SECTION__KEY`.
fn variables(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let words = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
    words
        .filter(|it| it.starts_with("DEEPFIX_") && it.contains("__"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_variable_that_is_set_overrides_a_key_that_there_is() {
    let home = Home::new();
    let mut all = Vec::new();
    for name in [
        "Dockerfile",
        "compose.yaml",
        "systemd/deepfix.service",
        "helm/deepfix/templates/configmap.yaml",
    ] {
        all.extend(variables(&root().join("deploy").join(name)));
    }
    let values = fs::read_to_string(root().join("deploy/helm/deepfix/values.yaml")).unwrap();
    let config = values.split("\nconfig:\n").nth(1).unwrap();
    let keys = config
        .lines()
        .take_while(|it| it.starts_with("  "))
        .filter_map(|it| it.trim().split(':').next());
    all.extend(keys.map(|it| format!("DEEPFIX_{it}")));
    all.retain(|it| it != "DEEPFIX_SECTION__KEY");
    assert!(all.len() > 10, "{all:?}");
    let shipped = fs::read_to_string(home.path().join("deepfix.toml")).unwrap();
    for variable in all {
        let (section, key) = variable.strip_prefix("DEEPFIX_").unwrap().split_once("__").unwrap();
        let (section, key) = (section.to_lowercase(), key.to_lowercase());
        let table = shipped
            .split(&format!("\n[{section}]\n"))
            .nth(1)
            .unwrap_or_else(|| panic!("{variable}"));
        let table = table.split("\n[").next().unwrap();
        assert!(
            table.lines().any(|it| it.starts_with(&format!("{key} ="))),
            "{variable}"
        );
    }
}

/// The binary as somebody who owns none of its files; root is made nobody.
fn as_a_stranger(home: &Home) -> Command {
    let binary = home.path().join("deepfix");
    let mut command = if run(Command::new("id").arg("-u")).trim() == "0" {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(binary);
        command
    } else {
        Command::new(binary)
    };
    command
        .current_dir(root())
        .env("DEEPFIX_CONFIG", home.path().join("deepfix.toml"))
        .env("DEEPFIX_HISTORY__DATABASE", "")
        .env("NO_COLOR", "1");
    command
}

#[test]
fn it_runs_from_a_folder_that_it_may_not_change() {
    // As in the image: the cache of components was filled at the build, and belongs to somebody else.
    let home = Home::new();
    let cache = home.path().join("cache");
    let filled = home
        .command()
        .args(["config", "check"])
        .env("DEEPFIX_ENGINE__CACHE_DIR", &cache)
        .output();
    assert!(filled.unwrap().status.success());
    let entries = |folder: &Path| {
        run(Command::new("find").arg(folder).args(["-type", "f"]))
            .lines()
            .count()
    };
    let before = entries(&cache);
    assert!(before > 0, "the build's check fills no cache");
    let _ = run(Command::new("chmod").args(["-R", "a=rX"]).arg(home.path()));
    let said = run(as_a_stranger(&home).env("DEEPFIX_ENGINE__CACHE_DIR", &cache).args([
        "analyse",
        "examples/overfit-digits",
        "--format",
        "json",
    ]));
    assert!(said.contains("training.overfitting"), "{said}");
    assert_eq!(entries(&cache), before);
    // So that it can be removed.
    let _ = run(Command::new("chmod").args(["-R", "u+w"]).arg(home.path()));
}
