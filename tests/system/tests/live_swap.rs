//! Agents are swapped while the server answers: nothing is lost, nothing is mixed, what is bad leaves the
//! old version in place.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use deepfix_system_tests::{Answer, Home, Server};
use deepfix_tests::text::{self, Guest};
use serde_json::Value;

const REQUEST: &str = r#"{"training_artifacts": {"metrics_values": {"train_loss": [1.0, 0.5]}, "params": {}}}"#;
/// Long enough for any machine; only a failure waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A plugin whose summary is its version.
fn plugin(name: &'static str, version: &str) -> Vec<u8> {
    assert_eq!(version.len(), 5);
    // The version at 448, and the summary of the report at 524 leads there.
    let data = format!(r#"(data (i32.const 448) "{version}") (data (i32.const 524) "\c0\01\00\00\05\00\00\00")"#);
    Guest {
        name,
        data: data.leak(),
        ..text::HONEST
    }
    .component()
}

/// A home without the built-in analyzers: a request costs next to nothing.
fn bare(watch: &str) -> Home {
    let home = Home::new();
    home.configure(|text| {
        let (head, agents) = text.split_once("\n[[agent]]").unwrap();
        let (_, reasoner) = agents.split_once("\n[reasoner]").unwrap();
        let head = head.replace("watch = \"1s\"", &format!("watch = \"{watch}\""));
        format!("{head}\n[reasoner]{reasoner}")
    });
    home
}

fn version(response: &Value, agent: &str) -> String {
    let outputs = &response["agent_results"][agent]["additional_outputs"];
    outputs["summary"].as_str().unwrap_or_default().to_owned()
}

fn loaded(server: &Server, agent: &str) -> Option<String> {
    let body = server.get("/v1/agents").body;
    let all = body["agents"].as_array().unwrap().clone();
    let it = all.into_iter().find(|it| it["name"] == agent)?;
    Some(it["version"].as_str().unwrap().to_owned())
}

/// Asks until it is so.
fn until(what: &str, mut so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < PATIENCE, "{what} did not come about");
        std::thread::yield_now();
    }
}

fn reload(server: &Server) -> Answer {
    server.post("/v1/admin/reload", "")
}

/// Says to those who wait for it that something is over, even where the test fails before.
struct Told<'a>(&'a AtomicBool);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn of_a_thousand_analyses_across_a_swap_none_is_lost_and_none_is_mixed() {
    // Of each client; it goes on until one of its requests began after the swap.
    const EACH: usize = 250;
    let home = bare("0s");
    for name in ["first", "second"] {
        home.drop_in(&format!("{name}.wasm"), &plugin(name, "1.0.0"));
    }
    let server = Server::start(&home);
    let (done, swapped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (old, new) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let (mut made, mut after) = (0, false);
                while made < EACH || !after {
                    after = swapped.load(Ordering::SeqCst);
                    let answer = server.post("/v1/analyse", REQUEST);
                    assert_eq!(answer.status, 200, "{}", answer.body);
                    let versions = [version(&answer.body, "first"), version(&answer.body, "second")];
                    assert_eq!(versions[0], versions[1], "mixed: {}", answer.body);
                    match versions[0].as_str() {
                        "1.0.0" => {
                            assert!(!after, "an old answer to a request that began after the swap");
                            old.fetch_add(1, Ordering::SeqCst);
                        }
                        "2.0.0" => {
                            new.fetch_add(1, Ordering::SeqCst);
                        }
                        other => panic!("version {other:?}: {}", answer.body),
                    }
                    made += 1;
                    done.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let told_in_the_end = Told(&swapped);
        until("the load", || done.load(Ordering::SeqCst) >= EACH);
        for name in ["first", "second"] {
            home.drop_in(&format!("{name}.wasm"), &plugin(name, "2.0.0"));
        }
        let told = reload(&server);
        drop(told_in_the_end);
        assert_eq!(told.body["generation"], 2, "{}", told.body);
        assert_eq!(told.body["changed"], serde_json::json!(["first", "second"]));
    });
    assert!(done.load(Ordering::SeqCst) >= 4 * EACH);
    assert!(old.load(Ordering::SeqCst) > 0 && new.load(Ordering::SeqCst) > 0);
    server.logged("agents were swapped");
}

#[test]
fn a_bad_version_leaves_the_old_one_running_and_is_told() {
    let home = bare("0s");
    home.drop_in("one.wasm", &plugin("one", "1.0.0"));
    let server = Server::start(&home);
    let good = plugin("one", "2.0.0");
    home.drop_in("one.wasm", &good[..good.len() / 2]);
    let told = reload(&server).body;
    assert_eq!(told["generation"], 1, "{told}");
    assert!(
        told["refused"][0]["reason"].as_str().unwrap().contains("one.wasm"),
        "{told}"
    );
    assert_eq!(told["refused"][0]["running"].as_str().unwrap().len(), 64);
    assert_eq!(server.get("/v1/agents").body["plugins"], told);
    assert_eq!(version(&server.post("/v1/analyse", REQUEST).body, "one"), "1.0.0");
    server.logged("a plugin is refused");

    // A configuration that cannot be read changes nothing either.
    home.drop_in("one.wasm", &good);
    home.configure(|text| format!("{text}\nnonsense = 1\n"));
    let told = reload(&server).body;
    assert!(told["error"].as_str().unwrap().contains("nonsense"), "{told}");
    assert_eq!(loaded(&server, "one").unwrap(), "1.0.0");
    home.configure(|text| text.replace("\nnonsense = 1\n", ""));
    assert_eq!(reload(&server).body["generation"], 2);
    assert_eq!(loaded(&server, "one").unwrap(), "2.0.0");

    fs::remove_file(home.path().join("plugins.d/one.wasm")).unwrap();
    assert_eq!(reload(&server).body["removed"], serde_json::json!(["one"]));
    assert_eq!(loaded(&server, "one"), None);
}

