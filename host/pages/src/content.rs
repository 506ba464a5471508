//! What each page shows.

use crate::{markdown, words::Words};

/// The home page.
#[derive(Debug, Default)]
pub struct Home {
    /// What uploads may be: files, and bytes together. None where there are none.
    pub uploads: Option<(usize, u64)>,
    /// Whether analyses are kept, so that there is a report to open.
    pub remembers: bool,
    /// The latest analyses.
    pub recent: Vec<Row>,
    /// Whether the report is wanted in French unless told otherwise.
    pub french: bool,
}

impl Home {
    /// Bytes for people.
    pub(crate) fn most(bytes: &u64) -> String {
        let mebibytes = bytes >> 20;
        if mebibytes >= 1024 && mebibytes.is_multiple_of(1024) {
            format!("{} GiB", mebibytes >> 10)
        } else if mebibytes > 0 {
            format!("{mebibytes} MiB")
        } else {
            format!("{} KiB", bytes.div_ceil(1024))
        }
    }
}

/// An analysis in a list.
#[derive(Debug, Default, Clone)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// When, as RFC 3339.
    pub created_at: String,
    /// What was analysed; may be empty.
    pub dataset_name: String,
    /// `high`, `medium`, `low` or `none`.
    pub severity: String,
    /// How many findings the reasoner has.
    pub findings: i64,
    /// Agents without a result.
    pub failed_agents: i64,
    /// The response's summary.
    pub summary: String,
}

impl Row {
    /// To the minute, for people.
    pub(crate) fn when(&self) -> String {
        let text = self.created_at.get(..16).unwrap_or(&self.created_at);
        format!("{} UTC", text.replacen('T', " ", 1))
    }

    /// The first sentence of the summary: of a list nobody reads more.
    pub(crate) fn brief(&self) -> String {
        const MOST: usize = 240;
        let end = self.summary.find(". ").map_or(self.summary.len(), |at| at + 1);
        let sentence = self.summary.get(..end).unwrap_or(&self.summary);
        if sentence.chars().count() <= MOST {
            return sentence.to_owned();
        }
        sentence.chars().take(MOST).chain(['…']).collect()
    }

    pub(crate) fn title<'a>(&'a self, words: &'a Words) -> &'a str {
        if self.dataset_name.is_empty() {
            words.unnamed
        } else {
            &self.dataset_name
        }
    }
}

/// The list of analyses.
#[derive(Debug, Default)]
pub struct List {
    /// A page of them.
    pub rows: Vec<Row>,
    /// Whether analyses are kept at all.
    pub remembers: bool,
    /// What was searched for.
    pub dataset: String,
    /// The fault code that was searched for.
    pub code: String,
    /// The least severity that was searched for.
    pub severity: String,
    /// What the next page begins after.
    pub next: Option<String>,
    /// Whether this is not the first page.
    pub is_later: bool,
}

/// Two analyses beside each other.
#[derive(Debug, Default)]
pub struct Compare {
    /// The one.
    pub before: Row,
    /// The other.
    pub after: Row,
    /// The faults of both.
    pub changes: Vec<Change>,
}

/// Faults that changed alike.
pub(crate) struct Group<'a> {
    pub(crate) kind: &'static str,
    pub(crate) word: &'static str,
    pub(crate) columns: Vec<&'static str>,
    pub(crate) changes: Vec<&'a Change>,
}

impl Compare {
    pub(crate) fn pair(&self, words: &Words) -> [(&'static str, &Row); 2] {
        [(words.before, &self.before), (words.after, &self.after)]
    }

    pub(crate) fn groups(&self, words: &Words) -> Vec<Group<'_>> {
        let (before, after) = (words.before, words.after);
        let kinds = [
            ("new", words.new, vec![after]),
            ("changed", words.changed, vec![before, after]),
            ("gone", words.gone, vec![before]),
            ("same", words.same, vec![before, after]),
        ];
        let group = |(kind, word, columns)| Group {
            kind,
            word,
            columns,
            changes: self.changes.iter().filter(|it| it.change == kind).collect(),
        };
        kinds
            .into_iter()
            .map(group)
            .filter(|it| !it.changes.is_empty())
            .collect()
    }
}

