//! Each limit of an agent, tripped: the caller sees which one it was and which line of the
//! configuration sets it.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::{sync::Arc, time::Duration};

use deepfix_core::{ArtifactKind, Capability, FailureReason};
use deepfix_runtime::{Plugin, Run, RunInput, Services};
use deepfix_tests::{
    Case, FakeKnowledge, FakeModel, failure, input, names_limit,
    text::{self, Guest},
};
use serde_json::{Value as Json, json};

/// What a guest reported in its extras.
fn extras(run: &Run) -> Json {
    let report = run.result.as_ref().unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_str(&report.extras).unwrap()
}

/// Longer than anything takes here, on a machine that has other things to do too.
const PATIENCE: Duration = Duration::from_secs(60);

/// An analysis while the clock of the host stands still, and jumps to where something waits for it as soon as nothing
/// else is left to do: a wall time that is over is not that of a slow machine.
async fn analyze_without_a_clock(plugin: &Plugin, input: RunInput) -> Run {
    tokio::time::pause();
    let run = Box::pin(plugin.analyze(input)).await;
    tokio::time::resume();
    run
}

#[tokio::test]
async fn an_endless_loop_ends_at_its_cpu_limit() {
    let plugin = Case::guest("endless_loop")
        .limits(|it| (it.cpu_time, it.wall_time) = (Duration::from_millis(300), PATIENCE))
        .load()
        .await
        .unwrap();
    let run = plugin.analyze(input()).await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::CpuLimit, "{error}");
    assert!(
        names_limit(&error.message, "cpu_time") && error.message.contains("300ms"),
        "{error}"
    );
    assert!(run.spent.cpu >= Duration::from_millis(300), "{:?}", run.spent.cpu);
}

#[tokio::test]
async fn an_endless_loop_in_describe_is_refused_at_load_time() {
    let error = Case::guest("endless_loop_in_describe")
        .limits(|it| it.cpu_time = Duration::from_millis(200))
        .refusal()
        .await
        .to_string();
    assert!(
        error.contains("endless_loop_in_describe.wasm: `describe` failed: cpu_limit: "),
        "{error}"
    );
    assert!(names_limit(&error, "cpu_time"), "{error}");
}

#[tokio::test]
async fn an_endless_loop_in_the_start_function_is_refused_at_load_time() {
    let guest = Guest {
        name: "loops_at_start",
        more: "(func $loop (loop $again (br $again))) (start $loop)",
        ..text::HONEST
    };
    let case = Case::text(&guest).limits(|it| it.cpu_time = Duration::from_millis(200));
    let error = case.refusal().await.to_string();
    assert!(
        error.contains("`describe` failed: cpu_limit: ") && names_limit(&error, "cpu_time"),
        "{error}"
    );
}

#[tokio::test]
async fn one_who_sleeps_ends_at_the_wall_time_and_used_no_cpu() {
    let case = Case::guest("sleeps").limits(|it| it.wall_time = PATIENCE);
    let plugin = case.load().await.unwrap();
    let started = tokio::time::Instant::now();
    let run = analyze_without_a_clock(&plugin, input()).await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::TimedOut, "{error}");
    assert!(
        names_limit(&error.message, "wall_time") && error.message.contains("60s"),
        "{error}"
    );
    assert!(run.spent.cpu < Duration::from_millis(100), "{:?}", run.spent.cpu);
    assert!(started.elapsed() >= PATIENCE);
}

#[tokio::test]
async fn what_is_left_of_the_request_is_a_limit_too() {
    let input = RunInput {
        time_left: Duration::from_millis(150),
        ..input()
    };
    let run = Case::guest("sleeps").run_with(input).await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::TimedOut, "{error}");
    assert!(error.message.contains("left of the request's time"), "{error}");
    assert!(error.message.contains("`[server] request_timeout`"), "{error}");
}

#[tokio::test]
async fn wall_time_covers_what_is_spent_in_host_calls() {
    let model = Arc::new(FakeModel {
        hangs: true,
        ..FakeModel::default()
    });
    for settings in [json!({"calls": 1}), json!({"batch": 3})] {
        let case = Case::guest("asks_llm").may_use(Capability::Llm).settings(&settings);
        let plugin = case.limits(|it| it.wall_time = PATIENCE).load().await.unwrap();
        let run = analyze_without_a_clock(&plugin, with_model(&model)).await;
        let error = failure(&run);
        assert_eq!(error.reason, FailureReason::TimedOut, "{error}");
        assert!(names_limit(&error.message, "wall_time"), "{error}");
    }
    assert_eq!(model.calls(), 4);
}

