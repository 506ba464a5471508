//! The service: questions in, checked answers out.

mod sample;

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use tokio::{sync::Semaphore, time::Instant};

use crate::{
    ErrorKind, LlmError, Message, Prompt, Role, SetupError,
    cache::Cache,
    chain::Part,
    ledger::{Account, RequestBudget, Tokens},
    prompts::Prompts,
    provider::Learned,
    schema::Schema,
    settings::{self, Settings},
    tape::{self, Tape},
    transport::Transport,
};

/// Samples of one question: agreement is known well enough by then.
const MAX_SAMPLES: u32 = 16;

/// A question.
#[derive(Debug, Clone)]
pub struct Ask {
    /// What the model reads.
    pub messages: Vec<Message>,
    /// The JSON Schema of the answer.
    pub schema: Option<String>,
    /// The longest answer.
    pub max_tokens: u32,
    /// None takes the configured one.
    pub temperature: Option<f64>,
    /// How many independent answers.
    pub samples: u32,
    /// Whether its fields and schema are the host's own, so that what the endpoint refuses of them is
    /// learned for all that is asked.
    pub teaches: bool,
}

/// The answers to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// One per sample that was answered. With a schema each is one line of JSON that satisfies it.
    pub texts: Vec<String>,
    /// The model that answered.
    pub model: String,
    /// Tokens of all samples.
    pub tokens: Tokens,
    /// Whether all of them came from the cache.
    pub cached: bool,
}

/// What belongs to a call beside its messages.
#[derive(Clone, Copy)]
pub(crate) struct Shape<'a> {
    pub(crate) schema: Option<&'a Schema>,
    pub(crate) max_tokens: u32,
    pub(crate) temperature: f64,
    pub(crate) sample: u32,
    pub(crate) teaches: bool,
}

/// A language model behind an OpenAI-compatible endpoint, or a recording of one.
#[derive(Clone)]
pub struct Llm(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) settings: Settings,
    pub(crate) transport: Option<Transport>,
    pub(crate) learned: Learned,
    pub(crate) places: Semaphore,
    cache: Option<Cache>,
    pub(crate) tape: Tape,
    pub(crate) prompts: Prompts,
}

impl Llm {
    /// Sets up the service. Nothing is sent.
    ///
    /// # Errors
    /// Names the key of the configuration, what was found and what was expected.
    pub fn new(mut settings: Settings) -> Result<Self, SetupError> {
        let mut transport = None;
        if let settings::Tape::Replay(folder) = &settings.tape {
            settings.model = tape::model(folder)?;
        } else {
            transport = Some(Transport::new(&settings)?);
        }
        if settings.model.is_empty() {
            return Err(SetupError::new("model", "found nothing, expected the name of a model"));
        }
        let row = transport
            .as_ref()
            .map_or_else(|| settings.provider.row(""), |it| it.row);
        // A recording holds all traffic, so nothing may answer in its stead.
        let keeps = settings.cache_entries > 0 && settings.tape == settings::Tape::None;
        Ok(Self(Arc::new(Inner {
            learned: Learned::new(&row),
            places: Semaphore::new(settings.max_concurrency.max(1)),
            cache: keeps.then(|| Cache::new(settings.cache_entries, settings.cache_ttl, settings.cache_dir.clone())),
            tape: Tape::open(&settings.tape, &settings.model)?,
            prompts: Prompts::load(settings.prompts.as_deref())?,
            transport,
            settings,
        })))
    }

