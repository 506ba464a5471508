//! `[plugins]`: the plugin folder, where remote components come from, and whose signatures count; and
//! the secrets of an agent.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use deepfix_core::{ArtifactKind, Capability, deserialize_bytes as size};
use serde::Deserialize;

use crate::{ConfigError, load::Checker};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawPlugins {
    pub(crate) folder: Option<PathBuf>,
    pub(crate) artifacts: Vec<String>,
    pub(crate) capabilities: Vec<String>,
    watch: Option<String>,
    lock: Option<PathBuf>,
    store: Option<PathBuf>,
    #[serde(deserialize_with = "size")]
    max_component: Option<u64>,
    fetch_timeout: Option<String>,
    require_signature: bool,
    trusted_keys: Vec<RawKey>,
    trusted_identities: Vec<TrustedIdentityConfig>,
    sigstore_root: Option<PathBuf>,
    #[serde(deserialize_with = "size")]
    max_bundle: Option<u64>,
    registries: Vec<RawRegistry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKey {
    name: String,
    key: String,
    expires: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRegistry {
    host: String,
    username_env: String,
    password_env: String,
}

/// Where a secret's value is: never in deepfix.toml itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
pub enum SecretSource {
    /// An environment variable.
    Env(String),
    /// A file; a newline at its end does not belong to it.
    File(PathBuf),
}

/// Analyzers that are dropped into a folder, and remote components.
#[derive(Debug, Clone)]
pub struct PluginsConfig {
    /// The folder; `*.wasm` in it are loaded as analyzers.
    pub folder: Option<PathBuf>,
    /// What they may read.
    pub artifacts: Vec<ArtifactKind>,
    /// What they may use.
    pub capabilities: Vec<Capability>,
    /// How often the folder and the configuration are looked at; zero never does.
    pub watch: Duration,
    /// What remote sources were resolved to.
    pub lock: PathBuf,
    /// Where fetched components are kept.
    pub store: PathBuf,
    /// The largest component that is fetched, in bytes.
    pub max_component: u64,
    /// How long a registry may take for one answer.
    pub fetch_timeout: Duration,
    /// Whether a component without a valid signature is refused.
    pub require_signature: bool,
    /// Whose signatures are valid.
    pub trusted_keys: Vec<TrustedKeyConfig>,
    /// Whose Sigstore bundles are valid; a build without that feature refuses any.
    pub trusted_identities: Vec<TrustedIdentityConfig>,
    /// The file with the authorities that vouch for them; without one it is the public good instance's.
    pub sigstore_root: Option<PathBuf>,
    /// The largest bundle, in bytes.
    pub max_bundle: u64,
    /// Names of the variables with the credentials of registries.
    pub registries: Vec<RegistryConfig>,
}

/// A key whose signatures are valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKeyConfig {
    /// What messages call it.
    pub name: String,
    /// The public key, in Base64.
    pub key: String,
    /// Its last day, such as `2027-06-30`.
    pub expires: Option<String>,
}

/// An identity whose Sigstore bundles are valid.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedIdentityConfig {
    /// Who vouches for it: an address of OpenID Connect.
    pub issuer: String,
    /// Who it is: an address of mail, or of a workflow.
    pub subject: String,
    /// The only repository from which its sources may be; any without.
    pub repository: Option<String>,
}

/// What a registry knows us by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryConfig {
    /// Host and port.
    pub host: String,
    /// The variable with the user.
    pub username_env: String,
    /// The variable with the password.
    pub password_env: String,
}

/// A Python or JavaScript component has 2 to 20 MB.
const MAX_COMPONENT: u64 = 64 << 20;
/// A bundle has 5 to 20 kB; a statement about many files some more.
const MAX_BUNDLE: u64 = 256 << 10;
const WATCH: Duration = Duration::from_secs(1);
const FETCH_TIMEOUT: Duration = Duration::from_secs(60);

pub(crate) fn check(checker: &Checker<'_>, raw: RawPlugins) -> Result<PluginsConfig, ConfigError> {
    let named = |it: &PathBuf| !it.as_os_str().is_empty();
    let folder = raw.folder.filter(named);
    let sigstore_root = raw.sigstore_root.filter(named);
    let path =
        |given: Option<PathBuf>, default: &str| checker.path(given.as_deref().unwrap_or_else(|| Path::new(default)));
    if raw.require_signature && raw.trusted_keys.is_empty() && raw.trusted_identities.is_empty() {
        return Err(checker.wrong(
            "plugins.trusted_keys",
            "no key",
            "at least one, or one of `trusted_identities`, where `require_signature` is true",
        ));
    }
    Ok(PluginsConfig {
        folder: folder.map(|it| checker.path(&it)),
        // Denied unless granted, as for agents that are named one by one.
        artifacts: checker.artifact_kinds("plugins.artifacts", &raw.artifacts)?,
        capabilities: checker.capabilities("plugins.capabilities", &raw.capabilities)?,
        watch: checker.time("plugins.watch", raw.watch.as_ref(), WATCH)?,
        lock: path(raw.lock, "deepfix.lock"),
        store: path(raw.store, "target/plugin-store"),
        max_component: raw.max_component.unwrap_or(MAX_COMPONENT),
        fetch_timeout: checker.time("plugins.fetch_timeout", raw.fetch_timeout.as_ref(), FETCH_TIMEOUT)?,
        require_signature: raw.require_signature,
        trusted_keys: raw
            .trusted_keys
            .into_iter()
            .map(|it| TrustedKeyConfig {
                name: it.name,
                key: it.key,
                expires: it.expires,
            })
            .collect(),
        trusted_identities: raw.trusted_identities,
        sigstore_root: sigstore_root.map(|it| checker.path(&it)),
        max_bundle: raw.max_bundle.unwrap_or(MAX_BUNDLE),
        registries: raw
            .registries
            .into_iter()
            .map(|it| RegistryConfig {
                host: it.host,
                username_env: it.username_env,
                password_env: it.password_env,
            })
            .collect(),
    })
}

/// Paths of secret files are relative to the configuration.
pub(crate) fn secrets(checker: &Checker<'_>, raw: BTreeMap<String, SecretSource>) -> BTreeMap<String, SecretSource> {
    raw.into_iter()
        .map(|(name, source)| match source {
            SecretSource::File(file) => (name, SecretSource::File(checker.path(&file))),
            env @ SecretSource::Env(_) => (name, env),
        })
        .collect()
}

impl SecretSource {
    /// The value.
    ///
    /// # Errors
    /// Names the variable or file that is not there; never a value.
    pub fn read(&self) -> Result<String, String> {
        match self {
            Self::Env(name) => std::env::var(name).map_err(|_| format!("the environment variable {name} is not set")),
            Self::File(file) => std::fs::read_to_string(file)
                .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
                .map_err(|error| format!("{}: {error}", file.display())),
        }
    }
}
