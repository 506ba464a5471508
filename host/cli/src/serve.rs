use std::{path::Path, process::ExitCode, sync::Arc, time::Instant};

use anyhow::Context as _;
use deepfix_analysis::Coordinator;
use deepfix_core::Diagnosis;
use tokio::net::TcpListener;

use crate::{args::ServeArgs, config, logging};

/// `deepfix serve`.
pub(crate) async fn run(named: Option<&Path>, args: ServeArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let config = config::load_with(named, args.tape)?;
    logging::start(&config.log)?;
    let address = args.listen.unwrap_or(config.server.listen);
    // Bound before the components are loaded: a port that is taken is known at once.
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; change `[server] listen` or use --listen"))?;
    let shutdown = deepfix_server::shutdown_signal().context("cannot listen for signals")?;
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
    let drained = deepfix_server::serve(listener, diagnosis, &config.server, shutdown).await;
    tracing::info!(
        requests_cut_off = drained.requests,
        jobs_cut_off = drained.jobs,
        "stopped"
    );
    Ok(ExitCode::SUCCESS)
}
