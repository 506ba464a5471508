//! Labels: gaps, classes and their counts, classes of the test split that training does not have.

use deepfix_views::dataset::DatasetView;

use super::*;

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
