//! No artifact may make the analyzer panic, and wide tables are no burden.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use deepfix_dataset_plugin::DatasetArtifactsAnalyzer;
use deepfix_plugin::testing::{FakeHost, analyze_soundly, odd_json, odd_language, odd_number};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

const TASKS: [&str; 8] = [
    "tabular_classification",
    "tabular_regression",
    "image_segmentation",
    "image_classification",
    "object_detection",
    "text_classification",
    "text_token_classification",
    "",
];
const COLUMNS: [&str; 8] = ["target", "age", "id", "index", "é/~", "a b", "price", "0"];
const STATISTICS: [&str; 8] = ["count", "mean", "std", "min", "25%", "50%", "75%", "max"];
const MEMBERS: [&str; 24] = [
    "feature_statistics",
    "number_unique_values",
    "percentage_unique_values",
    "categorical_features",
    "numerical_features",
    "num_samples",
    "class_distribution",
    "image_color_means",
    "image_color_stds",
    "pixel_class_ratio",
    "object_detection_statistics",
    "num_negative_samples",
    "num_positive_samples",
    "box_width_stats",
    "boxes_per_image",
    "text_statistics",
    "word_count",
    "character_length",
    "vocabulary_size",
    "label_statistics",
    "num_classes",
    "labels_per_sample",
    "properties_statistics",
    "other_statistics",
];

fn number() -> impl Strategy<Value = Json> {
    odd_number(300.0)
}

/// A summary in order, as of a real column, or of whatever numbers.
fn column() -> impl Strategy<Value = Json> {
    let ordered = (prop::collection::vec(-1e4..1e4f64, 6), 0u32..500, any::<bool>()).prop_map(|(mut it, rows, flat)| {
        it.sort_by(f64::total_cmp);
        if flat {
            let first = it[0];
            it[1..5].fill(first);
        }
        let std = (it[5] - it[0]).abs() / 4.0;
        json!({"count": rows, "mean": it[2], "std": std, "min": it[0], "25%": it[1], "50%": it[2], "75%": it[3], "max": it[5]})
    });
    let any =
        prop::collection::btree_map(prop::sample::select(&STATISTICS[..]), number(), 0..9).prop_map(|it| json!(it));
    let top = prop::sample::select(vec!["a", "1.5", "unknown", "40", ""]);
    let text = (number(), number(), top, number())
        .prop_map(|(count, unique, top, freq)| json!({"count": count, "unique": unique, "top": top, "freq": freq}));
    prop_oneof![5 => ordered, 2 => any, 2 => text, 1 => Just(Json::Null)]
}

fn split() -> impl Strategy<Value = Json> {
    let columns = prop::collection::btree_map(prop::sample::select(&COLUMNS[..]), column(), 0..8);
    let counts = || prop::collection::btree_map(prop::sample::select(&COLUMNS[..]), number(), 0..8);
    let list = || prop::collection::vec(prop::sample::select(&COLUMNS[..]), 0..6);
    (columns, counts(), counts(), list(), list(), odd_json(&MEMBERS)).prop_map(
        |(statistics, unique, percent, categories, numbers, extra)| {
            let mut split = json!({
                "feature_statistics": statistics, "number_unique_values": unique, "percentage_unique_values": percent,
                "categorical_features": categories, "numerical_features": numbers,
            });
            for (name, value) in extra.as_object().cloned().unwrap_or_default() {
                split[&name] = value;
            }
            split
        },
    )
}

