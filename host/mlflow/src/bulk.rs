//! The histories of many runs with few requests.
//!
//! The user interface's endpoint gives one metric of up to 100 runs at once, whole and not sampled, as
//! long as there are fewer than 25,000 points: for a sweep of short runs that is a hundredth of the
//! requests. Whatever does not fit, or a server that lacks the endpoint, is asked run by run.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, stream};

use crate::{
    RunRecord,
    client::Client,
    server,
    wire::{BulkAnswer, BulkPoint},
};

/// Runs of one request, and points of one answer; the server's own limits.
const MAX_RUNS: usize = 100;
const MAX_POINTS: usize = 25_000;
/// Room for runs that are longer than the first one.
const FILL: f64 = 0.8;
/// Metrics beyond this are read run by run: a page would hold too much at once.
const MAX_METRICS: usize = 50;
/// Points that a page of runs may hold.
const MAX_HELD: usize = 2_000_000;

/// Gets the histories of a page of runs, as far as that is cheaper than one by one.
pub(crate) async fn fill(client: &Client, runs: &mut [RunRecord], at_once: usize) {
    let mut wanted: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, run) in runs.iter().enumerate() {
        for metric in run.metrics.iter().filter(|it| !RunRecord::is_of_machine(it)) {
            wanted.entry(metric.clone()).or_default().push(index);
        }
    }
    wanted.retain(|_, runs| runs.len() > 1);
    if wanted.is_empty() || wanted.len() > MAX_METRICS {
        return;
    }
    // How long runs are: the first one that has the most common metric tells.
    let Some((metric, first)) = wanted
        .iter()
        .max_by_key(|(_, runs)| runs.len())
        .and_then(|(metric, indices)| {
            let run = runs.get(*indices.first()?)?;
            Some((metric.clone(), run.id.clone()))
        })
    else {
        return;
    };
    let Ok(Some(points)) = server::history(client, &first, &metric, MAX_POINTS).await else {
        return;
    };
    let each = (MAX_POINTS as f64 * FILL / points.len().max(1) as f64) as usize;
    let each = each.min(MAX_RUNS);
    if each < 2 || points.len().saturating_mul(wanted.len()).saturating_mul(runs.len()) > MAX_HELD {
        return;
    }
    let mut questions = Vec::new();
    for (metric, indices) in &wanted {
        for part in indices.chunks(each) {
            let ids: Vec<String> = part
                .iter()
                .filter_map(|it| runs.get(*it))
                .map(|it| it.id.clone())
                .collect();
            questions.push((metric.clone(), ids));
        }
    }
    let mut answers = stream::iter(questions)
        .map(|(metric, ids)| async move {
            let answer = ask(client, &metric, &ids).await;
            (metric, ids, answer)
        })
        .buffer_unordered(at_once.max(1));
    let places: BTreeMap<String, usize> = runs
        .iter()
        .enumerate()
        .map(|(index, it)| (it.id.clone(), index))
        .collect();
    while let Some((metric, ids, answer)) = answers.next().await {
        // A server that does not answer this is asked the usual way, and says then what is wrong.
        let Some(points) = answer else { continue };
        let mut by_run: BTreeMap<&str, Vec<(i64, f64)>> = ids.iter().map(|id| (id.as_str(), Vec::new())).collect();
        for point in &points {
            if let Some(history) = by_run.get_mut(point.run_id.as_str()) {
                history.push((point.step, point.value));
            }
        }
        for (id, history) in by_run {
            let run = places.get(id).and_then(|it| runs.get_mut(*it));
            if let (Some(run), false) = (run, history.is_empty()) {
                run.histories.insert(metric.clone(), history);
            }
        }
    }
}

/// All points of a metric of some runs; none where there may be more than the answer holds.
async fn ask(client: &Client, metric: &str, ids: &[String]) -> Option<Vec<BulkPoint>> {
    let mut query: Vec<(&str, &str)> = ids.iter().map(|id| ("run_id", id.as_str())).collect();
    query.extend([("metric_key", metric), ("max_results", "25000")]);
    let doing = format!("getting the histories of `{metric}`");
    let answer: BulkAnswer = client
        .get_lenient("/ajax-api/2.0/mlflow/metrics/get-history-bulk", &query, &doing)
        .await
        .ok()?;
    let known: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    let is_whole = answer.metrics.len() < MAX_POINTS;
    let fits = answer
        .metrics
        .iter()
        .all(|it| it.key == metric && known.contains(it.run_id.as_str()));
    (is_whole && fits).then_some(answer.metrics)
}
