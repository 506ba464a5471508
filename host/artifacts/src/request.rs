//! A request body as an experiment.

use deepfix_core::{Artifact, ArtifactKind, Experiment, MlflowSource, MlflowTarget, Problem, ProblemCode};
use serde_json::{Map, Value as Json};

use crate::{FileAccess, checkpoint, checks, dataset, describe::describe, parse_lenient, training};

/// The language of a request that names none.
const DEFAULT_LANGUAGE: &str = "english";
/// Names appear in logs and summaries.
const MAX_NAME: usize = 1000;

/// Reads a request body.
///
/// # Errors
/// What is wrong with it: the field, what was found and what was expected.
pub fn decode_request(body: &[u8], access: &FileAccess) -> Result<Experiment, Problem> {
    let value = parse_lenient(body).map_err(|error| {
        let found = if body.is_empty() {
            "an empty body".to_owned()
        } else {
            error.to_string()
        };
        Problem::new(
            ProblemCode::MalformedJson,
            format!("found {found}, expected a JSON object"),
        )
        .at("", found, "a JSON object")
    })?;
    decode_value(value, access)
}

/// Reads a request that is parsed already.
///
/// # Errors
/// As [`decode_request`].
pub fn decode_value(value: Json, access: &FileAccess) -> Result<Experiment, Problem> {
    let Json::Object(mut request) = value else {
        return Err(Problem::field("", describe(&value), "an object with artifacts"));
    };
    let mut experiment = Experiment {
        dataset_name: text(&request, "dataset_name")?,
        model_name: text(&request, "model_name")?.unwrap_or_default(),
        language: text(&request, "language")?
            .map(|it| it.trim().to_lowercase())
            .filter(|it| !it.is_empty())
            .unwrap_or_else(|| DEFAULT_LANGUAGE.to_owned()),
        ..Experiment::default()
    };
    for kind in ArtifactKind::ALL {
        let member = kind.request_member();
        let Some(document) = request.remove(member).filter(|it| !it.is_null()) else {
            continue;
        };
        let pointer = format!("/{member}");
        let artifact = artifact(kind, &pointer, document, access, &mut experiment.warnings)?;
        experiment.artifacts.insert(kind, artifact);
    }
    experiment.source = source(request.remove("mlflow"))?;
    if experiment.artifacts.is_empty() && experiment.source.is_none() {
        let members = ArtifactKind::ALL.map(ArtifactKind::request_member).join("`, `");
        let found = "none of them, or only null";
        let expected = format!("at least one of `{members}`, `mlflow`");
        return Err(Problem::new(
            ProblemCode::NothingToAnalyse,
            format!("found {found}, expected {expected}"),
        )
        .at("", found, expected));
    }
    if experiment.dataset_name.is_none() {
        let inner = |kind| experiment.artifacts.get(kind)?.document.get("dataset_name")?.as_str();
        experiment.dataset_name = inner(ArtifactKind::Dataset)
            .or_else(|| inner(ArtifactKind::Deepchecks))
            .map(str::to_owned);
    }
    Ok(experiment)
}

fn artifact(
    kind: ArtifactKind,
    pointer: &str,
    document: Json,
    access: &FileAccess,
    warnings: &mut Vec<String>,
) -> Result<Artifact, Problem> {
    let plain = |document| Artifact {
        document,
        ..Artifact::default()
    };
    match kind {
        ArtifactKind::Dataset => dataset::normalise(pointer, document).map(plain),
        ArtifactKind::Deepchecks => checks::normalise(pointer, document, warnings).map(plain),
        ArtifactKind::ModelCheckpoint => checkpoint::read(pointer, document, access, warnings),
        ArtifactKind::Training => training::read(pointer, document, access, warnings),
    }
}

/// `mlflow {run_id | dataset_name | model, tracking_uri?, write_back?}`.
fn source(member: Option<Json>) -> Result<Option<MlflowSource>, Problem> {
    let source = match member {
        None | Some(Json::Null) => return Ok(None),
        Some(Json::Object(source)) => source,
        Some(other) => return Err(Problem::field("/mlflow", describe(&other), "an object or null")),
    };
    let within = |problem: Problem| {
        let (pointer, found, expected) = (
            format!("/mlflow{}", problem.pointer.unwrap_or_default()),
            problem.found.unwrap_or_default(),
            problem.expected.unwrap_or_default(),
        );
        Problem::field(pointer, found, expected)
    };
    let text = |member: &str| {
        let text = text(&source, member).map_err(within)?;
        Ok(text.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()))
    };
    let targets: Vec<MlflowTarget> = [
        text("run_id")?.map(MlflowTarget::Run),
        text("dataset_name")?.map(MlflowTarget::Dataset),
        text("model")?.map(MlflowTarget::Model),
    ]
    .into_iter()
    .flatten()
    .collect();
    match <[MlflowTarget; 1]>::try_from(targets) {
        Ok([target]) => Ok(Some(MlflowSource {
            tracking_uri: text("tracking_uri")?,
            target,
            write_back: match source.get("write_back") {
                None | Some(Json::Null) => false,
                Some(Json::Bool(it)) => *it,
                Some(other) => {
                    return Err(Problem::field(
                        "/mlflow/write_back",
                        describe(other),
                        "true, false or null",
                    ));
                }
            },
        })),
        Err(targets) => {
            let found = if targets.is_empty() {
                "none of them".to_owned()
            } else {
                let members: Vec<_> = targets.iter().map(MlflowTarget::member).collect();
                format!("`{}`", members.join("` and `"))
            };
            Err(Problem::field(
                "/mlflow",
                found,
                "one of `run_id`, `dataset_name` and `model`",
            ))
        }
    }
}

