use serde_json::{Value as Json, json};

use super::Which;

/// The result of one check.
pub(super) struct Item {
    check: &'static str,
    which: Option<Which>,
    summary: &'static str,
    params: Json,
    value: Json,
    conditions: Vec<Json>,
    note: Option<String>,
}

impl Item {
    /// A check that ran.
    pub(super) fn new(check: &'static str, which: Option<Which>, summary: &'static str, value: Json) -> Self {
        Self {
            check,
            which,
            summary,
            params: json!({}),
            value,
            conditions: Vec::new(),
            note: None,
        }
    }

    /// A check that could not run, and why.
    pub(super) fn idle(check: &'static str, which: Option<Which>, summary: &'static str, why: &str) -> Self {
        Self {
            note: Some(why.to_owned()),
            ..Self::new(check, which, summary, Json::Null)
        }
    }

    /// What it was computed with.
    pub(super) fn params(mut self, params: Json) -> Self {
        self.params = params;
        self
    }

    pub(super) fn with_value(mut self, value: Json) -> Self {
        self.value = value;
        self
    }

    /// What the user should know of the value.
    pub(super) fn note(mut self, note: String) -> Self {
        self.note = Some(note);
        self
    }

    /// A demand, whether it is met, and what was found.
    pub(super) fn condition(self, met: bool, demand: &str, found: String) -> Self {
        self.judged(if met { "PASS" } else { "FAIL" }, demand, found)
    }

    /// A demand of which it cannot be told whether it is met, and why. What is not looked at does not pass.
    pub(super) fn unknown(mut self, demand: &str, why: String) -> Self {
        self.note = Some(why.clone());
        self.judged("ERROR", demand, why)
    }

    fn judged(mut self, status: &str, demand: &str, found: String) -> Self {
        let members = [
            ("status", json!(status)),
            ("condition", json!(demand)),
            ("more_info", Json::String(found)),
        ];
        self.conditions
            .push(members.into_iter().map(|(key, it)| (key.to_owned(), it)).collect());
        self
    }

    pub(super) fn into_json(self) -> Json {
        let header = match self.which {
            Some(which) => format!("{} - {} Dataset", self.check, which.name()),
            None => self.check.to_owned(),
        };
        json!({
            "header": header,
            "result": {
                "check": self.check,
                "params": self.params,
                "summary": self.summary,
                "value": self.value,
                "conditions_results": self.conditions,
                "display_text": self.note,
            },
        })
    }
}

/// A share as people read it.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        it if it == 0.0 || it >= 10.0 => format!("{it:.0}%"),
        it => format!("{it:.2}%"),
    }
}

/// `{'name': 'value', ...}`, of at most so many.
pub(super) fn listed<'a>(pairs: impl Iterator<Item = (&'a str, String)>) -> String {
    const SHOWN: usize = 10;
    let all: Vec<String> = pairs.map(|(name, value)| format!("'{name}': '{value}'")).collect();
    let more = if all.len() > SHOWN { ", ..." } else { "" };
    format!(
        "{{{}{more}}}",
        all.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ")
    )
}
