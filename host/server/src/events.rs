//! `POST /v1/analyse` for who accepts `text/event-stream`: progress, each agent's result as soon as
//! it is there, then the whole response. The stream owns the work: a client that leaves ends it.
//!
//! ```text
//! event: progress   {"agent", "fraction", "message"}
//! event: agent      the result of one agent, as in `agent_results`
//! event: kept       {"id"}, by which the history knows the response that comes next
//! event: response   the whole response; the last event
//! event: problem    in its place, what went wrong
//! ```

use std::{
    convert::Infallible,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    http::HeaderMap,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use deepfix_core::{AgentResult, Problem, ProblemCode, Progress};
use futures_util::stream::unfold;
use serde_json::json;
use tokio::{sync::mpsc, task::JoinHandle};
use tracing::Instrument as _;

use crate::accept;

/// Progress that is not yet sent. A slow client misses some of it rather than hold up an agent.
const PROGRESS_WAITING: usize = 64;

/// A comment is sent this often while nothing happens, so that proxies do not take the connection
/// for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// Whether a client wants events.
pub(crate) fn wanted(headers: &HeaderMap) -> bool {
    accept::names(headers, "text/event-stream")
}

/// Hands progress to a stream, in the order in which things happen.
pub(crate) struct Channel {
    /// Without a bound of its own: there are only so many agents, and `waiting` bounds progress.
    events: mpsc::UnboundedSender<Said>,
    waiting: Arc<AtomicUsize>,
}

impl Channel {
    /// Tells the id by which the history knows the response that comes next.
    pub(crate) fn kept(&self, id: &str) {
        let event = event("kept", &json!({ "id": id }).to_string());
        let _ = self.events.send(Said { event, progress: false });
    }
}

/// An event, and whether it is one of progress.
struct Said {
    event: Event,
    progress: bool,
}

/// Where a stream gets what a [`Channel`] was given.
pub(crate) struct Heard {
    events: mpsc::UnboundedReceiver<Said>,
    waiting: Arc<AtomicUsize>,
}

/// A channel and its other end.
pub(crate) fn channel() -> (Arc<Channel>, Heard) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let waiting = Arc::new(AtomicUsize::new(0));
    let heard = Heard {
        events: receiver,
        waiting: Arc::clone(&waiting),
    };
    (
        Arc::new(Channel {
            events: sender,
            waiting,
        }),
        heard,
    )
}

impl Progress for Channel {
    fn report(&self, agent: &str, fraction: f64, message: &str) {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= PROGRESS_WAITING {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        let data = json!({"agent": agent, "fraction": fraction, "message": message});
        let event = event("progress", &data.to_string());
        let _ = self.events.send(Said { event, progress: true });
    }

    fn result(&self, result: &AgentResult) {
        if let Ok(data) = serde_json::to_string(result) {
            let event = event("agent", &data);
            let _ = self.events.send(Said { event, progress: false });
        }
    }
}

impl Heard {
    async fn next(&mut self) -> Option<Event> {
        let said = self.events.recv().await?;
        Some(self.taken(said))
    }

    /// What is there already.
    fn waiting(&mut self) -> Option<Event> {
        let said = self.events.try_recv().ok()?;
        Some(self.taken(said))
    }

    fn taken(&self, said: Said) -> Event {
        if said.progress {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        said.event
    }
}

/// JSON has no line ends of its own, so it is one line of data.
fn event(name: &str, data: &str) -> Event {
    Event::default().event(name).data(data)
}

/// How the work ends: the response as JSON, or what went wrong.
pub(crate) type Ended = Result<String, Problem>;

/// The work, which goes on while a slow client reads, and ends when it is dropped.
struct Work(JoinHandle<Ended>);

impl Drop for Work {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct State {
    work: Option<Work>,
    heard: Heard,
    last: Option<Event>,
}

/// The answer: events until the work has ended.
pub(crate) fn stream(work: impl Future<Output = Ended> + Send + 'static, heard: Heard) -> Response {
    let state = State {
        work: Some(Work(tokio::spawn(work.in_current_span()))),
        heard,
        last: None,
    };
    let events = unfold(state, |mut state| async move {
        let event = next(&mut state).await?;
        Some((Ok::<_, Infallible>(event), state))
    });
    Sse::new(events)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response()
}

async fn next(state: &mut State) -> Option<Event> {
    let Some(work) = &mut state.work else {
        // What came in the moment of the end, and then the end.
        return state.heard.waiting().or_else(|| state.last.take());
    };
    tokio::select! {
        biased;
        Some(event) = state.heard.next() => Some(event),
        ended = &mut work.0 => {
            state.work = None;
            let lost = |_| Err(Problem::new(ProblemCode::Internal, "the server made a mistake; its log says more"));
            state.last = Some(match ended.unwrap_or_else(lost) {
                Ok(response) => event("response", &response),
                Err(problem) => event("problem", &json!(problem).to_string()),
            });
            state.heard.waiting().or_else(|| state.last.take())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_slow_client_misses_progress_and_no_result() {
        let (channel, mut heard) = channel();
        for _ in 0..3 * PROGRESS_WAITING {
            channel.report("A", 0.5, "m");
        }
        let result = AgentResult {
            agent_name: "A".to_owned(),
            analysis: Vec::new(),
            analyzed_artifacts: None,
            retrieved_knowledge: None,
            additional_outputs: serde_json::Map::new(),
            error_message: None,
        };
        channel.result(&result);
        let mut taken = 0;
        while heard.waiting().is_some() {
            taken += 1;
        }
        assert_eq!(taken, PROGRESS_WAITING + 1);
        channel.report("A", 1.0, "m");
        assert!(heard.next().await.is_some(), "there is room again");
    }
}
