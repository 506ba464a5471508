//! The agents of one moment: what an analysis begins with, it ends with.

use std::collections::BTreeMap;

use deepfix_config::Config;
use deepfix_core::{PluginsInfo, RefusedPlugin};
use deepfix_runtime::{Engine, Plugin, PluginConfig};
use deepfix_sources::{Lock, Policy, Source, SourceError, Sources};
use tokio::task::JoinSet;

use crate::{
    StartError,
    wanted::{self, Wanted},
};

/// What is known of a loaded agent beside its plugin.
#[derive(Debug, Clone)]
pub(crate) struct Meta {
    /// The generation that brought this version.
    pub(crate) generation: u64,
    pub(crate) signed_by: Option<String>,
    /// The file or source that the configuration names.
    key: String,
}

/// All agents of one generation.
pub(crate) struct Agents {
    pub(crate) analyzers: Vec<Plugin>,
    pub(crate) reasoner: Plugin,
    pub(crate) info: PluginsInfo,
    meta: BTreeMap<String, Meta>,
    policy: Policy,
}

/// A plugin with what is known of it.
type Found = (Plugin, Meta);

impl Agents {
    /// Everything that the configuration names, for the first time.
    pub(crate) async fn load(engine: &Engine, config: &Config) -> Result<Self, StartError> {
        Self::load_after(engine, config, None).await
    }

    /// The next generation. What did not change is taken over; what is refused goes on in its old
    /// version, where there is one with the same grants.
    pub(crate) async fn load_after(
        engine: &Engine,
        config: &Config,
        before: Option<&Self>,
    ) -> Result<Self, StartError> {
        let sources = wanted::sources(config)?;
        let lock = Lock::read(&config.plugins.lock)?;
        let policy = wanted::policy(config)?;
        let generation = before.map_or(1, |it| it.info.generation + 1);
        let old = before.map(|it| Old {
            agents: it,
            same_policy: it.policy == policy,
        });
        let mut loading = JoinSet::new();
        for (index, wanted) in wanted::all(config).into_iter().enumerate() {
            let (engine, sources, lock) = (engine.clone(), sources.clone(), lock.clone());
            let running = old.as_ref().and_then(|it| it.running(&wanted));
            loading.spawn(async move {
                let result = load_one(&engine, &sources, &lock, &wanted, running, generation).await;
                (index, wanted, result)
            });
        }
        let mut results = Vec::new();
        while let Some(result) = loading.join_next().await {
            results.push(result.map_err(|error| StartError::Engine(error.to_string()))?);
        }
        results.sort_by_key(|(index, ..)| *index);
        let mut gathered = Gathered::default();
        for (_, wanted, result) in results {
            let result = match result {
                Ok(found) => Ok(found),
                Err(reason) => match old.as_ref().and_then(|it| it.kept(&wanted)) {
                    Some(found) => {
                        gathered.refuse(&wanted, reason, Some(found.0.sha256().to_owned()));
                        Ok(found)
                    }
                    None => Err(reason),
                },
            };
            gathered.take(&wanted, result);
        }
        gathered.finish(generation, before, policy)
    }

    pub(crate) fn meta(&self, name: &str) -> Option<&Meta> {
        self.meta.get(name)
    }

    fn all(&self) -> impl Iterator<Item = &Plugin> {
        self.analyzers.iter().chain(std::iter::once(&self.reasoner))
    }
}

/// The generation before.
struct Old<'a> {
    agents: &'a Agents,
    same_policy: bool,
}

impl Old<'_> {
    fn running(&self, wanted: &Wanted) -> Option<Found> {
        self.agents.all().find_map(|plugin| {
            let meta = self.agents.meta(plugin.name())?;
            let same = match &wanted.name {
                Some(name) => plugin.config().name.as_ref() == Some(name),
                None => plugin.config().name.is_none() && meta.key == wanted.key(),
            };
            same.then(|| (plugin.clone(), meta.clone()))
        })
    }

    /// An old version never goes on with grants that the configuration no longer gives, nor where the
    /// rules for signatures have changed since it was let in.
    fn kept(&self, wanted: &Wanted) -> Option<Found> {
        let config = wanted.config.as_ref().ok()?;
        self.running(wanted)
            .filter(|(plugin, _)| self.same_policy && plugin.config().grants == config.grants)
    }
}

