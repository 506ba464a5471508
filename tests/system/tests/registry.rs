//! Components from a real registry on this machine: pushed, locked, pulled, and refused when they are not
//! those that were locked or signed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;

use deepfix_system_tests::{Operator, Registry, Server, acme, digest};
use serde_json::Value;

const REQUEST: &str = r#"{"training_artifacts": {"metrics_values": {"train_loss": [1.0, 0.5]}, "params": {}}}"#;

#[test]
fn what_is_pushed_is_locked_pulled_and_answers() {
    let registry = Registry::start();
    let it = Operator::new(&registry);
    let error = it.loaded().unwrap_err();
    assert!(
        error.contains("is not in deepfix.lock: resolve it once with `deepfix plugin lock`"),
        "{error}"
    );
    let bytes = acme("1.0.0");
    let manifest = it.push(&bytes);
    assert_eq!(it.plugin(&["lock", "--check"]).code, 1);
    let lock = it.lock();
    assert!(lock.contains(&it.source) && lock.contains(&manifest), "{lock}");
    assert!(lock.contains(&format!("size = {}", bytes.len())), "{lock}");
    assert_eq!(it.plugin(&["lock", "--check"]).code, 0);
    assert_eq!(it.lock(), lock, "a lock that is whole stays as it is");
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
    let response = Server::start(&it.home).post("/v1/analyse", REQUEST).body;
    assert!(response["agent_results"]["acme"].is_object(), "{response}");

    for source in [it.source.clone(), it.source.replace(":1", &format!("@{manifest}"))] {
        let file = it.path("pulled.wasm");
        fs::write(it.path("pulled.wasm.sig"), "of what was there before").unwrap();
        let told = it.plugin(&["pull", &source, file.to_str().unwrap()]).succeeded();
        assert!(told.contains(&digest(&lock)), "{told}");
        assert!(fs::read(file).unwrap() == bytes);
        assert!(!it.path("pulled.wasm.sig").exists(), "the signatures of other bytes go");
    }
    let file = it.path("other.wasm").display().to_string();
    let ran = it.plugin(&["pull", &it.source, &file, "--sha256", &"0".repeat(64)]);
    assert!(ran.code == 2 && ran.err.contains("expected sha256:0000"), "{}", ran.err);
    assert!(!it.path("other.wasm").exists(), "what is not asked for is not written");
}

#[test]
fn the_manifest_is_one_that_other_tools_for_webassembly_read() {
    let registry = Registry::start();
    let it = Operator::new(&registry);
    it.push(&acme("1.0.0"));
    it.lock();
    let kept = it.kept("json");
    let manifest: Value = serde_json::from_slice(&fs::read(&kept[0]).unwrap()).unwrap();
    assert_eq!(manifest["mediaType"], "application/vnd.oci.image.manifest.v1+json");
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
    let config = manifest["config"]["digest"]
        .as_str()
        .unwrap()
        .strip_prefix("sha256:")
        .unwrap();
    let config: Value = serde_json::from_slice(&fs::read(registry.blob(config)).unwrap()).unwrap();
    assert_eq!(config["os"], "wasip2");
    assert_eq!(config["layerDigests"][0], manifest["layers"][0]["digest"]);
}

#[test]
fn a_moved_tag_changes_nothing_until_it_is_updated() {
    let registry = Registry::start();
    let it = Operator::new(&registry);
    it.push(&acme("1.0.0"));
    let before = it.lock();
    it.push(&acme("2.0.0"));
    for forget in [false, true] {
        if forget {
            it.forget();
        }
        assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
    }
    assert_eq!(it.lock(), before);
    let told = it.plugin(&["update", "nobody"]);
    assert!(told.code == 2 && told.err.contains("no agent `nobody`"), "{}", told.err);
    let told = it.plugin(&["update", "acme"]).succeeded();
    assert!(
        told.contains(&format!("moved from sha256:{} to sha256:", digest(&before))),
        "{told}"
    );
    assert_eq!(it.loaded(), Ok("2.0.0".to_owned()));
    let told = it.plugin(&["update"]).succeeded();
    assert!(told.contains("as it was"), "{told}");
}

#[test]
fn bytes_that_were_tampered_with_are_refused_wherever_they_lie() {
    let registry = Registry::start();
    let it = Operator::new(&registry);
    it.push(&acme("1.0.0"));
    let lock = it.lock();
    // The kept copy.
    let kept = it.kept("wasm").remove(0);
    let whole = fs::read(&kept).unwrap();
    fs::write(&kept, acme("6.6.6")).unwrap();
    let error = it.loaded().unwrap_err();
    assert!(
        error.contains("the kept copy of") && error.contains("was changed"),
        "{error}"
    );
    fs::write(&kept, &whole).unwrap();
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
    // The registry's own.
    it.forget();
    let blob = registry.blob(&digest(&lock));
    assert!(fs::read(&blob).unwrap() == whole);
    fs::write(&blob, acme("6.6.6")).unwrap();
    let error = it.loaded().unwrap_err();
    assert!(
        error.contains("these are other bytes than those that were pinned"),
        "{error}"
    );
    assert!(it.kept("wasm").is_empty(), "what is refused is not kept");
    fs::write(&blob, &whole[..whole.len() / 2]).unwrap();
    assert!(it.loaded().is_err());
    fs::write(&blob, &whole).unwrap();
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
    // The lock itself, which then names what nobody has.
    fs::write(it.path("deepfix.lock"), lock.replace(&digest(&lock), &"0".repeat(64))).unwrap();
    let error = it.loaded().unwrap_err();
    assert!(error.contains("expected sha256:0000"), "{error}");
}

