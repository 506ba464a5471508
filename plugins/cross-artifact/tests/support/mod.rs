//! Hand-made findings and artifacts.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value
)]

use deepfix_cross_artifact_plugin::CrossArtifactReasoner;
use deepfix_plugin::{
    AgentOutcome, Analysis, ArtifactKind, Finding, JudgedAnalysis, Outcome, Recommendation, Report, Severity,
    testing::FakeHost,
};
use serde_json::{Value as Json, json};

pub const DATASET: &str = "DatasetArtifactsAnalyzer";
pub const CHECKS: &str = "DeepchecksArtifactsAnalyzer";
pub const CHECKPOINT: &str = "ModelCheckpointArtifactsAnalyzer";
pub const TRAINING: &str = "TrainingArtifactsAnalyzer";

/// A finding that says its code in every text.
pub fn finding(code: &str, severity: Severity, confidence: f64) -> Analysis {
    Analysis {
        finding: Finding::new(code, severity, confidence, format!("evidence of {code}."))
            .description(format!("description of {code}.")),
        recommendation: Recommendation {
            action: format!("cure of {code}"),
            rationale: format!("rationale of {code}"),
            confidence,
            citations: Vec::new(),
        },
    }
}

pub fn kind(agent: &str) -> ArtifactKind {
    match agent {
        DATASET => ArtifactKind::Dataset,
        CHECKS => ArtifactKind::Deepchecks,
        CHECKPOINT => ArtifactKind::ModelCheckpoint,
        _ => ArtifactKind::Training,
    }
}

pub fn completed(agent: &str, analyses: Vec<Analysis>) -> AgentOutcome {
    let analyses = analyses
        .into_iter()
        .enumerate()
        .map(|(index, analysis)| JudgedAnalysis {
            id: format!("{agent}/{index}"),
            analysis,
            evidence_verified: true,
        })
        .collect();
    AgentOutcome {
        agent: agent.to_owned(),
        artifacts: vec![kind(agent)],
        outcome: Outcome::Completed {
            analyses,
            summary: String::new(),
            extras: String::new(),
        },
    }
}

pub struct Answer {
    pub report: Report,
    pub extras: Json,
}

impl Answer {
    pub fn codes(&self) -> Vec<&str> {
        self.report.analyses.iter().map(|it| it.finding.code.as_str()).collect()
    }

    pub fn cause(&self, code: &str) -> &Json {
        let causes = self.extras["root_causes"].as_array().unwrap();
        causes
            .iter()
            .find(|it| it["code"] == code)
            .unwrap_or_else(|| panic!("no cause {code} in {causes:?}"))
    }

    pub fn consequences(&self, code: &str) -> Vec<&str> {
        self.cause(code)["consequences"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["code"].as_str().unwrap())
            .collect()
    }

    pub fn ruled_out(&self) -> Vec<&str> {
        self.extras["ruled_out"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["code"].as_str().unwrap())
            .collect()
    }
}

pub fn reason(request: Json, outcomes: &[AgentOutcome]) -> Answer {
    let host = FakeHost::from_request(request);
    let report = host.reason::<CrossArtifactReasoner>(outcomes).unwrap();
    for analysis in &report.analyses {
        assert_eq!(host.verify(analysis), Vec::<String>::new(), "{}", analysis.finding.code);
    }
    let extras = serde_json::from_str(&report.extras).unwrap();
    Answer { report, extras }
}

/// Numbers from `from` to `to` that approach their end exponentially.
pub fn curve(from: f64, to: f64, points: usize, speed: f64) -> Vec<f64> {
    (0..points)
        .map(|it| to + (from - to) * (-speed * it as f64).exp())
        .collect()
}

/// A training artifact: `[train_loss, val_loss, train_accuracy, val_accuracy]`.
pub fn training(curves: [Vec<f64>; 4], params: Json) -> Json {
    let [train_loss, val_loss, train_accuracy, val_accuracy] = curves;
    let epochs: Vec<usize> = (0..train_loss.len()).collect();
    json!({
        "metrics_values": {
            "epoch": epochs, "train_loss": train_loss, "val_loss": val_loss,
            "train_accuracy": train_accuracy, "val_accuracy": val_accuracy,
        },
        "params": params,
    })
}

pub fn network(more: Json) -> Json {
    let mut params = json!({
        "model_name": "MLPClassifier", "optimizer": "adam", "learning_rate": 0.001, "batch_size": 32,
        "feature_scaling": "standard", "loss": "cross_entropy",
    });
    for (name, value) in more.as_object().unwrap() {
        params[name] = value.clone();
    }
    params
}

/// A run without faults.
pub fn healthy_training() -> Json {
    training(
        [
            curve(0.69, 0.3, 30, 0.2),
            curve(0.68, 0.35, 30, 0.2),
            curve(0.5, 0.9, 30, 0.2),
            curve(0.5, 0.88, 30, 0.2),
        ],
        network(json!({})),
    )
}

/// Statistics of a table with two features of the given deviations and a label of `classes`
/// equal classes.
pub fn dataset(rows: (usize, usize), deviations: (f64, f64), classes: usize) -> Json {
    let split = |rows: usize| {
        let feature = |std: f64| {
            json!({"count": rows, "mean": 0.0, "std": std, "min": -3.0 * std, "25%": -0.67 * std, "50%": 0.0,
                "75%": 0.67 * std, "max": 3.0 * std})
        };
        let (last, middle) = (classes as f64 - 1.0, (classes as f64 - 1.0) / 2.0);
        let std = ((classes * classes - 1) as f64 / 12.0).sqrt() * (rows as f64 / (rows as f64 - 1.0)).sqrt();
        json!({
            "feature_statistics": {
                "height": feature(deviations.0), "income": feature(deviations.1),
                "target": {"count": rows, "mean": middle, "std": std, "min": 0.0, "25%": 0.0, "50%": middle.floor(), "75%": last, "max": last},
            },
            "number_unique_values": {"height": rows / 2, "income": rows / 2, "target": classes},
            "numerical_features": ["height", "income"], "categorical_features": [],
        })
    };
    json!({"task_type": "tabular_classification", "train_statistics": split(rows.0), "test_statistics": split(rows.1)})
}

/// A finding as the host passes it on that a language model alone has made, three samples of three.
pub fn of_model(code: &str) -> Analysis {
    let mut it = finding(code, Severity::Medium, 0.44);
    it.finding.extras = json!({"llm": {"origin": "finding", "agreement": "3 of 3"}}).to_string();
    it
}
