use std::{sync::Arc, time::SystemTime};

use deepfix_history::{JobState, StoredJob};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use tokio::{task::AbortHandle, time::Instant};
use uuid::Uuid;

use crate::time::{of_milliseconds, timestamp};

/// How far a job has got.
#[derive(Debug, Clone)]
pub(super) enum State {
    Pending,
    Processing,
    Completed {
        response: Arc<RawValue>,
        /// Whether the database has it as well.
        kept: bool,
    },
    Failed(String),
}

impl State {
    pub(super) fn is_over(&self) -> bool {
        matches!(self, Self::Completed { .. } | Self::Failed(_))
    }
}

/// A job as the server keeps it.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) tenant: Arc<str>,
    pub(super) state: State,
    /// When it was over, on the clock that never steps.
    pub(super) over_since: Option<Instant>,
    pub(super) task: Option<AbortHandle>,
    /// Whether its result was deleted before it was over.
    pub(super) deleted: bool,
    created: SystemTime,
    updated: SystemTime,
}

impl Job {
    pub(super) fn new(tenant: &Arc<str>) -> Self {
        let now = SystemTime::now();
        Self {
            tenant: Arc::clone(tenant),
            state: State::Pending,
            over_since: None,
            task: None,
            deleted: false,
            created: now,
            updated: now,
        }
    }

    pub(super) fn set(&mut self, state: State) {
        self.over_since = state.is_over().then(Instant::now);
        self.updated = SystemTime::now();
        self.state = state;
    }

    pub(super) fn snapshot(&self, id: Uuid) -> Snapshot {
        let (status, result, error) = match &self.state {
            State::Pending => ("PENDING", None, None),
            State::Processing => ("PROCESSING", None, None),
            State::Completed { response, .. } => ("COMPLETED", Some(Arc::clone(response)), None),
            State::Failed(error) => ("FAILED", None, Some(error.clone())),
        };
        Snapshot {
            job_id: id.to_string(),
            status,
            result,
            error,
            created_at: timestamp(self.created),
            updated_at: timestamp(self.updated),
        }
    }
}

/// A job as clients see it.
#[derive(Debug, Serialize)]
pub(crate) struct Snapshot {
    job_id: String,
    status: &'static str,
    #[serde(serialize_with = "shared")]
    result: Option<Arc<RawValue>>,
    error: Option<String>,
    created_at: String,
    updated_at: String,
}

/// What `Arc` would do with serde's feature `rc`, which would be on for the whole workspace.
fn shared<S: Serializer>(result: &Option<Arc<RawValue>>, serializer: S) -> Result<S::Ok, S::Error> {
    result.as_deref().serialize(serializer)
}

impl Snapshot {
    /// A job that only the database knows. One that is completed has its result: where that is not
    /// kept, it has failed.
    pub(super) fn of_stored(job: StoredJob, result: Option<Box<RawValue>>) -> Self {
        let lost = job.state == JobState::Completed && result.is_none();
        let (status, error) = if lost {
            let error = "internal: the result is not kept: submit the request again".to_owned();
            (JobState::Failed.as_str(), Some(error))
        } else {
            (job.state.as_str(), job.error)
        };
        Self {
            job_id: job.id,
            status,
            result: result.map(Arc::from),
            error,
            created_at: of_milliseconds(job.created_at),
            updated_at: of_milliseconds(job.updated_at),
        }
    }
}
