use std::path::PathBuf;

use deepfix_plugin::testing::{FakeHost, assert_catalogue_is_complete};
use deepfix_plugin::{ArtifactKind, Severity};
use deepfix_views::checks::decode;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{CATALOGUE, CODES, DeepchecksArtifactsAnalyzer};

/// Folders with requests as clients send them; absent outside of development.
fn requests() -> Vec<PathBuf> {
    let base = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let list = |folder: &str| {
        std::fs::read_dir(base.join(folder))
            .into_iter()
            .flatten()
            .flatten()
            .map(|it| it.path())
    };
    let cases = list("corpus-dev").map(|it| it.join("request.json"));
    cases.chain(list("requests")).filter(|it| it.is_file()).collect()
}

/// Decodes every check's value, as the host does before a plugin sees it.
fn normalise(mut request: Value) -> Value {
    let suites = request
        .pointer_mut("/deepchecks_artifacts/results")
        .and_then(Value::as_object_mut);
    for item in suites
        .into_iter()
        .flatten()
        .filter_map(|it| it.1.as_array_mut())
        .flatten()
    {
        if let Some(value) = item.pointer_mut("/result/value") {
            *value = decode(value);
        }
    }
    request
}

fn item(header: &str, value: Value) -> Value {
    let check = header.split(" - ").next().unwrap();
    json!({"header": header, "result": {"check": check, "params": {}, "value": value,
           "conditions_results": [{"status": "PASS", "condition": "c", "more_info": ""}]}})
}

fn suite(items: Vec<Value>) -> Value {
    json!({"deepchecks_artifacts": {"results": {"all": items}}})
}

fn codes(items: Vec<Value>) -> Vec<(String, Severity)> {
    let host = FakeHost::from_request(suite(items));
    let report = host.analyze::<DeepchecksArtifactsAnalyzer>().unwrap();
    for analysis in &report.analyses {
        assert!(host.verify(analysis).is_empty(), "{:?}", host.verify(analysis));
    }
    report
        .analyses
        .iter()
        .map(|it| (it.finding.code.clone(), it.finding.severity))
        .collect()
}

fn sizes(train: u32, test: u32) -> Value {
    item("Datasets Size Comparison", json!({"Train": train, "Test": test}))
}

fn power(train: Value, test: Value) -> Vec<Value> {
    vec![
        sizes(400, 120),
        item("Label Drift", json!({"Drift score": 0.0, "Method": "Cramer's V"})),
        item("Feature Label Correlation - Train Dataset", train),
        item("Feature Label Correlation - Test Dataset", test),
    ]
}

#[test]
fn every_text_exists_in_both_languages() {
    let findings: Vec<&str> = CATALOGUE
        .ids(deepfix_plugin::Language::English)
        .into_iter()
        .filter(|id| ["dataset-", "checks-", "training-"].iter().any(|it| id.starts_with(it)))
        .collect();
    assert_catalogue_is_complete(&CATALOGUE, &findings);
}

#[test]
fn every_fact_of_real_requests_reads_the_same() {
    let mut lines = Vec::new();
    for path in requests() {
        let request: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        if request.get("deepchecks_artifacts").is_none_or(Value::is_null) {
            continue;
        }
        let host = FakeHost::from_request(normalise(request));
        let report = host.analyze::<DeepchecksArtifactsAnalyzer>().unwrap();
        for analysis in &report.analyses {
            assert_eq!(host.verify(analysis), Vec::<String>::new(), "{}", path.display());
            assert!(CODES.contains(&analysis.finding.code.as_str()));
            assert!(!analysis.finding.evidence.contains("{$") && !analysis.finding.description.contains("{$"));
            assert!(!analysis.recommendation.action.is_empty());
        }
        let found: Vec<Value> = report
            .analyses
            .iter()
            .map(|it| {
                let f = &it.finding;
                json!({"code": f.code, "severity": format!("{:?}", f.severity), "description": f.description,
                       "evidence": f.evidence, "action": it.recommendation.action, "confidence": f.confidence})
            })
            .collect();
        lines.push(
            json!({"path": path, "findings": found, "summary": report.summary, "extras": report.extras}).to_string(),
        );
    }
    // For tuning: where the variable names a file, what was found is written there.
    if let Ok(path) = std::env::var("DEEPFIX_FINDINGS") {
        std::fs::write(path, lines.join("\n")).unwrap();
    }
}

