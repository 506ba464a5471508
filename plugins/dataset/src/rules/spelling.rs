//! Classes that only the test split has: those that are new indeed, and those that training knows in another spelling
//! (case or blanks). No rule of its own: that of new labels asks it.

use deepfix_plugin::{Draft, join};
use deepfix_views::dataset::{DatasetView, Split, is_same_word};

use super::MOST_NAMES;

/// The classes that only the test split has, as far as classes have names.
#[derive(Default)]
pub(super) struct Unseen {
    fresh: Vec<String>,
    /// The name, the known one and the rows of the test split.
    respelt: Vec<(String, String, f64)>,
}

/// Reads them from the classes of both splits.
pub(super) fn unseen(view: &DatasetView) -> Unseen {
    let counts = |split: Option<&Split>| split.and_then(|it| view.class_counts(it));
    let (Some(train), Some(test)) = (counts(view.train.as_ref()), counts(view.test.as_ref())) else {
        return Unseen::default();
    };
    // Counts that were derived name one class of two at most.
    if train.sources.is_empty() || test.sources.is_empty() {
        return Unseen::default();
    }
    let mut found = Unseen::default();
    let is_known = |name: &str| train.classes.iter().any(|it| it.0 == name && it.1 > 0.0);
    for (name, rows) in test.classes.into_iter().filter(|it| it.1 > 0.0 && !is_known(&it.0)) {
        match train.classes.iter().find(|it| it.1 > 0.0 && is_same_word(&it.0, &name)) {
            Some(known) => found.respelt.push((name, known.0.clone(), rows)),
            None => found.fresh.push(name),
        }
    }
    found
}

/// What a draft of new labels says of spellings.
pub(super) trait Spelt {
    /// Takes the variant `spelling` where no class is new but in its spelling, and `otherwise` else; names both kinds
    /// apart.
    fn spelt(self, unseen: &Unseen, otherwise: Option<&str>) -> Self;
}

impl Spelt for Draft {
    fn spelt(self, unseen: &Unseen, otherwise: Option<&str>) -> Self {
        let Unseen { fresh, respelt } = unseen;
        let pair = |(name, known, rows): &(String, String, f64)| format!("'{name}' ~ '{known}' ({rows})");
        let shown: Vec<String> = respelt.iter().take(MOST_NAMES).map(pair).collect();
        let more = if respelt.len() > MOST_NAMES { ", ..." } else { "" };
        let spelling = fresh.is_empty() && !respelt.is_empty();
        let draft = match otherwise {
            _ if spelling => self.variant("spelling"),
            Some(otherwise) => self.variant(otherwise),
            None => self,
        };
        let names: Vec<&String> = match spelling {
            true => respelt.iter().map(|it| &it.0).collect(),
            false => fresh.iter().collect(),
        };
        draft
            .arg("classes", join(names.iter().copied(), MOST_NAMES))
            .arg("number", names.len())
            .arg("pairs", format!("{}{more}", shown.join(", ")))
            .arg("respelt", if respelt.is_empty() { "none" } else { "some" })
            .arg("samples", respelt.iter().map(|it| it.2).sum::<f64>() as u64)
    }
}
