//! What lies beside a component: `NAME.wasm.sig` has its signatures, `NAME.wasm.sigstore.json` a Sigstore
//! bundle, in a folder as at an address.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read as _},
    path::{Path, PathBuf},
};

use reqwest::StatusCode;
use url::Url;

use crate::{
    Bundle, Component, Proofs, Signatures, SourceError, Sources,
    http::{LARGEST_DOCUMENT, body, refused, without_query},
    lock::write_whole,
};

/// What the names of files that vouch for another have behind its name.
pub const BESIDE: [&str; 2] = [SIGNATURES, BUNDLE];
const SIGNATURES: &str = ".sig";
const BUNDLE: &str = ".sigstore.json";

/// The file with more in its name.
fn named(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

impl Sources {
    /// What lies beside a file and counts.
    pub(crate) fn proofs_of(&self, file: &Path) -> Result<Proofs, SourceError> {
        Ok(Proofs {
            signatures: Self::signatures_of(file)?,
            bundles: match self.config.policy.identities {
                Some(_) => Self::bundle_of(file, self.config.max_bundle)?.into_iter().collect(),
                None => Vec::new(),
            },
            manifest: None,
        })
    }

    /// What lies beside a component at an address and counts.
    pub(crate) async fn proofs_at(&self, url: &Url) -> Result<Proofs, SourceError> {
        let signatures = match self.beside(url, SIGNATURES, LARGEST_DOCUMENT).await? {
            Some((text, place)) => Some(Signatures::parse(&String::from_utf8_lossy(&text), &place)?),
            None => None,
        };
        let limit = self.config.max_bundle;
        let bundle = match self.config.policy.identities {
            Some(_) => match self.beside(url, BUNDLE, limit).await {
                Err(SourceError::TooLarge { address: place, limit }) => {
                    return Err(SourceError::BundleTooLarge { place, limit });
                }
                other => other?,
            },
            None => None,
        };
        let bundle = bundle
            .map(|(text, place)| Bundle::new(text, &place, limit))
            .transpose()?;
        Ok(Proofs {
            signatures,
            bundles: bundle.into_iter().collect(),
            manifest: None,
        })
    }

    /// What lies beside a component at an address; none where the server says that there is none. Any
    /// other answer says nothing of it, and is an error; but stores that list nothing to strangers refuse
    /// what is not there, which holds up nobody as long as no signature is asked for.
    async fn beside(&self, url: &Url, suffix: &str, limit: u64) -> Result<Option<(Vec<u8>, String)>, SourceError> {
        let mut place = url.clone();
        // Before a query, which may hold a token.
        place.set_path(&format!("{}{suffix}", url.path()));
        let address = place.to_string();
        let response = self.send_any(self.client.get(place), &address).await?;
        let status = response.status();
        if status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if status.is_client_error() && !self.config.policy.require {
            tracing::warn!(
                status = status.as_u16(),
                component = without_query(url),
                "its signatures cannot be had; none is required, and it counts as unsigned"
            );
            return Ok(None);
        }
        if !status.is_success() {
            return Err(refused(response, &address).await);
        }
        let bytes = body(response, &address, limit).await?;
        Ok(Some((bytes, address)))
    }

    /// The bundle that lies beside a file, of so many bytes at most.
    ///
    /// # Errors
    /// It cannot be read, or is larger.
    pub fn bundle_of(file: &Path, limit: u64) -> Result<Option<Bundle>, SourceError> {
        let place = named(file, BUNDLE);
        let mut bytes = Vec::new();
        // One more than it may have, so that a larger one is told from it.
        let read = File::open(&place).and_then(|it| it.take(limit.saturating_add(1)).read_to_end(&mut bytes));
        match read {
            Ok(_) => Bundle::new(bytes, &place.display().to_string(), limit).map(Some),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SourceError::Unreadable {
                file: place,
                reason: error.to_string(),
            }),
        }
    }

    /// The signatures that lie beside a file.
    ///
    /// # Errors
    /// They are none.
    pub fn signatures_of(file: &Path) -> Result<Option<Signatures>, SourceError> {
        let place = named(file, SIGNATURES);
        match fs::read_to_string(&place) {
            Ok(text) => Signatures::parse(&text, &place.display().to_string()).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// Writes signatures beside a file.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write_signatures(file: &Path, signatures: &Signatures) -> Result<PathBuf, SourceError> {
        let place = named(file, SIGNATURES);
        write_whole(&place, format!("{}\n", signatures.text()).as_bytes()).map_err(|error| {
            SourceError::Unwritable {
                file: place.clone(),
                reason: error.to_string(),
            }
        })?;
        Ok(place)
    }

    /// Puts a fetched component beside others, as a whole or not at all, with the signatures and the bundle
    /// that came with it. Those of what lay there before go.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn write_component(file: &Path, component: &Component) -> Result<(), SourceError> {
        let unwritable = |file: PathBuf| {
            |error: std::io::Error| SourceError::Unwritable {
                file,
                reason: error.to_string(),
            }
        };
        // First: where the bytes cannot be written, what lies there keeps its signatures.
        write_whole(file, &component.bytes).map_err(unwritable(file.to_owned()))?;
        match &component.signatures {
            Some(signatures) => Self::write_signatures(file, signatures).map(drop)?,
            None => remove(named(file, SIGNATURES))?,
        }
        let place = named(file, BUNDLE);
        match &component.bundle {
            Some(bundle) => write_whole(&place, bundle.text.as_bytes()).map_err(unwritable(place)),
            None => remove(place),
        }
    }
}

fn remove(file: PathBuf) -> Result<(), SourceError> {
    match fs::remove_file(&file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(SourceError::Unwritable {
            file,
            reason: error.to_string(),
        }),
        _ => Ok(()),
    }
}
