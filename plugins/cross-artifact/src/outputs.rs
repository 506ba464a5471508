//! The structured outputs, for other programs; `docs/diagnosis.md` describes them.

use deepfix_plugin::Severity;
use serde_json::{Map, Value as Json, json};

use crate::{
    actions::{self, Action},
    causes::{Cause, Fault},
    contradictions::RuledOut,
    extent::Extent,
    texts::{Texts, capital},
};

/// Two digits say all that a confidence can.
fn rounded(confidence: f64) -> f64 {
    (confidence * 100.0).round() / 100.0
}

/// The code as its agent reported it: that of another plugin is not hidden behind ours.
fn code<'a>(fault: &'a Fault<'_>) -> &'a str {
    fault.origin().map_or(fault.code.as_str(), |(_, code)| code)
}

fn cause(cause: &Cause<'_>, texts: &Texts) -> Json {
    let through = |code: &str| {
        let mut faults = std::iter::once(&cause.fault).chain(cause.effects.iter().map(|it| &it.fault));
        faults.find(|it| it.code == code)
    };
    let effects: Vec<Json> = cause
        .effects
        .iter()
        .map(|effect| {
            json!({
                "code": effect.fault.code,
                "findings": effect.fault.ids(),
                "through": effect.through,
                "why": through(&effect.through).map(|it| texts.why(it)),
            })
        })
        .collect();
    let mut json = json!({
        "code": code(&cause.fault),
        "title": capital(&texts.title(&cause.fault)),
        "severity": actions::level(cause.fault.severity),
        "confidence": rounded(cause.fault.confidence),
        "findings": cause.fault.ids(),
        "consequences": effects,
    });
    if let (Some((agent, _)), Some(members)) = (cause.fault.origin(), json.as_object_mut()) {
        members.insert("agent".to_owned(), json!(agent));
    }
    json
}

/// All structured outputs as one JSON object.
pub(crate) fn write(
    causes: &[Cause<'_>],
    plan: &[Action],
    ruled_out: &[RuledOut],
    extent: &Extent,
    summary: &str,
    texts: &Texts,
) -> String {
    let areas: Vec<String> = causes
        .iter()
        .filter(|it| it.fault.severity >= Severity::Medium)
        .map(|it| {
            let title = capital(&texts.title(&it.fault));
            texts.plain(
                "area",
                &[
                    ("title", title.into()),
                    ("severity", texts.severity(it.fault.severity).into()),
                ],
            )
        })
        .collect();
    let ruled_out: Vec<Json> = ruled_out
        .iter()
        .map(|it| json!({"code": it.code, "title": capital(&texts.title_of(it.code)), "why": it.why, "findings": it.findings}))
        .collect();
    let mut extras = Map::new();
    extras.insert("summary".to_owned(), json!(summary));
    extras.insert(
        "root_causes".to_owned(),
        causes.iter().map(|it| cause(it, texts)).collect(),
    );
    extras.insert("actions".to_owned(), actions::json(plan));
    extras.insert("ruled_out".to_owned(), json!(ruled_out));
    extras.insert("not_examined".to_owned(), extent.not_examined());
    extras.insert("agents_failed".to_owned(), extent.agents_failed());
    extras.insert("optimization_areas".to_owned(), json!(areas));
    extras.insert("constraints".to_owned(), json!(extent.constraints));
    Json::Object(extras).to_string()
}
