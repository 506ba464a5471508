//! Findings become causes: those that are one, those of other plugins, and what is said of each.

use deepfix_plugin::{Reasoner, Source};

use super::*;

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
