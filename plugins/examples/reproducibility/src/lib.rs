//! Could somebody repeat this training? Looks for what a rerun needs among the training
//! parameters: a random seed, the version of the code and that of the data.

use deepfix_plugin::{
    Analyzer, ArtifactKind, Context, Description, Error, Finding, Recommendation, Report, Severity, Source, join,
};
use serde_json::{Map, Value};

/// Names under which frameworks and people log the seed.
const SEED: [&str; 6] = [
    "seed",
    "random_seed",
    "random_state",
    "manual_seed",
    "global_seed",
    "data_seed",
];
/// Names of the code's version.
const CODE: [&str; 6] = [
    "git_commit",
    "commit",
    "git_sha",
    "revision",
    "code_version",
    "source_version",
];
/// Names of the data's version.
const DATA: [&str; 6] = [
    "data_version",
    "dataset_version",
    "data_hash",
    "dataset_hash",
    "data_digest",
    "dvc_rev",
];

/// The analyzer.
pub struct Reproducibility;

impl Analyzer for Reproducibility {
    fn describe() -> Description {
        Description::new(
            "reproducibility",
            env!("CARGO_PKG_VERSION"),
            "Says whether a training could be repeated: seed, version of the code, version of the data.",
        )
        .requires(ArtifactKind::Training)
        .codes(["reproducibility.no_seed", "reproducibility.no_version"])
    }

    fn analyze(cx: &Context<'_>) -> Result<Report, Error> {
        let Some(params) = cx.read::<Map<String, Value>>(ArtifactKind::Training, "/params")? else {
            return Ok(Report::new(
                "No training parameters were sent: nothing could be checked.",
            ));
        };
        let mut report = Report::default();
        match find(&params, &SEED) {
            None => report.push(no_seed(&params), seed_everything()),
            Some((name, seed)) => {
                report.summary = format!("The training used `{name}` = {seed}.");
            }
        }
        if find(&params, &CODE).is_none() && find(&params, &DATA).is_none() {
            let evidence = format!(
                "none of {} and {} is among the parameters",
                join(CODE, 6),
                join(DATA, 6)
            );
            report.push(
                Finding::new("reproducibility.no_version", Severity::Low, 0.7, evidence)
                    .description("Neither the version of the code nor that of the data was logged.")
                    .computed("parameters", params.len()),
                "Log the commit as `git_commit` and a hash of the training file as `data_hash` with every run.",
            );
        }
        if report.summary.is_empty() {
            report.summary = "The training cannot be repeated exactly.".to_owned();
        }
        Ok(report)
    }
}

/// The first of the names that has a value, whatever its case.
fn find<'a>(params: &'a Map<String, Value>, names: &[&str]) -> Option<(&'a String, &'a Value)> {
    params
        .iter()
        .find(|(name, value)| !value.is_null() && names.contains(&name.to_lowercase().as_str()))
}

fn no_seed(params: &Map<String, Value>) -> Finding {
    let evidence = format!("none of {} is among the {} parameters", join(SEED, 6), params.len());
    let mut finding = Finding::new("reproducibility.no_seed", Severity::Low, 0.8, evidence)
        .description("No random seed was logged: a rerun will differ, and nobody can tell by how much.");
    // A fact with a source is read again by the host: the finding is then `evidence_verified`.
    if let Some((name, value)) = params.iter().find_map(|(name, value)| Some((name, value.as_str()?))) {
        let source = Source::document(ArtifactKind::Training, ["params", name.as_str()]);
        finding = finding.fact(format!("parameter {name}"), value, source);
    }
    finding
}

fn seed_everything() -> Recommendation {
    Recommendation {
        action: "Set and log one `seed` for Python, NumPy, the framework and the data loader's workers.".to_owned(),
        rationale: "Run three seeds once: their spread is the smallest difference between two models that means \
                    anything."
            .to_owned(),
        confidence: 0.8,
        citations: Vec::new(),
    }
}

deepfix_plugin::export_analyzer!(Reproducibility);

#[cfg(test)]
mod tests {
    use deepfix_plugin::testing::FakeHost;
    use serde_json::json;

    use super::*;

    fn codes(params: Value) -> Vec<String> {
        let host = FakeHost::from_request(json!({ "training_artifacts": { "params": params } }));
        let report = host.analyze::<Reproducibility>().unwrap();
        // What the host would object to.
        for analysis in &report.analyses {
            assert_eq!(host.verify(analysis), Vec::<String>::new());
        }
        report.analyses.into_iter().map(|it| it.finding.code).collect()
    }

    #[test]
    fn a_run_without_seed_and_versions_cannot_be_repeated() {
        assert_eq!(
            codes(json!({"optimizer": "adam"})),
            ["reproducibility.no_seed", "reproducibility.no_version"]
        );
    }

    #[test]
    fn other_names_of_the_seed_count_too() {
        assert_eq!(
            codes(json!({"Random_State": 7, "git_commit": "abc"})),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_seed_of_none_is_no_seed() {
        assert_eq!(
            codes(json!({"seed": null, "data_hash": "abc"})),
            ["reproducibility.no_seed"]
        );
    }
}
