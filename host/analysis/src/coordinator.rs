use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use deepfix_artifacts::{FileAccess, decode_request};
use deepfix_config::Config;
use deepfix_core::{
    AgentError, AgentInfo, Allowance, AnalyseOptions, AnalyseResponse, ArtifactKind, BoxFuture, Diagnosis, Experiment,
    FailureReason, KnowledgePassage, KnowledgeQuery, OrderedMap, Outcome, OutcomeStatus, PluginsInfo, Problem,
    RefusedPlugin, Role,
};
use deepfix_mlflow::Retriever;
use deepfix_runtime::{Allocator, NoLanguageModel, Plugin, RunInput, Services, Spent};
use serde_json::{Map, Value as Json, json};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::{
    StartError,
    agents::{Agents, Meta},
    choose, fallback, figures, french, judge, metrics, mlflow,
    model::RequestModel,
    reconcile, respond,
    start::{self, Loaded},
    translate, wanted,
    watch::{self, Seen},
    write_back,
};

/// The share of a request's time that analyzers may use; the rest is the reasoner's.
const ANALYZERS_SHARE: f64 = 0.9;

/// Why a configured language model was not asked.
pub(crate) const USED_UP: &str = "the language model was not asked: what this tenant may use of it today is used up";

/// Loaded agents, and everything that they need.
pub struct Coordinator {
    pub(crate) loaded: Loaded,
    /// Swapped whole; an analysis takes them once.
    pub(crate) agents: ArcSwap<Agents>,
    /// What the last look at plugins and configuration came to, a refused one included.
    pub(crate) last_look: ArcSwap<PluginsInfo>,
    pub(crate) reloading: tokio::sync::Mutex<()>,
    pub(crate) started_with: Config,
    /// The files as they were before they were loaded.
    pub(crate) seen: Seen,
    configuration: ArcSwap<Config>,
    access: FileAccess,
    mlflow: Retriever,
    may_write_back: bool,
    samples: u32,
}

/// An outcome with what it cost.
struct Finished {
    outcome: Outcome,
    spent: Spent,
    wall: Duration,
}

impl Coordinator {
    /// Loads every component that the configuration names, and the knowledge base.
    ///
    /// # Errors
    /// What cannot be loaded, each with its reason. A dropped-in plugin that is refused is no
    /// error: see [`Coordinator::refused`].
    pub async fn start(config: &Config) -> Result<Self, StartError> {
        // Before loading: what changes meanwhile is a change.
        let seen = watch::look(config);
        let (loaded, agents) = start::load(config).await?;
        Ok(Self {
            loaded,
            last_look: ArcSwap::from_pointee(agents.info.clone()),
            agents: ArcSwap::from_pointee(agents),
            reloading: tokio::sync::Mutex::default(),
            started_with: config.clone(),
            seen,
            configuration: ArcSwap::from_pointee(config.clone()),
            access: FileAccess::below(&config.artifacts.roots),
            mlflow: mlflow::retriever(&config.mlflow)?,
            may_write_back: config.mlflow.write_back,
            samples: config.llm.samples,
        })
    }

    /// Plugins that were refused.
    #[must_use]
    pub fn refused(&self) -> Vec<RefusedPlugin> {
        self.last_look.load().refused.clone()
    }

    pub(crate) fn agents(&self) -> Arc<Agents> {
        self.agents.load_full()
    }

    /// The configuration that the agents are from.
    pub(crate) fn configuration(&self) -> Config {
        Config::clone(&self.configuration.load())
    }

    pub(crate) fn set_configuration(&self, config: Config) {
        self.configuration.store(Arc::new(config));
    }

    /// What gets experiments from MLflow.
    #[must_use]
    pub fn mlflow(&self) -> &Retriever {
        &self.mlflow
    }

    /// Where instances come from on this machine.
    #[must_use]
    pub fn allocator(&self) -> Allocator {
        self.loaded.engine.allocator()
    }

