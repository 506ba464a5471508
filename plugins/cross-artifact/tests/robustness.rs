//! Whatever arrives, the reasoner answers.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use deepfix_cross_artifact_plugin::CrossArtifactReasoner;
use deepfix_plugin::{
    AgentOutcome, Analysis, ArtifactKind, Error, Fact, JudgedAnalysis, Outcome, Reasoner, Severity, Source, Value,
    testing::{FakeHost, FakeTable},
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn json_value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i32>().prop_map(Json::from),
        prop_oneof![Just(0.0), Just(-1e308), Just(1e-300), any::<f64>()].prop_map(|it| json!(it)),
        prop_oneof!["NaN", "Infinity", "none", "standard", "[a-z_]{0,8}"].prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        let key = prop_oneof![
            Just("train_statistics".to_owned()),
            Just("test_statistics".to_owned()),
            Just("feature_statistics".to_owned()),
            Just("number_unique_values".to_owned()),
            Just("numerical_features".to_owned()),
            Just("target".to_owned()),
            Just("std".to_owned()),
            Just("count".to_owned()),
            Just("params".to_owned()),
            Just("metrics_values".to_owned()),
            Just("train_loss".to_owned()),
            Just("val_loss".to_owned()),
            Just("val_accuracy".to_owned()),
            Just("train_accuracy".to_owned()),
            Just("epoch".to_owned()),
            Just("batch_size".to_owned()),
            Just("feature_scaling".to_owned()),
            Just("config".to_owned()),
            Just("num_labels".to_owned()),
            Just("input_dim".to_owned()),
            Just("results".to_owned()),
            "[a-z/~]{0,6}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::Array),
            prop::collection::vec((key, inner), 0..6).prop_map(|it| Json::Object(it.into_iter().collect())),
        ]
    })
}

fn severity() -> impl Strategy<Value = Severity> {
    prop_oneof![Just(Severity::Low), Just(Severity::Medium), Just(Severity::High)]
}

fn analysis() -> impl Strategy<Value = Analysis> {
    let codes = CrossArtifactReasoner::describe().codes;
    let code = prop_oneof![4 => prop::sample::select(codes), 1 => "[a-z.]{0,12}"];
    (code, severity(), any::<f64>(), ".{0,40}", any::<f64>()).prop_map(|(code, severity, confidence, text, number)| {
        let mut it = support::finding(&code, severity, 0.5);
        it.finding.confidence = confidence;
        it.recommendation.confidence = confidence;
        it.finding.evidence = text.clone();
        it.recommendation.action = text;
        it.finding.facts = vec![Fact {
            label: "x".to_owned(),
            value: Value::Number(number),
            source: Some(Source::pointer(ArtifactKind::Training, "/params/none")),
        }];
        it
    })
}

