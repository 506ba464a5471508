//! Looking for runs on a tracking server.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    MlflowError, RunRecord,
    client::Client,
    server::{self, encoded},
    store::{Page, Place},
    wire::{
        ExperimentAnswer, ExperimentsAnswer, LoggedModelAnswer, ModelVersion, ModelVersionAnswer, ModelVersionsAnswer,
        RunsAnswer, RunsSearch,
    },
};

/// Experiments in which DeepFix clients record data sets, the newest generation's first.
const DATASET_EXPERIMENTS: [&str; 2] = ["deepfix", "deepfix_datasets"];
/// Runs of one answer.
const RUNS_PAGE: usize = 100;
/// Experiments of one answer, and of one search for a data set.
const EXPERIMENTS_PAGE: usize = 200;
/// Experiments that are looked through for a data set: 10,000 in 50 searches.
const MAX_EXPERIMENT_PAGES: usize = 50;
const NEWEST: [&str; 1] = ["attributes.start_time DESC"];

/// The newest run of DeepFix's own experiments that is named after the data set, or else the
/// newest run anywhere that has it as an input.
pub(crate) async fn dataset(client: &Client, name: &str) -> Result<RunRecord, MlflowError> {
    let doing = format!("looking for data set `{name}`");
    let quoted = quoted(name)?;
    for experiment in DATASET_EXPERIMENTS {
        let Some(id) = experiment_id(client, experiment).await? else {
            continue;
        };
        let exact = format!("attributes.run_name = {quoted}");
        if let Some(run) = first(client, std::slice::from_ref(&id), &exact, &doing).await? {
            return Ok(run);
        }
        // `{dataset}___{model}`. LIKE takes `_` for any character: what it gives is looked at.
        let prefix = format!("{name}___");
        let like = format!("attributes.run_name LIKE {}", self::quoted(&format!("{prefix}%"))?);
        let page = search(client, std::slice::from_ref(&id), &like, None, &doing).await?;
        if let Some(run) = page.runs.into_iter().find(|it| it.name.starts_with(&prefix)) {
            return Ok(run);
        }
    }
    let filter = format!("dataset.name = {quoted}");
    let mut token: Option<String> = None;
    let mut seen = BTreeSet::new();
    for _ in 0..MAX_EXPERIMENT_PAGES {
        let body = json!({ "max_results": EXPERIMENTS_PAGE, "page_token": token, "view_type": "ACTIVE_ONLY" });
        let answer: ExperimentsAnswer = client
            .search("/api/2.0/mlflow/experiments/search", &body, &doing)
            .await?;
        let ids: Vec<String> = answer.experiments.into_iter().map(|it| it.experiment_id).collect();
        if !ids.is_empty()
            && let Some(run) = first(client, &ids, &filter, &doing).await?
        {
            return Ok(run);
        }
        match answer.next_page_token.filter(|it| !it.is_empty()) {
            Some(next) if seen.insert(next.clone()) => token = Some(next),
            _ => break,
        }
    }
    Err(MlflowError::NotFound {
        uri: client.uri().to_owned(),
        what: format!("run that recorded a data set `{name}`"),
    })
}

/// A page of the runs of an experiment, by name or id, newest first.
pub(crate) async fn runs(
    client: &Client,
    experiment: &str,
    filter: &str,
    page: Option<&str>,
) -> Result<Page, MlflowError> {
    let doing = format!("searching the runs of experiment `{experiment}`");
    let id = match experiment_id(client, experiment).await? {
        Some(id) => id,
        None if experiment.bytes().all(|it| it.is_ascii_digit()) => experiment.to_owned(),
        None => {
            return Err(MlflowError::NotFound {
                uri: client.uri().to_owned(),
                what: format!("experiment `{experiment}`"),
            });
        }
    };
    search(client, &[id], filter, page, &doing).await
}

/// The run of a model, and the files of a logged model.
pub(crate) async fn model(client: &Client, name: &str) -> Result<(RunRecord, Option<Place>), MlflowError> {
    let missing = |what: String| MlflowError::NotFound {
        uri: client.uri().to_owned(),
        what,
    };
    let name = name.strip_prefix("models:/").unwrap_or(name).trim_matches('/');
    let (run, model) = if name.starts_with("m-") && !name.contains(['/', '@']) {
        (None, Some(name.to_owned()))
    } else {
        let version = version(client, name)
            .await?
            .ok_or_else(|| missing(format!("model `{name}`")))?;
        let source = version.source.unwrap_or_default();
        let logged = source
            .strip_prefix("models:/")
            .filter(|it| it.starts_with("m-"))
            .map(str::to_owned);
        (
            version.run_id.filter(|it| !it.is_empty()),
            version.model_id.filter(|it| !it.is_empty()).or(logged),
        )
    };
    let (source_run, place) = match &model {
        Some(id) => {
            let (run, place) = logged_model(client, id).await?;
            (run, Some(place))
        }
        None => (None, None),
    };
    match run.or(source_run) {
        Some(run) => Ok((server::run(client, &run).await?, place)),
        None => Err(missing(format!("run that made model `{name}`"))),
    }
}

