//! The built binary with the built components, as users run them. `cargo xtask build` makes both.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails by panicking"
)]

mod browser;
mod home;
mod mlflow;
mod operator;
mod registry;
mod server;
mod tools;
mod with_model;

use std::path::{Path, PathBuf};

pub use browser::browse;
pub use home::{Home, Ran};
pub use mlflow::{Mlflow, log_runs, look};
pub use operator::{Operator, acme, digest};
pub use registry::{Registry, Stopped};
use serde_json::Value;
pub use server::{Answer, Server};
pub use tools::{tool, tool_path};
pub use with_model::{analyse, home_with_one_that_repeats, request, rules, without_model};

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// A folder beside the repository with material that is not part of it; none on a machine that
/// has only the repository.
#[must_use]
pub fn shared(name: &str) -> Option<PathBuf> {
    let folder = root().join("../shared").join(name);
    folder.is_dir().then_some(folder)
}

/// All findings of a response as `(agent, code, severity)`.
#[must_use]
pub fn findings(response: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    response["agent_results"]
        .as_object()
        .expect("agent_results")
        .iter()
        .flat_map(|(agent, result)| {
            result["analysis"].as_array().expect("analysis").iter().map(move |it| {
                (
                    agent.clone(),
                    text(&it["findings"]["code"]),
                    text(&it["findings"]["severity"]),
                )
            })
        })
        .collect()
}

/// Whether some agent reports a code at medium or high.
#[must_use]
pub fn reports(response: &Value, code: &str) -> bool {
    findings(response)
        .iter()
        .any(|(_, it, severity)| it == code && severity != "low")
}

/// A response without what may differ between two runs.
#[must_use]
pub fn without_timings(mut response: Value) -> Value {
    response["additional_outputs"]
        .as_object_mut()
        .expect("additional_outputs")
        .remove("timings_ms");
    response
}

/// Checks what every client relies on.
pub fn assert_well_formed(response: &Value) {
    let results = response["agent_results"].as_object().expect("agent_results");
    let errors = response["error_messages"].as_object().expect("error_messages");
    assert!(
        results.keys().eq(errors.keys()),
        "every agent that was asked is in error_messages"
    );
    let reasoner = &results["CrossArtifactReasoningAgent"];
    assert!(
        !reasoner["analysis"].as_array().unwrap().is_empty(),
        "the reasoner has no analysis"
    );
    for name in ["summary", "optimization_areas", "constraints"] {
        assert!(
            !reasoner["additional_outputs"][name].is_null(),
            "the reasoner has no {name}"
        );
    }
    assert!(
        response["summary"].as_str().unwrap().len() > 20,
        "the summary says nothing"
    );
    for (agent, result) in results {
        assert_eq!(result["agent_name"], *agent);
        for it in result["analysis"].as_array().unwrap() {
            let (finding, recommendation) = (&it["findings"], &it["recommendations"]);
            for (part, name) in [(finding, "description"), (recommendation, "action")] {
                assert!(
                    part[name].as_str().is_some_and(|it| !it.is_empty()),
                    "{agent}: empty {name}: {it}"
                );
            }
            for part in [finding, recommendation] {
                let confidence = part["confidence"].as_f64().expect("a confidence");
                assert!((0.0..=1.0).contains(&confidence));
            }
            assert!(["low", "medium", "high"].contains(&finding["severity"].as_str().unwrap()));
            for fact in finding["facts"].as_array().unwrap() {
                assert_ne!(
                    fact["verified"],
                    Value::Bool(false),
                    "{agent}: {} reads differently: {fact}",
                    finding["code"]
                );
            }
        }
    }
}
