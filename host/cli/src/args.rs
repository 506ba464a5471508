use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand, ValueEnum};
use deepfix_core::Severity;

/// Diagnoses machine-learning experiments: what is wrong, how sure, shown by what, fix what first.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub(crate) struct Args {
    /// The configuration; by default deepfix.toml in this folder, or else beside the binary.
    #[arg(long, global = true, env = "DEEPFIX_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve diagnoses over HTTP.
    Serve(ServeArgs),
    /// Diagnose one experiment (a request file, a folder, a run of MLflow), or all runs of one.
    #[command(visible_alias = "analyze")]
    Analyse(AnalyseArgs),
    /// List the loaded agents: what they read, find and may use.
    Agents(AgentsArgs),
    /// Make, judge and ship plugins.
    Plugin {
        #[command(subcommand)]
        command: crate::plugin::PluginCommand,
    },
    /// Look at the configuration.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Look at the knowledge base.
    Kb {
        #[command(subcommand)]
        command: KbCommand,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// The address to listen on, instead of `[server] listen`; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,

    #[command(flatten)]
    pub(crate) tape: TapeArgs,
}

/// What becomes of the traffic with the language model.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct TapeArgs {
    /// Record each exchange with the language model in this folder; prompts hold facts of the
    /// experiment.
    #[arg(long, value_name = "DIR", conflicts_with = "replay")]
    pub(crate) record: Option<PathBuf>,

    /// Take the language model's answers from such a recording; nothing is sent, and what it lacks
    /// is an error.
    #[arg(long, value_name = "DIR")]
    pub(crate) replay: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct AnalyseArgs {
    /// A request in wire form (`-` for standard input), or the folder of an experiment.
    #[arg(required_unless_present = "mlflow")]
    pub(crate) path: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) mlflow: MlflowArgs,

    /// How the answer is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// The language of the answer, instead of the request's.
    #[arg(long)]
    pub(crate) language: Option<String>,

    /// Exit with 1 when there is a finding of this severity or worse, and with 2 when an agent
    /// failed, so that nobody knows.
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<FailOn>,

    #[command(flatten)]
    pub(crate) tape: TapeArgs,
}

#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct MlflowArgs {
    /// A run of MLflow, by its id.
    #[arg(long, value_name = "ID", group = "mlflow", conflicts_with = "path")]
    pub(crate) mlflow_run: Option<String>,

    /// The newest run of MLflow that recorded this data set.
    #[arg(long, value_name = "NAME", group = "mlflow", conflicts_with = "path")]
    pub(crate) mlflow_dataset: Option<String>,

    /// The run of a model: NAME, NAME/VERSION, NAME@ALIAS or the id of a logged model.
    #[arg(long, value_name = "MODEL", group = "mlflow", conflicts_with = "path")]
    pub(crate) mlflow_model: Option<String>,

    /// Every run of an experiment, with a table over them.
    #[arg(long, value_name = "NAME", group = "mlflow", conflicts_with = "path")]
    pub(crate) mlflow_experiment: Option<String>,

    /// Which runs of the experiment, in MLflow's words: "metrics.loss < 1 and params.lr = '0.1'".
    #[arg(long, requires = "mlflow_experiment")]
    pub(crate) filter: Option<String>,

    /// The tracking server or store (`sqlite:///mlflow.db`, `mlruns`) instead of `[mlflow]
    /// tracking_uri`.
    #[arg(long, value_name = "URI", env = "MLFLOW_TRACKING_URI", hide_env_values = true)]
    pub(crate) tracking_uri: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A report for a terminal.
    Text,
    /// The response as the server sends it.
    Json,
    /// A report for an issue or a wiki.
    Markdown,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum FailOn {
    Low,
    Medium,
    High,
}

impl From<FailOn> for Severity {
    fn from(it: FailOn) -> Self {
        match it {
            FailOn::Low => Self::Low,
            FailOn::Medium => Self::Medium,
            FailOn::High => Self::High,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct AgentsArgs {
    /// As `GET /v1/agents` answers.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check the configuration and load everything that it names.
    Check,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KbCommand {
    /// Search the passages.
    Search(SearchArgs),
    /// Check that every fault code has passages and every passage a primary source.
    ///
    /// Exits with 1 when something should be mended, and says how.
    Lint(LintArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct SearchArgs {
    /// Free text.
    #[arg(required = true)]
    pub(crate) text: Vec<String>,

    /// Only passages of this domain, such as `training`.
    #[arg(long)]
    pub(crate) domain: Option<String>,

    /// Only passages about this fault code.
    #[arg(long)]
    pub(crate) code: Option<String>,

    /// At most so many passages.
    #[arg(long, default_value_t = 5)]
    pub(crate) limit: usize,
}

#[derive(Debug, clap::Args)]
pub(crate) struct LintArgs {
    /// Folders and files to check, instead of those that the configuration names.
    pub(crate) paths: Vec<PathBuf>,

    /// The paths add to a base: they need not cover every code and domain.
    #[arg(long)]
    pub(crate) partial: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_consistent() {
        super::Args::command().debug_assert();
    }
}
