use std::{fmt, str::FromStr};

use crate::digest::is_sha256;

/// An artifact in a registry: `HOST/NAME:TAG` or `HOST/NAME@sha256:DIGEST`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Host and perhaps port.
    pub registry: String,
    /// The repository's name.
    pub repository: String,
    /// A tag, or `sha256:` and a digest of a manifest.
    pub version: String,
}

impl Reference {
    /// Whether it names a digest, which is always the same bytes.
    #[must_use]
    pub fn is_digest(&self) -> bool {
        self.version.starts_with("sha256:")
    }

    /// The same repository at another tag or digest.
    #[must_use]
    pub fn at(&self, version: &str) -> Self {
        Self {
            version: version.to_owned(),
            ..self.clone()
        }
    }
}

impl FromStr for Reference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let form = || format!("found `{text}`, expected `HOST/NAME:TAG` or `HOST/NAME@sha256:DIGEST`");
        let (registry, rest) = text.split_once('/').ok_or_else(form)?;
        let (repository, version) = match rest.split_once('@') {
            Some((name, digest)) if digest.strip_prefix("sha256:").is_some_and(is_sha256) => (name, digest),
            Some(_) => return Err(form()),
            None => rest.rsplit_once(':').ok_or_else(form)?,
        };
        // As the distribution specification writes them; nothing that would change the address.
        let name = |text: &str| {
            !text.is_empty()
                && text.split('/').all(|part| {
                    part.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
                        && part
                            .bytes()
                            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || b"._-".contains(&it))
                })
        };
        let tag = |text: &str| {
            (1..=128).contains(&text.len())
                && text
                    .bytes()
                    .all(|it| it.is_ascii_alphanumeric() || b"._-".contains(&it))
                && !text.starts_with(['.', '-'])
        };
        let host = !registry.is_empty()
            && registry
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || b".-:[]".contains(&it));
        if !host || !name(repository) || !(version.starts_with("sha256:") || tag(version)) {
            return Err(form());
        }
        Ok(Self {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            version: version.to_owned(),
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.is_digest() { '@' } else { ':' };
        write!(f, "{}/{}{mark}{}", self.registry, self.repository, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_written() {
        let digest = format!("localhost:5000/acme/fairness@sha256:{}", "a".repeat(64));
        for text in ["localhost:5000/acme/fairness:1.0", "ghcr.io/a/b/c:latest", &digest] {
            assert_eq!(text.parse::<Reference>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_could_reach_elsewhere_is_none() {
        for text in [
            "fairness",
            "host/name",
            "host/../name:1",
            "host/name:1?x=y",
            "user@host/name:1",
            "host/name@sha256:abc",
            "host/Name:1",
            "host#/name:1",
        ] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
    }
}
