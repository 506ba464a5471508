use deepfix_plugin::Severity;
use deepfix_plugin::testing::{
    FakeHost, analyze_soundly, assert_catalogue_is_complete, found, read_request, recorded_requests,
};
use deepfix_views::dataset::DatasetView;
use serde_json::{Value, json};

use crate::{CATALOGUE, DatasetArtifactsAnalyzer};

fn codes(request: Value) -> Vec<(String, Severity)> {
    found(&analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(
        request,
    )))
}

pub(crate) fn table(train: Value, test: Value) -> Value {
    json!({"dataset_artifacts": {"task_type": "tabular_classification", "train_statistics": train, "test_statistics": test}})
}

pub(crate) fn column(count: f64, mean: f64, std: f64) -> Value {
    json!({"count": count, "mean": mean, "std": std, "min": mean - 3.0 * std, "25%": mean - 0.67 * std, "50%": mean,
           "75%": mean + 0.67 * std, "max": mean + 3.0 * std})
}

#[test]
fn every_text_exists_in_both_languages() {
    let findings: Vec<&str> = CATALOGUE
        .ids(deepfix_plugin::Language::English)
        .into_iter()
        .filter(|id| id.starts_with("dataset-") || id.starts_with("checks-"))
        .collect();
    assert_catalogue_is_complete(&CATALOGUE, &findings);
}

#[test]
fn every_recorded_request_gets_a_sound_report() {
    for request in recorded_requests().iter().map(|it| read_request(it)) {
        if !request["dataset_artifacts"].is_null() {
            analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(request));
        }
    }
}

#[test]
fn gaps_are_weighed_by_their_share() {
    let statistics =
        |count: f64| json!({"feature_statistics": {"a": column(count, 1.0, 0.5), "b": column(200.0, 3.0, 1.0)}});
    assert!(codes(table(statistics(198.0), json!(null))).is_empty());
    assert_eq!(
        codes(table(statistics(150.0), json!(null))),
        [("dataset.missing_values".to_owned(), Severity::Medium)]
    );
    assert_eq!(
        codes(table(statistics(100.0), json!(null))),
        [("dataset.missing_values".to_owned(), Severity::High)]
    );
}

#[test]
fn a_label_with_gaps_is_never_to_be_imputed() {
    let of = |language: &str, feature: f64| {
        let statistics = json!({"feature_statistics": {"a": column(feature, 1.0, 0.5), "b": column(200.0, 3.0, 1.0), "target": column(150.0, 5.0, 1.0)},
            "numerical_features": ["a", "b"]});
        let mut request = table(statistics, json!(null));
        request["language"] = json!(language);
        let report = analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(request));
        let found = report
            .analyses
            .into_iter()
            .filter(|it| it.finding.code == "dataset.missing_values");
        found.collect::<Vec<_>>()
    };
    for (language, imputes, leave) in [
        ("english", "impute", "Leave the rows"),
        ("french", "imput", "Écartez les lignes"),
    ] {
        let alone = of(language, 200.0);
        assert_eq!(alone.len(), 1);
        let advice = &alone[0].recommendation;
        assert!(advice.action.contains(leave), "{}", advice.action);
        assert!(!advice.action.contains(imputes), "{}", advice.action);
        assert_eq!(alone[0].finding.severity, Severity::Medium);
        // Gaps of a feature are another matter, and do not name the label.
        let both = of(language, 120.0);
        assert_eq!(both.len(), 2);
        let feature = both
            .iter()
            .find(|it| it.recommendation.action.contains(imputes))
            .unwrap();
        assert!(
            !feature.finding.evidence.contains("target"),
            "{}",
            feature.finding.evidence
        );
    }
}

#[test]
fn a_nearly_constant_flag_of_a_small_table_is_ballast() {
    let flag = |rows: f64, share: f64| json!({"count": rows, "mean": share, "std": (share * (1.0 - share)).sqrt(), "min": 0, "25%": 0, "50%": 0, "75%": 0, "max": 1});
    let side = |rows: f64, share: f64| {
        json!({"feature_statistics": {"flag": flag(rows, share), "b": column(rows, 5.0, 2.0)},
        "number_unique_values": {"flag": 2, "b": 300}, "numerical_features": ["flag", "b"]})
    };
    let found = |rows, share| codes(table(side(rows, share), json!(null)));
    assert_eq!(
        found(400.0, 0.005),
        [("dataset.constant_feature".to_owned(), Severity::Medium)]
    );
    assert_eq!(
        found(100_000.0, 0.008),
        [("dataset.constant_feature".to_owned(), Severity::Low)]
    );
    assert!(found(400.0, 0.06).is_empty());
}

