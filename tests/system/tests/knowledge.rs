//! The knowledge base as the command line serves and checks it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{collections::BTreeSet, fs};

use deepfix_knowledge::{FAULT_CODES, STATUS_CODES};
use deepfix_system_tests::{Home, root};
use serde_json::Value;

#[test]
fn the_codes_that_need_passages_are_those_that_the_agents_report() {
    let home = Home::new();
    let ran = home.run(&["agents", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let answer: Value = serde_json::from_str(&ran.out).unwrap();
    let agents = answer["agents"].as_array().or(answer.as_array()).unwrap();
    let reported: BTreeSet<&str> = agents
        .iter()
        .flat_map(|it| it["codes"].as_array().unwrap())
        .map(|it| it.as_str().unwrap())
        .collect();
    let known: BTreeSet<&str> = FAULT_CODES.iter().chain(STATUS_CODES).copied().collect();
    let missing: Vec<_> = reported.difference(&known).collect();
    assert!(
        missing.is_empty(),
        "{missing:?} are reported: add them to host/knowledge/src/faults.rs, and passages about them to kb/"
    );
    let gone: Vec<_> = known.difference(&reported).collect();
    assert!(
        gone.is_empty(),
        "{gone:?} are reported by no agent: drop them from host/knowledge/src/faults.rs"
    );
}

#[test]
fn the_shipped_base_is_sound_wherever_it_is_named() {
    let home = Home::new();
    let shipped = root().join("kb").display().to_string();
    for arguments in [vec!["kb", "lint"], vec!["kb", "lint", &shipped]] {
        let ran = home.run(&arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("fine"), "{}", ran.out);
    }
}

#[test]
fn the_lint_names_every_fault_and_how_to_mend_it() {
    let home = Home::new();
    let folder = home.path().join("house-rules");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("a.md"), "no front matter").unwrap();
    let body = "word ".repeat(30);
    let document = format!(
        "---\nid: b\ntitle: B\ndomain: training\ncodes: [training.overfiting]\nsources:\n  - title: T\n    \
         url: https://en.wikipedia.org/wiki/T\n---\n## Heading\n{body}\n"
    );
    fs::write(folder.join("b.md"), document).unwrap();
    let folder = folder.display().to_string();
    let ran = home.run(&["kb", "lint", &folder, "--partial"]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    for expected in [
        "a.md:1: found \"no front matter\", expected the line `---`",
        "b.md:1: found the code `training.overfiting`, which no agent reports; did you mean `training.overfitting`?",
        "found a source at `en.wikipedia.org`, expected a primary one",
    ] {
        assert!(ran.out.contains(expected), "no {expected:?} in {}", ran.out);
    }
    assert!(!ran.out.contains("passages about the code"), "{}", ran.out);
    let whole = home.run(&["kb", "lint", &folder]);
    assert_eq!(whole.code, 1);
    assert!(
        whole
            .out
            .contains("found 0 passages about the code `training.no_shuffle`, expected at least 2"),
        "{}",
        whole.out
    );
    assert!(whole.err.contains("--partial"), "{}", whole.err);
    let absent = home.run(&["kb", "lint", "nowhere"]);
    assert_eq!(absent.code, 2, "{}", absent.err);
    assert!(absent.err.contains("nowhere: cannot be read"), "{}", absent.err);
}
