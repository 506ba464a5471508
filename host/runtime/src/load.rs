//! From a file to a checked plugin. Whatever is wrong with it is found here, not in a request.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use deepfix_core::{AgentDescription, AgentError, Limits};
use sha2::{Digest, Sha256};
use wasmtime::component::{Component, InstancePre, types::ComponentItem};

use crate::{
    Engine, Grants, LoadError,
    bindings::{analyzer::AnalyzerIndices, reasoner::ReasonerIndices},
    contract,
    engine::Slots,
    state::HostState,
    trap,
};

/// The package that this host speaks.
const PACKAGE: &str = "deepfix:analysis";
/// Its version: a guest of the same 0.x line matches (Cargo's notion of compatibility).
const VERSION: &str = "0.1.0";

/// Which of the two worlds a plugin targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// Reports findings of one experiment.
    Analyzer,
    /// Looks across all results.
    Reasoner,
}

impl World {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Analyzer => "analyzer",
            Self::Reasoner => "reasoner",
        }
    }

    fn interface(self) -> &'static str {
        match self {
            Self::Analyzer => "analyze",
            Self::Reasoner => "reason",
        }
    }

    pub(crate) fn config_table(self) -> &'static str {
        match self {
            Self::Analyzer => "[[agent]]",
            Self::Reasoner => "[reasoner]",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Analyzer => Self::Reasoner,
            Self::Reasoner => Self::Analyzer,
        }
    }
}

/// What the configuration says of a plugin.
#[derive(Debug, Clone)]
pub struct PluginConfig {
    /// The component's file.
    pub file: PathBuf,
    /// The name that it must give itself; none for a plugin that was dropped into the folder.
    pub name: Option<String>,
    /// The world that it must target.
    pub world: World,
    /// What it is allowed.
    pub grants: Grants,
    /// What it may use.
    pub limits: Limits,
    /// Its settings, as a JSON object.
    pub settings: String,
    /// The SHA-256 that its bytes must have, in hexadecimal.
    pub sha256: Option<String>,
}

#[derive(Clone)]
pub(crate) enum Pre {
    Analyzer(InstancePre<HostState>, AnalyzerIndices),
    Reasoner(InstancePre<HostState>, ReasonerIndices),
}

/// A loaded and checked plugin.
#[derive(Clone)]
pub struct Plugin {
    pub(crate) engine: Engine,
    pub(crate) pre: Pre,
    pub(crate) slots: Slots,
    pub(crate) name: Arc<str>,
    pub(crate) config: Arc<PluginConfig>,
    description: Arc<AgentDescription>,
    sha256: Arc<str>,
    size: u64,
}

impl Plugin {
    /// Loads a component: reads, compiles (or takes from the cache), checks its imports and
    /// exports, asks it to describe itself, and checks that against what is granted.
    ///
    /// # Errors
    /// Each thing that can be wrong is an error of its own, which names the file.
    pub async fn load(engine: &Engine, config: PluginConfig) -> Result<Self, LoadError> {
        let file = config.file.clone();
        let bytes = std::fs::read(&file).map_err(|error| LoadError::Unreadable {
            file: file.clone(),
            reason: error.to_string(),
        })?;
        Self::load_bytes(engine, config, bytes).await
    }

    /// The same with the bytes at hand.
    ///
    /// # Errors
    /// As [`Plugin::load`].
    pub async fn load_bytes(engine: &Engine, config: PluginConfig, bytes: Vec<u8>) -> Result<Self, LoadError> {
        let file = config.file.clone();
        check_magic(&file, &bytes)?;
        let sha256 = hex(&Sha256::digest(&bytes));
        if let Some(expected) = &config.sha256
            && !expected.eq_ignore_ascii_case(&sha256)
        {
            return Err(LoadError::WrongDigest {
                file,
                expected: expected.clone(),
                found: sha256,
            });
        }
        let size = bytes.len() as u64;
        let compiling = engine.engine.clone();
        // Compiling a Python runtime takes seconds: not on a thread that serves requests.
        let component = tokio::task::spawn_blocking(move || Component::new(&compiling, &bytes))
            .await
            .map_err(|error| LoadError::Invalid {
                file: file.clone(),
                reason: error.to_string(),
            })?
            .map_err(|error| not_compiled(&file, &error))?;
        check_exports(&file, engine, &component, config.world)?;
        check_imports(&file, engine, &component)?;
        let pre = pre(&file, engine, &component, config.world)?;
        let slots = engine.slots().of(&component);
        let mut plugin = Self {
            engine: engine.clone(),
            pre,
            slots,
            name: config.name.clone().unwrap_or_else(|| file.display().to_string()).into(),
            config: Arc::new(config),
            description: Arc::new(AgentDescription {
                name: String::new(),
                version: String::new(),
                summary: String::new(),
                consumes: Vec::new(),
                codes: Vec::new(),
                capabilities: Vec::new(),
                extras: String::new(),
            }),
            sha256: sha256.into(),
            size,
        };
        let description = plugin.describe().await.map_err(|error| not_described(&file, &error))?;
        check_description(&plugin.config, &description)?;
        plugin.name = description.name.as_str().into();
        plugin.description = Arc::new(description);
        Ok(plugin)
    }