#[test]
fn a_registry_that_is_down_costs_nothing_that_was_fetched() {
    let registry = Registry::start();
    let it = Operator::new(&registry);
    it.push(&acme("1.0.0"));
    let lock = it.lock();
    let stopped = registry.stop();
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
    assert_eq!(it.lock(), lock);
    let told = it.plugin(&["update"]);
    assert!(told.code == 2 && told.err.contains("cannot be reached"), "{}", told.err);
    assert_eq!(fs::read_to_string(it.path("deepfix.lock")).unwrap(), lock);
    it.forget();
    let error = it.loaded().unwrap_err();
    assert!(
        error.contains("cannot be reached") && error.contains("127.0.0.1"),
        "{error}"
    );
    // An agent that the configuration names and nobody can give is an error at the start, not a silence.
    let told = it.home.run(&["config", "check"]);
    assert_ne!(told.code, 0, "{}", told.out);
    let _registry = stopped.start();
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
}

#[test]
fn a_server_keeps_what_it_runs_while_the_registry_is_down_and_takes_up_the_new_one_after() {
    let registry = Registry::start();
    let it = Operator::new(&registry);
    it.push(&acme("1.0.0"));
    let old = digest(&it.lock());
    let server = Server::start(&it.home);
    it.push(&acme("2.0.0"));
    let _ = it.plugin(&["update"]).succeeded();
    it.forget();
    let stopped = registry.stop();
    let told = server.post("/v1/admin/reload", "").body;
    let refused = &told["refused"][0];
    assert!(
        refused["reason"].as_str().unwrap().contains("cannot be reached"),
        "{told}"
    );
    assert_eq!(refused["running"], *old, "{told}");
    let version = || server.get("/v1/agents").body["agents"][0]["version"].clone();
    assert_eq!(version(), "1.0.0");
    assert!(server.post("/v1/analyse", REQUEST).body["agent_results"]["acme"].is_object());
    let _registry = stopped.start();
    let told = server.post("/v1/admin/reload", "").body;
    assert_eq!(told["changed"], serde_json::json!(["acme"]), "{told}");
    assert_eq!(version(), "2.0.0");
}

#[test]
fn only_what_a_trusted_key_signed_is_fetched_and_loaded() {
    let registry = Registry::start();
    let it = Operator::new(&registry);
    let key = it.trust("");
    let bytes = acme("1.0.0");
    it.push(&bytes);
    let told = it.plugin(&["lock"]);
    assert!(told.code == 2 && told.err.contains("has no signature"), "{}", told.err);
    assert!(
        !it.path("plugin-store").exists() || it.kept("wasm").is_empty(),
        "nothing unsigned is fetched"
    );
    it.sign(&key);
    it.push(&bytes);
    it.lock();
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
    let pulled = it.path("pulled.wasm").display().to_string();
    fs::write(it.path("pulled.wasm.sig"), "what was there before").unwrap();
    let _ = it.plugin(&["pull", &it.source, &pulled]).succeeded();
    let told = it.plugin(&["verify", &pulled]).succeeded();
    assert!(told.contains("signed by acme"), "the signature comes along: {told}");
    // Another's signature beside other bytes: the one that was pushed is of the first.
    fs::remove_file(it.path("pulled.wasm.sig")).unwrap();
    let told = it.plugin(&["push", &pulled, &it.source]);
    assert_eq!(told.code, 0, "{}", told.err);
    let told = it.plugin(&["update"]);
    assert!(told.code == 2 && told.err.contains("has no signature"), "{}", told.err);
    let signature = fs::read(it.path("pushed.wasm.sig")).unwrap();
    fs::write(it.path("pulled.wasm"), acme("2.0.0")).unwrap();
    fs::write(it.path("pulled.wasm.sig"), signature).unwrap();
    let told = it.plugin(&["verify", &pulled]);
    assert!(
        told.code == 1 && told.out.contains("its signature by `acme` is wrong"),
        "{}",
        told.out
    );
    let _ = it.plugin(&["push", &pulled, &it.source]).succeeded();
    let told = it.plugin(&["update"]);
    assert!(
        told.code == 2 && told.err.contains("its signature by `acme` is wrong"),
        "{}",
        told.err
    );
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()), "what is locked is what runs");
}

#[test]
fn a_key_that_expired_is_refused_even_for_what_was_loaded_before() {
    let registry = Registry::start();
    let it = Operator::new(&registry);
    let key = it.trust(", expires = \"2999-12-31\"");
    let bytes = acme("1.0.0");
    fs::write(it.path("pushed.wasm"), &bytes).unwrap();
    it.sign(&key);
    it.push(&bytes);
    it.lock();
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
    it.home.configure(|text| text.replace("2999-12-31", "2020-12-31"));
    let ran = it.home.run(&["config", "check"]);
    let told = format!("{}{}", ran.out, ran.err);
    assert!(ran.code != 0 && told.contains("expired on 2020-12-31"), "{told}");
}
