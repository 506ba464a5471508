//! `deepfix plugin`: keys and signatures, and what is told of a file.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::fs;

use deepfix_system_tests::Home;
use deepfix_tests::{guest_file, text};
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
    let inspected = || home.run(&["plugin", "inspect", &file]).out;
    assert!(
        inspected().contains("has no signature") && !inspected().contains("this host loads it"),
        "{}",
        inspected()
    );
    assert_eq!(home.run(&["plugin", "sign", &file, "--key", &key]).code, 0);
    assert!(told().contains("signed by acme"), "{}", told());
    assert!(
        inspected().contains("this host loads it, signed by acme"),
        "{}",
        inspected()
    );
    let mut bytes = fs::read(&file).unwrap();
    bytes.push(0);
    fs::write(&file, bytes).unwrap();
    assert!(told().contains("its signature by `acme` is wrong"), "{}", told());
    home.configure(|text| text.replace("name = \"acme\", ", "name = \"acme\", expires = \"2020-01-01\", "));
    fs::write(&file, text::HONEST.component()).unwrap();
    assert!(told().contains("which expired on 2020-01-01"), "{}", told());
}

/// A project whose component is there already, with a case.
fn project(home: &Home, name: &str, bytes: &[u8], manifest: &str, files: &[(&str, &str)]) -> String {
    let folder = home.path().join(name);
    let case = folder.join("cases/one");
    fs::create_dir_all(&case).unwrap();
    fs::write(folder.join("it.wasm"), bytes).unwrap();
    let text = format!("name = \"{name}\"\nlanguage = \"rust\"\ncomponent = \"it.wasm\"\n{manifest}");
    fs::write(folder.join("plugin.toml"), text).unwrap();
    for (file, text) in [&[("request.json", REQUEST)], files].concat() {
        fs::write(case.join(file), text).unwrap();
    }
    folder.display().to_string()
}

const REQUEST: &str = r#"{"training_artifacts": {"params": {"lr": 0.1}}}"#;
const READS: &str = "artifacts = [\"training\"]\n";

#[test]
fn a_case_that_would_pass_whatever_the_plugin_says_fails() {
    let home = Home::new();
    for (files, told) in [
        (&[("expected.json", "{}")], "expected.json is no array of findings"),
        (&[("expected.json", "[]")], "1 cases, 0 failed"),
    ] {
        let it = project(&home, "honest", &text::HONEST.component(), READS, files);
        let ran = home.run(&["plugin", "test", &it]);
        assert!(ran.out.contains(told), "{}{}", ran.out, ran.err);
    }
    let fails = fs::read(guest_file("returns_error")).unwrap();
    let mut it = String::new();
    for (error, told) in [
        (" \n", "error.txt is empty, which any error would fit"),
        ("something else", "expected an error with"),
        ("error", "1 cases, 0 failed"),
    ] {
        it = project(&home, "returns_error", &fails, READS, &[("error.txt", error)]);
        let ran = home.run(&["plugin", "test", &it]);
        assert!(ran.out.contains(told), "{}{}", ran.out, ran.err);
    }
    let told = home.run(&["plugin", "test", &it, "--record"]).succeeded();
    assert!(told.contains("ok one: nothing was recorded"), "{told}");
    assert!(!home.path().join("returns_error/cases/one/host-calls.jsonl").exists());
}

#[test]
fn a_plugin_that_asks_for_secrets_is_tested_with_their_names_in_their_place() {
    let home = Home::new();
    let bytes = fs::read(guest_file("tells_secrets")).unwrap();
    let (refused, granted) = (READS.to_owned(), format!("{READS}secrets = [\"licence\"]\n"));
    let it = project(&home, "tells_secrets", &bytes, &refused, &[("expected.json", "[]")]);
    let ran = home.run(&["plugin", "test", &it]);
    assert!(
        ran.code == 1 && ran.out.contains("may not read the secret `licence`"),
        "{}",
        ran.out
    );
    let expected = r#"[{"evidence": "it is [secret licence]"}]"#;
    let it = project(&home, "tells_secrets", &bytes, &granted, &[("expected.json", expected)]);
    let _ = home.run(&["plugin", "test", &it]).succeeded();
    // A case may have others; and a recording is replayed with the same.
    let case = home.path().join("tells_secrets/cases/one");
    fs::write(case.join("case.toml"), "secrets = []\n").unwrap();
    assert_eq!(home.run(&["plugin", "test", &it]).code, 1);
    fs::remove_file(case.join("case.toml")).unwrap();
    let _ = home.run(&["plugin", "test", &it, "--record"]).succeeded();
    fs::remove_file(case.join("request.json")).unwrap();
    let _ = home.run(&["plugin", "test", &it]).succeeded();
}
