use std::{fs, path::PathBuf, time::Duration};

use reqwest::{Client, redirect};
use url::Url;

use crate::{
    Bundle, Lock, Locked, Policy, Proofs, Reference, Signatures, Signer, Source, SourceError,
    digest::sha256,
    http::{body, is_private, without_query},
    oci, referrer,
    store::Store,
};

/// Registries hand blobs over to a storage service.
const MOST_REDIRECTS: usize = 3;
/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How components are fetched.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder in which what was fetched is kept.
    pub store: PathBuf,
    /// The largest component, in bytes.
    pub max_component: u64,
    /// The largest Sigstore bundle, in bytes.
    pub max_bundle: u64,
    /// How long one answer may take.
    pub timeout: Duration,
    /// Whose signatures are believed.
    pub policy: Policy,
    /// Credentials, each for one registry.
    pub credentials: Vec<Credential>,
}

/// What a registry knows us by.
#[derive(Clone)]
pub struct Credential {
    /// Host and port.
    pub registry: String,
    /// The user.
    pub username: String,
    /// Never printed.
    pub password: String,
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Credential({}@{})", self.username, self.registry)
    }
}

/// A component whose bytes are those that were pinned.
#[derive(Debug, Clone)]
pub struct Component {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their digest.
    pub sha256: String,
    /// The trusted key or identity that signed it.
    pub signed_by: Option<Signer>,
    /// All signatures that came with it.
    pub signatures: Option<Signatures>,
    /// The Sigstore bundle that came with it: the one that is believed, where one is.
    pub bundle: Option<Bundle>,
}

/// Gets components.
#[derive(Debug, Clone)]
pub struct Sources {
    pub(crate) client: Client,
    pub(crate) config: Config,
    pub(crate) store: Store,
}

impl Sources {
    /// Prepares; nothing is fetched yet.
    ///
    /// # Errors
    /// The machine has no TLS.
    pub fn new(config: Config) -> Result<Self, SourceError> {
        let client = Client::builder()
            // A credential goes to the registry that it is for, and through no proxy of the environment.
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(config.timeout)
            .redirect(redirect::Policy::custom(|attempt| {
                if attempt.previous().len() > MOST_REDIRECTS {
                    attempt.error("too many redirects")
                } else if is_private(attempt.url()) {
                    attempt.follow()
                } else {
                    attempt.error("a redirect to plain http")
                }
            }))
            .build()
            .map_err(|error| SourceError::Setup(format!("no component can be fetched: {error}")))?;
        Ok(Self {
            client,
            store: Store {
                folder: config.store.clone(),
            },
            config,
        })
    }

    /// The component of a source, with just the bytes that its digest names: `pinned` by the
    /// configuration, or by the lock. A file may have none.
    ///
    /// # Errors
    /// It is not to be had, its bytes are others, or the policy asks for a signature that is not there.
    pub async fn component(
        &self,
        source: &Source,
        pinned: Option<&str>,
        lock: &Lock,
    ) -> Result<Component, SourceError> {
        match source {
            Source::File(file) => self.file(file, pinned),
            Source::Https(url) => {
                let locked = lock.find(source).map(|it| it.sha256.clone());
                let expected = pinned.map(str::to_ascii_lowercase).or(locked);
                let expected = expected.ok_or_else(|| SourceError::NoDigest {
                    source_text: source.to_string(),
                })?;
                self.https(url, Some(&expected)).await
            }
            Source::Oci(reference) => {
                let locked = lock.find(source);
                let manifest = match locked.and_then(|it| it.manifest.clone()) {
                    Some(manifest) => manifest,
                    None if reference.is_digest() => reference.version.clone(),
                    None => {
                        return Err(SourceError::NotLocked {
                            source_text: source.to_string(),
                        });
                    }
                };
                let pinned = pinned.map(str::to_ascii_lowercase);
                let expected = pinned.or_else(|| locked.map(|it| it.sha256.clone()));
                self.oci(reference, &manifest, expected.as_deref(), false).await
            }
        }
    }

    /// Asks where a source stands now, fetches and checks what is there, and keeps it.
    ///
    /// # Errors
    /// As [`Sources::component`].
    pub async fn resolve(&self, source: &Source) -> Result<(Locked, Component), SourceError> {
        let (manifest, component) = match source {
            Source::File(file) => (None, self.file(file, None)?),
            Source::Https(url) => (None, self.https(url, None).await?),
            Source::Oci(reference) => {
                let manifest = oci::resolve(self, reference).await?;
                let component = self.oci(reference, &manifest, None, true).await?;
                (Some(manifest), component)
            }
        };
        let locked = Locked {
            source: source.to_string(),
            manifest,
            sha256: component.sha256.clone(),
            size: component.bytes.len() as u64,
        };
        Ok((locked, component))
    }

    fn file(&self, file: &std::path::Path, pinned: Option<&str>) -> Result<Component, SourceError> {
        let bytes = fs::read(file).map_err(|error| SourceError::Unreadable {
            file: file.to_owned(),
            reason: error.to_string(),
        })?;
        let proofs = Proofs::beside(file, &self.config.policy, self.config.max_bundle)?;
        self.believed(&file.display().to_string(), bytes, pinned, proofs)
    }

