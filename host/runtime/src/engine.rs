//! The one engine of the process.

use std::{
    num::NonZeroUsize,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::{
    Cache, CacheConfig, Config, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
    component::{Component, Linker},
};

use crate::{limiter, state::HostState};

/// How the engine is set up.
#[derive(Debug, Clone)]
pub struct EngineConfig {
    /// Where compiled code is kept between runs; none compiles at every start.
    pub cache_dir: Option<PathBuf>,
    /// Analyses that may run at once, over all requests; others wait their turn. Each reserves
    /// address space.
    pub max_instances: u32,
    /// The largest `memory` limit that any agent has.
    pub max_memory: u64,
    /// Stack of a guest. Analyzers recurse little; 512 KiB held for all measured runtimes.
    pub stack: usize,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            cache_dir: None,
            max_instances: 64,
            max_memory: 256 << 20,
            stack: 512 << 10,
        }
    }
}

/// Where instances come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allocator {
    /// Slots reserved at start.
    Pooling,
    /// Memory is mapped for each instance: the machine does not offer enough address space.
    OnDemand,
}

/// Memories that an analysis has in the pool. Rust guests have one; a runtime with more counts as
/// several analyses.
const MEMORIES_PER_SLOT: u32 = 2;

/// How often a running guest is interrupted to look at its CPU time and to let others run.
const TICK: Duration = Duration::from_millis(10);

/// The engine with everything that a guest may import. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) engine: wasmtime::Engine,
    pub(crate) linker: Arc<Linker<HostState>>,
    allocator: Allocator,
    max_memory: u64,
    slots: Slots,
    _ticker: Arc<Ticker>,
}

/// The places of `max_instances`: an analysis that finds none waits its turn.
#[derive(Debug, Clone)]
pub(crate) struct Slots {
    all: Arc<Semaphore>,
    total: u32,
    /// What one plugin may hold at once.
    own: Arc<Semaphore>,
    own_total: u32,
    weight: u32,
}

/// A place; dropped with the store.
pub(crate) struct Slot {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Slots {
    fn new(total: u32) -> Self {
        let total = total.max(1);
        // A plugin that hangs in every request would soon hold every place; a quarter stays for
        // the others.
        let own_total = (total - total / 4).max(1);
        Self {
            all: Arc::new(Semaphore::new(total as usize)),
            total,
            own: Arc::new(Semaphore::new(own_total as usize)),
            own_total,
            weight: 1,
        }
    }

    /// The places of one plugin.
    pub(crate) fn of(&self, component: &Component) -> Self {
        let memories = component
            .resources_required()
            .map_or(limiter::MEMORIES as u32, |it| it.num_memories);
        let weight = memories.div_ceil(MEMORIES_PER_SLOT).clamp(1, self.own_total);
        Self {
            own: Arc::new(Semaphore::new(self.own_total as usize)),
            weight,
            ..self.clone()
        }
    }

    /// Waits for a place.
    pub(crate) async fn take(&self) -> Option<Slot> {
        let own = Arc::clone(&self.own).acquire_many_owned(self.weight).await.ok()?;
        let all = Arc::clone(&self.all).acquire_many_owned(self.weight).await.ok()?;
        Some(Slot { _own: own, _all: all })
    }

    pub(crate) fn total(&self) -> u32 {
        self.total
    }
}

impl Engine {
    /// Sets the engine up. Where the pooling allocator cannot reserve its address space, it
    /// falls back to allocation on demand.
    ///
    /// # Errors
    /// The cache directory cannot be used, or the machine cannot run WebAssembly at all.
    pub fn new(config: &EngineConfig) -> Result<Self, String> {
        let (engine, allocator) = match wasmtime::Engine::new(&wasmtime_config(config, Allocator::Pooling)?) {
            Ok(engine) => (engine, Allocator::Pooling),
            Err(error) => {
                tracing::warn!(%error, "no pooling allocator on this machine; instances are allocated on demand");
                let engine = wasmtime::Engine::new(&wasmtime_config(config, Allocator::OnDemand)?)
                    .map_err(|error| format!("{error:#}"))?;
                (engine, Allocator::OnDemand)
            }
        };
        tracing::debug!(?allocator, cache = ?config.cache_dir, "engine ready");
        let linker = linker(&engine).map_err(|error| format!("{error:#}"))?;
        let ticker = Ticker::start(engine.clone()).map_err(|error| format!("cannot start a thread: {error}"))?;
        Ok(Self {
            engine,
            linker: Arc::new(linker),
            allocator,
            max_memory: config.max_memory,
            slots: Slots::new(config.max_instances),
            _ticker: Arc::new(ticker),
        })
    }

