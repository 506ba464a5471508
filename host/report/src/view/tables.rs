//! The tables at the end: who looked, and what is cited.

use std::collections::{BTreeMap, BTreeSet};

use deepfix_core::{AgentResult, AnalyseResponse};
use serde_json::Value as Json;

use super::{AgentRow, Citation, Link, anchor, clean};
use crate::{charts::scale::number, words::Words};

pub(super) fn agents(response: &AnalyseResponse, words: &'static Words) -> Vec<AgentRow> {
    let failed: BTreeSet<&str> = response.failed().collect();
    let time = |name: &str| {
        let wall = response
            .additional_outputs
            .get("timings_ms")?
            .get(name)?
            .get("wall")?
            .as_f64()?;
        Some(format!("{} ms", number(wall)))
    };
    let mut rows: Vec<AgentRow> = response
        .agent_results
        .iter()
        .map(|(name, result)| {
            let (class, status) = match (&result.error_message, failed.contains(name)) {
                (_, true) => ("bad", words.failed),
                (Some(_), _) => ("some", words.partial),
                (None, _) => ("good", words.fine),
            };
            AgentRow {
                name: clean(name),
                status,
                class,
                why: clean(result.error_message.as_deref().unwrap_or_default()),
                findings: result.analysis.len(),
                time: time(name).unwrap_or_default(),
            }
        })
        .collect();
    let skipped = response
        .additional_outputs
        .get("skipped_agents")
        .and_then(Json::as_object);
    for (name, why) in skipped.into_iter().flatten() {
        rows.push(AgentRow {
            name: clean(name),
            status: words.skipped,
            class: "none",
            why: clean(why.as_str().unwrap_or_default()),
            findings: 0,
            time: String::new(),
        });
    }
    rows
}

pub(super) fn citations(response: &AnalyseResponse, analyzers: &[(String, AgentResult)]) -> Vec<Citation> {
    let known = response.additional_outputs.get("citations");
    let mut used: BTreeMap<&str, Vec<Link>> = BTreeMap::new();
    for analysis in analyzers.iter().flat_map(|(_, it)| &it.analysis) {
        for id in &analysis.recommendations.citations {
            used.entry(id).or_default().push(Link {
                anchor: anchor("f", &analysis.findings.id),
                text: clean(&analysis.findings.code),
            });
        }
    }
    // What only the reasoner cites.
    for analysis in response.reasoner().into_iter().flat_map(|it| &it.analysis) {
        for id in &analysis.recommendations.citations {
            used.entry(id).or_insert_with(|| {
                vec![Link {
                    anchor: anchor("c", &analysis.findings.id),
                    text: clean(&analysis.findings.code),
                }]
            });
        }
    }
    used.into_iter()
        .map(|(id, used)| {
            let of = |name: &str| {
                let text = known.and_then(|it| it.get(id)?.get(name)?.as_str());
                clean(text.unwrap_or_default())
            };
            let url = of("url");
            Citation {
                anchor: anchor("k", id),
                title: of("title"),
                source: of("source"),
                url: if url.starts_with("https://") || url.starts_with("http://") {
                    url
                } else {
                    String::new()
                },
                id: clean(id),
                used,
            }
        })
        .collect()
}
