//! What is wrong with a component is found when it is loaded: each fault is its own error, which
//! names the file.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use deepfix_core::{ArtifactKind, Capability};
use deepfix_runtime::{LoadError, World};
use deepfix_tests::{
    Case, engine, guest_file, input,
    text::{self, Guest},
};

/// The message of a refusal, which starts with the file.
async fn message(case: Case) -> (LoadError, String) {
    let file = case.config.file.display().to_string();
    let error = case.refusal().await;
    let text = error.to_string();
    assert!(text.starts_with(&format!("{file}: ")), "{text}");
    (error, text)
}

#[tokio::test]
async fn a_file_that_is_not_there() {
    let mut case = Case::guest("healthy");
    case.config.file = "/nowhere/agent.wasm".into();
    let (error, text) = message(case).await;
    assert!(
        matches!(error, LoadError::Unreadable { .. }) && text.contains("No such file"),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_not_webassembly() {
    for (bytes, found) in [
        (&b"import torch\n"[..], "`import t`"),
        (&b""[..], "the file is empty"),
        (&b"\0as"[..], "x00as"),
    ] {
        let (error, text) = message(Case::bytes("script", bytes.to_vec())).await;
        assert!(
            matches!(error, LoadError::NotWasm { .. }) && text.contains(found),
            "{text}"
        );
    }
}

#[tokio::test]
async fn a_core_module() {
    let (error, text) = message(Case::bytes("module", text::core_module())).await;
    assert!(matches!(error, LoadError::CoreModule { .. }), "{text}");
    assert!(
        text.contains("not a component") && text.contains("wasm32-wasip2"),
        "{text}"
    );
}

#[tokio::test]
async fn a_component_that_was_cut_short() {
    let bytes = std::fs::read(guest_file("healthy")).unwrap();
    let (error, text) = message(Case::bytes("short", bytes[..bytes.len() / 2].to_vec())).await;
    assert!(
        matches!(error, LoadError::Invalid { .. }) && text.contains("not a valid component"),
        "{text}"
    );
}

#[tokio::test]
async fn the_other_world() {
    let (error, text) = message(Case::guest("healthy_reasoner")).await;
    assert!(matches!(error, LoadError::WrongWorld { .. }), "{text}");
    assert!(
        text.contains("world `reasoner`, but the configuration uses it as `analyzer`"),
        "{text}"
    );
    assert!(text.contains("name it under [reasoner]"), "{text}");

    let mut case = Case::guest("healthy");
    case.config.world = World::Reasoner;
    let (error, text) = message(case).await;
    assert!(
        matches!(error, LoadError::WrongWorld { .. }) && text.contains("name it under [[agent]]"),
        "{text}"
    );
}

#[tokio::test]
async fn no_world_of_ours() {
    let (error, text) = message(Case::bytes("empty", text::empty_component())).await;
    assert!(matches!(error, LoadError::NoWorld { .. }), "{text}");
    assert!(
        text.contains("does not export `deepfix:analysis/analyze@0.1.1`: it exports nothing"),
        "{text}"
    );
}

#[tokio::test]
async fn another_version() {
    let guest = Guest {
        name: "from_the_future",
        version: "0.2.0",
        ..text::HONEST
    };
    let (error, text) = message(Case::text(&guest)).await;
    assert!(matches!(error, LoadError::WrongVersion { .. }), "{text}");
    assert!(text.contains("built for `deepfix:analysis/analyze@0.2.0`"), "{text}");
    assert!(text.contains("offers `deepfix:analysis/analyze@0.1.1`"), "{text}");
}

#[tokio::test]
async fn a_later_patch_version_of_the_same_line_is_welcome() {
    let guest = Guest {
        name: "patched",
        version: "0.1.7",
        imports: r#"(import "deepfix:analysis/progress@0.1.7" "report" (func $report (param f64 i32 i32)))"#,
        body: "(call $report (f64.const 0.5) (i32.const 256) (i32.const 7)) i32.const 512",
        ..text::HONEST
    };
    let run = Case::text(&guest).run().await;
    assert_eq!(run.result.unwrap().summary, "patched");
}

#[tokio::test]
async fn imports_that_are_never_linked() {
    let http = Guest {
        name: "calls_home",
        other: Some((
            "package wasi:http@0.2.6; interface outgoing-handler { handle: func(url: string); }",
            "wasi:http/outgoing-handler@0.2.6",
        )),
        imports: r#"(import "wasi:http/outgoing-handler@0.2.6" "handle" (func (param i32 i32)))"#,
        ..text::HONEST
    };
    let (error, text) = message(Case::text(&http)).await;
    assert!(matches!(error, LoadError::NotLinked { .. }), "{text}");
    assert!(
        text.contains("imports `wasi:http/outgoing-handler@0.2.6`") && text.contains("has no network"),
        "{text}"
    );

    let database = Guest {
        name: "wants_a_database",
        other: Some((
            "package acme:db@1.0.0; interface query { run: func(sql: string); }",
            "acme:db/query@1.0.0",
        )),
        imports: r#"(import "acme:db/query@1.0.0" "run" (func (param i32 i32)))"#,
        ..text::HONEST
    };
    let (error, text) = message(Case::text(&database)).await;
    assert!(matches!(error, LoadError::NotLinked { .. }), "{text}");
    assert!(
        text.contains("imports `acme:db/query@1.0.0`") && text.contains("only `deepfix:analysis`"),
        "{text}"
    );
}

#[tokio::test]
async fn a_wasi_of_another_version() {
    let guest = Guest {
        name: "wasi_next",
        other: Some((
            "package wasi:clocks@0.3.0; interface monotonic-clock { now: func() -> u64; }",
            "wasi:clocks/monotonic-clock@0.3.0",
        )),
        imports: r#"(import "wasi:clocks/monotonic-clock@0.3.0" "now" (func (result i64)))"#,
        ..text::HONEST
    };
    let (error, text) = message(Case::text(&guest)).await;
    assert!(matches!(error, LoadError::WrongVersion { .. }), "{text}");
    assert!(
        text.contains("`wasi:clocks/monotonic-clock@0.3.0`, and this host offers `WASI 0.2`"),
        "{text}"
    );
}

#[tokio::test]
async fn functions_or_types_that_differ() {
    let function = Guest {
        name: "wants_more",
        wit: (
            "available: func() -> list<artifact-kind>;",
            "publish: func(text: string);",
        ),
        imports: r#"(import "deepfix:analysis/artifacts@0.1.0" "publish" (func (param i32 i32)))"#,
        ..text::HONEST
    };
    let types = Guest {
        name: "answers_otherwise",
        wit: (
            "analyze: func(request: request) -> result<report, error>;",
            "analyze: func() -> u32;",
        ),
        signature: "(result i32)",
        ..text::HONEST
    };
    for (guest, what) in [(function, "publish"), (types, "expected 1-tuple, found 0-tuple")] {
        let (error, text) = message(Case::text(&guest)).await;
        assert!(matches!(error, LoadError::Mismatched { .. }), "{text}");
        assert!(
            text.contains("differ from those of this host") && text.contains(what),
            "{text}"
        );
    }
}

#[tokio::test]
async fn the_asynchronous_abi() {
    let (error, text) = message(Case::bytes("async", text::async_component())).await;
    assert!(matches!(error, LoadError::AsyncAbi { .. }), "{text}");
    assert!(text.contains("synchronous functions"), "{text}");
}

#[tokio::test]
async fn a_digest_that_is_not_the_pinned_one() {
    let sha256 = Case::guest("healthy").load().await.unwrap().sha256().to_owned();
    let mut case = Case::guest("healthy");
    case.config.sha256 = Some(sha256.to_uppercase());
    let plugin = case.load().await.unwrap();
    assert_eq!(plugin.size(), std::fs::metadata(guest_file("healthy")).unwrap().len());

    // Each load checks again: the file has been replaced.
    let mut case = Case::bytes("healthy", std::fs::read(guest_file("traps")).unwrap());
    case.config.sha256 = Some(sha256.clone());
    let (error, text) = message(case).await;
    assert!(matches!(error, LoadError::WrongDigest { .. }), "{text}");
    assert!(
        text.contains(&format!("pins sha256:{sha256}")) && text.contains("digest is sha256:"),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_required_and_not_granted() {
    let (error, text) = message(Case::guest("requires_llm")).await;
    assert!(matches!(error, LoadError::NotGranted { .. }), "{text}");
    assert!(
        text.contains("requires the capability llm, which is not granted"),
        "{text}"
    );
    assert!(text.contains(r#"grant it with `capabilities = ["llm"]`"#), "{text}");
    assert!(
        Case::guest("requires_llm")
            .may_use(Capability::Llm)
            .load()
            .await
            .is_ok()
    );

    let (error, text) = message(Case::guest("requires_dataset")).await;
    assert!(matches!(error, LoadError::NotGranted { .. }), "{text}");
    assert!(text.contains("requires the dataset artifact"), "{text}");
    assert!(
        text.contains(r#"grant it with `artifacts = ["training", "dataset"]`"#),
        "{text}"
    );
    assert!(
        Case::guest("requires_dataset")
            .may_read(ArtifactKind::Dataset)
            .load()
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_name_that_is_not_the_configured_one() {
    let mut case = Case::guest("lies_about_name");
    case.config.name = Some("lies_about_name".to_owned());
    let (error, text) = message(case).await;
    assert!(matches!(error, LoadError::WrongName { .. }), "{text}");
    assert!(text.contains("calls itself `TrainingArtifactsAnalyzer`"), "{text}");
    assert!(text.contains("the configuration calls it `lies_about_name`"), "{text}");
}

#[tokio::test]
async fn codes_of_another_namespace() {
    let (error, text) = message(Case::guest("claims_foreign_code")).await;
    assert!(matches!(error, LoadError::ForeignCode { .. }), "{text}");
    assert!(
        text.contains("`training.overfitting`") && text.contains("namespaces `claims_foreign_code`"),
        "{text}"
    );
    assert!(
        text.contains(r#"allow another with `namespaces = ["training"]`"#),
        "{text}"
    );

    let mut case = Case::guest("claims_foreign_code");
    case.config.grants.namespaces.push("training".to_owned());
    assert!(case.load().await.is_ok());
}

#[tokio::test]
async fn a_description_that_is_none() {
    for (guest, what) in [
        (
            "has_no_name",
            r#"name "has_no\nname", expected 1 to 100 visible ASCII characters"#,
        ),
        ("has_no_version", r#"version "latest", expected a semantic version"#),
        (
            "has_malformed_code",
            r#"code "Has Malformed.Code", expected `namespace.name`"#,
        ),
        ("consumes_nothing", "`consumes` is empty"),
        (
            "describes_at_length",
            "`summary` has 100000 bytes, expected one sentence",
        ),
    ] {
        let (error, text) = message(Case::guest(guest)).await;
        assert!(matches!(error, LoadError::Description { .. }), "{text}");
        assert!(text.contains("`describe` is wrong: ") && text.contains(what), "{text}");
    }
}

#[tokio::test]
async fn a_describe_that_fails() {
    for (guest, what) in [
        ("panics_in_describe", "`describe` failed: trapped: "),
        ("describes_endlessly", "`describe` failed: result_too_large: "),
    ] {
        let (error, text) = message(Case::guest(guest)).await;
        assert!(
            matches!(error, LoadError::Describe { .. }) && text.contains(what),
            "{text}"
        );
    }
    let (_, text) = message(Case::guest("panics_in_describe")).await;
    assert!(text.contains("who am I?"), "{text}");
}

#[tokio::test]
async fn a_refused_component_does_not_harm_the_engine() {
    let (_, _) = message(Case::guest("panics_in_describe")).await;
    let plugin = Case::guest("healthy").on(engine()).load().await.unwrap();
    assert!(plugin.analyze(input()).await.result.is_ok());
}
