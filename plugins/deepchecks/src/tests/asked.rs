//! What the checks were asked, and those that did not run: neither is a pass.

use super::*;

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
