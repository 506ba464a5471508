//! `POST /v2/analyse` and `/v2/jobs/{id}`: the same analysis in the background, for clients that
//! poll. A job holds a place like any other request, so there are never more unfinished ones
//! than may run and wait. Jobs live in memory and end with the server.

mod job;
mod store;

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use deepfix_core::{Experiment, Problem};
use tokio::time::{Instant, timeout_at};
use tracing::Instrument as _;

use crate::{
    admission::Ticket,
    analyse::{bounded, options, receive, retrieve, timed_out},
    app::App,
    problem::Refusal,
    request_id::RequestId,
};
use job::Snapshot;
pub(crate) use store::Jobs;
use store::Running;

pub(crate) async fn submit(
    State(app): State<Arc<App>>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Result<Response, Refusal> {
    app.jobs.check_room()?;
    let deadline = Instant::now() + app.config.request_timeout;
    let (experiment, ticket) = bounded(&app, deadline, receive(&app, request)).await?;
    let (running, snapshot) = app.jobs.create()?;
    let job = running.id();
    tracing::info!(%job, "job accepted");
    let span = tracing::info_span!("job", request_id = id.as_str(), %job);
    let work = run(Arc::clone(&app), running, experiment, ticket, deadline, id).instrument(span);
    app.jobs.attach(job, tokio::spawn(work).abort_handle());
    // Relative, so that it holds behind any prefix.
    Ok((
        StatusCode::ACCEPTED,
        [(LOCATION, format!("jobs/{job}"))],
        Json(snapshot),
    )
        .into_response())
}

/// Does the work of a job. When it panics or is aborted, dropping `running` ends the job.
async fn run(
    app: Arc<App>,
    running: Running,
    experiment: Experiment,
    mut ticket: Ticket,
    deadline: Instant,
    id: RequestId,
) {
    let work = async {
        if experiment.source.is_some() {
            running.begin();
        }
        let time_left = options(&id, deadline).time_left;
        let experiment = retrieve(&app, experiment, &mut ticket, time_left).await?;
        ticket.turn().await;
        running.begin();
        Ok::<_, Problem>(app.diagnosis.analyse(experiment, options(&id, deadline)).await)
    };
    let done = timeout_at(deadline, work).await;
    // Before the job is seen to be over: who sees that may want the place.
    drop(ticket);
    match done.unwrap_or_else(|_| Err(timed_out(&app))) {
        Ok(response) => running.complete(response),
        Err(problem) => running.fail(format!("{}: {}", problem.code, problem.detail)),
    }
}

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Snapshot>, Refusal> {
    let id = named(&app, id)?;
    app.jobs.get(&id).map(Json).ok_or_else(|| unknown(&app, &id))
}

/// Ends a job that is not over; one that is over stays as it is.
pub(crate) async fn cancel(
    State(app): State<Arc<App>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Snapshot>, Refusal> {
    let id = named(&app, id)?;
    app.jobs.cancel(&id).map(Json).ok_or_else(|| unknown(&app, &id))
}

fn named(app: &App, id: Result<Path<String>, PathRejection>) -> Result<String, Refusal> {
    id.map(|Path(id)| id)
        .map_err(|_| unknown(app, "an id that is not UTF-8"))
}

fn unknown(app: &App, id: &str) -> Refusal {
    Refusal::not_found(format!(
        "there is no job `{}`: jobs are forgotten {} after they end (`[server] job_retention`), earlier when there are many, \
         and when the server restarts",
        crate::problem::shown_path(id),
        humantime::format_duration(app.config.job_retention)
    ))
}
