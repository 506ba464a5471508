//! Prompt templates: built in, each replaced by a file of the same name in `[llm] prompts`.

use std::{collections::BTreeMap, path::Path};

use crate::{SetupError, chain};

/// Bytes of a template. The built-in ones have 1 kB.
const MAX_TEMPLATE: u64 = 16 << 10;

/// A template by its use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Prompt {
    /// What an analyzer asks; filled in by the agent.
    Analyzer,
    /// What the reasoner asks; filled in by the agent.
    Reasoner,
    /// Translates the texts of a response.
    Translate,
    /// Asks for a correct answer.
    Repair,
    /// Says in words what the schema is.
    Schema,
}

impl Prompt {
    const ALL: [Self; 5] = [
        Self::Analyzer,
        Self::Reasoner,
        Self::Translate,
        Self::Repair,
        Self::Schema,
    ];

    fn file(self) -> &'static str {
        match self {
            Self::Analyzer => "analyzer.md",
            Self::Reasoner => "reasoner.md",
            Self::Translate => "translate.md",
            Self::Repair => "repair.md",
            Self::Schema => "schema.md",
        }
    }

    fn built_in(self) -> &'static str {
        match self {
            Self::Analyzer => include_str!("../prompts/analyzer.md"),
            Self::Reasoner => include_str!("../prompts/reasoner.md"),
            Self::Translate => include_str!("../prompts/translate.md"),
            Self::Repair => include_str!("../prompts/repair.md"),
            Self::Schema => include_str!("../prompts/schema.md"),
        }
    }

    /// What may stand in double braces.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Analyzer => &["agent", "focus", "language"],
            Self::Reasoner => &["agent", "language"],
            Self::Translate => &["language"],
            Self::Repair => &["problems"],
            Self::Schema => &["schema"],
        }
    }
}

/// All templates.
#[derive(Debug, Clone)]
pub(crate) struct Prompts(BTreeMap<Prompt, String>);

impl Prompts {
    pub(crate) fn load(folder: Option<&Path>) -> Result<Self, SetupError> {
        let mut templates: BTreeMap<_, _> = Prompt::ALL
            .into_iter()
            .map(|it| (it, it.built_in().to_owned()))
            .collect();
        let Some(folder) = folder else {
            return Ok(Self(templates));
        };
        let wrong = |what: String| SetupError::new("prompts", format!("{}: {what}", folder.display()));
        for entry in std::fs::read_dir(folder).map_err(|error| wrong(error.to_string()))? {
            let entry = entry.map_err(|error| wrong(error.to_string()))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.ends_with(".md") {
                continue;
            }
            let Some(prompt) = Prompt::ALL.into_iter().find(|it| it.file() == name) else {
                let known = Prompt::ALL.map(Prompt::file).join(", ");
                return Err(wrong(format!("found {name}, expected some of {known}")));
            };
            let size = entry.metadata().map_or(0, |it| it.len());
            if size > MAX_TEMPLATE {
                return Err(wrong(format!(
                    "{name} has {size} bytes, expected at most {MAX_TEMPLATE}"
                )));
            }
            let text = std::fs::read_to_string(entry.path()).map_err(|error| wrong(format!("{name}: {error}")))?;
            check(prompt, &text).map_err(|error| wrong(format!("{name}: {error}")))?;
            templates.insert(prompt, text);
        }
        Ok(Self(templates))
    }

    pub(crate) fn text(&self, prompt: Prompt) -> &str {
        self.0.get(&prompt).map_or_else(|| prompt.built_in(), String::as_str)
    }
}

/// A template holds its known names and nothing else in braces: agents fill in theirs without a
/// template engine, and a mistake shows at the start rather than in a call.
fn check(prompt: Prompt, text: &str) -> Result<(), String> {
    let mut plain = text.to_owned();
    for name in prompt.names() {
        plain = plain.replace(&format!("{{{{ {name} }}}}"), "");
    }
    if ["{{", "}}", "{%", "{#"].iter().any(|it| plain.contains(it)) {
        let names: Vec<_> = prompt.names().iter().map(|it| format!("`{{{{ {it} }}}}`")).collect();
        return Err(format!("braces hold something else than {}", names.join(", ")));
    }
    let parameters: Vec<_> = prompt.names().iter().map(|it| (*it, "x")).collect();
    chain::render(text, &parameters).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_templates_are_fine() {
        for prompt in Prompt::ALL {
            check(prompt, prompt.built_in()).unwrap();
        }
    }

    #[test]
    fn a_file_replaces_the_template_of_its_name() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("translate.md"), "Into {{ language }}!").unwrap();
        std::fs::write(folder.path().join("notes.txt"), "ignored").unwrap();
        let prompts = Prompts::load(Some(folder.path())).unwrap();
        assert_eq!(prompts.text(Prompt::Translate), "Into {{ language }}!");
        assert_eq!(prompts.text(Prompt::Repair), Prompt::Repair.built_in());
    }

    #[test]
    fn a_wrong_template_is_an_error_that_names_the_file() {
        for (name, text) in [
            ("translate.md", "{{ lang }}"),
            ("repair.md", "{% include \"x\" %}"),
            ("other.md", "fine"),
        ] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(name), text).unwrap();
            let error = Prompts::load(Some(folder.path())).unwrap_err().to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
