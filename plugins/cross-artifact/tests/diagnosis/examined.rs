//! What was looked at: healthy experiments, failures, and what nobody could look at.

use super::*;

#[test]
fn a_healthy_experiment_is_said_to_be_with_what_was_looked_at() {
    let request =
        json!({"dataset_artifacts": dataset((400, 100), (1.0, 2.0), 2), "training_artifacts": healthy_training()});
    let answer = reason(request, &[completed(DATASET, vec![]), completed(TRAINING, vec![])]);
    assert_eq!(answer.codes(), ["cross.healthy"]);
    let finding = &answer.report.analyses[0].finding;
    assert_eq!(finding.severity, Low);
    for part in ["400 training", "100 test", "2 features", "30 points"] {
        assert!(finding.evidence.contains(part), "{}", finding.evidence);
    }
    assert_eq!(answer.extras["optimization_areas"], json!([]));
    assert_eq!(
        answer.extras["constraints"].as_array().unwrap().len(),
        2,
        "checks and checkpoint are missing"
    );
    assert!(
        answer
            .report
            .summary
            .starts_with("Nothing in this experiment calls for a change.")
    );
}

#[test]
fn remarks_do_not_make_an_experiment_unhealthy() {
    let outcomes = [completed(TRAINING, vec![finding("training.noisy_loss", Low, 0.5)])];
    let answer = reason(json!({"training_artifacts": healthy_training()}), &outcomes);
    assert_eq!(answer.codes(), ["cross.healthy", "training.noisy_loss"]);
    assert_eq!(answer.extras["optimization_areas"], json!([]));
}

#[test]
fn when_all_agents_failed_nothing_is_called_healthy() {
    let answer = reason(
        json!({"training_artifacts": {"params": {}}}),
        &[failed(DATASET), failed(TRAINING)],
    );
    assert_eq!(answer.codes(), ["cross.not_examined"]);
    assert_eq!(answer.extras["agents_failed"].as_array().unwrap().len(), 2);
    assert!(
        answer.extras["agents_failed"][0]["why"]
            .as_str()
            .unwrap()
            .contains("5 s are over")
    );
    assert!(answer.report.summary.contains(TRAINING));
}

#[test]
fn when_all_agents_were_skipped_the_answer_says_what_to_send() {
    let skipped = |agent: &str| AgentOutcome {
        agent: agent.to_owned(),
        artifacts: vec![],
        outcome: Outcome::Skipped("nothing to read".to_owned()),
    };
    let answer = reason(json!({}), &[skipped(DATASET), skipped(TRAINING), skipped("acme")]);
    assert_eq!(answer.codes(), ["cross.not_examined"]);
    let gaps = answer.extras["not_examined"].as_array().unwrap();
    assert_eq!(gaps.len(), 5, "four artifacts and the other plugin: {gaps:?}");
    assert!(
        gaps.iter()
            .all(|it| it["send"].as_str().is_some_and(|it| !it.is_empty()))
    );
    assert_eq!(reason(json!({}), &[]).codes(), ["cross.not_examined"]);
}

#[test]
fn a_failure_beside_results_is_reported_and_lowers_no_finding() {
    let answer = reason(
        json!({}),
        &[
            failed(CHECKS),
            completed(TRAINING, vec![finding("training.no_shuffle", High, 0.9)]),
        ],
    );
    assert_eq!(answer.codes(), ["training.no_shuffle"]);
    assert!(answer.report.summary.contains(CHECKS));
    assert!(answer.extras["constraints"].to_string().contains("5 s are over"));
}

#[test]
fn what_holds_nothing_to_look_at_is_not_called_healthy() {
    for (request, agent) in [
        (json!({"training_artifacts": {"params": {"note": "x"}}}), TRAINING),
        (json!({"deepchecks_artifacts": {"results": {}}}), CHECKS),
        (json!({"dataset_artifacts": {"dataset_name": "x"}}), DATASET),
        (json!({"model_checkpoint_artifacts": {"model_type": "x"}}), CHECKPOINT),
    ] {
        let answer = reason(request.clone(), &[completed(agent, vec![])]);
        assert_eq!(answer.codes(), ["cross.not_examined"], "{request}");
    }
    let answer = reason(
        json!({"training_artifacts": healthy_training()}),
        &[completed(TRAINING, vec![])],
    );
    assert_eq!(answer.codes(), ["cross.healthy"]);
}

#[test]
fn the_gaps_of_all_agents_are_gathered() {
    let mut outcome = completed(TRAINING, vec![]);
    if let Outcome::Completed { extras, .. } = &mut outcome.outcome {
        *extras =
            json!({"not_examined": [{"what": ["a", "b"], "why": "no", "send": "more"}, 3, {"what": 7}]}).to_string();
    }
    let answer = reason(json!({"training_artifacts": healthy_training()}), &[outcome]);
    let gaps = answer.extras["not_examined"].as_array().unwrap();
    let inherited: Vec<_> = gaps.iter().filter(|it| it["agent"] == TRAINING).collect();
    assert_eq!(inherited.len(), 2);
    assert_eq!(inherited[0]["what"], json!(["a", "b"]));
}

#[test]
fn what_was_looked_at_of_a_run_without_losses_is_its_metric() {
    let of = |metrics: Json| {
        let request = json!({"training_artifacts": {"metrics_values": metrics}});
        let done = AgentOutcome {
            artifacts: vec![ArtifactKind::Training],
            ..completed(TRAINING, vec![])
        };
        let answer = reason(request, &[done]);
        (answer.codes()[0].to_owned(), answer.report.summary.clone())
    };
    let (code, summary) = of(json!({"train_accuracy": [0.93], "val_accuracy": [0.91]}));
    assert_eq!(code, "cross.healthy");
    assert!(
        summary.contains("final values") && summary.contains("val_accuracy"),
        "{summary}"
    );
    let (code, summary) =
        of(json!({"epoch": [1, 2, 3], "train_accuracy": [0.6, 0.7, 0.8], "val_accuracy": [0.6, 0.7, 0.79]}));
    assert_eq!(code, "cross.healthy");
    assert!(
        summary.contains("3 points") && summary.contains("val_accuracy"),
        "{summary}"
    );
    // One value that nothing can be compared with shows nothing.
    let (code, _) = of(json!({"loss": [0.3]}));
    assert_eq!(code, "cross.not_examined");
}
