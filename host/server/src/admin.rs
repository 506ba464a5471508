//! What only the operator on this machine may ask for.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};

use deepfix_core::PluginsInfo;

use crate::{access::Identity, app::App, openapi::Refused, problem::Refusal};

/// Who is at the other end of the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// What a proxy on this machine adds for somebody elsewhere, and a browser for a page of somebody else.
const NOT_FROM_HERE: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "origin"];

/// Looks at plugins and configuration now.
///
/// For who asks on this machine itself, or with a key or token that has the scope `admin`.
#[utoipa::path(post, path = "/v1/admin/reload", tag = "operations", responses(
    (status = 200, description = "What the look came to", body = PluginsInfo), Refused,
))]
pub(crate) async fn reload(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let local = peer.is_some_and(|Extension(Peer(it))| it.to_canonical().is_loopback());
    let via = NOT_FROM_HERE.iter().find(|it| headers.contains_key(**it));
    // A proven identity has the scope already: the gate before this route has seen to it.
    if !identity.proven && (!local || via.is_some()) {
        let found = via.map_or_else(
            || "another address".to_owned(),
            |it| format!("the header `{it}`, which tells of somebody elsewhere"),
        );
        return Err(Refusal::transport(
            StatusCode::FORBIDDEN,
            "not_from_here",
            "Not from here",
            "the agents are reloaded for who asks on this machine itself".to_owned(),
        )
        .because(found, "a connection from the loopback address"));
    }
    Ok(Json(app.service.diagnosis.reload().await).into_response())
}
