//! Every guest has a test.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use deepfix_tests::examples_folder;

/// The names in `folder` that end in `suffix`, without it.
fn stems(folder: &Path, suffix: &str) -> BTreeSet<String> {
    let names = fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap());
    names
        .filter_map(|it| it.strip_suffix(suffix).map(str::to_owned))
        .collect()
}

fn rust_files(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let names = stems(folder, ".rs").into_iter();
    let folder = folder.to_owned();
    names.map(move |it| folder.join(format!("{it}.rs")))
}

#[test]
fn every_guest_has_a_host_test() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut system = stems(&tests.join("../../system/tests"), ".rs");
    system.retain(|it| it.starts_with("model"));
    let texts: String = stems(&tests, ".rs")
        .iter()
        .filter(|it| it.starts_with("sandbox_"))
        .map(|it| tests.join(format!("{it}.rs")))
        // The limits have a file per resource.
        .chain(rust_files(&tests.join("sandbox_limits")))
        // What a guest does with a model's words shows through the whole system.
        .chain(
            system
                .iter()
                .map(|it| tests.join(format!("../../system/tests/{it}.rs"))),
        )
        .map(|it| fs::read_to_string(it).unwrap())
        .collect();
    let without: Vec<_> = stems(&examples_folder(), ".rs")
        .into_iter()
        .filter(|it| !texts.contains(&format!("\"{it}\"")))
        .collect();
    assert!(
        without.is_empty(),
        "no test in tests/e2e/tests/sandbox_*.rs names the guests {without:?}"
    );
}

#[test]
fn every_guest_is_built() {
    let manifest = fs::read_to_string(examples_folder().join("../Cargo.toml")).unwrap();
    let listed: BTreeSet<String> = manifest
        .split("[[example]]")
        .skip(1)
        .map(|it| it.split('"').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(
        listed,
        stems(&examples_folder(), ".rs"),
        "tests/guests/Cargo.toml against tests/guests/examples/"
    );
    assert_eq!(manifest.matches("crate-type = [\"cdylib\"]").count(), listed.len());
}
