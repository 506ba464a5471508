//! The report is in the language of the request, and the same each time.

use deepfix_plugin::testing::FakeHost;

use super::*;

#[test]
fn a_failure_is_told_in_the_language_of_the_request() {
    let request = json!({"language": "french", "training_artifacts": {"params": {}}});
    let answer = reason(request, &[failed(TRAINING)]);
    let why = answer.extras["agents_failed"][0]["why"].as_str().unwrap();
    assert_eq!(why, "délai dépassé : « 5 s are over »");
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
