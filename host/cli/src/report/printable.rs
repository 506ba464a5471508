//! Names of columns, texts of checks and what other plugins say come from strangers: on a
//! terminal, control characters among them could rewrite what stands there.

use deepfix_core::{AnalyseResponse, Value as FactValue};
use serde_json::{Map, Value as Json};

use crate::output;

/// The response without control characters in any text that a report shows.
pub(crate) fn printable(mut response: AnalyseResponse) -> AnalyseResponse {
    clean(&mut response.summary);
    response.dataset_name.iter_mut().for_each(clean);
    object(&mut response.additional_outputs);
    for (name, result) in &mut response.agent_results.0 {
        clean(name);
        clean(&mut result.agent_name);
        result.error_message.iter_mut().for_each(clean);
        object(&mut result.additional_outputs);
        for analysis in &mut result.analysis {
            let (finding, recommendation) = (&mut analysis.findings, &mut analysis.recommendations);
            for text in [
                &mut finding.code,
                &mut finding.description,
                &mut finding.evidence,
                &mut recommendation.action,
                &mut recommendation.rationale,
            ] {
                clean(text);
            }
            recommendation.citations.iter_mut().for_each(clean);
            for fact in &mut finding.facts {
                clean(&mut fact.label);
                if let FactValue::Text(text) = &mut fact.value {
                    clean(text);
                }
            }
        }
    }
    response
}

fn clean(text: &mut String) {
    if text.contains(output::is_control) {
        *text = output::printable(text);
    }
}

fn object(members: &mut Map<String, Json>) {
    members.values_mut().for_each(value);
}

fn value(it: &mut Json) {
    match it {
        Json::String(text) => clean(text),
        Json::Array(items) => items.iter_mut().for_each(value),
        Json::Object(members) => object(members),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}
