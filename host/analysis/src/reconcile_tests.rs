use deepfix_core::{Analysis, Finding, JudgedAnalysis, Recommendation, Severity};

use super::*;
use crate::judge::object;

fn outcome(agent: &str, of: Vec<(&str, Option<Json>)>) -> Outcome {
    let analyses = of
        .into_iter()
        .enumerate()
        .map(|(index, (code, note))| {
            let mut it = analysis(code);
            it.finding.extras = note.map(|it| json!({"llm": it}).to_string()).unwrap_or_default();
            JudgedAnalysis {
                id: format!("{agent}/{index}"),
                analysis: it,
                facts: vec![],
                evidence_verified: true,
            }
        })
        .collect();
    Outcome {
        agent: agent.into(),
        artifacts: vec![],
        status: OutcomeStatus::Completed {
            analyses,
            summary: String::new(),
            extras: object(r#"{"model_claims": {"findings": 3, "wordings": 0, "dropped": []}}"#),
        },
        objections: vec![],
        retrieved: vec![],
    }
}

#[test]
fn what_repeats_or_contradicts_a_verified_rule_of_any_agent_is_dropped() {
    let model = || Some(json!({"origin": "finding"}));
    let mut outcomes = [
        outcome("A", vec![("training.overfitting", None)]),
        outcome(
            "B",
            vec![
                ("training.overfitting", model()),
                ("training.underfitting", model()),
                ("training.no_shuffle", model()),
            ],
        ),
    ];
    reconcile(outcomes.iter_mut(), None);
    let OutcomeStatus::Completed { analyses, extras, .. } = &outcomes[1].status else {
        panic!("completed")
    };
    assert_eq!(analyses.len(), 1);
    assert_eq!(analyses[0].analysis.finding.code, "training.no_shuffle");
    assert_eq!(extras["model_claims"]["findings"], 1);
    let reasons = extras["model_claims"]["dropped"].to_string();
    assert!(
        reasons.contains("already: A/0") && reasons.contains("contradicts"),
        "{reasons}"
    );
}

#[test]
fn what_the_reasoner_has_shown_across_artifacts_counts_too() {
    let model = || Some(json!({"origin": "finding"}));
    let mut outcomes = [outcome(
        "A",
        vec![("training.overfitting", model()), ("training.no_shuffle", model())],
    )];
    let codes = vec![("cross.drift_not_overfitting", None), ("training.no_shuffle", None)];
    reconcile(outcomes.iter_mut(), Some(&mut outcome("R", codes)));
    let OutcomeStatus::Completed { analyses, .. } = &outcomes[0].status else {
        panic!("completed")
    };
    let left: Vec<_> = analyses.iter().map(|it| it.analysis.finding.code.as_str()).collect();
    assert_eq!(left, ["training.no_shuffle"]);
}

#[test]
fn what_is_dropped_is_no_root_cause_any_more() {
    let model = || Some(json!({"origin": "finding"}));
    let mut outcomes = [outcome(
        "A",
        vec![("training.underfitting", model()), ("training.no_shuffle", model())],
    )];
    let codes = vec![
        ("cross.leakage_perfect_metric", None),
        ("training.underfitting", model()),
        ("training.no_shuffle", model()),
    ];
    let mut reasoner = outcome("R", codes);
    let OutcomeStatus::Completed { extras, .. } = &mut reasoner.status else {
        panic!("completed")
    };
    let cause = |code: &str, id: &str, effects: Json| json!({"code": code, "title": code, "findings": [id], "consequences": effects});
    let effects = json!([{"code": "training.underfitting", "findings": ["A/0"]}]);
    extras.insert(
        "root_causes".into(),
        json!([
            cause("cross.leakage_perfect_metric", "B/0", effects),
            cause("training.underfitting", "A/0", json!([])),
            cause("training.no_shuffle", "A/1", json!([])),
        ]),
    );
    let action = |cause: &str, rank: u64| json!({"rank": rank, "root_cause": cause});
    extras.insert(
        "actions".into(),
        json!([action("training.underfitting", 1), action("training.no_shuffle", 2)]),
    );
    extras.insert(
        "optimization_areas".into(),
        json!([
            "training.underfitting (medium)",
            "training.underfitting of one class (medium)",
            "training.no_shuffle (medium)",
        ]),
    );
    reconcile(outcomes.iter_mut(), Some(&mut reasoner));
    let OutcomeStatus::Completed { analyses, extras, .. } = &reasoner.status else {
        panic!("completed")
    };
    let left: Vec<_> = analyses.iter().map(|it| it.analysis.finding.code.as_str()).collect();
    assert_eq!(left, ["cross.leakage_perfect_metric", "training.no_shuffle"]);
    let causes = extras["root_causes"].to_string();
    assert!(
        !causes.contains("underfitting") && causes.contains("A/1") && causes.contains("B/0"),
        "{causes}"
    );
    assert_eq!(extras["actions"], json!([action("training.no_shuffle", 1)]));
    assert_eq!(
        extras["optimization_areas"],
        json!([
            "training.underfitting of one class (medium)",
            "training.no_shuffle (medium)"
        ])
    );
}

fn analysis(code: &str) -> Analysis {
    Analysis {
        finding: Finding {
            code: code.into(),
            description: "d".into(),
            evidence: String::new(),
            facts: vec![],
            severity: Severity::High,
            confidence: 0.99,
            extras: String::new(),
        },
        recommendation: Recommendation {
            action: "a".into(),
            rationale: String::new(),
            confidence: 0.99,
            citations: vec![],
        },
    }
}

#[test]
fn before_all_rules_have_spoken_a_models_findings_are_not_shown() {
    let model = Some(json!({"origin": "finding"}));
    let shown = without_models(&outcome(
        "A",
        vec![("training.no_shuffle", model), ("training.overfitting", None)],
    ));
    let OutcomeStatus::Completed { analyses, .. } = &shown.status else {
        panic!("completed")
    };
    assert_eq!(analyses.len(), 1);
    assert_eq!(analyses[0].analysis.finding.code, "training.overfitting");
}
