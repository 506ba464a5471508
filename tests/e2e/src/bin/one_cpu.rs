//! Pins itself to one CPU, lets a guest loop for ever beside healthy ones, and prints what became
//! of them as JSON. A test runs it: the process of a test cannot pin itself, others run in it.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a helper of tests: it fails by panicking, and prints"
)]

use std::time::{Duration, Instant};

use deepfix_tests::{Case, engine_with, input};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use serde_json::json;

fn main() {
    let allowed = sched_getaffinity(None).unwrap();
    let first = (0..CpuSet::MAX_CPU).find(|cpu| allowed.is_set(*cpu)).unwrap();
    let mut one = CpuSet::new();
    one.set(first);
    // Before any thread is started: threads inherit it.
    sched_setaffinity(None, &one).unwrap();
    // As the server does: as many workers as there are CPUs.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let told = runtime.block_on(async { tokio::spawn(run()).await.unwrap() });
    println!("{told}");
}

async fn run() -> serde_json::Value {
    let engine = engine_with(16);
    // Two seconds of the processor may be many of the clock.
    let case = |name: &str| {
        let case = Case::guest(name).on(&engine);
        case.limits(|it| it.wall_time = Duration::from_secs(600))
    };
    let hostile = case("endless_loop").limits(|it| it.cpu_time = Duration::from_secs(2));
    let hostile = hostile.load().await.unwrap();
    let healthy = case("healthy").load().await.unwrap();
    let started = Instant::now();
    let looping = tokio::spawn(async move {
        let run = hostile.analyze(input()).await;
        (run.result.err().map(|error| error.reason), started.elapsed())
    });
    // The loop has the only CPU by now. What waits for a timer or a socket must hear of it soon.
    let mut waits = Vec::new();
    for _ in 0..9 {
        let asleep = Instant::now();
        tokio::time::sleep(Duration::from_millis(5)).await;
        waits.push(asleep.elapsed());
    }
    waits.sort();
    let mut beside = Vec::new();
    for _ in 0..8 {
        let healthy = healthy.clone();
        beside.push(tokio::spawn(async move {
            (healthy.analyze(input()).await.result.is_ok(), started.elapsed())
        }));
    }
    let mut finished = Vec::new();
    for task in beside {
        let (ok, elapsed) = task.await.unwrap();
        finished.push(json!({"ok": ok, "ms": elapsed.as_millis()}));
    }
    let (reason, elapsed) = looping.await.unwrap();
    json!({
        "cpus": std::thread::available_parallelism().unwrap(),
        "loop": {"reason": reason, "ms": elapsed.as_millis()},
        "median_wait_ms": waits.get(waits.len() / 2).map(Duration::as_millis),
        "healthy": finished,
    })
}