    async fn run(&self, experiment: Experiment, options: AnalyseOptions) -> AnalyseResponse {
        let started = Instant::now();
        let agents = self.agents();
        let artifacts = Arc::new(experiment.artifacts);
        let input = RunInput {
            request_id: Arc::clone(&options.request_id),
            dataset_name: experiment.dataset_name.clone().unwrap_or_default(),
            model_name: experiment.model_name,
            language: experiment.language.clone(),
            artifacts: Arc::clone(&artifacts),
            services: Services {
                knowledge: self.loaded.knowledge.clone(),
                llm: Arc::new(NoLanguageModel),
                progress: options.progress.clone(),
            },
            time_left: options.time_left.mul_f64(ANALYZERS_SHARE),
        };
        let allowance = &options.allowance;
        let llm = self.loaded.llm.as_ref();
        let model = llm.and_then(|it| RequestModel::new(it, self.samples, allowance));
        let mut finished = run_analyzers(&agents, &input, model.as_ref(), allowance).await;
        let french = language(&experiment.language);
        if french == Some(true) {
            for it in &mut finished {
                if let OutcomeStatus::Skipped(why) = &mut it.outcome.status {
                    *why = french::said(why);
                }
            }
        }
        reconcile::reconcile(finished.iter_mut().map(|it| &mut it.outcome), None);
        let outcomes: Vec<Outcome> = finished.iter().map(|it| it.outcome.clone()).collect();
        let mut input = RunInput {
            time_left: options.time_left.saturating_sub(started.elapsed()),
            ..input
        };
        if let Some(model) = &model {
            model.lend(&agents.reasoner, &mut input);
        }
        let span = tracing::info_span!("agent", agent = agents.reasoner.name());
        let mut reasoned = run_reasoner(&agents.reasoner, input, &outcomes).instrument(span).await;
        reconcile::reconcile(
            finished.iter_mut().map(|it| &mut it.outcome),
            Some(&mut reasoned.outcome),
        );
        let mut warnings = experiment.warnings;
        if llm.is_some() && model.is_none() {
            warnings.push(USED_UP.to_owned());
        }
        let french = match french {
            Some(french) => {
                if french {
                    warnings = warnings.iter().map(|it| french::said(it)).collect();
                }
                french
            }
            None => {
                if model.is_none() || !translate::is_language(&experiment.language) {
                    warnings.push(format!(
                        "language `{}`: the texts are in English; built-in texts exist in English and French",
                        experiment.language
                    ));
                }
                false
            }
        };
        let mut response = respond(&finished, &reasoned, &outcomes, french, &warnings);
        response.dataset_name = experiment.dataset_name;
        if let Some(figures) = figures::of(&artifacts, &response) {
            response.additional_outputs.insert("figures".to_owned(), json!(figures));
        }
        let cited = self.loaded.knowledge.cited(&response);
        response
            .additional_outputs
            .insert("citations".to_owned(), Json::Object(cited));
        response
            .additional_outputs
            .insert("language".to_owned(), json!(experiment.language));
        let mut timings = Map::new();
        for it in finished.iter().chain(std::iter::once(&reasoned)) {
            if !matches!(it.outcome.status, OutcomeStatus::Skipped(_)) {
                let cpu = milliseconds(it.spent.cpu);
                timings.insert(
                    it.outcome.agent.clone(),
                    json!({ "wall": milliseconds(it.wall), "cpu": cpu }),
                );
            }
        }
        response
            .additional_outputs
            .insert("timings_ms".to_owned(), Json::Object(timings));
        if let Some(model) = &model {
            let left = options.time_left.saturating_sub(started.elapsed());
            model
                .finish(
                    &experiment.language,
                    language(&experiment.language).is_none(),
                    &others(&agents),
                    left,
                    &mut response,
                )
                .await;
        }
        if let Some(Json::Object(timings)) = response.additional_outputs.get_mut("timings_ms") {
            timings.insert("total".to_owned(), json!(milliseconds(started.elapsed())));
        }
        if let Some(run) = experiment.run.as_ref().filter(|it| it.write_back) {
            let left = options.time_left.saturating_sub(started.elapsed());
            let language = &experiment.language;
            write_back::write(&self.mlflow, self.may_write_back, run, language, left, &mut response).await;
        }
        response
    }
}

/// All analyzers that have something to read, at once. The results are in the order of the
/// configuration.
async fn run_analyzers(
    agents: &Agents,
    input: &RunInput,
    model: Option<&RequestModel<'_>>,
    allowance: &Allowance,
) -> Vec<Finished> {
    let permitted: Vec<&Plugin> = agents
        .analyzers
        .iter()
        .filter(|it| allowance.permits(it.name()))
        .collect();
    let mut running = JoinSet::new();
    let mut finished: Vec<Option<Finished>> = Vec::new();
    for (index, plugin) in permitted.iter().copied().enumerate() {
        match choose::artifacts_for(plugin.description(), &plugin.config().grants, &input.artifacts) {
            Err(why) => finished.push(Some(skipped(plugin, why))),
            Ok(given) => {
                finished.push(None);
                let (plugin, mut input) = (plugin.clone(), input.clone());
                if let Some(model) = model {
                    model.lend(&plugin, &mut input);
                }
                let span = tracing::info_span!("agent", agent = plugin.name());
                let work = async move { (index, run_analyzer(&plugin, input, given).await) };
                running.spawn(work.instrument(span));
            }
        }
    }
    while let Some(joined) = running.join_next().await {
        match joined {
            Ok((index, it)) => {
                if let Some(place) = finished.get_mut(index) {
                    *place = Some(it);
                }
            }
            // A panic of the host in this agent's task: the others go on.
            Err(error) => tracing::error!(%error, "an agent's task was lost"),
        }
    }
    finished
        .into_iter()
        .zip(permitted)
        .map(|(it, plugin)| it.unwrap_or_else(|| lost(plugin)))
        .collect()
}

