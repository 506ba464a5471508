//! The section `[tls]`.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::{ConfigError, load::Checker};

/// The server's own certificate. Without one it speaks plain HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsConfig {
    /// The chain, in PEM, the server's own first.
    pub certificate: PathBuf,
    /// Its key, in PEM.
    pub key: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawTls {
    certificate: String,
    key: String,
}

pub(crate) fn tls(checker: &Checker<'_>, raw: &RawTls) -> Result<Option<TlsConfig>, ConfigError> {
    let path = |it: &str| checker.path(Path::new(it));
    match (raw.certificate.as_str(), raw.key.as_str()) {
        ("", "") => Ok(None),
        (_, "") => Err(checker.wrong("tls.key", "nothing", "the key of `certificate`")),
        ("", _) => Err(checker.wrong("tls.certificate", "nothing", "the certificate of `key`")),
        (certificate, key) => Ok(Some(TlsConfig {
            certificate: path(certificate),
            key: path(key),
        })),
    }
}
