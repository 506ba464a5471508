//! What a server does beside answering, at long intervals.

use std::{sync::Arc, time::Duration};

use deepfix_history::{History, Whose, now};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::app::App;

/// How often. A server says so often that it works on its jobs.
const BEAT: Duration = Duration::from_secs(10);
/// A server that has not said so for six beats is gone, and with it the jobs that it had.
const GONE: Duration = Duration::from_secs(60);
/// How often what is too old is forgotten.
const SWEEP: Duration = Duration::from_secs(60 * 60);
/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60 * 1000;
/// What becomes of a job whose server is gone.
const LOST: &str = "the server ended before this job was done: submit it again";

/// How often a server that shares its database looks for jobs that were cancelled elsewhere.
const HEED: Duration = Duration::from_secs(2);

/// Ends jobs that were cancelled through another server, until it is dropped.
pub(crate) async fn heed(app: Arc<App>) {
    if !app.service.shared {
        return;
    }
    let mut looks = interval(HEED);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        // A database that does not answer is told of by the beats.
        if let Err(error) = crate::jobs::heed(&app).await {
            tracing::debug!(%error, "cancelled jobs could not be looked for");
        }
    }
}

/// Runs until it is dropped.
pub(crate) async fn run(app: Arc<App>) {
    let mut beats = interval(BEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut swept: Option<Instant> = None;
    loop {
        beats.tick().await;
        app.service.policy.load().forget();
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
    let jobs = history.orphaned(app.owner(), silence, LOST).await?;
    if jobs > 0 {
        tracing::warn!(jobs, "jobs of a server that is gone have failed");
    }
    Ok(())
}

async fn sweep(app: &App, history: &History) {
    let policy = app.service.policy.load();
    let own: Vec<(&str, Duration)> = policy
        .tenants()
        .filter_map(|it| Some((it.name.as_str(), it.retention?)))
        .collect();
    let named: Vec<String> = own.iter().map(|(name, _)| (*name).to_owned()).collect();
    let mut wanted = vec![(Whose::AllBut(&named), app.service.retention)];
    wanted.extend(own.iter().map(|(name, age)| (Whose::Of(name), *age)));
    for (whose, age) in wanted {
        match history.sweep(whose, age).await {
            Ok(0) => {}
            Ok(analyses) => tracing::info!(analyses, "older than their `retention`, and forgotten"),
            Err(error) => tracing::warn!(%error, "old analyses could not be forgotten"),
        }
    }
    // Only today's use counts; two days cover every time zone of a person who asks.
    if let Err(error) = history.forget_usage(now() / DAY - 2).await {
        tracing::warn!(%error, "old counts of the language model could not be forgotten");
    }
}
