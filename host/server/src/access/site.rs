//! Who made a browser send this. A page of anybody can have a browser post a form, or a body without a
//! type, to any address that the browser reaches, this machine's loopback included.

use axum::{
    extract::Request,
    http::{
        Method, StatusCode,
        header::{HOST, ORIGIN},
    },
};

use crate::problem::Refusal;

/// Refuses what another site makes a browser send. Who is no browser sends neither header, and no
/// cookie of its own accord.
///
/// # Errors
/// It came from elsewhere, and is more than a look.
pub(crate) fn only_from_here(request: &Request) -> Result<(), Refusal> {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    let text = |name: &str| request.headers().get(name).and_then(|it| it.to_str().ok());
    let found = match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some("same-origin" | "none"), _) | (None, None) => return Ok(()),
        (Some(site), _) => site,
        (None, Some(origin)) => {
            let authority = origin.split_once("://").map_or(origin, |(_, it)| it);
            if text(HOST.as_str()).is_some_and(|it| it.eq_ignore_ascii_case(authority)) {
                return Ok(());
            }
            origin
        }
    };
    let found: String = found.chars().take(80).collect();
    Err(Refusal::transport(
        StatusCode::FORBIDDEN,
        "cross_site",
        "Another site sent this",
        "a browser may send this from this server's own pages only".to_owned(),
    )
    .because(found, "a request of the same origin"))
}
