//! `/knowledge` and `/v1/knowledge`.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use deepfix_core::{KnowledgePassage, KnowledgeQuery, Problem, ProblemCode};
use deepfix_pages::{Here, Knowledge, Passage};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::answer;
use crate::{
    app::App,
    history::invalid,
    openapi::{BadParameter, Refused},
    problem::Refusal,
};

/// Passages of one answer unless told otherwise, and at most.
const LIMIT: usize = 10;
const MOST: usize = 50;
/// Characters of a question; more would only be words that find nothing.
const MAX_QUESTION: usize = 2_000;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Search {
    /// Words, or a question; at most 2,000 bytes.
    #[param(required = false)]
    q: String,
    /// A domain of the knowledge base alone.
    #[param(required = false)]
    domain: String,
    /// Passages about a fault code alone.
    #[param(required = false)]
    code: String,
    /// Passages of the answer.
    #[param(minimum = 1, maximum = 50)]
    limit: Option<usize>,
}

/// Passages of the knowledge base.
#[derive(Serialize, ToSchema)]
struct Found {
    /// The nearest first.
    #[schema(value_type = Vec<Object>)]
    passages: Vec<KnowledgePassage>,
    /// What `domain` may be.
    domains: Vec<String>,
}

impl Search {
    fn is_empty(&self) -> bool {
        self.q.trim().is_empty() && self.domain.is_empty() && self.code.is_empty()
    }

    fn query(&self) -> Result<KnowledgeQuery, Refusal> {
        if self.q.len() > MAX_QUESTION {
            let expected = format!("at most {MAX_QUESTION} bytes");
            return Err(invalid("q", &format!("{} bytes", self.q.len()), &expected));
        }
        let limit = self.limit.unwrap_or(LIMIT);
        if !(1..=MOST).contains(&limit) {
            return Err(invalid("limit", &limit.to_string(), &format!("1 to {MOST}")));
        }
        let some = |text: &str| Some(text.trim().to_owned()).filter(|it| !it.is_empty());
        Ok(KnowledgeQuery {
            text: self.q.clone(),
            domain: some(&self.domain),
            code: some(&self.code),
            limit,
        })
    }
}

/// A search reads the index: not on a thread that answers others.
async fn found(app: &Arc<App>, query: KnowledgeQuery) -> Result<Vec<KnowledgePassage>, Refusal> {
    let app = Arc::clone(app);
    let found = tokio::task::spawn_blocking(move || app.service.diagnosis.knowledge(&query)).await;
    let lost = |_| {
        Err(Problem::new(
            ProblemCode::Internal,
            "the search was lost; the server's log says more",
        ))
    };
    Ok(found.unwrap_or_else(lost)?)
}

fn parameters(query: Result<Query<Search>, QueryRejection>) -> Result<Search, Refusal> {
    let expected = "`q`, `domain`, `code` and `limit`";
    query
        .map(|Query(it)| it)
        .map_err(|error| invalid("", &error.body_text(), expected))
}

/// The passages of the knowledge base that are nearest to some words.
#[utoipa::path(get, path = "/v1/knowledge", tag = "knowledge", params(Search), responses(
    (status = 200, description = "Passages with their sources", body = Found), Refused, BadParameter,
))]
pub(crate) async fn search(
    State(app): State<Arc<App>>,
    query: Result<Query<Search>, QueryRejection>,
) -> Result<Response, Refusal> {
    let passages = found(&app, parameters(query)?.query()?).await?;
    let domains = app.service.diagnosis.knowledge_domains();
    Ok(Json(Found { passages, domains }).into_response())
}

pub(super) async fn show(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    query: Result<Query<Search>, QueryRejection>,
) -> Result<Response, Refusal> {
    let search = parameters(query)?;
    let passages = if search.is_empty() {
        None
    } else {
        Some(found(&app, search.query()?).await?.into_iter().map(passage).collect())
    };
    let content = Knowledge {
        question: search.q,
        domain: search.domain,
        code: search.code,
        domains: app.service.diagnosis.knowledge_domains(),
        passages,
    };
    let frame = answer::frame(&headers, Here::Knowledge, 0);
    answer::page(deepfix_pages::knowledge(&frame, &content))
}

fn passage(it: KnowledgePassage) -> Passage {
    Passage {
        id: it.id,
        title: it.title,
        text: it.text,
        domain: it.domain,
        codes: it.codes,
        source: it.source,
        url: it.url,
    }
}