fn outcome() -> impl Strategy<Value = AgentOutcome> {
    let completed =
        (prop::collection::vec((analysis(), any::<bool>()), 0..8), json_value()).prop_map(|(list, extras)| {
            let analyses = list
                .into_iter()
                .enumerate()
                .map(|(index, (analysis, verified))| JudgedAnalysis {
                    id: format!("a/{index}"),
                    analysis,
                    evidence_verified: verified,
                })
                .collect();
            Outcome::Completed {
                analyses,
                summary: String::new(),
                extras: json!({"not_examined": [extras], "checked": extras}).to_string(),
            }
        });
    let outcome = prop_oneof![
        4 => completed,
        1 => ".{0,20}".prop_map(|it| Outcome::Failed(Error::Internal(it))),
        1 => ".{0,20}".prop_map(Outcome::Skipped),
    ];
    let agent = prop_oneof![
        Just(support::TRAINING.to_owned()),
        Just(support::DATASET.to_owned()),
        ".{0,10}"
    ];
    (agent, outcome).prop_map(|(agent, outcome)| AgentOutcome {
        agent,
        artifacts: vec![ArtifactKind::Training],
        outcome,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_outcomes_and_artifacts_get_an_answer(
        outcomes in prop::collection::vec(outcome(), 0..5),
        dataset in json_value(), checks in json_value(), checkpoint in json_value(), training in json_value(),
        french in any::<bool>(),
    ) {
        let host = FakeHost::from_request(json!({
            "dataset_artifacts": dataset, "deepchecks_artifacts": checks,
            "model_checkpoint_artifacts": checkpoint, "training_artifacts": training,
            "language": if french { "french" } else { "english" },
        }));
        let report = host.reason::<CrossArtifactReasoner>(&outcomes).unwrap();
        prop_assert!(!report.analyses.is_empty());
        prop_assert!(!report.summary.is_empty());
        let extras: Json = serde_json::from_str(&report.extras).unwrap();
        for key in ["root_causes", "actions", "ruled_out", "not_examined", "agents_failed", "optimization_areas", "constraints"] {
            prop_assert!(extras[key].is_array(), "{}", key);
        }
        let codes = CrossArtifactReasoner::describe().codes;
        for analysis in &report.analyses {
            prop_assert!((0.0..=1.0).contains(&analysis.finding.confidence));
            prop_assert!((0.0..=1.0).contains(&analysis.recommendation.confidence));
            prop_assert!(codes.contains(&analysis.finding.code));
        }
    }
}

/// Numbers as statistics may hold them, and as none should.
fn number() -> impl Strategy<Value = Json> {
    prop_oneof![
        3 => (-5.0..5.0).prop_map(|it: f64| json!(it)),
        2 => (0_u32..12).prop_map(Json::from),
        1 => prop_oneof![Just(json!(0)), Just(json!(-1)), Just(json!(1e300)), Just(json!(-1e300)), Just(json!(1e-300))],
        1 => prop_oneof![Just(json!("NaN")), Just(json!("Infinity")), Just(json!("-Infinity")), Just(Json::Null), Just(json!("text"))],
    ]
}

/// Statistics of some columns, the label among them, that need not agree with each other.
fn split() -> impl Strategy<Value = Json> {
    let column = prop::collection::vec(number(), 8).prop_map(|it| {
        let names = ["count", "mean", "std", "min", "25%", "50%", "75%", "max"];
        Json::Object(names.iter().map(|name| (*name).to_owned()).zip(it).collect())
    });
    (prop::collection::vec((column, number()), 1..5), 0_usize..3).prop_map(|(columns, rows)| {
        let name = |place: usize| {
            if place == 0 {
                "target".to_owned()
            } else {
                format!("x{place}")
            }
        };
        let mut statistics = serde_json::Map::new();
        let mut unique = serde_json::Map::new();
        for (place, (mut column, values)) in columns.into_iter().enumerate() {
            if rows > 0 {
                column["count"] = json!([1, 400][rows - 1]);
            }
            statistics.insert(name(place), column);
            unique.insert(name(place), values);
        }
        json!({"feature_statistics": statistics, "number_unique_values": unique})
    })
}

fn curves() -> impl Strategy<Value = Json> {
    let columns = [
        "epoch",
        "train_loss",
        "val_loss",
        "train_accuracy",
        "val_accuracy",
        "train_r2",
        "val_r2",
        "learning_rate",
        "grad_norm/layers.0",
    ];
    prop::collection::vec(prop::collection::vec(number(), 0..25), columns.len()).prop_map(move |it| {
        Json::Object(
            columns
                .iter()
                .map(|name| (*name).to_owned())
                .zip(it.into_iter().map(Json::Array))
                .collect(),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn statistics_and_curves_that_contradict_themselves_get_an_answer(
        train in split(), test in split(), curves in curves(), outcomes in prop::collection::vec(outcome(), 0..3),
        settings in prop::collection::vec(number(), 6),
    ) {
        let names = ["batch_size", "hidden_sizes", "num_epochs", "feature_scaling", "dropout", "patience"];
        let params: serde_json::Map<String, Json> = names.iter().map(|name| (*name).to_owned()).zip(settings).collect();
        let host = FakeHost::from_request(json!({
            "dataset_artifacts": {"task_type": "tabular_classification", "train_statistics": train, "test_statistics": test},
            "training_artifacts": {"metrics_values": curves, "params": params},
        }));
        let report = host.reason::<CrossArtifactReasoner>(&outcomes).unwrap();
        prop_assert!(!report.analyses.is_empty());
        for analysis in &report.analyses {
            prop_assert!((0.0..=1.0).contains(&analysis.finding.confidence));
        }
    }
}

#[test]
fn a_thousand_columns_and_a_single_row_get_an_answer() {
    let split = |columns: usize, rows: usize| {
        let statistics: serde_json::Map<String, Json> = (0..columns)
            .map(|it| (format!("x{it}"), json!({"count": rows, "mean": 1.0, "std": if rows > 1 { json!(0.0) } else { Json::Null }, "min": 1.0, "max": 1.0})))
            .collect();
        let unique: serde_json::Map<String, Json> = (0..columns).map(|it| (format!("x{it}"), json!(1))).collect();
        json!({"feature_statistics": statistics, "number_unique_values": unique})
    };
    for (columns, rows) in [(1000, 500), (3, 1), (0, 0)] {
        let answer = support::reason(
            json!({"dataset_artifacts": {"train_statistics": split(columns, rows), "test_statistics": split(columns, rows)},
                "training_artifacts": support::healthy_training()}),
            &[],
        );
        assert!(!answer.report.analyses.is_empty());
    }
}

#[test]
fn thousands_of_findings_are_no_burden() {
    let codes = CrossArtifactReasoner::describe().codes;
    let list = (0..5000)
        .map(|it| support::finding(&codes[it % codes.len()], Severity::Medium, 0.5))
        .collect();
    let answer = support::reason(json!({}), &[support::completed("Acme", list)]);
    assert!(!answer.report.analyses.is_empty() && answer.report.analyses.len() <= 40);
}

#[test]
fn a_million_points_are_no_burden() {
    let values = (0..1_000_000).map(|it| 1.0 / (1.0 + f64::from(it))).collect::<Vec<_>>();
    let table = FakeTable::default()
        .with_numbers("train_loss", &values)
        .with_numbers("val_loss", &values);
    let host = FakeHost::new().with_table(ArtifactKind::Training, "metrics", table);
    let report = host
        .reason::<CrossArtifactReasoner>(&[support::completed(support::TRAINING, Vec::new())])
        .unwrap();
    assert_eq!(report.analyses[0].finding.code, "cross.healthy");
}
