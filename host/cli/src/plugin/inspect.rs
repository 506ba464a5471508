use std::{path::Path, process::ExitCode};

use anyhow::Context as _;
use deepfix_analysis::{dropped_in_config, plugin_config, sources};
use deepfix_config::Config;
use deepfix_core::AgentDescription;
use deepfix_runtime::{Plugin, PluginConfig, World};
use deepfix_sources::{Lock, Source};
use serde_json::json;

use super::{args::FileArgs, component};
use crate::{
    EXIT_FINDINGS,
    output::{self, BOLD, DIM, GREEN, RED, printable, styled},
};

/// What the configuration says of a file: the entry that names it, or else that of the plugin folder.
pub(crate) fn entry(config: &Config, file: &Path) -> anyhow::Result<(PluginConfig, String)> {
    let same = |other: &Path| {
        file.canonicalize()
            .is_ok_and(|it| other.canonicalize().is_ok_and(|other| it == other))
    };
    let agents = config.agents.iter().map(|it| (it, World::Analyzer));
    let mut all = agents.chain(std::iter::once((&config.reasoner, World::Reasoner)));
    match all.find(|(it, _)| same(&it.component)) {
        Some((agent, world)) => {
            let found = plugin_config(agent, world).map_err(anyhow::Error::msg)?;
            Ok((
                found,
                format!("the entry of `{}` in {}", agent.name, config.file.display()),
            ))
        }
        None => Ok((
            dropped_in_config(config, file.to_owned()),
            format!("`[plugins]` in {}", config.file.display()),
        )),
    }
}

/// `deepfix plugin inspect`.
pub(crate) async fn run(config: &Config, args: &FileArgs) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(&args.file).with_context(|| format!("{} cannot be read", args.file.display()))?;
    let outline = component::outline(&bytes).with_context(|| args.file.display().to_string())?;
    let (mut entry, from) = entry(config, &args.file)?;
    if outline
        .exports
        .iter()
        .any(|it| it.starts_with("deepfix:analysis/reason@"))
    {
        entry.world = World::Reasoner;
    }
    let engine = deepfix_analysis::engine(config)?;
    let described = Plugin::describe_bytes(&engine, entry.clone(), bytes).await;
    let judged = judge(config, &entry, &args.file).await;
    let refused = judged.as_ref().err();
    let grants = &entry.grants;
    let artifacts: Vec<_> = grants.artifacts.iter().map(|it| it.config_name()).collect();
    let capabilities: Vec<_> = grants.capabilities.iter().map(|it| it.config_name()).collect();
    let secrets: Vec<_> = grants.secrets.names().collect();
    if args.json {
        let described = described.as_ref().ok();
        let text = serde_json::to_string_pretty(&json!({
            "file": args.file, "component": outline, "description": described,
            "granted": {
                "by": from, "artifacts": artifacts, "capabilities": capabilities, "secrets": secrets,
                "namespaces": grants.namespaces,
            },
            "signed_by": judged.as_ref().ok(), "refused": refused,
        }))?;
        output::result(&format!("{text}\n"));
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = match &described {
        Ok(it) => format!(
            "{} {}\n  {}\n",
            styled(BOLD, &printable(&it.name)),
            printable(&it.version),
            printable(&it.summary)
        ),
        Err(_) => format!("{}\n", styled(BOLD, &args.file.display().to_string())),
    };
    let mut line = |name: &str, value: &str| text += &format!("  {:<12} {}\n", styled(DIM, name), printable(value));
    line("file", &args.file.display().to_string());
    line("size", &format!("{} kB", outline.size.div_ceil(1000)));
    line("digest", &format!("sha256:{}", outline.sha256));
    line("WIT", &format!("deepfix:analysis {}", outline.wit.join(", ")));
    line("exports", &outline.exports.join(", "));
    line("imports", &outline.imports.join(", "));
    if !outline.producers.is_empty() {
        line("made by", &outline.producers.join(", "));
    }
    if let Ok(it) = &described {
        line("reads", &reads(it));
        let wants = it.capabilities.iter().map(|it| {
            format!(
                "{}{}",
                it.capability.config_name(),
                if it.required { " (required)" } else { "" }
            )
        });
        line("asks for", &or_nothing(&wants.collect::<Vec<_>>().join(", ")));
        line("codes", &it.codes.join(", "));
    }
    let all: Vec<&str> = artifacts.iter().chain(&capabilities).chain(&secrets).copied().collect();
    line("granted", &format!("{} by {from}", or_nothing(&all.join(", "))));
    text += &match &judged {
        Ok(signed) => {
            let signed = signed
                .as_ref()
                .map(|it| format!(", signed by {it}"))
                .unwrap_or_default();
            format!("  {}{}\n", styled(GREEN, "this host loads it"), printable(&signed))
        }
        Err(reason) => format!("  {} {}\n", styled(RED, "refused"), printable(reason)),
    };
    output::result(&text);
    Ok(ExitCode::SUCCESS)
}

fn reads(it: &AgentDescription) -> String {
    let kinds = it.consumes.iter().map(|it| {
        format!(
            "{}{}",
            it.kind.config_name(),
            if it.required { " (required)" } else { "" }
        )
    });
    kinds.collect::<Vec<_>>().join(", ")
}

fn or_nothing(text: &str) -> String {
    if text.is_empty() {
        "nothing".to_owned()
    } else {
        text.to_owned()
    }
}

/// `deepfix plugin check`.
pub(crate) async fn check(config: &Config, args: &FileArgs) -> anyhow::Result<ExitCode> {
    let (entry, from) = entry(config, &args.file)?;
    let result = judge(config, &entry, &args.file).await;
    if args.json {
        let text = json!({ "file": args.file, "as": from, "loads": result.is_ok(), "refused": result.as_ref().err() });
        output::result(&format!("{}\n", serde_json::to_string_pretty(&text)?));
    } else {
        output::result(&match &result {
            Ok(signed) => {
                let signed = signed
                    .as_ref()
                    .map(|it| format!(", signed by {it}"))
                    .unwrap_or_default();
                format!("{}: {} as {from}{signed}\n", args.file.display(), styled(GREEN, "fine"))
            }
            Err(reason) => format!("{} {}\n", styled(RED, "refused"), printable(reason)),
        });
    }
    Ok(if result.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(EXIT_FINDINGS)
    })
}

async fn judge(config: &Config, entry: &PluginConfig, file: &Path) -> Result<Option<String>, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let sources = sources(config).map_err(|error| text(&error))?;
    let source = Source::File(file.to_owned());
    let component = sources
        .component(&source, entry.sha256.as_deref(), &Lock::default())
        .await
        .map_err(|error| text(&error))?;
    let engine = deepfix_analysis::engine(config).map_err(|error| text(&error))?;
    let plugin = Plugin::load_bytes(&engine, entry.clone(), component.bytes).await;
    plugin.map_err(|error| text(&error))?;
    Ok(component.signed_by.map(|it| it.to_string()))
}
