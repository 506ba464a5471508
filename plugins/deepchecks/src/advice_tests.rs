//! What advice is given where a name, a key, a flag or a group looks like a fault of the data.

use deepfix_plugin::testing::{FakeHost, analyze_soundly};
use deepfix_plugin::{Report, Severity};
use serde_json::{Value, json};

use crate::{
    DeepchecksArtifactsAnalyzer,
    tests::{item, normalise, sizes, suite},
};

fn report(items: Vec<Value>) -> Report {
    analyze_soundly::<DeepchecksArtifactsAnalyzer>(&FakeHost::from_request(normalise(suite(items))))
}

/// The severities of label drift, with 2400 training rows of two classes and 600 test rows, of which some are respelt.
fn drift_beside_spelling(score: f64, respelt: u32, shares: Option<Value>) -> Option<(Severity, String)> {
    let labels = item(
        "New Label Train Test",
        json!({"n_samples": 600, "n_new_labels_samples": respelt, "new_labels": ["Yes "]}),
    );
    let mut items = vec![
        sizes(2400, 600),
        labels,
        item("Class Imbalance - Train Dataset", json!({"no": 0.51, "yes": 0.49})),
        item("Label Drift", json!({"Drift score": score, "Method": "Cramer's V"})),
    ];
    items.extend(shares.map(|it| item("Class Imbalance - Test Dataset", it)));
    let report = report(items);
    let codes: Vec<_> = report.analyses.iter().map(|it| it.finding.code.as_str()).collect();
    assert!(codes.contains(&"checks.new_labels"), "{codes:?}");
    let found = report
        .analyses
        .iter()
        .find(|it| it.finding.code == "checks.label_drift");
    found.map(|it| (it.finding.severity, it.finding.evidence.clone()))
}

#[test]
fn a_few_respelt_labels_do_not_hide_that_the_classes_drift() {
    // From 51 and 49 % to 91.5 and 8.5 %: by the shares where they are known, and else by the least that is left.
    let shares = || json!({"no": 0.915, "yes": 0.08, "Yes ": 0.005});
    let (severity, evidence) = drift_beside_spelling(0.45, 3, Some(shares())).unwrap();
    assert!(severity >= Severity::Medium);
    assert!(evidence.contains("counts as that class, it is 0.44"), "{evidence}");
    let (severity, evidence) = drift_beside_spelling(0.45, 3, None).unwrap();
    assert!(severity >= Severity::Medium);
    assert!(evidence.contains("it is at least 0.4"), "{evidence}");
    // What is no share is not reckoned with.
    let (_, evidence) = drift_beside_spelling(0.45, 3, Some(json!({"no": -4.0, "yes": 4.995, "Yes ": 0.005}))).unwrap();
    assert!(evidence.contains("at least"), "{evidence}");
    assert_eq!(drift_beside_spelling(-1e308, 3, None), None);
    // Half of a class that is respelt is a drift of spellings alone.
    assert_eq!(drift_beside_spelling(0.45, 150, None), None);
    let shares = json!({"no": 0.51, "yes": 0.24, "Yes ": 0.25});
    assert_eq!(drift_beside_spelling(0.45, 150, Some(shares)), None);
}

/// Findings of a table without a test split, with a key and an ignored column beside the label `y`.
fn beside_a_key(unique: Value, nulls: Value, classes: Value) -> Vec<(String, String)> {
    let report = report(vec![
        item("Single Value in Column - Train Dataset", unique),
        item(
            "Mixed Nulls - Train Dataset",
            json!({"n_samples": 1000, "columns": nulls}),
        ),
        item("Feature Label Correlation - Train Dataset", json!({"a": 0.4, "b": 0.3})),
        item("Identifier Label Correlation - Train Dataset", json!({"id": 0.0})),
        item("Class Imbalance - Train Dataset", classes),
    ]);
    let all = report.analyses.into_iter();
    all.map(|it| (it.finding.code, it.recommendation.action)).collect()
}

