//! Whether a source can be opened, is a primary one, and is cited in full.

use super::ProblemKind;
use crate::document::Source;

/// Hosts of encyclopaedias, question-and-answer sites, blogs and course notes: they may be right,
/// but repeat what a paper or a manual says. Subdomains are meant too.
const SECONDARY: &[&str] = &[
    "analyticsvidhya.com",
    "blogspot.com",
    "chatgpt.com",
    "datacamp.com",
    "geeksforgeeks.org",
    "kaggle.com",
    "kdnuggets.com",
    "linkedin.com",
    "machinelearningmastery.com",
    "medium.com",
    "quora.com",
    "reddit.com",
    "stackexchange.com",
    "stackoverflow.com",
    "substack.com",
    "towardsdatascience.com",
    "w3schools.com",
    "wikipedia.org",
    "wordpress.com",
    "youtube.com",
];

/// Hosts of papers, which are cited with their year.
const PAPERS: &[&str] = &[
    "aclanthology.org",
    "arxiv.org",
    "doi.org",
    "jmlr.org",
    "openreview.net",
    "proceedings.mlr.press",
    "proceedings.neurips.cc",
];

/// What is wrong with a source.
pub(super) fn problems(source: &Source) -> Option<ProblemKind> {
    let url = source.url.clone();
    let Some(host) = https_host(&source.url) else {
        return Some(ProblemKind::SourceNotHttps { url });
    };
    let is_at = |names: &[&str]| {
        names.iter().any(|name| {
            host.strip_suffix(name)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    };
    if is_at(SECONDARY) {
        let host = host.to_owned();
        return Some(ProblemKind::SecondarySource { url, host });
    }
    (is_at(PAPERS) && !has_year(&source.title)).then(|| ProblemKind::PaperWithoutYear {
        title: source.title.clone(),
    })
}

fn https_host(url: &str) -> Option<&str> {
    if url.contains(|character: char| character.is_whitespace() || character.is_control()) {
        return None;
    }
    let host = url.strip_prefix("https://")?.split(['/', '?', '#']).next()?;
    (!host.is_empty()).then_some(host)
}

/// Four digits that a year of a paper can have.
fn has_year(title: &str) -> bool {
    title
        .split(|character: char| !character.is_ascii_digit())
        .any(|digits| digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20")))
}