#[test]
fn a_share_that_most_rows_have_none_of_is_not_nearly_constant() {
    // Four fifths are 0, the others a tenth or so, one is 1.
    let share = json!({"count": 400, "mean": 0.022, "std": 0.05, "min": 0, "25%": 0, "50%": 0, "75%": 0, "max": 1});
    for unique in [json!(80), json!(null)] {
        let side = json!({"feature_statistics": {"share": share, "b": column(400.0, 5.0, 2.0)},
            "number_unique_values": {"share": unique, "b": 300}, "numerical_features": ["share", "b"]});
        assert!(codes(table(side, json!(null))).is_empty(), "{unique}");
    }
}

#[test]
fn a_date_or_text_that_was_left_out_is_no_label() {
    let side = |name: &str, unique: u32| {
        json!({"feature_statistics": {"a": column(400.0, 5.0, 2.0), name: {"count": 400, "unique": unique, "top": "x", "freq": 2}},
            "number_unique_values": {"a": 300, name: unique}, "numerical_features": ["a"]})
    };
    let view = |name: &str, unique| {
        let request = table(side(name, unique), json!(null))["dataset_artifacts"].clone();
        DatasetView::parse("t".to_owned(), request["train_statistics"].clone(), json!(null)).label
    };
    assert!(view("remarks", 390).is_none());
    assert!(view("order_date", 12).is_none());
    assert!(view("kind", 12).is_some_and(|it| it.name == "kind"));
    assert!(view("intent", 77).is_some_and(|it| it.name == "intent"));
}

#[test]
fn a_count_of_few_values_may_be_exceeded_by_the_test_split() {
    let side = |min: f64, max: f64, unique: f64| {
        let label = json!({"count": 300, "mean": (min + max) / 2.0, "std": 2.0, "min": min, "25%": min + 1.0, "50%": (min + max) / 2.0, "75%": max - 1.0, "max": max});
        json!({"feature_statistics": {"a": column(300.0, 1.0, 0.5), "target": label},
            "number_unique_values": {"a": 150, "target": unique}, "numerical_features": ["a"]})
    };
    let severity = |train, test| {
        let found = codes(table(train, test));
        found.into_iter().find(|it| it.0 == "checks.new_labels").map(|it| it.1)
    };
    // Marks from 3 to 18, of which a test split has one more.
    assert_eq!(
        severity(side(4.0, 18.0, 14.0), side(3.0, 18.0, 15.0)),
        Some(Severity::Low)
    );
    assert_eq!(severity(side(0.0, 2.0, 3.0), side(0.0, 3.0, 4.0)), Some(Severity::High));
    // A code of the test split alone, far off, and codes that begin at 3.
    assert_eq!(
        severity(side(0.0, 2.0, 3.0), side(0.0, 9.0, 4.0)),
        Some(Severity::Medium)
    );
    assert_eq!(
        severity(side(3.0, 7.0, 5.0), side(3.0, 8.0, 6.0)),
        Some(Severity::Medium)
    );
}

#[test]
fn three_classes_are_counted_from_their_moments() {
    // 100, 90 and 6 rows of the classes 0, 1 and 2.
    let (n, mean) = (196.0, (90.0 + 12.0) / 196.0);
    let variance: f64 = (90.0 + 24.0 - n * mean * mean) / (n - 1.0);
    let label = json!({"count": n, "mean": mean, "std": variance.sqrt(), "min": 0.0, "25%": 0.0, "50%": 0.0, "75%": 1.0, "max": 2.0});
    let train = json!({"feature_statistics": {"a": column(n, 1.0, 0.5), "target": label},
        "number_unique_values": {"a": 150, "target": 3}, "numerical_features": ["a"]});
    assert_eq!(
        codes(table(train, json!(null))),
        [("dataset.class_imbalance".to_owned(), Severity::Medium)]
    );
}

