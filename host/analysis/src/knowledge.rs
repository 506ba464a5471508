//! The knowledge base as the runtime wants it, and as a response refers to it.

use std::collections::BTreeSet;

use deepfix_core::{AnalyseResponse, KnowledgePassage, KnowledgeQuery, Problem, ProblemCode};
use deepfix_knowledge::{KnowledgeBase, SearchQuery};
use serde_json::{Map, Value as Json, json};

use deepfix_runtime::{KnowledgeSearch, Passage, Query, ServiceError};

pub(crate) struct Knowledge(pub(crate) KnowledgeBase);

impl Knowledge {
    /// Title and source of every passage that a response cites, by its id.
    pub(crate) fn cited(&self, response: &AnalyseResponse) -> Map<String, Json> {
        let results = response.agent_results.iter().flat_map(|(_, it)| &it.analysis);
        let ids: BTreeSet<&String> = results.flat_map(|it| &it.recommendations.citations).collect();
        ids.into_iter()
            .filter_map(|id| {
                let passage = self.0.get(id)?;
                let source = passage.source();
                let about = json!({
                    "title": passage.title(),
                    "source": source.map(|it| &it.title),
                    "url": source.map(|it| &it.url),
                });
                Some((id.clone(), about))
            })
            .collect()
    }

    /// What a person looks for.
    pub(crate) fn look_up(&self, query: &KnowledgeQuery) -> Result<Vec<KnowledgePassage>, Problem> {
        let hits = self.0.search(&SearchQuery {
            text: query.text.clone(),
            domain: query.domain.clone(),
            code: query.code.clone(),
            limit: query.limit,
        });
        let hits = hits.map_err(|error| {
            tracing::error!(%error, "the knowledge base cannot be searched");
            Problem::new(ProblemCode::Internal, "the knowledge base cannot be searched")
        })?;
        let passage = |it: deepfix_knowledge::Hit| {
            let (source, url) = it.source.map(|it| (it.title, it.url)).unwrap_or_default();
            KnowledgePassage {
                id: it.id,
                title: it.title,
                text: it.text,
                domain: it.domain,
                codes: it.codes,
                source,
                url,
                score: it.score,
            }
        };
        Ok(hits.into_iter().map(passage).collect())
    }
}

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
