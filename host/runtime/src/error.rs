use std::path::PathBuf;

use crate::World;

/// An error that a host function hands to the guest.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(unreachable_pub, reason = "the generated bindings name it")]
pub enum HostError {
    NotFound(String),
    Invalid(String),
    Denied(String),
    BudgetExceeded(String),
    TimedOut(String),
    Unavailable(String),
    /// The guest does not heed refusals: the host ends it.
    Ended(String),
}

/// The host ended the guest; the text says why. It travels as the cause of the trap.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Ended(pub(crate) String);

/// An export whose type differs from the one of this host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Mismatch(pub(crate) String);

/// Why a component is refused. Each names the file and says what would change it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it all")]
pub enum LoadError {
    #[error("{}: cannot be read: {reason}", file.display())]
    Unreadable { file: PathBuf, reason: String },
    #[error("{}: is not WebAssembly: it starts with {found}, expected a component (`\\0asm`, layer 1)", file.display())]
    NotWasm { file: PathBuf, found: String },
    #[error(
        "{}: is a core WebAssembly module, not a component: build it for wasm32-wasip2, or wrap it with \
         `wasm-tools component new`", file.display()
    )]
    CoreModule { file: PathBuf },
    #[error("{}: is not a valid component: {reason}", file.display())]
    Invalid { file: PathBuf, reason: String },
    #[error(
        "{}: uses the asynchronous ABI of the component model, which this host does not offer: build it with \
         synchronous functions (for JavaScript: `--backend-qjs-disable-async`): {reason}", file.display()
    )]
    AsyncAbi { file: PathBuf, reason: String },
    #[error("{}: its functions or types differ from those of this host: {reason}", file.display())]
    Mismatched { file: PathBuf, reason: String },
    #[error(
        "{}: exports `{found}`, which is the world `{}`, but the configuration uses it as `{}`: name it under \
         {}", file.display(), other.name(), expected.name(), other.config_table()
    )]
    WrongWorld {
        file: PathBuf,
        expected: World,
        other: World,
        found: String,
    },
    #[error(
        "{}: does not export `{expected}`: it exports {found}; a plugin targets the world `analyzer` or `reasoner` \
         of the package deepfix:analysis", file.display()
    )]
    NoWorld {
        file: PathBuf,
        expected: String,
        found: String,
    },
    #[error("{}: is built for `{found}`, and this host offers `{offered}`", file.display())]
    WrongVersion {
        file: PathBuf,
        found: String,
        offered: String,
    },
    #[error("{}: imports `{import}`, which this host never links: {hint}", file.display())]
    NotLinked {
        file: PathBuf,
        import: String,
        hint: String,
    },
    #[error("{}: digest is sha256:{found}, but the configuration pins sha256:{expected}", file.display())]
    WrongDigest {
        file: PathBuf,
        expected: String,
        found: String,
    },
    #[error("{}: `describe` failed: {reason}", file.display())]
    Describe { file: PathBuf, reason: String },
    #[error("{}: `describe` is wrong: {reason}", file.display())]
    Description { file: PathBuf, reason: String },
    #[error(
        "{}: calls itself `{found}`, but the configuration calls it `{expected}`; to run it under a name of your own \
         write `plugin = \"{found}\"` into its entry", file.display()
    )]
    WrongName {
        file: PathBuf,
        expected: String,
        found: String,
    },
    #[error("{}: `{agent}` requires {what}, which is not granted; grant it with `{line}`", file.display())]
    NotGranted {
        file: PathBuf,
        agent: String,
        what: String,
        line: String,
    },
    #[error("{}: the `settings` of `{agent}` do not fit what it declares: {reason}", file.display())]
    Settings {
        file: PathBuf,
        agent: String,
        reason: String,
    },
    #[error(
        "{}: `{agent}` reports `{code}`, and may report only codes of the namespaces {allowed}; allow another with \
         `{line}` in its `[[agent]]` entry (a dropped-in plugin needs one for that)", file.display()
    )]
    ForeignCode {
        file: PathBuf,
        agent: String,
        code: String,
        allowed: String,
        line: String,
    },
}