#[test]
fn sizes_are_derived_from_percentages_where_there_are_no_counts() {
    let side = |rows: f64| {
        json!({"number_unique_values": {"a": rows - 2.0, "b": 7},
        "percentage_unique_values": {"a": (1e4 * (rows - 2.0) / rows).round() / 100.0, "b": (1e4 * 7.0 / rows).round() / 100.0},
        "numerical_features": ["a", "b"]})
    };
    assert_eq!(
        codes(table(side(300.0), side(18.0))),
        [("dataset.test_too_small".to_owned(), Severity::Medium)]
    );
    assert!(codes(table(side(300.0), side(60.0))).is_empty());
}

#[test]
fn a_shift_of_one_column_is_drift_and_chance_is_not() {
    let side = |n: f64, mean: f64| json!({"feature_statistics": {"a": column(n, mean, 1.0), "b": column(n, 5.0, 2.0)}, "numerical_features": ["a", "b"]});
    assert_eq!(
        codes(table(side(400.0, 0.0), side(120.0, 0.9))),
        [("checks.covariate_drift".to_owned(), Severity::High)]
    );
    assert!(codes(table(side(120.0, 0.0), side(40.0, 0.4))).is_empty());
}

#[test]
fn a_key_is_found_and_a_measurement_is_not() {
    let side = |id: Value| {
        json!({"feature_statistics": {"id": id, "b": column(500.0, 5.0, 2.0)},
        "number_unique_values": {"id": 500, "b": 480}, "numerical_features": ["id", "b"]})
    };
    let key = json!({"count": 500, "mean": 1249.5, "std": 144.5, "min": 1000, "25%": 1124.75, "50%": 1249.5, "75%": 1374.25, "max": 1499});
    assert_eq!(
        codes(table(side(key), json!(null))),
        [("dataset.id_like_feature".to_owned(), Severity::Medium)]
    );
    // Distinct everywhere and without a fraction at its ends, but piled up in the middle.
    let heights = json!({"count": 500, "mean": 41.0, "std": 11.0, "min": 8.0, "25%": 33.1, "50%": 40.2, "75%": 48.0, "max": 79.0});
    assert!(codes(table(side(heights), json!(null))).is_empty());
}

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

#[test]
fn heavy_tails_and_times_are_healthy() {
    // Profits: both signs, tails of a sinh; a time stamp in seconds; a Pareto tail.
    let profit = json!({"count": 500, "mean": -310.0, "std": 12_651.0, "min": -88_154.0, "25%": -1150.0, "50%": 14.0, "75%": 1180.0, "max": 178_288.0});
    let time = json!({"count": 500, "mean": 1.6e9, "std": 2.0e7, "min": 1.5654e9, "25%": 1.5827e9, "50%": 1.6e9, "75%": 1.6173e9, "max": 1.6346e9});
    let pareto =
        json!({"count": 500, "mean": 3.4, "std": 7.9, "min": 1.0, "25%": 1.25, "50%": 1.7, "75%": 2.9, "max": 118.0});
    let side = json!({"feature_statistics": {"profit": profit, "created": time, "size": pareto},
        "number_unique_values": {"profit": 500, "created": 500, "size": 498}, "numerical_features": ["profit", "created", "size"]});
    assert!(codes(table(side, json!(null))).is_empty());
}

#[test]
fn a_change_of_scale_is_drift_though_the_mean_stays() {
    let side = |n: f64, std: f64| json!({"feature_statistics": {"a": column(n, 10.0, std)}, "number_unique_values": {"a": n}, "numerical_features": ["a"]});
    let found = codes(table(side(300.0, 1.0), side(120.0, 5.0)));
    assert_eq!(found, [("checks.covariate_drift".to_owned(), Severity::High)]);
    assert!(codes(table(side(300.0, 1.0), side(120.0, 1.25))).is_empty());
}

#[test]
fn two_classes_of_texts_are_compared_whichever_leads() {
    let side = |rows: u32, top: &str, freq: u32| {
        let label = json!({"count": rows, "unique": 2, "top": top, "freq": freq});
        json!({"feature_statistics": {"target": label}, "number_unique_values": {"target": 2}, "numerical_features": ["a"]})
    };
    assert!(codes(table(side(156, "B", 80), side(60, "F", 32))).is_empty());
    let found = codes(table(side(156, "B", 120), side(60, "F", 50)));
    assert_eq!(found, [("checks.label_drift".to_owned(), Severity::High)]);
}

