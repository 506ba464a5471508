//! A host around one guest.

use std::{
    io,
    sync::{Arc, OnceLock},
    time::Duration,
};

use deepfix_core::{
    AgentError, Artifact, ArtifactKind, ArtifactSet, Blob, Capability, Column, ColumnData, Limits, Table,
};
use deepfix_runtime::{Engine, EngineConfig, Grants, LoadError, Plugin, PluginConfig, Run, RunInput, World};
use serde_json::{Value as Json, json};

use crate::{fakes::silent_services, guest_file, guests, text};

/// The engine of this test binary, as a process has one. Compiled guests are kept between runs.
pub fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| engine_with(64))
}

/// An engine with so many places.
///
/// # Panics
/// The machine cannot run WebAssembly.
#[must_use]
pub fn engine_with(max_instances: u32) -> Engine {
    let cache_dir = guests::target_folder().join("compiled");
    std::fs::create_dir_all(&cache_dir).unwrap();
    // The cache insists on a path without dots.
    let cache_dir = Some(cache_dir.canonicalize().unwrap());
    Engine::new(&EngineConfig {
        cache_dir,
        max_instances,
        ..EngineConfig::default()
    })
    .unwrap()
}

/// A guest, and what the configuration says of it.
#[derive(Clone)]
pub struct Case {
    /// The configuration.
    pub config: PluginConfig,
    bytes: Option<Vec<u8>>,
    engine: Engine,
}

impl Case {
    /// An analyzer that was built from `tests/guests/examples/`.
    #[must_use]
    pub fn guest(name: &str) -> Self {
        Self::of(guest_file(name), None)
    }

    /// An analyzer that is written as text.
    #[must_use]
    pub fn text(guest: &text::Guest) -> Self {
        Self::bytes(guest.name, guest.component())
    }

    /// Any bytes.
    #[must_use]
    pub fn bytes(name: &str, bytes: Vec<u8>) -> Self {
        Self::of(format!("plugins/{name}.wasm").into(), Some(bytes))
    }

    fn of(file: std::path::PathBuf, bytes: Option<Vec<u8>>) -> Self {
        let config = PluginConfig {
            file,
            name: None,
            plugin: None,
            world: World::Analyzer,
            grants: Grants {
                artifacts: vec![ArtifactKind::Training],
                ..Grants::none()
            },
            limits: Limits::default(),
            settings: "{}".to_owned(),
            sha256: None,
        };
        Self {
            config,
            bytes,
            engine: engine().clone(),
        }
    }

    /// On another engine than that of the test binary.
    #[must_use]
    pub fn on(mut self, engine: &Engine) -> Self {
        self.engine = engine.clone();
        self
    }

    /// With other limits.
    #[must_use]
    pub fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.config.limits);
        self
    }

    /// With settings.
    #[must_use]
    pub fn settings(mut self, settings: &Json) -> Self {
        self.config.settings = settings.to_string();
        self
    }

    /// With a capability.
    #[must_use]
    pub fn may_use(mut self, capability: Capability) -> Self {
        self.config.grants.capabilities.push(capability);
        self
    }

    /// With another artifact kind.
    #[must_use]
    pub fn may_read(mut self, kind: ArtifactKind) -> Self {
        self.config.grants.artifacts.push(kind);
        self
    }

    /// Loads it.
    ///
    /// # Errors
    /// As [`Plugin::load`].
    pub async fn load(self) -> Result<Plugin, LoadError> {
        match self.bytes {
            Some(bytes) => Plugin::load_bytes(&self.engine, self.config, bytes).await,
            None => Plugin::load(&self.engine, self.config).await,
        }
    }

    /// Loads it and analyses [`artifacts`].
    ///
    /// # Panics
    /// It is refused.
    pub async fn run(self) -> Run {
        self.run_with(input()).await
    }

    /// Loads it and analyses something else.
    ///
    /// # Panics
    /// It is refused.
    pub async fn run_with(self, input: RunInput) -> Run {
        let plugin = self.load().await.unwrap_or_else(|error| panic!("{error}"));
        Box::pin(plugin.analyze(input)).await
    }

    /// The refusal.
    ///
    /// # Panics
    /// It is loaded.
    pub async fn refusal(self) -> LoadError {
        match self.load().await {
            Ok(plugin) => panic!("`{}` was loaded", plugin.name()),
            Err(error) => error,
        }
    }
}

/// Why there is no report.
///
/// # Panics
/// There is one.
#[must_use]
pub fn failure(run: &Run) -> &AgentError {
    run.result.as_ref().expect_err("a report although the guest misbehaves")
}

/// Whether a message names a limit with its value and says where it is set.
#[must_use]
pub fn names_limit(message: &str, limit: &str) -> bool {
    message.contains(&format!("`{limit} = "))
        && message.contains("raise it under `limits` of its entry in deepfix.toml")
}

/// What every guest is asked.
#[must_use]
pub fn input() -> RunInput {
    RunInput {
        request_id: "test".into(),
        dataset_name: "digits".to_owned(),
        model_name: "net".to_owned(),
        language: "english".to_owned(),
        artifacts: Arc::new(artifacts()),
        services: silent_services(),
        time_left: Duration::from_secs(120),
    }
}

/// A small experiment with an artifact of each way to read.
#[must_use]
pub fn artifacts() -> ArtifactSet {
    let rows = 1_000;
    let metrics = Table::new(vec![
        Column {
            name: "loss".to_owned(),
            data: ColumnData::Numeric {
                values: vec![0.5; rows],
                present: Vec::new(),
            },
        },
        Column {
            name: "note".to_owned(),
            data: ColumnData::Text(vec![Some("a note of some length".to_owned()); rows]),
        },
    ]);
    let training = Artifact {
        document: json!({"lr": 0.1, "text": "x".repeat(1_000)}),
        tables: [("metrics".to_owned(), metrics)].into(),
        ..Artifact::default()
    };
    let dataset = Artifact {
        document: json!({"secret": "the rows"}),
        ..Artifact::default()
    };
    let blob: Arc<dyn Blob> = Arc::new(Zeros(1 << 20));
    let checkpoint = Artifact {
        blobs: [("model.bin".to_owned(), blob)].into(),
        ..Artifact::default()
    };
    let mut set = ArtifactSet::default();
    set.insert(ArtifactKind::Training, training);
    set.insert(ArtifactKind::Dataset, dataset);
    set.insert(ArtifactKind::ModelCheckpoint, checkpoint);
    set
}

struct Zeros(u64);

impl Blob for Zeros {
    fn size(&self) -> u64 {
        self.0
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let there = usize::try_from(self.0.saturating_sub(offset))
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        buffer.iter_mut().take(there).for_each(|it| *it = 0);
        Ok(there)
    }
}