#[test]
fn one_feature_far_ahead_is_a_leak_and_a_strong_group_is_not() {
    let leak = json!({"settled": 1.0, "a": 0.5, "b": 0.4});
    assert_eq!(
        codes(power(leak.clone(), leak)),
        [("checks.label_leakage".to_owned(), Severity::High)]
    );
    let group = json!({"radius": 0.98, "perimeter": 0.97, "area": 0.93});
    assert!(codes(power(group.clone(), group)).is_empty());
}

#[test]
fn test_labels_that_nothing_explains_are_remarked() {
    let found = codes(power(
        json!({"a": 0.8, "b": 0.5, "c": 0.3}),
        json!({"a": 0.0, "b": 0.05, "c": 0.0}),
    ));
    assert_eq!(
        found,
        [("checks.train_test_correlation_change".to_owned(), Severity::Medium)]
    );
    let found = codes(power(
        json!({"a": 0.2, "b": 0.2, "c": 0.1}),
        json!({"a": 0.7, "b": 0.6, "c": 0.4}),
    ));
    assert_eq!(found, [("dataset.label_noise".to_owned(), Severity::Medium)]);
}

#[test]
fn drift_is_judged_by_the_size_of_the_splits() {
    let drift = |score: f64| {
        item(
            "Feature Drift",
            json!({"a": {"Drift score": {"dtype": "float64", "value": score}, "Method": "Kolmogorov-Smirnov"}, "b": {"Drift score": 0.05, "Method": "Kolmogorov-Smirnov"}}),
        )
    };
    let plain = |items: Vec<Value>| {
        let request = normalise(suite(items));
        let report = FakeHost::from_request(request)
            .analyze::<DeepchecksArtifactsAnalyzer>()
            .unwrap();
        report.analyses.iter().map(|it| it.finding.severity).collect::<Vec<_>>()
    };
    assert!(plain(vec![sizes(130, 40), drift(0.26)]).is_empty());
    assert_eq!(plain(vec![sizes(400, 130), drift(0.3)]), [Severity::Medium]);
    assert_eq!(plain(vec![sizes(4500, 1500), drift(0.8)]), [Severity::High]);
    assert!(plain(vec![sizes(100_000, 100_000), drift(0.03)]).is_empty());
}

#[test]
fn shared_rows_of_a_table_of_categories_are_natural() {
    let mix = |ratio: f64| item("Train Test Samples Mix", json!({"ratio": ratio}));
    let unique = |a: u32| {
        item(
            "Single Value in Column - Train Dataset",
            json!({"a": a, "b": 90, "y": 2}),
        )
    };
    let few = item("Is Single Value - Train Dataset", json!({"class": 3, "sex": 2, "y": 2}));
    let copies = item("Data Duplicates - Train Dataset", json!(0.98));
    assert!(codes(vec![sizes(1000, 250), mix(1.0), few, copies]).is_empty());
    let found = codes(vec![sizes(1000, 250), mix(0.25), unique(800)]);
    assert_eq!(found, [("checks.train_test_leakage".to_owned(), Severity::High)]);
}

#[test]
fn text_among_numbers_is_found_even_where_the_check_passes() {
    let mixed = |strings: f64| {
        item(
            "Mixed Data Types - Train Dataset",
            json!({"a": {"strings": strings, "numbers": 1.0 - strings, "strings_examples": ["?"]}, "b": {}}),
        )
    };
    assert_eq!(
        codes(vec![sizes(300, 100), mixed(0.15)]),
        [("dataset.mixed_types".to_owned(), Severity::Medium)]
    );
    assert!(codes(vec![sizes(300, 100), mixed(0.95)]).is_empty());
}

