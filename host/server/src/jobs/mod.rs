//! `POST /v2/analyse` and `/v2/jobs/{id}`: the same analysis in the background, for clients that
//! poll. A job holds a place like any other request, so there are never more unfinished ones
//! than may run and wait. Jobs run in memory and end with the server; with a database that is
//! written down, and so are their results.

mod ended;
mod job;
mod store;

use std::{panic::resume_unwind, sync::Arc};

use axum::{
    Extension, Json,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use deepfix_core::{Experiment, Problem};
use deepfix_history::{HistoryError, JobState};
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument as _;

use crate::{
    access::Identity,
    admission::Ticket,
    analyse::{allow, bounded, options, receive, retrieve, text, timed_out},
    app::App,
    history::{raw, remember, store_unavailable},
    openapi::{AnalyseRequest, BodyRefused, JobSchema, Missing, Refused},
    problem::Refusal,
    request_id::RequestId,
    shutdown::CUT_OFF,
};
pub(crate) use ended::{done, heed, settle};
use ended::{follow, note};
use job::Snapshot;
pub(crate) use store::Jobs;
use store::{CANCELLED, Running};

/// The same in the background; the answer is a job.
#[utoipa::path(post, path = "/v2/analyse", tag = "jobs", request_body = AnalyseRequest, responses(
    (status = 202, description = "The job was accepted", body = JobSchema,
     headers(("location" = String, description = "Where the job is, relative to the request"))),
    Refused, BodyRefused,
))]
pub(crate) async fn submit(
    State(app): State<Arc<App>>,
    Extension(id): Extension<RequestId>,
    Extension(identity): Extension<Identity>,
    request: Request,
) -> Result<Response, Refusal> {
    app.jobs.check_room()?;
    let deadline = Instant::now() + app.config().request_timeout;
    let (experiment, ticket) = bounded(&app, deadline, receive(&app, &identity, request)).await?;
    let (running, snapshot) = app.jobs.create(&identity.tenant)?;
    let job = running.id();
    let span = tracing::info_span!("job", request_id = id.as_str(), %job);
    let begun = begin(Arc::clone(&app), running, experiment, ticket, deadline, id, identity);
    // On its own: a client that leaves meanwhile must not leave a job behind that nobody does.
    match tokio::spawn(begun.instrument(span)).await {
        Ok(begun) => begun.map_err(|error| store_unavailable(&error))?,
        Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
        Err(_) => return Err(Refusal::shutting_down(CUT_OFF)),
    }
    // Relative, so that it holds behind any prefix.
    Ok((
        StatusCode::ACCEPTED,
        [(LOCATION, format!("jobs/{job}"))],
        Json(snapshot),
    )
        .into_response())
}

/// Writes a job down and sets about it.
async fn begin(
    app: Arc<App>,
    running: Running,
    experiment: Experiment,
    ticket: Ticket,
    deadline: Instant,
    id: RequestId,
    identity: Identity,
) -> Result<(), HistoryError> {
    let (job, tenant) = (running.id(), Arc::clone(&identity.tenant));
    if let Some(history) = &app.service.history {
        // Before the client is told that it is accepted: then it is not lost, whatever happens.
        let accepted = history.accept(&tenant, &job.to_string(), app.owner()).await;
        if let Err(error) = accepted {
            running.fail("store_unavailable: the database does not answer".to_owned());
            return Err(error);
        }
    }
    tracing::info!(%job, "job accepted");
    let work = run(Arc::clone(&app), running, experiment, ticket, deadline, id, identity).in_current_span();
    let task = tokio::spawn(work);
    app.jobs.attach(job, task.abort_handle());
    tokio::spawn(follow(app, job, tenant, task));
    Ok(())
}

