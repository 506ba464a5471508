//! `/v1/analyses`: what was diagnosed before.

mod compare;
mod remember;

use std::sync::Arc;

use axum::{
    Extension, Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use deepfix_core::{AnalyseResponse, Problem, ProblemCode};
use deepfix_history::{Entry, Filter, History, HistoryError, Stored};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use crate::{
    access::Identity,
    app::App,
    jobs,
    openapi::{BadParameter, Missing, Refused},
    problem::Refusal,
    time,
};

pub(crate) use compare::changes;
pub(crate) use remember::{remember, severity_name};

/// An analysis in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listed {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    dataset_name: String,
    /// The worst finding: `none`, `low`, `medium` or `high`.
    severity: &'static str,
    findings: i64,
    codes: Vec<String>,
    failed_agents: i64,
    summary: String,
}

impl From<Entry> for Listed {
    fn from(it: Entry) -> Self {
        Self {
            id: it.id,
            created_at: time::of_milliseconds(it.created_at),
            dataset_name: it.dataset_name,
            severity: severity_name(it.severity),
            findings: it.findings,
            codes: it.codes,
            failed_agents: it.failed_agents,
            summary: it.summary,
        }
    }
}

/// A whole analysis.
#[derive(Debug, Serialize, ToSchema)]
struct Whole {
    #[serde(flatten)]
    listed: Listed,
    #[schema(value_type = AnalyseResponse)]
    response: Box<RawValue>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Part of the data set's name, whatever its case.
    pub(crate) dataset: Option<String>,
    /// A fault code that was found.
    pub(crate) code: Option<String>,
    /// The worst finding is at least this: `low`, `medium` or `high`.
    pub(crate) severity: Option<String>,
    /// Not older; a time such as `2026-05-28T20:26:40Z`.
    pub(crate) since: Option<String>,
    /// Older.
    pub(crate) until: Option<String>,
    /// What `next` of the page before has given.
    pub(crate) after: Option<String>,
    /// Entries of the page.
    #[param(minimum = 1, maximum = 500)]
    pub(crate) limit: Option<i64>,
}

/// Some of what was diagnosed, the newest first.
#[derive(Serialize, ToSchema)]
struct Page {
    analyses: Vec<Listed>,
    /// What `after` of the next page is; null at the end.
    next: Option<String>,
}

/// What was diagnosed before, the newest first.
#[utoipa::path(get, path = "/v1/analyses", tag = "history", params(Wanted), responses(
    (status = 200, description = "A page of analyses", body = Page), Refused, BadParameter, Missing,
))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    Extension(identity): Extension<Identity>,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Refusal> {
    let Query(wanted) = query.map_err(|error| invalid("", &error.body_text(), "the parameters of this endpoint"))?;
    let filter = filter(wanted)?;
    let page = history(&app)?.list(&identity.tenant, &filter).await.map_err(failed)?;
    Ok(Json(Page {
        analyses: page.analyses.into_iter().map(Listed::from).collect(),
        next: page.next,
    })
    .into_response())
}

pub(crate) fn filter(wanted: Wanted) -> Result<Filter, Refusal> {
    let time = |name: &str, text: Option<String>| {
        let parsed = text.map(|text| {
            let expected = "a time such as `2026-05-28T20:26:40Z`";
            time::milliseconds(&text).ok_or_else(|| invalid(name, &text, expected))
        });
        parsed.transpose()
    };
    let severity = wanted.severity.map(|text| match text.as_str() {
        "low" => Ok(1),
        "medium" => Ok(2),
        "high" => Ok(3),
        other => Err(invalid("severity", other, "`low`, `medium` or `high`")),
    });
    if let Some(limit) = wanted.limit.filter(|it| !(1..=500).contains(it)) {
        return Err(invalid("limit", &limit.to_string(), "1 to 500"));
    }
    Ok(Filter {
        dataset: wanted.dataset.filter(|it| !it.is_empty()),
        code: wanted.code.filter(|it| !it.is_empty()),
        severity: severity.transpose()?,
        since: time("since", wanted.since)?,
        until: time("until", wanted.until)?,
        after: wanted.after,
        limit: wanted.limit,
    })
}

