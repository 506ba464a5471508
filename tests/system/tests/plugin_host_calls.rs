//! Every function that the SDKs of other languages offer, against the real host.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;

use deepfix_model_server::{ModelServer, Request, answer_for, completion};
use deepfix_system_tests::{Home, Server, root};
use serde_json::{Value, json};

/// What the checkpoint holds: not one, for the built-in analyzers to say so.
const BLOB: [u8; 6] = [9, 8, 7, 6, 5, 4];

fn request(home: &Home) -> Value {
    let file = home.path().join("model.safetensors");
    fs::write(&file, BLOB).unwrap();
    json!({
        "dataset_name": "digits",
        "language": "french",
        "training_artifacts": {
            "metrics_values": {"loss": [1.5, null, 0.5], "note": ["a", null, "c"]}, "params": {"lr": 0.1},
        },
        "model_checkpoint_artifacts": {"path": file},
    })
}

/// A new project of a language with the probe as its source, built.
fn probe(home: &Home, language: &str, source: &str) -> Vec<u8> {
    let into = home.path().display().to_string();
    let _ = home
        .run(&["plugin", "new", "probe", "--lang", language, "--into", &into])
        .succeeded();
    let project = home.path().join("probe");
    fs::copy(root().join("tests/plugins/probe").join(source), project.join(source)).unwrap();
    let _ = home
        .run_with_tools(&["plugin", "build", project.to_str().unwrap()])
        .succeeded();
    fs::read(project.join("build/probe.wasm")).unwrap()
}

fn answer(request: &Request) -> Vec<deepfix_model_server::Step> {
    if request.body["response_format"].is_null() {
        let asked = request.body["messages"].as_array().unwrap().last().unwrap().clone();
        return completion(&format!("to {}", asked["content"].as_str().unwrap()));
    }
    completion(&answer_for(request).to_string())
}

/// The probe among the agents of a server with a model, and what it says.
fn told(home: &Home, bytes: &[u8]) -> (Value, Server) {
    home.drop_in("probe.wasm", bytes);
    home.configure(|text| {
        let root = format!("roots = [{:?}]", home.path().display().to_string());
        text.replace("roots = []", &root).replace(
            "capabilities = [\"knowledge\"]\n# How often",
            "capabilities = [\"knowledge\", \"llm\"]\n# How often",
        )
    });
    let server = Server::start(home);
    let response = server.post("/v1/analyse", request(home).to_string()).body;
    (response["agent_results"]["probe"].clone(), server)
}

/// What a probe that reports in `extras` must have seen.
fn everything_came_back(language: &str, source: &str) {
    let model = ModelServer::start(answer);
    let home = Home::new();
    home.with_model(&model.base_url(), &[]);
    let (result, server) = told(&home, &probe(&home, language, source));
    let seen = &result["additional_outputs"];
    assert!(result["error_message"].is_null(), "{result}");
    for (name, expected) in [
        ("about", json!(["digits", "french", {}, true])),
        ("has", json!([false, true])),
        ("params", json!({"lr": 0.1})),
        ("nothing", json!(true)),
        ("rows", json!(3)),
        ("columns", json!(["loss", "note"])),
        ("loss", json!([1.5, "NaN", 0.5])),
        ("texts", json!(["a", null, "c"])),
        ("loss_summary", json!([2, 1, 0.5, 0.5])),
        (
            "no_table",
            json!("not-found: no table `nope` in the training artifact; it has metrics"),
        ),
        ("blob", json!(["model.safetensors", 6, [8, 7, 6], 6])),
        ("passages", json!([2, true, true])),
        ("model", json!(true)),
        ("hints", json!(true)),
        ("answers", json!(["to first", "to second"])),
        ("tokens", json!([100, 20, "fake-1"])),
    ] {
        assert_eq!(seen[name], expected, "{name}: {result}");
    }
    assert!(seen["object"]["word"].is_string(), "{seen}");
    for (name, kind) in [("refused", "invalid: "), ("secret", "denied: ")] {
        assert!(
            seen[name].as_str().is_some_and(|it| it.starts_with(kind)),
            "{name}: {seen}"
        );
    }
    server.logged("looked");
}