#[test]
fn rules_for_signatures_that_change_no_agent_hold_from_then_on() {
    let home = bare("0s");
    let path = |name: &str| home.path().join(name).display().to_string();
    let bytes = plugin("one", "1.0.0");
    home.drop_in("one.wasm", &bytes);
    let (file, key) = (path("plugins.d/one.wasm"), path("key.pem"));
    let trusted = home.run(&["plugin", "keygen", &key, "--name", "acme"]).succeeded();
    let _ = home.run(&["plugin", "sign", &file, "--key", &key]).succeeded();
    let server = Server::start(&home);
    let signed_by = || {
        let agents = server.get("/v1/agents").body["agents"].as_array().cloned().unwrap();
        agents.into_iter().find(|it| it["name"] == "one").unwrap()["signed_by"].clone()
    };
    assert!(signed_by().is_null());
    home.configure(|text| text.replace("trusted_keys = []", trusted.trim()));
    let told = reload(&server).body;
    assert_eq!(
        (&told["generation"], &told["changed"]),
        (&1.into(), &serde_json::json!([])),
        "{told}"
    );
    assert_eq!(signed_by(), "acme");
    // The next file is only half there: the agent goes on, as its rules are those of now.
    home.drop_in("one.wasm", &bytes[..bytes.len() / 2]);
    fs::remove_file(path("plugins.d/one.wasm.sig")).unwrap();
    let told = reload(&server).body;
    assert_eq!(
        told["refused"][0]["running"].as_str().unwrap_or_default().len(),
        64,
        "{told}"
    );
    assert_eq!(told["generation"], 1, "{told}");
    assert_eq!(loaded(&server, "one").unwrap(), "1.0.0");
    home.drop_in("one.wasm", &plugin("one", "2.0.0"));
    assert_eq!(reload(&server).body["generation"], 2);
}

#[test]
fn an_old_version_does_not_keep_a_grant_that_was_taken_back() {
    let home = bare("0s");
    let entry = |artifacts: &str, file: &str| {
        format!("\n[[agent]]\nname = \"one\"\ncomponent = \"{file}\"\nartifacts = [{artifacts}]\n")
    };
    home.drop_in("one.bin", &plugin("one", "1.0.0"));
    home.configure(|text| text + &entry("\"training\"", "plugins.d/one.bin"));
    let server = Server::start(&home);
    assert_eq!(loaded(&server, "one").unwrap(), "1.0.0");
    fs::write(home.path().join("plugins.d/one.bin"), b"broken").unwrap();
    let told = reload(&server).body;
    assert_eq!(told["refused"][0]["running"].as_str().unwrap().len(), 64, "{told}");
    home.configure(|text| {
        text.replace(
            &entry("\"training\"", "plugins.d/one.bin"),
            &entry("", "plugins.d/one.bin"),
        )
    });
    let told = reload(&server).body;
    assert!(told["refused"][0]["running"].is_null(), "{told}");
    assert_eq!(loaded(&server, "one"), None, "broken, and the old one had more grants");
}

#[test]
fn a_file_that_is_dropped_in_is_taken_up_when_it_is_whole() {
    let home = bare("50ms");
    let server = Server::start(&home);
    let bytes = plugin("late", "1.0.0");
    home.drop_in("late.wasm", &bytes[..bytes.len() / 3]);
    until("the refusal of a part", || {
        let plugins = server.get("/v1/agents").body["plugins"].clone();
        plugins["refused"][0]["component"]
            .as_str()
            .is_some_and(|it| it.ends_with("late.wasm"))
    });
    assert_eq!(loaded(&server, "late"), None);
    home.drop_in("late.wasm", &bytes);
    until("the whole file", || loaded(&server, "late").is_some());
    assert_eq!(version(&server.post("/v1/analyse", REQUEST).body, "late"), "1.0.0");
    home.configure(|text| text.replace("watch = \"50ms\"", "watch = \"60ms\""));
    home.drop_in("late.wasm", &plugin("late", "3.0.0"));
    until("the next version", || {
        loaded(&server, "late").as_deref() == Some("3.0.0")
    });
}

#[test]
fn only_this_machine_may_ask_for_a_reload() {
    let server = Server::start(&bare("0s"));
    assert_eq!(reload(&server).status, 200);
    for (header, code) in [
        ("Origin: https://example.org", "cross_site"),
        // A page of this server's own is a page all the same.
        ("Origin: http://localhost", "not_from_here"),
        ("X-Forwarded-For: 203.0.113.7", "not_from_here"),
    ] {
        let request = format!(
            "POST /v1/admin/reload HTTP/1.1\r\nHost: localhost\r\n{header}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        );
        let answer = server.raw(request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 403") && answer.contains(code), "{answer}");
    }
}
