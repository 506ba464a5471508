//! Partial results: what fails is reported by name and reason beside the results of the others.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;

use deepfix_system_tests::{Home, Server, assert_well_formed, findings, without_timings};
use deepfix_tests::guest_file;
use serde_json::Value;

const REQUEST: &str = r#"{"training_artifacts": {"metrics_values": {"epoch": [0, 1, 2, 3], "train_loss": [1.0, 2.0, "NaN", "NaN"],
    "val_loss": [1.1, 2.5, "NaN", "NaN"]}, "params": {"learning_rate": 3.0}}}"#;

fn drop_in(home: &Home, guest: &str) {
    home.drop_in(&format!("{guest}.wasm"), &fs::read(guest_file(guest)).unwrap());
}

/// What the built-in analyzers say, without what differs between runs.
fn built_in(response: &Value) -> Value {
    let mut results = without_timings(response.clone())["agent_results"].take();
    let results = results.as_object_mut().unwrap();
    results.retain(|name, _| name == "TrainingArtifactsAnalyzer");
    Value::Object(std::mem::take(results))
}

#[test]
fn agents_that_fail_are_named_with_their_reason_and_touch_no_other() {
    let home = Home::new();
    let alone = Server::start(&home).post("/v1/analyse", REQUEST).body;
    for guest in ["endless_loop", "panics", "long_error", "many_facts", "nan_confidence"] {
        drop_in(&home, guest);
    }
    home.configure(|text| text.replace("cpu_time = \"10s\"", "cpu_time = \"300ms\""));
    let server = Server::start(&home);
    let response = server.post("/v1/analyse", REQUEST).body;
    assert_well_formed(&response);
    assert_eq!(built_in(&response), built_in(&alone));
    for (agent, reason, text) in [
        ("endless_loop", "cpu_limit", "cpu_time = 300ms"),
        ("panics", "trapped", "is not to my taste"),
        ("long_error", "plugin_error", "more characters"),
    ] {
        let result = &response["agent_results"][agent];
        assert_eq!(result["additional_outputs"]["failure_reason"], reason, "{result}");
        let message = response["error_messages"][agent].as_str().unwrap();
        assert!(message.contains(text) && message.len() < 3_000, "{agent}: {message}");
    }
    let partial = response["error_messages"]["many_facts"].as_str().unwrap();
    assert!(partial.starts_with("partial result: "), "{partial}");
    // The reasoner was told of the failures, and says so.
    let failed = response["additional_outputs"]["agents_failed"].as_array().unwrap();
    let names: Vec<_> = failed.iter().map(|it| it["agent"].as_str().unwrap()).collect();
    assert_eq!(names, ["endless_loop", "long_error", "panics"]);
    assert!(
        server.logged("answered").len() < 100_000,
        "one agent must not fill the log"
    );
}

#[test]
fn a_reasoner_that_fails_leaves_an_answer_that_existing_clients_can_read() {
    let home = Home::new();
    fs::copy(
        guest_file("panicking_reasoner"),
        home.path().join("components/panicking_reasoner.wasm"),
    )
    .unwrap();
    home.configure(|text| {
        text.replace("CrossArtifactReasoningAgent", "panicking_reasoner")
            .replace("components/cross-artifact.wasm", "components/panicking_reasoner.wasm")
            .replace(
                "namespaces = [\"dataset\", \"checks\", \"checkpoint\", \"training\", \"cross\"]",
                "namespaces = []",
            )
    });
    let server = Server::start(&home);
    let response = server.post("/v1/analyse", REQUEST).body;
    let result = &response["agent_results"]["panicking_reasoner"];
    assert_eq!(result["additional_outputs"]["status"], "failed");
    for member in ["summary", "optimization_areas", "constraints"] {
        assert!(!result["additional_outputs"][member].is_null(), "{member}: {result}");
    }
    // The worst finding of the analyzers stands in for the synthesis.
    assert_eq!(
        result["analysis"][0]["findings"]["code"],
        "training.exploding_gradients"
    );
    assert!(result["error_message"].as_str().unwrap().contains("too many for me"));
    assert!(
        response["summary"]
            .as_str()
            .unwrap()
            .starts_with("The reasoning agent gave no result")
    );
    assert!(!findings(&response).is_empty());
}

#[test]
fn a_gate_does_not_open_when_an_agent_failed() {
    let home = Home::new();
    let request = home.path().join("request.json");
    fs::write(
        &request,
        r#"{"training_artifacts": {"metrics_values": {"epoch": [0, 1, 2], "train_loss": [1.0, 0.6, 0.5]}}}"#,
    )
    .unwrap();
    let path = request.display().to_string();
    assert_eq!(home.run(&["analyse", &path, "--fail-on", "high"]).code, 0);
    drop_in(&home, "panics");
    let ran = home.run(&["analyse", &path, "--fail-on", "high"]);
    assert_eq!(ran.code, 2, "{}{}", ran.out, ran.err);
    assert!(
        ran.err.contains("not everything was looked at: panics failed"),
        "{}",
        ran.err
    );
}

#[test]
fn each_shipped_agent_is_granted_what_it_says_it_reads() {
    let home = Home::new();
    let ran = home.run(&["agents", "--json"]);
    let agents: Value = serde_json::from_str(&ran.out).unwrap();
    for agent in agents["agents"].as_array().unwrap() {
        let consumed: Vec<&Value> = agent["consumes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["kind"])
            .collect();
        let granted: Vec<&Value> = agent["granted_artifacts"].as_array().unwrap().iter().collect();
        assert!(consumed.iter().all(|it| granted.contains(it)), "{agent}");
        assert!(granted.iter().all(|it| consumed.contains(it)), "{agent}");
    }
}
