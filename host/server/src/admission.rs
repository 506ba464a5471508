use std::{sync::Arc, time::Duration};

use deepfix_core::{Problem, ProblemCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{problem::Refusal, tenants::Place};

/// What a refused client is told to wait: the pace at which SDKs poll, and longer than an
/// analysis without an LLM takes.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Who may come in, and who may run: `max_in_flight` run, `max_waiting` more wait, everybody
/// else is refused at once. Nothing here is a queue without an end.
#[derive(Debug)]
pub(crate) struct Admission {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    max_in_flight: usize,
    max_waiting: usize,
}

impl Admission {
    pub(crate) fn new(max_in_flight: usize, max_waiting: usize) -> Self {
        // A semaphore panics above its maximum, which no machine can use.
        let turns = max_in_flight.clamp(1, Semaphore::MAX_PERMITS);
        let places = turns.saturating_add(max_waiting).min(Semaphore::MAX_PERMITS);
        Self {
            places: Arc::new(Semaphore::new(places)),
            turns: Arc::new(Semaphore::new(turns)),
            max_in_flight: turns,
            max_waiting,
        }
    }

    /// A place among those who run or wait.
    pub(crate) fn admit(&self, tenant: Option<Place>) -> Result<Ticket, Refusal> {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            let problem = Problem::new(
                ProblemCode::Overloaded,
                format!(
                    "{} analyses run (`[server] max_in_flight`) and {} requests wait for a turn (`[server] \
                     max_waiting`): try again in {} seconds",
                    self.max_in_flight,
                    self.max_waiting,
                    RETRY_AFTER.as_secs()
                ),
            );
            return Err(Refusal::new(problem).retry_after(RETRY_AFTER));
        };
        Ok(Ticket {
            turn: None,
            _tenant: tenant,
            turns: Arc::clone(&self.turns),
            _place: place,
        })
    }
}

/// A place, and later a turn. Dropping it gives both back.
pub(crate) struct Ticket {
    turn: Option<OwnedSemaphorePermit>,
    /// Among the requests of its tenant.
    _tenant: Option<Place>,
    turns: Arc<Semaphore>,
    _place: OwnedSemaphorePermit,
}

impl Ticket {
    /// Waits for a turn, first come first served; at once when it is this one's turn already.
    pub(crate) async fn turn(&mut self) {
        if self.turn.is_none() {
            // An error means that the semaphore was closed, which nobody does.
            self.turn = Arc::clone(&self.turns).acquire_owned().await.ok();
        }
    }

    /// Gives the turn back and keeps the place: for as long as something else is waited for.
    pub(crate) fn pause(&mut self) {
        self.turn = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn runs_some_lets_some_wait_and_refuses_the_rest() {
        let admission = Admission::new(1, 1);
        let mut running = admission.admit(None).unwrap();
        running.turn().await;
        let mut waiting = admission.admit(None).unwrap();
        let refused = admission.admit(None).map(|_| ()).unwrap_err();
        assert_eq!(refused.problem().code, "overloaded");

        let wait = tokio::spawn(async move {
            waiting.turn().await;
            waiting
        });
        drop(running);
        let waiting = wait.await.unwrap();
        assert!(waiting.turn.is_some());
        drop(waiting);
        assert!(admission.admit(None).is_ok());
    }

    #[tokio::test]
    async fn who_pauses_lets_the_next_one_run() {
        let admission = Admission::new(1, 1);
        let (mut first, mut second) = (admission.admit(None).unwrap(), admission.admit(None).unwrap());
        first.turn().await;
        first.pause();
        second.turn().await;
        assert!(first.turn.is_none() && second.turn.is_some());
        assert!(admission.admit(None).is_err(), "the place is kept");
    }

    #[tokio::test]
    async fn absurd_limits_are_clamped() {
        let admission = Admission::new(usize::MAX, usize::MAX);
        admission.admit(None).unwrap().turn().await;
        let admission = Admission::new(0, 0);
        admission.admit(None).unwrap().turn().await;
    }
}
