//! The API as an OpenAPI 3.1 document. Routes and document come from the same expressions (`routes.rs`);
//! here is what no handler says: the answers that many share, and the request, which is read by hand
//! because four generations of clients write it differently.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    extract::{Request, State},
    http::{HeaderValue, header::CONTENT_SECURITY_POLICY},
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
};
use deepfix_core::Problem;
use serde::Serialize;
use utoipa::{
    IntoResponses, Modify, OpenApi, ToSchema,
    openapi::{
        ContentBuilder, Ref, RefOr, ResponseBuilder,
        response::Response as Described,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::app::App;

/// Where the document is.
pub(crate) const PATH: &str = "/openapi.json";

/// The viewer runs its own scripts and sets styles on elements; it fetches the document and nothing else.
const VIEWER_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// What stands around the paths.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "DeepFix",
        description = "Diagnoses machine-learning experiments. Every path also answers under `/api`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(Problem)),
    modifiers(&Keys),
    security((), ("key" = []), ("bearer" = [])),
)]
pub(crate) struct Frame;

struct Keys;

impl Modify for Keys {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let key = ApiKeyValue::with_description("x-api-key", "A key of `deepfix keys create`");
        components.add_security_scheme("key", SecurityScheme::ApiKey(ApiKey::Header(key)));
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("The same key, or a token of the identity provider of `[oidc]`"))
            .build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

/// The document that a server of this version serves.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    crate::routes::documented()
}

pub(crate) async fn document(State(app): State<Arc<App>>) -> Response {
    Json(&*app.openapi).into_response()
}

/// The viewer and its files, which are in this binary.
pub(crate) fn viewer<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let ui = SwaggerUi::new("/docs").config(Config::from(PATH).validator_url("none"));
    Router::from(ui).layer(from_fn(async |request: Request, next: Next| {
        let mut response = next.run(request).await;
        response.headers_mut().insert(CONTENT_SECURITY_POLICY, VIEWER_POLICY);
        response
    }))
}

fn problems(all: &[(&str, &str)]) -> BTreeMap<String, RefOr<Described>> {
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let of = |(status, description): &(&str, &str)| {
        let response = ResponseBuilder::new()
            .description(*description)
            .content("application/problem+json", content.clone())
            .build();
        ((*status).to_owned(), RefOr::T(response))
    };
    all.iter().map(of).collect()
}

/// What any operation may answer.
pub(crate) struct Refused;

impl IntoResponses for Refused {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        problems(&[
            ("401", "A valid key or token is needed (`unauthorized`)"),
            (
                "403",
                "The key or token does not allow this, or another site sent it (`forbidden`, `cross_site`, `not_from_here`)",
            ),
            ("405", "The resource does not offer this method (`method_not_allowed`)"),
            ("421", "The server does not have the name of `Host` (`wrong_host`)"),
            (
                "429",
                "Too many requests, with Retry-After (`rate_limited`, `overloaded`)",
            ),
            ("500", "A fault of the server (`internal`)"),
            (
                "503",
                "Not now, with Retry-After (`shutting_down`, `store_unavailable`, `provider_unavailable`)",
            ),
        ])
    }
}

/// What an operation that reads a body may answer beside.
pub(crate) struct BodyRefused;

impl IntoResponses for BodyRefused {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        problems(&[
            ("400", "The body is no JSON (`malformed_json`, `unreadable_body`)"),
            ("404", "What the request names is not there (`source_not_found`)"),
            ("408", "The body arrived too slowly (`body_timed_out`)"),
            ("413", "The body is too large (`payload_too_large`)"),
            ("415", "The body is not of a supported type (`unsupported_media_type`)"),
            (
                "422",
                "A field has the wrong shape, or there is nothing to analyse (`invalid_field`, `nothing_to_analyse`)",
            ),
            ("502", "MLflow cannot be read (`source_denied`, `source_unavailable`)"),
            ("504", "Not done in time (`timed_out`)"),
        ])
    }
}

/// What an operation on one thing may answer beside.
pub(crate) struct Missing;

impl IntoResponses for Missing {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        problems(&[("404", "There is none, or none of this tenant (`not_found`)")])
    }
}

/// What an operation with parameters may answer beside.
pub(crate) struct BadParameter;

impl IntoResponses for BadParameter {
    fn responses() -> BTreeMap<String, RefOr<Described>> {
        problems(&[("400", "A parameter is wrong (`invalid_parameter`)")])
    }
}

/// An experiment. Unknown members are ignored; each artifact may be null. `NaN`, `Infinity` and
/// `-Infinity` are accepted as numbers and as texts.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnalyseRequest {
    /// What is analysed.
    dataset_name: Option<String>,
    /// Empty where there is no model.
    model_name: Option<String>,
    /// The language of the texts, such as `english` or `french`.
    #[schema(example = "english")]
    language: Option<String>,
    /// Statistics of the data sets.
    #[schema(value_type = Option<Object>)]
    dataset_artifacts: (),
    /// Results of data and model checks, by suite.
    #[schema(value_type = Option<Object>)]
    deepchecks_artifacts: (),
    /// The saved model.
    #[schema(value_type = Option<Object>)]
    model_checkpoint_artifacts: (),
    /// Metrics over time and the parameters of the training.
    #[schema(value_type = Option<Object>, example = json!({"metrics_values": {"epoch": [1, 2], "train_loss": [1.0, 0.5]}}))]
    training_artifacts: (),
    /// A run of MLflow in place of artifacts: `run_id` or `dataset_name`, and `tracking_uri`.
    #[schema(value_type = Option<Object>)]
    mlflow: (),
}

/// A job.
#[derive(ToSchema)]
#[schema(as = Job)]
#[allow(dead_code, reason = "described here, written by `jobs::job`")]
pub(crate) struct JobSchema {
    /// Names it in `/v2/jobs/{id}`.
    job_id: String,
    /// How far it is.
    #[schema(value_type = JobStatus)]
    status: (),
    /// The response of a completed one.
    result: Option<deepfix_core::AnalyseResponse>,
    /// Why a failed one failed.
    error: Option<String>,
    /// When it was accepted.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// How far a job is.
#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
#[allow(dead_code, reason = "described here, written by `jobs::job`")]
pub(crate) enum JobStatus {
    /// It waits for its turn.
    Pending,
    /// It runs.
    Processing,
    /// It has a result.
    Completed,
    /// It has an error.
    Failed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_of_a_problem_is_the_one_that_answers_refer_to() {
        assert_eq!(Problem::name(), "Problem");
        for answers in [Refused::responses(), BodyRefused::responses(), Missing::responses()] {
            assert!(!answers.is_empty());
        }
    }
}
