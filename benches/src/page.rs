//! The report of the largest request in a real browser over loopback. Aim: under 500 kB, first paint
//! under 200 ms; of one with curves, and so with the library that draws them, too. Beside it an empty page of the same server: what is left of it is the report's own.

use std::{process::Command, time::Duration};

use serde_json::Value;

use crate::{
    Result,
    aims::Aims,
    client::Client,
    http::largest,
    root,
    server::Server,
    statistics::{Sample, ms, ratio},
};

const TIMES: usize = 20;
const MOST_BYTES: u64 = 500_000;
const MOST_TIME: Duration = Duration::from_millis(200);

pub(crate) fn run() -> Result<()> {
    let modules = root().join("target/browser/node_modules");
    if !modules.join("playwright-core").is_dir() {
        return Err("no driver of a browser: run `cargo xtask browser`".into());
    }
    let history = std::env::temp_dir().join(format!("deepfix-page-{}.db", std::process::id()));
    let server = Server::start_with(&[("DEEPFIX_HISTORY__DATABASE", history.display().to_string())])?;
    let (name, body) = largest()?;
    let mut client = Client::connect(server.address)?;
    let mut kept_as = |body: &[u8]| -> Result<String> {
        client.call(&Client::post_bytes("/v1/analyse", body))?;
        let kept: Value = serde_json::from_slice(&client.get("/v1/analyses?limit=1")?)?;
        let id = kept.pointer("/analyses/0/id").and_then(Value::as_str);
        Ok(id.ok_or("the analysis was not kept")?.to_owned())
    };
    let largest = kept_as(&body)?;
    let with_curves = kept_as(overfit().as_bytes())?;
    let look = |path: &str| -> Result<(Sample, u64)> {
        let output = Command::new("node")
            .arg(root().join("tests/browser/paint.cjs"))
            .arg(format!("http://{}{path}", server.address))
            .arg(TIMES.to_string())
            .env("NODE_PATH", &modules)
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
        }
        let seen: Value = serde_json::from_slice(&output.stdout)?;
        let paints = seen.get("paints").and_then(Value::as_array).ok_or("no times")?;
        let times = paints
            .iter()
            .filter_map(Value::as_f64)
            .map(|it| Duration::from_secs_f64(it / 1e3));
        Ok((
            Sample::new(times.collect()),
            seen.get("size").and_then(Value::as_u64).unwrap_or_default(),
        ))
    };
    let pages = [(name.as_str(), &largest), ("an overfit with curves", &with_curves)]
        .map(|(name, id)| look(&format!("/analyses/{id}")).map(|(times, size)| (name, times, size)));
    let (empty, empty_size) = look("/sign-in")?;
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{ending}", history.display()));
    }
    let mut aims = Aims::default();
    let mut first = None;
    for page in pages {
        let (name, report, size) = page?;
        println!("report of {name}, {TIMES} fresh profiles each");
        println!(
            "  size {size} bytes  (aim: under {MOST_BYTES}) {}",
            aims.judge("the size", size < MOST_BYTES)
        );
        println!(
            "  first contentful paint: median {}  worst {}  (aim: under {}) {}",
            ms(report.median()),
            ms(report.quantile(1.0)),
            ms(MOST_TIME),
            aims.judge("the first paint", report.median() < MOST_TIME)
        );
        first = first.or(Some(report));
    }
    let report = first.ok_or("no report")?;
    println!(
        "  the form to sign in with ({empty_size} bytes): median {}  ratio {:.1}",
        ms(empty.median()),
        ratio(report.median(), empty.median())
    );
    aims.end()
}

/// A training of 500 points a curve that turns into an overfit.
fn overfit() -> String {
    let rows: Vec<f64> = (0..500).map(f64::from).collect();
    let of = |curve: fn(f64) -> f64| rows.iter().map(|it| curve(*it)).collect::<Vec<f64>>();
    serde_json::json!({
        "dataset_name": "curves",
        "training_artifacts": {"metrics_values": {
            "epoch": rows,
            "train_loss": of(|it| 1.5 * (-it / 80.0).exp()),
            "val_loss": of(|it| 1.6 * (-it / 40.0).exp() + 0.4 + 0.003 * it),
            "train_accuracy": of(|it| 1.0 - 0.8 * (-it / 80.0).exp()),
            "val_accuracy": of(|it| 0.8 - 0.6 * (-it / 40.0).exp() - 0.0002 * it),
        }},
    })
    .to_string()
}
