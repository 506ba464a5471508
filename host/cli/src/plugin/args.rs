use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum PluginCommand {
    /// Make a project that builds and passes its tests at once.
    New(NewArgs),
    /// Build the component of a project.
    Build(BuildArgs),
    /// What a component imports, exports, asks for and would be granted. Nothing of it runs outside the
    /// sandbox.
    Inspect(FileArgs),
    /// Whether this host loads a component, and if not, which line to change.
    Check(FileArgs),
    /// The loaded plugins, and those that were refused.
    List(ListArgs),
    /// Run a component on one experiment.
    Run(RunArgs),
    /// Run the cases of a project: artifacts in, expected findings out.
    Test(TestArgs),
    /// Measure a component: load, describe, analyse.
    Bench(RunArgs),
    /// Push a component, with the signatures and the Sigstore bundle beside it, to a registry.
    Push(PushArgs),
    /// Fetch a component by its digest and write it to a file.
    Pull(PullArgs),
    /// Resolve the sources of the configuration that deepfix.lock lacks.
    Lock(LockArgs),
    /// Resolve sources again, and say what moved.
    Update(UpdateArgs),
    /// Make a key for signatures.
    Keygen(KeygenArgs),
    /// Sign a component; the signature is written beside it.
    Sign(SignArgs),
    /// Whether a trusted key or identity signed a component.
    Verify(FileArgs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    Rust,
    Python,
    Javascript,
    Typescript,
    C,
}

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// The plugin's name, such as `acme-fairness`; a folder of this name is made.
    pub(crate) name: String,

    #[arg(long, value_enum, default_value_t = Language::Rust)]
    pub(crate) lang: Language,

    /// Where the folder is made.
    #[arg(long, default_value = ".")]
    pub(crate) into: PathBuf,

    /// Where the checkout of DeepFix lies, for the Rust SDK.
    #[arg(long, value_name = "DIR")]
    pub(crate) deepfix: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// The project's folder.
    #[arg(default_value = ".")]
    pub(crate) project: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct FileArgs {
    /// The component.
    pub(crate) file: PathBuf,

    /// For machines.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// For machines.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The component.
    pub(crate) file: PathBuf,

    /// A request in wire form, or the folder of an experiment.
    pub(crate) request: PathBuf,

    /// Settings, as a JSON object.
    #[arg(long, value_name = "JSON")]
    pub(crate) settings: Option<String>,

    /// For machines.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// The project's folder, with `plugin.toml` and `cases/`.
    #[arg(default_value = ".")]
    pub(crate) project: PathBuf,

    /// Write what the plugin answers as what is expected, for the cases that expect nothing yet or
    /// something else.
    #[arg(long)]
    pub(crate) update: bool,

    /// Run with the real services and record the host calls of each case, for a replay without them.
    #[arg(long)]
    pub(crate) record: bool,

    /// Record this request as a case, instead of the cases that are there.
    #[arg(long, value_name = "REQUEST", requires = "record")]
    pub(crate) request: Option<PathBuf>,

    /// Only cases whose name contains this; the name of a new one.
    #[arg(long)]
    pub(crate) case: Option<String>,

    /// For machines.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PushArgs {
    /// The component.
    pub(crate) file: PathBuf,

    /// Where to: `oci://HOST/NAME:TAG`.
    pub(crate) reference: String,
}

#[derive(Debug, Args)]
pub(crate) struct PullArgs {
    /// From where: `oci://HOST/NAME:TAG` or `https://...`.
    pub(crate) source: String,

    /// The file that is written.
    pub(crate) file: PathBuf,

    /// The digest that the component must have.
    #[arg(long)]
    pub(crate) sha256: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct LockArgs {
    /// Change nothing; exit with 1 when something is missing.
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    /// Names of agents; all without.
    pub(crate) agents: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct KeygenArgs {
    /// The file for the private key. It is never overwritten.
    pub(crate) file: PathBuf,

    /// What messages call the key.
    #[arg(long, default_value = "me")]
    pub(crate) name: String,
}

#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    /// The component.
    pub(crate) file: PathBuf,

    /// The private key: PEM, PKCS#8, Ed25519.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
}
