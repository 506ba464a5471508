//! One experiment: the analyzers, then the reasoner, and what the response says besides.

use std::{sync::Arc, time::Instant};

use deepfix_core::{AnalyseOptions, AnalyseResponse, Experiment, Outcome, OutcomeStatus};
use deepfix_runtime::{NoLanguageModel, RunInput, Services};
use serde_json::{Map, Value as Json, json};
use tracing::Instrument as _;

use super::{
    Coordinator,
    response::respond,
    running::{milliseconds, run_analyzers, run_reasoner},
};
use crate::{agents::Agents, figures, french, model::RequestModel, reconcile, translate, wanted, write_back};

/// The share of a request's time that analyzers may use; the rest is the reasoner's.
const ANALYZERS_SHARE: f64 = 0.9;

/// Why a configured language model was not asked.
const USED_UP: &str = "the language model was not asked: what this tenant may use of it today is used up";

impl Coordinator {
    pub(super) async fn run(&self, experiment: Experiment, options: AnalyseOptions) -> AnalyseResponse {
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
