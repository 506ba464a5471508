//! Many clients at once, for a while: `deepfix-benches load [SECONDS] [CLIENTS]`. Valid and invalid
//! requests, each client on a connection of its own, one request after the other. Aim: no failure but 429
//! and 503, each with Retry-After, and memory that does not grow.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    Result,
    aims::Aims,
    client::Client,
    server::Server,
    statistics::{Sample, ms},
};

const SECONDS: u64 = 20;
const CLIENTS: usize = 1_000;
/// What is not freed between two looks; a leak of a kilobyte a request would be a multiple.
const MOST_GROWTH: f64 = 1.1;
/// Longer than the server's own time for a request.
const PATIENCE: Duration = Duration::from_secs(150);
/// Before a refused client comes again. `Retry-After` says 5 s; this is less polite.
const PAUSE: Duration = Duration::from_secs(1);

/// A request, and whether the server should take it.
struct Case {
    bytes: Vec<u8>,
    valid: bool,
}

/// What one client saw.
#[derive(Default)]
struct Seen {
    statuses: BTreeMap<u16, u64>,
    accepted: Vec<Duration>,
    without_retry_after: u64,
    failures: BTreeMap<String, u64>,
}

fn cases() -> Vec<Case> {
    let epochs: Vec<f64> = (0..40).map(f64::from).collect();
    let losses: Vec<f64> = epochs.iter().map(|it| 0.5 + (it - 8.0).powi(2) / 900.0).collect();
    let good = json!({
        "dataset_name": "load",
        "training_artifacts": {"metrics_values": {"epoch": epochs, "train_loss": losses, "val_loss": losses}},
    })
    .to_string();
    let of = |path: &str, body: &str, valid| Case {
        bytes: Client::post_bytes(path, body.as_bytes()),
        valid,
    };
    vec![
        of("/v1/analyse", &good, true),
        of("/v1/analyse", "{\"training_artifacts\": ", false),
        of("/v1/analyse", &good, true),
        of("/v1/analyse", "{\"dataset_name\": 5}", false),
        of("/v1/nothing", &good, false),
        of("/v1/analyse", "{}", false),
    ]
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let number = |place: usize, default: u64| match arguments.get(place) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| format!("found `{text}`, expected a number")),
    };
    let duration = Duration::from_secs(number(0, SECONDS)?);
    let clients = usize::try_from(number(1, CLIENTS as u64)?)?;
    let folder = crate::scratch("load")?;
    let database = folder.join("history.db").display().to_string();
    let server = Server::start_with(&[
        ("DEEPFIX_HISTORY__DATABASE", database),
        // Each client has a connection, and a few are left.
        ("DEEPFIX_SERVER__MAX_CONNECTIONS", (clients + 16).to_string()),
        ("DEEPFIX_LOG__LEVEL", "warn,deepfix=info".to_owned()),
    ])?;
    let cases: Arc<Vec<Case>> = Arc::new(cases());
    let mut warm = Client::connect(server.address)?;
    for case in cases.iter().filter(|it| it.valid) {
        warm.call(&case.bytes)?;
    }
    drop(warm);
    let before = server.resident();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (seen, memory) = runtime.block_on(drive(&server, &cases, clients, duration));
    let after = server.resident();
    let total: u64 = seen.statuses.values().sum();
    let accepted = Sample::new(seen.accepted);
    println!(
        "{clients} clients for {} s: {total} answers, {:.0} a second; by status {:?}",
        duration.as_secs(),
        total as f64 / duration.as_secs_f64(),
        seen.statuses
    );
    println!(
        "  accepted analyses: median {}, p99 {}; 429 or 503 without Retry-After: {}",
        ms(accepted.median()),
        ms(accepted.quantile(0.99)),
        seen.without_retry_after
    );
    println!("  failures: {:?}", seen.failures);
    let megabytes: Vec<u64> = memory.iter().map(|it| it / 1_000_000).collect();
    println!(
        "  resident memory: {} MB before, {} MB after; on the way {megabytes:?}",
        before / 1_000_000,
        after / 1_000_000
    );
    let mut aims = Aims::default();
    // What every connection and every thread has needed once is kept, and that takes a while under load.
    let half = memory.get(memory.len() / 2..).unwrap_or_default();
    let (first, last) = (
        half.first().copied().unwrap_or(0),
        after.max(half.last().copied().unwrap_or(0)),
    );
    println!(
        "  failures and answers without Retry-After: {}; memory in the second half: {:.3} of what it began with ({}, at most {MOST_GROWTH})",
        aims.judge("no failure", seen.failures.is_empty() && seen.without_retry_after == 0),
        last as f64 / (first as f64).max(1.0),
        aims.judge("memory that does not grow", last as f64 <= first as f64 * MOST_GROWTH)
    );
    drop(server);
    std::fs::remove_dir_all(folder)?;
    aims.end()
}

