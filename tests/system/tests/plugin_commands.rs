//! `deepfix plugin`: keys and signatures, and what is told of a file.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;

use deepfix_system_tests::Home;
use deepfix_tests::text;
use serde_json::Value;

#[test]
fn a_component_is_outlined_and_judged_without_being_installed() {
    let home = Home::new();
    let file = home.path().join("honest.wasm");
    fs::write(&file, text::HONEST.component()).unwrap();
    let file = file.to_str().unwrap();
    let ran = home.run(&["plugin", "inspect", file, "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let it: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(it["component"]["wit"], serde_json::json!(["0.1.0"]), "{it}");
    assert_eq!(it["description"]["name"], "honest");
    assert!(it["refused"].is_null());
    assert_eq!(home.run(&["plugin", "check", file]).code, 0);
    fs::write(file, b"hello").unwrap();
    let ran = home.run(&["plugin", "check", file]);
    assert!(ran.code == 1 && ran.out.contains("is not WebAssembly"), "{}", ran.out);
}

#[test]
fn what_a_trusted_key_signed_is_loaded_and_nothing_else() {
    let home = Home::new();
    let path = |name: &str| home.path().join(name).display().to_string();
    let (file, key) = (path("one.wasm"), path("key.pem"));
    fs::write(&file, text::HONEST.component()).unwrap();
    let ran = home.run(&["plugin", "keygen", &key, "--name", "acme"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(
        home.run(&["plugin", "keygen", &key]).code,
        2,
        "a key is never overwritten"
    );
    let line = ran.out.trim().to_owned();
    home.configure(|text| {
        text.replace("require_signature = false", "require_signature = true")
            .replace("trusted_keys = []", &line)
    });
    let told = || home.run(&["plugin", "check", &file]).out;
    assert!(told().contains("has no signature"), "{}", told());
    assert_eq!(home.run(&["plugin", "sign", &file, "--key", &key]).code, 0);
    assert!(told().contains("signed by acme"), "{}", told());
    let mut bytes = fs::read(&file).unwrap();
    bytes.push(0);
    fs::write(&file, bytes).unwrap();
    assert!(told().contains("its signature by `acme` is wrong"), "{}", told());
    home.configure(|text| text.replace("name = \"acme\", ", "name = \"acme\", expires = \"2020-01-01\", "));
    fs::write(&file, text::HONEST.component()).unwrap();
    assert!(told().contains("which expired on 2020-01-01"), "{}", told());
}
