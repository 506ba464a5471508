use deepfix_core::Capability;

use crate::{
    bindings::knowledge::{Host, Passage, Query},
    error::HostError,
    gate::{Access, Cost},
    services::{self, ServiceError},
    state::HostState,
    tape::taped,
};

/// As documented in the WIT.
const MOST_PASSAGES: u32 = 50;

impl From<ServiceError> for HostError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Invalid(text) => Self::Invalid(text),
            ServiceError::Unavailable(text) => Self::Unavailable(text),
            ServiceError::TimedOut(text) => Self::TimedOut(text),
            ServiceError::BudgetExceeded(text) => Self::BudgetExceeded(text),
        }
    }
}

impl Host for HostState {
    async fn search(&mut self, query: Query) -> Result<Vec<Passage>, HostError> {
        let Query {
            text,
            domain,
            code,
            limit,
        } = &query;
        let passages: Result<Vec<Passage>, HostError> = taped!(
            self,
            "knowledge.search",
            [text, domain, code, limit],
            self.made_search(query.clone())
        );
        let passages = passages?;
        for passage in &passages {
            if !self.retrieved.iter().any(|(id, _)| *id == passage.id) {
                let line = format!("{}: {} ({})", passage.id, passage.title, passage.source);
                self.retrieved.push((passage.id.clone(), line));
            }
        }
        Ok(passages)
    }
}

impl HostState {
    async fn made_search(&mut self, query: Query) -> Result<Vec<Passage>, HostError> {
        self.gate.enter(Access::Capability(Capability::Knowledge))?;
        self.gate.charge(Cost::KnowledgeSearch)?;
        let passages = self.services.knowledge.search(&services::Query {
            text: self.secrets.hidden(query.text),
            domain: query.domain,
            code: query.code,
            limit: query.limit.min(MOST_PASSAGES),
        })?;
        Ok(passages
            .into_iter()
            .map(|it| Passage {
                id: it.id,
                title: it.title,
                text: it.text,
                domain: it.domain,
                source: it.source,
                score: it.score,
            })
            .collect())
    }
}
