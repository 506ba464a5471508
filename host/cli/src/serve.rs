use std::{path::Path, process::ExitCode, sync::Arc, time::Instant};

use anyhow::{Context as _, bail};
use deepfix_analysis::Coordinator;
use deepfix_core::Diagnosis;
use deepfix_server::Service;
use tokio::net::TcpListener;

use crate::{args::ServeArgs, config, history, logging, uploads};

/// `deepfix serve`.
pub(crate) async fn run(named: Option<&Path>, args: ServeArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let config = config::load_with(named, args.tape)?;
    logging::start(&config.log)?;
    let mut server = config.server.clone();
    server.listen = args.listen.unwrap_or(server.listen);
    let address = server.listen;
    // Bound before the components are loaded: a port that is taken is known at once.
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; change `[server] listen` or use --listen"))?;
    let admin = match server.admin_listen {
        None => None,
        Some(address) => Some(
            TcpListener::bind(address)
                .await
                .with_context(|| format!("cannot listen on {address} (`[server] admin_listen`)"))?,
        ),
    };
    let shutdown = deepfix_server::shutdown_signal().context("cannot listen for signals")?;
    let metrics = deepfix_server::start_metrics().context("cannot count for /metrics")?;
    let history = history::open(&config.history).await?;
    let coordinator = Arc::new(Coordinator::start(&config).await?);
    let diagnosis: Arc<dyn Diagnosis> = coordinator.clone();
    coordinator.watch();
    tracing::info!(
        address = %listener.local_addr()?,
        agents = diagnosis.agents().len(),
        refused = coordinator.refused().len(),
        allocator = ?coordinator.allocator(),
        ready_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "ready"
    );
    let mut service = Service::new(diagnosis, &server)
        .with_access(&config.access)
        .with_uploads(&config.uploads, uploads::reader())
        .with_metrics(metrics);
    if let Some((history, shared)) = history {
        service = service.with_history(history, config.history.retention, shared);
    } else if service.needs_keys() {
        bail!(
            "{address} needs API keys, and there is no database for them: set `[history] database`, or `[access] \
             require_keys = \"never\"` where something before this server asks for them"
        );
    }
    let drained = deepfix_server::serve(listener, admin, service, shutdown).await;
    tracing::info!(
        requests_cut_off = drained.requests,
        jobs_cut_off = drained.jobs,
        "stopped"
    );
    Ok(ExitCode::SUCCESS)
}
