//! A plugin in each language from nothing, and the examples: made, built, tested, judged and run by the
//! command that authors use, with the real toolchains.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use deepfix_system_tests::{Home, Server, root, tool};
use serde_json::Value;

/// A new project of each language has the same cases.
const WITHOUT_SEED: &str =
    r#"{"dataset_name": "digits", "training_artifacts": {"params": {"optimizer": "adam", "epochs": 3}}}"#;

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The one finding of an agent in the answer of a server.
fn finding(response: &Value, agent: &str) -> Value {
    let result = &response["agent_results"][agent];
    let all = result["analysis"].as_array();
    let all = all.unwrap_or_else(|| panic!("{agent} did not answer: {}", response["error_messages"]));
    assert_eq!(all.len(), 1, "{result}");
    all[0]["findings"].clone()
}

/// From an empty folder to a finding in the answer of a server.
fn from_nothing(language: &str, native: Option<(&str, &[&str])>) {
    let home = Home::new();
    let (into, checkout) = (home.path().display().to_string(), root().display().to_string());
    let name = format!("acme-{language}");
    let new = [
        "plugin",
        "new",
        &name,
        "--lang",
        language,
        "--into",
        &into,
        "--deepfix",
        &checkout,
    ];
    let _ = home.run(&new).succeeded();
    assert_eq!(home.run(&new).code, 2, "a folder that is there is left alone");
    let project = home.path().join(&name);
    let built = home.run_with_tools(&["plugin", "build", text(&project)]).succeeded();
    assert!(built.contains("deepfix:analysis 0.1.1"), "{built}");
    let tested = home.run(&["plugin", "test", text(&project)]).succeeded();
    assert!(tested.contains("3 cases, 0 failed"), "{tested}");
    if let Some((program, arguments)) = native {
        let _ = tool(program, arguments, &project).succeeded();
    }

    let component = component(&project);
    let inspected = home.run(&["plugin", "inspect", text(&component), "--json"]).succeeded();
    let inspected: Value = serde_json::from_str(&inspected).unwrap();
    assert_eq!(inspected["component"]["wit"], serde_json::json!(["0.1.1"]));
    assert_eq!(inspected["description"]["name"], *name);
    assert_eq!(inspected["component"]["sha256"].as_str().unwrap().len(), 64);
    assert!(inspected["refused"].is_null(), "{inspected}");
    let _ = home.run(&["plugin", "check", text(&component)]).succeeded();
    // What it asks for and is not granted is refused, with the line that would grant it.
    home.configure(|text| {
        text.replace(
            "artifacts = [\"dataset\", \"deepchecks\", \"model_checkpoint\", \"training\"]",
            "artifacts = [\"dataset\"]",
        )
    });
    let refused = home.run(&["plugin", "check", text(&component)]);
    assert!(
        refused.code == 1 && refused.out.contains("training") && refused.out.contains("artifacts = ["),
        "{}",
        refused.out
    );
    home.configure(|text| {
        text.replace(
            "artifacts = [\"dataset\"]\ncapabilities = [\"knowledge\"]",
            "artifacts = [\"dataset\", \"training\"]\ncapabilities = [\"knowledge\"]",
        )
    });

    record_and_replay(&home, &project);

    home.drop_in("dropped.wasm", &fs::read(&component).unwrap());
    let response = Server::start(&home).post("/v1/analyse", WITHOUT_SEED).body;
    let code = format!("{}.no_seed", name.replace('-', "_"));
    assert_eq!(finding(&response, &name)["code"], *code);
}

/// What `plugin.toml` says that is built.
fn component(project: &Path) -> PathBuf {
    let text = fs::read_to_string(project.join("plugin.toml")).unwrap();
    let line = text.lines().find_map(|it| it.strip_prefix("component = \"")).unwrap();
    project.join(line.trim_end_matches('"'))
}

/// A recorded case is answered byte for byte without the request and without any service, and a plugin or
/// a tape that changed is told.
fn record_and_replay(home: &Home, project: &Path) {
    let request = home.path().join("taped.json");
    fs::write(&request, WITHOUT_SEED).unwrap();
    let record = [
        "plugin",
        "test",
        text(project),
        "--record",
        "--request",
        text(&request),
        "--case",
        "taped",
    ];
    let _ = home.run(&record).succeeded();
    fs::remove_file(&request).unwrap();
    let case = project.join("cases/taped");
    let replay = || home.run(&["plugin", "test", text(project), "--case", "taped"]);
    let told = replay().succeeded();
    assert!(told.contains("1 cases, 0 failed"), "{told}");
    assert!(!case.join("request.json").exists());

    let (expected, tape) = (case.join("expected.json"), case.join("host-calls.jsonl"));
    let whole = fs::read_to_string(&expected).unwrap();
    fs::write(&expected, whole.replace("none of them a seed", "none of them  a seed")).unwrap();
    let told = replay();
    assert!(
        told.code == 1 && told.out.contains("differs from the replayed answer"),
        "{}",
        told.out
    );
    fs::write(&expected, whole).unwrap();
    let calls = fs::read_to_string(&tape).unwrap();
    assert!(!calls.trim().is_empty());
    let last = calls.trim_end().lines().next_back().unwrap();
    fs::write(&tape, format!("{calls}{last}\n")).unwrap();
    let told = replay();
    assert!(
        told.code == 1 && told.out.contains("recorded host calls were not made"),
        "{}",
        told.out
    );
    fs::write(&tape, calls).unwrap();
    let _ = replay().succeeded();
}

