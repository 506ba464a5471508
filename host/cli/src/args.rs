use std::{net::SocketAddr, path::PathBuf};

use clap::{Parser, Subcommand, ValueEnum};
use deepfix_core::Severity;

use crate::{
    folders::FolderArgs,
    ingest::{IngestArgs, TableArgs},
};

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
    Analyse(Box<AnalyseArgs>),
    /// Compute artifacts from tables: statistics and data checks, in place of a client in Python.
    Ingest(Box<IngestArgs>),
    /// Make a report of a response that was saved as JSON.
    Report(ReportArgs),
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
    /// Make, list and revoke API keys, in the database that `[history]` names.
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Look at the knowledge base.
    Kb {
        #[command(subcommand)]
        command: KbCommand,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key. It is shown once and kept nowhere.
    Create(CreateKeyArgs),
    /// List all keys, without their secrets.
    List,
    /// End a key at once.
    Revoke {
        /// Its id, as `list` shows it.
        id: String,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct CreateKeyArgs {
    /// Who or what it is for.
    pub(crate) name: String,

    /// Whose analyses it opens: tenants see nothing of each other.
    #[arg(long, default_value = "")]
    pub(crate) tenant: String,

    /// What it may be used for.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [KeyScope::Analyse, KeyScope::Read])]
    pub(crate) scopes: Vec<KeyScope>,

    /// When it ends, such as `90d`; never without this.
    #[arg(long, value_name = "TIME", value_parser = deepfix_core::parse_duration)]
    pub(crate) expires: Option<std::time::Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyScope {
    /// Diagnose, follow and cancel.
    Analyse,
    /// Read what was diagnosed before.
    Read,
    /// Change the server.
    Admin,
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
    /// A request in wire form (`-` for standard input), a table, or the folder of an experiment.
    #[arg(required_unless_present = "mlflow")]
    pub(crate) path: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) mlflow: MlflowArgs,

    #[command(flatten)]
    pub(crate) table: TableArgs,

    #[command(flatten)]
    pub(crate) folder: FolderArgs,

    /// How the answer is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Write the answer to this file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// How the work is told of on standard error while it goes on.
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Shown::Bars, conflicts_with = "mlflow_experiment")]
    pub(crate) progress: Shown,

    /// The language of the answer, instead of the request's.
    #[arg(long)]
    pub(crate) language: Option<String>,

    /// Exit with 1 when there is a finding of this severity or worse, and with 2 when an agent failed, so that
    /// nobody knows. Where nothing could be examined it is 2 in any case.
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
    // What is required is not missed where it conflicts with what is there: the conflicts are named here, too.
    #[arg(
        long,
        requires = "mlflow_experiment",
        conflicts_with_all = ["path", "mlflow_run", "mlflow_dataset", "mlflow_model"]
    )]
    pub(crate) filter: Option<String>,

    /// Write the diagnosis back to the run, or to each: a report as `deepfix/report.html`, and tags
    /// `deepfix.*`. Where that fails it is a warning.
    #[arg(long, requires = "mlflow")]
    pub(crate) write_back: bool,

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
    /// A page in one file, which needs no network.
    Html,
    /// For code hosts and editors that show findings.
    Sarif,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Shown {
    /// A bar for each agent on a terminal, nothing elsewhere.
    #[default]
    Bars,
    /// An event a line, `{"event", "data"}`: `progress` and `agent` of the server's stream.
    Json,
    /// Not at all.
    Off,
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
pub(crate) struct ReportArgs {
    /// The response, as `--format json`, the server or a report's own export gives it; `-` for standard
    /// input.
    pub(crate) response: PathBuf,

    /// How the report is written.
    #[arg(long, value_enum, default_value_t = Format::Html)]
    pub(crate) format: Format,

    /// Write it to this file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// The language of its headings, instead of that of the response.
    #[arg(long)]
    pub(crate) language: Option<String>,
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
    use clap::{CommandFactory, Parser as _};

    #[test]
    fn the_arguments_are_consistent() {
        super::Args::command().debug_assert();
    }

    #[test]
    fn a_filter_is_for_the_runs_of_an_experiment_alone() {
        let is_ok = |flags: &[&str]| {
            let args = ["deepfix", "analyse", "--filter", "metrics.loss < 1"]
                .iter()
                .chain(flags);
            super::Args::try_parse_from(args).is_ok()
        };
        assert!(is_ok(&["--mlflow-experiment", "sweep"]));
        for flags in [
            &["folder"][..],
            &["--mlflow-run", "a"],
            &["--mlflow-dataset", "a"],
            &["--mlflow-model", "a"],
            &[],
        ] {
            assert!(!is_ok(flags), "{flags:?}");
        }
    }
}
