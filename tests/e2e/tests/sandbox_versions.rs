//! Components of every published version of the WIT load side by side, and one gate is underneath all
//! of them: what is not granted is denied whatever a component was built for.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::{fs, path::PathBuf, sync::Arc};

use deepfix_core::ArtifactKind;
use deepfix_runtime::{Run, RunInput, Services};
use deepfix_tests::{Case, FakeKnowledge, FakeModel, guest_file, input, wit};
use serde_json::{Value as Json, json};

/// As published, in order.
const VERSIONS: [&str; 2] = ["0.1.0", "0.1.1"];

/// A component of every version before the newest is kept; the newest one's is built for the test.
fn kept(version: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("published")
        .join(version)
}

/// The guest as it was built for a version: kept from then, or built now for the newest.
fn built_for(version: &str, guest: &str) -> Vec<u8> {
    let kept = kept(version).join(format!("{guest}.wasm"));
    let file = if version == wit::VERSION {
        guest_file(guest)
    } else {
        kept
    };
    let bytes = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let imports = |version: &str| {
        // Every component imports the types, whatever else it calls.
        let name = format!("deepfix:analysis/types@{version}");
        bytes.windows(name.len()).any(|it| it == name.as_bytes())
    };
    assert!(imports(version), "{guest} is not built for {version}");
    assert!(VERSIONS.iter().all(|it| *it == version || !imports(it)));
    bytes
}

fn extras(run: &Run) -> Json {
    let report = run.result.as_ref().unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_str(&report.extras).unwrap()
}

#[test]
fn every_published_version_is_tested() {
    let names = fs::read_dir(env!("CARGO_MANIFEST_DIR"))
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut published: Vec<_> = names
        .filter_map(|it| Some(it.strip_prefix("wit-")?.strip_suffix(".lock")?.to_owned()))
        .collect();
    published.sort();
    assert_eq!(published, VERSIONS);
    assert_eq!(VERSIONS.last(), Some(&wit::VERSION));
}

#[test]
fn what_is_kept_names_no_folder_of_who_built_it() {
    for version in VERSIONS.iter().filter(|it| **it != wit::VERSION) {
        let mut seen = 0;
        for file in fs::read_dir(kept(version)).unwrap() {
            let file = file.unwrap().path();
            let text = String::from_utf8_lossy(&fs::read(&file).unwrap()).into_owned();
            for folder in ["/root/", "/home/", "/Users/", ".cargo/registry"] {
                assert!(!text.contains(folder), "{} names {folder}", file.display());
            }
            seen += 1;
        }
        assert!(seen > 0, "nothing is kept of {version}");
    }
}

#[tokio::test]
async fn another_artifact_kind_is_denied_to_every_version() {
    for version in VERSIONS {
        let bytes = built_for(version, "reads_other_kind");
        let seen = extras(&Case::bytes("reads_other_kind", bytes.clone()).run().await);
        assert_eq!(seen["available"], json!(["Training"]), "{version}");
        for function in ["read", "inspect", "tables", "open_table", "blobs", "open_blob"] {
            let told = seen[function].as_str().unwrap_or_default();
            assert!(
                told.starts_with("denied: `reads_other_kind` may not read the dataset artifact"),
                "{version} {function}: {told}"
            );
        }
        assert_eq!(seen["granted"], "0.1", "{version}");
        let granted = Case::bytes("reads_other_kind", bytes).may_read(ArtifactKind::Dataset);
        assert_eq!(extras(&granted.run().await)["read"], Json::Null, "{version}");
    }
}

#[tokio::test]
async fn capabilities_are_denied_to_every_version() {
    for version in VERSIONS {
        let (knowledge, model) = (Arc::new(FakeKnowledge::default()), Arc::new(FakeModel::default()));
        let services = Services {
            knowledge: Arc::<FakeKnowledge>::clone(&knowledge),
            llm: Arc::<FakeModel>::clone(&model),
            progress: None,
        };
        let bytes = built_for(version, "uses_ungranted");
        let run = Case::bytes("uses_ungranted", bytes)
            .run_with(RunInput { services, ..input() })
            .await;
        let seen = extras(&run);
        for function in ["complete", "complete_all", "search"] {
            let told = seen[function].as_str().unwrap_or_default();
            assert!(
                told.starts_with("denied: `uses_ungranted`"),
                "{version} {function}: {told}"
            );
        }
        assert_eq!(seen["available"], false, "{version}");
        assert_eq!(knowledge.searches.load(std::sync::atomic::Ordering::Relaxed), 0);
        assert_eq!(model.calls(), 0);
    }
}

#[tokio::test]
async fn files_network_environment_and_processes_are_out_of_reach_of_every_version() {
    for version in VERSIONS {
        let bytes = built_for(version, "tries_everything");
        let seen = extras(&Case::bytes("tries_everything", bytes).run().await);
        for attempt in [
            "read_file",
            "read_relative",
            "write_file",
            "list_root",
            "list_here",
            "remove",
            "tcp_connect",
            "tcp_listen",
            "udp_bind",
            "resolve",
            "process",
            "thread",
        ] {
            let found = &seen[attempt];
            assert!(found["denied"].is_string(), "{version} {attempt}: {found}");
        }
        assert_eq!(seen["environment"], json!([]), "{version}");
        assert_eq!(seen["arguments"], json!([]), "{version}");
        assert_eq!(seen["input"], "", "{version}");
        let directory = seen["directory"].as_str().unwrap_or_default();
        assert!(["/", ""].contains(&directory), "{version}: {directory}");
        assert!(!std::path::Path::new("/tmp/deepfix-was-here").exists());
    }
}

#[tokio::test]
async fn versions_run_side_by_side_in_one_engine() {
    let mut plugins = Vec::new();
    for version in VERSIONS {
        let mut case = Case::bytes(version, built_for(version, "reads_other_kind"));
        case.config.name = Some(format!("of-{version}"));
        case.config.plugin = Some("reads_other_kind".to_owned());
        plugins.push(case.load().await.unwrap());
    }
    let (old, new) = tokio::join!(plugins[0].analyze(input()), plugins[1].analyze(input()));
    let masked = |run: &Run, name: &str| extras(run).to_string().replace(name, "NAME");
    assert_eq!(masked(&old, "of-0.1.0"), masked(&new, "of-0.1.1"));
}
