use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use deepfix_analysis::Workbench;
use deepfix_config::Config;
use deepfix_runtime::Plugin;
use serde_json::json;

use super::{
    args::RunArgs,
    run::{entry, experiment},
};
use crate::output::{self, DIM, styled};

/// Calls of each kind; the median of them is shown.
const CALLS: usize = 30;

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// `deepfix plugin bench`.
pub(crate) async fn run(config: &Config, args: &RunArgs) -> anyhow::Result<ExitCode> {
    let (experiment, artifacts) = experiment(&args.request)?;
    let entry = entry(config, &args.file, args.settings.as_ref())?;
    let mut cold = config.clone();
    cold.engine.cache_dir = None;
    let engine = deepfix_analysis::engine(&cold)?;
    let started = Instant::now();
    Plugin::load(&engine, entry.clone()).await?;
    let compile = started.elapsed();
    drop(engine);
    let workbench = Workbench::open(config).await?;
    Plugin::load(workbench.engine(), entry.clone()).await?;
    let started = Instant::now();
    let plugin = Plugin::load(workbench.engine(), entry).await?;
    let load = started.elapsed();
    let (mut describe, mut analyse, mut memory) = (Vec::new(), Vec::new(), 0);
    for _ in 0..CALLS {
        let started = Instant::now();
        plugin.describe().await.map_err(|error| anyhow::anyhow!("{error}"))?;
        describe.push(started.elapsed());
        let started = Instant::now();
        let run = workbench.analyze(&plugin, &experiment, &artifacts).await;
        analyse.push(started.elapsed());
        run.result.map_err(|error| anyhow::anyhow!("{error}"))?;
        memory = memory.max(run.spent.peak_memory);
    }
    let figures = [
        ("compile, no cache", compile),
        ("load, cached", load),
        ("instantiate and describe", median(describe)),
        ("instantiate and analyse", median(analyse)),
    ];
    if args.json {
        let milliseconds: serde_json::Map<_, _> = figures
            .iter()
            .map(|(name, time)| ((*name).to_owned(), json!(time.as_secs_f64() * 1e3)))
            .collect();
        let text = json!({ "milliseconds": milliseconds, "peak_memory": memory, "calls": CALLS });
        output::result(&format!("{}\n", serde_json::to_string_pretty(&text)?));
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::new();
    for (name, time) in figures {
        text += &format!("{name:<26} {:>10.2} ms\n", time.as_secs_f64() * 1e3);
    }
    text += &format!("{:<26} {:>10} kB\n", "peak memory", memory / 1000);
    text += &format!(
        "{}\n",
        styled(DIM, &format!("medians of {CALLS} calls, each in a fresh instance"))
    );
    output::result(&text);
    Ok(ExitCode::SUCCESS)
}
