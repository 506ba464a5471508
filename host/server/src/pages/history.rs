//! `/analyses`, `/analyses/compare` and `/analyses/{id}`.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::Response,
};
use deepfix_core::{AnalyseResponse, Problem, ProblemCode};
use deepfix_history::Entry;
use deepfix_pages::{Compare, Here, List, Row};
use serde::Deserialize;
use serde_json::Value as Json;

use super::answer;
use crate::{
    access::Identity,
    app::App,
    history::{Wanted, changes, failed, filter, invalid, one, severity_name},
    problem::Refusal,
    time,
};

/// Analyses of a page of the list.
const PER_PAGE: i64 = 25;

pub(super) fn row(it: Entry) -> Row {
    Row {
        id: it.id,
        created_at: time::of_milliseconds(it.created_at),
        dataset_name: it.dataset_name,
        severity: severity_name(it.severity).to_owned(),
        findings: it.findings,
        failed_agents: it.failed_agents,
        summary: it.summary,
    }
}

/// What the form of the list sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Search {
    dataset: String,
    code: String,
    severity: String,
    after: String,
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
    query: Result<Query<Search>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(search) = query.map_err(|error| invalid("", &error.body_text(), "the fields of the form"))?;
    let mut content = List {
        remembers: app.service.history.is_some(),
        is_later: !search.after.is_empty(),
        dataset: search.dataset,
        code: search.code,
        severity: search.severity,
        ..List::default()
    };
    if let Some(history) = &app.service.history {
        let some = |text: &str| Some(text.trim().to_owned()).filter(|it| !it.is_empty());
        let wanted = filter(Wanted {
            dataset: some(&content.dataset),
            code: some(&content.code),
            severity: some(&content.severity),
            after: some(&search.after),
            limit: Some(PER_PAGE),
            ..Wanted::default()
        })?;
        let page = history.list(&identity.tenant, &wanted).await.map_err(failed)?;
        content.rows = page.analyses.into_iter().map(row).collect();
        content.next = page.next;
    }
    let frame = answer::frame(&headers, Here::Analyses, 0);
    answer::page(deepfix_pages::list(&frame, &content))
}

/// The two that are compared.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Pair {
    a: String,
    b: String,
}

pub(super) async fn compare(
    State(app): State<Arc<App>>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
    query: Result<Query<Pair>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(pair) = query.map_err(|error| invalid("", &error.body_text(), "`a` and `b`"))?;
    for (name, id) in [("a", &pair.a), ("b", &pair.b)] {
        if id.is_empty() {
            return Err(invalid(name, "nothing", "the id of an analysis"));
        }
    }
    let (before, after) = (
        one(&app, &identity, &pair.a).await?,
        one(&app, &identity, &pair.b).await?,
    );
    let content = Compare {
        changes: changes(&before, &after)?
            .into_iter()
            .map(deepfix_pages::Change::from)
            .collect(),
        before: row(before.entry),
        after: row(after.entry),
    };
    let frame = answer::frame(&headers, Here::Compare, 1);
    answer::page(deepfix_pages::compare(&frame, &content))
}

pub(super) async fn report(
    State(app): State<Arc<App>>,
    Extension(identity): Extension<Identity>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let stored = one(&app, &identity, &id).await?;
    rendered(stored.response).await
}

/// The report of a response.
pub(super) async fn rendered(response: String) -> Result<Response, Refusal> {
    // Reads a whole response: not on a thread that answers others.
    let made = tokio::task::spawn_blocking(move || render(&response)).await;
    let page = made.unwrap_or_else(|error| Err(error.to_string())).map_err(|error| {
        tracing::error!(error, "a report could not be made");
        Problem::new(
            ProblemCode::Internal,
            "the report could not be made; the server's log says why",
        )
    })?;
    Ok(answer::report(page))
}

fn render(response: &str) -> Result<String, String> {
    let response: AnalyseResponse = serde_json::from_str(response).map_err(|error| error.to_string())?;
    let language = response.additional_outputs.get("language").and_then(Json::as_str);
    let language = language.unwrap_or("english").trim().to_lowercase();
    deepfix_report::html_on_server(&response, &language).map_err(|error| error.to_string())
}