/// The agents that do not come with the host.
fn others(agents: &Agents) -> Vec<String> {
    let all = agents.analyzers.iter().chain(std::iter::once(&agents.reasoner));
    all.filter(|it| !wanted::marks(it))
        .map(|it| it.name().to_owned())
        .collect()
}

/// Whether the texts are in French; none for a language that has no built-in texts.
fn language(text: &str) -> Option<bool> {
    match text.split(['-', '_', '(']).next().unwrap_or_default().trim() {
        "english" | "en" | "eng" => Some(false),
        "french" | "francais" | "français" | "fr" | "fra" | "fre" => Some(true),
        _ => None,
    }
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e6).round() / 1e3
}

async fn run_analyzer(plugin: &Plugin, input: RunInput, given: Vec<ArtifactKind>) -> Finished {
    let started = Instant::now();
    let artifacts = Arc::clone(&input.artifacts);
    let progress = input.services.progress.clone();
    if let Some(progress) = &progress {
        progress.report(plugin.name(), 0.0, "started");
    }
    let request_id = Arc::clone(&input.request_id);
    let model = Arc::clone(&input.services.llm);
    let run = plugin.analyze(input).await;
    let spent = run.spent;
    let outcome = judge::outcome(plugin, given, &artifacts, model.as_ref(), run).await;
    finished(&outcome, &request_id, &spent, started.elapsed());
    if let Some(progress) = &progress {
        progress.report(plugin.name(), 1.0, "finished");
        if let Some(result) = respond::agent_result(&reconcile::without_models(&outcome), &spent) {
            progress.result(&result);
        }
    }
    Finished {
        outcome,
        spent,
        wall: started.elapsed(),
    }
}

async fn run_reasoner(plugin: &Plugin, input: RunInput, outcomes: &[Outcome]) -> Finished {
    let started = Instant::now();
    let artifacts = Arc::clone(&input.artifacts);
    let given = artifacts
        .kinds()
        .filter(|kind| plugin.config().grants.artifacts.contains(kind))
        .collect();
    let request_id = Arc::clone(&input.request_id);
    let progress = input.services.progress.clone();
    if let Some(progress) = &progress {
        progress.report(plugin.name(), 0.0, "started");
    }
    let model = Arc::clone(&input.services.llm);
    let run = plugin.reason(input, outcomes).await;
    let spent = run.spent;
    let outcome = judge::outcome(plugin, given, &artifacts, model.as_ref(), run).await;
    finished(&outcome, &request_id, &spent, started.elapsed());
    if let Some(progress) = &progress {
        progress.report(plugin.name(), 1.0, "finished");
    }
    Finished {
        outcome,
        spent,
        wall: started.elapsed(),
    }
}

/// Says in the log and in the metrics how an agent ended.
fn finished(outcome: &Outcome, request_id: &str, spent: &Spent, wall: Duration) {
    metrics::of_agent(outcome, spent, wall);
    let (agent, wall_ms, cpu_ms) = (&outcome.agent, milliseconds(wall), milliseconds(spent.cpu));
    match &outcome.status {
        OutcomeStatus::Failed(error) => {
            tracing::warn!(
                agent,
                request_id,
                wall_ms,
                reason = error.reason.as_str(),
                error.message,
                "agent failed"
            );
        }
        OutcomeStatus::Completed { analyses, .. } => {
            let (findings, objections) = (analyses.len(), outcome.objections.len());
            tracing::debug!(
                agent,
                request_id,
                wall_ms,
                cpu_ms,
                findings,
                objections,
                "agent finished"
            );
            // One record, whatever the agent did: it must not fill the log of others.
            if let Some(first) = outcome.objections.first() {
                tracing::warn!(agent, request_id, objections, first, "the agent's answer was corrected");
            }
        }
        OutcomeStatus::Skipped(_) => {}
    }
}

fn skipped(plugin: &Plugin, why: String) -> Finished {
    plain(plugin, OutcomeStatus::Skipped(why))
}

fn lost(plugin: &Plugin) -> Finished {
    let message = "the host failed while it ran this agent; the log has the details".to_owned();
    plain(
        plugin,
        OutcomeStatus::Failed(AgentError {
            reason: FailureReason::HostFault,
            message,
        }),
    )
}

