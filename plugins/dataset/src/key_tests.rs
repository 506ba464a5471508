//! Keys, codes and times beside numbers with text in them, tags of words beside classes, leaks beside features.

use deepfix_plugin::Severity;
use deepfix_plugin::testing::{FakeHost, analyze_soundly, found};
use serde_json::{Value, json};

use crate::{
    DatasetArtifactsAnalyzer,
    tests::{column, table},
};

fn severity(name: &str, values: &Value, unique: usize, code: &str) -> Option<Severity> {
    let train = json!({"feature_statistics": {name: values, "b": column(500.0, 5.0, 2.0)},
        "number_unique_values": {name: unique, "b": 480}});
    let host = FakeHost::from_request(table(train, json!(null)));
    let codes = found(&analyze_soundly::<DatasetArtifactsAnalyzer>(&host));
    codes.into_iter().find(|it| it.0 == code).map(|it| it.1)
}

/// An evenly spread column without a repeated value.
fn even(min: f64, max: f64) -> Value {
    let at = |place: f64| min + place * (max - min);
    json!({"count": 500, "mean": at(0.5), "std": (max - min) / 12f64.sqrt(), "min": min, "25%": at(0.25), "50%": at(0.5), "75%": at(0.75), "max": max})
}

#[test]
fn a_measurement_that_rounding_made_whole_is_no_key() {
    let key = |name: &str, min: f64, max: f64| severity(name, &even(min, max), 500, "dataset.id_like_feature");
    // Nine digits, of which a client sends six.
    assert_eq!(key("frequency", 27_138_200.0, 363_520_000.0), Some(Severity::Low));
    assert_eq!(key("case_id", 27_138_200.0, 363_520_000.0), Some(Severity::Medium));
    // Random keys of seven digits fill their range.
    assert_eq!(key("account", 1_006_940.0, 9_979_730.0), Some(Severity::Medium));
    assert_eq!(key("account", 4_262_100.0, 4_262_740.0), Some(Severity::Medium));
    // Its quartiles have fractions, though its ends have none.
    let east = json!({"count": 500, "mean": 440.4, "std": 63908.7, "min": -119255.0, "25%": -55261.0, "50%": 2089.11, "75%": 51970.6, "max": 119049.0});
    assert_eq!(severity("east", &east, 500, "dataset.id_like_feature"), None);
}

fn mixed(name: &str, top: &str, freq: usize, unique: usize) -> Option<Severity> {
    let values = json!({"count": 500, "unique": unique, "top": top, "freq": freq});
    severity(name, &values, unique, "dataset.mixed_types")
}

#[test]
fn numbers_with_text_among_them_are_found() {
    assert_eq!(mixed("weight", "3.178", 4, 430), Some(Severity::Medium));
    assert_eq!(mixed("weight", "1.2e-05", 1, 499), Some(Severity::Medium));
    assert_eq!(mixed("visits", "14", 30, 60), Some(Severity::Medium));
    assert_eq!(mixed("response_time", "3.178", 4, 430), Some(Severity::Medium));
}

#[test]
fn amounts_that_are_written_for_people_are_numbers_in_texts_and_no_keys() {
    for (top, freq, unique) in [("1,761", 1, 500), ("$1,200.50", 3, 400), ("12 %", 9, 60)] {
        assert_eq!(mixed("amount", top, freq, unique), Some(Severity::Medium), "{top}");
        let values = json!({"count": 500, "unique": unique, "top": top, "freq": freq});
        assert_eq!(
            severity("amount", &values, unique, "dataset.id_like_feature"),
            None,
            "{top}"
        );
    }
    // Some categories are called so.
    assert_eq!(mixed("discount", "10 %", 90, 5), None);
}

