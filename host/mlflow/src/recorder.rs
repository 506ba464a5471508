//! Logging a run to a tracking server: its files, in the layout that DeepFix clients write.

use std::{path::Path, time::SystemTime};

use serde_json::{Value as Json, json};

use crate::{MlflowError, Settings, access::Access, client::SharedClient, server, store::Place, wire::RunAnswer};

/// A run that is being logged.
pub struct Recorder {
    client: SharedClient,
    id: String,
    /// Where the run's files are.
    place: Place,
}

impl Recorder {
    /// Whether the settings name a server at all: runs are logged to no store on disk. Nothing is sent.
    ///
    /// # Errors
    /// They name none, or its credentials cannot be used.
    pub fn check(settings: &Settings) -> Result<(), MlflowError> {
        Access::new(settings)?.client(None, settings).map(drop)
    }

    /// Starts a run in an experiment, which is made where it is not there, on the server that the
    /// settings name.
    ///
    /// # Errors
    /// The server cannot be reached, refuses, or keeps the files where only its own client can write.
    pub async fn start(
        settings: &Settings,
        experiment: &str,
        name: &str,
        tags: &[(&str, &str)],
    ) -> Result<Self, MlflowError> {
        let client = Access::new(settings)?.client(None, settings)?;
        let experiment = experiment_id(&client, experiment).await?;
        let mut all = vec![json!({ "key": "mlflow.runName", "value": name })];
        all.extend(tags.iter().map(|(key, value)| json!({ "key": key, "value": value })));
        let body = json!({ "experiment_id": experiment, "run_name": name, "start_time": now(), "tags": all });
        let doing = format!("making a run in experiment `{experiment}`");
        let answer: RunAnswer = client.post("/api/2.0/mlflow/runs/create", &body, &doing).await?;
        let run: crate::RunRecord = answer.run.map(Into::into).ok_or_else(|| MlflowError::NotFound {
            uri: client.uri().to_owned(),
            what: "the run that was made".to_owned(),
        })?;
        let place = Place::of(&run);
        if server::writable(&place, "x").is_none() {
            return Err(MlflowError::Refused {
                uri: client.uri().to_owned(),
                doing: format!("logging files of run `{}`", run.id),
                status: 501,
                message: format!(
                    "the server keeps files at `{}`, not behind itself (`mlflow server --serve-artifacts`); write them to a \
                     folder with --out and log that with MLflow's own client",
                    run.artifact_uri
                ),
            });
        }
        Ok(Self {
            place,
            id: run.id,
            client,
        })
    }

    /// The run's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Logs a document under a path such as `dataset/dataset.yaml`.
    ///
    /// # Errors
    /// The server refuses, or is gone.
    pub async fn document(&self, path: &str, content: String) -> Result<(), MlflowError> {
        self.client.put(&self.address(path)?, content, &self.doing(path)).await
    }

    /// Logs a file under a path.
    ///
    /// # Errors
    /// The file cannot be read, the server refuses, or is gone.
    pub async fn file(&self, path: &str, file: &Path) -> Result<(), MlflowError> {
        let opened = tokio::fs::File::open(file).await.map_err(|error| MlflowError::Local {
            path: file.to_owned(),
            reason: error.to_string(),
        })?;
        self.client.put(&self.address(path)?, opened, &self.doing(path)).await
    }

    /// Ends the run.
    ///
    /// # Errors
    /// The server refuses, or is gone.
    pub async fn end(self, finished: bool) -> Result<String, MlflowError> {
        let status = if finished { "FINISHED" } else { "FAILED" };
        let body = json!({ "run_id": self.id, "status": status, "end_time": now() });
        let doing = format!("ending run `{}`", self.id);
        self.client
            .post::<Json>("/api/2.0/mlflow/runs/update", &body, &doing)
            .await?;
        Ok(self.id)
    }

    fn address(&self, path: &str) -> Result<String, MlflowError> {
        server::writable(&self.place, path).ok_or_else(|| MlflowError::Refused {
            uri: self.client.uri().to_owned(),
            doing: self.doing(path),
            status: 501,
            message: "the path leads out of the run's folder".to_owned(),
        })
    }

    fn doing(&self, path: &str) -> String {
        format!("logging `{path}` of run `{}`", self.id)
    }
}

async fn experiment_id(client: &SharedClient, name: &str) -> Result<String, MlflowError> {
    let id = |answer: &Json, pointer: &str| answer.pointer(pointer).and_then(Json::as_str).map(str::to_owned);
    let doing = format!("getting experiment `{name}`");
    let found: Result<Json, MlflowError> = client
        .get(
            "/api/2.0/mlflow/experiments/get-by-name",
            &[("experiment_name", name)],
            &doing,
        )
        .await;
    match found {
        Ok(answer) => {
            if let Some(id) = id(&answer, "/experiment/experiment_id") {
                return Ok(id);
            }
        }
        Err(MlflowError::NotFound { .. }) => {}
        Err(error) => return Err(error),
    }
    let doing = format!("making experiment `{name}`");
    let answer: Json = client
        .post("/api/2.0/mlflow/experiments/create", &json!({ "name": name }), &doing)
        .await?;
    id(&answer, "/experiment_id").ok_or_else(|| MlflowError::NotFound {
        uri: client.uri().to_owned(),
        what: format!("the id of experiment `{name}`"),
    })
}

fn now() -> u64 {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
