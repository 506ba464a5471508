//! The main job on real input: a sick and a healthy experiment.

use std::process::Command;

use crate::{
    build,
    process::{self, root, stage},
};

const SICK: &str = "examples/leaky-biopsy";
const HEALTHY: &str = "examples/healthy-wine";

/// Builds what is missing and diagnoses both.
pub(crate) fn run_one(folder: &str) -> Result<(), String> {
    stage(&format!("deepfix analyse {folder}"));
    process::run(
        Command::new(build::binary())
            .args(["analyse", folder])
            .current_dir(root()),
    )
}

/// `cargo xtask demo`.
pub(crate) fn run() -> Result<(), String> {
    build::all()?;
    run_one(SICK)?;
    run_one(HEALTHY)
}