#[test]
fn a_label_of_one_value_and_a_table_of_a_few_rows_teach_nothing() {
    let label = |unique: usize, count: usize| {
        let train = json!({"num_samples": 400, "label_column": "y",
            "feature_statistics": {"y": {"count": count, "unique": unique, "top": "a", "freq": count}, "b": column(400.0, 5.0, 2.0)},
            "number_unique_values": {"y": unique, "b": 380}});
        let host = FakeHost::from_request(table(train, json!(null)));
        let codes = found(&analyze_soundly::<DatasetArtifactsAnalyzer>(&host));
        codes
            .into_iter()
            .find(|it| it.0 == "dataset.constant_feature")
            .map(|it| it.1)
    };
    assert_eq!(label(1, 400), Some(Severity::High));
    assert_eq!(label(2, 400), None);
    let small = |rows: f64| {
        let train = json!({"num_samples": rows, "feature_statistics": {"b": column(rows, 5.0, 2.0)}});
        let host = FakeHost::from_request(table(train, json!(null)));
        let codes = found(&analyze_soundly::<DatasetArtifactsAnalyzer>(&host));
        codes
            .into_iter()
            .find(|it| it.0 == "dataset.small_dataset")
            .map(|it| it.1)
    };
    assert_eq!(small(1.0), Some(Severity::High));
    assert_eq!(small(9.0), Some(Severity::High));
    assert_eq!(small(10.0), Some(Severity::Low));
    assert_eq!(small(100.0), None);
}

#[test]
fn keys_and_times_are_not_numbers_with_text_among_them() {
    for (name, top, freq, unique) in [
        ("trace", "12e45", 1, 500),
        ("trace", "12e4", 2, 300),
        ("diagnosis_code", "250.00", 1, 500),
        ("seen_at", "1609459200", 3, 350),
        ("started", "1609459200000", 3, 350),
        ("postcode", "75001", 20, 90),
    ] {
        assert_eq!(mixed(name, top, freq, unique), None, "{name} {top}");
    }
    for (name, top) in [("icd", "250.00"), ("app_version", "2.10"), ("client_ip", "10.12")] {
        assert!(mixed(name, top, 8, 120) < Some(Severity::Medium), "{name}");
    }
}

fn tags(classes: &Value) -> Option<Severity> {
    let train =
        json!({"num_samples": 800, "label_statistics": {"is_multi_label": false, "class_distribution": classes}});
    let request = json!({"dataset_artifacts": {"task_type": "text_token_classification", "train_statistics": train}});
    let codes = found(&analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(
        request,
    )));
    codes
        .into_iter()
        .find(|it| it.0 == "dataset.class_imbalance")
        .map(|it| it.1)
}

#[test]
fn words_outside_of_entities_are_no_frequent_class() {
    assert_eq!(
        tags(
            &json!({"O": 170_000, "B-PER": 6600, "I-PER": 4500, "B-LOC": 7100, "I-LOC": 1100, "B-MISC": 3400, "I-MISC": 300})
        ),
        None
    );
    assert_eq!(tags(&json!({"O": 170_000, "PER": 6600, "LOC": 7100})), None);
    assert_eq!(tags(&json!({"O": 170_000, "I-PER": 6600, "I-LOC": 7100})), None);
    // A kind of entity of which there is next to nothing is one all the same.
    assert_eq!(
        tags(&json!({"O": 170_000, "B-PER": 6600, "I-PER": 4500, "B-LAW": 90, "I-LAW": 400})),
        Some(Severity::High)
    );
    assert_eq!(
        tags(&json!({"O": 170_000, "B-PER": 6600, "S-PER": 400, "B-LAW": 300, "S-LAW": 100})),
        Some(Severity::Medium)
    );
    // Parts of speech are classes like others.
    assert_eq!(
        tags(&json!({"NOUN": 9000, "VERB": 5000, "INTJ": 100})),
        Some(Severity::High)
    );
}

/// A table whose label has this mean and deviation, and whose feature has others.
fn with_label(label: (f64, f64), feature: (f64, f64), more: Option<(f64, f64)>) -> Option<Severity> {
    let side = |rows: usize, shift: f64| {
        let column = |(mean, std): (f64, f64), off: f64| {
            let at = |place: f64| mean + std * (place + shift + off * shift);
            json!({"count": rows, "mean": at(0.0), "std": std * (1.0 + 0.02 * shift + 0.6 * off * shift), "min": at(-2.4 - 0.5 * off), "25%": at(-0.8 + 0.2 * off), "50%": at(0.1 - 0.2 * off), "75%": at(0.7 + 0.2 * off), "max": at(2.6 - 0.5 * off)})
        };
        let mut columns = json!({"level": column(feature, 0.5), "target": column(label, 0.0)});
        if let Some(more) = more {
            columns["other"] = column(more, -3.0);
        }
        let unique: serde_json::Map<String, Value> = columns
            .as_object()
            .unwrap()
            .keys()
            .map(|it| (it.clone(), json!(rows - 5)))
            .collect();
        json!({"feature_statistics": columns, "number_unique_values": unique})
    };
    let request = json!({"dataset_artifacts": {"task_type": "tabular_regression", "train_statistics": side(240, 0.0), "test_statistics": side(80, 0.1)}});
    let codes = found(&analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(
        request,
    )));
    codes
        .into_iter()
        .find(|it| it.0 == "checks.label_leakage")
        .map(|it| it.1)
}

