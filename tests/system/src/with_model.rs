//! What tests with a language model have in common.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{Home, Server, assert_well_formed};

/// A run that overfits, as a client sends it.
#[must_use]
pub fn request(language: &str, column: &str) -> Value {
    let epochs: Vec<f64> = (0..40).map(f64::from).collect();
    let train: Vec<f64> = epochs.iter().map(|it| 1.5 * (-it / 8.0).exp() + 0.01).collect();
    let validation: Vec<f64> = epochs.iter().map(|it| 0.5 + (it - 8.0).powi(2) / 900.0).collect();
    json!({
        "dataset_name": "d",
        "language": language,
        "dataset_artifacts": {
            "dataset_name": "d", "task_type": "tabular_classification",
            "train_statistics": {
                "number_unique_values": {column: 3, "label": 2}, "numerical_features": [column],
                "feature_statistics": {column: {"count": 900, "mean": 2.5, "std": 1.5, "min": 0.0, "max": 5.0}},
            },
        },
        "training_artifacts": {
            "metrics_values": {"epoch": epochs, "train_loss": train, "val_loss": validation},
            "params": {"learning_rate": 0.001, "optimizer": "adam", "note": column},
        },
    })
}

/// The server's answer to a request, well formed, the server, and how long it took.
///
/// # Panics
/// There is no such answer.
#[must_use]
pub fn analyse(home: &Home, request: &Value) -> (Value, Server, Duration) {
    let server = Server::start(home);
    let started = Instant::now();
    let answer = server.post("/v1/analyse", request.to_string());
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_well_formed(&answer.body);
    (answer.body, server, started.elapsed())
}

/// A home with a model and a plugin of others that says what it is told, and passes a model's words on: the
/// guest `repeats_model`, which is built at `component`.
///
/// # Panics
/// The component is not there.
#[must_use]
pub fn home_with_one_that_repeats(model: &str, component: &Path, text: &str) -> Home {
    let home = Home::new();
    std::fs::copy(component, home.path().join("components/repeats_model.wasm")).unwrap();
    home.with_model(model, &[]);
    home.configure(|before| {
        format!(
            "{before}\n[[agent]]\nname = \"repeats_model\"\ncomponent = \"components/repeats_model.wasm\"\n\
             artifacts = [\"training\"]\ncapabilities = [\"llm\"]\nsettings = {{ text = {text:?} }}\n"
        )
    });
    home
}

/// The findings of the rules of all analyzers, word by word.
///
/// # Panics
/// The response has no results.
#[must_use]
pub fn rules(response: &Value) -> Value {
    let results = response["agent_results"].as_object().unwrap().clone();
    let analyses = results
        .into_iter()
        .filter(|(name, _)| name != "CrossArtifactReasoningAgent");
    analyses
        .map(|(name, it)| (name, it["analysis"].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// The answer where no language model is configured.
#[must_use]
pub fn without_model(request: &Value) -> Value {
    analyse(&Home::new(), request).0
}
