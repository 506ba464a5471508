//! One analysis: a fresh store and instance, the call, the checks of what came back.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use deepfix_core::{
    AgentDescription, AgentError, ArtifactSet, Capability, FailureReason, Outcome, OutcomeStatus, Report,
};
use serde::Serialize;
use wasmtime::{Store, UpdateDeadline};

use crate::{
    Plugin, Secrets, Usage,
    bindings::{reasoner::exports::deepfix::analysis::reason, types},
    contract,
    convert::{self, error_text},
    cpu::{CpuClock, HostPanic},
    error::Mismatch,
    gate::Gate,
    load::Pre,
    services::{KnowledgeSearch, Passage, Query, ServiceError, Services},
    state::HostState,
    trap,
};

/// What is asked of a plugin.
#[derive(Clone)]
pub struct RunInput {
    /// The id of the request, for the log.
    pub request_id: Arc<str>,
    /// The data set's name.
    pub dataset_name: String,
    /// The model's name.
    pub model_name: String,
    /// The language of the answer.
    pub language: String,
    /// The artifacts.
    pub artifacts: Arc<ArtifactSet>,
    /// What the host calls on behalf of the plugin.
    pub services: Services,
    /// Wall time that is left for the request; the agent's own limit holds as well.
    pub time_left: Duration,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Run {
    /// The report, its findings within the contract, or why there is none.
    pub result: Result<Report, AgentError>,
    /// What was wrong with the report although there is one.
    pub objections: Vec<String>,
    /// Passages that were retrieved, as `(id, line for the user)`.
    pub retrieved: Vec<(String, String)>,
    /// What was used.
    pub spent: Spent,
}

/// What an analysis used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Spent {
    /// Host calls and budgets.
    #[serde(flatten)]
    pub usage: Usage,
    /// CPU time inside the sandbox.
    pub cpu: Duration,
    /// The largest linear memory, in bytes.
    pub peak_memory: u64,
}

/// A call into the guest.
enum Job {
    Describe,
    Analyze(types::Request),
    Reason(reason::ReasonRequest),
}

/// What the guest returned.
enum Answer {
    Description(types::Description),
    Report(Result<types::Report, types::Error>),
}

impl Plugin {
    /// Runs an analyzer on one experiment.
    pub async fn analyze(&self, input: RunInput) -> Run {
        let job = Job::Analyze(self.request(&input));
        self.run(input, job).await
    }

    /// Runs a reasoner on the outcomes of all analyzers.
    pub async fn reason(&self, input: RunInput, outcomes: &[Outcome]) -> Run {
        let request = self.request(&input);
        let outcomes = outcomes.iter().map(to_outcome).collect();
        self.run(input, Job::Reason(reason::ReasonRequest { request, outcomes }))
            .await
    }

    /// Asks the plugin to describe itself, in a sandbox without any artifact.
    ///
    /// # Errors
    /// Whatever ends the guest, a limit included.
    pub async fn describe(&self) -> Result<AgentDescription, AgentError> {
        let services = Services {
            knowledge: Arc::new(NoKnowledge),
            llm: Arc::new(crate::NoLanguageModel),
            progress: None,
        };
        let input = RunInput {
            request_id: "load".into(),
            dataset_name: String::new(),
            model_name: String::new(),
            language: String::new(),
            artifacts: Arc::default(),
            services,
            time_left: Duration::MAX,
        };
        match self.call(input, Job::Describe).await.0? {
            Answer::Description(description) => Ok(convert::description_of(description)),
            Answer::Report(_) => Err(host_fault("a report instead of a description")),
        }
    }

    fn request(&self, input: &RunInput) -> types::Request {
        types::Request {
            dataset_name: input.dataset_name.clone(),
            model_name: input.model_name.clone(),
            language: input.language.clone(),
            settings: self.config.settings.clone(),
            extras: self.rehearsed_extras(|| self.extras(input)),
        }
    }

    /// A recording holds them too: what there is to tell of a model decides what a plugin asks it.
    fn rehearsed_extras(&self, made: impl FnOnce() -> String) -> String {
        match self.rehearsal.as_ref().and_then(|it| it.tape.as_ref()) {
            Some(tape) => tape.extras(made),
            None => made(),
        }
    }

    /// How much time there is, so that an agent can end in time and hand over what it has; and what
    /// there is to tell of a language model.
    fn extras(&self, input: &RunInput) -> String {
        let limits = &self.config.limits;
        let time = limits.wall_time.min(limits.cpu_time).min(input.time_left);
        let mut extras = serde_json::json!({ "time_ms": u64::try_from(time.as_millis()).unwrap_or(u64::MAX) });
        let granted = self.config.grants.capabilities.contains(&Capability::Llm);
        let llm = &input.services.llm;
        if let (Some(hints), Some(extras)) = (
            llm.hints().filter(|_| granted && llm.available()),
            extras.as_object_mut(),
        ) {
            extras.insert("llm".to_owned(), serde_json::json!(hints));
        }
        extras.to_string()
    }

