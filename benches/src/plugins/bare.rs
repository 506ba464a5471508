//! The least that runs an analyzer: bare wasmtime, and a host that answers from memory. It knows no
//! grants, no limits, no metering, no clock that it looks at, and checks no result.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value as Json;
use wasmtime::{
    Config, InstanceAllocationStrategy, PoolingAllocationConfig, Store,
    component::{Component, HasSelf, Linker, Resource, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::Result;

mod bindings {
    #![allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
    wasmtime::component::bindgen!({
        path: "../wit",
        world: "analyzer",
        exports: { default: async },
        with: {
            "deepfix:analysis/artifacts.table": super::Table,
            "deepfix:analysis/artifacts.blob": super::Blob,
        },
    });
}

use bindings::deepfix::analysis::{
    artifacts::{self, ArtifactKind, Column, ColumnSummary, ColumnType, Error, Node, NodeKind},
    knowledge, llm, logging, progress, secrets, types,
};

/// What a request carries.
#[derive(Clone, Default)]
pub(super) struct Experiment {
    pub(super) documents: BTreeMap<&'static str, Json>,
    pub(super) metrics: Table,
    pub(super) checkpoint: Option<(String, Blob)>,
}

/// Columns of numbers.
#[derive(Clone, Default)]
#[allow(unreachable_pub, reason = "the generated module exports it again")]
pub struct Table(BTreeMap<String, Vec<f64>>);

/// A file in memory.
#[derive(Clone, Default)]
#[allow(unreachable_pub, reason = "the generated module exports it again")]
pub struct Blob(std::sync::Arc<Vec<u8>>);

impl Experiment {
    /// A request in wire form; the checkpoint lies beside it.
    pub(super) fn read(file: &Path) -> Result<Self> {
        let request: Json = serde_json::from_slice(&std::fs::read(file)?)?;
        let mut it = Self::default();
        for (kind, member) in [
            ("training", "training_artifacts"),
            ("model-checkpoint", "model_checkpoint_artifacts"),
        ] {
            if let Some(document) = request.get(member) {
                it.documents.insert(kind, document.clone());
            }
        }
        let columns = request
            .pointer("/training_artifacts/metrics_values")
            .and_then(Json::as_object);
        for (name, values) in columns.into_iter().flatten() {
            let values = values.as_array().into_iter().flatten();
            let values = values.map(|it| it.as_f64().unwrap_or(f64::NAN)).collect();
            it.metrics.0.insert(name.clone(), values);
        }
        if let Some(path) = request
            .pointer("/model_checkpoint_artifacts/path")
            .and_then(Json::as_str)
        {
            let bytes = std::fs::read(file.with_file_name(path))?;
            it.checkpoint = Some((path.to_owned(), Blob(bytes.into())));
        }
        Ok(it)
    }
}

pub(super) struct Host {
    wasi: WasiCtx,
    table: ResourceTable,
    experiment: Experiment,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

fn absent<T>() -> std::result::Result<T, Error> {
    Err(Error::NotFound("nothing".to_owned()))
}

impl Host {
    fn document(&self, kind: ArtifactKind) -> std::result::Result<&Json, Error> {
        let name = match kind {
            ArtifactKind::Training => "training",
            ArtifactKind::ModelCheckpoint => "model-checkpoint",
            ArtifactKind::Dataset | ArtifactKind::Deepchecks => "",
        };
        self.experiment.documents.get(name).map_or_else(absent, Ok)
    }
}

impl types::Host for Host {}

impl artifacts::Host for Host {
    fn available(&mut self) -> Vec<ArtifactKind> {
        let all = [ArtifactKind::ModelCheckpoint, ArtifactKind::Training];
        all.into_iter().filter(|it| self.document(*it).is_ok()).collect()
    }

    fn read(&mut self, kind: ArtifactKind, pointer: String) -> std::result::Result<Option<String>, Error> {
        Ok(self.document(kind)?.pointer(&pointer).map(Json::to_string))
    }

    fn inspect(&mut self, kind: ArtifactKind, pointer: String) -> std::result::Result<Option<Node>, Error> {
        let place = self.document(kind)?.pointer(&pointer);
        Ok(place.map(|it| Node {
            kind: if it.is_object() {
                NodeKind::Object
            } else {
                NodeKind::Text
            },
            length: it.as_object().map_or(0, |it| it.len() as u64),
            keys: it
                .as_object()
                .map(|it| it.keys().cloned().collect())
                .unwrap_or_default(),
        }))
    }

    fn tables(&mut self, _: ArtifactKind) -> std::result::Result<Vec<String>, Error> {
        Ok(vec!["metrics".to_owned()])
    }

    fn open_table(&mut self, _: ArtifactKind, _: String) -> std::result::Result<Resource<Table>, Error> {
        self.table.push(self.experiment.metrics.clone()).or_else(|_| absent())
    }

    fn blobs(&mut self, _: ArtifactKind) -> std::result::Result<Vec<String>, Error> {
        Ok(self
            .experiment
            .checkpoint
            .iter()
            .map(|(name, _)| name.clone())
            .collect())
    }

    fn open_blob(&mut self, _: ArtifactKind, _: String) -> std::result::Result<Resource<Blob>, Error> {
        match self.experiment.checkpoint.clone() {
            Some((_, blob)) => self.table.push(blob).or_else(|_| absent()),
            None => absent(),
        }
    }
}

fn column(values: Option<&Vec<f64>>, offset: u64, length: u64) -> std::result::Result<Vec<f64>, Error> {
    let (offset, length) = (
        usize::try_from(offset).unwrap_or(0),
        usize::try_from(length).unwrap_or(0),
    );
    values.map_or_else(absent, |it| Ok(it.iter().skip(offset).take(length).copied().collect()))
}

impl artifacts::HostTable for Host {
    fn columns(&mut self, it: Resource<Table>) -> Vec<Column> {
        let names = self.table.get(&it).map(|it| it.0.keys().cloned().collect::<Vec<_>>());
        let columns = names.unwrap_or_default().into_iter();
        columns
            .map(|name| Column {
                name,
                column_type: ColumnType::Numeric,
            })
            .collect()
    }

    fn row_count(&mut self, it: Resource<Table>) -> u64 {
        let longest = self
            .table
            .get(&it)
            .ok()
            .and_then(|it| it.0.values().map(Vec::len).max());
        longest.unwrap_or(0) as u64
    }

    fn numbers(
        &mut self,
        it: Resource<Table>,
        name: String,
        offset: u64,
        length: u64,
    ) -> std::result::Result<Vec<f64>, Error> {
        column(self.table.get(&it).ok().and_then(|it| it.0.get(&name)), offset, length)
    }

    fn number_bytes(
        &mut self,
        it: Resource<Table>,
        name: String,
        offset: u64,
        length: u64,
    ) -> std::result::Result<Vec<u8>, Error> {
        let values = column(self.table.get(&it).ok().and_then(|it| it.0.get(&name)), offset, length)?;
        Ok(values.iter().flat_map(|it| it.to_le_bytes()).collect())
    }

    fn texts(
        &mut self,
        _: Resource<Table>,
        _: String,
        _: u64,
        _: u64,
    ) -> std::result::Result<Vec<Option<String>>, Error> {
        absent()
    }

    fn summarize(
        &mut self,
        _: Resource<Table>,
        _: String,
        _: u64,
        _: u64,
    ) -> std::result::Result<ColumnSummary, Error> {
        absent()
    }

    fn drop(&mut self, it: Resource<Table>) -> wasmtime::Result<()> {
        self.table.delete(it)?;
        Ok(())
    }
}

impl artifacts::HostBlob for Host {
    fn size(&mut self, it: Resource<Blob>) -> u64 {
        self.table.get(&it).map_or(0, |it| it.0.len() as u64)
    }

    fn read(&mut self, it: Resource<Blob>, offset: u64, length: u64) -> std::result::Result<Vec<u8>, Error> {
        let blob = self.table.get(&it).or_else(|_| absent())?;
        let (offset, length) = (
            usize::try_from(offset).unwrap_or(0),
            usize::try_from(length).unwrap_or(0),
        );
        Ok(blob.0.iter().skip(offset).take(length).copied().collect())
    }

    fn drop(&mut self, it: Resource<Blob>) -> wasmtime::Result<()> {
        self.table.delete(it)?;
        Ok(())
    }
}

impl knowledge::Host for Host {
    fn search(&mut self, _: knowledge::Query) -> std::result::Result<Vec<knowledge::Passage>, Error> {
        Ok(Vec::new())
    }
}

impl llm::Host for Host {
    fn available(&mut self) -> bool {
        false
    }

    fn complete(&mut self, _: llm::CompletionRequest) -> std::result::Result<llm::Completion, Error> {
        absent()
    }

    fn complete_all(&mut self, _: Vec<llm::CompletionRequest>) -> Vec<std::result::Result<llm::Completion, Error>> {
        Vec::new()
    }
}

impl logging::Host for Host {
    fn log(&mut self, _: logging::Level, _: String, _: Vec<(String, String)>) {}
}

impl progress::Host for Host {
    fn report(&mut self, _: f64, _: String) {}
}

impl secrets::Host for Host {
    fn names(&mut self) -> Vec<String> {
        Vec::new()
    }

    fn get(&mut self, _: String) -> std::result::Result<String, Error> {
        absent()
    }
}

/// A compiled analyzer.
pub(super) struct Bare {
    engine: wasmtime::Engine,
    pre: bindings::AnalyzerPre<Host>,
}

impl Bare {
    pub(super) fn engine() -> Result<wasmtime::Engine> {
        let mut config = Config::new();
        let mut pool = PoolingAllocationConfig::new();
        pool.total_memories(64)
            .total_tables(512)
            .max_memory_size(256 << 20)
            .table_elements(60_000)
            .max_core_instances_per_component(60)
            .max_memories_per_component(4)
            .max_tables_per_component(20)
            .max_component_instance_size(8 << 20)
            .max_core_instance_size(4 << 20);
        pool.total_core_instances(512).linear_memory_keep_resident(64 << 10);
        config
            .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
            .concurrency_support(false);
        Ok(wasmtime::Engine::new(&config)?)
    }

    /// Compiles.
    pub(super) fn new(engine: &wasmtime::Engine, bytes: &[u8]) -> Result<Self> {
        let component = Component::new(engine, bytes)?;
        let mut linker = Linker::new(engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        bindings::Analyzer::add_to_linker::<_, HasSelf<_>>(&mut linker, |host| host)?;
        Ok(Self {
            engine: engine.clone(),
            pre: bindings::AnalyzerPre::new(linker.instantiate_pre(&component)?)?,
        })
    }

    fn store(&self, experiment: Experiment) -> Store<Host> {
        let host = Host {
            wasi: WasiCtx::builder().build(),
            table: ResourceTable::new(),
            experiment,
        };
        Store::new(&self.engine, host)
    }

    /// Instantiates and asks what it is.
    pub(super) async fn describe(&self) -> Result<String> {
        let mut store = self.store(Experiment::default());
        let analyzer = self.pre.instantiate_async(&mut store).await?;
        let described = analyzer.deepfix_analysis_analyze().call_describe(&mut store).await;
        let described = described.map_err(|error| format!("describe: {error:?}"))?;
        Ok(described.name)
    }

    /// Instantiates and lets it look; the number of its findings.
    pub(super) async fn analyze(&self, experiment: &Experiment) -> Result<usize> {
        let mut store = self.store(experiment.clone());
        let analyzer = self.pre.instantiate_async(&mut store).await?;
        let request = types::Request {
            dataset_name: String::new(),
            model_name: String::new(),
            language: "english".to_owned(),
            settings: String::new(),
            extras: String::new(),
        };
        let report = analyzer
            .deepfix_analysis_analyze()
            .call_analyze(&mut store, &request)
            .await;
        let report = report.map_err(|error| format!("analyze: {error:?}"))?;
        Ok(report.map_err(|error| format!("{error:?}"))?.analyses.len())
    }
}
