//! The header `Host` where the server listens on loopback. A page of anybody can have a name of its own
//! point to 127.0.0.1 and so reach the server as if it were its own origin (DNS rebinding); what it
//! cannot change is the name in this header.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{Request, State},
    http::{StatusCode, header::HOST},
    middleware::Next,
    response::Response,
};

use crate::{app::App, problem::Refusal};

/// A middleware for the listener on an address: elsewhere than on loopback a key is asked for, which a page
/// does not have.
pub(crate) async fn check(
    State((app, address)): State<(Arc<App>, SocketAddr)>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    if !address.ip().is_loopback() {
        return Ok(next.run(request).await);
    }
    let host = request.headers().get(HOST).map(|it| it.to_str().unwrap_or("?"));
    let host = host.or_else(|| request.uri().host());
    // Without a name there is none to be misled by: browsers always send one.
    if let Some(host) = host {
        let policy = app.service.policy.load();
        if !is_ours(host, &policy.access.allowed_hosts) {
            let shown: String = host.chars().take(80).collect();
            return Err(Refusal::transport(
                StatusCode::MISDIRECTED_REQUEST,
                "wrong_host",
                "The server does not have this name",
                format!(
                    "the request is for `{shown}`, and this server listens on loopback: ask for its address or \
                     `localhost`, or add the name to `[access] allowed_hosts`"
                ),
            )
            .because(shown, "an address, `localhost` or one of `[access] allowed_hosts`"));
        }
    }
    Ok(next.run(request).await)
}

fn is_ours(host: &str, allowed: &[String]) -> bool {
    let name = without_port(host).trim_end_matches('.').to_ascii_lowercase();
    let address = name.trim_start_matches('[').trim_end_matches(']');
    address.parse::<IpAddr>().is_ok() || name == "localhost" || name.ends_with(".localhost") || allowed.contains(&name)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|it| it.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_localhost_are_ours_and_other_names_only_where_allowed() {
        let allowed = ["deepfix.example".to_owned()];
        for host in [
            "127.0.0.1:8844",
            "localhost",
            "LOCALHOST:1",
            "a.localhost:1",
            "[::1]:8844",
            "[::1]",
            "10.1.2.3",
            "DeepFix.example:80",
            "deepfix.example.",
        ] {
            assert!(is_ours(host, &allowed), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:8844",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "",
            "127.0.0.1@evil",
        ] {
            assert!(!is_ours(host, &allowed), "{host}");
        }
    }
}
