//! Who may do what: names of the server, tokens, tenants, administration.

mod names_and_keys;
mod tenants;
mod tokens;

use std::time::Duration;

use deepfix_config::{AccessConfig, OidcConfig, RequireKeys};
use deepfix_history::now;
use deepfix_server::{Scope, Service, mint};

use crate::wire::{Answer, Server, config, open, post};

fn always() -> AccessConfig {
    AccessConfig {
        require_keys: RequireKeys::Always,
        ..AccessConfig::default()
    }
}

async fn ask(server: &Server, method: &str, path: &str, headers: &str) -> Answer {
    let request = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n");
    server.send(request).await.answer().await
}

async fn analyse(server: &Server, path: &str, what: &str, headers: &str) -> Answer {
    let headers = format!("content-type: application/json\r\n{headers}");
    let request = post(path, &headers, format!(r#"{{"do": "{what}"}}"#));
    server.send(request).await.answer().await
}
