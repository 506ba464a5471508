//! The report as a whole: merging, healthy experiments, failures, other plugins, languages.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod examined;
mod findings;
#[path = "../support/mod.rs"]
mod support;
mod wording;

use deepfix_cross_artifact_plugin::CrossArtifactReasoner;
use deepfix_plugin::{
    AgentOutcome, ArtifactKind, Error, Outcome,
    Severity::{High, Low, Medium},
};
use serde_json::{Value as Json, json};
use support::*;

fn failed(agent: &str) -> AgentOutcome {
    AgentOutcome {
        agent: agent.to_owned(),
        artifacts: vec![kind(agent)],
        outcome: Outcome::Failed(Error::TimedOut("5 s are over".to_owned())),
    }
}
