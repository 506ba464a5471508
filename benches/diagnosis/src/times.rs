//! What each agent cost.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Answer;

/// CPU milliseconds of one agent over all cases.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct AgentTime {
    pub(crate) agent: String,
    pub(crate) runs: usize,
    pub(crate) median: f64,
    pub(crate) p95: f64,
    pub(crate) worst: f64,
}

pub(crate) fn by_agent(answers: &[Answer]) -> Vec<AgentTime> {
    let mut times: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (agent, cpu) in answers.iter().flat_map(Answer::cpu) {
        times.entry(agent).or_default().push(cpu);
    }
    times
        .into_iter()
        .map(|(agent, mut times)| {
            times.sort_by(f64::total_cmp);
            let at = |share: f64| {
                let place = (share * times.len().saturating_sub(1) as f64).round() as usize;
                times.get(place).copied().unwrap_or_default()
            };
            AgentTime {
                agent,
                runs: times.len(),
                median: at(0.5),
                p95: at(0.95),
                worst: at(1.0),
            }
        })
        .collect()
}
