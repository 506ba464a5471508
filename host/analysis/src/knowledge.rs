//! The knowledge base as the runtime wants it.

use deepfix_knowledge::{KnowledgeBase, SearchQuery};
use deepfix_runtime::{KnowledgeSearch, Passage, Query, ServiceError};

pub(crate) struct Knowledge(pub(crate) KnowledgeBase);

impl KnowledgeSearch for Knowledge {
    fn search(&self, query: &Query) -> Result<Vec<Passage>, ServiceError> {
        let hits = self
            .0
            .search(&SearchQuery {
                text: query.text.clone(),
                domain: query.domain.clone(),
                code: query.code.clone(),
                limit: query.limit as usize,
            })
            .map_err(|error| ServiceError::Unavailable(error.to_string()))?;
        Ok(hits
            .into_iter()
            .map(|hit| Passage {
                id: hit.id,
                title: hit.title,
                text: hit.text,
                domain: hit.domain,
                source: hit
                    .source
                    .map(|it| format!("{}, {}", it.title, it.url))
                    .unwrap_or_default(),
                score: hit.score,
            })
            .collect())
    }
}
