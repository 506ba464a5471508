//! Calls and tokens of the language model.

use serde_json::Value as Json;

use super::*;

/// What a guest reported in its extras.
fn extras(run: &Run) -> Json {
    let report = run.result.as_ref().unwrap_or_else(|error| panic!("{error}"));
    serde_json::from_str(&report.extras).unwrap()
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
