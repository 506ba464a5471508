//! The language model of one request: a budget for all agents, an account for each.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use deepfix_config::{Config, LlmConfig};
use deepfix_core::{Allowance, AnalyseResponse, Capability, LlmAllowance};
use deepfix_llm::{
    Account, Ask, ErrorKind, Llm, LlmError, Message, Prices, Prompt, Provider, RequestBudget, Role, Settings,
    SetupError, Spend, Tape, read_key,
};
use deepfix_runtime::{
    Completion, CompletionRequest, LanguageModel, Plugin, Role as GuestRole, RunInput, ServiceError, TokenUsage,
};
use serde_json::{Map, Value as Json, json};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::{
    metrics,
    translate::{self, Translated},
    wanted,
};

/// The share of an agent's time after which its calls end: what it knows without them has to be
/// handed over within the rest.
const CALLS_SHARE: f64 = 0.85;
/// The account of the host itself.
const TRANSLATION: &str = "translation";

/// The service that the configuration names; none where it names none.
pub(crate) fn service(config: &Config) -> Result<Option<Llm>, SetupError> {
    if !config.llm.is_configured() {
        return Ok(None);
    }
    Llm::new(settings(&config.llm)?).map(Some)
}

fn settings(config: &LlmConfig) -> Result<Settings, SetupError> {
    let provider = Provider::of(&config.provider).ok_or_else(|| SetupError {
        key: "provider",
        message: format!(
            "found `{}`, expected one of {}",
            config.provider,
            Provider::names().join(", ")
        ),
    })?;
    let tape = match (&config.record, &config.replay) {
        (_, Some(folder)) => Tape::Replay(folder.clone()),
        (Some(folder), None) => Tape::Record(folder.clone()),
        (None, None) => Tape::None,
    };
    // A replay sends nothing, and so needs no key.
    let key = match tape {
        Tape::Replay(_) => None,
        _ => read_key(&config.api_key_env, config.api_key_file.as_deref())?,
    };
    Ok(Settings {
        base_url: config.base_url.clone(),
        model: config.model.clone(),
        provider,
        key,
        organization: config.organization.clone(),
        project: config.project.clone(),
        proxy: config.proxy.clone(),
        ca_file: config.ca_file.clone(),
        max_concurrency: config.max_concurrency,
        connect_timeout: config.connect_timeout,
        call_timeout: config.call_timeout,
        attempts: config.attempts,
        max_backoff: config.max_backoff,
        max_answer: usize::try_from(config.max_answer).unwrap_or(usize::MAX),
        max_tokens: config.max_tokens,
        temperature: config.temperature,
        sampling_temperature: config.sampling_temperature,
        request_calls: config.request_calls,
        request_tokens: config.request_tokens,
        cache_entries: config.cache_entries,
        cache_ttl: config.cache_ttl,
        cache_dir: config.cache_dir.clone(),
        prices: Prices {
            input: config.price_input,
            output: config.price_output,
        },
        prompts: config.prompts.clone(),
        tape,
    })
}

/// The model as all agents of one request share it.
pub(crate) struct RequestModel<'a> {
    llm: &'a Llm,
    samples: u32,
    budget: Arc<RequestBudget>,
    accounts: Mutex<BTreeMap<String, Arc<Account>>>,
    allowance: Option<Arc<LlmAllowance>>,
    /// Whether log and metrics have what was used.
    told: AtomicBool,
}

impl Drop for RequestModel<'_> {
    /// Tells what was used, also where the client went away.
    fn drop(&mut self) {
        if !self.told.load(Ordering::Relaxed) {
            let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
            for (name, account) in accounts.iter() {
                tell(name, &account.spend());
            }
        }
        if let Some(allowance) = &self.allowance {
            let (calls, tokens) = self.budget.used();
            allowance.used_calls.store(calls, Ordering::Relaxed);
            allowance.used_tokens.store(tokens, Ordering::Relaxed);
        }
    }
}

impl<'a> RequestModel<'a> {
    /// None where the one who asks has nothing left.
    pub(crate) fn new(llm: &'a Llm, samples: u32, allowance: &Allowance) -> Option<Self> {
        let left = match &allowance.llm {
            None => None,
            Some(it) if it.calls == 0 || it.tokens == 0 => return None,
            Some(it) => Some((it.calls, it.tokens)),
        };
        let budget = llm.budget_of(&allowance.tenant, left);
        let allowance = allowance.llm.clone();
        Some(Self {
            llm,
            samples,
            budget,
            allowance,
            accounts: Mutex::default(),
            told: AtomicBool::new(false),
        })
    }

