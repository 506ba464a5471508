use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use url::Url;

use crate::{Reference, SourceError};

/// What the configuration names as a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file of this machine.
    File(PathBuf),
    /// An address; its bytes are pinned by a digest.
    Https(Url),
    /// An artifact in a registry.
    Oci(Reference),
}

impl Source {
    /// Whether a text names something else than a file.
    #[must_use]
    pub fn is_remote(text: &str) -> bool {
        ["oci://", "https://", "http://"].iter().any(|it| text.starts_with(it))
    }

    /// The file, where it is one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(file) => Some(file),
            _ => None,
        }
    }
}

impl FromStr for Source {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        let wrong = |reason: String| SourceError::NoSource {
            found: text.to_owned(),
            reason,
        };
        if let Some(reference) = text.strip_prefix("oci://") {
            return reference.parse().map(Self::Oci).map_err(wrong);
        }
        if Self::is_remote(text) {
            let url = Url::parse(text).map_err(|error| wrong(error.to_string()))?;
            if !url.username().is_empty() || url.password().is_some() {
                return Err(wrong("an address holds no credential".to_owned()));
            }
            return Ok(Self::Https(url));
        }
        Ok(Self::File(text.into()))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Https(url) => write!(f, "{url}"),
            Self::Oci(reference) => write!(f, "oci://{reference}"),
        }
    }
}