async fn load_one(
    engine: &Engine,
    sources: &Sources,
    lock: &Lock,
    wanted: &Wanted,
    running: Option<Found>,
    generation: u64,
) -> Result<Found, String> {
    let config: PluginConfig = wanted.config.clone()?;
    let source: Source = wanted.source.parse().map_err(|error: SourceError| error.to_string())?;
    let component = sources
        .component(&source, config.sha256.as_deref(), lock)
        .await
        .map_err(|error| error.to_string())?;
    if let Some((plugin, meta)) = running
        && plugin.sha256() == component.sha256
        && *plugin.config() == config
    {
        // The rules for signatures may be others than when it was loaded.
        let signed_by = component.signed_by.map(|it| it.to_string());
        return Ok((plugin, Meta { signed_by, ..meta }));
    }
    let plugin = Plugin::load_bytes(engine, config, component.bytes)
        .await
        .map_err(|error| error.to_string())?;
    let meta = Meta {
        generation,
        signed_by: component.signed_by.map(|it| it.to_string()),
        key: wanted.key(),
    };
    Ok((plugin, meta))
}

#[derive(Default)]
struct Gathered {
    analyzers: Vec<Plugin>,
    reasoner: Option<Plugin>,
    meta: BTreeMap<String, Meta>,
    refused: Vec<RefusedPlugin>,
    /// Of agents that the configuration names: without them the process does not start.
    fatal: Vec<RefusedPlugin>,
}

impl Gathered {
    fn refuse(&mut self, wanted: &Wanted, reason: String, running: Option<String>) {
        self.refused.push(RefusedPlugin {
            component: wanted.key().into(),
            reason,
            running,
        });
    }

    fn take(&mut self, wanted: &Wanted, result: Result<Found, String>) {
        let result = result.and_then(|(plugin, meta)| match self.duplicate(wanted, &plugin) {
            Some(reason) => Err(reason),
            None => Ok((plugin, meta)),
        });
        match result {
            Ok((plugin, meta)) => {
                self.meta.insert(plugin.name().to_owned(), meta);
                if wanted.is_reasoner {
                    self.reasoner = Some(plugin);
                } else {
                    self.analyzers.push(plugin);
                }
            }
            Err(reason) => {
                self.refuse(wanted, reason, None);
                if wanted.name.is_some() {
                    self.fatal.extend(self.refused.last().cloned());
                }
            }
        }
    }

    /// Why a dropped-in plugin may not be called as it is. The configured ones come first.
    fn duplicate(&self, wanted: &Wanted, plugin: &Plugin) -> Option<String> {
        if wanted.name.is_some() {
            return None;
        }
        let own = plugin.namespace();
        if wanted::RESERVED.contains(&own.as_str()) {
            return Some(format!(
                "calls itself `{}`, a namespace of the built-in agents; give it another name",
                plugin.name()
            ));
        }
        let other = self
            .analyzers
            .iter()
            .chain(&self.reasoner)
            .find(|it| it.namespace() == own || it.name() == plugin.name())?;
        Some(format!(
            "calls itself `{}`, a name that {} has already; give it another one in its `describe`",
            plugin.name(),
            other.config().file.display()
        ))
    }

    fn finish(self, generation: u64, before: Option<&Agents>, policy: Policy) -> Result<Agents, StartError> {
        // Nothing runs yet: what the operator asked for must be there. Later the others go on.
        if before.is_none() && !self.fatal.is_empty() {
            return Err(StartError::Agents(self.fatal));
        }
        let Some(reasoner) = self.reasoner else {
            return Err(StartError::Agents(self.fatal));
        };
        for it in &self.refused {
            let running = it.running.as_deref().map_or("none", |it| it.get(..12).unwrap_or(it));
            tracing::warn!(file = %it.component.display(), reason = it.reason, running, "a plugin is refused");
        }
        let changed = self.meta.iter().filter(|(_, it)| it.generation == generation);
        let changed = changed.map(|(name, _)| name.clone()).collect();
        let removed = before.map(|it| it.meta.keys().filter(|name| !self.meta.contains_key(*name)).cloned());
        Ok(Agents {
            info: PluginsInfo {
                generation,
                changed,
                removed: removed.into_iter().flatten().collect(),
                refused: self.refused,
                ..PluginsInfo::default()
            },
            analyzers: self.analyzers,
            reasoner,
            meta: self.meta,
            policy,
        })
    }
}
