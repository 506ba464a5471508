//! What who runs the service relies on: the whole API by its document, traces, the dashboard, SIGHUP,
//! budgets of tenants.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod api;
mod budgets;
mod dashboard;
mod reload;
mod traces;

use std::time::{Duration, Instant};

use deepfix_model_server::{ModelServer, obliging};
use deepfix_system_tests::{Home, Server, root};
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until something holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        // What is waited for needs this processor too.
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn signal(server: &Server, signal: rustix::process::Signal) {
    let process = rustix::process::Pid::from_raw(i32::try_from(server.process()).unwrap()).unwrap();
    rustix::process::kill_process(process, signal).unwrap();
}

fn training() -> Value {
    let epochs: Vec<f64> = (0..40).map(f64::from).collect();
    let train: Vec<f64> = epochs.iter().map(|it| 1.5 * (-it / 8.0).exp() + 0.01).collect();
    let validation: Vec<f64> = epochs.iter().map(|it| 0.5 + (it - 8.0).powi(2) / 900.0).collect();
    json!({
        "dataset_name": "of a tenant", "language": "english",
        "training_artifacts": {
            "metrics_values": {"epoch": epochs, "train_loss": train, "val_loss": validation},
            "params": {"learning_rate": 0.001},
        },
    })
}
