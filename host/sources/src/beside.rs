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
    Bundle, Component, Policy, Proofs, Signatures, SourceError, Sources,
    http::{LARGEST_DOCUMENT, body, of_document, refused, without_query},
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

/// What lies beside a component at an address.
pub(crate) struct Beside {
    pub(crate) proofs: Proofs,
    /// Why something that might have vouched for it, too, is not to be had.
    pub(crate) denied: Option<SourceError>,
}

/// The answer to a question for one file.
enum Found {
    /// The file, and where it was.
    Bytes(Vec<u8>, String),
    /// The server gives it to nobody, or not to us.
    Denied(SourceError),
    Nothing,
}

impl Proofs {
    /// What lies beside a file and counts, with a bundle of so many bytes at most.
    ///
    /// # Errors
    /// It is broken, or too large, or cannot be read.
    pub fn beside(file: &Path, policy: &Policy, max_bundle: u64) -> Result<Self, SourceError> {
        let mut bundles = Vec::new();
        if let Some(identities) = &policy.identities
            && let Some(bundle) = Sources::bundle_of(file, max_bundle)?
        {
            identities.is_bundle(&bundle)?;
            bundles.push(bundle);
        }
        Ok(Self {
            signatures: Sources::signatures_of(file)?,
            bundles,
            manifest: None,
        })
    }
}

impl Sources {
    /// What lies beside a component at an address and counts.
    pub(crate) async fn proofs_at(&self, url: &Url) -> Result<Beside, SourceError> {
        let mut denied = None;
        let mut found = |it: Found| match it {
            Found::Bytes(bytes, place) => Some((bytes, place)),
            Found::Denied(error) => {
                denied = denied.take().or(Some(error));
                None
            }
            Found::Nothing => None,
        };
        let signatures = match found(
            self.beside(url, SIGNATURES, LARGEST_DOCUMENT)
                .await
                .map_err(of_document)?,
        ) {
            Some((text, place)) => Some(Signatures::parse(&String::from_utf8_lossy(&text), &place)?),
            None => None,
        };
        let mut bundles = Vec::new();
        let limit = self.config.max_bundle;
        if let Some(identities) = &self.config.policy.identities {
            let answer = match self.beside(url, BUNDLE, limit).await {
                Err(SourceError::TooLarge { address: place, limit }) => {
                    return Err(SourceError::BundleTooLarge { place, limit });
                }
                other => other?,
            };
            if let Some((text, place)) = found(answer) {
                let bundle = Bundle::new(text, &place, limit)?;
                identities.is_bundle(&bundle)?;
                bundles.push(bundle);
            }
        }
        let proofs = Proofs {
            signatures,
            bundles,
            manifest: None,
        };
        Ok(Beside { proofs, denied })
    }

    /// What lies beside a component at an address; nothing where the server says that there is nothing. Stores
    /// that list nothing to strangers refuse what is not there: that holds up nobody whom something else vouches
    /// to, or who asks for no signature. Any other answer says nothing of it, and is an error.
    async fn beside(&self, url: &Url, suffix: &str, limit: u64) -> Result<Found, SourceError> {
        let mut place = url.clone();
        // Before a query, which may hold a token.
        place.set_path(&format!("{}{suffix}", url.path()));
        let address = place.to_string();
        let response = self.send_any(self.client.get(place), &address).await?;
        let status = response.status();
        if status == StatusCode::NOT_FOUND {
            return Ok(Found::Nothing);
        }
        if status.is_client_error() && !self.config.policy.require {
            tracing::warn!(
                status = status.as_u16(),
                component = without_query(url),
                "its signatures cannot be had; none is required, and it counts as unsigned"
            );
            return Ok(Found::Nothing);
        }
        if !status.is_success() {
            let error = refused(response, &address).await;
            return if status.is_client_error() {
                Ok(Found::Denied(error))
            } else {
                Err(error)
            };
        }
        let bytes = body(response, &address, limit).await?;
        Ok(Found::Bytes(bytes, address))
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
    /// that came with it. Those of what lay there before go; a bundle of the same bytes stays where none came.
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
        let is_same = fs::read(file).is_ok_and(|it| it == component.bytes);
        // First: where the bytes cannot be written, what lies there keeps its signatures.
        write_whole(file, &component.bytes).map_err(unwritable(file.to_owned()))?;
        match &component.signatures {
            Some(signatures) => Self::write_signatures(file, signatures).map(drop)?,
            None => remove(named(file, SIGNATURES))?,
        }
        let place = named(file, BUNDLE);
        match &component.bundle {
            Some(bundle) => write_whole(&place, bundle.text.as_bytes()).map_err(unwritable(place)),
            None if is_same => Ok(()),
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
