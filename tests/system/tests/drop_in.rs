//! An analyzer that knows only the SDK and the WIT, dropped into the plugin folder.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{fs, path::PathBuf, process::Command};

use deepfix_system_tests::{Home, Server, findings, root};

const REQUEST: &str = r#"{"training_artifacts": {"metrics_values": {"train_loss": [1.0, 0.5, 0.4, 0.35]},
    "params": {"optimizer": "adam"}}}"#;

/// The component of the example, built when it is stale.
fn example() -> PathBuf {
    let folder = root().join("plugins/examples/reproducibility");
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--locked", "--target", "wasm32-wasip2"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .status()
        .unwrap();
    assert!(status.success());
    folder.join("target/wasm32-wasip2/release/reproducibility.wasm")
}

#[test]
fn it_is_seen_in_the_answer_beside_the_others() {
    let home = Home::new();
    home.drop_in("reproducibility.wasm", &fs::read(example()).unwrap());
    let server = Server::start(&home);
    let response = server.post("/v1/analyse", REQUEST).body;
    let found = findings(&response);
    assert!(
        found
            .iter()
            .any(|(agent, code, _)| agent == "reproducibility" && code == "reproducibility.no_seed")
    );
    let result = &response["agent_results"]["reproducibility"];
    assert_eq!(result["analysis"][0]["findings"]["evidence_verified"], true, "{result}");
    assert!(response["agent_results"]["TrainingArtifactsAnalyzer"].is_object());
    assert!(response["error_messages"]["reproducibility"].is_null());
}

#[test]
fn a_bad_one_is_refused_by_name_and_the_others_answer() {
    let home = Home::new();
    home.drop_in("broken.wasm", b"hello");
    home.drop_in(
        "twin.wasm",
        &fs::read(home.path().join("components/training.wasm")).unwrap(),
    );
    home.drop_in("reproducibility.wasm", &fs::read(example()).unwrap());
    let ran = home.run(&["agents"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("broken.wasm: is not WebAssembly"), "{}", ran.out);
    // A drop-in reports only codes of its own namespace: it cannot pose as a built-in agent.
    assert!(
        ran.out.contains("twin.wasm") && ran.out.contains("may report only codes"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("reproducibility 0.1.0"), "{}", ran.out);
    let server = Server::start(&home);
    assert!(server.get("/v1/agents").body["agents"].as_array().unwrap().len() == 6);
    assert!(server.log().contains("broken.wasm"), "{}", server.log());
}