/// One analysis, whole.
#[utoipa::path(get, path = "/v1/analyses/{id}", tag = "history",
    params(("id" = String, Path, description = "The analysis")), responses(
    (status = 200, description = "The analysis", body = Whole), Refused, Missing,
))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Extension(identity): Extension<Identity>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let stored = one(&app, &identity, &id).await?;
    let response = raw(stored.response)?;
    Ok(Json(Whole {
        listed: stored.entry.into(),
        response,
    })
    .into_response())
}

/// A stored response as it stands: nobody reads it here.
pub(crate) fn raw(response: String) -> Result<Box<RawValue>, Refusal> {
    RawValue::from_string(response).map_err(|error| {
        tracing::error!(%error, "a stored response is no JSON");
        Problem::new(ProblemCode::Internal, "the stored response is damaged").into()
    })
}

/// Forgets an analysis.
#[utoipa::path(delete, path = "/v1/analyses/{id}", tag = "history",
    params(("id" = String, Path, description = "The analysis")), responses(
    (status = 204, description = "It is forgotten"), Refused, Missing,
))]
pub(crate) async fn forget(
    State(app): State<Arc<App>>,
    Extension(identity): Extension<Identity>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let there = history(&app)?.forget(&identity.tenant, &id).await.map_err(failed)?;
    if there {
        jobs::done(&app, &id).await;
    }
    // The result of a job that ends in this moment is in memory too, or will be.
    app.jobs.forget_of(&id, &identity.tenant, there);
    if there {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(unknown(&id))
    }
}

/// Two analyses, and what changed from one to the other.
#[derive(Serialize, ToSchema)]
struct Compared {
    before: Listed,
    after: Listed,
    /// Faults that are new, changed, gone and the same, in this order.
    changes: Vec<compare::Change>,
}

/// What changed from one analysis to another.
#[utoipa::path(get, path = "/v1/analyses/{before}/compare/{after}", tag = "history", params(
    ("before" = String, Path, description = "The earlier analysis"),
    ("after" = String, Path, description = "The later one"),
), responses(
    (status = 200, description = "What changed", body = Compared), Refused, Missing,
))]
pub(crate) async fn compare(
    State(app): State<Arc<App>>,
    Extension(identity): Extension<Identity>,
    Path((before, after)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let (before, after) = (
        one(&app, &identity, &before).await?,
        one(&app, &identity, &after).await?,
    );
    let changes = changes(&before, &after)?;
    Ok(Json(Compared {
        before: before.entry.into(),
        after: after.entry.into(),
        changes,
    })
    .into_response())
}

pub(crate) async fn one(app: &App, identity: &Identity, id: &str) -> Result<Stored, Refusal> {
    let stored = history(app)?.get(&identity.tenant, id).await.map_err(failed)?;
    stored.ok_or_else(|| unknown(id))
}

fn history(app: &App) -> Result<&History, Refusal> {
    app.service
        .history
        .as_ref()
        .ok_or_else(|| Refusal::not_found("this server remembers no analyses (`[history] database` is empty)"))
}

fn unknown(id: &str) -> Refusal {
    let id = crate::problem::shown_path(id);
    Refusal::not_found(format!("there is no analysis `{id}`, or none that this key may read"))
}

pub(crate) fn invalid(parameter: &str, found: &str, expected: &str) -> Refusal {
    let found: String = found.chars().take(80).collect();
    let what = if parameter.is_empty() {
        "the query".to_owned()
    } else {
        format!("the parameter `{parameter}`")
    };
    Refusal::transport(
        StatusCode::BAD_REQUEST,
        "invalid_parameter",
        "A parameter is wrong",
        format!("{what}: found `{found}`, expected {expected}"),
    )
    .because(found, expected)
}

pub(crate) fn failed(error: HistoryError) -> Refusal {
    match error {
        HistoryError::Cursor { found } => invalid("after", &found, "what `next` of a page has given"),
        error => store_unavailable(&error),
    }
}

pub(crate) fn store_unavailable(error: &HistoryError) -> Refusal {
    tracing::error!(%error, "the history does not answer");
    Refusal::transport(
        StatusCode::SERVICE_UNAVAILABLE,
        "store_unavailable",
        "The database does not answer",
        "the server's log says why".to_owned(),
    )
    .retry_after(crate::admission::RETRY_AFTER)
}
