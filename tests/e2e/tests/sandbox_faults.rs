//! What a caller sees of a guest that breaks, or that returns what it must not.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::sync::Arc;

use deepfix_core::{Capability, FailureReason};
use deepfix_runtime::{Services, World};
use deepfix_tests::{
    Case, FakeKnowledge, FakeModel, failure, input,
    text::{self, Guest},
};
use serde_json::json;

#[tokio::test]
async fn a_trap_is_named() {
    let run = Case::guest("traps").run().await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::Trapped, "{error}");
    assert!(error.message.contains("`unreachable`"), "{error}");
}

#[tokio::test]
async fn a_panic_is_shown_with_its_text_and_place() {
    let run = Case::guest("panics").run().await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::Trapped, "{error}");
    assert!(
        error.message.contains(r#"the dataset \"digits\" is not to my taste"#),
        "{error}"
    );
    assert!(error.message.contains("examples/panics.rs:"), "{error}");
}

#[tokio::test]
async fn an_exit_is_named() {
    let run = Case::guest("exits").run().await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::Trapped, "{error}");
    // The function that takes a status is unstable in WASI 0.2: Rust reports any failure as 1.
    assert!(
        error
            .message
            .contains("left through `exit(1)` instead of returning a report"),
        "{error}"
    );
}

#[tokio::test]
async fn an_access_outside_the_memory_is_a_trap_and_no_recursion() {
    let guest = Guest {
        name: "reads_outside",
        body: "(i32.load (i32.const -4))",
        ..text::HONEST
    };
    let run = Case::text(&guest).run().await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::Trapped, "{error}");
    assert!(error.message.contains("out of bounds memory access"), "{error}");
}

#[tokio::test]
async fn an_error_of_the_plugin_is_passed_on() {
    let run = Case::guest("returns_error").run().await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::PluginError, "{error}");
    assert_eq!(error.message, "internal error: my model of the world is wrong");
}

#[tokio::test]
async fn a_long_error_of_the_plugin_is_cut() {
    let run = Case::guest("long_error").run().await;
    let message = &failure(&run).message;
    assert!(message.len() < 3_000, "{} bytes", message.len());
    assert!(
        message.ends_with("xx [1046592 more characters]"),
        "{}",
        &message[1900..]
    );
}

#[tokio::test]
async fn a_finding_with_more_facts_than_the_host_reads_again_is_dropped() {
    let run = Case::guest("many_facts").run().await;
    assert_eq!(run.result.unwrap().analyses.len(), 1);
    assert!(
        run.objections[0].contains("`finding.facts` has 10000 entries, expected at most 100"),
        "{:?}",
        run.objections
    );
}

#[tokio::test]
async fn a_reasoner_that_panics_has_failed() {
    let mut case = Case::guest("panicking_reasoner");
    case.config.world = World::Reasoner;
    let run = case.load().await.unwrap().reason(input(), &[]).await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::Trapped, "{error}");
    assert!(error.message.contains("0 outcomes are too many for me"), "{error}");
}

#[tokio::test]
async fn an_honest_guest_written_as_text_passes() {
    let run = Case::text(&text::HONEST).run().await;
    assert_eq!(run.result.unwrap().summary, "honest");
    assert!(run.objections.is_empty(), "{:?}", run.objections);
}

#[tokio::test]
async fn a_text_that_is_not_utf8_is_an_invalid_result() {
    let result = Guest {
        name: "invalid_text",
        data: r#"(data (i32.const 256) "inval\ff\fetext")"#,
        ..text::HONEST
    };
    // `describe` hands over the same text as name and summary.
    let error = Case::text(&result).refusal().await.to_string();
    assert!(
        error.contains("`describe` failed: invalid_result: handed over a text that is not UTF-8"),
        "{error}"
    );

    let result = Guest {
        name: "invalid_summary",
        // The summary points to two bytes of its own.
        data: r#"(data (i32.const 524) "\00\03\00\00\02\00\00\00") (data (i32.const 768) "\ff\fe")"#,
        ..text::HONEST
    };
    let run = Case::text(&result).run().await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::InvalidResult, "{error}");
    assert!(
        error
            .message
            .contains("handed over a text that is not UTF-8: invalid utf-8 sequence"),
        "{error}"
    );

    let argument = Guest {
        name: "invalid_argument",
        imports: r#"(import "deepfix:analysis/progress@0.1.0" "report" (func $report (param f64 i32 i32)))"#,
        body: "(call $report (f64.const 0) (i32.const 768) (i32.const 2)) i32.const 512",
        data: r#"(data (i32.const 768) "\ff\fe")"#,
        ..text::HONEST
    };
    let run = Case::text(&argument).run().await;
    assert_eq!(failure(&run).reason, FailureReason::InvalidResult);
}