/// The run that made a logged model, and its files.
pub(crate) async fn logged_model(client: &Client, id: &str) -> Result<(Option<String>, Place), MlflowError> {
    let doing = format!("getting model `{id}`");
    let path = format!("/api/2.0/mlflow/logged-models/{}", encoded(id));
    let answer: LoggedModelAnswer = client.get(&path, &[], &doing).await?;
    let info = answer
        .model
        .ok_or_else(|| MlflowError::NotFound {
            uri: client.uri().to_owned(),
            what: format!("model `{id}`"),
        })?
        .info;
    let place = Place::Model {
        id: id.to_owned(),
        uri: info.artifact_uri.unwrap_or_default(),
    };
    Ok((info.source_run_id.filter(|it| !it.is_empty()), place))
}

/// `name/version`, `name@alias` or `name`.
async fn version(client: &Client, name: &str) -> Result<Option<ModelVersion>, MlflowError> {
    let doing = format!("getting model `{name}`");
    if let Some((name, alias)) = name.split_once('@') {
        let query = [("name", name), ("alias", alias)];
        let answer: ModelVersionAnswer = client
            .get("/api/2.0/mlflow/registered-models/alias", &query, &doing)
            .await?;
        return Ok(answer.model_version);
    }
    if let Some((name, version)) = name.rsplit_once('/')
        && version != "latest"
    {
        let query = [("name", name), ("version", version)];
        let answer: ModelVersionAnswer = client.get("/api/2.0/mlflow/model-versions/get", &query, &doing).await?;
        return Ok(answer.model_version);
    }
    let name = name.strip_suffix("/latest").unwrap_or(name);
    let filter = format!("name = {}", quoted(name)?);
    let query = [
        ("filter", filter.as_str()),
        ("max_results", "1"),
        ("order_by", "version_number DESC"),
    ];
    let answer: ModelVersionsAnswer = client
        .get("/api/2.0/mlflow/model-versions/search", &query, &doing)
        .await?;
    Ok(answer.model_versions.into_iter().next())
}

async fn experiment_id(client: &Client, name: &str) -> Result<Option<String>, MlflowError> {
    let doing = format!("getting experiment `{name}`");
    let query = [("experiment_name", name)];
    match client
        .get::<ExperimentAnswer>("/api/2.0/mlflow/experiments/get-by-name", &query, &doing)
        .await
    {
        Ok(answer) => Ok(answer.experiment.map(|it| it.experiment_id)),
        Err(MlflowError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn first(client: &Client, ids: &[String], filter: &str, doing: &str) -> Result<Option<RunRecord>, MlflowError> {
    let body = RunsSearch {
        experiment_ids: ids,
        filter,
        max_results: 1,
        order_by: &NEWEST,
        page_token: None,
    };
    let answer: RunsAnswer = client.search("/api/2.0/mlflow/runs/search", &body, doing).await?;
    Ok(answer.runs.into_iter().next().map(Into::into))
}

async fn search(
    client: &Client,
    ids: &[String],
    filter: &str,
    page: Option<&str>,
    doing: &str,
) -> Result<Page, MlflowError> {
    let body = RunsSearch {
        experiment_ids: ids,
        filter,
        max_results: RUNS_PAGE,
        order_by: &NEWEST,
        page_token: page,
    };
    let answer: RunsAnswer = client.search("/api/2.0/mlflow/runs/search", &body, doing).await?;
    Ok(Page {
        runs: answer.runs.into_iter().map(Into::into).collect(),
        next: answer
            .next_page_token
            .filter(|it| !it.is_empty() && Some(it.as_str()) != page),
    })
}

/// A name as a filter has it. The grammar has no escapes, so the name must lack one of the quotes.
fn quoted(name: &str) -> Result<String, MlflowError> {
    let quote = ['\'', '"'].into_iter().find(|it| !name.contains(*it));
    match quote {
        Some(quote) => Ok(format!("{quote}{name}{quote}")),
        None => Err(MlflowError::Filter(format!(
            "the name {name:?} has both kinds of quotes: MLflow cannot search for it; name the run instead"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_its_quotes() {
        assert_eq!(quoted("a b").unwrap(), "'a b'");
        assert_eq!(quoted("it's").unwrap(), "\"it's\"");
        assert!(quoted("'\" OR 1").is_err());
    }
}
