//! The real coordinator with the real components, in this process.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use deepfix_analysis::Coordinator;
use deepfix_artifacts::{FileAccess, FolderLimits, decode_value, parse_lenient, read_folder};
use deepfix_config::Config;
use deepfix_core::{Allowance, AnalyseOptions, Diagnosis, Experiment};
use deepfix_diagnosis_score::{Answer, Case};
use serde_json::Value as Json;

use crate::{Result, root};

/// Longer than any experiment of a corpus needs.
const PATIENCE: Duration = Duration::from_secs(120);

/// The agents that the configuration of the repository names.
pub(crate) async fn start() -> Result<Coordinator> {
    let mut config = Config::load(&root().join("deepfix.toml"))?;
    // What was dropped in here is not what is measured.
    config.plugins.folder = None;
    Ok(Coordinator::start(&config).await?)
}

/// Diagnoses the experiments one after the other, so that each has the machine for itself.
pub(crate) async fn answers(coordinator: &Coordinator, cases: &[Case]) -> Vec<Answer> {
    let mut answers = Vec::new();
    for case in cases {
        let started = Instant::now();
        let result = match read(&case.folder) {
            Ok(experiment) => {
                let options = AnalyseOptions {
                    request_id: case.label.case_id.as_str().into(),
                    time_left: PATIENCE,
                    progress: None,
                    allowance: Allowance::default(),
                };
                let response = coordinator.analyse(experiment, options).await;
                serde_json::to_value(&response).map_err(|error| error.to_string())
            }
            Err(error) => Err(error.to_string()),
        };
        let seconds = started.elapsed().as_secs_f64();
        let (response, error) = match result {
            Ok(response) => (Some(response), None),
            Err(error) => (None, Some(error)),
        };
        answers.push(Answer {
            response,
            seconds,
            error,
        });
    }
    answers
}

/// The request of a case, with the checkpoint that lies beside it, or else the folder's files.
fn read(folder: &Path) -> Result<Experiment> {
    let file = folder.join("request.json");
    if !file.is_file() {
        return Ok(read_folder(folder, &FolderLimits::default())?.experiment);
    }
    let mut request = parse_lenient(&fs::read(&file)?)?;
    if let Some(Json::Object(checkpoint)) = request.get_mut("model_checkpoint_artifacts")
        && checkpoint.get("path").is_none_or(Json::is_null)
    {
        // The corpus keeps the file under this name when the client sent none.
        checkpoint.insert("path".to_owned(), "model.safetensors".into());
    }
    let access = FileAccess::below(&[folder.to_owned()]);
    decode_value(request, &access).map_err(|problem| format!("{}: {problem}", file.display()).into())
}