#[test]
fn a_label_is_known_beside_keys_and_ignored_columns() {
    let gap = || json!({"y": {"(empty)": {"count": 150, "percent": 0.15}}});
    for unique in [
        json!({"id": 1000, "a": 60, "b": 900, "y": 2}),
        json!({"id": 1000, "note": 700, "a": 60, "b": 900, "y": 2}),
    ] {
        let found = beside_a_key(unique, gap(), json!({"no": 0.6, "yes": 0.4}));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].1.contains("never fill a label in"), "{found:?}");
    }
    // A label of one class is no feature to take out, and a feature of one value is.
    let found = beside_a_key(
        json!({"id": 1000, "a": 60, "b": 900, "y": 1}),
        json!({}),
        json!({"no": 1.0}),
    );
    assert_eq!(found, []);
    let found = beside_a_key(
        json!({"id": 1000, "a": 60, "b": 1, "y": 2}),
        json!({}),
        json!({"no": 0.6, "yes": 0.4}),
    );
    assert!(
        found[0].1.contains("Remove b") || found[0].1.contains("Remove 'b'"),
        "{found:?}"
    );
}

#[test]
fn copies_of_rows_do_not_excuse_a_key_of_its_own_per_row() {
    let found = |score: f64, copies: f64, keys: u32| {
        let report = report(vec![
            sizes(3000, 600),
            item(
                "Single Value in Column - Train Dataset",
                json!({"id": keys, "a": 3, "b": 2, "y": 2}),
            ),
            item("Identifier Label Correlation - Train Dataset", json!({"id": score})),
            item("Data Duplicates - Train Dataset", json!(copies)),
        ]);
        report
            .analyses
            .iter()
            .any(|it| it.finding.code == "checks.label_leakage")
    };
    assert!(found(0.9993, 0.996, 3000));
    // Where keys come back, copies explain some of it, and never all.
    assert!(!found(0.6, 0.3, 2100));
    assert!(found(0.9993, 0.996, 2100));
}

#[test]
fn a_key_of_groups_that_share_their_label_is_a_remark() {
    let found = |keys: u32| {
        let report = report(vec![
            sizes(3000, 600),
            item(
                "Single Value in Column - Train Dataset",
                json!({"patient": keys, "a": 3000, "b": 2, "y": 2}),
            ),
            item("Identifier Label Correlation - Train Dataset", json!({"patient": 0.99})),
        ]);
        let mut all = report.analyses.into_iter();
        let it = all.find(|it| it.finding.code == "checks.label_leakage").unwrap();
        (it.finding.severity, it.recommendation.action)
    };
    let (severity, action) = found(300);
    assert_eq!(severity, Severity::Low);
    assert!(action.contains("GroupKFold") && !action.contains("shuffle"), "{action}");
    let (severity, action) = found(3000);
    assert_eq!(severity, Severity::Medium);
    assert!(action.contains("shuffle the rows"), "{action}");
}

const ROWS: [u32; 2] = [2500, 400];

/// What is said of the new categories of a column in so many training and test rows.
fn of_groups(rows: [u32; 2], levels: u32, number: u32, names: Value, others: Vec<Value>) -> Option<(Severity, String)> {
    // Rare places of another column, which say less.
    let city = json!({"Feature Name": "city", "# New Categories": 46, "Ratio of New Categories": 0.09, "New categories": ["c1"]});
    let new = json!([city, {"Feature Name": "user", "# New Categories": number, "Ratio of New Categories": 1.0, "New categories": names}]);
    let mut items = vec![
        sizes(rows[0], rows[1]),
        item(
            "Single Value in Column - Train Dataset",
            json!({"user": levels, "city": 540, "b": rows[0], "y": 2}),
        ),
        item("New Category Train Test", new),
    ];
    items.extend(others);
    let found = report(items).analyses;
    let mut new = found
        .into_iter()
        .filter(|it| it.finding.code == "checks.new_categories");
    let it = new.find(|it| it.finding.description.contains("user"))?;
    Some((it.finding.severity, it.recommendation.action))
}

