//! What stands in the columns: leaks, texts among numbers, nulls of the label.

use super::*;

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