/// Does the work of a job. When it panics or is aborted, dropping `running` ends the job.
async fn run(
    app: Arc<App>,
    running: Running,
    experiment: Experiment,
    mut ticket: Ticket,
    deadline: Instant,
    id: RequestId,
    identity: Identity,
) {
    let (allowance, _loan) = allow(&app, &identity).await;
    let work = async {
        if experiment.source.is_some() {
            running.begin();
        }
        let time_left = options(&id, deadline, &allowance).time_left;
        let experiment = retrieve(&app, experiment, &mut ticket, time_left).await?;
        ticket.turn().await;
        running.begin();
        note(&app, running.id(), JobState::Processing, None).await;
        let diagnosis = &app.service.diagnosis;
        Ok::<_, Problem>(diagnosis.analyse(experiment, options(&id, deadline, &allowance)).await)
    };
    let done = timeout_at(deadline, work).await;
    // Before the job is seen to be over: who sees that may want the place.
    drop(ticket);
    let done = match done.unwrap_or_else(|_| Err(timed_out(&app))) {
        Ok(response) => text(&response).map(|text| (response, text)),
        Err(problem) => Err(problem),
    };
    match done {
        Ok((response, text)) => {
            // The result first: a job that is seen to be completed has one.
            let (job, patience) = (running.id().to_string(), app.service.patience);
            let kept = remember(&app, &identity, &job, &response, &text, patience).await;
            match RawValue::from_string(text) {
                Ok(text) => running.complete(text, kept),
                Err(error) => running.fail(format!("internal: the response is no JSON: {error}")),
            }
        }
        Err(problem) => running.fail(format!("{}: {}", problem.code, problem.detail)),
    }
}

/// A job, with its result when it is completed.
#[utoipa::path(get, path = "/v2/jobs/{id}", tag = "jobs",
    params(("id" = String, Path, description = "The `job_id`")), responses(
    (status = 200, description = "The job", body = JobSchema), Refused, Missing,
))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Extension(identity): Extension<Identity>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let id = named(&app, id)?;
    match app.jobs.get(&id, &identity.tenant) {
        Some(snapshot) => Ok(Json(snapshot).into_response()),
        None => stored(&app, &identity, &id).await,
    }
}

/// A job whose result the database has, one of an earlier run or of another server, or one that memory had no room for.
async fn stored(app: &App, identity: &Identity, id: &str) -> Result<Response, Refusal> {
    let Some(history) = &app.service.history else {
        return Err(unknown(app, id));
    };
    let job = history.job(&identity.tenant, id).await;
    let job = job
        .map_err(|error| store_unavailable(&error))?
        .ok_or_else(|| unknown(app, id))?;
    let result = if job.state == JobState::Completed {
        let kept = history.get(&identity.tenant, id).await;
        kept.map_err(|error| store_unavailable(&error))?
            .map(|it| raw(it.response))
    } else {
        None
    };
    Ok(Json(Snapshot::of_stored(job, result.transpose()?)).into_response())
}

/// Cancels a job that is not over; one that is over stays as it is.
#[utoipa::path(delete, path = "/v2/jobs/{id}", tag = "jobs",
    params(("id" = String, Path, description = "The `job_id`")), responses(
    (status = 200, description = "The job", body = JobSchema), Refused, Missing,
))]
pub(crate) async fn cancel(
    State(app): State<Arc<App>>,
    Extension(identity): Extension<Identity>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, Refusal> {
    let id = named(&app, id)?;
    if let Some(snapshot) = app.jobs.cancel(&id, &identity.tenant) {
        return Ok(Json(snapshot).into_response());
    }
    if let Some(history) = &app.service.history {
        // Another server works on it, and sees this at its next look.
        let cancelled = history.cancel(&identity.tenant, &id, CANCELLED).await;
        cancelled.map_err(|error| store_unavailable(&error))?;
    }
    stored(&app, &identity, &id).await
}

fn named(app: &App, id: Result<Path<String>, PathRejection>) -> Result<String, Refusal> {
    id.map(|Path(id)| id)
        .map_err(|_| unknown(app, "an id that is not UTF-8"))
}

fn unknown(app: &App, id: &str) -> Refusal {
    let id = crate::problem::shown_path(id);
    Refusal::not_found(if app.service.history.is_some() {
        format!("there is no job `{id}`: jobs are forgotten as analyses are, `[history] retention` after they end")
    } else {
        format!(
            "there is no job `{id}`: jobs are forgotten {} after they end (`[server] job_retention`), earlier when there \
             are many, and when the server restarts",
            humantime::format_duration(app.config().job_retention)
        )
    })
}