#[test]
fn a_split_by_group_is_a_remark_that_names_it() {
    let (severity, action) = of_groups(ROWS, 1200, 190, json!(["u1", "u2"]), Vec::new()).unwrap();
    assert_eq!(severity, Severity::Low);
    assert!(action.contains("on purpose") && action.contains("--index"), "{action}");
    // The same twelve places in another notation, for any number of rows.
    let (severity, action) = of_groups(ROWS, 12, 12, json!(["Rome", "Oslo"]), Vec::new()).unwrap();
    assert_eq!(severity, Severity::Medium);
    assert!(
        action.contains("Find out where") && action.contains("on purpose"),
        "{action}"
    );
    // As many as training has, though there are half as many rows.
    let (severity, _) = of_groups([2000, 1000], 200, 200, json!(["SKU004211"]), Vec::new()).unwrap();
    assert_eq!(severity, Severity::Medium);
    // Or one that is known for its spellings.
    let spelt = item(
        "String Mismatch Comparison",
        json!({"user": {"u1": {"commons": [], "variants_only_in_test": ["U1"], "variants_only_in_train": ["u1"]}}}),
    );
    let (severity, _) = of_groups(ROWS, 1200, 190, json!(["U1"]), vec![spelt]).unwrap();
    assert_eq!(severity, Severity::Medium);
}

#[test]
fn true_and_false_as_digits_are_one_remark() {
    let found = |names: Value, ours: &str| {
        let mut drift = item(
            "Feature Drift",
            json!({"x": {"Drift score": 0.03, "Method": "Kolmogorov-Smirnov"}}),
        );
        drift["result"]["conditions_results"] = json!([{"status": "ERROR", "condition": "drift score < 0.2",
            "more_info": format!("`user` is {ours} in the training table and numeric in the test table, and was not compared")}]);
        let whole = item(
            "Multivariate Drift",
            json!({"domain_classifier_auc": 1.0, "domain_classifier_feature_importance": {"user": 1.0, "x": 0.0}}),
        );
        let others = || vec![drift.clone(), whole.clone()];
        let new = of_groups(ROWS, 2, 2, names.clone(), others()).map(|it| it.0);
        let row = json!([{"Feature Name": "user", "# New Categories": 2, "Ratio of New Categories": 1.0, "New categories": names}]);
        let mut items = vec![sizes(2500, 400), item("New Category Train Test", row)];
        items.extend(others());
        let found = report(items).analyses;
        let it = found
            .into_iter()
            .find(|it| it.finding.code == "checks.covariate_drift")
            .unwrap();
        (new, it.finding.severity, it.recommendation.action)
    };
    let (new, severity, action) = found(json!(["0", "1"]), "boolean");
    assert_eq!((new, severity), (None, Severity::Low));
    assert!(action.contains("True and False or as 1 and 0"), "{action}");
    // Other values are another column.
    for (names, ours) in [(json!(["1", "2"]), "boolean"), (json!(["0", "1"]), "categorical")] {
        let (new, severity, action) = found(names, ours);
        assert_eq!((new, severity), (Some(Severity::Medium), Severity::Medium));
        assert!(action.contains("the same type"), "{action}");
    }
}

#[test]
fn spellings_of_the_label_are_told_once_and_apart_from_new_classes() {
    let found = |new: Value, mismatch: Value| {
        let mut strings = item("String Mismatch Comparison", mismatch);
        strings["result"]["conditions_results"] = json!([{"status": "FAIL", "condition": "No new variants allowed in test data", "more_info": "columns with new variants"}]);
        report(vec![
            sizes(2400, 600),
            item(
                "New Label Train Test",
                json!({"n_samples": 600, "n_new_labels_samples": 423, "new_labels": new, "n_samples_per_new_label": {"A": 363, "Z": 60}}),
            ),
            item("Class Imbalance - Train Dataset", json!({"a": 0.5, "C": 0.5})),
            strings,
        ])
        .analyses
    };
    let spelt =
        || json!({"y": {"a": {"commons": [], "variants_only_in_test": ["A"], "variants_only_in_train": ["a"]}}});
    let it = found(json!(["A", "Z"]), spelt());
    assert_eq!(it.len(), 1);
    assert!(
        it[0].finding.description.contains("Class 'Z' occurs"),
        "{}",
        it[0].finding.description
    );
    assert!(
        it[0].finding.evidence.contains("'A' ~ 'a' (363)"),
        "{}",
        it[0].finding.evidence
    );
    assert!(it[0].recommendation.action.starts_with("First write the known classes"));
    // Those of another column are told still.
    let other = json!({"y": {}, "city": {"oslo": {"commons": [], "variants_only_in_test": ["OSLO"], "variants_only_in_train": ["oslo"]}}});
    let it = found(json!(["A"]), other);
    assert!(it.iter().any(|it| it.finding.code == "checks.inconsistent_strings"));
}
