//! One analysis: what is asked of a plugin, and the checks of what came back. The request that the
//! guest is handed is made in `request`; the sandbox around it is in `call`.

mod call;
mod request;

use std::{sync::Arc, time::Duration};

use deepfix_core::{AgentDescription, AgentError, ArtifactSet, FailureReason, Outcome, Report};
use serde::Serialize;

use crate::{
    Plugin, Usage,
    bindings::reasoner::exports::deepfix::analysis::reason,
    contract,
    convert::{self, error_text},
    services::{KnowledgeSearch, Passage, Query, ServiceError, Services},
    trap,
};
use call::{Answer, Job};
use request::to_outcome;

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
}

fn host_fault(found: &str) -> AgentError {
    AgentError {
        reason: FailureReason::HostFault,
        message: format!("the host got {found}"),
    }
}

/// A plugin that is only asked to describe itself finds nothing.
struct NoKnowledge;

impl KnowledgeSearch for NoKnowledge {
    fn search(&self, _: &Query) -> Result<Vec<Passage>, ServiceError> {
        Err(ServiceError::Unavailable("`describe` may not search".to_owned()))
    }
}
