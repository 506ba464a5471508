//! Finding, reading and checking the configuration.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use deepfix_analysis::Coordinator;
use deepfix_config::Config;
use deepfix_core::Diagnosis;

use crate::{
    args::TapeArgs,
    logging,
    output::{self, GREEN, YELLOW, styled},
};

const FILE: &str = "deepfix.toml";

/// Reads the configuration that `--config` names, or else the one of this folder, or else the
/// one beside the binary.
pub(crate) fn load(named: Option<&Path>) -> anyhow::Result<Config> {
    let file = match named {
        Some(file) => file.to_owned(),
        None => find()?,
    };
    Ok(Config::load(&file)?)
}

/// The same, or none where nobody names one and none is there.
pub(crate) fn load_if_there(named: Option<&Path>) -> anyhow::Result<Option<Config>> {
    if named.is_none() && find().is_err() {
        return Ok(None);
    }
    load(named).map(Some)
}

/// The same, with the language model's traffic recorded or replayed.
pub(crate) fn load_with(named: Option<&Path>, tape: TapeArgs) -> anyhow::Result<Config> {
    let mut config = load(named)?;
    if tape.record.is_some() && !config.llm.is_configured() {
        anyhow::bail!(
            "--record: there is no language model to record; set `[llm] base_url` in {}",
            config.file.display()
        );
    }
    config.llm.record = tape.record;
    config.llm.replay = tape.replay;
    Ok(config)
}

fn find() -> anyhow::Result<PathBuf> {
    let beside = std::env::current_exe()
        .ok()
        .and_then(|binary| Some(binary.parent()?.join(FILE)));
    let places: Vec<PathBuf> = std::iter::once(PathBuf::from(FILE)).chain(beside).collect();
    places.iter().find(|it| it.is_file()).cloned().with_context(|| {
        let places: Vec<_> = places.iter().map(|it| it.display().to_string()).collect();
        format!(
            "no configuration: looked for {}; name one with --config FILE",
            places.join(" and ")
        )
    })
}

/// `deepfix config check`.
pub(crate) async fn check(named: Option<&Path>) -> anyhow::Result<ExitCode> {
    logging::start_quiet();
    let config = load(named)?;
    let coordinator = Coordinator::start(&config).await?;
    let mut text = format!("{}: {}\n", config.file.display(), styled(GREEN, "fine"));
    let server = &config.server;
    text += &format!(
        "  listens on {}, {} analyses at once and {} waiting, bodies up to {} MiB\n",
        server.listen,
        server.max_in_flight,
        server.max_waiting,
        server.max_body >> 20
    );
    text += &match config.artifacts.roots.as_slice() {
        [] => "  requests may name no files ([artifacts] roots is empty)\n".to_owned(),
        roots => format!("  requests may name files below {}\n", paths(roots)),
    };
    text += &format!("  knowledge base: {}\n", paths(&config.knowledge.paths));
    text += &match config.llm.is_configured() {
        true => format!("  language model: {} at {}\n", config.llm.model, config.llm.base_url),
        false => "  no language model ([llm] base_url is empty)\n".to_owned(),
    };
    text += &format!("  instances: {:?} allocation\n", coordinator.allocator());
    for agent in coordinator.agents() {
        text += &format!(
            "  {} {} from {}\n",
            agent.name,
            agent.version,
            agent.component.display()
        );
    }
    for refused in coordinator.refused() {
        text += &format!("  {} {}\n", styled(YELLOW, "refused"), refused.reason);
    }
    output::result(&text);
    Ok(if coordinator.refused().is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}

fn paths(paths: &[PathBuf]) -> String {
    paths
        .iter()
        .map(|it| it.display().to_string())
        .collect::<Vec<_>>()
        .join(", ")
}