#[tokio::test]
async fn values_that_are_not_of_their_type_are_an_invalid_result() {
    let outside = Guest {
        name: "list_outside",
        // Analyses from 0xfffffff0 on.
        data: r#"(data (i32.const 516) "\f0\ff\ff\ff\01\00\00\00")"#,
        ..text::HONEST
    };
    let unaligned = Guest {
        name: "list_unaligned",
        data: r#"(data (i32.const 516) "\01\04\00\00\01\00\00\00")"#,
        ..text::HONEST
    };
    let severity = Guest {
        name: "severity_unknown",
        // One analysis at 1024, its severity 9.
        data: r#"(data (i32.const 516) "\00\04\00\00\01\00\00\00") (data (i32.const 1056) "\09")"#,
        ..text::HONEST
    };
    let result = Guest {
        name: "result_unknown",
        data: r#"(data (i32.const 512) "\07")"#,
        ..text::HONEST
    };
    let returned = Guest {
        name: "returns_outside",
        body: "i32.const -4",
        ..text::HONEST
    };
    for guest in [outside, unaligned, severity, result, returned] {
        let run = Case::text(&guest).run().await;
        let error = failure(&run);
        assert_eq!(error.reason, FailureReason::InvalidResult, "{}: {error}", guest.name);
        assert!(
            error.message.contains("handed over a value that is not of its type"),
            "{}: {error}",
            guest.name
        );
    }
}

#[tokio::test]
async fn a_confidence_that_is_no_probability_costs_its_finding_only() {
    let run = Case::guest("nan_confidence").run().await;
    let report = run.result.unwrap();
    assert_eq!(report.analyses.len(), 1);
    assert!((report.analyses[0].finding.confidence - 0.5).abs() < f64::EPSILON);
    let objections = run.objections.join("\n");
    for what in ["NaN", "inf", "-0.1", "1.1"] {
        assert!(
            objections.contains(&format!("`finding.confidence` is {what}, expected a number")),
            "{objections}"
        );
    }
    assert!(
        objections.contains("`recommendation.confidence` is NaN"),
        "{objections}"
    );
}

#[tokio::test]
async fn findings_that_break_the_contract_cost_themselves_only() {
    let run = Case::guest("undeclared_code").run().await;
    let report = run.result.unwrap();
    assert_eq!(report.analyses.len(), 1);
    assert_eq!(report.analyses[0].recommendation.action, "The one that is right.");
    let objections = run.objections.join("\n");
    for what in [
        "\"training.overfitting\" is not among",
        "`finding.description` is empty",
        "`recommendation.action` is",
    ] {
        assert!(objections.contains(what), "{objections}");
    }
}

#[tokio::test]
async fn extras_that_are_no_object_are_dropped() {
    let run = Case::guest("bad_extras").run().await;
    let report = run.result.unwrap();
    assert_eq!((report.extras.as_str(), report.analyses.len()), ("", 1));
    let objections = run.objections.join("\n");
    assert!(
        objections.contains("`finding.extras` is not a JSON object"),
        "{objections}"
    );
    assert!(objections.contains("its `extras` were dropped"), "{objections}");
}

#[tokio::test]
async fn a_second_analysis_does_not_see_the_first() {
    let plugin = Case::guest("remembers").load().await.unwrap();
    for _ in 0..3 {
        let report = plugin.analyze(input()).await.result.unwrap();
        assert_eq!(report.extras, r#"{"analyses":1}"#);
    }
}

#[tokio::test]
async fn a_panic_of_a_host_function_is_a_fault_of_the_host_and_of_one_analysis() {
    let services = Services {
        knowledge: Arc::new(FakeKnowledge {
            panics: true,
            ..FakeKnowledge::default()
        }),
        llm: Arc::new(FakeModel {
            panics: true,
            ..FakeModel::default()
        }),
        progress: None,
    };
    let broken = |settings| {
        let case = Case::guest("asks_llm").may_use(Capability::Llm).settings(&settings);
        let input = deepfix_runtime::RunInput {
            services: services.clone(),
            ..input()
        };
        async { case.run_with(input).await }
    };
    let case = Case::guest("searches_forever").may_use(Capability::Knowledge);
    let searching = case.run_with(deepfix_runtime::RunInput {
        services: services.clone(),
        ..input()
    });
    let (one, batch, searching, healthy) = tokio::join!(
        broken(json!({})),
        broken(json!({"batch": 3})),
        searching,
        Case::guest("healthy").run()
    );
    for (run, text) in [
        (one, "the client is broken"),
        (batch, "the client is broken"),
        (searching, "the index is"),
    ] {
        let error = failure(&run);
        assert_eq!(error.reason, FailureReason::HostFault, "{error}");
        assert!(
            error.message.contains(text) && error.message.contains("a fault of DeepFix"),
            "{error}"
        );
    }
    assert_eq!(healthy.result.unwrap().analyses.len(), 1);
    // The engine goes on.
    assert!(Case::guest("healthy").run().await.result.is_ok());
}