#[test]
fn the_label_with_some_noise_in_its_own_units_is_a_leak() {
    assert!(with_label((12.0, 2.2), (12.0, 2.2), None).is_some());
    // In other units the same likeness may be chance,
    assert_eq!(with_label((12.0, 2.2), (700.0, 31.0), None), None);
    // and where everything is measured alike, as after standardising, it says nothing.
    assert_eq!(with_label((12.0, 2.2), (12.0, 2.2), Some((12.3, 2.1))), None);
}

#[test]
fn a_column_named_after_another_is_its_copy_on_less_likeness() {
    // Mostly zero; the copy has some noise, in other units.
    let named = |copy: &str| {
        let side = |rows: usize, mean: f64, std: f64, upper: f64, off: f64| {
            let of = |mean: f64, std: f64, five: [f64; 5]| {
                let [min, low, median, high, max] = five;
                json!({"count": rows, "mean": mean, "std": std, "min": min, "25%": low, "50%": median, "75%": high, "max": max})
            };
            let noise = 0.9;
            let columns = json!({
                "area": of(mean, std, [0.0, 0.0, 0.0, upper, 90.0]),
                copy: of(2.0 * (mean + off * std) + 7.0, 2.0 * std * (1.0 + 2.0 * off), [2.4, 6.0, 7.0 + noise, 2.0 * upper + 7.0 + noise, 190.0]),
                "height": column(rows as f64, 5.0, 2.0),
            });
            json!({"feature_statistics": columns, "number_unique_values": {"area": 30, copy: rows, "height": rows}})
        };
        let request = json!({"dataset_artifacts": {"task_type": "tabular_regression",
            "train_statistics": side(400, 10.0, 20.0, 12.0, 0.0), "test_statistics": side(120, 10.1, 20.1, 3.0, 0.004)}});
        let codes = found(&analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(
            request,
        )));
        codes
            .into_iter()
            .find(|it| it.0 == "dataset.correlated_features")
            .map(|it| it.1)
    };
    assert!(named("area_acres").is_some());
    assert_eq!(named("volume"), None);
    // Numbers count columns of one kind.
    assert_eq!(named("area_2"), None);
}

#[test]
fn a_normal_column_that_is_named_after_another_may_only_go_with_it() {
    let side = |rows: usize, mean: f64, off: f64| {
        let of = |mean: f64, std: f64, off: f64| {
            let at = |place: f64| mean + std * place;
            json!({"count": rows, "mean": mean, "std": std, "min": at(-2.6 + off), "25%": at(-0.67 + off), "50%": at(-off), "75%": at(0.67 - off), "max": at(2.7 - off)})
        };
        let columns = json!({
            "temperature": of(mean, 2.0, 0.0),
            "temperature_high": of(7.0 * mean + 14.0 * 0.12 * off, 14.0 * (1.0 + 0.18 * off), 0.08),
        });
        json!({"feature_statistics": columns, "number_unique_values": {"temperature": rows, "temperature_high": rows}})
    };
    let request = json!({"dataset_artifacts": {"task_type": "tabular_regression",
        "train_statistics": side(174, 10.0, 0.0), "test_statistics": side(76, 10.1, 0.1)}});
    let codes = found(&analyze_soundly::<DatasetArtifactsAnalyzer>(&FakeHost::from_request(
        request,
    )));
    assert!(
        !codes.iter().any(|it| it.0 == "dataset.correlated_features"),
        "{codes:?}"
    );
}
