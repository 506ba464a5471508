//! `/analyses/{id}`: the report of a kept analysis, for a browser.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, State},
    http::{
        HeaderName, HeaderValue,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY},
    },
    response::{IntoResponse, Response},
};
use deepfix_core::{AnalyseResponse, Problem, ProblemCode};
use serde_json::Value as Json;

use crate::{access::Identity, app::App, problem::Refusal};

pub(crate) async fn page(
    State(app): State<Arc<App>>,
    Extension(identity): Extension<Identity>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let stored = super::one(&app, &identity, &id).await?;
    // Rendering reads a whole response: not on a thread that answers others.
    let rendered = tokio::task::spawn_blocking(move || render(&stored.response)).await;
    let page = rendered
        .unwrap_or_else(|error| Err(error.to_string()))
        .map_err(|error| {
            tracing::error!(error, id, "a report could not be made");
            Problem::new(
                ProblemCode::Internal,
                "the report could not be made; the server's log says why",
            )
        })?;
    let headers: [(HeaderName, HeaderValue); 3] = [
        (CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(deepfix_report::content_security_policy()),
        ),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    Ok((headers, page).into_response())
}

fn render(response: &str) -> Result<String, String> {
    let response: AnalyseResponse = serde_json::from_str(response).map_err(|error| error.to_string())?;
    let language = response.additional_outputs.get("language").and_then(Json::as_str);
    let language = language.unwrap_or("english").trim().to_lowercase();
    deepfix_report::html(&response, &language).map_err(|error| error.to_string())
}
