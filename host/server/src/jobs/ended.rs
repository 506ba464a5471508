//! How jobs have ended, as the database is told: at once, or later where it did not answer.

use std::sync::Arc;

use deepfix_history::{History, HistoryError, JobState};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::store::{CANCELLED, End};
use crate::{app::App, shutdown::JOB_CUT_OFF};

/// Writes down how a job has ended, in whatever way it did. What fails here is tried again later.
pub(super) async fn follow(app: Arc<App>, id: Uuid, tenant: Arc<str>, task: JoinHandle<()>) {
    drop(task.await);
    let (state, kept, error) = match app.jobs.end_of(id) {
        End::Completed { kept } => (JobState::Completed, Some(kept), None),
        // Its result may be there: `settle` at the end of the server tells.
        End::Failed(error) if error == JOB_CUT_OFF => return,
        End::Failed(error) => (JobState::Failed, None, Some(error)),
        End::NotYet | End::Unknown => return,
    };
    let noted = note(&app, id, state, error.as_deref()).await;
    let (Some(noted), Some(history)) = (noted, &app.service.history) else {
        return;
    };
    let kept = match kept {
        Some(false) => is_there(history, &tenant, id).await,
        kept => kept == Some(true),
    };
    if noted {
        // The database tells it from now on, so that a result which is forgotten through another server is
        // forgotten here as well. One that is in memory alone stays.
        if kept {
            app.jobs.forget(id);
        }
        return;
    }
    // It was over there: cancelled through another server in the moment of its end, or `settle` was faster. All
    // servers must tell the same, so what this one remembers gives way.
    match history.job(&tenant, &id.to_string()).await {
        Ok(Some(there)) if kept || there.state != state => app.jobs.forget(id),
        Ok(_) => {}
        Err(error) => tracing::error!(%error, %id, "how a job ended could not be compared"),
    }
}

/// Whether the database has a result after all: one that took too long may be written down later.
async fn is_there(history: &History, tenant: &str, id: Uuid) -> bool {
    match history.get(tenant, &id.to_string()).await {
        Ok(result) => result.is_some(),
        Err(error) => {
            tracing::error!(%error, %id, "whether a result was written down could not be asked");
            false
        }
    }
}

/// Why a job that memory knows nothing of has no result.
const NOT_WRITTEN: &str = "internal: how this job ended was not written down: submit it again";

/// Writes down the ends of jobs whose last word did not reach the database, or not yet.
pub(crate) async fn settle(app: &App) -> Result<(), HistoryError> {
    let Some(history) = &app.service.history else {
        return Ok(());
    };
    let mut written = Vec::new();
    for id in history.unfinished(app.owner()).await? {
        let Ok(job) = Uuid::parse_str(&id) else { continue };
        match app.jobs.end_of(job) {
            End::NotYet => {}
            End::Completed { .. } => {
                if history.advance(&id, JobState::Completed, None).await? {
                    written.push(job);
                }
            }
            // Cut off between its result and its end, it has a result all the same.
            End::Failed(error) if error == JOB_CUT_OFF => history.settle(&id, &error).await?,
            End::Failed(error) => drop(history.advance(&id, JobState::Failed, Some(&error)).await?),
            End::Unknown => history.settle(&id, NOT_WRITTEN).await?,
        }
    }
    // The database tells them from now on, and those whose end another server has written down: who deletes a result
    // there does.
    for (job, tenant, kept) in app.jobs.completed() {
        let told = if written.contains(&job) {
            kept || is_there(history, &tenant, job).await
        } else {
            kept && is_over(history, &tenant, job).await?
        };
        if told {
            app.jobs.forget(job);
        }
    }
    Ok(())
}

async fn is_over(history: &History, tenant: &str, id: Uuid) -> Result<bool, HistoryError> {
    let job = history.job(tenant, &id.to_string()).await?;
    Ok(job.is_some_and(|it| matches!(it.state, JobState::Completed | JobState::Failed)))
}

/// Ends the jobs of this server that are over in the database: cancelled through another server.
pub(crate) async fn heed(app: &App) -> Result<(), HistoryError> {
    let Some(history) = &app.service.history else {
        return Ok(());
    };
    // Asked for before the database is: what comes in meanwhile is not in either.
    let running = app.jobs.attached();
    if running.is_empty() {
        return Ok(());
    }
    let there = history.unfinished(app.owner()).await?;
    for id in running {
        if !there.contains(&id.to_string()) && app.jobs.end_of(id) == End::NotYet && app.jobs.end(id, CANCELLED) {
            tracing::info!(%id, "a job was cancelled through another server");
        }
    }
    Ok(())
}

/// Writes down that a job had a result, where its own end does not say so yet: nobody who saw that it was completed
/// may see it running again.
pub(crate) async fn done(app: &App, id: &str) {
    if let Ok(id) = Uuid::parse_str(id) {
        note(app, id, JobState::Completed, None).await;
    }
}

/// Whether the database knew the job as one that is not over; none where it could not be asked.
pub(super) async fn note(app: &App, id: Uuid, state: JobState, error: Option<&str>) -> Option<bool> {
    let history = app.service.history.as_ref()?;
    let noted = history.advance(&id.to_string(), state, error).await;
    noted
        .inspect_err(|error| tracing::error!(%error, %id, "the state of a job was not written down"))
        .ok()
}
