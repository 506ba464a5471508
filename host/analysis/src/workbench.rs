//! One component by itself, with the services that it would have: for who writes it.

use std::{sync::Arc, time::Duration};

use deepfix_config::Config;
use deepfix_core::{Allowance, ArtifactSet, Experiment};
use deepfix_knowledge::KnowledgeBase;
use deepfix_llm::Llm;
use deepfix_runtime::{Engine, KnowledgeSearch, NoLanguageModel, Plugin, Query, Run, RunInput, ServiceError, Services};

use crate::{StartError, knowledge::Knowledge, model, model::RequestModel, start};

/// An engine, and the services behind the host functions.
pub struct Workbench {
    engine: Engine,
    knowledge: Arc<dyn KnowledgeSearch>,
    llm: Option<Llm>,
    samples: u32,
}

impl Workbench {
    /// With the knowledge base and the language model of the configuration.
    ///
    /// # Errors
    /// One of them cannot be used.
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        let paths = config.knowledge.paths.clone();
        let knowledge = tokio::task::spawn_blocking(move || KnowledgeBase::load(&paths))
            .await
            .map_err(|error| StartError::Knowledge(error.to_string()))?
            .map_err(|error| StartError::Knowledge(error.to_string()))?;
        Ok(Self {
            engine: start::engine(config)?,
            knowledge: Arc::new(Knowledge(knowledge)),
            llm: model::service(config)?,
            samples: config.llm.samples,
        })
    }

    /// Without any service: what needs one is on a recording.
    ///
    /// # Errors
    /// The machine cannot run WebAssembly.
    pub fn bare(config: &Config) -> Result<Self, StartError> {
        Ok(Self {
            engine: start::engine(config)?,
            knowledge: Arc::new(NoKnowledge),
            llm: None,
            samples: 1,
        })
    }

    /// The engine.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Runs an analyzer on one experiment.
    pub async fn analyze(&self, plugin: &Plugin, experiment: &Experiment, artifacts: &Arc<ArtifactSet>) -> Run {
        let mut input = RunInput {
            request_id: "workbench".into(),
            dataset_name: experiment.dataset_name.clone().unwrap_or_default(),
            model_name: experiment.model_name.clone(),
            language: experiment.language.clone(),
            artifacts: Arc::clone(artifacts),
            services: Services {
                knowledge: Arc::clone(&self.knowledge),
                llm: Arc::new(NoLanguageModel),
                progress: None,
            },
            time_left: Duration::MAX,
        };
        let model = self
            .llm
            .as_ref()
            .and_then(|llm| RequestModel::new(llm, self.samples, &Allowance::default()));
        if let Some(model) = &model {
            model.lend(plugin, &mut input);
        }
        Box::pin(plugin.analyze(input)).await
    }
}

struct NoKnowledge;

impl KnowledgeSearch for NoKnowledge {
    fn search(&self, _: &Query) -> Result<Vec<deepfix_runtime::Passage>, ServiceError> {
        Err(ServiceError::Unavailable("there is no knowledge base here".to_owned()))
    }
}
