//! Whatever goes wrong leaves as `application/problem+json`: refusals of our own, and the bare
//! answers of axum and of middleware.

use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, RETRY_AFTER},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use deepfix_core::{Problem, ProblemCode};

use crate::{app::App, pages, request_id::RequestId, routes};

const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Longer paths are cut in problems and logs: a request line may be 64 KiB long.
const SHOWN_PATH: usize = 200;

/// A request that gets a problem for an answer. Rendered by [`render`], which knows the
/// request's id.
#[derive(Debug)]
pub(crate) struct Refusal(Box<(Problem, HeaderMap)>);

impl Refusal {
    pub(crate) fn new(problem: Problem) -> Self {
        Self(Box::new((problem, HeaderMap::new())))
    }

    /// A problem of the transport, which has no [`ProblemCode`].
    pub(crate) fn transport(status: StatusCode, code: &'static str, title: &'static str, detail: String) -> Self {
        let mut problem = Problem::new(ProblemCode::Internal, detail);
        problem.kind = format!("urn:deepfix:problem:{code}");
        problem.status = status.as_u16();
        problem.code = code;
        problem.title = title;
        Self::new(problem)
    }

    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::new(Problem::new(ProblemCode::NotFound, detail))
    }

    pub(crate) fn shutting_down(detail: &str) -> Self {
        Self::new(Problem::new(ProblemCode::ShuttingDown, detail)).retry_after(crate::admission::RETRY_AFTER)
    }

    /// Adds what was found and what was expected, of the request and not of a field in it.
    pub(crate) fn because(mut self, found: impl Into<String>, expected: impl Into<String>) -> Self {
        self.0.0.found = Some(found.into());
        self.0.0.expected = Some(expected.into());
        self
    }

    pub(crate) fn retry_after(self, delay: Duration) -> Self {
        self.header(RETRY_AFTER, HeaderValue::from(delay.as_secs()))
    }

    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.1.insert(name, value);
        self
    }

    /// Without the headers, for who answers in another form.
    pub(crate) fn into_problem(self) -> Problem {
        self.0.0
    }

    #[cfg(test)]
    pub(crate) fn problem(&self) -> &Problem {
        &self.0.0
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::new(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (problem, headers) = *self.0;
        let mut response = status_of(&problem).into_response();
        *response.headers_mut() = headers;
        response.extensions_mut().insert(Arc::new(problem));
        response
    }
}

fn status_of(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The answer to a request whose handler panicked. The message goes to the log, not to the
/// client: it may quote what another request sent.
#[allow(clippy::needless_pass_by_value, reason = "what the layer calls")]
pub(crate) fn of_panic(panic: Box<dyn Any + Send>) -> Response {
    log_panic(panic.as_ref());
    Refusal::new(Problem::new(
        ProblemCode::Internal,
        "the server made a mistake while it handled this request; its log says more under the request id",
    ))
    .into_response()
}

fn log_panic(panic: &(dyn Any + Send)) {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(panic = message, "a handler panicked");
}

/// Marks an answer that says itself what is wrong: a form with a remark.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SaysItself;

/// Turns refusals and bare errors into problem documents.
pub(crate) async fn render(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let (method, path) = (request.method().clone(), shown_path(request.uri().path()).to_owned());
    // For the page that a browser gets.
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    let response = next.run(request).await;
    if response.extensions().get::<SaysItself>().is_some() {
        return response;
    }
    let problem = match response.extensions().get::<Arc<Problem>>() {
        Some(problem) => Problem::clone(problem),
        None if response.status() == StatusCode::METHOD_NOT_ALLOWED && method == Method::OPTIONS => {
            return options(&response);
        }
        None if response.status().is_client_error() || response.status().is_server_error() => {
            of_bare(&response, &method, &path)
        }
        None => return response,
    };
    let problem = Problem {
        request_id: id.map(|id| id.as_str().to_owned()),
        ..problem
    };
    let status = status_of(&problem);
    let (mut parts, _) = response.into_parts();
    parts.status = status;
    if let Some(page) = pages::of_problem(&app, &headers, &method, &uri, &problem) {
        let (shown, body) = page.into_parts();
        parts.headers.remove(CONTENT_LENGTH);
        parts.headers.extend(shown.headers);
        return Response::from_parts(parts, body);
    }
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, PROBLEM_JSON);
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    Response::from_parts(parts, Body::from(body))
}

/// `OPTIONS` of something that exists: what it offers.
fn options(response: &Response) -> Response {
    let mut answer = StatusCode::NO_CONTENT.into_response();
    if let Some(allow) = response.headers().get(ALLOW) {
        answer.headers_mut().insert(ALLOW, allow.clone());
    }
    answer
}

/// The problem behind an error that carries none: axum's own, or a middleware's.
fn of_bare(response: &Response, method: &Method, path: &str) -> Problem {
    let status = response.status();
    let refusal = match status {
        StatusCode::NOT_FOUND => {
            Refusal::not_found(format!("there is no `{path}` here")).because(path, routes::endpoint_list())
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            let allow = response
                .headers()
                .get(ALLOW)
                .and_then(|it| it.to_str().ok())
                .unwrap_or("another method");
            Refusal::new(Problem::new(
                ProblemCode::MethodNotAllowed,
                format!("`{path}` does not offer {method}; it offers {allow}"),
            ))
            .because(method.as_str(), allow)
        }
        status if status.is_server_error() => Refusal::new(Problem::new(
            ProblemCode::Internal,
            "the server could not finish this answer",
        )),
        status => Refusal::transport(
            status,
            "bad_request",
            "The request cannot be handled",
            format!("`{method} {path}` was refused with status {status}"),
        ),
    };
    refusal.0.0
}

/// The part of a path that is fit to be shown.
pub(crate) fn shown_path(path: &str) -> &str {
    let end = path.char_indices().nth(SHOWN_PATH).map_or(path.len(), |(at, _)| at);
    path.get(..end).unwrap_or(path)
}