#[test]
fn a_new_plugin_in_rust_builds_passes_its_cases_and_answers() {
    from_nothing("rust", None);
}

#[test]
fn a_new_plugin_in_python_builds_passes_its_cases_and_answers() {
    from_nothing("python", Some(("python3", &["-m", "unittest"])));
}

#[test]
fn a_new_plugin_in_javascript_builds_passes_its_cases_and_answers() {
    from_nothing("javascript", Some(("node", &["--test"])));
}

#[test]
fn a_new_plugin_in_typescript_builds_passes_its_cases_and_answers() {
    from_nothing("typescript", Some(("node", &["--test"])));
}

#[test]
fn what_the_build_compiles_of_a_plugin_in_typescript_is_kept_out_of_version_control() {
    let home = Home::new();
    let into = home.path().display().to_string();
    for (language, is_made) in [("typescript", true), ("javascript", false)] {
        let _ = home
            .run(&["plugin", "new", language, "--lang", language, "--into", &into])
            .succeeded();
        let project = home.path().join(language);
        let ignored = fs::read_to_string(project.join(".gitignore")).unwrap();
        assert_eq!(ignored.lines().any(|it| it == "/analyzer.js"), is_made, "{ignored}");
        assert!(ignored.ends_with('\n') && !ignored.contains("{{"), "{ignored}");
        assert_ne!(project.join("analyzer.js").exists(), is_made);
    }
}

#[test]
fn a_new_plugin_in_c_builds_passes_its_cases_and_answers() {
    from_nothing("c", None);
}

/// An example, built where it lies, and its cases.
fn example(home: &Home, name: &str, cases: usize) -> PathBuf {
    let project = root().join("plugins/examples").join(name);
    let _ = home.run_with_tools(&["plugin", "build", text(&project)]).succeeded();
    let tested = home.run(&["plugin", "test", text(&project)]).succeeded();
    assert!(tested.contains(&format!("{cases} cases, 0 failed")), "{name}: {tested}");
    project
}

#[test]
fn the_examples_pass_their_cases_and_answer_together_in_one_server() {
    let home = Home::new();
    let python = example(&home, "fairness-gap", 3);
    let javascript = example(&home, "tokenizer-check", 2);
    let c = example(&home, "spectral-check", 4);
    let rust = example(&home, "reproducibility", 1);
    let _ = tool("python3", &["-m", "unittest"], &python).succeeded();
    let _ = tool("node", &["--test"], &javascript).succeeded();
    for project in [&python, &javascript, &c, &rust] {
        let component = component(project);
        let name = component.file_name().unwrap().to_str().unwrap().to_owned();
        home.drop_in(&name, &fs::read(component).unwrap());
    }
    let models = c.join("cases/collapsed");
    home.configure(|text| text.replace("roots = []", &format!("roots = [{:?}]", models.display().to_string())));
    let server = Server::start(&home);
    let agents = server.get("/v1/agents").body["agents"].as_array().unwrap().len();
    assert_eq!(agents, 5 + 4, "{}", server.log());
    for (project, case, agent, code) in [
        (&python, "adverse", "fairness-gap", "fairness_gap.adverse"),
        (&c, "collapsed", "spectral-check", "spectral_check.collapsed_matrix"),
        (&rust, "no-seed", "reproducibility", "reproducibility.no_seed"),
    ] {
        let request = fs::read_to_string(project.join("cases").join(case).join("request.json")).unwrap();
        let request = request.replace(
            "\"model.safetensors\"",
            &format!("{:?}", models.join("model.safetensors")),
        );
        let response = server.post("/v1/analyse", request).body;
        let found = finding(&response, agent);
        assert_eq!(found["code"], code);
        assert_eq!(found["evidence_verified"], true, "{found}");
    }
    let request = fs::read_to_string(javascript.join("cases/added-tokens/request.json")).unwrap();
    let response = server.post("/v1/analyse", request).body;
    let result = &response["agent_results"]["tokenizer-check"]["analysis"];
    assert_eq!(result[0]["findings"]["code"], "tokenizer_check.id_out_of_range");
    assert_eq!(result[1]["findings"]["evidence_verified"], true, "{result}");
}
