use std::{future::Future, io};

use tokio::sync::watch;

/// Why a request that was cut off got no result.
pub(crate) const CUT_OFF: &str = "the server stopped before this was done (`[server] drain_timeout`)";

/// Why a job that was not over got no result.
pub(crate) const JOB_CUT_OFF: &str =
    "the server was stopped before this job was done, and jobs do not outlive it: submit it again";

/// How far the server has got in going away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Serving,
    /// What runs may finish, nothing new begins.
    Draining,
    /// What still runs is dropped.
    CutOff,
}

/// Sees the phase and waits for the next.
#[derive(Debug, Clone)]
pub(crate) struct Phases(watch::Receiver<Phase>);

impl Phases {
    pub(crate) fn new() -> (watch::Sender<Phase>, Self) {
        let (sender, receiver) = watch::channel(Phase::Serving);
        (sender, Self(receiver))
    }

    pub(crate) fn has_reached(&self, phase: Phase) -> bool {
        *self.0.borrow() >= phase
    }

    pub(crate) async fn reached(&self, phase: Phase) {
        let reached = self.0.clone().wait_for(|it| *it >= phase).await.is_ok();
        if !reached {
            // The sender is gone: a router without a server never shuts down.
            std::future::pending::<()>().await;
        }
    }
}

/// Hears SIGHUP, by which operators ask a server to read its configuration again.
#[cfg(unix)]
pub struct Reloads(tokio::signal::unix::Signal);

#[cfg(unix)]
impl Reloads {
    /// Waits for the next one.
    pub async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

/// Begins to hear SIGHUP, which would end the process otherwise.
///
/// # Errors
/// The handler cannot be installed.
#[cfg(unix)]
pub fn reload_signal() -> io::Result<Reloads> {
    use tokio::signal::unix::{SignalKind, signal};
    Ok(Reloads(signal(SignalKind::hangup())?))
}

/// There is no such signal on this platform.
#[cfg(not(unix))]
pub struct Reloads(());

#[cfg(not(unix))]
impl Reloads {
    /// Waits for ever.
    pub async fn next(&mut self) {
        std::future::pending::<()>().await;
    }
}

/// Hears nothing on this platform.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn reload_signal() -> io::Result<Reloads> {
    Ok(Reloads(()))
}

/// A future that is ready at the first SIGTERM or SIGINT. The second ends the process at once,
/// with the exit code that shells give to a signal.
///
/// # Errors
/// The handlers cannot be installed.
#[cfg(unix)]
pub fn shutdown_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    async fn next(term: &mut Signal, int: &mut Signal) -> (&'static str, i32) {
        tokio::select! {
            _ = term.recv() => ("SIGTERM", 128 + SignalKind::terminate().as_raw_value()),
            _ = int.recv() => ("SIGINT", 128 + SignalKind::interrupt().as_raw_value()),
        }
    }

    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        let (name, _) = next(&mut term, &mut int).await;
        tracing::info!(signal = name, "shutting down; a second signal ends at once");
        tokio::spawn(async move {
            let (name, code) = next(&mut term, &mut int).await;
            tracing::warn!(signal = name, "ending at once");
            std::process::exit(code);
        });
    })
}

/// A future that is ready at the first Ctrl-C. The second ends the process at once.
///
/// # Errors
/// None on this platform.
#[cfg(not(unix))]
pub fn shutdown_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async move {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        tracing::info!("shutting down; a second Ctrl-C ends at once");
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(130);
            }
        });
    })
}
