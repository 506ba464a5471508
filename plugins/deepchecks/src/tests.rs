use deepfix_plugin::Severity;
use deepfix_plugin::testing::{
    FakeHost, analyze_soundly, assert_catalogue_is_complete, found, read_request, recorded_requests,
};
use deepfix_views::checks::decode;
use serde_json::{Value, json};

use crate::{CATALOGUE, DeepchecksArtifactsAnalyzer};

/// Decodes every check's value, as the host does before a plugin sees it.
pub(crate) fn normalise(mut request: Value) -> Value {
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
            *value = decode(value.take());
        }
    }
    request
}

pub(crate) fn item(header: &str, value: Value) -> Value {
    let check = header.split(" - ").next().unwrap();
    json!({"header": header, "result": {"check": check, "params": {}, "value": value,
           "conditions_results": [{"status": "PASS", "condition": "c", "more_info": ""}]}})
}

pub(crate) fn suite(items: Vec<Value>) -> Value {
    json!({"deepchecks_artifacts": {"results": {"all": items}}})
}

fn codes(items: Vec<Value>) -> Vec<(String, Severity)> {
    found(&analyze_soundly::<DeepchecksArtifactsAnalyzer>(
        &FakeHost::from_request(suite(items)),
    ))
}

pub(crate) fn sizes(train: u32, test: u32) -> Value {
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
fn every_recorded_request_gets_a_sound_report() {
    for request in recorded_requests().iter().map(|it| read_request(it)) {
        if !request["deepchecks_artifacts"].is_null() {
            analyze_soundly::<DeepchecksArtifactsAnalyzer>(&FakeHost::from_request(normalise(request)));
        }
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

#[test]
fn drift_of_unknown_levels_or_rows_is_judged_with_care() {
    let category = |levels: Option<u32>| {
        let mut items = vec![
            sizes(130, 70),
            item(
                "Feature Drift",
                json!({"c": {"Drift score": 0.3, "Method": "Cramer's V"}, "b": {"Drift score": 0.02, "Method": "Kolmogorov-Smirnov"}}),
            ),
        ];
        let counted = levels.map(|it| {
            item(
                "Single Value in Column - Train Dataset",
                json!({"c": it, "b": 90, "y": 2}),
            )
        });
        items.extend(counted);
        codes(items)
    };
    assert!(category(Some(2)).iter().any(|it| it.0 == "checks.covariate_drift"));
    assert!(category(None).is_empty());
    let label = |score: f64| {
        codes(vec![item(
            "Label Drift",
            json!({"Drift score": score, "Method": "Cramer's V"}),
        )])
    };
    assert_eq!(label(0.2), [("checks.label_drift".to_owned(), Severity::Low)]);
    assert_eq!(label(0.5), [("checks.label_drift".to_owned(), Severity::Medium)]);
}

#[test]
fn drift_of_a_label_is_judged_by_its_number_of_classes() {
    let found = |score: f64, classes: u32, train: u32, test: u32| {
        codes(vec![
            sizes(train, test),
            item("Label Drift", json!({"Drift score": score, "Method": "Cramer's V"})),
            item("Feature Label Correlation - Train Dataset", json!({"a": 0.2, "b": 0.1})),
            item(
                "Single Value in Column - Train Dataset",
                json!({"a": 90, "b": 90, "y": classes}),
            ),
        ])
    };
    // p = 0.03 with nine degrees of freedom, and 5e-4 with one.
    assert!(found(0.22, 10, 150, 50).is_empty());
    assert_eq!(
        found(0.22, 2, 150, 50),
        [("checks.label_drift".to_owned(), Severity::Medium)]
    );
    assert_eq!(
        found(0.3, 10, 300, 100),
        [("checks.label_drift".to_owned(), Severity::Medium)]
    );
    // However sure, a small shift is none.
    assert!(found(0.1, 2, 9000, 3000).is_empty());
}

#[test]
fn a_twelfth_of_a_large_test_split_copied_is_leakage() {
    let found = |test: u32, ratio: f64| {
        codes(vec![
            sizes(3000, test),
            item("Train Test Samples Mix", json!({"ratio": ratio})),
            item(
                "Single Value in Column - Train Dataset",
                json!({"a": 2000, "b": 90, "y": 2}),
            ),
        ])
    };
    let leak = |severity| [("checks.train_test_leakage".to_owned(), severity)];
    assert_eq!(found(1000, 0.08), leak(Severity::Medium));
    assert_eq!(found(1000, 0.04), leak(Severity::Low));
    // As large a share of a small split is less sure.
    assert_eq!(found(50, 0.08), leak(Severity::Low));
}

#[test]
fn the_samples_of_all_new_classes_of_images_are_summed() {
    let new = json!({"new_labels": {"a": 1, "b": 30}, "all_labels_count": 100});
    let host = FakeHost::from_request(suite(vec![sizes(500, 100), item("New Labels", new)]));
    let report = analyze_soundly::<DeepchecksArtifactsAnalyzer>(&host);
    let finding = &report.analyses[0].finding;
    assert_eq!(
        (finding.code.as_str(), finding.severity),
        ("checks.new_labels", Severity::High)
    );
    assert!(finding.evidence.starts_with("31 of 100"), "{}", finding.evidence);
    assert_eq!(finding.facts.len(), 2);
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

#[test]
fn the_calibration_is_a_table_of_its_codes() {
    assert_eq!(crate::CALIBRATION.problems(&crate::CODES), Vec::<String>::new());
}

/// What is said of checks that passed under settings of their own.
fn narrowed(items: Vec<Value>) -> Option<Value> {
    let report = analyze_soundly::<DeepchecksArtifactsAnalyzer>(&FakeHost::from_request(suite(items)));
    let extras: Value = serde_json::from_str(&report.extras).unwrap();
    let gaps = extras["not_examined"].as_array().unwrap();
    gaps.iter()
        .find(|it| it["why"].as_str().unwrap().contains("usual question"))
        .cloned()
}

fn passed(check: &str, condition: &str, params: Value) -> Value {
    json!({"header": check, "result": {"check": check, "params": params, "value": {"a": {"Drift score": 0.1}},
        "conditions_results": [{"status": "PASS", "condition": condition, "more_info": ""}]}})
}

#[test]
fn a_check_that_passed_because_it_was_asked_little_deserves_a_word() {
    let usual = "categorical drift score < 0.2 and numerical drift score < 0.2";
    let all = json!({"columns": null, "ignore_columns": null, "n_samples": 10_000});
    let gap = |condition, params| narrowed(vec![sizes(5000, 1000), passed("Feature Drift", condition, params)]);
    assert_eq!(gap(usual, all.clone()), None);
    let said = |condition, params| gap(condition, params).unwrap()["why"].as_str().unwrap().to_owned();
    assert!(said("numerical drift score < 0.6", all).contains("passes up to 0.6 (usually 0.2)"));
    assert!(said(usual, json!({"n_samples": 100})).contains("100 of 5000 rows"));
    assert!(said(usual, json!({"ignore_columns": ["age", "income"]})).contains("left out 'age', 'income'"));
    assert!(said(usual, json!({"columns": ["age"]})).contains("looked at 'age' only"));
    // A sample as large as the table is the table.
    let small = passed("Feature Drift", usual, json!({"n_samples": 300}));
    assert_eq!(narrowed(vec![sizes(200, 80), small]), None);
}

#[test]
fn a_check_on_one_split_is_held_against_the_rows_of_that_split() {
    let duplicates = |split: &str| {
        let header = format!("Data Duplicates - {split} Dataset");
        json!({"header": header, "result": {"check": "Data Duplicates", "params": {"n_samples": 300}, "value": 0.0,
            "conditions_results": [{"status": "PASS", "condition": "Duplicate data ratio is less or equal to 5%", "more_info": ""}]}})
    };
    assert_eq!(narrowed(vec![sizes(5000, 200), duplicates("Test")]), None);
    let train = narrowed(vec![sizes(5000, 200), duplicates("Train")]).unwrap();
    assert!(train["why"].as_str().unwrap().contains("300 of 5000 rows"), "{train}");
}

#[test]
fn bounds_are_compared_as_shares_however_they_are_written() {
    let duplicates = |condition: &str| narrowed(vec![sizes(500, 200), passed("Data Duplicates", condition, json!({}))]);
    assert_eq!(duplicates("Duplicate data ratio is less or equal to 5%"), None);
    assert_eq!(duplicates("Duplicate data ratio is less or equal to 0.05"), None);
    for wide in [
        "Duplicate data ratio is less or equal to 30%",
        "Duplicate data ratio is less or equal to 0.3",
    ] {
        let said = duplicates(wide).unwrap();
        assert!(said["why"].as_str().unwrap().contains("0.3 (usually 0.05)"), "{said}");
    }
    let drift = passed("Feature Drift", "numerical drift score < 60%", json!({}));
    assert!(narrowed(vec![sizes(500, 200), drift]).is_some());
}

#[test]
fn a_boosting_check_that_did_not_run_is_told() {
    let idle = json!({"header": "Boosting Overfit", "result": {"check": "Boosting Overfit", "value": null, "conditions_results": []}});
    let unused = json!({"header": "Unused Features", "result": {"check": "Unused Features", "value": {"used features": [], "unused features": {}}, "conditions_results": []}});
    let report = analyze_soundly::<DeepchecksArtifactsAnalyzer>(&FakeHost::from_request(suite(vec![unused, idle])));
    let extras: Value = serde_json::from_str(&report.extras).unwrap();
    let gaps = extras["not_examined"].as_array().unwrap();
    let gap = gaps
        .iter()
        .find(|it| it["what"].to_string().contains("Boosting"))
        .unwrap();
    assert!(gap["why"].as_str().unwrap().contains("stages"), "{gap}");
}

#[test]
fn dates_that_cannot_be_compared_are_told_in_the_checks_own_words() {
    let overlap = |conditions: Value| {
        let header = "Date Train Test Leakage Overlap";
        let result = json!({"check": header, "value": null, "conditions_results": conditions});
        suite(vec![sizes(500, 200), json!({"header": header, "result": result})])
    };
    let gap = |mut request: Value, language: &str| {
        request["language"] = json!(language);
        let report = analyze_soundly::<DeepchecksArtifactsAnalyzer>(&FakeHost::from_request(request));
        let extras: Value = serde_json::from_str(&report.extras).unwrap();
        let gaps = extras["not_examined"].as_array().unwrap();
        let found = gaps.iter().find(|it| it["what"].to_string().contains("Overlap"));
        let text = |name: &str| found.unwrap()[name].as_str().unwrap().to_owned();
        (text("why"), text("send"))
    };
    let why = "the date column `when` is text in both tables, expected dates as 2024-12-31";
    let undecided = json!([{"status": "ERROR", "condition": "c", "more_info": why}]);
    for (language, word) in [("english", "could not be compared"), ("french", "n'ont pas pu")] {
        let (said, send) = gap(overlap(undecided.clone()), language);
        assert!(said.contains(why) && said.contains(word), "{said}");
        assert!(!send.contains("--date"), "it was declared: {send}");
    }
    let (said, send) = gap(overlap(json!([])), "english");
    assert!(
        said.contains("none was declared") && send.contains("--date"),
        "{said} {send}"
    );
    let long = json!([{"status": "ERROR", "condition": "c", "more_info": "x".repeat(5000)}]);
    assert!(gap(overlap(long), "english").0.len() < 500);
}

#[test]
fn a_check_that_does_not_apply_is_no_gap() {
    let idle =
        |check: &str| json!({"header": check, "result": {"check": check, "value": null, "conditions_results": []}});
    let gaps = |items: Vec<Value>| {
        let report = FakeHost::from_request(suite(items))
            .analyze::<DeepchecksArtifactsAnalyzer>()
            .unwrap();
        let extras: Value = serde_json::from_str(&report.extras).unwrap();
        extras["not_examined"].to_string()
    };
    let classes = json!({"header": "New Label Train Test", "result": {"check": "New Label Train Test", "value": {"new_labels": []}, "conditions_results": []}});
    assert!(
        !gaps(vec![
            classes,
            idle("Regression Error Distribution"),
            idle("Boosting Overfit")
        ])
        .contains("Regression Error")
    );
    let number = json!({"header": "Label Drift", "result": {"check": "Label Drift", "value": {"Drift score": 0.1, "Method": "Kolmogorov-Smirnov"}, "conditions_results": []}});
    let said = gaps(vec![number, idle("ROC Report"), idle("Regression Error Distribution")]);
    assert!(
        !said.contains("ROC Report") && said.contains("Regression Error"),
        "{said}"
    );
}

#[test]
fn what_a_check_of_strings_found_is_a_fact() {
    let strings = json!({"header": "String Mismatch - Train Dataset", "result": {"check": "String Mismatch", "value": {}, "conditions_results": [
        {"status": "ODD", "condition": "c", "more_info": "x"}, 7, {"status": "FAIL", "condition": "No string variants", "more_info": "Found 1 column: 'town'"}]}});
    let host = FakeHost::from_request(suite(vec![sizes(400, 100), strings]));
    let report = analyze_soundly::<DeepchecksArtifactsAnalyzer>(&host);
    let found = report
        .analyses
        .iter()
        .find(|it| it.finding.code == "checks.inconsistent_strings")
        .unwrap();
    assert_eq!(found.finding.facts.len(), 1);
    assert!(found.finding.facts[0].source.is_some());
}

#[test]
fn nulls_of_the_label_are_never_to_be_imputed() {
    let of = |language: &str, feature: f64| {
        let mut items = power(json!({"a": 0.3, "b": 0.1}), json!({"a": 0.3, "b": 0.1}));
        items.push(item(
            "Single Value in Column - Train Dataset",
            json!({"a": 300, "b": 40, "outcome": 2}),
        ));
        let gap = |share: f64| json!({"null": {"count": 400.0 * share, "percent": share}});
        items.push(item(
            "Mixed Nulls - Train Dataset",
            json!({"columns": {"a": gap(feature), "outcome": gap(0.2)}}),
        ));
        let mut request = suite(items);
        request["language"] = json!(language);
        let report = analyze_soundly::<DeepchecksArtifactsAnalyzer>(&FakeHost::from_request(request));
        let found = report.analyses.into_iter();
        found
            .filter(|it| it.finding.code == "dataset.missing_values")
            .collect::<Vec<_>>()
    };
    for (language, imputes, leave) in [
        ("english", "impute", "Leave the rows"),
        ("french", "imput", "Écartez les lignes"),
    ] {
        let alone = of(language, 0.0);
        assert_eq!(alone.len(), 1);
        let advice = &alone[0].recommendation.action;
        assert!(advice.contains(leave) && !advice.contains(imputes), "{advice}");
        let both = of(language, 0.4);
        assert_eq!(both.len(), 2);
        let feature = both
            .iter()
            .find(|it| it.recommendation.action.contains(imputes))
            .unwrap();
        assert!(
            !feature.finding.evidence.contains("outcome"),
            "{}",
            feature.finding.evidence
        );
    }
}
