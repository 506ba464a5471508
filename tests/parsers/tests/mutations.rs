//! Every parser over its seeds and some thousand mutations of them: no panic, no fact that reads otherwise.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{fs, path::Path};

use deepfix_parser_targets::{Random, TARGETS, mutate, run, seeds};

/// Mutations of one parser, in all.
const ROUNDS: usize = 1_500;

fn survives(from: usize, step: usize) {
    for (place, (name, target)) in TARGETS.iter().enumerate().skip(from).step_by(step) {
        let seeds = seeds(name).unwrap();
        assert!(!seeds.is_empty(), "{name} has no seed");
        let understood = seeds.iter().filter(|it| target(it)).count();
        assert!(understood > 0, "{name} understands none of its seeds");
        let mut random = Random(place as u64);
        for round in 0..ROUNDS {
            let changed = mutate(&mut random, &seeds[round % seeds.len()]);
            let caught = std::panic::catch_unwind(|| target(&changed));
            assert!(
                caught.is_ok(),
                "{name} panics at {:?}",
                String::from_utf8_lossy(&changed)
            );
        }
    }
}

#[test]
fn half_of_the_parsers_survive_whatever_their_files_become() {
    survives(0, 2);
}

#[test]
fn the_other_parsers_survive_whatever_their_files_become() {
    survives(1, 2);
}

#[test]
fn every_parser_has_a_fuzz_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let mut files: Vec<String> = fs::read_dir(folder.join("fuzz_targets"))
        .unwrap()
        .map(|it| it.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    files.sort();
    let mut names: Vec<&str> = TARGETS.iter().map(|it| it.0).collect();
    names.sort_unstable();
    assert_eq!(files, names);
    for name in names {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        let text = fs::read_to_string(folder.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(text.contains(&format!("run(\"{name}\"")), "{name}");
        assert!(run(name, b"").is_some());
    }
}