#[test]
fn a_plugin_in_python_reaches_all_that_the_host_offers() {
    everything_came_back("python", "plugin.py");
}

#[test]
fn a_plugin_in_javascript_reaches_all_that_the_host_offers() {
    everything_came_back("javascript", "analyzer.js");
}

#[test]
fn a_case_that_was_recorded_with_a_language_model_is_replayed_without_one() {
    let model = ModelServer::start(answer);
    let home = Home::new();
    home.with_model(&model.base_url(), &[]);
    home.configure(|text| {
        let root = format!("roots = [{:?}]", home.path().display().to_string());
        text.replace("roots = []", &root)
    });
    let _ = probe(&home, "javascript", "analyzer.js");
    let project = home.path().join("probe");
    let manifest = project.join("plugin.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let text = text
        .replace("[\"training\"]", "[\"training\", \"model_checkpoint\"]")
        .replace("capabilities = []", "capabilities = [\"knowledge\", \"llm\"]");
    fs::write(&manifest, text).unwrap();
    let file = home.path().join("asked.json");
    fs::write(&file, request(&home).to_string()).unwrap();
    let test = ["plugin", "test", project.to_str().unwrap(), "--case", "asked"];
    let record = [&test[..], &["--record", "--request", file.to_str().unwrap()]].concat();
    let _ = home.run(&record).succeeded();
    let read = |name: &str| fs::read_to_string(project.join("cases/asked").join(name)).unwrap();
    let expected: Value = serde_json::from_str(&read("expected.json")).unwrap();
    assert_eq!(expected["extras"]["hints"], true, "{expected}");
    let recorded: Value = serde_json::from_str(&read("recorded.json")).unwrap();
    assert!(recorded["extras"].as_str().unwrap().contains("\"llm\""), "{recorded}");
    drop(model);
    home.with_model("", &[]);
    let told = home.run(&test).succeeded();
    assert!(told.contains("1 cases, 0 failed"), "{told}");
}

#[test]
fn a_call_that_is_refused_to_a_plugin_in_c_is_an_error_of_its_kind_and_no_trap() {
    let model = ModelServer::start(answer);
    let home = Home::new();
    home.with_model(&model.base_url(), &[]);
    let bytes = probe(&home, "c", "plugin.c");
    let (result, server) = told(&home, &bytes);
    assert_eq!(
        result["additional_outputs"]["failure_reason"], "plugin_error",
        "{result}"
    );
    let message = result["error_message"].as_str().unwrap();
    assert!(message.contains("denied") && message.contains("secret"), "{message}");
    drop(server);
    // The same one, that looks at the error and goes on.
    fs::remove_file(home.path().join("plugins.d/probe.wasm")).unwrap();
    fs::write(home.path().join("probe.bin"), bytes).unwrap();
    home.configure(|text| {
        text.replacen(
            "\n[reasoner]",
            "\n[[agent]]\nname = \"probe\"\ncomponent = \"probe.bin\"\nartifacts = [\"training\", \"model_checkpoint\"]\n\
             capabilities = [\"knowledge\", \"llm\"]\nsettings = { go_on = true }\n\n[reasoner]",
            1,
        )
    });
    let server = Server::start(&home);
    let response = server.post("/v1/analyse", request(&home).to_string()).body;
    let finding = &response["agent_results"]["probe"]["analysis"][0]["findings"];
    let evidence = finding["evidence"].as_str().unwrap_or_else(|| panic!("{response}"));
    assert!(
        evidence.starts_with("2 passages, to first, to second, to third, 2 finite from 0.5 to 1.5; ")
            && evidence.contains("secret"),
        "{evidence}"
    );
    server.logged("looked");
}