    async fn run(&self, input: RunInput, job: Job) -> Run {
        let (answer, mut after) = self.call(input, job).await;
        let mut objections = Vec::new();
        let result = match answer {
            Err(error) => Err(error),
            Ok(Answer::Description(_)) => Err(host_fault("a description instead of a report")),
            Ok(Answer::Report(Err(error))) => Err(AgentError {
                reason: FailureReason::PluginError,
                // Before it is cut: half of a secret would not be recognised.
                message: trap::shorten(&self.config.grants.secrets.hidden(error_text(&error))),
            }),
            Ok(Answer::Report(Ok(report))) => {
                let limit = self.config.limits.findings;
                Ok(contract::hold(
                    convert::report_of(report),
                    &self.description().codes,
                    limit,
                    &mut objections,
                ))
            }
        };
        if after.spent.usage.dropped_log_records > 0 {
            objections.push(format!(
                "{} log records were dropped: over its limit `log_bytes = {}`",
                after.spent.usage.dropped_log_records, self.config.limits.log_bytes
            ));
        }
        let result = self.without_secrets(result, &mut objections, &mut after.retrieved);
        Run {
            result,
            objections,
            retrieved: after.retrieved,
            spent: after.spent,
        }
    }

    /// The one way out: nothing that the agent says holds the value of a secret.
    fn without_secrets(
        &self,
        mut result: Result<Report, AgentError>,
        objections: &mut [String],
        retrieved: &mut [(String, String)],
    ) -> Result<Report, AgentError> {
        let secrets = &self.config.grants.secrets;
        if secrets.is_empty() {
            return result;
        }
        match &mut result {
            Ok(report) => secrets.hide_in_report(report),
            Err(error) => secrets.hide(&mut error.message),
        }
        objections.iter_mut().for_each(|it| secrets.hide(it));
        retrieved.iter_mut().for_each(|(_, line)| secrets.hide(line));
        result
    }

    /// A fresh store and instance, under every limit.
    async fn call(&self, input: RunInput, job: Job) -> (Result<Answer, AgentError>, After) {
        let limits = self.config.limits;
        // Before anything is set up: a burst that exceeds the places waits its turn.
        let arrived = Instant::now();
        let wait = limits.wall_time.min(input.time_left);
        let Ok(Some(_slot)) = tokio::time::timeout(wait, self.slots.take()).await else {
            return (Err(self.no_place(wait)), After::nothing());
        };
        let time_left = input.time_left.saturating_sub(arrived.elapsed());
        let wall_time = limits.wall_time.min(time_left);
        let mut grants = self.config.grants.clone();
        if matches!(job, Job::Describe) {
            // What a plugin says of itself is shown to everybody; and nothing there needs a secret.
            grants.secrets = Secrets::default();
        }
        let gate = Gate::new(&self.name, grants, limits);
        let state = HostState::new(
            Arc::clone(&self.name),
            Arc::clone(&input.request_id),
            Arc::clone(&input.artifacts),
            input.services.clone(),
            gate,
            self.rehearsal.as_ref(),
        );
        let cpu = state.cpu.clone();
        let mut store = Store::new(&self.engine.engine, state);
        store.limiter(|state| &mut state.limiter);
        store.set_hostcall_fuel(usize::try_from(limits.result_bytes).unwrap_or(usize::MAX));
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(move |mut context| {
            let state = context.data_mut();
            if state.cpu.used_now() > limits.cpu_time {
                state.cpu_exceeded = true;
                return Err(wasmtime::Error::msg("CPU time is over"));
            }
            // Others run meanwhile, even on one CPU. tokio's own yield lets timers and sockets be
            // looked at each time; plain waking would do so every 61st time, which is every 600 ms.
            Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
        });
        let result = {
            let call = cpu.meter(invoke(&mut store, &self.pre, job));
            // Wall time covers what is spent waiting in host calls, where no epoch ticks.
            tokio::time::timeout(wall_time, call).await
        };
        let result = match result {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(error))) => Err(trap::explain(&error, store.data())),
            Ok(Err(HostPanic(text))) => Err(AgentError {
                reason: FailureReason::HostFault,
                message: format!("a host function failed: {text}; this is a fault of DeepFix, not of the plugin"),
            }),
            Err(_) => Err(self.timed_out(wall_time)),
        };
        let state = store.into_data();
        (result, After::of(state, &cpu))
    }

    fn no_place(&self, waited: Duration) -> AgentError {
        AgentError {
            reason: FailureReason::NotStarted,
            message: format!(
                "did not start: all {} places were taken for {}; raise `[engine] max_instances`",
                self.slots.total(),
                trap::humane(waited)
            ),
        }
    }

    fn timed_out(&self, wall_time: Duration) -> AgentError {
        let message = if wall_time < self.config.limits.wall_time {
            format!(
                "did not finish in the {} that were left of the request's time; raise `[server] request_timeout`",
                trap::humane(wall_time)
            )
        } else {
            format!(
                "did not finish within its limit `wall_time = {}`; raise it under `limits` of its entry in \
                 deepfix.toml",
                trap::humane(wall_time)
            )
        };
        AgentError {
            reason: FailureReason::TimedOut,
            message,
        }
    }
}

