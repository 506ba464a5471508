//! The findings of a response, read as leniently as the wire allows.

use serde_json::Value as Json;

use super::corpus::leaf;

/// How loud a finding is. `None` counts as not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    None,
    Low,
    Medium,
    High,
}

impl Level {
    fn parse(text: &str) -> Self {
        match text.trim().to_lowercase().as_str() {
            "info" | "none" => Self::None,
            "low" | "minor" => Self::Low,
            "high" | "critical" => Self::High,
            // "medium", "warning", and what nobody has heard of.
            _ => Self::Medium,
        }
    }

    /// What a hit or a false alarm of this level weighs: a low remark is cheap, never free.
    pub(crate) fn weight(self) -> f64 {
        match self {
            Self::None => 0.0,
            Self::Low => 0.5,
            Self::Medium | Self::High => 1.0,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) agent: String,
    /// The last component. A finding without a code is `uncoded`, which can only be a false alarm:
    /// DeepFix always gives one, so no code is guessed from the words.
    pub(crate) code: String,
    pub(crate) level: Level,
    pub(crate) confidence: f64,
    pub(crate) description: String,
    pub(crate) evidence: String,
}

/// The findings, and how many fields had to be replaced by a default.
///
/// # Errors
/// There is no readable answer at all.
pub(crate) fn findings(response: &Json) -> Result<(Vec<Found>, usize), String> {
    if !response.is_object() {
        return Err("the response is no object".to_owned());
    }
    let of_job = response.get("result").filter(|it| it.get("agent_results").is_some());
    let Some(agents) = of_job
        .unwrap_or(response)
        .get("agent_results")
        .and_then(Json::as_object)
    else {
        return Err("no agent_results object".to_owned());
    };
    let (mut found, mut bad) = (Vec::new(), 0);
    for (agent, result) in agents {
        let analyses = match result {
            Json::Null => continue,
            Json::Object(result) => result.get("analysis").unwrap_or(&Json::Null),
            _ => {
                bad += 1;
                continue;
            }
        };
        let analyses = match analyses {
            Json::Null => continue,
            Json::Array(analyses) => analyses,
            _ => {
                bad += 1;
                continue;
            }
        };
        for analysis in analyses {
            if !analysis.is_object() {
                bad += 1;
                continue;
            }
            let given = analysis.get("findings").unwrap_or(&Json::Null);
            let several = given.as_array();
            for finding in several.map_or(std::slice::from_ref(given), Vec::as_slice) {
                match finding {
                    // Nothing was found: an empty value in place of the object.
                    it if several.is_none() && is_empty(it) => {}
                    Json::Object(it) if it.is_empty() => {}
                    Json::Object(_) => found.push(read(agent, analysis, finding, &mut bad)),
                    _ => bad += 1,
                }
            }
        }
    }
    Ok((found, bad))
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::Number(it) => it.as_f64() == Some(0.0),
        Json::String(it) => it.is_empty(),
        Json::Array(it) => it.is_empty(),
        Json::Object(it) => it.is_empty(),
        Json::Bool(true) => false,
    }
}

fn read(agent: &str, analysis: &Json, finding: &Json, bad: &mut usize) -> Found {
    let text = |name: &str| finding.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let given = [
        finding.get("code"),
        analysis.get("code"),
        finding.get("metadata").and_then(|it| it.get("code")),
    ]
    .into_iter()
    .flatten()
    .find(|it| !is_empty(it));
    let code = match given {
        Some(Json::String(code)) if !code.trim().is_empty() => leaf(code),
        Some(Json::String(_)) | None => "uncoded".to_owned(),
        Some(_) => {
            *bad += 1;
            "uncoded".to_owned()
        }
    };
    let confidence = match finding.get("confidence") {
        None => Some(0.0),
        Some(value) if is_empty(value) => Some(0.0),
        Some(Json::Number(it)) => it.as_f64(),
        Some(Json::String(it)) => it.trim().parse().ok(),
        Some(Json::Bool(true)) => Some(1.0),
        Some(_) => None,
    };
    let confidence = confidence.filter(|it| it.is_finite()).unwrap_or_else(|| {
        *bad += 1;
        0.0
    });
    let level = match finding.get("severity") {
        Some(Json::String(it)) => Level::parse(it),
        Some(Json::Null) | None => Level::Medium,
        Some(_) => {
            *bad += 1;
            Level::Medium
        }
    };
    Found {
        agent: agent.to_owned(),
        code,
        level,
        confidence,
        description: text("description"),
        evidence: text("evidence"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(analysis: &Json) -> (Vec<Found>, usize) {
        findings(&json!({"agent_results": {"A": {"analysis": analysis}, "B": null, "C": 3, "D": {"analysis": {}}}}))
            .unwrap()
    }

    #[test]
    fn a_finding_is_read_with_its_code_level_and_confidence() {
        let (found, bad) = of(&json!([{"findings": {
            "code": "training.Overfitting", "severity": "HIGH", "confidence": "0.5", "evidence": "e"}}]));
        // C is no object, and the analysis of D no list.
        assert_eq!((found.len(), bad), (1, 2));
        let it = &found[0];
        assert_eq!(
            (it.code.as_str(), it.level, it.confidence),
            ("overfitting", Level::High, 0.5)
        );
        assert_eq!((it.agent.as_str(), it.evidence.as_str()), ("A", "e"));
    }

    #[test]
    fn bad_fields_are_counted_and_never_fatal() {
        let (found, bad) = of(&json!([
            null,
            {"findings": 3},
            {"findings": {}},
            {"findings": [{"code": 7, "confidence": "high", "severity": 1}, {"severity": "whatever"}]},
        ]));
        assert_eq!(found.len(), 2);
        // Two of the agents, null, 3, and three fields of the last.
        assert_eq!(bad, 2 + 1 + 1 + 3);
        assert!(found.iter().all(|it| it.code == "uncoded" && it.level == Level::Medium));
    }

    #[test]
    fn an_answer_without_agents_is_malformed_and_a_job_is_unwrapped() {
        for bad in [json!([]), json!({}), json!({"agent_results": null})] {
            assert!(findings(&bad).is_err(), "{bad}");
        }
        let job = json!({"status": "COMPLETED", "result": {"agent_results": {}}});
        assert_eq!(findings(&job).unwrap().0.len(), 0);
    }
}