/// A fault in one or both of two analyses.
#[derive(Debug, Default, Clone)]
pub struct Change {
    /// Its code.
    pub code: String,
    /// `new`, `changed`, `gone` or `same`.
    pub change: &'static str,
    /// How it was.
    pub before: Option<State>,
    /// How it is.
    pub after: Option<State>,
}

impl Change {
    /// Those that its table has columns for.
    pub(crate) fn states(&self) -> Vec<&State> {
        self.before.iter().chain(&self.after).collect()
    }
}

/// The worst finding of a code.
#[derive(Debug, Default, Clone)]
pub struct State {
    /// Its severity.
    pub severity: String,
    /// In percent.
    pub confidence: u32,
    /// What it says.
    pub description: String,
    /// How many findings have the code.
    pub count: usize,
}

/// The agents.
#[derive(Debug, Default)]
pub struct Agents {
    /// Each of them.
    pub agents: Vec<Agent>,
    /// Components that were refused, with the reason.
    pub refused: Vec<(String, String)>,
    /// What is wrong with the configuration.
    pub error: Option<String>,
    /// How often agents were swapped since the start.
    pub swaps: u64,
}

/// One agent.
#[derive(Debug, Default)]
pub struct Agent {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether it is the reasoner.
    pub is_reasoner: bool,
    /// What it looks at.
    pub summary: String,
    /// Artifacts that it may read.
    pub reads: Vec<String>,
    /// Capabilities that it may use.
    pub uses: Vec<String>,
    /// Codes that it can report.
    pub codes: Vec<String>,
    /// The component's file name and the start of its digest.
    pub component: String,
    /// Who signed it.
    pub signed_by: Option<String>,
    /// Its memory, for people.
    pub memory: String,
    /// Its wall time, for people.
    pub wall: String,
    /// What it did since the start.
    pub counts: Counts,
}

/// What an agent did since the start of the server.
#[derive(Debug, Default, Clone)]
pub struct Counts {
    /// How often it ran.
    pub runs: u64,
    /// How often it failed.
    pub failed: u64,
    /// Why, and how often each.
    pub reasons: Vec<(String, u64)>,
}

impl Agent {
    /// The class of its card, that of its state, and the word.
    pub(crate) fn state(&self, words: &Words) -> (&'static str, &'static str, &'static str) {
        if self.counts.runs == 0 {
            ("resting", "none", words.resting_agent)
        } else if self.counts.failed == 0 {
            ("none", "good", words.healthy_agent)
        } else if self.counts.failed < self.counts.runs {
            ("medium", "some", words.ailing_agent)
        } else {
            ("high", "bad", words.ailing_agent)
        }
    }
}

/// The knowledge base.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// What was searched for.
    pub question: String,
    /// In which domain.
    pub domain: String,
    /// About which code.
    pub code: String,
    /// All domains.
    pub domains: Vec<String>,
    /// What was found; none before a search.
    pub passages: Option<Vec<Passage>>,
}

/// A passage.
#[derive(Debug, Default)]
pub struct Passage {
    /// What recommendations cite.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its text, as Markdown.
    pub text: String,
    /// Its domain.
    pub domain: String,
    /// Fault codes that it is about.
    pub codes: Vec<String>,
    /// Where it comes from.
    pub source: String,
    /// Where to read that.
    pub url: String,
}

impl Passage {
    pub(crate) fn html(&self) -> String {
        markdown::rendered(&self.text)
    }

    pub(crate) fn is_linked(&self) -> bool {
        self.url.starts_with("https://") || self.url.starts_with("http://")
    }
}

/// The form to sign in with.
#[derive(Debug, Default)]
pub struct SignIn {
    /// Why it is shown, where a key was tried.
    pub why: String,
    /// Where to go afterwards: a path of this server.
    pub next: String,
    /// Whether the browser came from another site, and so left out its cookie: then going on is enough.
    pub go_on: bool,
    /// Whether an identity provider can be gone to.
    pub provider: bool,
    /// Whether it is over: what remains is to go on.
    pub done: bool,
}

/// What went wrong.
#[derive(Debug, Default)]
pub struct Trouble {
    /// The HTTP status.
    pub status: u16,
    /// One line.
    pub title: String,
    /// What happened.
    pub detail: String,
    /// What was found.
    pub found: Option<String>,
    /// What was expected.
    pub expected: Option<String>,
    /// The request's id.
    pub request_id: Option<String>,
}
