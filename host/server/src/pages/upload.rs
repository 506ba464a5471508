//! `POST /v1/uploads`: files in a form instead of a request. They are read as `deepfix analyse` reads
//! a path; what comes back is what `/v1/analyse` answers, events included. A browser without JavaScript
//! is sent to the report.

use std::{panic::resume_unwind, path::Path, sync::Arc};

use axum::{
    Extension,
    extract::{Request, State},
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};
use deepfix_config::UploadsConfig;
use deepfix_core::{AnalyseOptions, AnalyseResponse, Experiment, Problem, ProblemCode, Progress};
use tokio::{sync::Semaphore, task::spawn_blocking, time::Instant};
use utoipa::ToSchema;

use super::{answer, files, history};
use crate::{
    access::Identity,
    admission::{RETRY_AFTER, Ticket},
    analyse::{self, allow, bounded, diagnose, options},
    app::App,
    events,
    openapi::{BodyRefused, Refused},
    problem::Refusal,
    request_id::RequestId,
    shutdown::CUT_OFF,
};

/// The parts of an upload.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes a form; the parts are read as they come")]
pub(crate) struct UploadForm {
    /// Files, each named by its path.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
    /// What the experiment is called.
    name: Option<String>,
    /// The column that is predicted, where there are tables.
    label: Option<String>,
    /// The language of the answer.
    language: Option<String>,
}

/// What was read of files.
#[derive(Debug)]
pub struct ReadFiles {
    /// The experiment.
    pub experiment: Experiment,
    /// What was recognised, one line each.
    pub recognised: Vec<String>,
}

/// Reads a file or a folder; the second is the column that is predicted. An error is for people.
pub type Reader = Arc<dyn Fn(&Path, Option<&str>) -> Result<ReadFiles, String> + Send + Sync>;

/// What uploads need.
#[derive(Clone)]
pub(crate) struct Uploads {
    pub(crate) config: UploadsConfig,
    pub(crate) reader: Reader,
    places: Arc<Semaphore>,
}

impl Uploads {
    pub(crate) fn new(config: &UploadsConfig, reader: Reader) -> Self {
        Self {
            places: Arc::new(Semaphore::new(config.max_at_once.min(Semaphore::MAX_PERMITS))),
            config: config.clone(),
            reader,
        }
    }
}

/// Files in a form instead of a request; the answer is that of `/v1/analyse`.
///
/// Each part `file` is a file of a folder, its file name the path within. A browser (`Accept: text/html`) is sent
/// to the report.
#[utoipa::path(post, path = "/v1/uploads", tag = "analyse",
    request_body(content = UploadForm, content_type = "multipart/form-data"), responses(
    (status = 200, description = "The diagnosis", content(
        (AnalyseResponse = "application/json"), (String = "text/event-stream"), (String = "text/html"),
    )),
    (status = 303, description = "The report of a kept analysis, for browsers"),
    Refused, BodyRefused,
))]
pub(crate) async fn upload(
    State(app): State<Arc<App>>,
    Extension(id): Extension<RequestId>,
    Extension(identity): Extension<Identity>,
    request: Request,
) -> Result<Response, Refusal> {
    let Some(uploads) = app.service.uploads.clone() else {
        return Err(Refusal::not_found("this server takes no uploads"));
    };
    analyse::open(&app)?;
    let tenant = app.tenants.enter(&identity)?;
    let Ok(place) = Arc::clone(&uploads.places).try_acquire_owned() else {
        let detail = format!(
            "{} uploads are under way (`[uploads] max_at_once`): try again in {} seconds",
            uploads.config.max_at_once,
            RETRY_AFTER.as_secs()
        );
        return Err(Refusal::new(Problem::new(ProblemCode::Overloaded, detail)).retry_after(RETRY_AFTER));
    };
    let (live, html) = (events::wanted(request.headers()), answer::wants_html(request.headers()));
    let received = files::receive(&app, uploads.config.max_size, uploads.config.max_files, request).await?;
    let deadline = Instant::now() + app.config().request_timeout;
    let ticket = app.admission.admit(tenant)?;
    // The files are read lazily: they stay until the answer is there, and so does the place.
    let work = {
        let (app, id) = (Arc::clone(&app), id.clone());
        async move |progress: Option<Arc<events::Channel>>| {
            let (allowance, loan) = allow(&app, &identity).await;
            let done = bounded(&app, deadline, async {
                let (experiment, ticket) = read(&uploads, &received, ticket).await?;
                let heard = progress.clone().map(|it| it as Arc<dyn Progress>);
                let options = |deadline| AnalyseOptions {
                    progress: heard.clone(),
                    ..options(&id, deadline, &allowance)
                };
                Ok(diagnose(&app, &identity, experiment, ticket, deadline, options).await?)
            });
            let done = done.await;
            if let (Ok((_, Some(kept))), Some(channel)) = (&done, &progress) {
                channel.kept(kept);
            }
            drop((received, place, loan));
            done
        }
    };
    if live {
        let (channel, heard) = events::channel();
        let work = async move {
            work(Some(channel))
                .await
                .map(|(text, _)| text)
                .map_err(|refusal| Problem {
                    request_id: Some(id.as_str().to_owned()),
                    ..refusal.into_problem()
                })
        };
        return Ok(events::stream(work, heard));
    }
    let (text, kept) = work(None).await?;
    match (html, kept) {
        (true, Some(kept)) => {
            let to = format!("../analyses/{kept}");
            Ok((StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response())
        }
        (true, None) => history::rendered(text).await,
        (false, kept) => Ok(analyse::answer(text, kept)),
    }
}

/// Waits for a turn and reads the files: tables of some hundred megabytes keep a processor busy as an
/// analysis does. The ticket goes along, for reading cannot be interrupted.
async fn read(
    uploads: &Uploads,
    received: &files::Received,
    mut ticket: Ticket,
) -> Result<(Experiment, Ticket), Refusal> {
    ticket.turn().await;
    let (reader, path, label) = (
        Arc::clone(&uploads.reader),
        received.path.clone(),
        received.label.clone(),
    );
    let read = spawn_blocking(move || (reader(&path, label.as_deref()), ticket)).await;
    let (read, ticket) = match read {
        Ok(it) => it,
        Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
        Err(_) => return Err(Refusal::shutting_down(CUT_OFF)),
    };
    let ReadFiles {
        mut experiment,
        recognised,
    } = read.map_err(|error| Problem::new(ProblemCode::NothingToAnalyse, received.without_place(&error)))?;
    for line in &recognised {
        tracing::debug!(line = received.without_place(line), "recognised");
    }
    if let Some(name) = &received.name {
        experiment.dataset_name = Some(name.clone());
    }
    if let Some(language) = &received.language {
        experiment.language = language.to_lowercase();
    }
    Ok((experiment, ticket))
}
