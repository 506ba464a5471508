//! While one guest misbehaves, those beside it in the same request and in other requests finish
//! normally.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

use std::{
    process::Command,
    time::{Duration, Instant},
};

use deepfix_core::{AgentError, ArtifactKind, FailureReason, Limits, Outcome, OutcomeStatus};
use deepfix_runtime::{Engine, Plugin, Run, RunInput, World};
use deepfix_tests::{Case, engine, engine_with, failure, guest_file, input, silent_services};
use serde_json::{Value as Json, json};

/// Guests that misbehave without any special setting.
const HOSTILE: [&str; 15] = [
    "endless_loop",
    "endless_reads",
    "endless_progress",
    "allocates_forever",
    "deep_recursion",
    "traps",
    "panics",
    "exits",
    "sleeps",
    "many_findings",
    "huge_summary",
    "nan_confidence",
    "floods_logs",
    "floods_stdout",
    "holds_resources",
];

/// Those that only a limit of time ends.
const ENDLESS: [&str; 2] = ["endless_loop", "sleeps"];

/// Longer than a healthy guest takes, on a machine that has other things to do too.
const PATIENCE: Duration = Duration::from_secs(60);

/// Longer than that: whoever waits for one that may go on for so long has not finished beside it.
const FOREVER: Duration = Duration::from_secs(120);

/// What one may have that misbehaves. Only who sleeps ends by the clock, which goes on on a busy machine too.
fn short(name: &str, limits: &mut Limits) {
    limits.cpu_time = Duration::from_millis(800);
    limits.wall_time = if name == "sleeps" {
        Duration::from_secs(6)
    } else {
        FOREVER
    };
}

async fn load(engine: &Engine, name: &str) -> Plugin {
    let case = Case::guest(name).on(engine);
    case.limits(|it| short(name, it)).load().await.unwrap()
}

/// One that no limit ends as long as anybody looks.
async fn load_endless(engine: &Engine, name: &str) -> Plugin {
    let case = Case::guest(name).on(engine);
    let case = case.limits(|it| (it.cpu_time, it.wall_time) = (FOREVER, FOREVER));
    case.load().await.unwrap()
}

async fn load_healthy(engine: &Engine) -> Plugin {
    let case = Case::guest("healthy").on(engine);
    case.limits(|it| it.wall_time = PATIENCE).load().await.unwrap()
}

/// A run with the time at which it ended.
async fn timed(plugin: &Plugin) -> (Run, Instant) {
    (Box::pin(plugin.analyze(input())).await, Instant::now())
}

fn assert_healthy(run: &Run, beside: &str) {
    let report = run
        .result
        .as_ref()
        .unwrap_or_else(|error| panic!("beside {beside}: {error}"));
    assert_eq!(report.analyses.len(), 1, "beside {beside}");
    assert!(run.objections.is_empty(), "beside {beside}: {:?}", run.objections);
}

async fn each_beside_healthy_ones() {
    let healthy = load_healthy(engine()).await;
    for name in HOSTILE {
        let beside = async { tokio::join!(timed(&healthy), timed(&healthy)) };
        let ((same, _), (other, _)) = if ENDLESS.contains(&name) {
            let hostile = load_endless(engine(), name).await;
            tokio::select! {
                biased;
                _ = timed(&hostile) => panic!("a healthy one had to wait for {name}"),
                both = beside => both,
            }
        } else {
            let hostile = load(engine(), name).await;
            tokio::join!(timed(&hostile), beside).1
        };
        assert_healthy(&same, name);
        assert_healthy(&other, name);
    }
}

