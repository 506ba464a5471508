//! An experiment of 1,000 runs (200 points of 6 metrics each) on a real tracking server, diagnosed in
//! one command: the time, and the requests for each run. The peer is MLflow's own client, which reads the
//! same histories.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use crate::{
    Result, binary, root,
    statistics::{ms, ratio},
};

const RUNS: usize = 1000;
const POINTS: usize = 200;
const METRICS: usize = 6;
/// Runs that MLflow's own client reads: it would take minutes for all.
const PEER_RUNS: usize = 50;

pub(crate) fn run() -> Result<()> {
    let python = root().join("target/mlflow-env/bin/python");
    if !python.is_file() {
        return Err("target/mlflow-env has no MLflow: run `cargo xtask python`".into());
    }
    let folder = root().join("target/bench-mlflow");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir_all(&folder)?;
    let script = |name: &str| {
        let mut command = Command::new(&python);
        command
            .args(["-W", "ignore"])
            .arg(root().join("tests/mlflow").join(name));
        command
            .env("MLFLOW_DISABLE_TELEMETRY", "true")
            .env("GIT_PYTHON_REFRESH", "quiet");
        command
    };
    let mut server = script("serve.py")
        .arg(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut lines = BufReader::new(server.stdout.take().ok_or("no output")?).lines();
    let uri = loop {
        let line = lines.next().ok_or("MLflow did not start")??;
        if let Some((_, rest)) = line.split_once("running on ") {
            break rest.split_whitespace().next().unwrap_or_default().to_owned();
        }
    };
    std::thread::spawn(move || lines.map_while(std::result::Result::ok).for_each(drop));
    let numbers = [RUNS, POINTS, METRICS].map(|it| it.to_string());
    let filled = script("bulk.py")
        .arg(&folder)
        .arg(&uri)
        .args(&numbers)
        .stdout(Stdio::null())
        .status()?;
    if !filled.success() {
        return Err("filling the server failed".into());
    }
    let asked = Arc::new(AtomicUsize::new(0));
    let through = counting(&uri, &asked)?;
    let started = Instant::now();
    let output = Command::new(binary())
        .args([
            "analyse",
            "--mlflow-experiment",
            "bulk",
            "--format",
            "json",
            "--tracking-uri",
            &through,
        ])
        .current_dir(root())
        .stderr(Stdio::null())
        .output()?;
    let time = started.elapsed();
    let table: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let rows = table.get("runs").and_then(|it| it.as_array()).map_or(0, Vec::len);
    let failed = |it: &&serde_json::Value| it.get("error").is_some_and(|it| !it.is_null());
    let failures = table
        .get("runs")
        .and_then(|it| it.as_array())
        .map_or(0, |it| it.iter().filter(failed).count());
    let requests = asked.load(Ordering::Relaxed);
    println!(
        "  {rows} runs ({failures} with an error) in {}, {} a run; {requests} requests, {:.2} a run",
        ms(time),
        ms(time / u32::try_from(rows.max(1))?),
        requests as f64 / rows.max(1) as f64
    );
    let started = Instant::now();
    let peer = "import sys, mlflow\nmlflow.set_tracking_uri(sys.argv[1])\nc = mlflow.MlflowClient()\n\
                e = c.get_experiment_by_name('bulk')\n\
                for r in c.search_runs([e.experiment_id], max_results=int(sys.argv[2])):\n\
                \x20   c.list_artifacts(r.info.run_id)\n\
                \x20   [c.get_metric_history(r.info.run_id, k) for k in r.data.metrics]";
    let read = Command::new(&python)
        .args(["-W", "ignore", "-c", peer, &uri, &PEER_RUNS.to_string()])
        .env("MLFLOW_DISABLE_TELEMETRY", "true")
        .status()?;
    if !read.success() {
        return Err("MLflow's own client failed".into());
    }
    let all = started.elapsed() * u32::try_from(RUNS / PEER_RUNS)?;
    println!(
        "  MLflow's own client only to read them, from {PEER_RUNS} runs: {}; ratio {:.2}",
        ms(all),
        ratio(time, all)
    );
    drop(server.stdin.take());
    server.wait()?;
    let _ = std::fs::remove_dir_all(PathBuf::from(&folder));
    Ok(())
}

/// An address that passes everything on to the server and counts the requests.
fn counting(uri: &str, asked: &Arc<AtomicUsize>) -> Result<String> {
    let to = uri.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = format!("http://{}", listener.local_addr()?);
    let asked = Arc::clone(asked);
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(std::result::Result::ok) {
            let (Ok(server), Ok(back)) = (TcpStream::connect(&to), client.try_clone()) else {
                continue;
            };
            let Ok(answers) = server.try_clone() else { continue };
            let asked = Arc::clone(&asked);
            std::thread::spawn(move || {
                pass(client, server, |bytes| {
                    // A request's first line ends with the version, and no header does.
                    asked.fetch_add(
                        bytes.windows(11).filter(|it| it == b" HTTP/1.1\r\n").count(),
                        Ordering::Relaxed,
                    );
                });
            });
            std::thread::spawn(move || pass(answers, back, |_| {}));
        }
    });
    Ok(address)
}

fn pass(mut from: TcpStream, mut to: TcpStream, seen: impl Fn(&[u8])) {
    let mut bytes = vec![0; 64 << 10];
    while let Ok(count) = from.read(&mut bytes) {
        let part = bytes.get(..count).unwrap_or_default();
        seen(part);
        if count == 0 || to.write_all(part).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}
