//! Most clients send the whole body before they read the answer. When a request is refused
//! early and the connection closed with bytes unread, the kernel resets it and the refusal is
//! lost: the client sees "connection reset" in place of "the body is too large". So what is left
//! of a body is read and thrown away, within bounds, while the answer is on its way.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, header::EXPECT},
};
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::{runtime::Handle, time::timeout};

/// Enough for a body of four times the default limit at home upload speed; a connection that is
/// still sending after it is closed.
const LINGER_TIME: Duration = Duration::from_secs(10);

/// What is read and thrown away at most. Costs no memory, but it does cost CPU.
const LINGER_BYTES: u64 = 256 << 20;

/// Wraps the body of a request.
pub(crate) fn unread_body_is_discarded(request: Request) -> Request {
    // Such a client has sent nothing yet, and reading now would ask it to.
    if request
        .headers()
        .get(EXPECT)
        .map(HeaderValue::as_bytes)
        .is_some_and(|it| !it.is_empty())
    {
        return request;
    }
    request.map(|inner| Body::new(Lingering { inner, over: false }))
}

struct Lingering {
    inner: Body,
    over: bool,
}

impl http_body::Body for Lingering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(cx);
        self.over |= matches!(polled, Poll::Ready(None | Some(Err(_))));
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        if self.over || self.inner.is_end_stream() {
            return;
        }
        let rest = std::mem::take(&mut self.inner);
        if let Ok(runtime) = Handle::try_current() {
            // Bounded in time, and in number by the connections.
            runtime.spawn(timeout(LINGER_TIME, discard(rest)));
        }
    }
}

async fn discard(mut body: Body) {
    let mut left = LINGER_BYTES;
    while left > 0 {
        let Some(Ok(frame)) = body.frame().await else { return };
        left = left.saturating_sub(frame.data_ref().map_or(0, |data| data.len() as u64));
    }
}