async fn drive(server: &Server, cases: &Arc<Vec<Case>>, clients: usize, duration: Duration) -> (Seen, Vec<u64>) {
    let end = Instant::now() + duration;
    let mut running = JoinSet::new();
    for number in 0..clients {
        running.spawn(client(server.address, Arc::clone(cases), number, end));
    }
    let mut memory = Vec::new();
    let mut all = Seen::default();
    let mut looks = tokio::time::interval((duration / 10).max(Duration::from_millis(500)));
    loop {
        tokio::select! {
            done = running.join_next() => match done {
                None => break,
                Some(Ok(seen)) => add(&mut all, seen),
                Some(Err(error)) => *all.failures.entry(error.to_string()).or_default() += 1,
            },
            _ = looks.tick() => memory.push(server.resident()),
        }
    }
    (all, memory)
}

fn add(all: &mut Seen, seen: Seen) {
    for (status, count) in seen.statuses {
        *all.statuses.entry(status).or_default() += count;
    }
    for (failure, count) in seen.failures {
        *all.failures.entry(failure).or_default() += count;
    }
    all.accepted.extend(seen.accepted);
    all.without_retry_after += seen.without_retry_after;
}

async fn client(address: SocketAddr, cases: Arc<Vec<Case>>, number: usize, end: Instant) -> Seen {
    let mut seen = Seen::default();
    let mut turn = number;
    let mut stream: Option<BufReader<TcpStream>> = None;
    while Instant::now() < end {
        let Some(case) = cases.get(turn % cases.len()) else {
            break;
        };
        turn += 1;
        let started = Instant::now();
        match timeout(PATIENCE, exchange(address, &mut stream, &case.bytes)).await {
            Ok(Ok((status, retry_after))) => {
                *seen.statuses.entry(status).or_default() += 1;
                match status {
                    429 | 503 => {
                        seen.without_retry_after += u64::from(!retry_after);
                        sleep(PAUSE).await;
                    }
                    200 if case.valid => seen.accepted.push(started.elapsed()),
                    400..=499 if !case.valid => {}
                    other => *seen.failures.entry(format!("status {other}")).or_default() += 1,
                }
            }
            Ok(Err(error)) => {
                *seen.failures.entry(error).or_default() += 1;
                stream = None;
                sleep(PAUSE).await;
            }
            Err(_) => {
                *seen.failures.entry("no answer".to_owned()).or_default() += 1;
                stream = None;
            }
        }
    }
    seen
}

/// One request: its status, and whether `Retry-After` came with it.
async fn exchange(
    address: SocketAddr,
    kept: &mut Option<BufReader<TcpStream>>,
    request: &[u8],
) -> std::result::Result<(u16, bool), String> {
    let text = |error: std::io::Error| error.kind().to_string();
    let mut stream = match kept.take() {
        Some(stream) => stream,
        None => BufReader::new(TcpStream::connect(address).await.map_err(text)?),
    };
    stream.get_mut().write_all(request).await.map_err(text)?;
    let mut line = String::new();
    if stream.read_line(&mut line).await.map_err(text)? == 0 {
        return Err("closed without an answer".to_owned());
    }
    let status = line
        .split(' ')
        .nth(1)
        .and_then(|it| it.parse().ok())
        .ok_or("no status")?;
    let (mut length, mut retry_after, mut close) = (0_usize, false, false);
    loop {
        line.clear();
        if stream.read_line(&mut line).await.map_err(text)? == 0 {
            return Err("closed within the head".to_owned());
        }
        let header = line.trim_end().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().map_err(|_| "no length")?;
        }
        retry_after |= header.starts_with("retry-after:");
        close |= header == "connection: close";
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.map_err(text)?;
    if !close {
        *kept = Some(stream);
    }
    Ok((status, retry_after))
}
