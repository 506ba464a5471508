use std::{sync::Arc, time::SystemTime};

use deepfix_core::AnalyseResponse;
use serde::{Serialize, Serializer};
use tokio::{task::AbortHandle, time::Instant};
use uuid::Uuid;

/// How far a job has got.
#[derive(Debug, Clone)]
pub(super) enum State {
    Pending,
    Processing,
    Completed(Arc<AnalyseResponse>),
    Failed(String),
}

impl State {
    pub(super) fn is_over(&self) -> bool {
        matches!(self, Self::Completed(_) | Self::Failed(_))
    }
}

/// A job as the server keeps it.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) state: State,
    /// When it was over, on the clock that never steps.
    pub(super) over_since: Option<Instant>,
    pub(super) task: Option<AbortHandle>,
    created: SystemTime,
    updated: SystemTime,
}

impl Job {
    pub(super) fn new() -> Self {
        let now = SystemTime::now();
        Self {
            state: State::Pending,
            over_since: None,
            task: None,
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
            State::Completed(response) => ("COMPLETED", Some(Arc::clone(response)), None),
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
    result: Option<Arc<AnalyseResponse>>,
    error: Option<String>,
    created_at: String,
    updated_at: String,
}

/// What `Arc` would do with serde's feature `rc`, which would be on for the whole workspace.
fn shared<S: Serializer>(result: &Option<Arc<AnalyseResponse>>, serializer: S) -> Result<S::Ok, S::Error> {
    result.as_deref().serialize(serializer)
}

/// ISO 8601 with a numeric offset: `datetime.fromisoformat` before Python 3.11 knows no `Z`.
fn timestamp(time: SystemTime) -> String {
    humantime::format_rfc3339_micros(time)
        .to_string()
        .replace('Z', "+00:00")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn timestamps_are_what_old_python_reads() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_micros(1_780_000_000_000_001);
        assert_eq!(timestamp(time), "2026-05-28T20:26:40.000001+00:00");
    }
}
