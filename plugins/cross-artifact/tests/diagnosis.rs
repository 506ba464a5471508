//! The report as a whole: merging, healthy experiments, failures, other plugins, languages.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use deepfix_cross_artifact_plugin::CrossArtifactReasoner;
use deepfix_plugin::{
    AgentOutcome, ArtifactKind, Error, Outcome, Reasoner,
    Severity::{High, Low, Medium},
    Source,
    testing::FakeHost,
};
use serde_json::{Value as Json, json};
use support::*;

#[test]
fn the_same_fault_from_two_agents_is_one_cause_and_surer() {
    let outcomes = [
        completed(DATASET, vec![finding("checks.covariate_drift", Medium, 0.7)]),
        completed(CHECKS, vec![finding("checks.covariate_drift", High, 0.8)]),
    ];
    let answer = reason(json!({}), &outcomes);
    assert_eq!(answer.codes(), ["checks.covariate_drift"]);
    let finding = &answer.report.analyses[0].finding;
    assert_eq!(finding.severity, High);
    assert!(finding.confidence > 0.9 && finding.confidence <= 0.99);
    assert!(
        finding.evidence.contains("DatasetArtifactsAnalyzer"),
        "the other agent's evidence is joined"
    );
    let ids = &answer.cause("checks.covariate_drift")["findings"];
    assert_eq!(
        *ids,
        json!(["DeepchecksArtifactsAnalyzer/0", "DatasetArtifactsAnalyzer/0"])
    );
}

#[test]
fn what_an_agent_finds_of_the_label_and_of_features_is_told_and_advised_both() {
    let of = |severity, action: &str| {
        let mut analysis = finding("dataset.missing_values", severity, 0.9);
        analysis.finding.evidence = format!("Evidence to {action}.");
        analysis.recommendation.action = format!("Do {action}.");
        analysis
    };
    let found = vec![of(High, "impute"), of(Medium, "drop those rows")];
    let answer = reason(json!({}), &[completed(DATASET, found)]);
    assert_eq!(answer.codes(), ["dataset.missing_values"]);
    let analysis = answer.report.analyses.first().unwrap();
    assert_eq!(analysis.recommendation.action, "Do impute. Do drop those rows.");
    assert!(
        analysis.finding.evidence.contains("Evidence to drop those rows."),
        "{}",
        analysis.finding.evidence
    );
}

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
fn one_other_plugin_cannot_crowd_out_what_the_others_found() {
    let many = (0..60)
        .map(|it| finding(&format!("loud.fault_{it}"), High, 0.9))
        .collect();
    let outcomes = [
        completed("Loud", many),
        completed(DATASET, vec![finding("dataset.class_imbalance", Medium, 0.7)]),
    ];
    let answer = reason(json!({}), &outcomes);
    let external = answer
        .codes()
        .iter()
        .filter(|it| **it == "cross.external_finding")
        .count();
    assert_eq!(external, 10);
    assert!(answer.codes().contains(&"dataset.class_imbalance"));
}

