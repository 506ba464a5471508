//! A report is held to the contract: a finding that breaks it is dropped and named, the others
//! stay. A NaN confidence or an undeclared code must never reach a client.

use deepfix_core::{Analysis, Report};

/// At most so many objections are spelled out; the others are counted.
const SPELLED_OUT: usize = 5;
/// Facts of one finding. The host reads each again, so they cost it time; the built-in
/// analyzers state at most twenty, and a person reads fewer.
const MOST_FACTS: usize = 100;
/// Citations of one recommendation; a search gives at most 50 passages.
const MOST_CITATIONS: usize = 50;

/// The most confidence that a finding without any evidence has: it may be right, but nobody should act on
/// it alone.
const UNSHOWN_CONFIDENCE: f64 = 0.3;

/// The findings that keep the contract; what is wrong with the others goes to `objections`.
pub(crate) fn hold(mut report: Report, codes: &[String], limit: u64, objections: &mut Vec<String>) -> Report {
    let total = report.analyses.len();
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if total > limit {
        report.analyses.truncate(limit);
        objections.push(format!(
            "{total} findings are more than its limit `findings = {limit}`; only the first {limit} are kept; raise it \
             under `limits` of its entry in deepfix.toml"
        ));
    }
    let mut dropped = Vec::new();
    let mut index = 0;
    report.analyses.retain(|analysis| {
        let wrong = fault(analysis, codes);
        if let Some(wrong) = &wrong {
            dropped.push(format!("finding {index} was dropped: {wrong}"));
        }
        index += 1;
        wrong.is_none()
    });
    for analysis in &mut report.analyses {
        dropped.extend(unshown(analysis));
    }
    let more = dropped.len().saturating_sub(SPELLED_OUT);
    dropped.truncate(SPELLED_OUT);
    objections.append(&mut dropped);
    if more > 0 {
        objections.push(format!("{more} more findings are objected to"));
    }
    if !is_object(&report.extras) {
        objections.push("its `extras` were dropped: they are not a JSON object".to_owned());
        report.extras.clear();
    }
    report
}

/// A finding that nothing shows stays, since it may be right; but it is told, and not to be relied on.
fn unshown(analysis: &mut Analysis) -> Option<String> {
    let finding = &mut analysis.finding;
    if !finding.evidence.trim().is_empty() {
        return None;
    }
    let code = &finding.code;
    if !finding.facts.is_empty() {
        return Some(format!(
            "`finding.evidence` of `{code}` is empty: expected what shows it, with numbers"
        ));
    }
    finding.confidence = finding.confidence.min(UNSHOWN_CONFIDENCE);
    Some(format!(
        "`{code}` has neither `finding.evidence` nor facts: its confidence is capped at {UNSHOWN_CONFIDENCE}"
    ))
}

fn fault(analysis: &Analysis, codes: &[String]) -> Option<String> {
    let (finding, recommendation) = (&analysis.finding, &analysis.recommendation);
    if !codes.contains(&finding.code) {
        return Some(format!(
            "its code {:?} is not among those that `describe` lists",
            finding.code
        ));
    }
    for (name, confidence) in [
        ("finding.confidence", finding.confidence),
        ("recommendation.confidence", recommendation.confidence),
    ] {
        if !(0.0..=1.0).contains(&confidence) {
            return Some(format!("`{name}` is {confidence}, expected a number from 0 to 1"));
        }
    }
    for (name, text) in [
        ("finding.description", &finding.description),
        ("recommendation.action", &recommendation.action),
    ] {
        if text.trim().is_empty() {
            return Some(format!("`{name}` is empty"));
        }
    }
    for (name, count, most) in [
        ("finding.facts", finding.facts.len(), MOST_FACTS),
        (
            "recommendation.citations",
            recommendation.citations.len(),
            MOST_CITATIONS,
        ),
    ] {
        if count > most {
            return Some(format!("`{name}` has {count} entries, expected at most {most}"));
        }
    }
    (!is_object(&finding.extras)).then(|| "`finding.extras` is not a JSON object".to_owned())
}

pub(crate) fn is_object(text: &str) -> bool {
    text.is_empty() || serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use deepfix_core::{Finding, Recommendation, Severity};

    use super::*;

    fn analysis(code: &str, confidence: f64) -> Analysis {
        Analysis {
            finding: Finding {
                code: code.into(),
                description: "d".into(),
                evidence: "e".into(),
                facts: vec![],
                severity: Severity::Low,
                confidence,
                extras: String::new(),
            },
            recommendation: Recommendation {
                action: "a".into(),
                rationale: String::new(),
                confidence: 0.5,
                citations: vec![],
            },
        }
    }

    fn held(analyses: Vec<Analysis>, limit: u64) -> (usize, Vec<String>) {
        let mut objections = Vec::new();
        let report = Report {
            analyses,
            ..Report::default()
        };
        let report = hold(report, &["a.b".to_owned()], limit, &mut objections);
        (report.analyses.len(), objections)
    }

    #[test]
    fn one_bad_finding_does_not_cost_the_others() {
        let (kept, objections) = held(
            vec![
                analysis("a.b", 0.5),
                analysis("a.b", f64::NAN),
                analysis("x.y", 0.5),
                analysis("a.b", 1.5),
            ],
            9,
        );
        assert_eq!(kept, 1);
        assert!(
            objections[0].contains("finding 1 was dropped: `finding.confidence` is NaN"),
            "{objections:?}"
        );
        assert!(objections[1].contains("\"x.y\" is not among those"), "{objections:?}");
    }

    #[test]
    fn a_finding_that_would_cost_the_host_its_time_is_dropped() {
        let mut facts = analysis("a.b", 0.5);
        let fact = deepfix_core::Fact {
            label: "l".into(),
            value: deepfix_core::Value::Integer(1),
            source: None,
        };
        facts.finding.facts = vec![fact; MOST_FACTS + 1];
        let mut citations = analysis("a.b", 0.5);
        citations.recommendation.citations = vec!["x#y".into(); MOST_CITATIONS + 1];
        let (kept, objections) = held(vec![facts, citations], 9);
        assert_eq!(kept, 0);
        assert!(
            objections[0].contains("`finding.facts` has 101 entries"),
            "{objections:?}"
        );
        assert!(
            objections[1].contains("`recommendation.citations` has 51"),
            "{objections:?}"
        );
    }

    #[test]
    fn a_finding_that_nothing_shows_is_kept_and_told_and_not_relied_on() {
        let mut bare = analysis("a.b", 0.9);
        bare.finding.evidence = " ".into();
        let mut facts = bare.clone();
        facts.finding.facts.push(deepfix_core::Fact {
            label: "l".into(),
            value: deepfix_core::Value::Integer(1),
            source: None,
        });
        let report = Report {
            analyses: vec![analysis("a.b", 0.9), bare, facts],
            ..Report::default()
        };
        let mut objections = Vec::new();
        let report = hold(report, &["a.b".to_owned()], 9, &mut objections);
        let confidences: Vec<_> = report.analyses.iter().map(|it| it.finding.confidence).collect();
        assert_eq!(confidences, [0.9, UNSHOWN_CONFIDENCE, 0.9]);
        assert_eq!(objections.len(), 2, "{objections:?}");
        assert!(objections[0].contains("capped at 0.3") && objections[1].contains("is empty"));
    }

    #[test]
    fn findings_over_the_limit_are_cut_and_counted() {
        let (kept, objections) = held(vec![analysis("a.b", 0.5); 10], 3);
        assert_eq!(kept, 3);
        assert!(
            objections[0].contains("10 findings are more than its limit `findings = 3`"),
            "{objections:?}"
        );
    }
}