#[test]
fn a_check_that_did_not_run_is_listed_and_is_no_pass() {
    let idle = json!({"header": "Index Train Test Leakage", "result": {"check": "Index Train Test Leakage", "value": null, "conditions_results": []}});
    let report = FakeHost::from_request(suite(vec![idle]))
        .analyze::<DeepchecksArtifactsAnalyzer>()
        .unwrap();
    let extras: Value = serde_json::from_str(&report.extras).unwrap();
    assert_eq!(extras["checked"], json!([]));
    assert_eq!(extras["not_examined"][0]["what"], json!(["Index Train Test Leakage"]));
    assert!(report.summary.contains("None of the checks ran"));
}

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
fn vision_and_text_checks_are_understood() {
    let failed = |header: &str, value: Value| {
        json!({"header": header, "result": {"check": header, "value": value,
        "conditions_results": [{"status": "FAIL", "condition": "c", "more_info": "found"}]}})
    };
    let found = codes(vec![
        sizes(500, 200),
        failed(
            "Image Property Drift",
            json!({"Brightness": {"Drift score": 0.4, "Method": "Kolmogorov-Smirnov"}}),
        ),
        failed(
            "New Labels",
            json!({"new_labels": {"cow": 20}, "all_labels_count": 200}),
        ),
        failed("Class Performance", json!([])),
        failed("Unknown Tokens", json!(0.2)),
        failed("Under Annotated Property Segments", json!({"avg_score": 0.9})),
    ]);
    for code in [
        "checks.covariate_drift",
        "checks.new_labels",
        "checks.weak_class",
        "checks.inconsistent_strings",
        "checks.weak_segment",
    ] {
        assert!(found.iter().any(|it| it.0 == code), "{code} in {found:?}");
    }
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(|it| serde_json::Number::from_f64(it).map_or(json!("NaN"), Value::Number)),
        (0.0..1.0f64).prop_map(Value::from),
        (-3i64..200).prop_map(Value::from),
        prop_oneof![Just("NaN"), Just("[1"), Just("Train"), Just("[{\"a\": 1}]")].prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("Drift score"),
        Just("Method"),
        Just("ratio"),
        Just("Train"),
        Just("Test"),
        Just("n_samples"),
        Just("columns"),
        Just("a"),
        Just("a/b~"),
        Just("percent"),
        Just("strings"),
        Just("numbers"),
        Just("scores"),
        Just("Dataset"),
        Just("Metric"),
        Just("Value"),
        Just("Class"),
        Just("Number of samples"),
        Just("test"),
        Just("new_labels"),
        Just("n_new_labels_samples"),
        Just("domain_classifier_auc"),
        Just("RMSE"),
    ];
    leaf.prop_recursive(4, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map(name.clone().prop_map(str::to_owned), inner, 0..7)
                .prop_map(|it| Value::Object(it.into_iter().collect())),
        ]
    })
}

fn header() -> impl Strategy<Value = String> {
    let names = prop::sample::select(vec![
        "Feature Drift",
        "Label Drift",
        "Multivariate Drift",
        "Train Test Samples Mix",
        "Datasets Size Comparison",
        "New Label Train Test",
        "New Category Train Test",
        "Mixed Nulls",
        "Mixed Data Types",
        "Data Duplicates",
        "Feature Label Correlation",
        "Feature-Feature Correlation",
        "Single Value in Column",
        "Conflicting Labels",
        "Outlier Sample Detection",
        "Train Test Performance",
        "Boosting Overfit",
        "Simple Model Comparison",
        "ROC Report",
        "Confusion Matrix Report",
        "Calibration Score",
        "Regression Error Distribution",
        "Prediction Drift",
        "Unused Features",
        "Model Inference Time",
        "Weak Segments Performance",
        "Image Property Outliers",
        "Percent Of Nulls",
        "Class Imbalance",
        "Identifier Label Correlation",
        "Index Train Test Leakage",
        "Date Train Test Leakage Overlap",
        "Whatever",
    ]);
    (
        names,
        prop::sample::select(vec!["", " - Train Dataset", " - Test Dataset"]),
    )
        .prop_map(|(a, b)| format!("{a}{b}"))
}

proptest! {
    #[test]
    fn no_artifact_breaks_the_analyzer(items in prop::collection::vec((header(), anything()), 0..25), whole in anything()) {
        let mut items: Vec<Value> = items.into_iter().map(|(header, value)| item(&header, value)).collect();
        items.push(sizes(300, 100));
        items.push(whole.clone());
        let request = normalise(suite(items));
        let host = FakeHost::from_request(request);
        let report = host.analyze::<DeepchecksArtifactsAnalyzer>().unwrap();
        for analysis in &report.analyses {
            prop_assert!(host.verify(analysis).is_empty(), "{:?}", host.verify(analysis));
            prop_assert!((0.0..=1.0).contains(&analysis.finding.confidence));
        }
        let host = FakeHost::new().with_document(ArtifactKind::Deepchecks, json!({"results": whole}));
        prop_assert!(host.analyze::<DeepchecksArtifactsAnalyzer>().is_ok());
    }
}
