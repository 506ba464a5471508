//! The published WIT is frozen: a plugin that was built against it must load for ever.
//!
//! `wit-<version>.lock` holds every item of the version that `wit/world.wit` names, as it was
//! published. Comments, files and order of items may change; what a plugin links to may not.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{fs, path::PathBuf};

use deepfix_tests::wit::{Items, differences, items, lock, sources, unlock};

/// Set to write the lock file of a new version.
const WRITE: &str = "DEEPFIX_WRITE_WIT_LOCK";

fn lock_file(version: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("wit-{version}.lock"))
}

/// Versions of the same 0.x line that were published, with their items.
fn published(version: &str) -> Vec<(String, Items)> {
    let line = |version: &str| version.split('.').take(2).collect::<Vec<_>>().join(".");
    let mut published: Vec<_> = fs::read_dir(env!("CARGO_MANIFEST_DIR"))
        .unwrap()
        .filter_map(|it| {
            let name = it.unwrap().file_name().into_string().unwrap();
            let of = name.strip_prefix("wit-")?.strip_suffix(".lock")?.to_owned();
            (line(&of) == line(version)).then_some(of)
        })
        .map(|of| {
            let text = fs::read_to_string(lock_file(&of)).unwrap();
            (of, unlock(&text))
        })
        .collect();
    published.sort_by(|a, b| a.0.cmp(&b.0));
    published
}

/// What is wrong with the WIT, and what to do about it.
fn verdict(version: &str, current: &Items, published: &[(String, Items)]) -> Result<(), String> {
    for (of, frozen) in published {
        let found = differences(frozen, current, of != version);
        if !found.is_empty() {
            return Err(format!(
                "wit/ differs from what was published as deepfix:analysis@{of}:\n{}\n\
                 \n\
                 Published WIT does not change: plugins are built against it.\n\
                 - To add interfaces or functions, raise the patch version in wit/world.wit and in \
                 host/runtime/src/load.rs, and run this test once with {WRITE}=1.\n\
                 - Records, variants and enums are closed: data that grows goes into `extras`, a resource or a new \
                 interface.\n\
                 - To change or remove anything, make a new package version (0.2.0) in a folder of its own, which \
                 the host offers beside this one.",
                found.join("\n")
            ));
        }
    }
    if !published.iter().any(|(of, _)| of == version) {
        return Err(format!(
            "deepfix:analysis@{version} has no lock file: run this test once with {WRITE}=1"
        ));
    }
    Ok(())
}

#[test]
fn published_wit_does_not_change() {
    let (version, current) = items(&sources());
    assert!(current.len() > 50, "the items were not found: {current:?}");
    let file = lock_file(&version);
    if std::env::var_os(WRITE).is_some() && !file.exists() {
        let head = format!("# deepfix:analysis@{version} as published. Never edited: see tests/wit_freeze.rs.\n");
        fs::write(&file, head + &lock(&current)).unwrap();
    }
    verdict(&version, &current, &published(&version)).unwrap_or_else(|message| panic!("{message}"));
}

/// The WIT with a change, judged against today's.
fn after(file: &str, was: &str, is: &str, bump: bool) -> Result<(), String> {
    let (version, frozen) = items(&sources());
    let mut changed = sources();
    for (name, text) in &mut changed {
        if name == file {
            assert!(text.contains(was), "{file} does not contain {was:?}");
            *text = text.replacen(was, is, 1);
        }
        if bump {
            *text = text.replace("deepfix:analysis@0.1.1;", "deepfix:analysis@0.1.2;");
        }
    }
    let (new_version, current) = items(&changed);
    let mut published = vec![(version, frozen)];
    if bump {
        published.push((new_version.clone(), current.clone()));
    }
    verdict(&new_version, &current, &published)
}

#[test]
fn a_comment_may_change() {
    assert_eq!(
        after("knowledge.wit", "/// The knowledge base", "/// A knowledge base", false),
        Ok(())
    );
    assert_eq!(after("types.wit", "record fact {", "record   fact   {", false), Ok(()));
}

#[test]
fn an_addition_needs_a_new_version() {
    let addition = "log: func(level: level, text: string);\n    log: func(";
    let (was, is) = ("log: func(", addition.replacen("log:", "log-text:", 1));
    let message = after("logging.wit", was, &is, false).unwrap_err();
    assert!(
        message.contains("added: logging.log-text\n    is  func(level: logging.level, text: string)"),
        "{message}"
    );
    assert!(message.contains("raise the patch version"), "{message}");
    assert_eq!(after("logging.wit", was, &is, true), Ok(()));
}

#[test]
fn an_addition_to_what_plugins_export_is_refused_whatever_the_version() {
    for (file, was, is, told) in [
        (
            "analyze.wit",
            "describe: func()",
            "stop: func(); describe: func()",
            "added: analyze.stop\n",
        ),
        (
            "world.wit",
            "export analyze;",
            "export analyze; export acme: func();",
            "added: world analyzer export acme\n",
        ),
    ] {
        for bump in [false, true] {
            let message = after(file, was, is, bump).unwrap_err();
            assert!(message.contains(told), "{message}");
        }
    }
    let import = after(
        "world.wit",
        "export analyze;",
        "export analyze; import acme: func();",
        true,
    );
    assert_eq!(import, Ok(()));
}

#[test]
fn a_change_or_removal_is_refused_whatever_the_version() {
    for (file, was, is, told) in [
        ("types.wit", "confidence: f64,", "", "changed: types.finding\n"),
        (
            "types.wit",
            "confidence: f64,",
            "confidence: f32,",
            "changed: types.finding\n",
        ),
        (
            "types.wit",
            "timed-out(string),",
            "timed-out(string),\n late(string),",
            "changed: types.error\n",
        ),
        (
            "types.wit",
            "enum capability {",
            "enum capability { network,",
            "changed: types.capability\n",
        ),
        (
            "artifacts.wit",
            "row-count: func() -> u64;",
            "",
            "removed: artifacts.[method]table.row-count\n",
        ),
        (
            "artifacts.wit",
            "size: func() -> u64;",
            "size: func() -> u32;",
            "changed: artifacts.[method]blob.size\n",
        ),
        (
            "analyze.wit",
            "-> result<report, error>",
            "-> report",
            "changed: analyze.analyze\n",
        ),
        (
            "world.wit",
            "import progress;",
            "",
            "removed: world analyzer import progress\n",
        ),
        (
            "world.wit",
            "export analyze;",
            "export analyze; import acme: func();",
            "added: world analyzer import acme\n",
        ),
    ] {
        let message = after(file, was, is, false).unwrap_err();
        assert!(message.contains(told), "{message}");
        assert!(message.contains("a new package version (0.2.0)"), "{message}");
        if !told.starts_with("added") {
            assert!(after(file, was, is, true).is_err(), "{file}: {was}");
        }
    }
}
