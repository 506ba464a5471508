//! Who used what. An [`Account`] belongs to one agent in one request; all accounts of a request
//! draw on one [`RequestBudget`].

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
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
    /// Whose request it is; empty where there are no tenants.
    tenant: Box<str>,
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
            tenant: Box::default(),
            from: ("[llm] request_calls", "[llm] request_tokens"),
        }
    }

    /// As a tenant's.
    pub(crate) fn of_tenant(mut self, tenant: &str) -> Self {
        self.tenant = tenant.into();
        self
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
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    spend: Spend,
    /// Prompts that an endpoint is at work on, in tokens and cost: billed whatever becomes of the answer.
    ahead: u64,
    ahead_cost: f64,
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
            books: Mutex::default(),
        }
    }

    /// Whose request it is.
    pub(crate) fn tenant(&self) -> &str {
        &self.request.tenant
    }

    /// What was used so far, with the prompts that are under way.
    #[must_use]
    pub fn spend(&self) -> Spend {
        let books = self.books();
        let mut spend = books.spend.clone();
        spend.tokens.input = spend.tokens.input.saturating_add(books.ahead);
        spend.estimated |= books.ahead > 0;
        spend.cost += books.ahead_cost;
        spend
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with<T>(&self, then: impl FnOnce(&mut Spend) -> T) -> T {
        then(&mut self.books().spend)
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

    /// Before a prompt is sent: who reads the account while the endpoint is at work on it finds it there.
    pub(crate) fn send(&self, prompt: usize, prices: Prices) {
        let tokens = estimate(prompt);
        self.request.tokens.fetch_add(tokens, Ordering::Relaxed);
        let mut books = self.books();
        books.ahead = books.ahead.saturating_add(tokens);
        books.ahead_cost += prices.cost(tokens, 0);
    }

    /// After an attempt, takes back what was set aside for it.
    pub(crate) fn sent(&self, prompt: usize, prices: Prices) {
        let tokens = estimate(prompt);
        self.request.tokens.fetch_sub(tokens, Ordering::Relaxed);
        self.books().take_back(tokens, prices);
    }

    /// What was set aside for an attempt is spent: nobody waits for it any longer.
    pub(crate) fn lost(&self, prompt: usize, prices: Prices) {
        let tokens = estimate(prompt);
        let mut books = self.books();
        books.take_back(tokens, prices);
        books.spend.tokens.input += tokens;
        books.spend.estimated = true;
        books.spend.cost += prices.cost(tokens, 0);
    }

    /// After an exchange. Returns the tokens, estimated where the endpoint did not count.
    pub(crate) fn settle(&self, mut tokens: Tokens, prompt: usize, answer: usize, prices: Prices) -> Tokens {
        let estimated = tokens.input == 0;
        if estimated {
            tokens.input = estimate(prompt);
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

impl Books {
    fn take_back(&mut self, tokens: u64, prices: Prices) {
        self.ahead = self.ahead.saturating_sub(tokens);
        // Nothing is left of sums that do not quite cancel.
        self.ahead_cost = match self.ahead {
            0 => 0.0,
            _ => self.ahead_cost - prices.cost(tokens, 0),
        };
    }
}

/// The tokens of so many bytes of prompt.
fn estimate(prompt: usize) -> u64 {
    prompt.div_ceil(BYTES_PER_TOKEN) as u64
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

    #[test]
    fn a_prompt_under_way_is_in_the_account_and_is_corrected_by_its_answer() {
        let prices = Prices {
            input: 1e6,
            output: 0.0,
        };
        let account = account(9, 100);
        account.send(40, prices);
        account.send(80, prices);
        let spend = account.spend();
        assert_eq!((spend.tokens.input, spend.estimated), (30, true));
        assert!((spend.cost - 30.0).abs() < 1e-9);
        assert_eq!(account.request.used(), (0, 30));
        account.sent(40, prices);
        account.settle(Tokens { input: 7, output: 0 }, 40, 0, prices);
        account.lost(80, prices);
        let spend = account.spend();
        assert_eq!((spend.tokens.input, spend.estimated), (27, true));
        assert!((spend.cost - 27.0).abs() < 1e-9);
        assert_eq!(account.request.used(), (0, 27));
    }
}
