//! Who used what. An [`Account`] belongs to one agent in one request; all accounts of a request
//! draw on one [`RequestBudget`].

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use crate::{ErrorKind, LlmError, settings::Prices};

/// Tokens of a prompt and of its answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it all")]
pub struct Tokens {
    pub input: u64,
    pub output: u64,
}

/// What all agents of one request may use together.
#[derive(Debug)]
pub struct RequestBudget {
    calls: AtomicU64,
    tokens: AtomicU64,
    most_calls: u64,
    most_tokens: u64,
    /// Where the two limits come from, for who is refused.
    from: (&'static str, &'static str),
}

impl RequestBudget {
    pub(crate) fn new(most_calls: u64, most_tokens: u64) -> Self {
        Self {
            calls: AtomicU64::new(0),
            tokens: AtomicU64::new(0),
            most_calls,
            most_tokens,
            from: ("[llm] request_calls", "[llm] request_tokens"),
        }
    }

    /// With less, where the one who asks has less left.
    pub(crate) fn at_most(mut self, calls: u64, tokens: u64) -> Self {
        if calls < self.most_calls {
            self.most_calls = calls;
            self.from.0 = "left of [[tenant]] llm_calls";
        }
        if tokens < self.most_tokens {
            self.most_tokens = tokens;
            self.from.1 = "left of [[tenant]] llm_tokens";
        }
        self
    }

    fn charge(&self) -> Result<(), LlmError> {
        let refuse = |name: &str, most: u64| {
            LlmError::new(
                ErrorKind::BudgetExceeded,
                format!("this request used up `{name} = {most}`"),
            )
        };
        let (calls, tokens) = self.from;
        if self.tokens.load(Ordering::Relaxed) >= self.most_tokens {
            return Err(refuse(tokens, self.most_tokens));
        }
        if self.calls.fetch_add(1, Ordering::Relaxed) >= self.most_calls {
            self.calls.fetch_sub(1, Ordering::Relaxed);
            return Err(refuse(calls, self.most_calls));
        }
        Ok(())
    }

    /// Calls and tokens used so far.
    #[must_use]
    pub fn used(&self) -> (u64, u64) {
        (self.calls.load(Ordering::Relaxed), self.tokens.load(Ordering::Relaxed))
    }
}

/// What one agent used.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spend {
    /// Exchanges with the endpoint; attempts that were retried count once.
    pub calls: u64,
    /// Answers from the cache.
    pub cached: u64,
    /// Attempts beyond the first of an exchange.
    pub retries: u64,
    /// Answers that had to be repaired.
    pub repairs: u64,
    /// Tokens, counted by the endpoint or else estimated.
    pub tokens: Tokens,
    /// Some endpoint did not count: the tokens are an estimate.
    pub estimated: bool,
    /// By the configured prices.
    pub cost: f64,
    /// Characters of each prompt, its schema included.
    pub prompt_characters: Vec<usize>,
    /// Time spent waiting for answers, summed over calls that ran at once.
    pub waited: Duration,
    /// The model that answered last.
    pub model: String,
    /// Why answers are missing.
    pub errors: Vec<LlmError>,
}

/// The account of one agent in one request.
#[derive(Debug)]
pub struct Account {
    request: Arc<RequestBudget>,
    pub(crate) deadline: Instant,
    spend: Mutex<Spend>,
}

/// A token is about four bytes of English (OpenAI, "What are tokens and how to count them").
const BYTES_PER_TOKEN: usize = 4;
/// Errors that are kept word by word.
const MOST_ERRORS: usize = 10;

impl Account {
    pub(crate) fn new(request: Arc<RequestBudget>, deadline: Instant) -> Self {
        Self {
            request,
            deadline,
            spend: Mutex::new(Spend::default()),
        }
    }

    /// What was used so far.
    #[must_use]
    pub fn spend(&self) -> Spend {
        self.with(|it| it.clone())
    }

    fn with<T>(&self, then: impl FnOnce(&mut Spend) -> T) -> T {
        then(&mut self.spend.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Before an exchange.
    pub(crate) fn charge(&self, characters: usize) -> Result<(), LlmError> {
        self.request.charge()?;
        self.with(|it| {
            it.calls += 1;
            it.prompt_characters.push(characters);
        });
        Ok(())
    }

    /// After an exchange. Returns the tokens, estimated where the endpoint did not count.
    pub(crate) fn settle(&self, mut tokens: Tokens, prompt: usize, answer: usize, prices: Prices) -> Tokens {
        let estimated = tokens.input == 0;
        if estimated {
            tokens.input = prompt.div_ceil(BYTES_PER_TOKEN) as u64;
            tokens.output = tokens.output.max(answer.div_ceil(BYTES_PER_TOKEN) as u64);
        }
        self.request
            .tokens
            .fetch_add(tokens.input.saturating_add(tokens.output), Ordering::Relaxed);
        self.with(|it| {
            it.tokens.input += tokens.input;
            it.tokens.output += tokens.output;
            it.estimated |= estimated;
            it.cost += prices.cost(tokens.input, tokens.output);
        });
        tokens
    }

    pub(crate) fn retried(&self) {
        self.with(|it| it.retries += 1);
    }

    pub(crate) fn repaired(&self) {
        self.with(|it| it.repairs += 1);
    }

    pub(crate) fn cached(&self) {
        self.with(|it| it.cached += 1);
    }

    pub(crate) fn waited(&self, time: Duration) {
        self.with(|it| it.waited += time);
    }

    pub(crate) fn answered_by(&self, model: &str) {
        self.with(|it| model.clone_into(&mut it.model));
    }

    pub(crate) fn failed(&self, error: &LlmError) {
        self.with(|it| {
            if it.errors.len() < MOST_ERRORS && !it.errors.contains(error) {
                it.errors.push(error.clone());
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(calls: u64, tokens: u64) -> Account {
        Account::new(Arc::new(RequestBudget::new(calls, tokens)), Instant::now())
    }

    #[test]
    fn calls_over_the_budget_of_the_request_are_refused_and_named() {
        let account = account(2, 1000);
        assert!(account.charge(1).is_ok() && account.charge(1).is_ok());
        let error = account.charge(1).unwrap_err();
        assert_eq!(error.kind, ErrorKind::BudgetExceeded);
        assert!(error.message.contains("`[llm] request_calls = 2`"), "{error}");
        assert_eq!(account.spend().prompt_characters, [1, 1]);
    }

    #[test]
    fn tokens_over_the_budget_refuse_the_next_call() {
        let account = account(9, 100);
        account.charge(1).unwrap();
        let used = Tokens { input: 90, output: 20 };
        account.settle(used, 0, 0, Prices::default());
        let error = account.charge(1).unwrap_err();
        assert!(error.message.contains("request_tokens = 100"), "{error}");
    }

    #[test]
    fn tokens_that_nobody_counted_are_estimated_and_said_to_be() {
        let account = account(9, 100);
        let tokens = account.settle(Tokens::default(), 40, 8, Prices::default());
        assert_eq!(tokens, Tokens { input: 10, output: 2 });
        assert!(account.spend().estimated);
    }
}
