//! `POST /v1/analyse`: in, wait, diagnose, out.

use std::{future::Future, panic::resume_unwind, sync::Arc, time::Duration};

use axum::{
    Extension,
    extract::{Request, State},
    http::header::{CONTENT_LOCATION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use deepfix_core::{Allowance, AnalyseOptions, AnalyseResponse, Experiment, Problem, ProblemCode, Progress};
use tokio::{
    task::spawn_blocking,
    time::{Instant, timeout_at},
};

use uuid::Uuid;

use crate::{
    access::Identity,
    admission::Ticket,
    app::App,
    body, events,
    history::remember,
    openapi::{AnalyseRequest, BodyRefused, Refused},
    problem::Refusal,
    request_id::RequestId,
    shutdown::{CUT_OFF, Phase},
    tenants::Loan,
};

/// Kept back from the time that an analysis is given, so that one that stops its slow agents in
/// time still gets its partial result out before the request times out. At most a tenth of what
/// is left.
const ANSWER_MARGIN: Duration = Duration::from_secs(1);

/// Decoding takes about 10 ms a MiB: above this it would hold up other requests of its thread.
const DECODE_INLINE: usize = 1 << 20;

/// Diagnoses an experiment; the answer is the result.
///
/// With `Accept: text/event-stream` the answer is a stream of events: `progress`, `agent`, and at its end
/// `response` or `problem`. A kept analysis is named by the header `Content-Location`, in a stream by the
/// event `kept` before the response.
#[utoipa::path(post, path = "/v1/analyse", tag = "analyse", request_body = AnalyseRequest, responses(
    (status = 200, description = "The diagnosis", content(
        (AnalyseResponse = "application/json"), (String = "text/event-stream"),
    )),
    Refused, BodyRefused,
))]
pub(crate) async fn analyse(
    State(app): State<Arc<App>>,
    Extension(id): Extension<RequestId>,
    Extension(identity): Extension<Identity>,
    request: Request,
) -> Result<Response, Refusal> {
    let deadline = Instant::now() + app.config().request_timeout;
    if events::wanted(request.headers()) {
        let received = bounded(&app, deadline, receive(&app, &identity, request)).await?;
        return Ok(streamed(app, id, identity, received, deadline));
    }
    bounded(&app, deadline, async {
        let (experiment, ticket) = receive(&app, &identity, request).await?;
        let (allowance, _loan) = allow(&app, &identity).await;
        let options = |deadline| options(&id, deadline, &allowance);
        let (text, kept) = diagnose(&app, &identity, experiment, ticket, deadline, options).await?;
        Ok(answer(text, kept))
    })
    .await
}

/// The same under its other spelling.
#[utoipa::path(post, path = "/v1/analyze", tag = "analyse", request_body = AnalyseRequest, responses(
    (status = 200, description = "The diagnosis", content(
        (AnalyseResponse = "application/json"), (String = "text/event-stream"),
    )),
    Refused, BodyRefused,
))]
pub(crate) async fn analyze(
    app: State<Arc<App>>,
    id: Extension<RequestId>,
    identity: Extension<Identity>,
    request: Request,
) -> Result<Response, Refusal> {
    analyse(app, id, identity, request).await
}

/// A response as JSON, and where the same can be read again: relative, so that it holds behind any
/// prefix. Who answers so is below `/v1/`.
pub(crate) fn answer(text: String, kept: Option<String>) -> Response {
    let mut response = ([(CONTENT_TYPE, "application/json")], text).into_response();
    if let Some(kept) = kept.and_then(|it| format!("analyses/{it}").parse().ok()) {
        response.headers_mut().insert(CONTENT_LOCATION, kept);
    }
    response
}

/// Refuses what comes while the server drains.
pub(crate) fn open(app: &App) -> Result<(), Refusal> {
    if app.phases.has_reached(Phase::Draining) {
        return Err(Refusal::shutting_down(
            "no new work is taken; the listener is closed already",
        ));
    }
    Ok(())
}

/// Waits for a turn, diagnoses and remembers: the response as JSON, and its id where it is kept.
pub(crate) async fn diagnose(
    app: &App,
    identity: &Identity,
    experiment: Experiment,
    mut ticket: Ticket,
    deadline: Instant,
    options: impl Fn(Instant) -> AnalyseOptions,
) -> Result<(String, Option<String>), Problem> {
    let experiment = retrieve(app, experiment, &mut ticket, options(deadline).time_left).await?;
    ticket.turn().await;
    let response = app.service.diagnosis.analyse(experiment, options(deadline)).await;
    drop(ticket);
    let text = text(&response)?;
    let kept = Uuid::new_v4().to_string();
    // A slow database must not cost the answer itself.
    let left = deadline.saturating_duration_since(Instant::now());
    let patience = app.service.patience.min(left / 2);
    let there = remember(app, identity, &kept, &response, &text, patience).await;
    Ok((text, there.then_some(kept)))
}

