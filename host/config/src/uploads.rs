//! The section `[uploads]`: files that people hand over in a browser.

use deepfix_core::deserialize_bytes as size;
use serde::Deserialize;

use crate::{ConfigError, load::Checker};

/// What one upload may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadsConfig {
    /// All its files together, in bytes.
    pub max_size: u64,
    /// How many files.
    pub max_files: usize,
    /// How many uploads at once; each may fill `max_size` on the disk.
    pub max_at_once: usize,
}

impl Default for UploadsConfig {
    fn default() -> Self {
        Self {
            // A model of some million parameters with its logs; larger ones are read where they lie.
            max_size: 256 << 20,
            // The folder of a long training: a file for each metric and parameter.
            max_files: 2_000,
            max_at_once: 4,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawUploads {
    #[serde(deserialize_with = "size")]
    max_size: Option<u64>,
    max_files: Option<usize>,
    max_at_once: Option<usize>,
}

pub(crate) fn check(checker: &Checker<'_>, raw: &RawUploads) -> Result<UploadsConfig, ConfigError> {
    let default = UploadsConfig::default();
    Ok(UploadsConfig {
        max_size: raw.max_size.unwrap_or(default.max_size),
        max_files: checker.at_least_one("uploads.max_files", raw.max_files.unwrap_or(default.max_files))?,
        max_at_once: checker.at_least_one("uploads.max_at_once", raw.max_at_once.unwrap_or(default.max_at_once))?,
    })
}
