//! Forms at the pace of the server: no slower than a client may be, no faster than the disk.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::extract::{Multipart, multipart::Field};
use bytes::Bytes;
use deepfix_core::{Problem, ProblemCode};
use futures_util::Stream;
use tokio::time::{Instant, timeout_at};

use super::files::{MAX_FIELD, wrong};
use crate::{
    app::App,
    body::{IDLE, UNFINISHED, too_slow},
    problem::Refusal,
};

/// How long a client may take.
pub(super) struct Pace {
    deadline: Instant,
    whole: Duration,
    idle: Duration,
    arrived: Arc<Arrived>,
}

/// What has come of a body.
#[derive(Default)]
pub(super) struct Arrived(Mutex<(usize, Option<Instant>)>);

impl Arrived {
    /// How many bytes, and when the last of them.
    fn so_far(&self) -> (usize, Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, bytes: usize) {
        let (all, _) = self.so_far();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (all + bytes, Some(Instant::now()));
    }
}

impl Pace {
    /// `arrived` is what the [`Unhurried`] body counts.
    pub(super) fn of(app: &App, arrived: Arc<Arrived>) -> Self {
        Self {
            deadline: Instant::now() + app.config().body_timeout,
            whole: app.config().body_timeout,
            idle: app.config().body_idle_timeout,
            arrived,
        }
    }

    async fn within<T>(
        &self,
        work: impl Future<Output = Result<T, axum::extract::multipart::MultipartError>>,
    ) -> Result<T, Refusal> {
        let (begun, mut work) = (Instant::now(), pin!(work));
        // The time that the disk took is not the client's.
        let quiet = || self.arrived.so_far().1.map_or(begun, |it| it.max(begun)) + self.idle;
        loop {
            let (bytes, _) = self.arrived.so_far();
            match timeout_at(self.deadline, timeout_at(quiet(), work.as_mut())).await {
                Ok(Ok(done)) => {
                    return done.map_err(|error| {
                        let code = if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
                            ProblemCode::PayloadTooLarge
                        } else {
                            ProblemCode::InvalidField
                        };
                        Problem::new(code, format!("the form cannot be read: {}", error.body_text())).into()
                    });
                }
                // Something came meanwhile, and is not yet all that is waited for.
                Ok(Err(_)) if quiet() > Instant::now() => {}
                Ok(Err(_)) => return Err(too_slow(IDLE, self.idle, "body_idle_timeout", bytes)),
                Err(_) => return Err(too_slow(UNFINISHED, self.whole, "body_timeout", bytes)),
            }
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
    arrived: Arc<Arrived>,
}

impl<S> Unhurried<S> {
    /// Counts the bytes of `inner` in `arrived`.
    pub(super) fn new(inner: S, arrived: Arc<Arrived>) -> Self {
        Self {
            inner: Box::pin(inner),
            rest: false,
            arrived,
        }
    }
}

impl<S: Stream<Item = Result<Bytes, E>>, E> Stream for Unhurried<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        if std::mem::take(&mut self.rest) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = self.inner.as_mut().poll_next(context);
        self.rest = matches!(polled, Poll::Ready(Some(_)));
        if let Poll::Ready(Some(Ok(bytes))) = &polled {
            self.arrived.add(bytes.len());
        }
        polled
    }
}
