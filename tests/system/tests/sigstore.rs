//! Components that an identity signed: from a real registry, beside files, and in the commands.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../../../host/sources/tests/sigstore/authority.rs"]
mod authority;

use std::fs;

use authority::{Authority, Flaw};
use deepfix_system_tests::{Operator, Registry, acme};
use serde_json::Value;

const FORGE: &str = "https://forge.example";
const RELEASE: &str = "https://forge.example/acme/plateau/release.yml@refs/tags/v1";
const ANY_TAG: &str = "https://forge.example/acme/plateau/release.yml@refs/tags/*";

/// Trusts the tags of a workflow, and has its reasoner signed by one.
fn trust(it: &Operator, authority: &Authority) {
    fs::write(it.path("root.json"), authority.root()).unwrap();
    let reasoner = fs::read(it.path("components/cross-artifact.wasm")).unwrap();
    let bundle = authority.bundle(&reasoner, FORGE, RELEASE, &Flaw::default());
    fs::write(it.path("components/cross-artifact.wasm.sigstore.json"), bundle).unwrap();
    let entry = format!("trusted_identities = [{{ issuer = \"{FORGE}\", subject = \"{ANY_TAG}\" }}]");
    it.home.configure(|text| {
        text.replace("trusted_identities = []", &entry)
            .replace("sigstore_root = \"\"", "sigstore_root = \"root.json\"")
            .replace("require_signature = false", "require_signature = true")
    });
}

#[test]
fn a_bundle_goes_to_a_registry_and_back_and_is_believed_while_the_registry_is_down() {
    let registry = Registry::start();
    let (it, authority, bytes) = (Operator::new(&registry), Authority::new(), acme("1.0.0"));
    it.push(&bytes);
    trust(&it, &authority);
    let told = it.plugin(&["lock"]);
    assert!(told.code == 2 && told.err.contains("has no signature"), "{}", told.err);

    let bundle = authority.bundle(&bytes, FORGE, RELEASE, &Flaw::default());
    fs::write(it.path("pushed.wasm.sigstore.json"), &bundle).unwrap();
    it.push(&bytes);
    it.lock();
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));

    let file = it.path("pulled.wasm");
    let pulled = file.to_str().unwrap();
    let _ = it.plugin(&["pull", &it.source, pulled]).succeeded();
    assert_eq!(
        fs::read_to_string(it.path("pulled.wasm.sigstore.json")).unwrap(),
        bundle
    );
    let told = it.plugin(&["verify", pulled]).succeeded();
    assert!(told.contains(&format!("by {RELEASE} of {FORGE}")), "{told}");
    let told: Value = serde_json::from_str(&it.plugin(&["verify", pulled, "--json"]).succeeded()).unwrap();
    assert_eq!((&told["issuer"], &told["refused"]), (&FORGE.into(), &Value::Null));

    let _stopped = registry.stop();
    assert_eq!(it.loaded(), Ok("1.0.0".to_owned()));
    it.home
        .configure(|text| text.replace("acme/plateau/release.yml", "mallory/plateau/release.yml"));
    let error = it.loaded().unwrap_err();
    assert!(
        error.contains(&format!("is signed by `{RELEASE}` of {FORGE}, expected")) && error.contains("mallory"),
        "{error}"
    );
}

#[test]
fn a_file_that_an_identity_states_to_have_built_is_checked_and_one_that_was_changed_is_refused() {
    let it = Operator::of("oci://registry.example/team/acme:1");
    let (authority, mut bytes) = (Authority::new(), acme("1.0.0"));
    trust(&it, &authority);
    let file = it.path("acme.wasm").display().to_string();
    fs::write(&file, &bytes).unwrap();
    let statement = authority.statement(&bytes, FORGE, RELEASE, "https://slsa.dev/provenance/v1");
    fs::write(it.path("acme.wasm.sigstore.json"), statement).unwrap();
    let told = it.plugin(&["check", &file]);
    assert!(
        told.code == 0 && told.out.contains(&format!("signed by {RELEASE} of {FORGE}")),
        "{}{}",
        told.out,
        told.err
    );
    fs::write(it.path("root.json"), Authority::new().root()).unwrap();
    let told = it.plugin(&["verify", &file]);
    assert!(told.code == 1 && told.out.contains("does not hold"), "{}", told.out);
    fs::write(it.path("root.json"), authority.root()).unwrap();
    bytes.push(0);
    fs::write(&file, &bytes).unwrap();
    let told = it.plugin(&["verify", &file]);
    assert!(told.code == 1 && told.out.contains("does not hold"), "{}", told.out);
    // What a load refuses whoever signed is no matter of the signer.
    fs::write(it.path("acme.wasm.sigstore.json"), "{}").unwrap();
    let told = it.plugin(&["verify", &file]);
    assert!(
        told.code == 2 && told.err.contains("acme.wasm.sigstore.json: is no Sigstore bundle"),
        "{}{}",
        told.out,
        told.err
    );
}
