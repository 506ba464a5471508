//! The command line as a data scientist uses it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{fs, process::Stdio};

use deepfix_system_tests::{Home, assert_well_formed, findings, reports};
use serde_json::Value;

fn diagnose(home: &Home, folder: &str) -> Value {
    let ran = home.run(&["analyse", "--format", "json", folder]);
    assert_eq!(ran.code, 0, "{folder}: {}", ran.err);
    let response = serde_json::from_str(&ran.out).unwrap();
    assert_well_formed(&response);
    response
}

#[test]
fn each_example_shows_what_its_page_says() {
    let home = Home::new();
    let expected: &[(&str, &[&str])] = &[
        ("leaky-biopsy", &["checks.label_leakage"]),
        ("overfit-digits", &["training.overfitting"]),
        (
            "exploding-diabetes",
            &[
                "training.exploding_gradients",
                "cross.missing_scaling",
                "checkpoint.nan_weights",
            ],
        ),
        ("drifted-diabetes", &["checks.covariate_drift"]),
        ("damaged-checkpoint", &["checkpoint.corrupted_file"]),
    ];
    for (name, codes) in expected {
        let response = diagnose(&home, &format!("examples/{name}"));
        for code in *codes {
            assert!(
                reports(&response, code),
                "{name} lacks {code}: {:?}",
                findings(&response)
            );
        }
    }
    let healthy = diagnose(&home, "examples/healthy-wine");
    let loud: Vec<_> = findings(&healthy)
        .into_iter()
        .filter(|(_, _, severity)| severity != "low")
        .collect();
    assert!(loud.is_empty(), "false alarms {loud:?}");
}

