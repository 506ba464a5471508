use std::path::PathBuf;

/// Why a component is not to be had, or not to be believed. Each names the source and what would
/// change it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say it all")]
pub enum SourceError {
    #[error("`{found}` is no source of a component: {reason}")]
    NoSource { found: String, reason: String },
    #[error("{}: cannot be read: {reason}", file.display())]
    Unreadable { file: PathBuf, reason: String },
    #[error("{}: cannot be written: {reason}", file.display())]
    Unwritable { file: PathBuf, reason: String },
    #[error("{}: is no lock file: {reason}", file.display())]
    NoLock { file: PathBuf, reason: String },
    #[error("{source_text}: is not in deepfix.lock: resolve it once with `deepfix plugin lock`")]
    NotLocked { source_text: String },
    #[error(
        "{source_text}: has no digest: write `sha256 = \"...\"` into its entry, or resolve it once with `deepfix plugin \
         lock`"
    )]
    NoDigest { source_text: String },
    #[error(
        "{source_text}: digest is sha256:{found}, expected sha256:{expected}: these are other bytes than those that were \
         pinned"
    )]
    Drift {
        source_text: String,
        expected: String,
        found: String,
    },
    #[error(
        "{}: the kept copy of {source_text} was changed: its digest is sha256:{found}; find out who did it, then remove the \
         file", file.display()
    )]
    Tampered {
        source_text: String,
        file: PathBuf,
        found: String,
    },
    #[error("{address}: cannot be reached: {reason}")]
    Unreachable { address: String, reason: String },
    #[error("{address}: answered {status}{detail}")]
    Refused {
        address: String,
        status: u16,
        detail: String,
    },
    #[error("{address}: has more than {limit} bytes; raise `[plugins] max_component`")]
    TooLarge { address: String, limit: u64 },
    #[error("{address}: has more than {limit} bytes, which no manifest, list or signature file has")]
    DocumentTooLarge { address: String, limit: u64 },
    #[error("{address}: is no WebAssembly artifact: {reason}")]
    NotWasm { address: String, reason: String },
    #[error("{address}: plain http is spoken with this machine only; serve the registry over https")]
    Plain { address: String },
    #[error(
        "{source_text}: has no signature, and `[plugins] require_signature` asks for one: `deepfix plugin sign` makes it"
    )]
    Unsigned { source_text: String },
    #[error(
        "{source_text}: none of its signatures is by a key that `[plugins] trusted_keys` lists; it is signed by {found}"
    )]
    Untrusted { source_text: String, found: String },
    #[error("{source_text}: its signature by `{key}` is wrong: it is not that of these bytes")]
    WrongSignature { source_text: String, key: String },
    #[error("{source_text}: is signed by `{key}`, which expired on {expired}; have it signed with a key that is valid")]
    ExpiredKey {
        source_text: String,
        key: String,
        expired: String,
    },
    #[error("{place}: is no signature: {reason}")]
    NoSignature { place: String, reason: String },
    #[error("{place}: is no key: {reason}")]
    NoKey { place: String, reason: String },
    #[error("trusted identity {found}: {reason}")]
    NoIdentity { found: String, reason: String },
    #[error(
        "`{field}` is set, and this build has no Sigstore: build it with `--features {feature}`, or leave the field empty"
    )]
    NoFeature { field: &'static str, feature: &'static str },
    #[error("{place}: is no Sigstore trust root: {reason}")]
    NoTrustRoot { place: String, reason: String },
    #[error("{place}: is no Sigstore bundle: {reason}")]
    NoBundle { place: String, reason: String },
    #[error("{place}: has more than {limit} bytes; raise `[plugins] max_bundle`")]
    BundleTooLarge { place: String, limit: u64 },
    #[error("{source_text}: is signed by `{subject}` of {issuer}{repository}, expected {expected}")]
    UntrustedIdentity {
        source_text: String,
        subject: String,
        issuer: String,
        repository: String,
        expected: String,
    },
    #[error("{source_text}: its Sigstore bundle names `{subject}` of {issuer}, and does not hold: {reason}")]
    WrongBundle {
        source_text: String,
        subject: String,
        issuer: String,
        reason: String,
    },
    #[error(
        "{source_text}: what `{subject}` of {issuer} states of it vouches for nothing: its statement has the type `{found}`, \
         expected one of {expected}"
    )]
    VouchesForNothing {
        source_text: String,
        subject: String,
        issuer: String,
        found: String,
        expected: String,
    },
    #[error("{0}")]
    Setup(String),
}
