//! The file of the model: initial weights, and outputs that are not the classes of the data.

use super::*;

#[test]
fn initial_weights_after_a_good_training_are_the_wrong_file() {
    let untrained = || completed(CHECKPOINT, vec![finding("checkpoint.untrained", High, 0.9)]);
    let request = json!({"training_artifacts": healthy_training(), "model_checkpoint_artifacts": {}});
    let answer = reason(request, &[untrained(), completed(TRAINING, vec![])]);
    assert_eq!(answer.codes(), ["checkpoint.untrained"]);
    assert!(answer.report.analyses[0].finding.description.contains("ended well"));
}

#[test]
fn initial_weights_after_a_flat_training_are_its_consequence() {
    let flat = || vec![0.69; 30];
    let request =
        json!({"training_artifacts": training([flat(), flat(), vec![0.5; 30], vec![0.5; 30]], network(json!({})))});
    let outcomes = [
        completed(CHECKPOINT, vec![finding("checkpoint.untrained", High, 0.9)]),
        completed(TRAINING, vec![finding("training.lr_too_low", Medium, 0.9)]),
    ];
    let answer = reason(request, &outcomes);
    assert_eq!(answer.codes(), ["training.lr_too_low"]);
    assert_eq!(answer.consequences("training.lr_too_low"), ["checkpoint.untrained"]);
}

#[test]
fn outputs_must_be_the_classes_of_the_data_or_one_of_their_encodings() {
    let answer = |labels: u64, classes: usize| {
        let request = json!({
            "dataset_artifacts": dataset((300, 100), (1.0, 2.0), classes),
            "model_checkpoint_artifacts": {"config": {"num_labels": labels, "input_dim": 2}},
        });
        let outcomes = [completed(DATASET, vec![]), completed(CHECKPOINT, vec![])];
        reason(request, &outcomes)
            .codes()
            .contains(&"cross.num_labels_mismatch")
    };
    assert!(answer(4, 2) && answer(7, 2) && answer(2, 3));
    assert!(!answer(2, 2), "the same number");
    assert!(!answer(1, 2), "a single logit");
    assert!(!answer(3, 3));
}

#[test]
fn classes_that_only_the_test_split_has_are_no_fault_of_the_model() {
    let mut data = dataset((300, 100), (1.0, 2.0), 2);
    data["test_statistics"]["number_unique_values"]["target"] = json!(3);
    for labels in [2, 3] {
        let request =
            json!({"dataset_artifacts": data, "model_checkpoint_artifacts": {"config": {"num_labels": labels}}});
        let answer = reason(
            request,
            &[completed(DATASET, vec![finding("checks.new_labels", High, 0.9)])],
        );
        assert_eq!(answer.codes(), ["checks.new_labels"]);
    }
}

#[test]
fn a_test_split_that_lacks_a_class_does_not_excuse_outputs_that_no_class_has() {
    let mut data = dataset((300, 100), (1.0, 2.0), 10);
    data["test_statistics"]["number_unique_values"]["target"] = json!(9);
    let answer = |labels: u64| {
        let request =
            json!({"dataset_artifacts": data, "model_checkpoint_artifacts": {"config": {"num_labels": labels}}});
        reason(request, &[completed(DATASET, vec![]), completed(CHECKPOINT, vec![])])
            .codes()
            .contains(&"cross.num_labels_mismatch")
    };
    assert!(answer(15));
    assert!(!answer(10));
}
