//! Diagnoses with a language model: what it adds, and what it must not change.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::{
    io::Write as _,
    net::TcpStream,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use deepfix_model_server::{Fault, ModelServer, Request, Step, answer_for, completion, faults, obliging};
use deepfix_system_tests::{
    Home, Server, analyse, assert_well_formed, findings, request, rules, without_model, without_timings,
};
use serde_json::json;

/// Longer than anything takes here, on a machine that has other things to do too.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn the_rules_findings_stay_and_what_was_used_is_said() {
    let request = request("english", "age");
    let plain = without_model(&request);
    assert!(!findings(&plain).is_empty());
    assert!(
        !plain.to_string().contains("\"llm\""),
        "without a model nothing speaks of one"
    );
    let model = ModelServer::start(obliging);
    let home = Home::new();
    home.with_model(&model.base_url(), &[("price_input", "10.0")]);
    let (response, _server, _) = analyse(&home, &request);
    assert_eq!(rules(&response), rules(&plain));
    let (verdict, _) = plain["summary"].as_str().unwrap().split_once(". ").unwrap();
    let expected = format!("{verdict}. All that was found is said, `training.overfitting` first.");
    assert_eq!(response["summary"], expected);
    let reasoner = &response["agent_results"]["CrossArtifactReasoningAgent"]["additional_outputs"];
    assert_eq!(reasoner["summary"], expected);
    assert_eq!(reasoner["rule_summary"], plain["summary"]);
    let total = &response["additional_outputs"]["llm"];
    assert_eq!((total["calls"].as_u64(), model.requests().len()), (Some(3), 3));
    for agent in [
        "DatasetArtifactsAnalyzer",
        "TrainingArtifactsAnalyzer",
        "CrossArtifactReasoningAgent",
    ] {
        let used = &response["agent_results"][agent]["additional_outputs"]["llm"];
        assert_eq!(
            (used["calls"].as_u64(), used["input_tokens"].as_u64()),
            (Some(1), Some(100)),
            "{used}"
        );
        assert!(used["cost"].as_f64().unwrap() > 0.0);
        let characters = used["prompt_characters"][0].as_u64().unwrap();
        assert!((500..6_000).contains(&characters), "{agent}: {characters}");
        assert!(response["additional_outputs"]["timings_ms"][agent]["llm"].is_number());
    }
    assert_eq!(response["additional_outputs"]["warnings"], json!([]));
}

#[test]
fn every_fault_of_the_endpoint_leaves_the_rules_findings_and_is_named() {
    let request = request("english", "age");
    let plain = without_model(&request);
    let now: Arc<Mutex<Option<Fault>>> = Arc::default();
    let of_model = Arc::clone(&now);
    let model = ModelServer::start(move |_| (of_model.lock().unwrap().unwrap().answer)());
    // Only what never answers is given up soon: a slow machine is no slow endpoint.
    for (call_timeout, gives_up) in [("\"400ms\"", true), ("\"60s\"", false)] {
        let home = Home::new();
        let keys = [("call_timeout", call_timeout), ("max_backoff", "\"10ms\"")];
        home.with_model(&model.base_url(), &keys);
        let server = Server::start(&home);
        for fault in faults() {
            if (fault.kind == "timed_out") != gives_up {
                continue;
            }
            *now.lock().unwrap() = Some(fault);
            let answer = server.post("/v1/analyse", request.to_string());
            assert_eq!(answer.status, 200, "{}", fault.name);
            assert_well_formed(&answer.body);
            assert_eq!(rules(&answer.body), rules(&plain), "{}", fault.name);
            assert_eq!(answer.body["summary"], plain["summary"], "{}", fault.name);
            let warnings = answer.body["additional_outputs"]["warnings"].to_string();
            for agent in ["TrainingArtifactsAnalyzer", "CrossArtifactReasoningAgent"] {
                let expected = format!("the language model gave no answer to {agent}: {}: ", fault.kind);
                assert!(warnings.contains(&expected), "{}: {warnings}", fault.name);
            }
        }
    }
}

