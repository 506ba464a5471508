//! Time of the processor, of the clock and of the request.

use std::time::Duration;

use deepfix_runtime::Plugin;

use super::*;

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
