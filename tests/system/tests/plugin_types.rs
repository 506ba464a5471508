//! The types that the SDKs of JavaScript and Python ship are those that the tools of these languages
//! generate from today's WIT, and the SDKs use them rightly.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use deepfix_system_tests::{Home, root, tool};

/// Set to write them.
const WRITE: &str = "DEEPFIX_WRITE_TYPES";

fn collect(folder: &Path, root: &Path, files: &mut BTreeMap<PathBuf, String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|it| it.unwrap().path()) {
        if path.is_dir() {
            collect(&path, root, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_owned();
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    collect(folder, folder, &mut all);
    // What the tools of Python leave behind.
    all.retain(|name, _| name.extension().is_some_and(|it| it == "py" || it == "ts"));
    all
}

fn compare(generated: &BTreeMap<PathBuf, String>, folder: &str) {
    let place = root().join(folder);
    if std::env::var_os(WRITE).is_some() {
        let _ = fs::remove_dir_all(&place);
        for (name, text) in generated {
            let file = place.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
    }
    let there = files(&place);
    let names = |all: &BTreeMap<PathBuf, String>| all.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&there), names(generated), "{folder}: run `cargo xtask generate`");
    for (name, text) in generated {
        let same = there[name] == *text;
        assert!(
            same,
            "{folder}/{} is not current: run `cargo xtask generate`",
            name.display()
        );
    }
}

#[test]
fn the_types_of_the_python_sdk_are_those_of_the_wit() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--wit-path", "wit", "--world", "analyzer", "bindings"];
    let out = folder.path().to_str().unwrap();
    let _ = tool("componentize-py", &[&arguments[..], &[out]].concat(), &root()).succeeded();
    let mut generated = files(folder.path());
    // The rest of what it writes is not of the WIT.
    generated.retain(|name, _| name.starts_with("wit_world") || name.ends_with("componentize_py_types.py"));
    assert!(generated.len() > 8, "{generated:?}");
    compare(&generated, "plugins/sdk-python/typings");
}

#[test]
fn the_types_of_the_javascript_sdk_are_those_of_the_wit() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let arguments = ["tests/plugins/jco-types.mjs", "target/plugin-tools/node", "wit", out];
    let _ = tool("node", &arguments, &root()).succeeded();
    let generated = files(folder.path());
    assert!(generated.len() > 8, "{generated:?}");
    compare(&generated, "plugins/sdk-js/types");
}

#[test]
fn the_python_sdk_uses_the_types_of_the_wit_rightly() {
    let cache = tempfile::tempdir().unwrap();
    let cache = format!("--cache-dir={}", cache.path().display());
    let modules = ["deepfix_plugin.py", "deepfix_host.py", "deepfix_testing.py"];
    let folder = root().join("plugins/sdk-python");
    let told = tool("mypy", &[&[cache.as_str()][..], &modules].concat(), &folder).succeeded();
    assert!(told.contains("no issues found in 3 source files"), "{told}");
}

/// A project as `plugin new` makes it.
fn new_in_javascript(home: &Home) -> PathBuf {
    let into = home.path().display().to_string();
    let _ = home
        .run(&["plugin", "new", "acme", "--lang", "javascript", "--into", &into])
        .succeeded();
    home.path().join("acme")
}

#[test]
fn the_javascript_sdk_and_a_new_project_use_the_types_of_the_wit_rightly() {
    let home = Home::new();
    let project = new_in_javascript(&home);
    for folder in [
        root().join("plugins/sdk-js"),
        root().join("plugins/examples/tokenizer-check"),
        project.clone(),
    ] {
        // The native tests are Node's, whose types are not here.
        let _ = tool("tsc", &["-p", "."], &folder).succeeded();
    }
    let file = project.join("analyzer.js");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("\"low\", 0.8", "\"lowest\", 0.8")).unwrap();
    let told = tool("tsc", &["-p", "."], &project);
    assert!(
        told.code != 0 && told.out.contains("lowest"),
        "what does not fit is found: {}",
        told.out
    );
}

/// The command that the page has for whoever writes TypeScript, without what only fetches the compiler.
fn documented_tsc() -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/plugins/javascript.md")).unwrap();
    let place = page.find("tsc --ignoreConfig").unwrap();
    let command = page[place..].split('`').next().unwrap();
    command.split_whitespace().skip(1).map(str::to_owned).collect()
}

/// An analyzer in JavaScript as its author would write it in TypeScript.
fn typescript(javascript: &str) -> String {
    let lines = javascript
        .lines()
        .filter(|it| !it.contains("@ts-check") && !it.contains("@type "));
    let text = lines.collect::<Vec<_>>().join("\n");
    let typed = "export const plugin: import(\"./deepfix-plugin.js\").Plugin = {";
    assert!(text.contains("export const plugin = {"), "{text}");
    text.replace("export const plugin = {", typed)
}

#[test]
fn an_analyzer_in_typescript_compiles_as_the_page_says_builds_and_passes_its_cases() {
    let home = Home::new();
    let project = new_in_javascript(&home);
    let (javascript, source) = (project.join("analyzer.js"), project.join("analyzer.ts"));
    let text = typescript(&fs::read_to_string(&javascript).unwrap());
    fs::remove_file(&javascript).unwrap();
    fs::write(&source, &text).unwrap();
    let command = documented_tsc();
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    let _ = tool("tsc", &command, &project).succeeded();
    assert!(!fs::read_to_string(&javascript).unwrap().contains("import(\"./"));
    let _ = tool("tsc", &["-p", "."], &project).succeeded();

    let folder = project.to_str().unwrap();
    let _ = home.run_with_tools(&["plugin", "build", folder]).succeeded();
    let told = home.run(&["plugin", "test", folder]).succeeded();
    assert!(told.contains("3 cases, 0 failed"), "{told}");
    let _ = tool("node", &["--test"], &project).succeeded();

    fs::write(&source, text.replace("\"low\", 0.8", "\"lowest\", 0.8")).unwrap();
    let told = tool("tsc", &command, &project);
    assert!(
        told.code != 0 && told.out.contains("analyzer.ts") && told.out.contains("lowest"),
        "what does not fit is found: {}",
        told.out
    );
}

/// The analyzer of the tutorial, which uses more of the SDK than that of a new project.
#[test]
fn the_analyzer_of_the_tutorial_compiles_in_typescript_too() {
    let home = Home::new();
    let into = home.path().display().to_string();
    let _ = home
        .run(&["plugin", "new", "acme", "--lang", "javascript", "--into", &into])
        .succeeded();
    let page = fs::read_to_string(root().join("docs/plugins/javascript.md")).unwrap();
    let block = page.split("```javascript analyzer.js\n").nth(1).unwrap();
    let text = typescript(block.split("```").next().unwrap());
    let project = home.path().join("acme");
    fs::write(project.join("analyzer.ts"), text).unwrap();
    let command = documented_tsc();
    let command: Vec<&str> = command.iter().map(String::as_str).collect();
    let _ = tool("tsc", &command, &project).succeeded();
    let compiled = fs::read_to_string(project.join("analyzer.js")).unwrap();
    assert!(compiled.contains("acme_plateau.wasted"), "{compiled}");
}
