//! Notices that the plugin folder or the configuration changed. It looks at sizes and times rather than
//! asking the system to tell: that works on network file systems and on mounted configuration maps,
//! whose links are swapped, and needs the same look anyway to see that a file is written to its end.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Weak},
    time::SystemTime,
};

use deepfix_config::Config;
use deepfix_sources::{BESIDE, Source};

use crate::{Coordinator, wanted::wasm_files};

pub(crate) type Seen = BTreeMap<PathBuf, (u64, Option<SystemTime>)>;

/// Looks until the coordinator is gone. A change is taken up when two looks in a row saw the same: a file
/// that is still being written is waited for.
pub(crate) async fn run(coordinator: Weak<Coordinator>, config: Config, mut taken: Seen) {
    let every = config.plugins.watch;
    let mut last = taken.clone();
    let mut config = config;
    loop {
        tokio::time::sleep(every).await;
        let watched = config.clone();
        let Ok(now) = tokio::task::spawn_blocking(move || look(&watched)).await else {
            return;
        };
        if now == last && now != taken {
            let Some(coordinator) = coordinator.upgrade() else {
                return;
            };
            coordinator.reload_now("files changed").await;
            config = coordinator.configuration();
            taken = now.clone();
        }
        if coordinator.strong_count() == 0 {
            return;
        }
        last = now;
    }
}

/// The watched files, each with its size and time.
pub(crate) fn look(config: &Config) -> Seen {
    let mut files = vec![config.file.clone(), config.plugins.lock.clone()];
    let agents = config.agents.iter().chain(std::iter::once(&config.reasoner));
    let named = agents.filter(|it| !it.component.to_str().is_some_and(Source::is_remote));
    let components = named.map(|it| it.component.clone());
    let dropped_in = config.plugins.folder.as_deref().map(wasm_files).unwrap_or_default();
    for file in components.chain(dropped_in) {
        files.extend(BESIDE.map(|suffix| {
            let mut name = file.clone().into_os_string();
            name.push(suffix);
            PathBuf::from(name)
        }));
        files.push(file);
    }
    files.extend(config.plugins.sigstore_root.clone());
    files
        .into_iter()
        .filter_map(|file| {
            let metadata = std::fs::metadata(&file).ok()?;
            Some((file, (metadata.len(), metadata.modified().ok())))
        })
        .collect()
}

impl Coordinator {
    /// Begins to look for changes, where the configuration wants it.
    pub fn watch(self: &Arc<Self>) {
        let config = self.configuration();
        if !config.plugins.watch.is_zero() {
            tokio::spawn(run(Arc::downgrade(self), config, self.seen.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_vouches_for_a_component_is_watched_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deepfix.toml");
        let text = "[plugins]\nfolder = \"plugins.d\"\nsigstore_root = \"root.json\"\n\
                    [reasoner]\nname = \"R\"\ncomponent = \"r.wasm\"\n";
        fs::write(&file, text).unwrap();
        fs::create_dir(folder.path().join("plugins.d")).unwrap();
        fs::write(folder.path().join("plugins.d/acme.wasm"), "").unwrap();
        let config = Config::parse(&file, text, std::iter::empty()).unwrap();
        let mut seen = look(&config).len();
        for name in [
            "plugins.d/acme.wasm.sig",
            "plugins.d/acme.wasm.sigstore.json",
            "r.wasm.sigstore.json",
            "root.json",
        ] {
            fs::write(folder.path().join(name), "").unwrap();
            seen += 1;
            assert_eq!(look(&config).len(), seen, "{name}");
        }
    }
}
