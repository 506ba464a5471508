//! What a plugin says of itself, held against what it is granted.

use deepfix_core::AgentDescription;

use crate::{Grants, LoadError, PluginConfig, World, contract, settings};

/// Whether a code has the form `namespace.name` in lower snake case.
fn well_formed(code: &str) -> bool {
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    code.split_once('.')
        .is_some_and(|(namespace, name)| word(namespace) && word(name))
}

/// Whether a version looks like semver: three numbers, then perhaps `-` or `+` and more.
fn is_version(version: &str) -> bool {
    let (core, more) = version
        .find(['-', '+'])
        .map_or((version, ""), |at| version.split_at(at));
    let numbers: Vec<_> = core.split('.').collect();
    numbers.len() == 3
        && numbers
            .iter()
            .all(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()))
        && more.chars().all(|c| c.is_ascii_alphanumeric() || ".-+".contains(c))
        && version.len() <= LONGEST_NAME
}

/// The namespace that an agent owns: its name in lower snake case.
pub(crate) fn own_namespace(name: &str) -> String {
    name.to_ascii_lowercase()
        .replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}

/// Names and versions stand in every response and log line.
const LONGEST_NAME: usize = 100;
/// A summary is one sentence; in any script it fits.
const LONGEST_SUMMARY: usize = 2_000;
/// The built-in analyzers have fewer than 40 each.
const MOST_CODES: usize = 1_000;

/// The start of a text that may be of any length, for a message.
fn shortened(text: &str) -> String {
    let start: String = text.chars().take(LONGEST_NAME).collect();
    if start.len() < text.len() {
        format!("{start}...")
    } else {
        start
    }
}

pub(crate) fn check(config: &PluginConfig, it: &AgentDescription) -> Result<(), LoadError> {
    let file = config.file.clone();
    let wrong = |reason: String| {
        Err(LoadError::Description {
            file: file.clone(),
            reason,
        })
    };
    let printable =
        !it.name.is_empty() && it.name.len() <= LONGEST_NAME && it.name.chars().all(|c| c.is_ascii_graphic());
    if !printable {
        return wrong(format!(
            "name {:?}, expected 1 to {LONGEST_NAME} visible ASCII characters",
            shortened(&it.name)
        ));
    }
    // An instance under a name of its own says which plugin it is one of.
    if let Some(expected) = config.plugin.as_ref().or(config.name.as_ref())
        && *expected != it.name
    {
        return Err(LoadError::WrongName {
            file,
            expected: expected.clone(),
            found: it.name.clone(),
        });
    }
    if !is_version(&it.version) {
        return wrong(format!(
            "version {:?}, expected a semantic version such as 0.1.0",
            shortened(&it.version)
        ));
    }
    if it.summary.len() > LONGEST_SUMMARY {
        return wrong(format!(
            "`summary` has {} bytes, expected one sentence",
            it.summary.len()
        ));
    }
    if it.codes.len() > MOST_CODES {
        return wrong(format!("{} codes, expected at most {MOST_CODES}", it.codes.len()));
    }
    if !contract::is_object(&it.extras) {
        return wrong("`extras` is neither empty nor a JSON object".to_owned());
    }
    if it.consumes.is_empty() && config.world == World::Analyzer {
        return wrong("`consumes` is empty, expected at least one artifact kind".to_owned());
    }
    let grants = &config.grants;
    for consumed in &it.consumes {
        if consumed.required && !grants.artifacts.contains(&consumed.kind) {
            return Err(LoadError::NotGranted {
                file,
                agent: it.name.clone(),
                what: format!("the {} artifact", consumed.kind.config_name()),
                line: grants.artifact_line(consumed.kind),
            });
        }
    }
    for request in &it.capabilities {
        if request.required && !grants.capabilities.contains(&request.capability) {
            return Err(LoadError::NotGranted {
                file,
                agent: it.name.clone(),
                what: format!("the capability {}", request.capability.config_name()),
                line: grants.capability_line(request.capability),
            });
        }
    }
    let declared = settings::declared(&it.extras).map_err(|reason| LoadError::Description {
        file: config.file.clone(),
        reason,
    })?;
    for name in &declared.secrets {
        if grants.secrets.get(name).is_none() {
            return Err(LoadError::NotGranted {
                file,
                agent: it.name.clone(),
                what: format!("the secret `{}`", shortened(name)),
                line: Grants::secret_line(&shortened(name)),
            });
        }
    }
    declared.check(&config.settings).map_err(|reason| LoadError::Settings {
        file: config.file.clone(),
        agent: it.name.clone(),
        reason,
    })?;
    let own = own_namespace(&it.name);
    for code in &it.codes {
        if !well_formed(code) {
            return wrong(format!(
                "code {:?}, expected `namespace.name` in lower snake case",
                shortened(code)
            ));
        }
        let namespace = code.split('.').next().unwrap_or_default();
        if namespace != own && !grants.namespaces.iter().any(|it| it == namespace) {
            let mut allowed = vec![own.clone()];
            allowed.extend(grants.namespaces.iter().cloned());
            return Err(LoadError::ForeignCode {
                file,
                agent: it.name.clone(),
                code: code.clone(),
                allowed: format!("`{}`", allowed.join("`, `")),
                line: grants.namespace_line(namespace),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_three_numbers() {
        assert!(is_version("0.1.0"));
        assert!(is_version("1.20.3-rc.1+build5"));
        assert!(!is_version("1.0"));
        assert!(!is_version("latest"));
        assert!(!is_version("1.0.0\n"));
        assert!(!is_version(""));
    }

    #[test]
    fn codes_are_dotted_lower_snake_case() {
        assert!(well_formed("training.lr_too_high"));
        assert!(!well_formed("training"));
        assert!(!well_formed("Training.x"));
        assert!(!well_formed("a.b.c"));
        assert!(!well_formed("a. b"));
        assert_eq!(own_namespace("acme-Fairness"), "acme_fairness");
    }
}
