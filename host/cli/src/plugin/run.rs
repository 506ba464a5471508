use std::{path::Path, process::ExitCode, sync::Arc};

use deepfix_analysis::Workbench;
use deepfix_artifacts::FolderLimits;
use deepfix_config::Config;
use deepfix_core::{ArtifactSet, Experiment};
use deepfix_runtime::{Plugin, PluginConfig};
use serde_json::json;

use super::{args::RunArgs, inspect, report};
use crate::{EXIT_FINDINGS, analyse, output};

/// What the configuration says of a file, with settings of one's own.
pub(crate) fn entry(config: &Config, file: &Path, settings: Option<&String>) -> anyhow::Result<PluginConfig> {
    let (mut entry, _) = inspect::entry(config, file)?;
    if let Some(settings) = settings {
        serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(settings)
            .map_err(|error| anyhow::anyhow!("--settings: {error}, expected a JSON object"))?;
        entry.settings.clone_from(settings);
    }
    Ok(entry)
}

/// An experiment and its artifacts apart.
pub(crate) fn experiment(path: &Path) -> anyhow::Result<(Experiment, Arc<ArtifactSet>)> {
    let (mut experiment, said) = analyse::read(path, &FolderLimits::default())?;
    analyse::say(&said);
    let artifacts = Arc::new(std::mem::take(&mut experiment.artifacts));
    Ok((experiment, artifacts))
}

/// `deepfix plugin run`.
pub(crate) async fn run(config: &Config, args: &RunArgs) -> anyhow::Result<ExitCode> {
    let (experiment, artifacts) = experiment(&args.request)?;
    let workbench = Workbench::open(config).await?;
    let entry = entry(config, &args.file, args.settings.as_ref())?;
    let plugin = Plugin::load(workbench.engine(), entry).await?;
    let run = workbench.analyze(&plugin, &experiment, &artifacts).await;
    if args.json {
        let error = run
            .result
            .as_ref()
            .err()
            .map(|it| json!({ "reason": it.reason.as_str(), "message": it.message }));
        let text = serde_json::to_string_pretty(&json!({
            "agent": plugin.name(), "report": run.result.as_ref().ok().map(report::json), "error": error,
            "objections": run.objections, "spent": run.spent,
        }))?;
        output::result(&format!("{text}\n"));
    } else {
        output::result(&report::text(&run));
    }
    Ok(if run.result.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_FINDINGS)
    })
}
