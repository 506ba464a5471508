//! What the diagnosis has to reach on the labelled experiments beside the repository, where they
//! are: the rules run natively, so neither a component nor a host has to be built.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../native/mod.rs"]
#[allow(dead_code, unreachable_pub, missing_docs)]
mod native;

use std::path::{Path, PathBuf};

use deepfix_diagnosis_score::table;

/// The mean F1 over all injected faults.
const LEAST_MACRO_F1: f64 = 0.95;
/// The share of healthy experiments with an alarm of medium or high severity.
const MOST_CLEAN_ALARMS: f64 = 0.02;
/// The expected calibration error.
const MOST_ECE: f64 = 0.05;

fn corpus() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus-dev");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("not measured: no labelled experiments at {}", folder.display());
    None
}

#[test]
fn the_labelled_experiments_are_diagnosed() {
    let Some(corpus) = corpus() else { return };
    let measured = native::measure(&corpus).unwrap();
    let report = &measured.report;
    let figures = table(report, 30);
    assert_eq!(report.summary.errors, 0, "{figures}");
    assert!(report.summary.macro_f1 >= LEAST_MACRO_F1, "{figures}");
    assert!(report.summary.clean_fpr_medium <= MOST_CLEAN_ALARMS, "{figures}");
    assert!(report.calibration.ece <= MOST_ECE, "{figures}");
}

#[test]
fn the_same_experiments_give_the_same_answers() {
    let Some(corpus) = corpus() else { return };
    let answers = || -> Vec<String> {
        let measured = native::measure(&corpus).unwrap();
        let responses = measured
            .answers
            .iter()
            .map(|it| it.response.as_ref().unwrap().to_string());
        responses.collect()
    };
    assert_eq!(answers(), answers());
}
