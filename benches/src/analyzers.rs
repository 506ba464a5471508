//! Each analyzer's own CPU time, inside the sandbox: for the requests of real clients against
//! parsing the same body as JSON, and for a history of a million points against adding up the
//! same numbers. Aim: under 2 ms and under 200 ms.

use std::{
    collections::BTreeMap,
    fs,
    hint::black_box,
    path::PathBuf,
    time::{Duration, Instant},
};

use deepfix_analysis::Coordinator;
use deepfix_artifacts::{FileAccess, FolderLimits, decode_value, parse_lenient, read_folder};
use deepfix_core::{Allowance, AnalyseOptions, Diagnosis, Experiment};
use serde_json::{Value as Json, json};

use crate::{
    Result,
    aims::Aims,
    diagnosis, root,
    statistics::{Sample, ms, ratio},
};

const AIM: Duration = Duration::from_millis(2);
const AIM_HISTORY: Duration = Duration::from_millis(200);
const WARM_UP: usize = 3;
const ROUNDS: usize = 25;
const ROUNDS_HISTORY: usize = 5;
const POINTS: usize = 1_000_000;
/// Longer than any of these needs.
const PATIENCE: Duration = Duration::from_secs(60);

struct Request {
    name: String,
    experiment: Experiment,
    /// Parsing the same body, where there is one.
    parse: Option<Duration>,
}

pub(crate) fn run() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let coordinator = diagnosis::start().await?;
        println!(
            "CPU time of each agent, median and worst of {ROUNDS}; aim: median under {}",
            ms(AIM)
        );
        let mut worst: BTreeMap<String, Duration> = BTreeMap::new();
        for request in requests()? {
            let parse = request
                .parse
                .map_or_else(String::new, |it| format!("; parsing the body as JSON: {}", ms(it)));
            println!("  {}{parse}", request.name);
            for (agent, times) in times(&coordinator, &request.experiment, ROUNDS).await {
                let of_parse = request.parse.map_or_else(String::new, |it| {
                    format!("  = {:.1} x JSON parse", ratio(times.median(), it))
                });
                println!(
                    "    {agent:36} {:>10} {:>10}{of_parse}",
                    ms(times.median()),
                    ms(times.quantile(1.0))
                );
                let it = worst.entry(agent).or_default();
                *it = times.median().max(*it);
            }
        }
        println!("  the largest median of each agent");
        let mut aims = Aims::default();
        for (agent, time) in worst {
            println!("    {agent:36} {:>10}  {}", ms(time), aims.judge(&agent, time <= AIM));
        }
        history(&coordinator, &mut aims).await?;
        aims.end()
    })
}

/// What real clients sent where it lies beside the repository, else the examples.
fn requests() -> Result<Vec<Request>> {
    let mut requests = Vec::new();
    if let Ok(folder) = fs::read_dir(root().join("../shared/requests")) {
        let mut files: Vec<PathBuf> = folder.map(|it| Ok(it?.path())).collect::<Result<_>>()?;
        files.retain(|it| it.extension().is_some_and(|it| it == "json"));
        files.sort();
        for file in files {
            let body = fs::read(&file)?;
            let parse = || {
                let started = Instant::now();
                let value: std::result::Result<Json, _> = serde_json::from_slice(black_box(&body));
                let time = started.elapsed();
                drop(value);
                time
            };
            let parse = Sample::new((0..50).map(|_| parse()).collect()).median();
            requests.push(Request {
                name: file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
                experiment: decode_value(parse_lenient(&body)?, &FileAccess::default())
                    .map_err(|problem| problem.to_string())?,
                parse: Some(parse),
            });
        }
    }
    let mut examples: Vec<PathBuf> = fs::read_dir(root().join("examples"))?
        .map(|it| Ok(it?.path()))
        .collect::<Result<_>>()?;
    examples.retain(|it| it.join("label.json").is_file());
    examples.sort();
    for folder in examples {
        requests.push(Request {
            name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            experiment: read_folder(&folder, &FolderLimits::default())?.experiment,
            parse: None,
        });
    }
    Ok(requests)
}

/// CPU times by agent.
async fn times(coordinator: &Coordinator, experiment: &Experiment, rounds: usize) -> BTreeMap<String, Sample> {
    let mut times: BTreeMap<String, Vec<Duration>> = BTreeMap::new();
    for round in 0..WARM_UP + rounds {
        let options = AnalyseOptions {
            request_id: "bench".into(),
            time_left: PATIENCE,
            progress: None,
            allowance: Allowance::default(),
        };
        let response = coordinator.analyse(experiment.clone(), options).await;
        let timings = response.additional_outputs.get("timings_ms").and_then(Json::as_object);
        for (agent, it) in timings.into_iter().flatten().filter(|_| round >= WARM_UP) {
            if let Some(cpu) = it.get("cpu").and_then(Json::as_f64) {
                times
                    .entry(agent.clone())
                    .or_default()
                    .push(Duration::from_secs_f64(cpu / 1e3));
            }
        }
    }
    times
        .into_iter()
        .map(|(agent, times)| (agent, Sample::new(times)))
        .collect()
}

/// A run that logged each of a million steps: both losses and the learning rate.
async fn history(coordinator: &Coordinator, aims: &mut Aims) -> Result<()> {
    // A falling curve with a little noise that looks like none of the faults (Knuth's constants).
    let mut state: u64 = 1;
    let mut noise = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1_u64 << 24) as f64 - 0.5
    };
    let curve = |level: f64, noise: &mut dyn FnMut() -> f64| -> Vec<f64> {
        (0..POINTS)
            .map(|step| level + (-5.0 * step as f64 / POINTS as f64).exp() + 0.01 * noise())
            .collect()
    };
    let columns = [curve(0.2, &mut noise), curve(0.25, &mut noise)];
    let add = || {
        let started = Instant::now();
        black_box(columns.iter().map(|it| black_box(it).iter().sum::<f64>()).sum::<f64>());
        started.elapsed()
    };
    let sum = Sample::new((0..20).map(|_| add()).collect()).median();
    let [train, validation] = &columns;
    let request = json!({
        "dataset_name": "long",
        "training_artifacts": {
            "metrics_values": {
                "step": (0..POINTS).collect::<Vec<_>>(),
                "train_loss": train,
                "val_loss": validation,
                "learning_rate": vec![1e-3; POINTS],
            },
            "params": {"learning_rate": 1e-3, "batch_size": 32, "optimizer": "adam"},
        },
    });
    let experiment = decode_value(request, &FileAccess::default()).map_err(|problem| problem.to_string())?;
    println!(
        "a history of {POINTS} steps with two losses and a learning rate; adding up both losses: {}",
        ms(sum)
    );
    for (agent, times) in times(coordinator, &experiment, ROUNDS_HISTORY).await {
        let time = times.median();
        println!(
            "    {agent:36} {:>10} {:>10}  = {:.0} x the sum  {}",
            ms(time),
            ms(times.quantile(1.0)),
            ratio(time, sum),
            aims.judge(&format!("{agent}, of a long history"), time <= AIM_HISTORY)
        );
    }
    Ok(())
}
