//! Images, boxes, masks and texts have rules of their own.

use super::*;

#[test]
fn classes_of_images_are_compared() {
    let split = |classes: Value| json!({"num_samples": 300, "class_distribution": classes, "image_color_means": [0.5, 0.4, 0.4], "image_color_stds": [0.2, 0.2, 0.2]});
    let request = |a: Value, b: Value| json!({"dataset_artifacts": {"task_type": "image_classification", "train_statistics": split(a), "test_statistics": split(b)}});
    assert!(
        codes(request(
            json!({"cat": 150, "dog": 150}),
            json!({"cat": 148, "dog": 152})
        ))
        .is_empty()
    );
    let found = codes(request(
        json!({"cat": 290, "dog": 10}),
        json!({"cat": 150, "dog": 120, "cow": 30}),
    ));
    let found: Vec<&str> = found.iter().map(|it| it.0.as_str()).collect();
    for code in ["dataset.class_imbalance", "checks.label_drift", "checks.new_labels"] {
        assert!(found.contains(&code), "{code} in {found:?}");
    }
}

#[test]
fn the_rules_of_texts_and_boxes_speak() {
    let text = |mean: f64| json!({"num_samples": 400, "text_statistics": {"word_count": {"mean": mean, "std": 10.0, "min": 0, "max": 900}, "character_length": {"mean": 5.0 * mean, "std": 50.0, "min": 0, "max": 4000}}});
    let request = json!({"dataset_artifacts": {"task_type": "text_classification", "train_statistics": text(40.0), "test_statistics": text(70.0)}});
    let found = codes(request);
    for code in ["checks.covariate_drift", "dataset.outliers", "dataset.missing_values"] {
        assert!(found.iter().any(|it| it.0 == code), "{code} in {found:?}");
    }
    let boxes = json!({"num_samples": 90, "object_detection_statistics": {"num_negative_samples": 80, "num_positive_samples": 10, "box_width_stats": {"min": -2.0}}});
    let found = codes(json!({"dataset_artifacts": {"task_type": "object_detection", "train_statistics": boxes}}));
    assert!(found.iter().any(|it| it.0 == "dataset.outliers"));
}

fn modal(task: &str, train: Value, test: Value) -> Vec<(String, Severity)> {
    codes(json!({"dataset_artifacts": {"task_type": task, "train_statistics": train, "test_statistics": test}}))
}

#[test]
fn objects_of_another_size_are_drift_and_a_few_more_are_not() {
    let side = |area: f64, per_image: f64| {
        json!({"num_samples": 300, "object_detection_statistics": {"num_boxes": 900, "num_negative_samples": 40,
            "num_positive_samples": 260, "boxes_per_image": {"mean": per_image, "std": 2.0, "min": 0, "max": 9},
            "box_area_stats": {"mean": area, "std": 400.0, "min": 12.0, "max": 9000.0}}})
    };
    let found = |area, per_image| modal("object_detection", side(1000.0, 3.0), side(area, per_image));
    assert_eq!(
        found(1500.0, 3.0),
        [("checks.covariate_drift".to_owned(), Severity::Medium)]
    );
    assert_eq!(
        found(1000.0, 5.0),
        [("checks.covariate_drift".to_owned(), Severity::Medium)]
    );
    assert!(found(1080.0, 3.2).is_empty());
}

#[test]
fn pixels_of_masks_are_compared() {
    let side = |classes: Value| json!({"num_samples": 200, "pixel_class_ratio": classes});
    let found = |test: Value| {
        modal(
            "image_segmentation",
            side(json!({"road": 0.6, "sky": 0.38, "sign": 0.02})),
            side(test),
        )
    };
    assert!(found(json!({"road": 0.55, "sky": 0.43, "sign": 0.02})).is_empty());
    assert_eq!(
        found(json!({"road": 0.2, "sky": 0.78, "sign": 0.02})),
        [("checks.label_drift".to_owned(), Severity::Medium)]
    );
    assert_eq!(
        found(json!({"road": 0.55, "sky": 0.4, "sign": 0.02, "snow": 0.03})),
        [("checks.new_labels".to_owned(), Severity::High)]
    );
}

#[test]
fn vocabulary_and_labels_of_texts_are_read_in_both_splits() {
    let side = |samples: u32, words: u32, classes: u32, least: u32| {
        json!({"num_samples": samples, "text_statistics": {"vocabulary_size": words},
            "label_statistics": {"is_multi_label": false, "num_classes": classes, "labels_per_sample": {"min": least}}})
    };
    let found = |test| modal("text_classification", side(900, 8000, 4, 1), test);
    assert!(found(side(300, 4000, 4, 1)).is_empty());
    let odd = found(side(300, 12_000, 5, 0));
    for code in ["checks.new_labels", "checks.covariate_drift", "dataset.missing_values"] {
        assert!(odd.iter().any(|it| it.0 == code), "{code} in {odd:?}");
    }
}