#[test]
fn a_recording_is_replayed_to_the_same_answer_without_any_endpoint() {
    let folder = tempfile::tempdir().unwrap();
    let (file, tape) = (folder.path().join("request.json"), folder.path().join("tape"));
    std::fs::write(&file, request("german", "age").to_string()).unwrap();
    let model = ModelServer::start(obliging);
    let home = Home::new();
    home.with_model(&model.base_url(), &[]);
    let (file, tape) = (file.to_str().unwrap(), tape.to_str().unwrap());
    let run = |home: &Home, option: &str| {
        let ran = home.run(&["analyse", "--format", "json", option, tape, file]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        without_timings(serde_json::from_str(&ran.out).unwrap())
    };
    let recorded = run(&home, "--record");
    drop(model);
    // Neither endpoint nor model is configured here.
    let replayed = run(&Home::new(), "--replay");
    assert_eq!(replayed.to_string(), recorded.to_string());
    assert!(
        recorded["additional_outputs"]["llm"]["translation"]["calls"]
            .as_u64()
            .unwrap()
            > 0
    );
    // Another question is not in it.
    std::fs::write(file, request("german", "weight").to_string()).unwrap();
    let missing = run(&Home::new(), "--replay");
    assert!(
        missing["additional_outputs"]["warnings"]
            .to_string()
            .contains("not_recorded")
    );
    assert!(!findings(&missing).is_empty());
    let nothing = Home::new().run(&["analyse", "--record", tape, file]);
    assert!(
        nothing.code == 2 && nothing.err.contains("no language model to record"),
        "{}",
        nothing.err
    );
}

#[test]
fn a_founded_finding_of_the_model_is_shown_as_one() {
    let model = ModelServer::start(|request| {
        let mut answer = answer_for(request);
        let properties = &request.body["response_format"]["json_schema"]["schema"]["properties"];
        let codes = properties["findings"]["items"]["properties"]["code"]["enum"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        if codes.contains(&json!("training.no_shuffle")) {
            answer["findings"] = json!([{
                "code": "training.no_shuffle", "facts": ["f1"], "severity": "medium",
                "description": "val_loss and train_loss part: the order of the rows may matter.", "action": "Shuffle each epoch."
            }]);
        }
        completion(&answer.to_string())
    });
    for (samples, severity) in [("1", "low"), ("3", "medium")] {
        let home = Home::new();
        home.with_model(&model.base_url(), &[("samples", samples)]);
        let (response, _server, _) = analyse(&home, &request("english", "age"));
        let training = &response["agent_results"]["TrainingArtifactsAnalyzer"];
        let all = training["analysis"].as_array().unwrap();
        let it = &all
            .iter()
            .find(|it| it["findings"]["code"] == "training.no_shuffle")
            .unwrap()["findings"];
        assert_eq!(it["severity"], severity, "{it}");
        assert_eq!(it["evidence_verified"], true);
        assert_eq!(it["extras"]["llm"]["agreement"], format!("{samples} of {samples}"));
        assert_eq!(it["extras"]["llm"]["calibrated"], false);
        assert!(it["confidence"].as_f64().unwrap() < 0.5);
        assert_eq!(training["additional_outputs"]["model_claims"]["findings"], 1);
    }
}

#[test]
fn a_request_over_its_budget_of_calls_still_gets_its_diagnosis() {
    let model = ModelServer::start(obliging);
    let home = Home::new();
    home.with_model(&model.base_url(), &[("request_calls", "1")]);
    let (response, _server, _) = analyse(&home, &request("english", "age"));
    assert_eq!(model.requests().len(), 1);
    assert!(
        response["additional_outputs"]["warnings"]
            .to_string()
            .contains("budget_exceeded")
    );
    assert_eq!(rules(&response), rules(&without_model(&request("english", "age"))));
}

#[test]
fn prompts_of_the_operator_replace_the_built_in_ones() {
    let model = ModelServer::start(obliging);
    let home = Home::new();
    let folder = home.path().join("prompts");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(
        folder.join("analyzer.md"),
        "House rules for {{ agent }} in {{ language }}.",
    )
    .unwrap();
    home.with_model(&model.base_url(), &[("prompts", "\"prompts\"")]);
    let _ = analyse(&home, &request("french", "age"));
    let prompts: Vec<_> = model.requests().iter().map(Request::prompt).collect();
    assert!(
        prompts
            .iter()
            .any(|it| it.starts_with("House rules for TrainingArtifactsAnalyzer in french.")),
        "{prompts:?}"
    );
    std::fs::write(folder.join("analyzer.md"), "{{ agnt }}").unwrap();
    let ran = home.run(&["config", "check"]);
    assert!(ran.code == 2 && ran.err.contains("analyzer.md"), "{}", ran.err);
}

/// What `/metrics` says of the language model.
fn metrics(server: &Server) -> Vec<String> {
    let asked = format!(
        "GET /metrics HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
        server.address
    );
    let text = server.raw(asked.as_bytes());
    text.lines()
        .filter(|it| it.starts_with("deepfix_llm_"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn what_agents_use_of_the_model_is_counted() {
    let model = ModelServer::start(obliging);
    let home = Home::new();
    home.with_model(&model.base_url(), &[("price_input", "10.0")]);
    let (_, server, _) = analyse(&home, &request("english", "age"));
    // The second time the answers are there already.
    assert_eq!(
        server.post("/v1/analyse", request("english", "age").to_string()).status,
        200
    );
    let lines = metrics(&server);
    for expected in [
        "deepfix_llm_calls_total{agent=\"TrainingArtifactsAnalyzer\"} 1",
        "deepfix_llm_cache_hits_total{agent=\"TrainingArtifactsAnalyzer\"} 1",
        "deepfix_llm_tokens_total{agent=\"TrainingArtifactsAnalyzer\",direction=\"input\"} 100",
        "deepfix_llm_tokens_total{agent=\"CrossArtifactReasoningAgent\",direction=\"output\"} 20",
        "deepfix_llm_cost_millionths_total{agent=\"DatasetArtifactsAnalyzer\"} 1000",
        "deepfix_llm_wait_seconds_count{agent=\"TrainingArtifactsAnalyzer\"} 2",
    ] {
        assert!(lines.iter().any(|it| it == expected), "{expected} in {lines:#?}");
    }
}

#[test]
fn a_client_that_leaves_ends_the_models_calls_and_what_they_used_is_counted() {
    let (arrived, arrivals) = std::sync::mpsc::channel();
    let model = ModelServer::start(move |_| {
        arrived.send(()).unwrap();
        vec![Step::Hang]
    });
    let home = Home::new();
    home.with_model(&model.base_url(), &[]);
    let server = Server::start(&home);
    let body = request("english", "age").to_string();
    let head = format!(
        "POST /v1/analyse HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        server.address,
        body.len()
    );
    let mut client = TcpStream::connect(server.address).unwrap();
    client.write_all((head + &body).as_bytes()).unwrap();
    // Two analyzers ask at once.
    for _ in 0..2 {
        arrivals.recv().unwrap();
    }
    drop(client);
    model.wait_until_left(2);
    let end = Instant::now() + PATIENCE;
    for agent in ["DatasetArtifactsAnalyzer", "TrainingArtifactsAnalyzer"] {
        let expected = format!("deepfix_llm_calls_total{{agent=\"{agent}\"}} 1");
        // Its prompt was billed, and is there although its calls end after the request.
        let tokens = format!("deepfix_llm_tokens_total{{agent=\"{agent}\",direction=\"input\"}} ");
        loop {
            let lines = metrics(&server);
            let mut used = lines
                .iter()
                .filter_map(|it| it.strip_prefix(&tokens)?.parse::<u64>().ok());
            if lines.contains(&expected) && used.any(|it| it > 0) {
                break;
            }
            assert!(Instant::now() < end, "{expected} and {tokens}in {lines:#?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    // The reasoner was never asked.
    assert_eq!(model.requests().len(), 2);
}
