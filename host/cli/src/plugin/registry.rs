use std::process::ExitCode;

use anyhow::Context as _;
use deepfix_analysis::sources;
use deepfix_config::{AgentConfig, Config};
use deepfix_sources::{Lock, Source, Sources};

use super::{
    args::{LockArgs, PullArgs, PushArgs, UpdateArgs},
    component,
};
use crate::{
    EXIT_FINDINGS,
    output::{self, printable},
};

/// `deepfix plugin push`.
pub(crate) async fn push(config: &Config, args: &PushArgs) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(&args.file).with_context(|| format!("{} cannot be read", args.file.display()))?;
    component::outline(&bytes).with_context(|| args.file.display().to_string())?;
    let Source::Oci(reference) = args.reference.parse::<Source>()? else {
        anyhow::bail!("found `{}`, expected `oci://HOST/NAME:TAG`", args.reference);
    };
    if reference.is_digest() {
        anyhow::bail!("a component is pushed to a tag: `oci://HOST/NAME:TAG`");
    }
    let signatures = Sources::signatures_of(&args.file)?;
    let bundle = Sources::bundle_of(&args.file, config.plugins.max_bundle)?;
    let title = args
        .file
        .file_name()
        .map(|it| it.to_string_lossy().into_owned())
        .unwrap_or_default();
    let annotations = [("org.opencontainers.image.title", title.as_str())];
    let digest = sources(config)?
        .push(&reference, bytes, signatures.as_ref(), bundle.as_ref(), &annotations)
        .await?;
    output::result(&format!("oci://{}\n", reference.at(&digest)));
    Ok(ExitCode::SUCCESS)
}

/// `deepfix plugin pull`.
pub(crate) async fn pull(config: &Config, args: &PullArgs) -> anyhow::Result<ExitCode> {
    let source: Source = args.source.parse()?;
    let (locked, component) = sources(config)?.resolve(&source).await?;
    if let Some(expected) = &args.sha256
        && !expected.eq_ignore_ascii_case(&locked.sha256)
    {
        anyhow::bail!(
            "{source}: digest is sha256:{}, expected sha256:{expected}",
            locked.sha256
        );
    }
    Sources::write_component(&args.file, &component)?;
    output::result(&format!("{}: sha256:{}\n", args.file.display(), locked.sha256));
    Ok(ExitCode::SUCCESS)
}

fn remote(config: &Config) -> impl Iterator<Item = (&AgentConfig, &str)> {
    let agents = config.agents.iter().chain(std::iter::once(&config.reasoner));
    agents.filter_map(|it| Some((it, it.component.to_str().filter(|it| Source::is_remote(it))?)))
}

/// `deepfix plugin lock`.
pub(crate) async fn lock(config: &Config, args: &LockArgs) -> anyhow::Result<ExitCode> {
    let file = &config.plugins.lock;
    let mut lock = Lock::read(file)?;
    // What the configuration no longer names goes.
    let named: Vec<Source> = remote(config).map(|(_, text)| text.parse()).collect::<Result<_, _>>()?;
    let before = lock.clone();
    lock.plugins
        .retain(|it| named.iter().any(|source| source.to_string() == it.source));
    let missing: Vec<&Source> = named.iter().filter(|it| lock.find(it).is_none()).collect();
    if args.check {
        for it in &missing {
            output::result(&format!("{it}: is not locked\n"));
        }
        return Ok(if missing.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(EXIT_FINDINGS)
        });
    }
    let sources = sources(config)?;
    let mut text = String::new();
    for source in missing {
        if lock.find(source).is_some() {
            continue;
        }
        let (locked, _) = sources.resolve(source).await?;
        text += &format!("{source}: sha256:{}\n", locked.sha256);
        let _ = lock.set(locked);
    }
    if lock != before {
        lock.write(file)?;
    }
    output::result(&format!(
        "{}{}: {} sources\n",
        printable(&text),
        file.display(),
        lock.plugins.len()
    ));
    Ok(ExitCode::SUCCESS)
}

/// `deepfix plugin update`.
pub(crate) async fn update(config: &Config, args: &UpdateArgs) -> anyhow::Result<ExitCode> {
    let file = &config.plugins.lock;
    let mut lock = Lock::read(file)?;
    for name in &args.agents {
        if !remote(config).any(|(it, _)| it.name == *name) {
            anyhow::bail!("no agent `{name}` has a remote component in {}", config.file.display());
        }
    }
    let sources = sources(config)?;
    let mut text = String::new();
    for (agent, source) in remote(config) {
        if !args.agents.is_empty() && !args.agents.contains(&agent.name) {
            continue;
        }
        let source: Source = source.parse()?;
        let (locked, _) = sources.resolve(&source).await?;
        let now = locked.sha256.clone();
        text += &match lock.set(locked) {
            Some(old) if old.sha256 == now => format!("{source}: as it was\n"),
            Some(old) => format!("{source}: moved from sha256:{} to sha256:{now}\n", old.sha256),
            None => format!("{source}: sha256:{now}\n"),
        };
    }
    lock.write(file)?;
    output::result(&printable(&text));
    Ok(ExitCode::SUCCESS)
}
