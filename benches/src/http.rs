//! A whole analysis over HTTP on loopback, warm. Aim: median under 5 ms, more than 300 requests
//! a second at concurrency 8, under 150 MB, no growth over 10,000 requests.

use std::{
    fs,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    Result,
    aims::Aims,
    client::Client,
    root,
    server::Server,
    statistics::{Sample, ms, ratio},
};

const WARM_UP: usize = 20;
const SINGLE: usize = 200;
const CONCURRENCY: usize = 8;
const CONCURRENT: usize = 2_000;
const LONG_RUN: usize = 10_000;
const MEDIAN: Duration = Duration::from_millis(5);
const RATE: f64 = 300.0;
const RESIDENT: u64 = 150_000_000;
/// What a run of many requests may add to the memory before it: the allocator keeps some of what it was given.
const GROWTH: f64 = 1.1;

struct Case {
    name: String,
    body: Vec<u8>,
    request: Arc<Vec<u8>>,
}

/// The requests of real clients where they lie beside the repository, else one made of an example.
fn cases() -> Result<Vec<Case>> {
    let mut bodies = Vec::new();
    if let Ok(folder) = fs::read_dir(root().join("../shared/requests")) {
        for entry in folder {
            let path = entry?.path();
            if path.extension().is_some_and(|it| it == "json") {
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                bodies.push((name, fs::read(&path)?));
            }
        }
    }
    if bodies.is_empty() {
        let checks = fs::read_to_string(root().join("examples/leaky-biopsy/deepchecks.json"))?;
        let body = format!("{{\"dataset_name\": \"example\", \"deepchecks_artifacts\": {checks}}}");
        bodies.push(("leaky-biopsy".to_owned(), body.into_bytes()));
    }
    bodies.sort();
    Ok(bodies
        .into_iter()
        .map(|(name, body)| Case {
            name,
            request: Arc::new(Client::post_bytes("/v1/analyse", &body)),
            body,
        })
        .collect())
}

/// The name and the body of the largest of them.
pub(crate) fn largest() -> Result<(String, Vec<u8>)> {
    let largest = cases()?.into_iter().max_by_key(|it| it.body.len());
    largest.map(|it| (it.name, it.body)).ok_or_else(|| "no request".into())
}

pub(crate) fn run() -> Result<()> {
    let cases = cases()?;
    let server = Server::start()?;
    let mut aims = Aims::default();
    println!("one connection, {SINGLE} requests each; limit: parsing the same body as JSON, nothing else");
    for case in &cases {
        let mut client = Client::connect(server.address)?;
        let mut answer = 0;
        for _ in 0..WARM_UP {
            answer = client.call(&case.request)?.len();
        }
        let mut times = Vec::with_capacity(SINGLE);
        for _ in 0..SINGLE {
            let started = Instant::now();
            client.call(&case.request)?;
            times.push(started.elapsed());
        }
        let sample = Sample::new(times);
        let parse = parse_time(&case.body)?;
        println!(
            "  {:48} {:4} kB -> {:3} kB  median {} {}  p99 {}  = {:.1} x JSON parse",
            case.name,
            case.body.len() / 1000,
            answer / 1000,
            ms(sample.median()),
            aims.judge(&format!("median of {}", case.name), sample.median() < MEDIAN),
            ms(sample.quantile(0.99)),
            ratio(sample.median(), parse)
        );
    }
    let health = Arc::new(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec());
    let (bare, _) = load(server.address, &[health], CONCURRENT)?;
    println!(
        "concurrency {CONCURRENCY}, {CONCURRENT} requests each; limit: /health of the same server, {bare:.0} a second"
    );
    for case in &cases {
        let (rate, sample) = load(server.address, &[Arc::clone(&case.request)], CONCURRENT)?;
        println!(
            "  {:48} {rate:5.0} a second  median {}  p99 {}",
            case.name,
            ms(sample.median()),
            ms(sample.quantile(0.99))
        );
    }
    let all: Vec<_> = cases.iter().map(|it| Arc::clone(&it.request)).collect();
    let before = server.resident();
    let (rate, sample) = load(server.address, &all, LONG_RUN)?;
    let after = server.resident();
    println!(
        "{LONG_RUN} requests, all in turn: {rate:.0} a second {}, median {}, p99 {}; resident {} MB before, {} MB after: \
         size {}, growth {}",
        aims.judge("requests a second", rate > RATE),
        ms(sample.median()),
        ms(sample.quantile(0.99)),
        before / 1_000_000,
        after / 1_000_000,
        aims.judge("resident memory", after < RESIDENT),
        aims.judge("growth of memory", after as f64 <= before as f64 * GROWTH),
    );
    aims.end()
}

fn parse_time(body: &[u8]) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..50 {
        let started = Instant::now();
        let value: serde_json::Value = serde_json::from_slice(body)?;
        times.push(started.elapsed());
        drop(value);
    }
    Ok(Sample::new(times).median())
}

/// Requests a second, and the time of each.
fn load(address: SocketAddr, requests: &[Arc<Vec<u8>>], count: usize) -> Result<(f64, Sample)> {
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let threads: Vec<_> = (0..CONCURRENCY)
        .map(|_| {
            let (next, requests) = (Arc::clone(&next), requests.to_vec());
            std::thread::spawn(move || {
                let mut client = Client::connect(address).map_err(|error| error.to_string())?;
                let mut times = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return Ok::<_, String>(times);
                    }
                    let request = requests.get(number % requests.len()).ok_or("no request")?;
                    let started = Instant::now();
                    client.call(request).map_err(|error| error.to_string())?;
                    times.push(started.elapsed());
                }
            })
        })
        .collect();
    let mut times = Vec::with_capacity(count);
    for thread in threads {
        times.extend(thread.join().map_err(|_| "a client failed")??);
    }
    let rate = count as f64 / started.elapsed().as_secs_f64();
    Ok((rate, Sample::new(times)))
}
