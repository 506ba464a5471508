//! The tutorials in docs/plugins are followed to the letter: every command is run, every file is written.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{env, fs, path::PathBuf, process::Command};

use deepfix_system_tests::{Home, Ran, root, tool_path};

/// What installs the toolchain of a language: `cargo xtask plugins` did, with the same versions.
fn installs(line: &str) -> bool {
    ["python3 -m venv", "npm install", "rustup target add"]
        .iter()
        .any(|it| line.starts_with(it))
}

/// The fenced blocks of a page: what stands behind the backticks, and the lines between.
fn blocks(text: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(info), None) => open = Some((info.to_owned(), String::new())),
            (Some(_), Some(_)) => all.extend(open.take()),
            (None, Some((_, block))) => *block += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    all
}

/// Follows a tutorial and returns what its last command printed.
fn follow(name: &str) -> String {
    let home = Home::new();
    let text = fs::read_to_string(root().join("docs/plugins").join(name)).unwrap();
    let own = env::split_paths(&tool_path()).collect::<Vec<_>>();
    let path = env::join_paths([home.path().to_owned()].into_iter().chain(own)).unwrap();
    let mut folder: PathBuf = home.path().to_owned();
    let (mut last, mut commands) = (String::new(), 0);
    for (info, block) in blocks(&text) {
        let Some((_, file)) = info.split_once(' ') else {
            assert_eq!(info, "sh", "{name}: a block says which file it is");
            for line in block.lines().filter(|it| !installs(it)) {
                if let Some(place) = line.strip_prefix("cd ") {
                    folder = folder.join(place);
                    continue;
                }
                let mut shell = Command::new("sh");
                shell
                    .args(["-c", line])
                    .current_dir(&folder)
                    .env("PATH", &path)
                    .env("NO_COLOR", "1");
                shell.env("DEEPFIX_CONFIG", home.path().join("deepfix.toml"));
                shell.env("DEEPFIX_CHECKOUT", root()).env_remove("CARGO_TARGET_DIR");
                let ran = Ran::of(&mut shell);
                assert_eq!(ran.code, 0, "{name}: {line}\n{}\n{}", ran.out, ran.err);
                last = ran.out;
                commands += 1;
            }
            continue;
        };
        let file = folder.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, block).unwrap();
    }
    assert!(commands > 10, "{name} has {commands} commands");
    last
}

fn finds_the_plateau(name: &str) {
    let answer = follow(name);
    assert!(
        answer.contains("acme_plateau.wasted") || answer.contains("The second half of the training improved next to"),
        "{name}: {answer}"
    );
}

#[test]
fn the_tutorial_in_rust_leads_to_a_finding() {
    finds_the_plateau("rust.md");
}

#[test]
fn the_tutorial_in_python_leads_to_a_finding() {
    finds_the_plateau("python.md");
}

#[test]
fn the_tutorial_in_javascript_leads_to_a_finding() {
    finds_the_plateau("javascript.md");
}

#[test]
fn the_tutorial_in_c_leads_to_a_finding() {
    finds_the_plateau("c.md");
}

#[test]
fn what_is_told_to_be_installed_is_what_the_tests_run_with() {
    let read = |name: &str| fs::read_to_string(root().join(name)).unwrap();
    let requirements = read("tests/plugins/requirements.txt");
    for (page, package) in [("python.md", "componentize-py=="), ("c.md", "ziglang==")] {
        let text = read(&format!("docs/plugins/{page}"));
        let told = text
            .split(package)
            .nth(1)
            .and_then(|it| it.split_whitespace().next())
            .unwrap();
        let pinned = format!("{package}{told}");
        assert!(requirements.lines().any(|it| it == pinned), "{page}: {pinned}");
        assert!(
            read("host/cli/src/plugin/build.rs").contains(&format!("\"{pinned}\"")),
            "{pinned}"
        );
    }
    let node: serde_json::Value = serde_json::from_str(&read("tests/plugins/package.json")).unwrap();
    let version = node["dependencies"]["componentize-qjs"].as_str().unwrap();
    let dependency = format!("\"componentize-qjs\": \"{version}\"");
    assert!(
        read("host/cli/templates/javascript/package.json.tmpl").contains(&dependency),
        "{dependency}"
    );
    assert!(read("host/cli/src/plugin/build.rs").contains(&format!("componentize-qjs@{version}")));
    let compiler = node["dependencies"]["typescript"].as_str().unwrap();
    let template = read("host/cli/templates/typescript/package.json.tmpl");
    assert!(
        template.contains(&dependency) && template.contains(&format!("\"typescript\": \"{compiler}\"")),
        "{template}"
    );
    assert!(read("host/cli/src/plugin/build.rs").contains(&format!("typescript@{compiler}")));
}