    /// The agent's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The namespace of fault codes that it owns: its name in lower snake case.
    #[must_use]
    pub fn namespace(&self) -> String {
        own_namespace(&self.name)
    }

    /// What the plugin said of itself when it was loaded.
    #[must_use]
    pub fn description(&self) -> &AgentDescription {
        &self.description
    }

    /// What the configuration says of it.
    #[must_use]
    pub fn config(&self) -> &PluginConfig {
        &self.config
    }

    /// The SHA-256 of the component's bytes, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The component's size in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
}

fn not_compiled(file: &Path, error: &wasmtime::Error) -> LoadError {
    let (file, reason) = (file.to_owned(), format!("{error:#}"));
    if reason.contains("async") {
        LoadError::AsyncAbi { file, reason }
    } else {
        LoadError::Invalid { file, reason }
    }
}

/// Where types of exports differ, it shows at the first instantiation.
fn not_described(file: &Path, error: &AgentError) -> LoadError {
    let file = file.to_owned();
    match error.message.strip_prefix(trap::MISMATCH) {
        Some(reason) => LoadError::Mismatched {
            file,
            reason: reason.to_owned(),
        },
        None => LoadError::Describe {
            file,
            reason: error.to_string(),
        },
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check_magic(file: &Path, bytes: &[u8]) -> Result<(), LoadError> {
    match bytes.first_chunk::<8>() {
        Some([0, b'a', b's', b'm', _, _, 1, 0]) => Ok(()),
        Some([0, b'a', b's', b'm', 1, 0, 0, 0]) => Err(LoadError::CoreModule { file: file.to_owned() }),
        _ => {
            let found = match bytes.get(..bytes.len().min(8)) {
                Some([]) | None => "nothing: the file is empty".to_owned(),
                Some(start) => format!("`{}`", start.escape_ascii()),
            };
            Err(LoadError::NotWasm {
                file: file.to_owned(),
                found,
            })
        }
    }
}

/// `deepfix:analysis/analyze@0.1.0` into its interface and version, when it is of our package.
fn ours(name: &str) -> Option<(&str, &str)> {
    let rest = name.strip_prefix(PACKAGE)?.strip_prefix('/')?;
    Some(rest.split_once('@').unwrap_or((rest, "")))
}

/// Versions 0.x.y match within the same x.
fn compatible(version: &str) -> bool {
    let line = |version: &str| version.split('.').take(2).map(str::to_owned).collect::<Vec<_>>();
    line(version) == line(VERSION)
}

fn check_exports(file: &Path, engine: &Engine, component: &Component, world: World) -> Result<(), LoadError> {
    let names: Vec<String> = component
        .component_type()
        .exports(&engine.engine)
        .map(|(name, _)| name.to_owned())
        .collect();
    let find = |world: World| {
        names
            .iter()
            .find(|name| ours(name).is_some_and(|(it, _)| it == world.interface()))
    };
    if let Some(name) = find(world) {
        let version = ours(name).map(|(_, version)| version).unwrap_or_default();
        if compatible(version) {
            return Ok(());
        }
        return Err(LoadError::WrongVersion {
            file: file.to_owned(),
            found: name.clone(),
            offered: format!("{PACKAGE}/{}@{VERSION}", world.interface()),
        });
    }
    if let Some(found) = find(world.other()) {
        return Err(LoadError::WrongWorld {
            file: file.to_owned(),
            expected: world,
            other: world.other(),
            found: found.clone(),
        });
    }
    let found = if names.is_empty() {
        "nothing".to_owned()
    } else {
        format!("`{}`", names.join("`, `"))
    };
    let expected = format!("{PACKAGE}/{}@{VERSION}", world.interface());
    Err(LoadError::NoWorld {
        file: file.to_owned(),
        expected,
        found,
    })
}

/// Interfaces of WASI 0.2 that language runtimes import; each is linked in a denied form.
const WASI: [&str; 6] = ["cli", "clocks", "filesystem", "io", "random", "sockets"];

fn check_imports(file: &Path, engine: &Engine, component: &Component) -> Result<(), LoadError> {
    for (name, item) in component.component_type().imports(&engine.engine) {
        if let Some((interface, version)) = ours(name) {
            let known = ["types", "artifacts", "knowledge", "llm", "progress", "logging"].contains(&interface);
            if !compatible(version) {
                return Err(LoadError::WrongVersion {
                    file: file.to_owned(),
                    found: name.to_owned(),
                    offered: format!("{PACKAGE}/{interface}@{VERSION}"),
                });
            }
            if known {
                continue;
            }
        }
        let wasi = name.strip_prefix("wasi:").and_then(|rest| rest.split('/').next());
        if wasi.is_some_and(|package| WASI.contains(&package)) && matches!(item.ty, ComponentItem::ComponentInstance(_))
        {
            if name
                .split_once('@')
                .is_some_and(|(_, version)| version.starts_with("0.2."))
            {
                continue;
            }
            return Err(LoadError::WrongVersion {
                file: file.to_owned(),
                found: name.to_owned(),
                offered: "WASI 0.2".to_owned(),
            });
        }
        let hint = if wasi == Some("http") {
            "a plugin has no network; what it needs from outside reaches it through `deepfix:analysis` \
             (the StarlingMonkey runtime imports it unless told otherwise: disable its `http` feature)"
        } else {
            "a plugin imports only `deepfix:analysis` and what a language runtime needs of WASI 0.2 \
             (cli, clocks, filesystem, io, random, sockets)"
        };
        return Err(LoadError::NotLinked {
            file: file.to_owned(),
            import: name.to_owned(),
            hint: hint.to_owned(),
        });
    }
    Ok(())
}

fn pre(file: &Path, engine: &Engine, component: &Component, world: World) -> Result<Pre, LoadError> {
    // The names were checked; what is left are types that differ from ours.
    let differs = |error: wasmtime::Error| LoadError::Mismatched {
        file: file.to_owned(),
        reason: format!("{error:#}"),
    };
    let pre = engine.linker.instantiate_pre(component).map_err(differs)?;
    Ok(match world {
        World::Analyzer => {
            let indices = AnalyzerIndices::new(&pre).map_err(differs)?;
            Pre::Analyzer(pre, indices)
        }
        World::Reasoner => {
            let indices = ReasonerIndices::new(&pre).map_err(differs)?;
            Pre::Reasoner(pre, indices)
        }
    })
}

/// Whether a code has the form `namespace.name` in lower snake case.
fn well_formed(code: &str) -> bool {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    code.split_once('.')
        .is_some_and(|(namespace, name)| word(namespace) && word(name))
}

/// Whether a version looks like semver: three numbers, then perhaps `-` or `+` and more.
fn is_version(version: &str) -> bool {
    let (core, more) = version
        .find(['-', '+'])
        .map_or((version, ""), |at| version.split_at(at));
    let numbers: Vec<_> = core.split('.').collect();
    numbers.len() == 3
        && numbers
            .iter()
            .all(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
        && more.chars().all(|c| c.is_ascii_alphanumeric() || ".-+".contains(c))
        && version.len() <= LONGEST_NAME
}

/// The namespace that an agent owns: its name in lower snake case.
fn own_namespace(name: &str) -> String {
    name.to_ascii_lowercase()
        .replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}

/// Names and versions stand in every response and log line.
const LONGEST_NAME: usize = 100;
/// A summary is one sentence; in any script it fits.
const LONGEST_SUMMARY: usize = 2_000;
/// The built-in analyzers have fewer than 40 each.
const MOST_CODES: usize = 1_000;

/// The start of a text that may be of any length, for a message.
fn shortened(text: &str) -> String {
    let start: String = text.chars().take(LONGEST_NAME).collect();
    if start.len() < text.len() {
        format!("{start}...")
    } else {
        start
    }
}

fn check_description(config: &PluginConfig, it: &AgentDescription) -> Result<(), LoadError> {
    let file = config.file.clone();
    let wrong = |reason: String| {
        Err(LoadError::Description {
            file: file.clone(),
            reason,
        })
    };
    let printable =
        !it.name.is_empty() && it.name.len() <= LONGEST_NAME && it.name.chars().all(|c| c.is_ascii_graphic());
    if !printable {
        return wrong(format!(
            "name {:?}, expected 1 to {LONGEST_NAME} visible ASCII characters",
            shortened(&it.name)
        ));
    }
    if let Some(expected) = &config.name
        && *expected != it.name
    {
        return Err(LoadError::WrongName {
            file,
            expected: expected.clone(),
            found: it.name.clone(),
        });
    }
    if !is_version(&it.version) {
        return wrong(format!(
            "version {:?}, expected a semantic version such as 0.1.0",
            shortened(&it.version)
        ));
    }
    if it.summary.len() > LONGEST_SUMMARY {
        return wrong(format!(
            "`summary` has {} bytes, expected one sentence",
            it.summary.len()
        ));
    }
    if it.codes.len() > MOST_CODES {
        return wrong(format!("{} codes, expected at most {MOST_CODES}", it.codes.len()));
    }
    if !contract::is_object(&it.extras) {
        return wrong("`extras` is neither empty nor a JSON object".to_owned());
    }
    if it.consumes.is_empty() && config.world == World::Analyzer {
        return wrong("`consumes` is empty, expected at least one artifact kind".to_owned());
    }
    let grants = &config.grants;
    for consumed in &it.consumes {
        if consumed.required && !grants.artifacts.contains(&consumed.kind) {
            return Err(LoadError::NotGranted {
                file,
                agent: it.name.clone(),
                what: format!("the {} artifact", consumed.kind.config_name()),
                line: grants.artifact_line(consumed.kind),
            });
        }
    }
    for request in &it.capabilities {
        if request.required && !grants.capabilities.contains(&request.capability) {
            return Err(LoadError::NotGranted {
                file,
                agent: it.name.clone(),
                what: format!("the capability {}", request.capability.config_name()),
                line: grants.capability_line(request.capability),
            });
        }
    }
    let own = own_namespace(&it.name);
    for code in &it.codes {
        if !well_formed(code) {
            return wrong(format!(
                "code {:?}, expected `namespace.name` in lower snake case",
                shortened(code)
            ));
        }
        let namespace = code.split('.').next().unwrap_or_default();
        if namespace != own && !grants.namespaces.iter().any(|it| it == namespace) {
            let mut allowed = vec![own.clone()];
            allowed.extend(grants.namespaces.iter().cloned());
            return Err(LoadError::ForeignCode {
                file,
                agent: it.name.clone(),
                code: code.clone(),
                allowed: format!("`{}`", allowed.join("`, `")),
                line: grants.namespace_line(namespace),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_line_of_versions_is_compatible() {
        assert!(compatible("0.1.0"));
        assert!(compatible("0.1.7"));
        assert!(!compatible("0.2.0"));
        assert!(!compatible("1.1.0"));
        assert!(!compatible(""));
    }

    #[test]
    fn versions_have_three_numbers() {
        assert!(is_version("0.1.0"));
        assert!(is_version("1.20.3-rc.1+build5"));
        assert!(!is_version("1.0"));
        assert!(!is_version("latest"));
        assert!(!is_version("1.0.0\n"));
        assert!(!is_version(""));
    }

    #[test]
    fn codes_are_dotted_lower_snake_case() {
        assert!(well_formed("training.lr_too_high"));
        assert!(!well_formed("training"));
        assert!(!well_formed("Training.x"));
        assert!(!well_formed("a.b.c"));
        assert!(!well_formed("a. b"));
        assert_eq!(own_namespace("acme-Fairness"), "acme_fairness");
    }
}
