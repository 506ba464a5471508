//! `deepfix plugin ...`: making, judging and shipping plugins.

mod args;
mod bench;
mod build;
mod case;
mod cases;
mod component;
mod inspect;
mod keys;
mod new;
mod project;
mod registry;
mod report;
mod run;
mod sdk;

use std::{path::Path, process::ExitCode};

pub(crate) use args::PluginCommand;
use deepfix_config::Config;

use crate::{agents, args::AgentsArgs, config, logging};

/// The configuration that ships, for who has none: an author's folder.
const SHIPPED: &str = include_str!("../../../../deepfix.toml");

/// Runs a command.
pub(crate) async fn run(named: Option<&Path>, command: PluginCommand) -> anyhow::Result<ExitCode> {
    if let PluginCommand::List(it) = &command {
        return agents::run(named, &AgentsArgs { json: it.json }).await;
    }
    logging::start_quiet();
    match command {
        PluginCommand::List(_) => Ok(ExitCode::SUCCESS),
        PluginCommand::New(it) => new::run(&it),
        PluginCommand::Build(it) => build::run(&it),
        PluginCommand::Inspect(it) => inspect::run(&configuration(named)?, &it).await,
        PluginCommand::Check(it) => inspect::check(&configuration(named)?, &it).await,
        PluginCommand::Run(it) => run::run(&configuration(named)?, &it).await,
        PluginCommand::Bench(it) => bench::run(&configuration(named)?, &it).await,
        PluginCommand::Test(it) => cases::run(&configuration(named)?, &it).await,
        PluginCommand::Push(it) => registry::push(&configuration(named)?, &it).await,
        PluginCommand::Pull(it) => registry::pull(&configuration(named)?, &it).await,
        PluginCommand::Lock(it) => registry::lock(&configuration(named)?, &it).await,
        PluginCommand::Update(it) => registry::update(&configuration(named)?, &it).await,
        PluginCommand::Keygen(it) => keys::keygen(&it),
        PluginCommand::Sign(it) => keys::sign(&it),
        PluginCommand::Verify(it) => keys::verify(&configuration(named)?, &it).await,
    }
}

/// The configuration that is there, or else the one that ships, with its caches where a user's are.
fn configuration(named: Option<&Path>) -> anyhow::Result<Config> {
    if let Some(config) = config::load_if_there(named)? {
        return Ok(config);
    }
    let file = std::env::current_dir()?.join("deepfix.toml");
    let mut config = Config::parse(&file, SHIPPED, std::iter::empty())?;
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(Into::into)
        .or_else(|| std::env::home_dir().map(|it| it.join(".cache")))
        .unwrap_or_else(std::env::temp_dir)
        .join("deepfix");
    config.engine.cache_dir = Some(cache.join("components"));
    config.plugins.store = cache.join("plugins");
    config.knowledge.paths.retain(|it| it.is_dir());
    Ok(config)
}
