//! What the scores of a model say of it.

use super::*;

#[test]
fn a_model_that_knows_its_rows_by_heart_is_overfitted() {
    let rows = |train: f64, test: f64| {
        json!([{"Dataset": "Train", "Class": null, "Metric": "R2", "Value": train, "Number of samples": 400},
        {"Dataset": "Test", "Class": null, "Metric": "R2", "Value": test, "Number of samples": 100}])
    };
    let check = |train, test| codes(vec![sizes(400, 100), item("Train Test Performance", rows(train, test))]);
    assert_eq!(
        check(0.99, 0.4),
        [("training.overfitting".to_owned(), Severity::Medium)]
    );
    assert!(check(0.99, 0.9).is_empty());
}

#[test]
fn a_perfect_training_score_is_no_fault_where_the_model_beats_the_simple_one() {
    let found = |train: f64, test: f64, simple: f64| {
        let row = |set: &str, value: f64| json!({"Dataset": set, "Class": 0, "Metric": "F1", "Value": value});
        let scores =
            json!({"scores": {"F1": {"0": {"Origin": test, "Simple": simple}}}, "scorers_perfect": {"F1": 1.0}});
        let found = codes(vec![
            sizes(400, 200),
            item(
                "Train Test Performance",
                json!([row("Train", train), row("Test", test)]),
            ),
            item("Simple Model Comparison", scores),
        ]);
        found
            .into_iter()
            .find(|it| it.0 == "training.overfitting")
            .map(|it| it.1)
    };
    assert_eq!(found(1.0, 0.73, 0.4), Some(Severity::Low));
    assert_eq!(found(1.0, 0.4, 0.45), Some(Severity::Medium));
    assert_eq!(found(0.98, 0.7, 0.4), Some(Severity::Medium));
}