/// What each modality's clients send, with odd numbers in it.
fn modal() -> impl Strategy<Value = Json> {
    let stats = || {
        prop::collection::btree_map(
            prop::sample::select(vec!["mean", "std", "min", "max", "median"]),
            number(),
            0..6,
        )
    };
    let classes = prop::collection::btree_map("[a-d0-3]", number(), 0..5);
    (classes, stats(), stats(), prop::collection::vec(number(), 0..4), prop::collection::vec(number(), 12)).prop_map(
        |(classes, a, b, colours, n)| {
            json!({
                "num_samples": n[0], "class_distribution": classes, "image_color_means": colours, "image_color_stds": [n[1], n[2], 0.2],
                "pixel_class_ratio": classes,
                "object_detection_statistics": {
                    "num_negative_samples": n[3], "num_positive_samples": n[4], "negative_positive_ratio": n[5], "num_boxes": n[6],
                    "boxes_per_image": a, "box_width_stats": a, "box_height_stats": b, "box_area_stats": b,
                },
                "text_statistics": {"character_length": a, "word_count": b, "vocabulary_size": n[7], "avg_chars_per_word": n[8]},
                "label_statistics": {"is_multi_label": true, "labels_per_sample": a, "class_distribution": classes, "num_classes": n[9],
                    "label_distribution_stats": b},
                "properties_statistics": {"feature_statistics": {"Toxicity": a}, "number_unique_values": {"Toxicity": n[10]}},
            })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn odd_tables_are_answered_soundly(train in split(), test in split(), task in prop::sample::select(&TASKS[..]), language in odd_language()) {
        let host = FakeHost::from_request(json!({
            "dataset_artifacts": {"task_type": task, "train_statistics": train, "test_statistics": test},
            "language": language,
        }));
        analyze_soundly::<DatasetArtifactsAnalyzer>(&host);
    }

    #[test]
    fn odd_images_and_texts_are_answered_soundly(train in modal(), test in modal(), task in prop::sample::select(&TASKS[..])) {
        let host = FakeHost::from_request(
            json!({"dataset_artifacts": {"task_type": task, "train_statistics": train, "test_statistics": test}}),
        );
        analyze_soundly::<DatasetArtifactsAnalyzer>(&host);
    }

    #[test]
    fn whatever_is_sent_is_answered_soundly(artifact in odd_json(&MEMBERS), train in odd_json(&MEMBERS), test in odd_json(&MEMBERS)) {
        analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(json!({"dataset_artifacts": [artifact]})));
        let request = json!({"dataset_artifacts": {"train_statistics": train, "test_statistics": test}});
        analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(request));
    }
}

#[test]
fn one_row_and_constant_columns_are_answered() {
    let one = json!({"count": 1, "mean": 2.0, "std": null, "min": 2.0, "25%": 2.0, "50%": 2.0, "75%": 2.0, "max": 2.0});
    let flat =
        json!({"count": 300, "mean": 2.0, "std": 0.0, "min": 2.0, "25%": 2.0, "50%": 2.0, "75%": 2.0, "max": 2.0});
    let empty = json!({"count": 0, "mean": "NaN", "std": "NaN", "min": "NaN", "25%": "NaN", "50%": "NaN", "75%": "NaN", "max": "NaN"});
    for column in [one, flat, empty] {
        let side = json!({"feature_statistics": {"a": column, "target": column}, "number_unique_values": {"a": 1, "target": 1},
            "percentage_unique_values": {"a": 100.0, "target": 100.0}, "numerical_features": ["a"]});
        let request = json!({"dataset_artifacts": {"train_statistics": side, "test_statistics": side}});
        analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(request));
    }
}

#[test]
fn thousands_of_columns_are_no_burden() {
    let statistics = |shift: f64| -> Map<String, Json> {
        (0..4000)
            .map(|at| {
                let (mean, std) = (f64::from(at) + shift, 1.0 + f64::from(at % 7));
                let five = [-3.0, -0.67, 0.0, 0.67, 3.0].map(|it| mean + it * std);
                let [min, q1, median, q3, max] = five;
                let column = json!({"count": 1000, "mean": mean, "std": std, "min": min, "25%": q1, "50%": median, "75%": q3, "max": max});
                (format!("c{at}"), column)
            })
            .collect()
    };
    let side = |shift| json!({"feature_statistics": statistics(shift)});
    let request = json!({"dataset_artifacts": {"train_statistics": side(0.0), "test_statistics": side(0.1)}});
    let host = FakeHost::from_request(request);
    analyze_soundly::<DatasetArtifactsAnalyzer>(&host);
}
