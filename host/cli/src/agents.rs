use std::{path::Path, process::ExitCode};

use deepfix_analysis::Coordinator;
use deepfix_core::{AgentInfo, ArtifactKind, Capability, Diagnosis};

use crate::{
    args::AgentsArgs,
    config, logging,
    output::{self, BOLD, DIM, YELLOW, printable, styled},
};

/// `deepfix agents`.
pub(crate) async fn run(named: Option<&Path>, args: &AgentsArgs) -> anyhow::Result<ExitCode> {
    logging::start_quiet();
    let config = config::load(named)?;
    let coordinator = Coordinator::start(&config).await?;
    let agents = coordinator.agents();
    if args.json {
        output::result(&format!(
            "{}\n",
            serde_json::to_string_pretty(&serde_json::json!({ "agents": agents }))?
        ));
        return Ok(ExitCode::SUCCESS);
    }
    let mut text: String = agents.iter().map(describe).collect();
    for refused in coordinator.refused() {
        text += &format!("{} {}\n", styled(YELLOW, "refused"), printable(&refused.reason));
    }
    output::result(&text);
    Ok(ExitCode::SUCCESS)
}

fn describe(agent: &AgentInfo) -> String {
    let names = |kinds: &mut dyn Iterator<Item = ArtifactKind>| {
        kinds.map(ArtifactKind::config_name).collect::<Vec<_>>().join(", ")
    };
    let reads = names(&mut agent.consumes.iter().map(|it| it.kind));
    let capabilities: Vec<_> = agent
        .granted_capabilities
        .iter()
        .map(|it: &Capability| it.config_name())
        .collect();
    let digest: String = agent.sha256.chars().take(12).collect();
    format!(
        "{} {}\n  {}\n  {}\n\n",
        styled(BOLD, &printable(&agent.name)),
        styled(
            DIM,
            &format!(
                "{} · {} · {} kB · sha256:{digest}",
                printable(&agent.version),
                agent.component.display(),
                agent.size / 1000
            )
        ),
        printable(&agent.summary),
        styled(
            DIM,
            &format!(
                "reads {reads}; may use {}; {} codes",
                if capabilities.is_empty() {
                    "nothing".to_owned()
                } else {
                    capabilities.join(", ")
                },
                agent.codes.len()
            )
        ),
    )
}
