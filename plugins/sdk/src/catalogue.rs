//! Message catalogues in the Fluent format, one per language.

use std::borrow::Cow;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::{Arg, Language};

/// The four texts of a finding.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// What is wrong.
    pub description: String,
    /// What shows it.
    pub evidence: String,
    /// What to do.
    pub action: String,
    /// Why it helps and how to tell.
    pub rationale: String,
}

/// A plugin's texts: one Fluent source per language.
///
/// A finding's message has the attributes `description`, `evidence`, `action` and
/// `rationale`; other messages are plain. Only the messages that an analysis uses are parsed,
/// since a fresh instance serves each request.
#[derive(Debug, Clone, Copy)]
pub struct Catalogue {
    /// The Fluent source in English.
    pub english: &'static str,
    /// The Fluent source in French.
    pub french: &'static str,
}

impl Catalogue {
    /// A plain message. A message that does not exist gives its id, so that nothing is lost.
    #[must_use]
    pub fn text(&self, language: Language, id: &str, args: &[(&str, Arg)]) -> String {
        self.with_bundle(language, id, |bundle| {
            let pattern = bundle.get_message(id)?.value()?;
            Some(format(bundle, pattern, language, args))
        })
        .unwrap_or_else(|| id.to_owned())
    }

    /// The four texts of a finding.
    #[must_use]
    pub fn finding(&self, language: Language, id: &str, args: &[(&str, Arg)]) -> Texts {
        self.with_bundle(language, id, |bundle| {
            let message = bundle.get_message(id)?;
            let attribute = |name: &str| {
                message
                    .get_attribute(name)
                    .map(|attribute| format(bundle, attribute.value(), language, args))
                    .unwrap_or_default()
            };
            Some(Texts {
                description: attribute("description"),
                evidence: attribute("evidence"),
                action: attribute("action"),
                rationale: attribute("rationale"),
            })
        })
        .unwrap_or_else(|| Texts {
            description: id.to_owned(),
            ..Texts::default()
        })
    }

    /// The ids of all messages of one language, in the order of the source.
    #[must_use]
    pub fn ids(&self, language: Language) -> Vec<&'static str> {
        entries(self.source(language)).map(|(id, _)| id).collect()
    }

    fn source(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::French => self.french,
        }
    }

    fn with_bundle<T>(
        &self,
        language: Language,
        id: &str,
        then: impl Fn(&FluentBundle<FluentResource>) -> Option<T>,
    ) -> Option<T> {
        // A language that lacks a text falls back to English rather than to an id.
        for language in [language, Language::English] {
            let Some((_, source)) = entries(self.source(language)).find(|(name, _)| *name == id) else {
                continue;
            };
            let Ok(resource) = FluentResource::try_new(source.to_owned()) else {
                continue;
            };
            let tag: LanguageIdentifier = language.tag().parse().unwrap_or_default();
            let mut bundle = FluentBundle::new(vec![tag]);
            bundle.set_use_isolating(false);
            if bundle.add_resource(resource).is_err() {
                continue;
            }
            if let Some(found) = then(&bundle) {
                return Some(found);
            }
        }
        None
    }
}

fn format(
    bundle: &FluentBundle<FluentResource>,
    pattern: &fluent_syntax::ast::Pattern<&str>,
    language: Language,
    args: &[(&str, Arg)],
) -> String {
    let mut values = FluentArgs::with_capacity(args.len());
    for (name, arg) in args {
        values.set(Cow::Owned((*name).to_owned()), arg.value(language));
    }
    let mut errors = Vec::new();
    bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned()
}

impl Arg {
    fn value(&self, language: Language) -> FluentValue<'static> {
        match self {
            Self::Count(count) => FluentValue::from(*count),
            Self::Number(number) => FluentValue::from(language.number(*number)),
            Self::Share(share) => FluentValue::from(language.percent(*share)),
            Self::Text(text) => FluentValue::from(text.clone()),
        }
    }
}

/// Splits a Fluent source into its entries. An entry starts at the first column; everything
/// that continues it is indented (Fluent syntax 1.0, section "Patterns").
fn entries(source: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut rest = source;
    std::iter::from_fn(move || {
        loop {
            if rest.is_empty() {
                return None;
            }
            let end = rest
                .match_indices('\n')
                .map(|(at, _)| at + 1)
                .find(|at| {
                    rest.get(*at..)
                        .is_some_and(|next| next.starts_with(|c: char| c.is_ascii_alphabetic()))
                })
                .unwrap_or(rest.len());
            let (entry, tail) = rest.split_at(end);
            rest = tail;
            if entry.starts_with(|c: char| c.is_ascii_alphabetic())
                && let Some((id, _)) = entry.split_once('=')
            {
                return Some((id.trim_end(), entry));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CATALOGUE: Catalogue = Catalogue {
        english: "# a comment\nhello = Hello { $name }\n\ntraining-overfitting =\n    .description = Loss rises.\n    .evidence = { $epochs ->\n        [one] one epoch\n       *[other] { $epochs } epochs\n    } at { $loss }\n    .action = Stop.\n    .rationale = Because.\n",
        french: "training-overfitting =\n    .description = La perte monte.\n    .evidence = { $epochs } époques à { $loss }\n    .action = Arrêter.\n    .rationale = Parce que.\n",
    };

    #[test]
    fn a_finding_has_four_texts_with_plurals_and_local_numbers() {
        let args = [("epochs", Arg::Count(1)), ("loss", Arg::Number(0.5))];
        assert_eq!(
            CATALOGUE
                .finding(Language::English, "training-overfitting", &args)
                .evidence,
            "one epoch at 0.5"
        );
        let args = [("epochs", Arg::Count(3)), ("loss", Arg::Number(0.5))];
        assert_eq!(
            CATALOGUE
                .finding(Language::English, "training-overfitting", &args)
                .evidence,
            "3 epochs at 0.5"
        );
        assert_eq!(
            CATALOGUE
                .finding(Language::French, "training-overfitting", &args)
                .evidence,
            "3 époques à 0,5"
        );
    }

    #[test]
    fn a_text_that_french_lacks_falls_back_to_english() {
        let args = [("name", Arg::Text("you".into()))];
        assert_eq!(CATALOGUE.text(Language::French, "hello", &args), "Hello you");
        assert_eq!(CATALOGUE.text(Language::English, "nowhere", &[]), "nowhere");
    }
}
