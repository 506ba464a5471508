//! Swapping the agents while analyses run: load, check, warm, then one atomic store. What runs keeps the
//! generation that it began with.

use std::sync::Arc;

use deepfix_config::Config;
use deepfix_core::PluginsInfo;

use crate::{Coordinator, agents::Agents};

impl Coordinator {
    /// Reads the configuration and the plugin folder again and swaps what changed. What is bad leaves the
    /// old version in place and is told.
    pub async fn reload_now(&self, why: &str) -> PluginsInfo {
        // One at a time: the later one sees what the earlier one made.
        let _turn = self.reloading.lock().await;
        let file = before_file(self);
        let loaded = tokio::task::spawn_blocking(move || Config::load(&file)).await;
        match loaded {
            Ok(Ok(config)) => self.swap(why, config).await,
            Ok(Err(error)) => self.keep(why, error.to_string()),
            Err(error) => self.keep(why, error.to_string()),
        }
    }

    /// The same with what `read` reads: the configuration, and what else is to be taken up with it, which is
    /// returned where the agents were. It reads within its turn: what was read before another's would undo
    /// that.
    pub async fn reload_with<T: Send + 'static>(
        &self,
        why: &str,
        read: impl FnOnce() -> Result<(Config, T), String> + Send + 'static,
    ) -> Option<T> {
        let _turn = self.reloading.lock().await;
        let (info, rest) = match tokio::task::spawn_blocking(read).await {
            Ok(Ok((config, rest))) => (self.swap(why, config).await, Some(rest)),
            Ok(Err(error)) => (self.keep(why, error), None),
            Err(error) => (self.keep(why, error.to_string()), None),
        };
        rest.filter(|_| info.error.is_none())
    }

    /// Says why nothing was swapped, in the log and to who asks for the agents.
    fn keep(&self, why: &str, error: String) -> PluginsInfo {
        tracing::warn!(why, error, "nothing was swapped: all agents stay as they were");
        let mut kept = self.agents().info.clone();
        kept.error = Some(error);
        self.last_look.store(Arc::new(kept.clone()));
        kept
    }

    async fn swap(&self, why: &str, config: Config) -> PluginsInfo {
        let before = self.agents();
        let mut after = match Agents::load_after(&self.loaded.engine, &config, Some(&before)).await {
            Ok(after) => after,
            Err(error) => return self.keep(why, error.to_string()),
        };
        after.info.needs_restart = differing(&self.started_with, &config);
        for section in &after.info.needs_restart {
            tracing::warn!(section, "changes of this section need a restart");
        }
        if after.info.changed.is_empty() && after.info.removed.is_empty() {
            // The same agents: no new generation, but what was refused is told. They are held to the new
            // rules for signatures, and what is known of their signatures may be new too.
            after.info.generation = before.info.generation;
            let info = after.info.clone();
            self.agents.store(Arc::new(after));
            tracing::info!(why, refused = info.refused.len(), "no agent changed");
            self.last_look.store(Arc::new(info.clone()));
            self.set_configuration(config);
            return info;
        }
        let info = after.info.clone();
        self.agents.store(Arc::new(after));
        self.last_look.store(Arc::new(info.clone()));
        self.set_configuration(config);
        tracing::info!(
            why,
            generation = info.generation,
            changed = info.changed.join(", "),
            removed = info.removed.join(", "),
            refused = info.refused.len(),
            "agents were swapped"
        );
        info
    }
}

fn before_file(coordinator: &Coordinator) -> std::path::PathBuf {
    coordinator.configuration().file
}

/// Sections that are read at the start alone, and differ.
fn differing(started_with: &Config, now: &Config) -> Vec<String> {
    let sections = |it: &Config| {
        [
            ("server", format!("{:?}", it.server)),
            ("log", format!("{:?}", it.log)),
            ("engine", format!("{:?}", it.engine)),
            ("knowledge", format!("{:?}", it.knowledge)),
            ("history", format!("{:?}", it.history)),
            ("llm", format!("{:?}", it.llm)),
            ("tls", format!("{:?}", it.tls)),
            ("telemetry", format!("{:?}", it.telemetry)),
            ("mlflow", format!("{:?}", it.mlflow)),
            ("artifacts", format!("{:?}", it.artifacts)),
            ("uploads", format!("{:?}", it.uploads)),
        ]
    };
    let (then, now) = (sections(started_with), sections(now));
    let pairs = then.iter().zip(&now).filter(|((_, a), (_, b))| a != b);
    pairs.map(|((name, _), _)| (*name).to_owned()).collect()
}