fn text(request: &Map<String, Json>, member: &str) -> Result<Option<String>, Problem> {
    match request.get(member) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) if text.len() > MAX_NAME => Err(Problem::field(
            format!("/{member}"),
            format!("a string of {} bytes", text.len()),
            format!("at most {MAX_NAME} bytes"),
        )),
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(other) => Err(Problem::field(
            format!("/{member}"),
            describe(other),
            "a string or null",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(body: &str) -> Result<Experiment, Problem> {
        decode_request(body.as_bytes(), &FileAccess::default())
    }

    #[test]
    fn keys_may_be_null_unknown_or_absent() {
        let it = decode(
            r#"{"dataset_name": null, "dataset_artifacts": {"dataset_name": "d", "train_statistics": {}},
                "training_artifacts": null, "original_code": "print(1)", "verify_repairs": true, "language": "French "}"#,
        )
        .unwrap();
        assert_eq!(it.dataset_name.as_deref(), Some("d"));
        assert_eq!(it.language, "french");
        assert_eq!(it.artifacts.kinds().collect::<Vec<_>>(), [ArtifactKind::Dataset]);
    }

    #[test]
    fn what_is_not_json_or_no_object_is_refused_with_its_place() {
        let problem = decode("{\"a\": }").unwrap_err();
        assert_eq!((problem.status, problem.code), (400, "malformed_json"));
        assert!(problem.detail.contains("line 1 column 7"), "{problem}");
        assert!(decode("").unwrap_err().detail.contains("found an empty body"));
        let problem = decode("[]").unwrap_err();
        assert_eq!((problem.status, problem.code), (422, "invalid_field"));
    }

    #[test]
    fn a_request_without_artifacts_says_which_ones_there_are() {
        let problem = decode(r#"{"dataset_name": "x", "dataset_artifacts": null}"#).unwrap_err();
        assert_eq!(problem.code, "nothing_to_analyse");
        assert!(problem.detail.contains("`training_artifacts`"), "{problem}");
    }

    #[test]
    fn a_field_of_the_wrong_type_is_named() {
        let problem = decode(r#"{"language": 3, "training_artifacts": {}}"#).unwrap_err();
        assert_eq!(
            problem.detail,
            "`/language`: found the number 3, expected a string or null"
        );
        let problem = decode(r#"{"training_artifacts": "x"}"#).unwrap_err();
        assert_eq!(problem.pointer.as_deref(), Some("/training_artifacts"));
    }

    #[test]
    fn mlflow_stands_for_artifacts_and_names_one_thing() {
        let it = decode(r#"{"mlflow": {"run_id": " ab ", "tracking_uri": null}}"#).unwrap();
        let source = it.source.unwrap();
        assert_eq!(source.target, MlflowTarget::Run("ab".to_owned()));
        assert_eq!(source.tracking_uri, None);
        let problem = decode(r#"{"mlflow": {"run_id": "a", "model": "b"}}"#).unwrap_err();
        assert_eq!(
            problem.detail,
            "`/mlflow`: found `run_id` and `model`, expected one of `run_id`, `dataset_name` and `model`"
        );
        let problem = decode(r#"{"mlflow": {"run_id": 3}}"#).unwrap_err();
        assert_eq!(problem.pointer.as_deref(), Some("/mlflow/run_id"));
        let it = decode(r#"{"mlflow": {"run_id": "a", "write_back": true}}"#).unwrap();
        assert!(it.source.unwrap().write_back);
        let problem = decode(r#"{"mlflow": {"run_id": "a", "write_back": 1}}"#).unwrap_err();
        assert_eq!(problem.pointer.as_deref(), Some("/mlflow/write_back"));
        assert!(decode(r#"{"mlflow": {}}"#).is_err());
        assert!(decode(r#"{"mlflow": "x"}"#).is_err());
    }

    #[test]
    fn bare_nan_is_a_number() {
        let it = decode(r#"{"training_artifacts": {"metrics_values": {"loss": [1.0, NaN]}}}"#).unwrap();
        let table = &it.artifacts.get(ArtifactKind::Training).unwrap().tables["metrics"];
        assert_eq!(table.column("loss").unwrap().data.text(1).as_deref(), Some("NaN"));
    }
}