#[tokio::test]
async fn memory_is_limited_at_growth() {
    let run = Case::guest("allocates_forever")
        .limits(|it| it.memory = 16 << 20)
        .run()
        .await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::MemoryLimit, "{error}");
    assert!(
        names_limit(&error.message, "memory") && error.message.contains("= 16777216"),
        "{error}"
    );
    assert!(
        run.spent.peak_memory <= 16 << 20 && run.spent.peak_memory > 8 << 20,
        "{}",
        run.spent.peak_memory
    );
}

#[tokio::test]
async fn memory_is_limited_at_the_start() {
    let guest = Guest {
        name: "large_at_start",
        pages: 2_000,
        ..text::HONEST
    };
    let error = Case::text(&guest).refusal().await.to_string();
    assert!(
        error.contains("`describe` failed: memory_limit: ") && names_limit(&error, "memory"),
        "{error}"
    );
}

#[tokio::test]
async fn a_memory_limit_beyond_the_engine_names_the_engine() {
    let run = Case::guest("allocates_forever")
        .limits(|it| it.memory = 1 << 40)
        .run()
        .await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::MemoryLimit, "{error}");
    assert!(error.message.contains("raise `[engine] max_memory`"), "{error}");
}

/// A table that grows by a thousand elements for ever.
const GROWS_TABLE: Guest = Guest {
    name: "grows_table",
    more: "(table $t 1 funcref)",
    body: "(loop $again (drop (table.grow $t (ref.null func) (i32.const 1000))) (br $again)) unreachable",
    ..text::HONEST
};

#[tokio::test]
async fn table_growth_is_limited() {
    let run = Case::text(&GROWS_TABLE)
        .limits(|it| it.table_elements = 5_000)
        .run()
        .await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::TableLimit, "{error}");
    assert!(
        names_limit(&error.message, "table_elements") && error.message.contains("= 5000"),
        "{error}"
    );
}

#[tokio::test]
async fn a_table_limit_beyond_the_engine_still_ends() {
    let run = Case::text(&GROWS_TABLE)
        .limits(|it| it.table_elements = u64::MAX)
        .run()
        .await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::TableLimit, "{error}");
}

#[tokio::test]
async fn recursion_ends_at_the_stack_of_the_engine() {
    let guest = Guest {
        name: "recurses",
        more: "(func $deeper (param i64) (result i64)
                 (i64.add (call $deeper (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))",
        body: "(drop (call $deeper (i64.const 0))) unreachable",
        ..text::HONEST
    };
    let run = Case::text(&guest).run().await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::StackOverflow, "{error}");
    assert!(error.message.contains("`[engine] stack` sets its size"), "{error}");
}

#[tokio::test]
async fn recursion_of_a_rust_guest_is_told_as_such() {
    let run = Case::guest("deep_recursion").run().await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::StackOverflow, "{error}");
    assert!(error.message.contains("recursion ran over the stack"), "{error}");
}

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

fn with_model(model: &Arc<FakeModel>) -> RunInput {
    let input = input();
    let services = Services {
        llm: Arc::<FakeModel>::clone(model),
        ..input.services.clone()
    };
    RunInput { services, ..input }
}

async fn ask(model: FakeModel, settings: Json, calls: u64, tokens: u64) -> (Run, Arc<FakeModel>) {
    let model = Arc::new(model);
    let case = Case::guest("asks_llm").may_use(Capability::Llm).settings(&settings);
    let case = case.limits(|it| (it.llm_calls, it.llm_tokens) = (calls, tokens));
    let run = case.run_with(with_model(&model)).await;
    (run, model)
}

#[tokio::test]
async fn llm_calls_are_limited_and_each_sample_is_one() {
    for (settings, reached) in [
        (json!({"calls": 9, "max_tokens": 10}), 4),
        (json!({"batch": 9, "max_tokens": 10}), 4),
        (json!({"batch": 9, "max_tokens": 10, "samples": 3}), 1),
        (json!({"calls": 1, "max_tokens": 10, "samples": 4_000_000_000_u32}), 0),
    ] {
        let (run, model) = ask(FakeModel::default(), settings.clone(), 4, 50_000).await;
        let extras = extras(&run);
        assert_eq!(model.calls(), reached, "{settings}");
        assert_eq!(extras["answers"], reached, "{settings}");
        let refusal = extras["refusal"].as_str().unwrap();
        assert!(
            names_limit(refusal, "llm_calls") && refusal.contains("`llm_calls = 4`"),
            "{refusal}"
        );
    }
}

