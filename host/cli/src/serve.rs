use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Instant,
};

use anyhow::{Context as _, bail};
use deepfix_analysis::Coordinator;
use deepfix_config::Config;
use deepfix_core::Diagnosis;
use deepfix_server::{Control, Reloads, Service, Tls};
use tokio::net::TcpListener;

use crate::{args::ServeArgs, config, history, logging, uploads};

/// `deepfix serve`.
pub(crate) async fn run(named: Option<&Path>, args: ServeArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let config = config::load_with(named, args.tape)?;
    let telemetry = logging::start(&config.log, &config.telemetry)?;
    let mut server = config.server.clone();
    server.listen = args.listen.unwrap_or(server.listen);
    let address = server.listen;
    let tls = config.tls.as_ref().map(Tls::load).transpose()?;
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
    let reloads = deepfix_server::reload_signal().context("cannot listen for signals")?;
    let metrics = deepfix_server::start_metrics().context("cannot count for /metrics")?;
    let history = history::open(&config.history).await?;
    let coordinator = Arc::new(Coordinator::start(&config).await?);
    let diagnosis: Arc<dyn Diagnosis> = coordinator.clone();
    coordinator.watch();
    let mut service = Service::new(diagnosis.clone(), &server)
        .with_access(&config.access, &config.tenants, &config.oidc)?
        .with_model_budget(config.llm.request_calls, config.llm.request_tokens)
        .with_uploads(&config.uploads, uploads::reader())
        .with_metrics(metrics);
    if let Some((history, shared)) = history {
        service = service
            .with_history(history, config.history.retention, shared)
            .with_patience(config.history.patience);
    }
    let admin_needs_keys = server.admin_listen.is_some_and(|it| service.needs_keys_on(it));
    if (service.needs_keys() || admin_needs_keys) && !service.knows_keys() {
        bail!(
            "{} needs API keys, and there is no database for them: set `[history] database`, `[oidc] issuer`, or \
             `[access] require_keys = \"never\"` where something before this server asks for them",
            if service.needs_keys() {
                address
            } else {
                server.admin_listen.unwrap_or(address)
            }
        );
    }
    if let Some(tls) = &tls {
        service = service.with_tls(tls.clone());
    }
    tokio::spawn(reload(
        reloads,
        coordinator.clone(),
        service.control(),
        tls.clone(),
        config.file.clone(),
    ));
    tracing::info!(
        address = %listener.local_addr()?,
        admin = admin.as_ref().and_then(|it| it.local_addr().ok()).map(tracing::field::display),
        tls = tls.is_some(),
        agents = diagnosis.agents().len(),
        refused = coordinator.refused().len(),
        allocator = ?coordinator.allocator(),
        ready_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "ready"
    );
    let drained = deepfix_server::serve(listener, admin, service, shutdown).await;
    tracing::info!(
        requests_cut_off = drained.requests,
        jobs_cut_off = drained.jobs,
        "stopped"
    );
    // What was collected and not yet sent.
    if let Some(telemetry) = telemetry {
        let _ = tokio::task::spawn_blocking(move || telemetry.end()).await;
    }
    Ok(ExitCode::SUCCESS)
}

/// At each SIGHUP: agents, keys and tenants, identity provider and certificate as the files now say, or
/// nothing at all.
async fn reload(
    mut reloads: Reloads,
    coordinator: Arc<Coordinator>,
    control: Control,
    tls: Option<Tls>,
    file: PathBuf,
) {
    loop {
        reloads.next().await;
        tracing::info!(signal = "SIGHUP", "reading the configuration again");
        // All of it is read before any of it is taken up.
        let (path, own, certificate) = (file.clone(), control.clone(), tls.clone());
        let read = move || -> anyhow::Result<_> {
            let config = Config::load(&path)?;
            let policy = own.prepare(&config.access, &config.tenants, &config.oidc)?;
            let certificate = certificate.map(|it| it.read_again()).transpose()?;
            let tenants = config.tenants.len();
            Ok((config, (tenants, policy, certificate)))
        };
        let read = move || {
            read().map_err(|error| {
                let error = format!("{error:#}");
                tracing::error!(
                    error,
                    "the configuration cannot be taken up: everything stays as it was"
                );
                error
            })
        };
        // Says itself what was swapped, what was refused and which sections need a restart.
        let Some((tenants, policy, certificate)) = coordinator.reload_with("SIGHUP", read).await else {
            continue;
        };
        if let (Some(tls), Some(certificate)) = (&tls, certificate) {
            tls.take(certificate, "SIGHUP");
        }
        control.take(policy);
        tracing::info!(
            tenants,
            "`[access]`, `[oidc]` and the tenants are as the configuration says; `[server]`, `[history]`, `[tls]` paths, \
             `[llm]`, `[telemetry]`, `[log]`, `[engine]`, `[knowledge]`, `[mlflow]` and `[artifacts]` need a restart"
        );
    }
}