async fn invoke(store: &mut Store<HostState>, pre: &Pre, job: Job) -> wasmtime::Result<Answer> {
    let differs = |error: wasmtime::Error| wasmtime::Error::new(Mismatch(format!("{error:#}")));
    match pre {
        Pre::Analyzer(pre, indices) => {
            let instance = pre.instantiate_async(&mut *store).await?;
            let plugin = indices.load(&mut *store, &instance).map_err(differs)?;
            let plugin = plugin.deepfix_analysis_analyze();
            match job {
                Job::Describe => plugin.call_describe(&mut *store).await.map(Answer::Description),
                Job::Analyze(request) => plugin.call_analyze(&mut *store, &request).await.map(Answer::Report),
                Job::Reason(_) => Err(wasmtime::Error::msg("this plugin is an analyzer, not a reasoner")),
            }
        }
        Pre::Reasoner(pre, indices) => {
            let instance = pre.instantiate_async(&mut *store).await?;
            let plugin = indices.load(&mut *store, &instance).map_err(differs)?;
            let plugin = plugin.deepfix_analysis_reason();
            match job {
                Job::Describe => plugin.call_describe(&mut *store).await.map(Answer::Description),
                Job::Reason(request) => plugin.call_reason(&mut *store, &request).await.map(Answer::Report),
                Job::Analyze(_) => Err(wasmtime::Error::msg("this plugin is a reasoner, not an analyzer")),
            }
        }
    }
}

fn host_fault(found: &str) -> AgentError {
    AgentError {
        reason: FailureReason::HostFault,
        message: format!("the host got {found}"),
    }
}

/// What is left when the store is gone.
struct After {
    retrieved: Vec<(String, String)>,
    spent: Spent,
}

impl After {
    fn nothing() -> Self {
        Self {
            retrieved: Vec::new(),
            spent: Spent::default(),
        }
    }

    fn of(state: HostState, cpu: &CpuClock) -> Self {
        log_output(&state);
        let spent = Spent {
            usage: state.gate.usage(),
            cpu: cpu.used(),
            peak_memory: state.limiter.peak_memory,
        };
        Self {
            retrieved: state.retrieved,
            spent,
        }
    }
}

/// What the guest printed goes to the log: plugins have no terminal.
fn log_output(state: &HostState) {
    for (stream, pipe) in [("stdout", &state.stdout), ("stderr", &state.stderr)] {
        let text = pipe.kept(&state.secrets);
        if !text.is_empty() {
            tracing::info!(
                target: "deepfix::plugin",
                agent = &*state.agent, request_id = &*state.request_id, stream, "{text:?}"
            );
        }
    }
}

/// What the reasoner is given of an agent's `extras`. It parses them within its own memory, so
/// that one agent with large ones could end it for all; those of the built-in agents have a few
/// kilobytes. The response carries them whole.
const REASONED_EXTRAS: usize = 64 << 10;

fn to_outcome(outcome: &Outcome) -> reason::AgentOutcome {
    reason::AgentOutcome {
        agent: outcome.agent.clone(),
        artifacts: outcome.artifacts.iter().map(|kind| convert::to_kind(*kind)).collect(),
        outcome: match &outcome.status {
            OutcomeStatus::Completed {
                analyses,
                summary,
                extras,
            } => reason::Outcome::Completed(reason::Completed {
                analyses: analyses
                    .iter()
                    .map(|it| reason::JudgedAnalysis {
                        id: it.id.clone(),
                        analysis: convert::to_analysis(&it.analysis),
                        evidence_verified: it.evidence_verified,
                    })
                    .collect(),
                summary: summary.clone(),
                extras: extras_for_reasoner(&outcome.agent, extras),
            }),
            OutcomeStatus::Failed(error) => reason::Outcome::Failed(convert::to_error(error)),
            OutcomeStatus::Skipped(why) => reason::Outcome::Skipped(why.clone()),
        },
    }
}

fn extras_for_reasoner(agent: &str, extras: &serde_json::Map<String, serde_json::Value>) -> String {
    if extras.is_empty() {
        return String::new();
    }
    let text = serde_json::to_string(extras).unwrap_or_default();
    if text.len() <= REASONED_EXTRAS {
        return text;
    }
    tracing::warn!(
        agent,
        bytes = text.len(),
        most = REASONED_EXTRAS,
        "the reasoner is not given this agent's extras: they are too large"
    );
    String::new()
}

/// A plugin that is only asked to describe itself finds nothing.
struct NoKnowledge;

impl KnowledgeSearch for NoKnowledge {
    fn search(&self, _: &Query) -> Result<Vec<Passage>, ServiceError> {
        Err(ServiceError::Unavailable("`describe` may not search".to_owned()))
    }
}
