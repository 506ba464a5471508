//! What differs between the splits: drift, copies, new classes.

use super::*;

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