#[tokio::test]
async fn healthy_agents_finish_beside_each_hostile_one_on_one_thread() {
    each_beside_healthy_ones().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn healthy_agents_finish_beside_each_hostile_one_on_two_threads() {
    tokio::spawn(each_beside_healthy_ones()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn healthy_requests_finish_beside_all_hostile_guests_at_once() {
    let mut hostile = Vec::new();
    for name in HOSTILE {
        let plugin = load(engine(), name).await;
        hostile.push(tokio::spawn(async move { timed(&plugin).await }));
    }
    let plugin = load_healthy(engine()).await;
    let mut healthy = Vec::new();
    for _ in 0..20 {
        let plugin = plugin.clone();
        healthy.push(tokio::spawn(async move { timed(&plugin).await }));
    }
    for task in healthy {
        assert_healthy(&task.await.unwrap().0, "all of them");
    }
    for task in hostile {
        task.await.unwrap();
    }
    // And afterwards nothing is left of them.
    assert_healthy(&timed(&plugin).await.0, "nobody");
}

#[test]
fn healthy_agents_finish_beside_an_endless_loop_on_one_cpu() {
    // Built here: the child would spend its one CPU on it.
    assert!(guest_file("healthy").is_file());
    let output = Command::new(env!("CARGO_BIN_EXE_one_cpu")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["cpus"], 1);
    assert_eq!(told["loop"]["reason"], "cpu_limit", "{told}");
    let end = told["loop"]["ms"].as_u64().unwrap();
    let wait = told["median_wait_ms"].as_u64().unwrap();
    assert!(wait < 200, "a timer of 5 ms took {wait} ms: {told}");
    for healthy in told["healthy"].as_array().unwrap() {
        assert_eq!(healthy["ok"], true, "{told}");
        assert!(
            healthy["ms"].as_u64().unwrap() < end,
            "a healthy one had to wait for the loop: {told}"
        );
    }
}

#[tokio::test]
async fn a_burst_waits_for_its_places() {
    let engine = engine_with(1);
    let hostile = load(&engine, "endless_loop").await;
    let healthy = load_healthy(&engine).await;
    let (first, a, b, c) = tokio::join!(timed(&hostile), timed(&healthy), timed(&healthy), timed(&healthy));
    assert_eq!(failure(&first.0).reason, FailureReason::CpuLimit);
    for (run, end) in [a, b, c] {
        assert_healthy(&run, "a burst");
        assert!(end >= first.1, "there is one place only");
    }
}

#[tokio::test]
async fn one_who_waits_too_long_is_told_so() {
    let engine = engine_with(1);
    let hostile = load_endless(&engine, "sleeps").await;
    let healthy = load_healthy(&engine).await;
    let sleeping = tokio::spawn(async move { timed(&hostile).await });
    tokio::task::yield_now().await;
    let input = RunInput {
        time_left: Duration::from_millis(300),
        ..input()
    };
    let run = healthy.analyze(input).await;
    let error = failure(&run);
    assert_eq!(error.reason, FailureReason::NotStarted, "{error}");
    assert_eq!(
        error.message,
        "did not start: all 1 places were taken for 300ms; raise `[engine] max_instances`"
    );
    sleeping.abort();
}

#[tokio::test]
async fn a_plugin_that_hangs_in_every_request_leaves_places_for_others() {
    let engine = engine_with(4);
    let (hostile, healthy) = (load_endless(&engine, "sleeps").await, load_healthy(&engine).await);
    let mut sleeping = Vec::new();
    for _ in 0..10 {
        let plugin = hostile.clone();
        sleeping.push(tokio::spawn(async move { timed(&plugin).await }));
    }
    tokio::task::yield_now().await;
    assert_healthy(&timed(&healthy).await.0, "ten sleepers");
    for task in &sleeping {
        assert!(!task.is_finished());
    }
    sleeping.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn an_analysis_whose_client_is_gone_frees_its_place() {
    let engine = engine_with(1);
    let healthy = load_healthy(&engine).await;
    for name in ENDLESS {
        let hostile = load_endless(&engine, name).await;
        // The client gives up while the guest is under way.
        let gone = tokio::time::timeout(Duration::from_millis(100), hostile.analyze(input())).await;
        assert!(gone.is_err(), "{name}");
        // Where it still held the place, this one would wait for it in vain.
        assert_healthy(&timed(&healthy).await.0, name);
    }
}

#[tokio::test]
async fn thousands_of_analyses_leak_nothing() {
    let engine = engine_with(2);
    let healthy = load_healthy(&engine).await;
    let trapping = load(&engine, "traps").await;
    for _ in 0..1_000 {
        assert_healthy(&healthy.analyze(input()).await, "traps");
        assert_eq!(failure(&trapping.analyze(input()).await).reason, FailureReason::Trapped);
    }
}

#[tokio::test]
async fn a_reasoner_sees_the_failures_of_the_others() {
    let mut case = Case::guest("healthy_reasoner");
    case.config.world = World::Reasoner;
    let plugin = case.settings(&json!({"depth": 2})).load().await.unwrap();
    let outcome = |agent: &str, status| Outcome {
        agent: agent.to_owned(),
        artifacts: vec![ArtifactKind::Training],
        status,
        objections: Vec::new(),
        retrieved: Vec::new(),
    };
    let failed = |reason| {
        OutcomeStatus::Failed(AgentError {
            reason,
            message: "as told".to_owned(),
        })
    };
    let outcomes = [
        outcome(
            "a",
            OutcomeStatus::Completed {
                analyses: vec![],
                summary: String::new(),
                extras: Default::default(),
            },
        ),
        outcome("b", failed(FailureReason::CpuLimit)),
        outcome("c", failed(FailureReason::Trapped)),
        outcome("d", failed(FailureReason::MemoryLimit)),
        outcome("e", OutcomeStatus::Skipped("no dataset artifact".to_owned())),
    ];
    let input = RunInput {
        services: silent_services(),
        ..input()
    };
    let report = plugin.reason(input, &outcomes).await.result.unwrap();
    assert_eq!(report.analyses.len(), 1);
    assert_eq!(
        serde_json::from_str::<Json>(&report.extras).unwrap(),
        json!({
            "outcomes": [
                "a: 0 findings",
                "b: timed out: as told",
                "c: internal error: as told",
                "d: budget exceeded: as told",
                "e: skipped, no dataset artifact",
            ],
            "settings": {"depth": 2},
        })
    );
}