#[test]
fn what_was_not_sent_is_named_for_every_modality() {
    for (task, what) in [
        ("image_classification", "les couleurs des images"),
        ("object_detection", "les boîtes des objets"),
        ("image_segmentation", "les pixels par classe"),
        ("text_classification", "les longueurs et le vocabulaire des textes"),
        ("tabular_classification", "les statistiques des colonnes"),
    ] {
        let side = json!({"num_samples": 90, "number_unique_values": {"a": 50}});
        let request = json!({"dataset_artifacts": {"task_type": task, "train_statistics": side}, "language": "french"});
        let report = analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(request));
        let extras: Value = serde_json::from_str(&report.extras).unwrap();
        let gaps = extras["not_examined"].as_array().unwrap();
        let gap = gaps.iter().find(|it| it["what"] == what).unwrap();
        assert!(gap["send"].as_str().unwrap().starts_with("Envoyez"), "{gap}");
        assert!(gaps.iter().any(|it| it["what"] == "la partie de test"), "{task}");
    }
}

#[test]
fn a_count_beyond_the_range_of_training_is_no_new_class() {
    let side = |rows: f64, min: f64, max: f64, unique: f64| {
        let (mean, std) = (f64::midpoint(min, max), (max - min) / 6.0);
        let mid = mean.round();
        let label = json!({"count": rows, "mean": mean, "std": std, "min": min, "25%": mid, "50%": mid, "75%": mid, "max": max});
        json!({"feature_statistics": {"a": column(rows, 1.0, 0.5), "target": label},
            "number_unique_values": {"a": rows, "target": unique}, "numerical_features": ["a"]})
    };
    let found = |train, test| {
        let found = codes(table(train, test));
        found.into_iter().find(|it| it.0 == "checks.new_labels").map(|it| it.1)
    };
    // Rings of a shell, calls a day, and a mark from 3 to 8.
    assert_eq!(
        found(side(3132.0, 1.0, 27.0, 27.0), side(1045.0, 3.0, 29.0, 24.0)),
        Some(Severity::Low)
    );
    assert_eq!(
        found(side(3000.0, 0.0, 38.0, 36.0), side(1000.0, 0.0, 40.0, 37.0)),
        Some(Severity::Low)
    );
    assert_eq!(
        found(side(1279.0, 3.0, 8.0, 6.0), side(320.0, 3.0, 9.0, 6.0)),
        Some(Severity::Low)
    );
    // Class codes.
    assert_eq!(
        found(side(400.0, 0.0, 3.0, 4.0), side(100.0, 0.0, 4.0, 4.0)),
        Some(Severity::Medium)
    );
    assert_eq!(
        found(side(4000.0, 0.0, 28.0, 29.0), side(1000.0, 0.0, 29.0, 30.0)),
        Some(Severity::High)
    );
}

#[test]
fn drift_of_a_label_names_the_numbers_that_it_was_derived_from() {
    let side = |n: f64, share: f64| {
        let std = (share * (1.0 - share) * n / (n - 1.0)).sqrt();
        let label = json!({"count": n, "mean": share, "std": std, "min": 0, "25%": 0, "50%": 0, "75%": 1, "max": 1});
        json!({"feature_statistics": {"a": column(n, 1.0, 0.5), "target": label},
            "number_unique_values": {"a": n, "target": 2}, "numerical_features": ["a"]})
    };
    let host = FakeHost::from_request(table(side(400.0, 0.3), side(100.0, 0.7)));
    let report = analyze_soundly::<DatasetArtifactsAnalyzer>(&host);
    let drift = report
        .analyses
        .iter()
        .find(|it| it.finding.code == "checks.label_drift")
        .unwrap();
    let sourced = drift.finding.facts.iter().filter(|it| it.source.is_some());
    assert_eq!(sourced.count(), 4);
}

#[test]
fn the_calibration_is_a_table_of_its_codes() {
    assert_eq!(crate::CALIBRATION.problems(&crate::CODES), Vec::<String>::new());
}