#[tokio::test]
async fn llm_tokens_are_limited_over_calls() {
    let (run, model) = ask(FakeModel::default(), json!({"calls": 9, "max_tokens": 300}), 100, 1_000).await;
    let extras = extras(&run);
    let refusal = extras["refusal"].as_str().unwrap();
    assert!(
        names_limit(refusal, "llm_tokens") && refusal.contains("`llm_tokens = 1000`"),
        "{refusal}"
    );
    assert_eq!(model.calls(), 4, "the last one gets what is left");
    assert!(run.spent.usage.llm_tokens <= 1_000, "{:?}", run.spent);
    assert!(run.spent.usage.llm_tokens > 990, "{:?}", run.spent);
}

#[tokio::test]
async fn llm_tokens_are_limited_over_requests_that_run_at_once() {
    for settings in [
        json!({"batch": 9, "max_tokens": 4_000_000_000_u32}),
        json!({"batch": 9, "max_tokens": 300}),
        json!({"batch": 9, "max_tokens": 4_000_000_000_u32, "samples": 7}),
        json!({"calls": 1, "max_tokens": 4_000_000_000_u32, "samples": 7}),
    ] {
        let (run, model) = ask(FakeModel::default(), settings.clone(), 100, 1_000).await;
        assert!(model.calls() > 0, "{settings}");
        assert!(
            model.allowed() <= 1_000,
            "{settings}: {} tokens were allowed",
            model.allowed()
        );
        assert!(run.spent.usage.llm_tokens <= 1_000, "{settings}: {:?}", run.spent);
    }
}

#[tokio::test]
async fn a_prompt_longer_than_the_token_budget_is_refused_before_it_is_sent() {
    let (run, model) = ask(FakeModel::default(), json!({"prompt": 30_000}), 100, 1_000).await;
    let extras = extras(&run);
    assert!(
        names_limit(extras["refusal"].as_str().unwrap(), "llm_tokens"),
        "{extras}"
    );
    assert_eq!(model.calls(), 0);
}

#[tokio::test]
async fn a_model_that_says_too_much_exceeds_the_budget_by_one_answer_only() {
    let model = FakeModel {
        excess: 5_000,
        ..FakeModel::default()
    };
    let (run, model) = ask(model, json!({"calls": 9, "max_tokens": 100}), 100, 1_000).await;
    assert_eq!(model.calls(), 1);
    assert_eq!(run.spent.usage.llm_tokens, 5_101);
    assert!(names_limit(extras(&run)["refusal"].as_str().unwrap(), "llm_tokens"));
}

#[tokio::test]
async fn a_failed_llm_call_costs_its_prompt_only() {
    let model = FakeModel {
        fails: true,
        ..FakeModel::default()
    };
    let (run, model) = ask(model, json!({"calls": 3, "prompt": 30, "max_tokens": 900}), 100, 1_000).await;
    assert_eq!(model.calls(), 3);
    assert_eq!(extras(&run)["refusal"], "unavailable: the model is away");
    assert_eq!(run.spent.usage.llm_tokens, 30);
}

#[tokio::test]
async fn what_an_answer_really_cost_counts_and_not_what_it_was_expected_to() {
    for (settings, fails, reached) in [
        (json!({"calls": 9, "max_tokens": 100}), false, 2),
        (json!({"calls": 9, "max_tokens": 100}), true, 2),
        (json!({"batch": 9, "max_tokens": 100}), false, 6),
    ] {
        let model = FakeModel {
            exchanges: 3,
            fails,
            ..FakeModel::default()
        };
        let (run, model) = ask(model, settings.clone(), 6, 1_000).await;
        assert_eq!(model.calls(), reached, "{settings}");
        let refusal = extras(&run)["refusal"].as_str().unwrap().to_owned();
        assert!(fails || names_limit(&refusal, "llm_calls"), "{refusal}");
        let spent = reached as u64 * 3;
        let usage = run.spent.usage;
        assert_eq!((usage.llm_calls, usage.llm_tokens), (spent, spent * 10), "{settings}");
    }
}
