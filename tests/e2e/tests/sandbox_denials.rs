//! What is not granted is denied, in words that say which line would grant it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::sync::Arc;

use deepfix_core::{ArtifactKind, Capability};
use deepfix_runtime::{Run, RunInput, Services};
use deepfix_tests::{Case, FakeKnowledge, FakeModel, input};
use serde_json::{Value as Json, json};

fn extras(run: &Run) -> Json {
    let report = run.result.as_ref().unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_str(&report.extras).unwrap()
}

#[tokio::test]
async fn a_healthy_guest_sees_its_settings_and_what_it_is_granted() {
    let settings = json!({"threshold": 0.25, "names": ["a", "b"]});
    let run = Case::guest("healthy").settings(&settings).run().await;
    assert_eq!(
        extras(&run),
        json!({
            "settings": settings,
            "dataset": "digits",
            "model": "net",
            "language": "english",
            "kinds": ["Training"],
        })
    );
    let report = run.result.unwrap();
    assert_eq!(report.analyses.len(), 1);
    assert_eq!(report.analyses[0].finding.code, "healthy.found");
    assert!(run.objections.is_empty(), "{:?}", run.objections);
}

#[tokio::test]
async fn another_artifact_kind_is_denied_by_every_function() {
    let run = Case::guest("reads_other_kind").run().await;
    let seen = extras(&run);
    assert_eq!(seen["available"], json!(["Training"]));
    for function in ["read", "inspect", "tables", "open_table", "blobs", "open_blob"] {
        let told = seen[function]
            .as_str()
            .unwrap_or_else(|| panic!("{function} was not denied"));
        assert!(
            told.starts_with("denied: `reads_other_kind` may not read the dataset artifact"),
            "{function}: {told}"
        );
        assert!(
            told.contains(r#"grant it in its entry of deepfix.toml with `artifacts = ["training", "dataset"]`"#),
            "{told}"
        );
    }
    assert_eq!(seen["granted"], "0.1", "what is granted is read all the same");
}

#[tokio::test]
async fn the_line_that_was_printed_grants_it() {
    let run = Case::guest("reads_other_kind")
        .may_read(ArtifactKind::Dataset)
        .run()
        .await;
    assert_eq!(extras(&run)["read"], Json::Null);
}

#[tokio::test]
async fn capabilities_that_are_not_granted_are_denied_and_reach_nothing() {
    let (knowledge, model) = (Arc::new(FakeKnowledge::default()), Arc::new(FakeModel::default()));
    let services = Services {
        knowledge: Arc::<FakeKnowledge>::clone(&knowledge),
        llm: Arc::<FakeModel>::clone(&model),
        progress: None,
    };
    let run = Case::guest("uses_ungranted")
        .run_with(RunInput { services, ..input() })
        .await;
    let seen = extras(&run);
    assert_eq!(seen["available"], false);
    for (function, capability) in [("complete", "llm"), ("complete_all", "llm"), ("search", "knowledge")] {
        let told = seen[function].as_str().unwrap();
        assert!(
            told.starts_with("denied: `uses_ungranted` may not use the capability"),
            "{told}"
        );
        assert!(
            told.contains(&format!("deepfix.toml with `capabilities = [\"{capability}\"]`")),
            "{told}"
        );
    }
    assert_eq!(knowledge.searches.load(std::sync::atomic::Ordering::Relaxed), 0);
    assert_eq!(model.calls(), 0);
}

#[tokio::test]
async fn a_granted_model_that_is_not_configured_is_unavailable() {
    let run = Case::guest("asks_llm").may_use(Capability::Llm).run().await;
    let seen = extras(&run);
    assert_eq!(seen["available"], false);
    assert_eq!(seen["refusal"], "unavailable: no language model is configured");
}
