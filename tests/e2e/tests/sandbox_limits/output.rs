//! What a guest says: its result, its findings, its log and what it prints.

use super::*;

#[tokio::test]
async fn a_million_findings_are_more_than_a_result_may_hold() {
    // A Rust guest runs out of memory before it has a million; this one has them all at once, 88
    // bytes each.
    let million = Guest {
        name: "million_findings",
        pages: 1_400,
        data: r#"(data (i32.const 516) "\00\00\01\00\40\42\0f\00")"#,
        ..text::HONEST
    };
    let few = Case::guest("many_findings").settings(&json!({"count": 40_000}));
    for case in [Case::text(&million).limits(|it| it.memory = 100 << 20), few] {
        let run = case.run().await;
        let error = failure(&run);
        assert_eq!(error.reason, FailureReason::ResultTooLarge, "{error}");
        assert!(
            names_limit(&error.message, "result_bytes") && error.message.contains("= 4194304"),
            "{error}"
        );
    }
    let run = Case::guest("many_findings").run().await;
    assert_eq!(failure(&run).reason, FailureReason::MemoryLimit);
}

#[tokio::test]
async fn a_long_text_is_more_than_a_result_may_hold() {
    let bytes = 100_000;
    let case = || Case::guest("huge_summary").settings(&json!({"bytes": bytes}));
    let run = case().limits(|it| it.result_bytes = bytes - 1).run().await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::ResultTooLarge, "{error}");
    assert!(names_limit(&error.message, "result_bytes"), "{error}");
    let run = case().limits(|it| it.result_bytes = bytes + 1_000).run().await;
    assert_eq!(run.result.unwrap().summary.len() as u64, bytes);
}

#[tokio::test]
async fn the_limit_of_a_result_holds_for_arguments_of_host_calls() {
    let run = Case::guest("floods_logs")
        .settings(&json!({"bytes": 5 << 20}))
        .run()
        .await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::ResultTooLarge, "{error}");
    assert!(names_limit(&error.message, "result_bytes"), "{error}");
}

#[tokio::test]
async fn findings_over_the_limit_are_cut_and_the_rest_is_kept() {
    let case = Case::guest("many_findings").settings(&json!({"count": 300}));
    let run = case.limits(|it| it.findings = 7).run().await;
    assert_eq!(run.result.unwrap().analyses.len(), 7);
    assert_eq!(run.objections.len(), 1);
    assert!(
        run.objections[0].contains("300 findings are more than its limit `findings = 7`"),
        "{:?}",
        run.objections
    );
    assert!(
        run.objections[0].contains("raise it under `limits` of its entry in deepfix.toml"),
        "{:?}",
        run.objections
    );
}

#[tokio::test]
async fn logs_over_the_limit_are_dropped_and_counted_and_the_guest_goes_on() {
    // Empty records too: each costs what the host adds to it.
    for bytes in [100, 0] {
        let case = Case::guest("floods_logs").settings(&json!({"bytes": bytes}));
        let run = case.limits(|it| it.log_bytes = 10_000).run().await;
        assert_eq!(run.result.as_ref().unwrap().summary, "Said it all.");
        let usage = run.spent.usage;
        assert!(usage.log_bytes <= 10_000 && usage.log_bytes > 9_000, "{usage:?}");
        assert!(usage.dropped_log_records > 9_000, "{usage:?}");
        assert!(
            run.objections[0].contains("were dropped: over its limit `log_bytes = 10000`"),
            "{:?}",
            run.objections
        );
    }
}

#[tokio::test]
async fn what_is_printed_is_dropped_and_counted_and_the_guest_goes_on() {
    let run = Case::guest("floods_stdout")
        .limits(|it| it.log_bytes = 10_000)
        .run()
        .await;
    assert_eq!(
        run.result.as_ref().unwrap_or_else(|error| panic!("{error}")).summary,
        "Said it all."
    );
    let usage = run.spent.usage;
    assert_eq!(
        usage.log_bytes, 10_000,
        "output and error share one budget with the log"
    );
    assert!(usage.dropped_log_records > 1_000, "{usage:?}");
    assert!(
        run.objections[0].contains("over its limit `log_bytes = 10000`"),
        "{:?}",
        run.objections
    );
}

#[tokio::test]
async fn a_panic_is_shown_even_after_a_flood_of_output() {
    let case = Case::guest("floods_stdout").settings(&json!({"panic": true}));
    let run = case.limits(|it| it.log_bytes = 1_000).run().await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::Trapped, "{error}");
    assert!(error.message.contains("enough is enough"), "{error}");
}
