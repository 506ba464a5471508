//! What a server does beside answering, at long intervals.

use std::{sync::Arc, time::Duration};

use deepfix_history::{History, now};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::app::App;

/// How often. A server says so often that it works on its jobs.
const BEAT: Duration = Duration::from_secs(10);
/// A server that has not said so for six beats is gone, and with it the jobs that it had.
const GONE: Duration = Duration::from_secs(60);
/// How often what is too old is forgotten.
const SWEEP: Duration = Duration::from_secs(60 * 60);
/// What becomes of a job whose server is gone.
const LOST: &str = "the server ended before this job was done: submit it again";

/// Runs until it is dropped.
pub(crate) async fn run(app: Arc<App>) {
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut swept: Option<Instant> = None;
    loop {
        beats.tick().await;
        app.rates.forget();
        if let Some(metrics) = &app.service.metrics {
            metrics.run_upkeep();
        }
        let Some(history) = &app.service.history else {
            continue;
        };
        if let Err(error) = beat(&app, history).await {
            tracing::warn!(%error, "the history does not answer");
        }
        if swept.is_none_or(|it| it.elapsed() >= SWEEP) {
            swept = Some(Instant::now());
            sweep(&app, history).await;
        }
    }
}

async fn beat(app: &App, history: &History) -> Result<(), deepfix_history::HistoryError> {
    crate::jobs::settle(app).await?;
    history.seen(app.owner()).await?;
    if app.service.shared {
        lost(app, history, GONE).await?;
    }
    Ok(())
}

/// Fails the jobs of servers that are gone. A database that only this server uses is told at its
/// start; one that others share, when they have kept still for long enough.
pub(crate) async fn start(app: &App) {
    let Some(history) = app.service.history.as_ref().filter(|_| !app.service.shared) else {
        return;
    };
    if let Err(error) = lost(app, history, Duration::ZERO).await {
        tracing::error!(%error, "jobs of an earlier run could not be ended");
    }
}

async fn lost(app: &App, history: &History, silence: Duration) -> Result<(), deepfix_history::HistoryError> {
    let before = now().saturating_sub(milliseconds(silence)).saturating_add(1);
    let jobs = history.orphaned(app.owner(), before, LOST).await?;
    if jobs > 0 {
        tracing::warn!(jobs, "jobs of a server that is gone have failed");
    }
    Ok(())
}

async fn sweep(app: &App, history: &History) {
    let before = now().saturating_sub(milliseconds(app.service.retention));
    match history.sweep(before).await {
        Ok(0) => {}
        Ok(analyses) => tracing::info!(analyses, "older than `[history] retention`, and forgotten"),
        Err(error) => tracing::warn!(%error, "old analyses could not be forgotten"),
    }
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