fn plain(plugin: &Plugin, status: OutcomeStatus) -> Finished {
    Finished {
        outcome: Outcome {
            agent: plugin.name().to_owned(),
            artifacts: Vec::new(),
            status,
            objections: Vec::new(),
            retrieved: Vec::new(),
        },
        spent: Spent::default(),
        wall: Duration::ZERO,
    }
}

fn respond(
    finished: &[Finished],
    reasoned: &Finished,
    outcomes: &[Outcome],
    french: bool,
    warnings: &[String],
) -> AnalyseResponse {
    let mut agent_results = Vec::new();
    let mut skipped = Map::new();
    for it in finished {
        match respond::agent_result(&it.outcome, &it.spent) {
            Some(result) => agent_results.push((it.outcome.agent.clone(), result)),
            None => {
                if let OutcomeStatus::Skipped(why) = &it.outcome.status {
                    skipped.insert(it.outcome.agent.clone(), json!(why));
                }
            }
        }
    }
    let mut outputs = Map::new();
    let mut summary = String::new();
    if let OutcomeStatus::Completed {
        summary: text, extras, ..
    } = &reasoned.outcome.status
    {
        text.clone_into(&mut summary);
        outputs.extend(extras.clone());
    }
    if summary.is_empty() {
        summary = fallback::summary(outcomes, french);
    }
    if let Some(mut result) = respond::agent_result(&reasoned.outcome, &reasoned.spent) {
        fallback::fill(&mut result.additional_outputs, &summary, outcomes);
        if result.analysis.is_empty() {
            let worst = fallback::analysis(outcomes, &reasoned.outcome.agent);
            result
                .analysis
                .push(worst.unwrap_or_else(|| respond::no_finding(&reasoned.outcome.agent, &summary)));
        }
        agent_results.push((reasoned.outcome.agent.clone(), result));
    }
    outputs.insert("skipped_agents".to_owned(), Json::Object(skipped));
    outputs.insert("warnings".to_owned(), json!(warnings));
    let error_messages = agent_results
        .iter()
        .map(|(name, result)| (name.clone(), result.error_message.clone()))
        .collect();
    AnalyseResponse {
        agent_results: OrderedMap(agent_results),
        summary,
        additional_outputs: outputs,
        error_messages: OrderedMap(error_messages),
        dataset_name: None,
    }
}

impl Diagnosis for Coordinator {
    fn decode(&self, body: &[u8]) -> Result<Experiment, Problem> {
        decode_request(body, &self.access)
    }

    fn retrieve(&self, experiment: Experiment, time_left: Duration) -> BoxFuture<'_, Result<Experiment, Problem>> {
        Box::pin(mlflow::fill(&self.mlflow, experiment, time_left))
    }

    fn analyse(&self, experiment: Experiment, options: AnalyseOptions) -> BoxFuture<'_, AnalyseResponse> {
        Box::pin(self.run(experiment, options))
    }

    fn agents(&self) -> Vec<AgentInfo> {
        let agents = Self::agents(self);
        let analyzers = agents.analyzers.iter().map(|it| (it, Role::Analyzer));
        analyzers
            .chain(std::iter::once((&agents.reasoner, Role::Reasoner)))
            .map(|(plugin, role)| info(plugin, role, agents.meta(plugin.name())))
            .collect()
    }

    fn plugins(&self) -> PluginsInfo {
        PluginsInfo::clone(&self.last_look.load())
    }

    fn reload(&self) -> BoxFuture<'_, PluginsInfo> {
        Box::pin(self.reload_now("asked for"))
    }

    fn knowledge(&self, query: &KnowledgeQuery) -> Result<Vec<KnowledgePassage>, Problem> {
        self.loaded.knowledge.look_up(query)
    }

    fn knowledge_domains(&self) -> Vec<String> {
        self.loaded
            .knowledge
            .0
            .domains()
            .into_iter()
            .map(str::to_owned)
            .collect()
    }
}

fn info(plugin: &Plugin, role: Role, meta: Option<&Meta>) -> AgentInfo {
    let (description, config) = (plugin.description().clone(), plugin.config());
    AgentInfo {
        name: plugin.name().to_owned(),
        plugin: description.name,
        role,
        version: description.version,
        summary: description.summary,
        component: config.file.clone(),
        sha256: plugin.sha256().to_owned(),
        size: plugin.size(),
        consumes: description.consumes,
        codes: description.codes,
        requested: description.capabilities,
        granted_artifacts: config.grants.artifacts.clone(),
        granted_capabilities: config.grants.capabilities.clone(),
        granted_secrets: config.grants.secrets.names().map(str::to_owned).collect(),
        limits: config.limits,
        signed_by: meta.and_then(|it| it.signed_by.clone()),
        generation: meta.map_or(1, |it| it.generation),
    }
}