fn failed(agent: &str) -> AgentOutcome {
    AgentOutcome {
        agent: agent.to_owned(),
        artifacts: vec![kind(agent)],
        outcome: Outcome::Failed(Error::TimedOut("5 s are over".to_owned())),
    }
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
fn a_failure_is_told_in_the_language_of_the_request() {
    let request = json!({"language": "french", "training_artifacts": {"params": {}}});
    let answer = reason(request, &[failed(TRAINING)]);
    let why = answer.extras["agents_failed"][0]["why"].as_str().unwrap();
    assert_eq!(why, "délai dépassé : « 5 s are over »");
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
fn a_finding_of_another_plugin_is_passed_on_under_its_name() {
    let outcomes = [
        completed(
            "AcmeFairness",
            vec![finding("acme.unfair", High, 0.8), finding("cross.healthy", Low, 1.0)],
        ),
        completed(TRAINING, vec![finding("training.no_shuffle", Medium, 0.9)]),
    ];
    let answer = reason(json!({"training_artifacts": healthy_training()}), &outcomes);
    assert_eq!(
        answer.codes(),
        [
            "cross.external_finding",
            "training.no_shuffle",
            "cross.external_finding"
        ]
    );
    let finding = &answer.report.analyses[0].finding;
    assert_eq!(finding.severity, High);
    assert!(finding.description.contains("AcmeFairness") && finding.description.contains("acme.unfair"));
    let cause = answer.cause("acme.unfair");
    assert_eq!(
        (cause["agent"].as_str(), cause["findings"][0].as_str()),
        (Some("AcmeFairness"), Some("AcmeFairness/0"))
    );
    let extras: Json = serde_json::from_str(&finding.extras).unwrap();
    assert_eq!(extras["code"], "acme.unfair");
}

#[test]
fn every_reported_code_is_declared() {
    let declared = CrossArtifactReasoner::describe().codes;
    let outcomes = [completed(
        "Acme",
        vec![
            finding("acme.x", Medium, 0.5),
            finding("training.overfitting", Medium, 0.5),
        ],
    )];
    for code in reason(json!({}), &outcomes).codes() {
        assert!(declared.iter().any(|it| it == code), "{code}");
    }
}

#[test]
fn facts_are_copied_from_confirmed_findings_only() {
    let request = json!({"training_artifacts": {"params": {"shuffle": false}}});
    let mut it = finding("training.no_shuffle", High, 0.9);
    it.finding = it.finding.fact(
        "shuffle",
        false,
        Source::pointer(ArtifactKind::Training, "/params/shuffle"),
    );
    let mut outcome = completed(TRAINING, vec![it]);
    let answer = reason(request.clone(), std::slice::from_ref(&outcome));
    assert_eq!(answer.report.analyses[0].finding.facts.len(), 1);
    if let Outcome::Completed { analyses, .. } = &mut outcome.outcome {
        analyses[0].evidence_verified = false;
    }
    let answer = reason(request, std::slice::from_ref(&outcome));
    assert!(answer.report.analyses[0].finding.facts.is_empty());
    assert!(
        answer.report.analyses[0]
            .finding
            .description
            .contains("could not be confirmed")
    );
}

#[test]
fn actions_are_ranked_and_say_how_to_tell() {
    let outcomes = [
        completed(
            TRAINING,
            vec![
                finding("training.overfitting", Medium, 0.8),
                finding("training.early_stopping_missed", Medium, 0.8),
            ],
        ),
        completed(
            CHECKS,
            vec![
                finding("checks.train_test_leakage", High, 0.9),
                finding("dataset.duplicates", Low, 0.9),
            ],
        ),
        completed(DATASET, vec![finding("dataset.constant_feature", Medium, 0.9)]),
    ];
    let answer = reason(json!({"training_artifacts": healthy_training()}), &outcomes);
    let actions = answer.extras["actions"].as_array().unwrap();
    let causes: Vec<_> = actions.iter().map(|it| it["root_cause"].as_str().unwrap()).collect();
    assert_eq!(
        causes,
        [
            "checks.train_test_leakage",
            "dataset.constant_feature",
            "training.overfitting"
        ]
    );
    for (index, action) in actions.iter().enumerate() {
        assert_eq!(action["rank"], index + 1);
        assert!(!action["how_to_tell"].as_str().unwrap().is_empty());
        assert!(["high", "medium", "low"].contains(&action["expected_effect"].as_str().unwrap()));
        assert!(["minutes", "hours", "days"].contains(&action["effort"].as_str().unwrap()));
    }
    assert_eq!(actions[2]["action"], "cure of training.overfitting");
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
fn french_is_spoken_throughout() {
    let outcomes = [
        completed(TRAINING, vec![finding("training.exploding_gradients", High, 0.9)]),
        failed(DATASET),
    ];
    let host = FakeHost::from_request(json!({"language": "french", "training_artifacts": healthy_training()}));
    let report = host.reason::<CrossArtifactReasoner>(&outcomes).unwrap();
    assert!(
        report
            .summary
            .starts_with("À traiter d'abord : une perte d'entraînement"),
        "{}",
        report.summary
    );
    let extras: Json = serde_json::from_str(&report.extras).unwrap();
    assert_eq!(
        extras["optimization_areas"][0],
        "Une perte d'entraînement qui n'est plus un nombre (gravité élevée)"
    );
    assert!(extras["constraints"].to_string().contains("a échoué"));
    assert!(
        extras["actions"][0]["how_to_tell"]
            .as_str()
            .unwrap()
            .starts_with("Les pertes")
    );
}

#[test]
fn the_same_request_gives_the_same_bytes() {
    let outcomes = [
        completed(
            DATASET,
            vec![
                finding("dataset.outliers", Medium, 0.8),
                finding("checks.covariate_drift", Medium, 0.8),
            ],
        ),
        completed(
            TRAINING,
            vec![
                finding("training.noisy_loss", Medium, 0.8),
                finding("training.plateau_no_schedule", Medium, 0.8),
            ],
        ),
    ];
    let bytes = || {
        let answer = reason(json!({"training_artifacts": healthy_training()}), &outcomes);
        format!("{:?}", answer.report)
    };
    assert_eq!(bytes(), bytes());
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
