//! What a server remembers, over a restart and between tenants.

mod analyses;
mod database;
mod jobs;
mod keys;

use std::{path::Path, time::Duration};

use deepfix_config::{AccessConfig, OidcConfig, RequireKeys, ServerConfig};
use deepfix_history::{History, NewAnalysis, now};
use deepfix_server::Service;
use serde_json::Value;

use crate::wire::{self, Answer, Server, analyse, config, post};

async fn open(folder: &Path) -> History {
    let file = folder.join("a folder #1/history.db");
    wire::open(&file.display().to_string(), 4).await
}

async fn server(history: History, access: AccessConfig) -> Server {
    let config = ServerConfig {
        // A job that hangs is cut off soon.
        drain_timeout: Duration::from_millis(200),
        ..config()
    };
    Server::of(&config, |diagnosis, config| {
        Service::new(diagnosis, config)
            .with_history(history, Duration::from_secs(3600), false)
            .with_access(&access, &[], &OidcConfig::default())
            .unwrap()
    })
    .await
}

/// An analysis of the tenant without a name that found nothing.
pub(crate) fn analysis(id: &str, response: &str) -> NewAnalysis {
    NewAnalysis {
        id: id.to_owned(),
        tenant: String::new(),
        created_at: now(),
        dataset_name: String::new(),
        severity: 0,
        findings: 0,
        codes: Vec::new(),
        failed_agents: 0,
        summary: String::new(),
        response: response.to_owned(),
    }
}

fn open_to_all() -> AccessConfig {
    AccessConfig {
        require_keys: RequireKeys::Never,
        ..AccessConfig::default()
    }
}

async fn analyse_with(server: &Server, what: &str, headers: &str) -> Answer {
    let headers = format!("content-type: application/json\r\n{headers}");
    let request = post("/v1/analyse", &headers, format!(r#"{{"do": "{what}"}}"#));
    server.send(request).await.answer().await
}
