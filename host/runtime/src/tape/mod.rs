//! Host calls, recorded and replayed: an analysis is repeated byte for byte without any artifact,
//! knowledge base or language model. One JSON object a line, one line a call.

mod encode;

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::Secrets;
pub(crate) use encode::{Bytes, Floats, Outcome};

/// A recording lies beside the source of a plugin. What reads more than this of a request is better
/// tested on a smaller one.
const LARGEST: usize = 64 << 20;

/// A recording of host calls: one that grows, or one that is played.
#[derive(Debug)]
pub struct Tape {
    state: Mutex<State>,
    /// The `extras` of the request, where they are known.
    extras: Mutex<Option<String>>,
}

#[derive(Debug)]
enum State {
    Recording {
        lines: String,
        /// Why the recording cannot be used.
        broken: Option<String>,
    },
    Replaying {
        left: VecDeque<Call>,
        played: usize,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    call: String,
    with: Json,
    answer: Json,
}

impl Tape {
    /// Nothing yet: every call is made, and written down.
    #[must_use]
    pub fn recording() -> Self {
        Self::of(State::Recording {
            lines: String::new(),
            broken: None,
        })
    }

    /// What was recorded: no call is made, each is answered from here.
    ///
    /// # Errors
    /// Names the line that is not one of a recording.
    pub fn replaying(text: &str) -> Result<Self, String> {
        let calls = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let left = calls
            .map(|(index, line)| serde_json::from_str(line).map_err(|error| format!("line {}: {error}", index + 1)))
            .collect::<Result<_, _>>()?;
        Ok(Self::of(State::Replaying { left, played: 0 }))
    }

    fn of(state: State) -> Self {
        Self {
            state: Mutex::new(state),
            extras: Mutex::default(),
        }
    }

    /// The same with the `extras` that the recorded request had.
    #[must_use]
    pub fn with_extras(self, extras: Option<String>) -> Self {
        Self {
            extras: Mutex::new(extras),
            ..self
        }
    }

    /// The `extras` of the request that was recorded or is replayed.
    #[must_use]
    pub fn request_extras(&self) -> Option<String> {
        self.extras.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Those that were recorded; while recording, those that are made, which are kept.
    pub(crate) fn extras(&self, made: impl FnOnce() -> String) -> String {
        let mut kept = self.extras.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*kept, &*self.lock()) {
            (Some(recorded), State::Replaying { .. }) => recorded.clone(),
            _ => kept.insert(made()).clone(),
        }
    }

    /// What was recorded.
    ///
    /// # Errors
    /// It grew too large.
    pub fn text(&self) -> Result<String, String> {
        match &*self.lock() {
            State::Recording { broken: Some(why), .. } => Err(why.clone()),
            State::Recording { lines, .. } => Ok(lines.clone()),
            State::Replaying { .. } => Ok(String::new()),
        }
    }

    /// Recorded calls that were not made again.
    #[must_use]
    pub fn left(&self) -> usize {
        match &*self.lock() {
            State::Recording { .. } => 0,
            State::Replaying { left, .. } => left.len(),
        }
    }

    /// The recorded answer; none while recording.
    pub(crate) fn replay<T: Outcome>(&self, call: &str, with: &Json) -> Option<T> {
        let mut state = self.lock();
        let State::Replaying { left, played } = &mut *state else {
            return None;
        };
        *played += 1;
        let differs = |recorded: &str| {
            T::ended(format!(
                "call {played} is {call} {with}, and the recording has {recorded} there: the plugin changed since; record \
                 the case anew"
            ))
        };
        let Some(next) = left.pop_front() else {
            return Some(differs("nothing"));
        };
        if next.call != call || next.with != *with {
            return Some(differs(&format!("{} {}", next.call, next.with)));
        }
        Some(T::take(&next.answer).unwrap_or_else(|| differs("an answer of another type")))
    }

    pub(crate) fn record<T: Outcome>(&self, call: &str, with: Json, answer: &T, secrets: &Secrets) {
        let mut state = self.lock();
        let State::Recording { lines, broken } = &mut *state else {
            return;
        };
        let line = serde_json::to_string(&Call {
            call: call.to_owned(),
            with,
            answer: answer.put(),
        });
        match line {
            Ok(line) if lines.len() + line.len() < LARGEST => {
                lines.push_str(&secrets.hidden(line));
                lines.push('\n');
            }
            Ok(_) => {
                *broken = Some(format!(
                    "the recording would have more than {} MiB: record a smaller request",
                    LARGEST >> 20
                ));
            }
            Err(error) => *broken = Some(error.to_string()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A host call through the tape, where there is one: recorded, or answered from it. The arguments are
/// only written down then.
macro_rules! taped {
    ($host:ident, $call:literal, [$($argument:expr),*], $made:expr) => {
        match $host.tape.clone() {
            None => $made.await,
            Some(tape) => {
                let with = serde_json::json!([$($argument),*]);
                match tape.replay($call, &with) {
                    Some(answer) => answer,
                    None => {
                        let answer = $made.await;
                        tape.record($call, with, &answer, &$host.secrets);
                        answer
                    }
                }
            }
        }
    };
}
pub(crate) use taped;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::HostError;

    type Answer = Result<Option<String>, HostError>;

    #[test]
    fn what_was_recorded_is_replayed_once_and_in_order() {
        let tape = Tape::recording();
        let secrets = Secrets::default();
        tape.record("a", json!([1]), &Answer::Ok(Some("x".into())), &secrets);
        tape.record("b", json!([]), &Answer::Err(HostError::Denied("no".into())), &secrets);
        let again = Tape::replaying(&tape.text().unwrap()).unwrap();
        assert_eq!(again.left(), 2);
        assert_eq!(again.replay("a", &json!([1])), Some(Answer::Ok(Some("x".into()))));
        assert_eq!(
            again.replay("b", &json!([])),
            Some(Answer::Err(HostError::Denied("no".into())))
        );
        let Some(Answer::Err(HostError::Ended(told))) = again.replay("a", &json!([1])) else {
            panic!("the tape was over")
        };
        assert!(told.contains("call 3 is a [1]"), "{told}");
    }

    #[test]
    fn another_call_than_the_recorded_one_is_told_with_both() {
        let tape = Tape::replaying("{\"call\":\"a\",\"with\":[1],\"answer\":{\"ok\":null}}").unwrap();
        let Some(Answer::Err(HostError::Ended(told))) = tape.replay("a", &json!([2])) else {
            panic!("another argument was accepted")
        };
        assert!(told.contains("a [2]") && told.contains("a [1]"), "{told}");
    }

    #[test]
    fn a_line_that_is_no_call_is_named() {
        assert!(Tape::replaying("\n{}").unwrap_err().contains("line 2"));
    }

    #[test]
    fn a_recording_does_not_grow_without_bound() {
        let tape = Tape::recording();
        let big = Answer::Ok(Some("x".repeat(LARGEST)));
        tape.record("a", json!([]), &big, &Secrets::default());
        assert!(tape.text().unwrap_err().contains("64 MiB"));
    }
}
