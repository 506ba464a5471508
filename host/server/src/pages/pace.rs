//! Forms at the pace of the server: no slower than a client may be, no faster than the disk.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use axum::extract::{Multipart, multipart::Field};
use bytes::Bytes;
use deepfix_core::{Problem, ProblemCode};
use futures_util::Stream;
use tokio::time::{Instant, timeout, timeout_at};

use super::files::{MAX_FIELD, wrong};
use crate::{app::App, problem::Refusal};

/// How long a client may take.
pub(super) struct Pace {
    deadline: Instant,
    idle: std::time::Duration,
}

impl Pace {
    pub(super) fn of(app: &App) -> Self {
        Self {
            deadline: Instant::now() + app.config().body_timeout,
            idle: app.config().body_idle_timeout,
        }
    }

    async fn within<T>(
        &self,
        work: impl Future<Output = Result<T, axum::extract::multipart::MultipartError>>,
    ) -> Result<T, Refusal> {
        match timeout_at(self.deadline, timeout(self.idle, work)).await {
            Ok(Ok(done)) => done.map_err(|error| {
                let code = if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
                    ProblemCode::PayloadTooLarge
                } else {
                    ProblemCode::InvalidField
                };
                Problem::new(code, format!("the form cannot be read: {}", error.body_text())).into()
            }),
            Ok(Err(_)) | Err(_) => Err(Refusal::transport(
                axum::http::StatusCode::REQUEST_TIMEOUT,
                "body_timeout",
                "The body came too slowly",
                "the upload was too slow (`[server] body_timeout`, `body_idle_timeout`)".to_owned(),
            )),
        }
    }

    pub(super) async fn next<'a>(&self, form: &'a mut Multipart) -> Result<Option<Field<'a>>, Refusal> {
        self.within(form.next_field()).await
    }

    pub(super) async fn chunk(&self, field: &mut Field<'_>) -> Result<Option<Bytes>, Refusal> {
        self.within(field.chunk()).await
    }

    pub(super) async fn text(&self, field: &mut Field<'_>) -> Result<Option<String>, Refusal> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk(field).await? {
            if bytes.len() + chunk.len() > MAX_FIELD {
                return Err(wrong(format!("a text field is longer than {MAX_FIELD} bytes")));
            }
            bytes.extend_from_slice(&chunk);
        }
        let text = String::from_utf8(bytes).map_err(|_| wrong("a text field is not UTF-8"))?;
        Ok(Some(text.trim().to_owned()).filter(|it| !it.is_empty()))
    }
}

/// A body of which one piece is there at a time. The parser takes all that there is, so a client
/// that is faster than the disk would fill the memory.
pub(super) struct Unhurried<S> {
    inner: Pin<Box<S>>,
    rest: bool,
}

impl<S> Unhurried<S> {
    pub(super) fn new(inner: S) -> Self {
        Self {
            inner: Box::pin(inner),
            rest: false,
        }
    }
}

impl<S: Stream> Stream for Unhurried<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        if std::mem::take(&mut self.rest) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = self.inner.as_mut().poll_next(context);
        self.rest = matches!(polled, Poll::Ready(Some(_)));
        polled
    }
}
