//! A server that is killed in the middle of its jobs: `deepfix-benches crash [ROUNDS]`. Clients submit
//! jobs without pause, the process gets SIGKILL, and after the restart every job that a client was told
//! to be accepted must be finished or reported failed, each once.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde_json::{Value as Json, json};

use crate::{Result, client::Client, server::Server};

const ROUNDS: usize = 3;
const CLIENTS: usize = 16;
/// Of load before the kill.
const LOAD: Duration = Duration::from_secs(3);
/// Until all jobs are over after the restart.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let rounds = match arguments.first() {
        None => ROUNDS,
        Some(text) => text
            .parse()
            .map_err(|_| format!("found `{text}`, expected a number of rounds"))?,
    };
    let folder = crate::scratch("crash")?;
    let mut accepted: BTreeSet<String> = BTreeSet::new();
    for round in 1..=rounds {
        let server = start(&folder)?;
        let jobs = submit_until_killed(server)?;
        println!("round {round}: {} jobs accepted before SIGKILL", jobs.len());
        accepted.extend(jobs);
    }
    let server = start(&folder)?;
    let started = Instant::now();
    let (mut completed, mut failed, mut lost) = (0, BTreeSet::new(), Vec::new());
    let mut client = Client::connect(server.address)?;
    for id in &accepted {
        loop {
            let Ok(answer) = client.get(&format!("/v2/jobs/{id}")) else {
                lost.push(id.clone());
                client = Client::connect(server.address)?;
                break;
            };
            let job: Json = serde_json::from_slice(&answer)?;
            match job.get("status").and_then(Json::as_str) {
                Some("COMPLETED") if job.get("result").is_some_and(|it| it.is_object()) => completed += 1,
                Some("FAILED") if job.get("error").is_some_and(|it| it.is_string()) => {
                    failed.insert(id.clone());
                }
                _ if started.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(50));
                    continue;
                }
                _ => lost.push(id.clone()),
            }
            break;
        }
    }
    // A job that is reported failed is submitted again: if its result were kept all the same, the work
    // would be there twice.
    let kept = analyses(&mut client)?;
    let double = kept.iter().filter(|it| failed.contains(*it)).count();
    println!(
        "{} accepted: {completed} completed, {} reported failed, {} lost; {} analyses kept, {double} of jobs that were reported failed",
        accepted.len(),
        failed.len(),
        lost.len(),
        kept.len()
    );
    drop(server);
    std::fs::remove_dir_all(folder)?;
    if lost.is_empty() && double == 0 && completed <= kept.len() {
        Ok(())
    } else {
        Err(format!("lost jobs: {lost:?}").into())
    }
}

fn start(folder: &Path) -> Result<Server> {
    Server::start_with(&[
        (
            "DEEPFIX_HISTORY__DATABASE",
            folder.join("history.db").display().to_string(),
        ),
        ("DEEPFIX_LOG__LEVEL", "info".to_owned()),
    ])
}

fn submit_until_killed(server: Server) -> Result<Vec<String>> {
    let accepted: Arc<Mutex<Vec<String>>> = Arc::default();
    let threads: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (accepted, address) = (Arc::clone(&accepted), server.address);
            std::thread::spawn(move || submit(address, number, &accepted))
        })
        .collect();
    std::thread::sleep(LOAD);
    // SIGKILL: nothing of the process's own runs any more.
    drop(server);
    for thread in threads {
        thread.join().map_err(|_| "a client failed")?;
    }
    let jobs = accepted.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(jobs)
}

/// Submits one job after the other until the server is gone.
fn submit(address: SocketAddr, number: usize, accepted: &Mutex<Vec<String>>) {
    let losses: Vec<f64> = (0..40).map(|it| f64::from(it) + number as f64).collect();
    let body = json!({"dataset_name": "crash", "training_artifacts": {"metrics_values": {"train_loss": losses}}});
    let request = Client::post_bytes("/v2/analyse", body.to_string().as_bytes());
    while let Ok(mut client) = Client::connect(address) {
        loop {
            match client.call_any(&request) {
                Ok((202, answer)) => {
                    let job: Json = serde_json::from_slice(&answer).unwrap_or_default();
                    if let Some(id) = job.get("job_id").and_then(Json::as_str) {
                        accepted
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push(id.to_owned());
                    }
                }
                Ok(_) => std::thread::sleep(Duration::from_millis(20)),
                Err(_) => break,
            }
        }
    }
}

/// The ids of all kept analyses.
fn analyses(client: &mut Client) -> Result<Vec<String>> {
    let (mut ids, mut after) = (Vec::new(), String::new());
    loop {
        let page: Json = serde_json::from_slice(&client.get(&format!("/v1/analyses?limit=500{after}"))?)?;
        let entries = page.get("analyses").and_then(Json::as_array).ok_or("no analyses")?;
        ids.extend(
            entries
                .iter()
                .filter_map(|it| it.get("id")?.as_str())
                .map(str::to_owned),
        );
        match page.get("next").and_then(Json::as_str) {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(ids),
        }
    }
}
