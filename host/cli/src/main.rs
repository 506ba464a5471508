//! The binary: `deepfix serve`, `analyse`, `agents`, `plugin`, `config check`, `kb search`.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod agents;
mod analyse;
mod args;
mod config;
mod folders;
mod history;
mod ingest;
mod kb;
mod keys;
mod logging;
mod mlflow;
mod output;
mod plugin;
mod progress;
mod report;
mod runs;
mod saved;
mod serve;
mod stores;
mod telemetry;
mod uploads;

use std::process::ExitCode;

use args::{Args, Command, ConfigCommand, KbCommand};
use clap::Parser;

/// The analysis found something as bad as `--fail-on` says, or the lint found something to mend.
const EXIT_FINDINGS: u8 = 1;
/// The command could not do its work, or nothing could be examined. Clap uses the same for wrong arguments.
const EXIT_FAILURE: u8 = 2;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(code) => code,
        Err(error) => {
            output::error(&error);
            ExitCode::from(EXIT_FAILURE)
        }
    }
}

/// Waits for Ctrl-C or SIGTERM; gives what a shell says of a process that such a signal ended.
async fn interrupted() -> ExitCode {
    use tokio::signal::unix::{SignalKind, signal};
    let of = |kind| signal(kind).ok();
    let (mut interrupt, mut terminate) = (of(SignalKind::interrupt()), of(SignalKind::terminate()));
    tokio::select! {
        Some(()) = async { interrupt.as_mut()?.recv().await } => ExitCode::from(130),
        Some(()) = async { terminate.as_mut()?.recv().await } => ExitCode::from(143),
        else => std::future::pending().await,
    }
}

fn run(args: Args) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // The server ends its work itself; of any other command what is under way is dropped, and with it
    // the files that were downloaded.
    let is_server = matches!(args.command, Command::Serve(_));
    let work = async {
        match args.command {
            Command::Serve(it) => serve::run(args.config.as_deref(), it).await,
            Command::Analyse(it) => analyse::run(args.config.as_deref(), *it).await,
            Command::Ingest(it) => ingest::run(args.config.as_deref(), *it).await,
            Command::Report(it) => saved::run(&it),
            Command::Agents(it) => agents::run(args.config.as_deref(), &it).await,
            Command::Plugin { command } => plugin::run(args.config.as_deref(), command).await,
            Command::Config {
                command: ConfigCommand::Check,
            } => config::check(args.config.as_deref()).await,
            Command::Keys { command } => keys::run(args.config.as_deref(), command).await,
            Command::Kb {
                command: KbCommand::Search(it),
            } => kb::search(args.config.as_deref(), &it),
            Command::Kb {
                command: KbCommand::Lint(it),
            } => kb::lint(args.config.as_deref(), &it),
        }
    };
    let code = runtime.block_on(async {
        tokio::select! {
            code = work => code,
            code = interrupted(), if !is_server => Ok(code),
        }
    });
    // A blocking read of a slow disk must not hold up the end of the process.
    runtime.shutdown_background();
    code
}
