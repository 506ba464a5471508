//! A plugin of each language: compile, load, instantiate and analyse, against bare wasmtime doing the same
//! in the same run; and a server with a hundred of them.

mod bare;
mod hundred;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use deepfix_analysis::Workbench;
use deepfix_artifacts::{FileAccess, decode_request};
use deepfix_config::Config;
use deepfix_core::{ArtifactKind, Limits};
use deepfix_runtime::{Grants, Plugin, PluginConfig, World};

use crate::{
    Result, root,
    statistics::{Sample, ms, ratio, us},
};

/// One example plugin and the case that it is run on.
pub(super) struct Example {
    pub(super) language: &'static str,
    pub(super) name: &'static str,
    component: &'static str,
    request: &'static str,
}

pub(super) const EXAMPLES: [Example; 4] = [
    Example {
        language: "Rust",
        name: "reproducibility",
        component: "target/wasm32-wasip2/release/reproducibility.wasm",
        request: "no-seed",
    },
    Example {
        language: "C",
        name: "spectral-check",
        component: "build/spectral_check.wasm",
        request: "collapsed",
    },
    Example {
        language: "JavaScript",
        name: "tokenizer-check",
        component: "build/tokenizer_check.wasm",
        request: "added-tokens",
    },
    Example {
        language: "Python",
        name: "fairness-gap",
        component: "build/fairness_gap.wasm",
        request: "adverse",
    },
];

impl Example {
    fn folder(&self) -> PathBuf {
        root().join("plugins/examples").join(self.name)
    }

    pub(super) fn component(&self) -> Result<PathBuf> {
        let file = self.folder().join(self.component);
        if file.is_file() {
            return Ok(file);
        }
        Err(format!("{} is not built: `cargo xtask bench plugins` builds it", file.display()).into())
    }

    pub(super) fn request(&self) -> PathBuf {
        self.folder().join("cases").join(self.request).join("request.json")
    }

    fn config(&self) -> Result<PluginConfig> {
        Ok(PluginConfig {
            file: self.component()?,
            plugin: None,
            name: None,
            world: World::Analyzer,
            grants: Grants {
                artifacts: ArtifactKind::ALL.to_vec(),
                ..Grants::none()
            },
            limits: Limits::default(),
            settings: String::new(),
            sha256: None,
        })
    }
}

/// Loads with a warm cache; the median of them is shown.
const LOADS: usize = 5;
const ROUNDS: usize = 20;
const CALLS: u32 = 10;

pub(crate) fn run() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    for example in &EXAMPLES {
        runtime.block_on(one(example))?;
    }
    hundred::run()
}

fn configured(cache: Option<PathBuf>) -> Result<Config> {
    let mut config = Config::load(&root().join("deepfix.toml"))?;
    config.engine.cache_dir = cache;
    Ok(config)
}

async fn one(example: &Example) -> Result<()> {
    let bytes = std::fs::read(example.component()?)?;
    println!(
        "{} ({}, {} kB)",
        example.language,
        example.name,
        bytes.len().div_ceil(1000)
    );
    let (ours, theirs) = compile(example, &bytes).await?;
    println!(
        "  compile, no cache          {:>12}  bare {:>12}  ratio {:.2}",
        ms(ours),
        ms(theirs.0),
        ratio(ours, theirs.0)
    );
    let bare = theirs.1;
    let cache = root().join("target/bench-plugins/cache");
    let warm = configured(Some(cache))?;
    drop(Plugin::load(Workbench::bare(&warm)?.engine(), example.config()?).await?);
    let mut loads = Vec::new();
    for _ in 0..LOADS {
        // A new engine: a component that is compiled in memory already would come for nothing.
        let bench = Workbench::bare(&warm)?;
        let started = Instant::now();
        Plugin::load(bench.engine(), example.config()?).await?;
        loads.push(started.elapsed());
    }
    println!("  load, warm cache           {:>12}", ms(Sample::new(loads).median()));
    let bench = Workbench::bare(&warm)?;
    let plugin = Plugin::load(bench.engine(), example.config()?).await?;
    let request = example.request();
    let access = FileAccess::below(&[request.parent().unwrap_or(Path::new(".")).to_owned()]);
    let mut experiment = decode_request(&std::fs::read(&request)?, &access).map_err(|problem| problem.to_string())?;
    let artifacts = Arc::new(std::mem::take(&mut experiment.artifacts));
    let plain = bare::Experiment::read(&request)?;
    if bare.describe().await? != example.name {
        return Err("the bare host runs something else".into());
    }
    let (mut describes, mut analyses) = (Pairs::default(), Pairs::default());
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for _ in 0..CALLS {
            plugin.describe().await?;
        }
        describes.ours.push(started.elapsed() / CALLS);
        let started = Instant::now();
        for _ in 0..CALLS {
            bare.describe().await?;
        }
        describes.theirs.push(started.elapsed() / CALLS);
        let mut found = (0, 0);
        let started = Instant::now();
        for _ in 0..CALLS {
            let run = bench.analyze(&plugin, &experiment, &artifacts).await;
            found.0 = run.result.map_err(|error| error.to_string())?.analyses.len();
        }
        analyses.ours.push(started.elapsed() / CALLS);
        let started = Instant::now();
        for _ in 0..CALLS {
            found.1 = bare.analyze(&plain).await?;
        }
        analyses.theirs.push(started.elapsed() / CALLS);
        if found.0 != found.1 || found.0 == 0 {
            return Err(format!("{} findings, and {} of the bare host", found.0, found.1).into());
        }
    }
    describes.print("instantiate and describe");
    analyses.print("instantiate and analyse");
    Ok(())
}

/// Compiles twice: as DeepFix loads it, and bare.
async fn compile(example: &Example, bytes: &[u8]) -> Result<(Duration, (Duration, bare::Bare))> {
    let bench = Workbench::bare(&configured(None)?)?;
    let config = example.config()?;
    let started = Instant::now();
    Plugin::load(bench.engine(), config).await?;
    let ours = started.elapsed();
    drop(bench);
    let engine = bare::Bare::engine()?;
    let started = Instant::now();
    let bare = bare::Bare::new(&engine, bytes)?;
    Ok((ours, (started.elapsed(), bare)))
}

/// Times that were measured in turn.
#[derive(Default)]
struct Pairs {
    ours: Vec<Duration>,
    theirs: Vec<Duration>,
}

impl Pairs {
    fn print(self, name: &str) {
        let mut ratios: Vec<f64> = self.ours.iter().zip(&self.theirs).map(|(a, b)| ratio(*a, *b)).collect();
        ratios.sort_by(f64::total_cmp);
        let median = ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN);
        let (ours, theirs) = (Sample::new(self.ours).median(), Sample::new(self.theirs).median());
        println!(
            "  {name:<26} {:>12}  bare {:>12}  ratio {median:.2}",
            us(ours),
            us(theirs)
        );
    }
}