    async fn https(&self, url: &Url, expected: Option<&str>) -> Result<Component, SourceError> {
        if !is_private(url) {
            return Err(SourceError::Plain {
                address: url.to_string(),
            });
        }
        let text = url.to_string();
        if let Some(expected) = expected
            && let Some(bytes) = self.store.get(expected, "wasm", &text)?
        {
            let proofs = self.kept_proofs(expected);
            let Err(refusal) = self.config.policy.check(&text, expected, &proofs) else {
                return self.believed(&text, bytes, Some(expected), proofs);
            };
            // It may have been signed since, or by another.
            let beside = match self.proofs_at(url).await {
                Err(error) if !proofs.is_empty() => {
                    tracing::warn!(component = without_query(url), reason = %error, "its signatures cannot be had anew");
                    return Err(refusal);
                }
                other => other?,
            };
            let component = self.believed(&text, bytes, Some(expected), proofs.with(beside.proofs));
            let component = component.map_err(|error| told(error, beside.denied))?;
            self.keep(&component)?;
            return Ok(component);
        }
        let response = self.send(self.client.get(url.clone()), &text).await?;
        let bytes = body(response, &text, self.config.max_component).await?;
        let beside = self.proofs_at(url).await?;
        let component = self.believed(&text, bytes, expected, beside.proofs);
        let component = component.map_err(|error| told(error, beside.denied))?;
        self.keep(&component)?;
        Ok(component)
    }

    /// `fresh`: the registry is asked for bundles though what is kept may be loaded without one.
    async fn oci(
        &self,
        reference: &Reference,
        manifest: &str,
        expected: Option<&str>,
        fresh: bool,
    ) -> Result<Component, SourceError> {
        let text = format!("oci://{reference}");
        let hex = manifest.strip_prefix("sha256:").unwrap_or(manifest);
        let layer = oci::manifest(self, reference, manifest).await?;
        if let Some(expected) = expected
            && layer.sha256 != expected
        {
            return Err(SourceError::Drift {
                source_text: text,
                expected: expected.to_owned(),
                found: layer.sha256,
            });
        }
        let kept = self.store.get(&layer.sha256, "wasm", &text)?;
        let mut proofs = Proofs {
            signatures: layer.signatures.clone(),
            bundles: self.kept_bundles(&[&layer.sha256, hex]),
            manifest: Some(hex.to_owned()),
        };
        let policy = &self.config.policy;
        let mut signer = policy.check(&text, &layer.sha256, &proofs);
        let wanted = fresh || kept.is_none() || policy.require || signer.is_err();
        if policy.identities.is_some() && wanted && !matches!(signer, Ok(Some(_))) {
            match self.referring(reference, manifest).await {
                Ok(more) => {
                    proofs.bundles.extend(more);
                    signer = policy.check(&text, &layer.sha256, &proofs);
                }
                Err(error) if signer.is_err() && !proofs.bundles.is_empty() => {
                    tracing::warn!(component = %reference, reason = %error, "its bundles cannot be had anew");
                }
                Err(error) => return Err(error),
            }
        }
        // The signature first, then the bytes by the digest that it is for.
        let signer = signer?;
        let is_kept = kept.is_some();
        let component = match kept {
            Some(bytes) => component(bytes, layer.sha256, signer, proofs),
            None => {
                let bytes = oci::blob(self, reference, &layer).await?;
                self.believed(&text, bytes, Some(&layer.sha256), proofs)?
            }
        };
        if !is_kept {
            self.store.put(&component.sha256, "wasm", &component.bytes)?;
        }
        self.keep_bundle(&component, Some(hex))?;
        Ok(component)
    }

    /// The bundles in a registry; where none is required, a registry that refuses the question has none.
    async fn referring(&self, reference: &Reference, manifest: &str) -> Result<Vec<Bundle>, SourceError> {
        match referrer::bundles(self, reference, manifest).await {
            Err(error @ SourceError::Refused { status: 400..=499, .. }) if !self.config.policy.require => {
                tracing::warn!(component = %reference, reason = %error, "its bundles cannot be had; none is required");
                Ok(Vec::new())
            }
            other => other,
        }
    }

    fn believed(
        &self,
        source: &str,
        bytes: Vec<u8>,
        expected: Option<&str>,
        proofs: Proofs,
    ) -> Result<Component, SourceError> {
        let found = sha256(&bytes);
        if let Some(expected) = expected
            && !expected.eq_ignore_ascii_case(&found)
        {
            return Err(SourceError::Drift {
                source_text: source.to_owned(),
                expected: expected.to_owned(),
                found,
            });
        }
        let signer = self.config.policy.check(source, &found, &proofs)?;
        Ok(component(bytes, found, signer, proofs))
    }
}

/// Why a component is not believed: that the place refused what might have vouched for it, unless what was found
/// says worse.
fn told(error: SourceError, denied: Option<SourceError>) -> SourceError {
    match (error, denied) {
        (
            error @ (SourceError::Drift { .. } | SourceError::WrongSignature { .. } | SourceError::WrongBundle { .. }),
            _,
        )
        | (error, None) => error,
        (_, Some(denied)) => denied,
    }
}

/// A component with what is known of it. A bundle over the manifest says nothing of a file, and stays here.
fn component(bytes: Vec<u8>, sha256: String, signed_by: Option<Signer>, proofs: Proofs) -> Component {
    let bundle = match &signed_by {
        Some(Signer::Identity { by_manifest: true, .. }) => None,
        Some(Signer::Identity { bundle, .. }) => Some(bundle.clone()),
        _ => proofs.bundles.into_iter().next(),
    };
    Component {
        bytes,
        sha256,
        signed_by,
        signatures: proofs.signatures,
        bundle,
    }
}