#[test]
fn the_root_cause_comes_first_and_its_symptoms_below_it() {
    let home = Home::new();
    let response = diagnose(&home, "examples/exploding-diabetes");
    let first = &response["additional_outputs"]["root_causes"][0];
    assert_eq!(first["code"], "cross.missing_scaling", "{first}");
    let consequences: Vec<_> = first["consequences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["code"].as_str().unwrap())
        .collect();
    assert!(
        consequences.contains(&"training.exploding_gradients"),
        "{consequences:?}"
    );
    assert!(!response["additional_outputs"]["actions"].as_array().unwrap().is_empty());
}

#[test]
fn a_report_for_people_names_what_to_do() {
    let home = Home::new();
    let text = home.run(&["analyse", "examples/leaky-biopsy"]);
    assert_eq!(text.code, 0, "{}", text.err);
    assert!(
        text.out.contains("checks.label_leakage") && text.out.contains("HIGH"),
        "{}",
        text.out
    );
    assert!(
        !text.out.contains('\u{1b}'),
        "colours although the output is no terminal"
    );
    assert!(text.err.contains("read train.csv"), "{}", text.err);
    let markdown = home.run(&["analyse", "--format", "markdown", "examples/leaky-biopsy"]);
    assert!(markdown.out.starts_with("# DeepFix"), "{}", markdown.out);
    let french = home.run(&["analyse", "--language", "french", "examples/leaky-biopsy"]);
    assert!(
        french.out.contains("GRAVE") && french.out.contains("Ce qui ne va pas"),
        "{}",
        french.out
    );
}

#[test]
fn the_exit_code_says_whether_something_is_that_bad() {
    let home = Home::new();
    assert_eq!(
        home.run(&["analyse", "--fail-on", "high", "examples/leaky-biopsy"])
            .code,
        1
    );
    assert_eq!(
        home.run(&["analyse", "--fail-on", "medium", "examples/healthy-wine"])
            .code,
        0
    );
    // That nothing is wrong is no finding, however low the bar.
    let ran = home.run(&["analyse", "--fail-on", "low", "examples/healthy-wine"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn a_gate_does_not_open_when_nothing_could_be_examined() {
    let home = Home::new();
    let request = home.path().join("request.json");
    fs::write(&request, r#"{"training_artifacts": {"params": {"note": "x"}}}"#).unwrap();
    let path = request.display().to_string();
    // Nor does the command succeed without one: the report says what is missing.
    for gate in [
        &[][..],
        &["--fail-on", "low"],
        &["--fail-on", "medium"],
        &["--fail-on", "high"],
    ] {
        let ran = home.run(&[&["analyse", &path][..], gate].concat());
        assert_eq!(ran.code, 2, "{gate:?}: {}{}", ran.out, ran.err);
        assert!(
            ran.err.contains("nothing could be examined; expected tables"),
            "{}",
            ran.err
        );
        assert!(ran.out.contains("Not examined"), "{}", ran.out);
    }
}

#[test]
fn a_request_is_read_from_standard_input() {
    let home = Home::new();
    let mut child = home
        .command()
        .args(["analyse", "--format", "json", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let request = br#"{"training_artifacts": {"metrics_values": {"loss": [1.0, NaN]}}}"#;
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), request).unwrap();
    let output = child.wait_with_output().unwrap();
    let response: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        reports(&response, "training.exploding_gradients"),
        "{:?}",
        findings(&response)
    );
}

#[test]
fn progress_is_events_on_standard_error_for_who_asks() {
    let home = Home::new();
    let ran = home.run(&[
        "analyse",
        "--format",
        "json",
        "--progress",
        "json",
        "examples/leaky-biopsy",
    ]);
    let response: Value = serde_json::from_str(&ran.out).unwrap();
    // Remarks for people are between them.
    let events: Vec<Value> = ran.err.lines().filter_map(|it| serde_json::from_str(it).ok()).collect();
    for result in response["agent_results"].as_object().unwrap().values() {
        let agent = &result["agent_name"];
        let told: Vec<&Value> = events
            .iter()
            .filter(|it| it["event"] == "progress" && it["data"]["agent"] == *agent)
            .collect();
        assert_eq!(told.first().unwrap()["data"]["fraction"], 0.0, "{agent}");
        assert_eq!(told.last().unwrap()["data"]["fraction"], 1.0, "{agent}");
    }
    assert!(events.iter().any(|it| it["event"] == "agent"));
    let silent = home.run(&[
        "analyse",
        "--format",
        "json",
        "--progress",
        "off",
        "examples/leaky-biopsy",
    ]);
    assert!(!silent.err.contains("\"event\""), "{}", silent.err);
}

#[test]
fn what_cannot_be_read_is_named() {
    let home = Home::new();
    let ran = home.run(&["analyse", "no/such/folder"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("no/such/folder"), "{}", ran.err);
    let empty = tempfile::tempdir().unwrap();
    let ran = home.run(&["analyse", empty.path().to_str().unwrap()]);
    assert!(
        ran.err.contains("holds nothing that an experiment leaves behind"),
        "{}",
        ran.err
    );
    fs::write(empty.path().join("r.json"), "{\"training_artifacts\": 1}").unwrap();
    let ran = home.run(&["analyse", empty.path().join("r.json").to_str().unwrap()]);
    assert!(
        ran.err
            .contains("`/training_artifacts`: found the number 1, expected an object"),
        "{}",
        ran.err
    );
}

#[test]
fn config_check_explains_what_is_wrong() {
    let home = Home::new();
    let ran = home.run(&["config", "check"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("TrainingArtifactsAnalyzer"), "{}", ran.out);
    home.configure(|text| text.replace("[log]", "[log]\nlevle = \"debug\""));
    let ran = home.run(&["config", "check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("levle") && ran.err.contains("line "), "{}", ran.err);
}

#[test]
fn a_component_that_is_missing_or_damaged_is_named() {
    let home = Home::new();
    fs::write(home.path().join("components/training.wasm"), b"\0asm\x01\0\0\0").unwrap();
    fs::remove_file(home.path().join("components/dataset.wasm")).unwrap();
    let ran = home.run(&["agents"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("training.wasm: is a core WebAssembly module"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("dataset.wasm: cannot be read"), "{}", ran.err);
}

#[test]
fn the_knowledge_base_is_searched_and_sound() {
    let home = Home::new();
    let ran = home.run(&["kb", "search", "validation loss goes up while training loss goes down"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("overfitting#"), "{}", ran.out);
    let ran = home.run(&["kb", "lint"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn a_cache_that_cannot_be_written_costs_time_only() {
    let home = Home::new();
    // Below a file no folder can be made, whoever runs this.
    let below_a_file = home.path().join("deepfix/cache");
    let output = home
        .command()
        .args(["config", "check"])
        .env("DEEPFIX_ENGINE__CACHE_DIR", below_a_file)
        .env("DEEPFIX_LOG", "warn")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("`[engine] cache_dir` cannot be used"), "{said}");
}
