//! What is kept to vouch for a component, and read again. It proves itself, or does not count: what is in the
//! way of the policy is never a reason not to ask the place that the component is from.

use crate::{Bundle, Component, Proofs, Signatures, Signer, SourceError, Sources};

/// The ending of a kept bundle: of a component, or of a manifest by whose digest it vouches for one.
const BUNDLE: &str = "sigstore.json";
const SIGNATURES: &str = "sig";

impl Sources {
    /// Keeps a component from an address with what vouches for it.
    pub(crate) fn keep(&self, component: &Component) -> Result<(), SourceError> {
        self.store.put(&component.sha256, "wasm", &component.bytes)?;
        if let Some(signatures) = &component.signatures {
            let text = signatures.text();
            self.store.put(&component.sha256, SIGNATURES, text.as_bytes())?;
        }
        self.keep_bundle(component, None)
    }

    /// Keeps the bundle that is believed, by the digest that it is over. Another would not count tomorrow.
    pub(crate) fn keep_bundle(&self, component: &Component, manifest: Option<&str>) -> Result<(), SourceError> {
        let Some(Signer::Identity {
            bundle, by_manifest, ..
        }) = &component.signed_by
        else {
            return Ok(());
        };
        let of = if *by_manifest {
            manifest
        } else {
            Some(component.sha256.as_str())
        };
        let of = of.filter(|it| self.store.proof(it, BUNDLE).as_ref() != Some(&bundle.text));
        of.map_or(Ok(()), |it| self.store.put(it, BUNDLE, bundle.text.as_bytes()))
    }

    /// The bundles that were kept of some digests.
    pub(crate) fn kept_bundles(&self, digests: &[&str]) -> Vec<Bundle> {
        if self.config.policy.identities.is_none() {
            return Vec::new();
        }
        let read = |digest: &&str| {
            let text = self.store.proof(digest, BUNDLE)?;
            let place = format!("{digest}.{BUNDLE}");
            counts(Bundle::new(text.into_bytes(), &place, self.config.max_bundle))
        };
        digests.iter().filter_map(read).collect()
    }

    /// What was kept of a component from an address.
    pub(crate) fn kept_proofs(&self, digest: &str) -> Proofs {
        let text = self.store.proof(digest, SIGNATURES);
        Proofs {
            signatures: text.and_then(|it| counts(Signatures::parse(&it, &format!("{digest}.{SIGNATURES}")))),
            bundles: self.kept_bundles(&[digest]),
            manifest: None,
        }
    }
}

fn counts<T>(kept: Result<T, SourceError>) -> Option<T> {
    kept.inspect_err(|error| tracing::warn!(reason = %error, "what was kept is passed over"))
        .ok()
}
