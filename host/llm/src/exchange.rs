//! One exchange with the endpoint: charged, replayed or sent, tried again within the deadline.

use serde_json::Value as Json;
use tokio::time::Instant;
use tracing::{Instrument as _, Span};

use crate::{
    ErrorKind, LlmError, Message, Prices, Prompt, chain,
    guard::{guard_key, redact},
    ledger::{Account, Tokens},
    retry,
    service::{Inner, Shape},
    tape::Tape,
    trace,
    transport::Failure,
    wire::{Exchange, Parsed, Reply, parse, quoted},
};

/// Fields that an endpoint may refuse one after the other: two formats, a bound's name, temperature.
const MOST_LESSONS: usize = 4;

impl Inner {
    pub(crate) fn exchange_of<'a>(&'a self, shape: Shape<'a>, messages: &'a [Message]) -> Exchange<'a> {
        Exchange {
            model: &self.settings.model,
            messages,
            schema: shape.schema.map(|it| &it.json),
            max_tokens: shape.max_tokens,
            temperature: shape.temperature,
            sample: shape.sample,
        }
    }

    /// One exchange; where the answer ends at its limit, once more with all the room that there is: a
    /// model that thinks before it answers needs far more than the answer.
    pub(crate) async fn exchange(
        &self,
        shape: Shape<'_>,
        messages: &[Message],
        account: &Account,
    ) -> Result<Reply, LlmError> {
        let mut exchange = self.exchange_of(shape, messages);
        loop {
            match self.charged(shape, &exchange, account).await? {
                Parsed::Reply(reply) => return Ok(reply),
                Parsed::Error(status, message) => return Err(error_in_200(status, &message)),
                Parsed::Length(_) => {
                    if exchange.max_tokens >= self.settings.max_tokens {
                        return Err(LlmError::new(
                            ErrorKind::Truncated,
                            format!(
                                "the answer ended at `[llm] max_tokens = {}`; a model that thinks before it answers \
                                 needs more",
                                exchange.max_tokens
                            ),
                        ));
                    }
                    exchange.max_tokens = self.settings.max_tokens;
                    account.retried();
                }
            }
        }
    }

    /// Charges, replays or sends, records.
    async fn charged(&self, shape: Shape<'_>, exchange: &Exchange<'_>, account: &Account) -> Result<Parsed, LlmError> {
        let characters = exchange.characters();
        account.charge(characters)?;
        let identity = (!matches!(self.tape, Tape::None)).then(|| exchange.identity());
        let outcome = match identity.as_ref().and_then(|it| self.tape.replay(it)) {
            Some(outcome) => outcome,
            None => {
                let key = self.settings.key.as_ref();
                let span = self
                    .transport
                    .as_ref()
                    .map_or_else(Span::none, |it| trace::span(exchange, &it.row, it.host()));
                let outcome = self
                    .sent(exchange, shape.teaches, account)
                    .instrument(span.clone())
                    .await;
                trace::ended(&span, &outcome);
                let mut outcome = outcome.and_then(|it| {
                    if let Parsed::Reply(reply) = &it {
                        guard_key(key, &reply.text)?;
                    }
                    Ok(it)
                });
                match &mut outcome {
                    Err(error) => redact(key, &mut error.message),
                    Ok(Parsed::Error(_, message)) => redact(key, message),
                    Ok(Parsed::Reply(_) | Parsed::Length(_)) => {}
                }
                if let Some(identity) = &identity {
                    self.tape.record(identity, &outcome);
                }
                outcome
            }
        };
        let prices = self.settings.prices;
        match outcome {
            Ok(Parsed::Reply(mut reply)) => {
                reply.tokens = account.settle(reply.tokens, characters, reply.text.len(), prices);
                Ok(Parsed::Reply(reply))
            }
            Ok(Parsed::Length(tokens)) => {
                let length = exchange.max_tokens as usize * 4;
                Ok(Parsed::Length(account.settle(tokens, characters, length, prices)))
            }
            Err(error) if error.kind.is_answered() => {
                account.settle(Tokens::default(), characters, 0, prices);
                Err(error)
            }
            other => other,
        }
    }

    /// One of the places for calls in flight.
    async fn place(&self, account: &Account) -> Result<tokio::sync::SemaphorePermit<'_>, LlmError> {
        let Ok(place) = tokio::time::timeout_at(account.deadline, self.places.acquire()).await else {
            return Err(LlmError::new(
                ErrorKind::TimedOut,
                format!(
                    "all `[llm] max_concurrency = {}` places were taken until its time was over",
                    self.settings.max_concurrency
                ),
            ));
        };
        place.map_err(|_| LlmError::new(ErrorKind::Unavailable, "the service is going down"))
    }

    /// Attempts within the deadline.
    async fn sent(&self, exchange: &Exchange<'_>, teaches: bool, account: &Account) -> Result<Parsed, LlmError> {
        let Some(transport) = &self.transport else {
            return Err(LlmError::new(ErrorKind::Unavailable, "a replay sends nothing"));
        };
        let schema = exchange.schema.map(Json::to_string).unwrap_or_default();
        let note = chain::render(self.prompts.text(Prompt::Schema), &[("schema", &schema)])
            .map_err(|error| LlmError::new(ErrorKind::Invalid, error))?;
        let (mut attempt, mut lessons) = (0, 0);
        let mut habits = self.learned.now();
        loop {
            let body = exchange.body(&transport.row, habits, &note);
            // A place for each attempt: who waits to try again holds up nobody.
            let place = self.place(account).await?;
            let under_way = UnderWay::new(account, exchange.characters(), self.settings.prices);
            let attempted = transport.attempt(&body, account.deadline).await;
            under_way.ended(&attempted);
            drop(place);
            let failure = match attempted {
                Ok(json) => match parse(&json)? {
                    Parsed::Error(status, message) if again(status) => {
                        Failure::Again(None, error_in_200(status, &message))
                    }
                    Parsed::Error(status @ (400 | 422), message) => {
                        let error = error_in_200(status, &message);
                        Failure::Refused(message, error)
                    }
                    parsed => return Ok(parsed),
                },
                Err(failure) => failure,
            };
            match failure {
                Failure::Final(error) => return Err(error),
                Failure::Refused(complaint, error) => {
                    lessons += 1;
                    let learned = self.learned.learn(habits, &complaint, teaches);
                    habits = match learned.filter(|_| lessons <= MOST_LESSONS) {
                        Some(habits) => habits,
                        None => return Err(error),
                    };
                }
                Failure::Again(asked, error) => {
                    attempt += 1;
                    if attempt >= self.settings.attempts {
                        return Err(error);
                    }
                    let wait = asked.unwrap_or_else(|| retry::backoff(attempt - 1, self.settings.max_backoff));
                    let left = account.deadline.saturating_duration_since(Instant::now());
                    if wait >= left {
                        return Err(LlmError::new(
                            error.kind,
                            format!(
                                "{}; to wait {wait:?} is longer than the {left:?} that are left",
                                error.message
                            ),
                        ));
                    }
                    account.retried();
                    tokio::time::sleep(wait).await;
                }
            }
        }
    }
}