    pub(crate) fn slots(&self) -> &Slots {
        &self.slots
    }

    /// Where instances come from.
    #[must_use]
    pub fn allocator(&self) -> Allocator {
        self.allocator
    }

    /// The largest memory that an instance can have, whatever its limits say.
    #[must_use]
    pub fn max_memory(&self) -> u64 {
        self.max_memory
    }
}

fn wasmtime_config(config: &EngineConfig, allocator: Allocator) -> Result<Config, String> {
    let mut wasm = Config::new();
    wasm.epoch_interruption(true)
        .max_wasm_stack(config.stack)
        .async_stack_size(config.stack.saturating_mul(2))
        .cranelift_opt_level(OptLevel::Speed)
        .wasm_component_model(true)
        // Host functions wait on fibers; the component model's own concurrency is not offered.
        .concurrency_support(false)
        .wasm_backtrace_max_frames(NonZeroUsize::new(16));
    if let Some(directory) = &config.cache_dir {
        let mut cache = CacheConfig::new();
        cache.with_directory(directory);
        match Cache::new(cache) {
            Ok(cache) => {
                wasm.cache(Some(cache));
            }
            // A copied installation may lie where its user may not write: it works all the same.
            Err(error) => tracing::warn!(
                directory = %directory.display(),
                error = format!("{error:#}"),
                "no compiled components are kept, so that every start compiles: `[engine] cache_dir` cannot be used"
            ),
        }
    }
    if allocator == Allocator::Pooling {
        let mut pool = PoolingAllocationConfig::new();
        let instances = config.max_instances.max(1);
        // A component may have many of each, and one that does must not take them from another:
        // core instances are only counted, tables are small, and memories are what `Slots` shares
        // out.
        pool.total_component_instances(instances)
            .total_core_instances(instances.saturating_mul(limiter::CORE_INSTANCES as u32))
            .total_memories(
                instances
                    .saturating_mul(MEMORIES_PER_SLOT)
                    .max(limiter::MEMORIES as u32),
            )
            .total_tables(instances.saturating_mul(limiter::TABLES as u32))
            .total_stacks(instances.saturating_mul(2))
            .max_core_instances_per_component(limiter::CORE_INSTANCES as u32)
            .max_memories_per_component(limiter::MEMORIES as u32)
            .max_tables_per_component(limiter::TABLES as u32)
            .max_component_instance_size(8 << 20)
            .max_core_instance_size(4 << 20)
            .max_memory_size(usize::try_from(config.max_memory).unwrap_or(usize::MAX))
            .table_elements(limiter::POOLED_TABLE)
            // Memory kept from one analysis to the next: 1 MiB cost 1.2 GB over a thousand
            // instances and four times the CPU.
            .linear_memory_keep_resident(64 << 10);
        wasm.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    }
    Ok(wasm)
}

fn linker(engine: &wasmtime::Engine) -> wasmtime::Result<Linker<HostState>> {
    use wasmtime::component::HasSelf;
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    crate::bindings::plugin::Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut HostState| state)?;
    Ok(linker)
}

/// Advances the epoch from a thread of its own: a guest that never yields cannot hold it up,
/// not even on one CPU.
struct Ticker {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ticker {
    fn start(engine: wasmtime::Engine) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("epoch".to_owned()).spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                std::thread::park_timeout(TICK);
                engine.increment_epoch();
            }
        })?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}
