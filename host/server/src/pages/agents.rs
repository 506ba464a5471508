//! `/agents`: what is loaded, and how it does.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Extension, extract::State, http::HeaderMap, response::Response};
use deepfix_core::{AgentInfo, Role};
use deepfix_pages::{Agent, Agents, Counts, Here};

use super::answer;
use crate::{access::Identity, app::App, problem::Refusal, routes};

/// The series that counts runs of agents.
const RUNS: &str = "deepfix_agent_runs_total{";

pub(super) async fn show(
    State(app): State<Arc<App>>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    // Counts are of all tenants together: one of them must not see what the others do.
    let own = identity.tenant.is_empty();
    let metrics = app.service.metrics.as_ref().filter(|_| own);
    let metrics = metrics.map(|it| it.render()).unwrap_or_default();
    let mut counts = counts(&metrics);
    let routes::Agents { agents, plugins } = routes::permitted_agents(&app, &identity);
    let content = Agents {
        agents: agents
            .into_iter()
            .map(|it| {
                let counts = counts.remove(&it.name).unwrap_or_default();
                agent(it, counts)
            })
            .collect(),
        refused: plugins
            .refused
            .into_iter()
            .map(|it| (it.component.display().to_string(), it.reason))
            .collect(),
        error: plugins.error,
        swaps: plugins.generation.saturating_sub(1),
    };
    let frame = answer::frame(&headers, Here::Agents, 0);
    answer::page(deepfix_pages::agents(&frame, &content))
}

fn agent(it: AgentInfo, counts: Counts) -> Agent {
    let file = it.component.file_name().unwrap_or_default().to_string_lossy();
    Agent {
        version: it.version,
        is_reasoner: it.role == Role::Reasoner,
        summary: it.summary,
        reads: it
            .granted_artifacts
            .iter()
            .map(|it| it.config_name().to_owned())
            .collect(),
        uses: it
            .granted_capabilities
            .iter()
            .map(|it| it.config_name().to_owned())
            .collect(),
        codes: it.codes,
        component: format!("{file} {}", it.sha256.get(..12).unwrap_or(&it.sha256)),
        signed_by: it.signed_by,
        memory: format!("{} MiB", it.limits.memory >> 20),
        wall: humantime::format_duration(it.limits.wall_time).to_string(),
        name: it.name,
        counts,
    }
}

/// What the metrics say of each agent. They are the one place where this is counted.
fn counts(metrics: &str) -> BTreeMap<String, Counts> {
    let mut all: BTreeMap<String, Counts> = BTreeMap::new();
    for line in metrics.lines() {
        let Some((labels, value)) = line.strip_prefix(RUNS).and_then(|it| it.rsplit_once("} ")) else {
            continue;
        };
        let label = |name: &str| -> Option<&str> {
            let rest = labels.split_once(&format!("{name}=\""))?.1;
            rest.split_once('"').map(|(it, _)| it)
        };
        let (Some(agent), Some(result), Ok(count)) = (label("agent"), label("result"), value.trim().parse::<f64>())
        else {
            continue;
        };
        let of = all.entry(agent.to_owned()).or_default();
        // Counters are whole and not negative.
        let count = count as u64;
        of.runs += count;
        if result == "failed" {
            of.failed += count;
            of.reasons.push((label("reason").unwrap_or_default().to_owned(), count));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_failures_are_those_of_the_metrics() {
        let text = "# TYPE deepfix_agent_runs_total counter\n\
             deepfix_agent_runs_total{agent=\"A\",result=\"completed\",reason=\"none\"} 3\n\
             deepfix_agent_runs_total{agent=\"A\",result=\"failed\",reason=\"timed-out\"} 2\n\
             deepfix_agent_runs_total{agent=\"B\",result=\"completed\",reason=\"none\"} 1\n\
             deepfix_agent_host_calls_total{agent=\"A\"} 9\n";
        let counts = counts(text);
        assert_eq!((counts["A"].runs, counts["A"].failed), (5, 2));
        assert_eq!(counts["A"].reasons, [("timed-out".to_owned(), 2)]);
        assert_eq!((counts["B"].runs, counts["B"].failed), (1, 0));
    }
}
