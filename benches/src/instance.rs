//! One agent: instantiate and `describe`, against bare wasmtime doing the same on the same
//! component. Aim: within 1.3x.

use std::time::{Duration, Instant};

use deepfix_core::Limits;
use deepfix_runtime::{Engine, EngineConfig, Grants, Plugin, PluginConfig, World};
use wasmtime::{
    Config, InstanceAllocationStrategy, PoolingAllocationConfig, Store,
    component::{Component, Linker, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::{
    Result,
    aims::Aims,
    root,
    statistics::{Sample, ratio, us},
};

mod bindings {
    #![allow(missing_docs, unreachable_pub, clippy::all, reason = "generated")]
    wasmtime::component::bindgen!({ path: "../wit", world: "analyzer", exports: { default: async } });
}

/// Of what the runtime alone takes.
const AIM: f64 = 1.3;
const ROUNDS: usize = 40;
const CALLS: u32 = 50;

struct Bare {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Bare {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

pub(crate) fn run() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let file = root().join("components/training.wasm");
        let engine = Engine::new(&EngineConfig::default())?;
        let kinds = deepfix_core::ArtifactKind::ALL.to_vec();
        let namespaces = ["training", "dataset"].map(str::to_owned).to_vec();
        let plugin = Plugin::load(
            &engine,
            PluginConfig {
                file: file.clone(),
                plugin: None,
                name: None,
                world: World::Analyzer,
                grants: Grants {
                    artifacts: kinds,
                    capabilities: Vec::new(),
                    namespaces,
                    ..Grants::none()
                },
                limits: Limits::default(),
                settings: String::new(),
                sha256: None,
            },
        )
        .await?;
        let (bare_engine, pre) = bare(&std::fs::read(&file)?)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let started = Instant::now();
            for _ in 0..CALLS {
                plugin.describe().await?;
            }
            ours.push(started.elapsed() / CALLS);
            let started = Instant::now();
            for _ in 0..CALLS {
                describe_bare(&bare_engine, &pre).await?;
            }
            theirs.push(started.elapsed() / CALLS);
        }
        report(ours, theirs)
    })
}

fn report(ours: Vec<Duration>, theirs: Vec<Duration>) -> Result<()> {
    let mut ratios: Vec<f64> = ours.iter().zip(&theirs).map(|(a, b)| ratio(*a, *b)).collect();
    ratios.sort_by(f64::total_cmp);
    let median = ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN);
    let (ours, theirs) = (Sample::new(ours), Sample::new(theirs));
    println!("instantiate + describe, training component, pooling allocator, one thread");
    println!("  DeepFix        median {}", us(ours.median()));
    println!("  bare wasmtime  median {}", us(theirs.median()));
    let mut aims = Aims::default();
    println!(
        "  ratio          median {median:.2} of {ROUNDS} pairs (aim: at most {AIM:.2}) {}",
        aims.judge("the ratio", median <= AIM)
    );
    aims.end()
}

/// The least that runs the component: no limits, no metering, no epoch, imports that trap.
fn bare(bytes: &[u8]) -> Result<(wasmtime::Engine, bindings::AnalyzerPre<Bare>)> {
    let mut config = Config::new();
    let mut pool = PoolingAllocationConfig::new();
    pool.total_memories(64)
        .total_tables(512)
        .max_memory_size(256 << 20)
        .table_elements(60_000);
    pool.total_core_instances(512).linear_memory_keep_resident(64 << 10);
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .concurrency_support(false);
    let engine = wasmtime::Engine::new(&config)?;
    let component = Component::new(&engine, bytes)?;
    let mut linker = Linker::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    linker.define_unknown_imports_as_traps(&component)?;
    let pre = bindings::AnalyzerPre::new(linker.instantiate_pre(&component)?)?;
    Ok((engine, pre))
}

async fn describe_bare(engine: &wasmtime::Engine, pre: &bindings::AnalyzerPre<Bare>) -> Result<()> {
    let state = Bare {
        wasi: WasiCtx::builder().build(),
        table: ResourceTable::new(),
    };
    let mut store = Store::new(engine, state);
    let analyzer = pre.instantiate_async(&mut store).await?;
    let description = analyzer.deepfix_analysis_analyze().call_describe(&mut store).await?;
    if description.name.is_empty() {
        return Err("the component has no name".into());
    }
    Ok(())
}