/// An attempt that the endpoint is at work on. Where nobody waits for it any longer, since its time is
/// over or the one who asked is gone, its prompt is billed all the same. It stands in the account from the
/// start: who tells what a client that left has used does not wait until its calls have ended.
struct UnderWay<'a> {
    account: &'a Account,
    characters: usize,
    prices: Prices,
}

impl<'a> UnderWay<'a> {
    fn new(account: &'a Account, characters: usize, prices: Prices) -> Self {
        account.send(characters, prices);
        Self {
            account,
            characters,
            prices,
        }
    }

    fn ended(self, attempted: &Result<Json, Failure>) {
        let timed_out = matches!(attempted, Err(Failure::Final(error)) if error.kind == ErrorKind::TimedOut);
        if !timed_out {
            self.account.sent(self.characters, self.prices);
            std::mem::forget(self);
        }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.account.lost(self.characters, self.prices);
    }
}

fn again(status: u16) -> bool {
    matches!(status, 408 | 409 | 429 | 500..=599)
}

fn error_in_200(status: u16, message: &str) -> LlmError {
    let kind = match status {
        401 | 403 => ErrorKind::Denied,
        402 => ErrorKind::QuotaExhausted,
        429 => ErrorKind::RateLimited,
        400..=499 => ErrorKind::Invalid,
        _ => ErrorKind::Unavailable,
    };
    LlmError::new(
        kind,
        format!("an error in an answer of status 200: {}", quoted(message)),
    )
}