    fn account(&self, name: &str, time: Duration) -> Arc<Account> {
        let account = Arc::new(self.llm.account(&self.budget, time));
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.insert(name.to_owned(), Arc::clone(&account));
        account
    }

    /// Gives an agent that may use it the model.
    pub(crate) fn lend(&self, plugin: &Plugin, input: &mut RunInput) {
        if !plugin.config().grants.capabilities.contains(&Capability::Llm) {
            return;
        }
        let time = plugin
            .config()
            .limits
            .wall_time
            .min(input.time_left)
            .mul_f64(CALLS_SHARE);
        input.services.llm = Arc::new(AgentModel {
            llm: self.llm.clone(),
            samples: self.samples,
            account: self.account(plugin.name(), time),
            built_in: wanted::marks(plugin),
            said: Mutex::default(),
        });
    }

    /// Translates a response's texts, where its language is `foreign` to the built-in ones, within
    /// the time that is left; then says what was used. `others`: the agents that do not come with the
    /// host.
    pub(crate) async fn finish(
        &self,
        language: &str,
        foreign: bool,
        others: &[String],
        left: Duration,
        response: &mut AnalyseResponse,
    ) {
        if foreign && translate::is_language(language) {
            let account = self.account(TRANSLATION, left.mul_f64(CALLS_SHARE));
            let Translated { texts, done } = translate::translate(self.llm, &account, language, others, response).await;
            if done < texts {
                let text = format!(
                    "language `{language}`: {} of {texts} texts stay in English",
                    texts - done
                );
                warn(response, &text);
            }
        }
        self.report(response);
    }

    /// Adds to a response what was used, by whom, and why answers are missing.
    fn report(&self, response: &mut AnalyseResponse) {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        self.told.store(true, Ordering::Relaxed);
        let (mut cost, mut characters, mut agents) = (0.0, 0, Map::new());
        for (name, account) in accounts.iter() {
            let spend = account.spend();
            if !tell(name, &spend) {
                continue;
            }
            cost += spend.cost;
            characters += spend.prompt_characters.iter().sum::<usize>();
            for error in &spend.errors {
                warn(
                    response,
                    &format!("the language model gave no answer to {name}: {error}"),
                );
            }
            time(response, name, spend.waited);
            let used = used(&spend);
            match response.agent_results.0.iter_mut().find(|(it, _)| it == name) {
                Some((_, result)) => {
                    result.additional_outputs.insert("llm".to_owned(), used);
                }
                None => {
                    agents.insert(name.clone(), used);
                }
            }
        }
        let (calls, tokens) = self.budget.used();
        let mut total = json!({
            "model": self.llm.model(), "calls": calls, "tokens": tokens, "prompt_characters": characters, "cost": cost,
        });
        if let Some(total) = total.as_object_mut() {
            total.extend(agents);
        }
        response.additional_outputs.insert("llm".to_owned(), total);
    }
}

/// Adds a warning to a response.
fn warn(response: &mut AnalyseResponse, text: &str) {
    let warnings = response
        .additional_outputs
        .entry("warnings")
        .or_insert_with(|| json!([]));
    if let Json::Array(warnings) = warnings {
        warnings.push(json!(text));
    }
}

/// Times are not part of what two runs have in common, so they stand with the other times.
fn time(response: &mut AnalyseResponse, name: &str, waited: Duration) {
    let milliseconds = (waited.as_secs_f64() * 1e6).round() / 1e3;
    let timings = response
        .additional_outputs
        .get_mut("timings_ms")
        .and_then(Json::as_object_mut);
    if let Some(timings) = timings {
        let entry = timings.entry(name).or_insert_with(|| json!({}));
        if let Json::Object(entry) = entry {
            entry.insert("llm".to_owned(), json!(milliseconds));
        }
    }
}

