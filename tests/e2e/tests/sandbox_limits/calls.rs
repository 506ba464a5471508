//! Calls of the host, the resources that they open and what they read.

use deepfix_core::ArtifactKind;
use deepfix_tests::FakeKnowledge;

use super::*;

#[tokio::test]
async fn host_calls_are_refused_over_the_limit() {
    let case = Case::guest("endless_reads").settings(&json!({"heeds": true}));
    let run = case.limits(|it| it.host_calls = 500).run().await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::PluginError, "{error}");
    assert!(error.message.starts_with("budget exceeded: "), "{error}");
    assert!(
        names_limit(&error.message, "host_calls") && error.message.contains("= 500"),
        "{error}"
    );
    assert_eq!(run.spent.usage.host_calls, 501);
}

#[tokio::test]
async fn one_who_does_not_heed_the_refusal_is_ended() {
    for guest in ["endless_reads", "endless_progress"] {
        let run = Case::guest(guest).limits(|it| it.host_calls = 500).run().await;
        let error = failure(&run);
        assert_eq!(error.reason, FailureReason::Trapped, "{guest}: {error}");
        assert!(names_limit(&error.message, "host_calls"), "{guest}: {error}");
        assert!(
            error.message.contains("it went on calling, and was ended"),
            "{guest}: {error}"
        );
        assert!(run.spent.usage.host_calls < 2_000, "{guest}: {:?}", run.spent);
    }
}

#[tokio::test]
async fn open_resources_are_limited() {
    let run = Case::guest("holds_resources")
        .limits(|it| it.resources = 20)
        .run()
        .await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::PluginError, "{error}");
    assert!(error.message.contains("budget exceeded: "), "{error}");
    assert!(
        error.message.contains("`resources = 20`") && error.message.contains("deepfix.toml"),
        "{error}"
    );
}

#[tokio::test]
async fn resources_of_wasi_are_limited_as_well() {
    let guest = Guest {
        name: "holds_pollables",
        other: Some((
            "package wasi:clocks@0.2.6;
             interface monotonic-clock {
               use wasi:io/poll@0.2.6.{pollable};
               subscribe-duration: func(when: u64) -> pollable;
             }
             package wasi:io@0.2.6 { interface poll { resource pollable; } }",
            "wasi:clocks/monotonic-clock@0.2.6",
        )),
        imports: r#"(import "wasi:clocks/monotonic-clock@0.2.6" "subscribe-duration"
                      (func $subscribe (param i64) (result i32)))"#,
        body: "(loop $again (drop (call $subscribe (i64.const 1000000000000))) (br $again)) unreachable",
        ..text::HONEST
    };
    let run = Case::text(&guest).limits(|it| it.resources = 20).run().await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::Trapped, "{error}");
    assert!(names_limit(&error.message, "resources"), "{error}");
}

#[tokio::test]
async fn artifact_bytes_are_limited_whatever_is_read() {
    const CONTENT: u64 = 3 << 20;
    // Names are short, and calls are limited too.
    const NAMES: u64 = 1_000;
    for (what, limit) in [
        ("document", CONTENT),
        ("numbers", CONTENT),
        ("texts", CONTENT),
        ("blob", CONTENT),
        ("tables", NAMES),
        ("columns", NAMES),
    ] {
        let case = Case::guest("reads_artifacts").may_read(ArtifactKind::ModelCheckpoint);
        let run = case
            .settings(&json!({"what": what}))
            .limits(|it| it.artifact_bytes = limit)
            .run()
            .await;
        let error = failure(&run);
        assert_eq!(error.reason, FailureReason::PluginError, "{what}: {error}");
        assert!(names_limit(&error.message, "artifact_bytes"), "{what}: {error}");
        let read = run.spent.usage.artifact_bytes;
        assert!(read <= limit && read > limit / 2, "{what}: {read}");
    }
}

#[tokio::test]
async fn knowledge_searches_are_limited() {
    let knowledge = Arc::new(FakeKnowledge::default());
    let mut input = input();
    input.services.knowledge = Arc::<FakeKnowledge>::clone(&knowledge);
    let case = Case::guest("searches_forever").may_use(Capability::Knowledge);
    let run = case.limits(|it| it.knowledge_searches = 5).run_with(input).await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::PluginError, "{error}");
    assert!(
        names_limit(&error.message, "knowledge_searches") && error.message.contains("= 5`"),
        "{error}"
    );
    assert_eq!(knowledge.searches.load(std::sync::atomic::Ordering::Relaxed), 5);
    assert_eq!(
        knowledge.largest.load(std::sync::atomic::Ordering::Relaxed),
        50,
        "the bound of the WIT"
    );
    assert_eq!(run.retrieved.len(), 1, "each passage once: {:?}", run.retrieved);
}
