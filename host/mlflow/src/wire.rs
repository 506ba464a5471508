//! MLflow's REST messages, as far as they are read. Everything may be missing: an empty message is
//! `{}`, and servers leave out what is empty.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value as Json;

#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    #[serde(default)]
    pub error_code: String,
    #[serde(default)]
    pub message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RunAnswer {
    pub run: Option<Run>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RunsAnswer {
    pub runs: Vec<Run>,
    pub next_page_token: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Run {
    pub info: RunInfo,
    pub data: RunData,
    pub inputs: RunInputs,
    pub outputs: RunOutputs,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RunInfo {
    pub run_id: String,
    pub run_uuid: String,
    pub run_name: Option<String>,
    pub experiment_id: String,
    pub status: Option<String>,
    pub artifact_uri: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RunData {
    pub metrics: Vec<Metric>,
    pub params: Vec<Pair>,
    pub tags: Vec<Pair>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Pair {
    pub key: String,
    pub value: String,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Metric {
    pub key: String,
    #[serde(deserialize_with = "number")]
    pub value: f64,
    #[serde(deserialize_with = "integer")]
    pub step: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RunInputs {
    pub dataset_inputs: Vec<DatasetInput>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DatasetInput {
    pub dataset: Dataset,
    pub tags: Vec<Pair>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Dataset {
    pub name: String,
    pub digest: String,
    pub schema: Option<String>,
    pub profile: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RunOutputs {
    pub model_outputs: Vec<ModelOutput>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ModelOutput {
    pub model_id: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct HistoryAnswer {
    pub metrics: Vec<Metric>,
    pub next_page_token: Option<String>,
}

/// One metric of several runs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct BulkAnswer {
    pub metrics: Vec<BulkPoint>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct BulkPoint {
    pub key: String,
    #[serde(deserialize_with = "number")]
    pub value: f64,
    #[serde(deserialize_with = "integer")]
    pub step: i64,
    pub run_id: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct FilesAnswer {
    pub files: Vec<FileInfo>,
    pub next_page_token: Option<String>,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct FileInfo {
    pub path: String,
    pub is_dir: bool,
    #[serde(deserialize_with = "integer")]
    pub file_size: i64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ExperimentAnswer {
    pub experiment: Option<Experiment>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ExperimentsAnswer {
    pub experiments: Vec<Experiment>,
    pub next_page_token: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Experiment {
    pub experiment_id: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ModelVersionAnswer {
    pub model_version: Option<ModelVersion>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ModelVersionsAnswer {
    pub model_versions: Vec<ModelVersion>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ModelVersion {
    pub source: Option<String>,
    pub run_id: Option<String>,
    pub model_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LoggedModelAnswer {
    pub model: Option<LoggedModel>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LoggedModel {
    pub info: LoggedModelInfo,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LoggedModelInfo {
    pub artifact_uri: Option<String>,
    pub source_run_id: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct RunsSearch<'a> {
    pub experiment_ids: &'a [String],
    pub filter: &'a str,
    pub max_results: usize,
    pub order_by: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_token: Option<&'a str>,
}

/// The largest double is what the store keeps for an infinity.
pub(crate) fn infinities(value: f64) -> f64 {
    if value == f64::MAX {
        f64::INFINITY
    } else if value == f64::MIN {
        f64::NEG_INFINITY
    } else {
        value
    }
}

/// A number, or the text `NaN`, `Infinity` or `-Infinity`.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    match Json::deserialize(deserializer)? {
        Json::Number(it) => Ok(infinities(it.as_f64().unwrap_or(f64::NAN))),
        Json::String(it) => it.trim().parse().map_err(D::Error::custom),
        other => Err(D::Error::custom(format!("`{other}` is no number"))),
    }
}

/// Protobuf's JSON writes 64-bit integers as texts; MLflow itself as numbers.
fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    match Json::deserialize(deserializer)? {
        Json::Number(it) => Ok(it.as_i64().or_else(|| it.as_f64().map(|it| it as i64)).unwrap_or(0)),
        Json::String(it) => it.trim().parse().map_err(D::Error::custom),
        Json::Null => Ok(0),
        other => Err(D::Error::custom(format!("`{other}` is no integer"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_each_spelling() {
        let metric = |text: &str| serde_json::from_str::<Metric>(text).unwrap();
        assert!(metric(r#"{"key": "a", "value": "NaN", "step": "7"}"#).value.is_nan());
        assert_eq!(metric(r#"{"value": 1, "step": "7"}"#).step, 7);
        assert_eq!(metric(r#"{"value": 1.7976931348623157e308}"#).value, f64::INFINITY);
        assert_eq!(metric(r#"{"value": "-Infinity"}"#).value, f64::NEG_INFINITY);
        assert!(serde_json::from_str::<Metric>(r#"{"value": "x"}"#).is_err());
        assert!(serde_json::from_str::<RunsAnswer>("{}").unwrap().runs.is_empty());
    }
}
