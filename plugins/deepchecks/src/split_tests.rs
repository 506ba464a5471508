//! What differs between the splits, and what could not be compared.

use deepfix_plugin::testing::{FakeHost, analyze_soundly};
use deepfix_plugin::{Report, Severity};
use serde_json::{Value, json};

use crate::{
    DeepchecksArtifactsAnalyzer,
    tests::{item, normalise, sizes, suite},
};

const LEFT_OUT: &str = "`a` is numeric in the training table and categorical in the test table, and was not compared";

fn report(items: Vec<Value>) -> Report {
    analyze_soundly::<DeepchecksArtifactsAnalyzer>(&FakeHost::from_request(normalise(suite(items))))
}

fn undecided(mut item: Value, why: &str) -> Value {
    let conditions = item.pointer_mut("/result/conditions_results").unwrap();
    let error = json!({"status": "ERROR", "condition": "c", "more_info": why});
    conditions.as_array_mut().unwrap().push(error);
    item
}

fn gaps(report: &Report) -> Vec<Value> {
    let extras: Value = serde_json::from_str(&report.extras).unwrap();
    extras["not_examined"].as_array().unwrap().clone()
}

#[test]
fn what_a_working_check_left_out_is_not_examined() {
    let drift = || {
        item(
            "Feature Drift",
            json!({"b": {"Drift score": 0.01, "Method": "Kolmogorov-Smirnov"}}),
        )
    };
    let said = |items| {
        let gaps = gaps(&report(items));
        let gap = gaps
            .iter()
            .find(|it| it["why"].as_str().unwrap().contains("was not compared"));
        gap.map(|it| it["what"].clone())
    };
    assert_eq!(said(vec![sizes(500, 200), drift()]), None);
    assert_eq!(
        said(vec![sizes(500, 200), undecided(drift(), LEFT_OUT)]),
        Some(json!(["Feature Drift"]))
    );
    // One that could compare nothing says why as well.
    let mut nothing = undecided(item("Feature Drift", Value::Null), LEFT_OUT);
    nothing["result"]["conditions_results"]
        .as_array_mut()
        .unwrap()
        .remove(0);
    assert_eq!(said(vec![sizes(500, 200), nothing]), Some(json!(["Feature Drift"])));
}

#[test]
fn splits_told_apart_by_a_column_that_was_not_compared_are_no_mystery() {
    let items = |why: Option<&str>| {
        let drift = item(
            "Feature Drift",
            json!({"b": {"Drift score": 0.01, "Method": "Kolmogorov-Smirnov"}}),
        );
        let whole = json!({"domain_classifier_auc": 1.0, "domain_classifier_feature_importance": {"a": 1.0, "b": 0.0}});
        let drift = why.map_or(drift.clone(), |why| undecided(drift, why));
        vec![sizes(3000, 500), drift, item("Multivariate Drift", whole)]
    };
    let told = report(items(Some(LEFT_OUT)));
    let finding = &told.analyses[0].finding;
    assert_eq!(
        (finding.code.as_str(), finding.severity),
        ("checks.covariate_drift", Severity::Medium)
    );
    assert!(finding.description.contains("could not be compared by itself"));
    assert!(finding.evidence.contains("was not compared"), "{}", finding.evidence);
    // Of a column that was compared, and of another one, it stays the remark that it was.
    for why in [None, Some("`b` is text in the test table, and was not compared")] {
        let finding = &report(items(why)).analyses[0].finding;
        assert_eq!(finding.severity, Severity::Low);
        assert!(finding.description.contains("no single feature"));
    }
}
