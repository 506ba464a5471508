//! docs/plugins/reference.md is what stands in the comments of the WIT.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{fs, path::Path};

use deepfix_tests::reference::markdown;
use wit_parser::Resolve;

/// Set to write it.
const WRITE: &str = "DEEPFIX_WRITE_REFERENCE";

#[test]
fn the_reference_is_that_of_the_wit() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root.join("wit")).unwrap();
    let text = markdown(&resolve, package);
    let file = root.join("docs/plugins/reference.md");
    if std::env::var_os(WRITE).is_some() {
        fs::write(&file, &text).unwrap();
    }
    let there = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        there == text,
        "docs/plugins/reference.md is not current: run `cargo xtask generate`"
    );
}

#[test]
fn every_interface_function_and_case_of_the_wit_is_in_the_reference() {
    let mut resolve = Resolve::default();
    let source = "package a:b@0.1.0;\n\
        /// What it is.\n\
        interface i {\n\
            /// A thing.\n\
            record r { /// How many.\n count: option<u64>, }\n\
            variant v { none, some(list<string>), }\n\
            /// Held.\n\
            resource t { /// Turns.\n turn: func(by: f64) -> result<r, v>; }\n\
            /// Opens.\n\
            open: func(name: string) -> result<t, v>;\n\
        }\n\
        /// All.\n\
        world w { import i; }";
    let package = resolve.push_str("a.wit", source).unwrap();
    let text = markdown(&resolve, package);
    for part in [
        "## World `w`\n\nAll.\n\nImports: [`i`](#interface-i).",
        "## Interface `i`\n\nWhat it is.",
        "### `open`\n\n```wit\nopen: func(name: string) -> result<t, v>\n```\n\nOpens.",
        "### record `r`\n\nA thing.\n\n- `count: option<u64>`: How many.",
        "- `some(list<string>)`",
        "### resource `t`\n\nHeld.\n\n- `turn: func(by: f64) -> result<r, v>`: Turns.",
    ] {
        assert!(text.contains(part), "{part}\n\n{text}");
    }
}
