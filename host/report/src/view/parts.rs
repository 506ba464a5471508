//! What a page is made of, each part as the template shows it.

use crate::charts::Figure;

pub(crate) struct Finding {
    pub anchor: String,
    pub code: String,
    pub severity: &'static str,
    pub severity_word: &'static str,
    pub confidence: u32,
    pub is_verified: bool,
    pub is_of_model: bool,
    pub description: String,
    pub evidence: String,
    pub action: String,
    pub rationale: String,
    pub citations: Vec<(String, String)>,
    pub facts: Vec<Fact>,
    pub more_facts: usize,
    pub figures: Vec<Figure>,
    pub has_layers: bool,
    /// The root cause that says the same already.
    pub told: Option<Link>,
}

pub(crate) struct Fact {
    pub label: String,
    pub value: String,
    pub place: String,
    pub state: &'static str,
    pub mark: &'static str,
}

pub(crate) struct Cause {
    pub finding: Finding,
    pub title: String,
    pub step: Option<usize>,
    pub behind: Vec<Link>,
    pub symptoms: Vec<Symptom>,
}

pub(crate) struct Link {
    pub anchor: String,
    pub text: String,
}

pub(crate) struct Symptom {
    pub code: String,
    pub why: String,
    pub links: Vec<Link>,
}

pub(crate) struct Step {
    pub action: String,
    pub how_to_tell: String,
    pub effort: &'static str,
    pub effect: &'static str,
    pub cause: Option<Link>,
}

pub(crate) struct Group {
    pub agent: String,
    pub summary: String,
    pub findings: Vec<Finding>,
}

pub(crate) struct Remark {
    pub what: String,
    pub why: String,
    pub send: String,
}

pub(crate) struct AgentRow {
    pub name: String,
    pub status: &'static str,
    pub class: &'static str,
    pub why: String,
    pub findings: usize,
    pub time: String,
}

pub(crate) struct Citation {
    pub anchor: String,
    pub id: String,
    pub title: String,
    pub source: String,
    pub url: String,
    pub used: Vec<Link>,
}