fn used(spend: &Spend) -> Json {
    let errors: Vec<String> = spend.errors.iter().map(ToString::to_string).collect();
    json!({
        "calls": spend.calls,
        "cached": spend.cached,
        "retries": spend.retries,
        "repairs": spend.repairs,
        "input_tokens": spend.tokens.input,
        "output_tokens": spend.tokens.output,
        "tokens_estimated": spend.estimated,
        "cost": spend.cost,
        "prompt_characters": spend.prompt_characters,
        "model": spend.model,
        "errors": errors,
    })
}

/// Says in log and metrics what an agent used; whether it was anything.
fn tell(agent: &str, spend: &Spend) -> bool {
    let used = spend.calls + spend.cached > 0 || !spend.errors.is_empty();
    if used {
        log(agent, spend);
        metrics::of_model(agent, spend);
    }
    used
}

fn log(agent: &str, spend: &Spend) {
    tracing::info!(
        agent,
        calls = spend.calls,
        cached = spend.cached,
        retries = spend.retries,
        repairs = spend.repairs,
        input_tokens = spend.tokens.input,
        output_tokens = spend.tokens.output,
        cost = spend.cost,
        waited_ms = u64::try_from(spend.waited.as_millis()).unwrap_or(u64::MAX),
        errors = spend.errors.len(),
        "language model"
    );
}

/// The model as one agent sees it.
struct AgentModel {
    llm: Llm,
    samples: u32,
    account: Arc<Account>,
    /// Whether the agent comes with the host.
    built_in: bool,
    said: Mutex<Vec<(Arc<str>, String)>>,
}

impl LanguageModel for AgentModel {
    fn available(&self) -> bool {
        true
    }

    fn hints(&self) -> Option<Json> {
        Some(json!({
            "samples": self.samples,
            "analyzer": self.llm.template(Prompt::Analyzer),
            "reasoner": self.llm.template(Prompt::Reasoner),
        }))
    }

    fn spent(&self) -> Option<(u64, u64)> {
        let spend = self.account.spend();
        Some((spend.calls, spend.tokens.input.saturating_add(spend.tokens.output)))
    }

    fn said(&self) -> Vec<(Arc<str>, String)> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn complete<'a>(
        &'a self,
        request: &'a CompletionRequest,
    ) -> Pin<Box<dyn Future<Output = Result<Completion, ServiceError>> + Send + 'a>> {
        Box::pin(async {
            let messages = request.messages.iter().map(|it| {
                let role = match it.role {
                    GuestRole::System => Role::System,
                    GuestRole::User => Role::User,
                    GuestRole::Assistant => Role::Assistant,
                };
                Message::new(role, it.content.as_str())
            });
            let ask = Ask {
                messages: messages.collect(),
                schema: request.schema.clone(),
                max_tokens: request.max_tokens,
                temperature: request.temperature,
                samples: request.samples,
                teaches: self.built_in,
            };
            // Not on the guest's stack, where this future is polled: a template engine looks at how
            // much of the thread's stack is left. Dropping the set ends the call.
            let (llm, account) = (self.llm.clone(), Arc::clone(&self.account));
            let mut call = JoinSet::new();
            call.spawn(async move { llm.complete(&ask, &account).await }.in_current_span());
            let answer = match call.join_next().await {
                Some(Ok(answer)) => answer.map_err(guests)?,
                Some(Err(error)) => return Err(ServiceError::Unavailable(format!("the call was lost: {error}"))),
                None => return Err(ServiceError::Unavailable("the call was lost".to_owned())),
            };
            let asked: Vec<&str> = request.messages.iter().map(|it| it.content.as_str()).collect();
            let asked: Arc<str> = asked.join("\n").into();
            self.said
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend(answer.texts.iter().map(|it| (Arc::clone(&asked), it.clone())));
            Ok(Completion {
                texts: answer.texts,
                model: answer.model,
                usage: TokenUsage {
                    input: answer.tokens.input,
                    output: answer.tokens.output,
                },
                cached: answer.cached,
            })
        })
    }
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that `map_err` wants")]
fn guests(error: LlmError) -> ServiceError {
    let text = error.to_string();
    match error.kind {
        ErrorKind::Invalid => ServiceError::Invalid(text),
        ErrorKind::TimedOut => ServiceError::TimedOut(text),
        ErrorKind::BudgetExceeded => ServiceError::BudgetExceeded(text),
        _ => ServiceError::Unavailable(text),
    }
}
