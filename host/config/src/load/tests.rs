use deepfix_core::ArtifactKind;

use super::*;

const REASONER: &str = "[reasoner]\nname = \"R\"\ncomponent = \"r.wasm\"\n";

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(
        Path::new("/etc/deepfix.toml"),
        &format!("{text}\n{REASONER}"),
        std::iter::empty(),
    )
}

#[test]
fn an_unknown_key_is_an_error_that_shows_its_line() {
    let error = parse("[server]\nlisten = \"127.0.0.1:1\"\nmax_boddy = \"1 MiB\"")
        .unwrap_err()
        .to_string();
    assert!(error.contains("line 3"), "{error}");
    assert!(error.contains("max_boddy") && error.contains("max_body"), "{error}");
    assert!(
        error.contains("| max_boddy = ...") && !error.contains("1 MiB"),
        "{error}"
    );
}

#[test]
fn a_wrong_value_names_the_key_what_was_found_and_what_was_expected() {
    let error = parse("[server]\nlisten = \"here\"").unwrap_err().to_string();
    assert!(
        error.contains("`server.listen`: found `here`, expected an address"),
        "{error}"
    );
    let error = parse("[[agent]]\nname = \"A\"\ncomponent = \"a\"\nartifacts = [\"data\"]")
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("`agent A.artifacts`: found `data`, expected some of `dataset`"),
        "{error}"
    );
    let error = parse("[server]\nmax_head = \"1 KiB\"").unwrap_err().to_string();
    assert!(
        error.contains("`server.max_head`: found 1024 bytes, expected between"),
        "{error}"
    );
    let error = parse("[server]\nmax_jobs = 0").unwrap_err().to_string();
    assert!(error.contains("`server.max_jobs`: found 0"), "{error}");
    let error = parse("[limits]\nmemory = \"much\"").unwrap_err().to_string();
    assert!(error.contains("line 2") && error.contains("found `much`"), "{error}");
    let error = parse("[engine]\nmax_instances = 0").unwrap_err().to_string();
    assert!(
        error.contains("`engine.max_instances`: found 0, expected at least 1"),
        "{error}"
    );
}

#[test]
fn an_agents_limits_are_over_the_default_ones() {
    let config = parse(
        "[limits]\nfindings = 5\nwall_time = \"3s\"\n[[agent]]\nname = \"A\"\ncomponent = \"a.wasm\"\n\
         limits = { findings = 9 }",
    )
    .unwrap();
    assert_eq!(config.agents[0].limits.findings, 9);
    assert_eq!(config.agents[0].limits.wall_time, Duration::from_secs(3));
    assert_eq!(config.reasoner.limits.findings, 5);
    assert_eq!(config.agents[0].component, Path::new("/etc/a.wasm"));
}

#[test]
fn the_environment_overrides_a_value_and_is_named_when_wrong() {
    let text = format!("[server]\nlisten = \"127.0.0.1:1\"\n{REASONER}");
    let environment = |value: &str| vec![("DEEPFIX_SERVER__LISTEN".to_owned(), value.to_owned())].into_iter();
    let config = Config::parse(Path::new("d.toml"), &text, environment("127.0.0.1:2")).unwrap();
    assert_eq!(config.server.listen.port(), 2);
    let wrong = vec![("DEEPFIX_SERVER__LISTENN".to_owned(), "x".to_owned())].into_iter();
    let error = Config::parse(Path::new("d.toml"), &text, wrong)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("DEEPFIX_SERVER__LISTENN") && error.contains("listenn"),
        "{error}"
    );
}

#[test]
fn no_agent_gets_more_memory_than_a_slot_has() {
    let error = parse("[limits]\nmemory = \"1 GiB\"").unwrap_err().to_string();
    assert!(
        error.contains("`reasoner.limits.memory`") && error.contains("`[engine] max_memory`"),
        "{error}"
    );
}

#[test]
fn dropped_in_plugins_get_what_is_granted_and_no_more() {
    let config = parse("[plugins]\nfolder = \"p\"").unwrap();
    assert!(config.plugins.artifacts.is_empty() && config.plugins.capabilities.is_empty());
    let config = parse("[plugins]\nfolder = \"p\"\nartifacts = [\"training\"]").unwrap();
    assert_eq!(config.plugins.artifacts, [ArtifactKind::Training]);
}

#[test]
fn a_signature_is_asked_for_of_a_key_or_an_identity() {
    let error = parse("[plugins]\nrequire_signature = true").unwrap_err().to_string();
    assert!(
        error.contains("plugins.trusted_keys") && error.contains("trusted_identities"),
        "{error}"
    );
    let config = parse(
        "[plugins]\nrequire_signature = true\nsigstore_root = \"root.json\"\nmax_bundle = \"1 KiB\"\n\
         trusted_identities = [{ issuer = \"https://forge.example\", subject = \"acme\" },\
         { issuer = \"https://forge.example\", subject = \"acme\", repository = \"https://forge.example/acme\" }]",
    )
    .unwrap();
    let identities = &config.plugins.trusted_identities;
    assert_eq!(
        (identities[0].subject.as_str(), &identities[0].repository),
        ("acme", &None)
    );
    assert_eq!(identities[1].repository.as_deref(), Some("https://forge.example/acme"));
    assert_eq!(
        config.plugins.sigstore_root.as_deref(),
        Some(Path::new("/etc/root.json"))
    );
    assert_eq!(config.plugins.max_bundle, 1024);
    let built_in = parse("[plugins]\nsigstore_root = \"\"").unwrap();
    assert_eq!(built_in.plugins.sigstore_root, None);
    let error = parse("[plugins]\ntrusted_identities = [{ issuer = \"https://forge.example\" }]");
    assert!(error.unwrap_err().to_string().contains("subject"));
}

#[test]
fn sizes_are_texts_or_numbers_of_bytes() {
    for size in ["\"1 MiB\"", "1048576", "\"1048576\""] {
        let config = parse(&format!("[server]\nmax_body = {size}\n[engine]\nstack = {size}")).unwrap();
        assert_eq!(
            (config.server.max_body, config.engine.stack),
            (1 << 20, 1 << 20),
            "{size}"
        );
    }
    let error = parse("[server]\nmax_body = \"big\"").unwrap_err().to_string();
    assert!(error.contains("line 2") && error.contains("found `big`"), "{error}");
}

#[test]
fn two_agents_of_one_name_are_refused() {
    let agent = "[[agent]]\nname = \"A\"\ncomponent = \"a.wasm\"\n";
    let error = parse(&agent.repeat(2)).unwrap_err().to_string();
    assert!(error.contains("the name twice"), "{error}");
}