/// A response as JSON.
pub(crate) fn text(response: &AnalyseResponse) -> Result<String, Problem> {
    serde_json::to_string(response).map_err(|error| {
        tracing::error!(%error, "a response cannot be written");
        Problem::new(ProblemCode::Internal, "the response cannot be written as JSON")
    })
}

fn streamed(
    app: Arc<App>,
    id: RequestId,
    identity: Identity,
    (experiment, ticket): (Experiment, Ticket),
    deadline: Instant,
) -> Response {
    let (channel, heard) = events::channel();
    let work = async move {
        let (allowance, _loan) = allow(&app, &identity).await;
        let options = |deadline| AnalyseOptions {
            progress: Some(Arc::clone(&channel) as Arc<dyn Progress>),
            ..options(&id, deadline, &allowance)
        };
        let done = bounded(&app, deadline, async {
            Ok(diagnose(&app, &identity, experiment, ticket, deadline, options).await?)
        });
        let done = done.await;
        if let Ok((_, Some(kept))) = &done {
            channel.kept(kept);
        }
        done.map(|(text, _)| text).map_err(|refusal| Problem {
            request_id: Some(id.as_str().to_owned()),
            ..refusal.into_problem()
        })
    };
    events::stream(work, heard)
}

/// Gets what a request names from elsewhere. The place of the analysis is free meanwhile: waiting for
/// a download computes nothing, and how many there are at once is bounded by server (`[mlflow]
/// max_downloads`) and by the requests that may wait.
pub(crate) async fn retrieve(
    app: &App,
    experiment: Experiment,
    ticket: &mut Ticket,
    time_left: Duration,
) -> Result<Experiment, Problem> {
    if experiment.source.is_none() {
        return Ok(experiment);
    }
    ticket.pause();
    app.service.diagnosis.retrieve(experiment, time_left).await
}

/// Runs the work of one request until its deadline, or until the server goes away.
pub(crate) async fn bounded<T>(
    app: &App,
    deadline: Instant,
    work: impl Future<Output = Result<T, Refusal>>,
) -> Result<T, Refusal> {
    tokio::select! {
        // Work that is done in the same moment wins.
        biased;
        done = timeout_at(deadline, work) => done.unwrap_or_else(|_| Err(timed_out(app).into())),
        () = app.phases.reached(Phase::CutOff) => Err(Refusal::shutting_down(CUT_OFF)),
    }
}

pub(crate) fn timed_out(app: &App) -> Problem {
    Problem::new(
        ProblemCode::TimedOut,
        format!(
            "not done after {}, the wait for a turn included (`[server] request_timeout`)",
            humantime::format_duration(app.config().request_timeout)
        ),
    )
}

/// What a request may use; the loan must live as long as it runs.
pub(crate) async fn allow(app: &App, identity: &Identity) -> (Allowance, Option<Loan>) {
    let (history, per_request) = (app.service.history.as_ref(), app.service.per_request);
    app.tenants.allow(identity, history, per_request).await
}

pub(crate) fn options(id: &RequestId, deadline: Instant, allowance: &Allowance) -> AnalyseOptions {
    let left = deadline.saturating_duration_since(Instant::now());
    AnalyseOptions {
        request_id: id.shared(),
        time_left: left.saturating_sub(ANSWER_MARGIN.min(left / 10)),
        progress: None,
        allowance: allowance.clone(),
    }
}

/// Reads the body, takes a place and decodes. A body that is large, or that does not say how
/// large it is, takes a place and waits for a turn first: so large ones in memory are never more
/// than may run.
pub(crate) async fn receive(
    app: &Arc<App>,
    identity: &Identity,
    request: Request,
) -> Result<(Experiment, Ticket), Refusal> {
    open(app)?;
    let tenant = app.tenants.enter(identity)?;
    let length = body::length(request.headers());
    if length.is_some_and(|length| length <= body::SMALL_BODY) {
        // Read before a place is taken: a client that trickles it holds its connection only.
        let bytes = body::read(request.into_body(), length, app.config()).await?;
        return decode(app, bytes, app.admission.admit(tenant)?).await;
    }
    let mut ticket = app.admission.admit(tenant)?;
    ticket.turn().await;
    let bytes = body::read(request.into_body(), length, app.config()).await?;
    decode(app, bytes, ticket).await
}

async fn decode(app: &Arc<App>, bytes: Vec<u8>, ticket: Ticket) -> Result<(Experiment, Ticket), Refusal> {
    if bytes.len() <= DECODE_INLINE {
        return Ok((app.service.diagnosis.decode(&bytes)?, ticket));
    }
    let app = Arc::clone(app);
    // Decoding cannot be interrupted: the ticket goes along, so that a client that comes and goes
    // cannot start more of it than may run.
    match spawn_blocking(move || (app.service.diagnosis.decode(&bytes), ticket)).await {
        Ok((experiment, ticket)) => Ok((experiment?, ticket)),
        Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
        Err(_) => Err(Refusal::shutting_down(CUT_OFF)),
    }
}