    /// The configured model.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.0.settings.model
    }

    /// The text of a template, for agents that fill it in themselves.
    #[must_use]
    pub fn template(&self, prompt: Prompt) -> &str {
        self.0.prompts.text(prompt)
    }

    /// The budget of one request, where there are no tenants.
    #[must_use]
    pub fn budget(&self) -> Arc<RequestBudget> {
        self.budget_of("", None)
    }

    /// The budget of a request of a tenant, who may have only so many calls and tokens left. Answers that are kept
    /// are found by this tenant's requests alone.
    #[must_use]
    pub fn budget_of(&self, tenant: &str, left: Option<(u64, u64)>) -> Arc<RequestBudget> {
        let settings = &self.0.settings;
        let whole = RequestBudget::new(settings.request_calls, settings.request_tokens).of_tenant(tenant);
        Arc::new(match left {
            Some((calls, tokens)) => whole.at_most(calls, tokens),
            None => whole,
        })
    }

    /// An account of one agent in a request, whose calls end by themselves when its time is over.
    #[must_use]
    pub fn account(&self, budget: &Arc<RequestBudget>, time: Duration) -> Account {
        let now = Instant::now();
        let far = now + Duration::from_secs(86_400);
        Account::new(Arc::clone(budget), now.checked_add(time).unwrap_or(far).min(far))
    }

    /// Asks, and checks each answer. Dropping the future ends the calls.
    ///
    /// # Errors
    /// Typed by [`ErrorKind`]; the account remembers it as well.
    pub async fn complete(&self, ask: &Ask, account: &Account) -> Result<Answer, LlmError> {
        let parts: Vec<Part<'_>> = ask.messages.iter().map(Part::Plain).collect();
        self.answer(ask, &parts, &[], account).await
    }

    /// Asks by a template of ours: it becomes the system message, with the parameters filled in.
    ///
    /// # Errors
    /// As [`Llm::complete`].
    pub async fn prompted(
        &self,
        prompt: Prompt,
        parameters: &[(&str, &str)],
        ask: &Ask,
        account: &Account,
    ) -> Result<Answer, LlmError> {
        let mut parts = vec![Part::Template(Role::System, self.template(prompt))];
        parts.extend(ask.messages.iter().map(Part::Plain));
        self.answer(ask, &parts, parameters, account).await
    }

    async fn answer(
        &self,
        ask: &Ask,
        parts: &[Part<'_>],
        parameters: &[(&str, &str)],
        account: &Account,
    ) -> Result<Answer, LlmError> {
        let started = Instant::now();
        let result = self.samples(ask, parts, parameters, account).await;
        account.waited(started.elapsed());
        match &result {
            Ok(answer) => account.answered_by(&answer.model),
            Err(error) => account.failed(error),
        }
        result
    }

    async fn samples(
        &self,
        ask: &Ask,
        parts: &[Part<'_>],
        parameters: &[(&str, &str)],
        account: &Account,
    ) -> Result<Answer, LlmError> {
        if !(1..=MAX_SAMPLES).contains(&ask.samples) {
            return Err(LlmError::new(
                ErrorKind::Invalid,
                format!("`samples` is {}, expected 1 to {MAX_SAMPLES}", ask.samples),
            ));
        }
        let schema = ask.schema.as_deref().map(Schema::compile).transpose()?;
        let settings = &self.0.settings;
        // Samples at one temperature of 0 would all be the same, and agree for nothing.
        let default = if ask.samples > 1 {
            settings.sampling_temperature
        } else {
            settings.temperature
        };
        let shape = |sample| Shape {
            schema: schema.as_ref(),
            max_tokens: ask.max_tokens.clamp(1, settings.max_tokens),
            temperature: ask
                .temperature
                .filter(|it| it.is_finite())
                .unwrap_or(default)
                .clamp(0.0, 2.0),
            sample,
            teaches: ask.teaches,
        };
        let samples = (0..ask.samples).map(|sample| self.0.sample(shape(sample), parts, parameters, account));
        let answers = answered(join_all(samples).await, account)?;
        let mut answer = Answer {
            texts: Vec::new(),
            model: String::new(),
            tokens: Tokens::default(),
            cached: answers.iter().all(|(_, cached)| *cached),
        };
        for (accepted, _) in answers {
            answer.texts.push(accepted.text);
            answer.model = accepted.model;
            answer.tokens.input += accepted.tokens.input;
            answer.tokens.output += accepted.tokens.output;
        }
        Ok(answer)
    }
}

/// The samples that were answered: one that is lost does not take the others with it. It is
/// said, and agrees with nothing.
fn answered<T>(samples: Vec<Result<T, LlmError>>, account: &Account) -> Result<Vec<T>, LlmError> {
    let of = samples.len();
    let (mut answers, mut lost) = (Vec::with_capacity(of), Vec::new());
    for it in samples {
        match it {
            Ok(it) => answers.push(it),
            Err(error) => lost.push(error),
        }
    }
    let many = lost.len();
    match lost.into_iter().next() {
        Some(error) if answers.is_empty() => Err(error),
        Some(error) => {
            let message = format!("{many} of {of} samples: {}", error.message);
            account.failed(&LlmError::new(error.kind, message));
            Ok(answers)
        }
        None => Ok(answers),
    }
}
