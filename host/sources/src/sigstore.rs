//! Judges bundles, by the crate of the Sigstore project.

use std::{fmt, sync::Arc};

use sigstore_verify::{
    VerificationPolicy, Verifier,
    crypto::parse_certificate_info,
    trust_root::{SIGSTORE_PRODUCTION_TRUSTED_ROOT, TrustedRoot},
    types::{Bundle as Parsed, Sha256Hash, SignatureContent},
};

use crate::{Bundle, Identities, Signer, SourceError, identity::VOUCHING};

/// The authorities: of certificates, of the transparency logs, of times.
#[derive(Clone)]
pub(crate) struct Root {
    text: Arc<str>,
    verifier: Arc<Verifier>,
}

impl Root {
    pub(crate) fn new(given: Option<(&str, &str)>) -> Result<Self, SourceError> {
        let (text, place) = given.unwrap_or((SIGSTORE_PRODUCTION_TRUSTED_ROOT, "the built-in trust root"));
        let wrong = |reason: String| SourceError::NoTrustRoot {
            place: place.to_owned(),
            reason,
        };
        let root = TrustedRoot::from_json(text).map_err(|error| wrong(error.to_string()))?;
        if root.certificate_authorities.is_empty() || root.tlogs.is_empty() {
            return Err(wrong(format!(
                "found {} certificate authorities and {} transparency logs, expected at least one of each",
                root.certificate_authorities.len(),
                root.tlogs.len()
            )));
        }
        let verifier = Verifier::new(&root).map_err(|error| wrong(error.to_string()))?;
        Ok(Self {
            text: text.into(),
            verifier: Arc::new(verifier),
        })
    }
}

impl PartialEq for Root {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Root {}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Root({} bytes)", self.text.len())
    }
}

impl Identities {
    /// Whether a bundle is one, whatever it says.
    pub(crate) fn is_bundle(&self, bundle: &Bundle) -> Result<(), SourceError> {
        parsed(bundle).map(drop)
    }

    /// Who signed the component, or its manifest.
    pub(crate) fn judge(
        &self,
        source: &str,
        sha256: &str,
        manifest: Option<&str>,
        bundle: &Bundle,
    ) -> Result<Signer, SourceError> {
        let no_bundle = |reason: String| no_bundle(bundle, reason);
        let parsed = parsed(bundle)?;
        let certificate = parsed
            .signing_certificate()
            .ok_or_else(|| no_bundle("it has no certificate, and so no identity".to_owned()))?;
        let claims = parse_certificate_info(certificate).map_err(|error| no_bundle(error.to_string()))?;
        let subject = claims.identity.as_ref().map(ToString::to_string).unwrap_or_default();
        let issuer = claims.issuer.unwrap_or_default();
        let repository = claims.ci_claims.source_repository_uri;
        if !self
            .all
            .iter()
            .any(|it| it.is(&issuer, &subject, repository.as_deref()))
        {
            return Err(SourceError::UntrustedIdentity {
                source_text: source.to_owned(),
                subject,
                issuer,
                repository: repository.map_or_else(String::new, |it| format!(" with sources from {it}")),
                expected: self.expected(),
            });
        }
        // From here on it claims to be one that is believed.
        let wrong = |reason: String| SourceError::WrongBundle {
            source_text: source.to_owned(),
            subject: subject.clone(),
            issuer: issuer.clone(),
            reason,
        };
        if let Some(found) = statement(&parsed).map_err(wrong)?
            && !VOUCHING.contains(&found.as_str())
        {
            return Err(SourceError::VouchesForNothing {
                source_text: source.to_owned(),
                subject,
                issuer,
                found,
                expected: VOUCHING.join(", "),
            });
        }
        let policy = VerificationPolicy::new(subject.as_str(), issuer.as_str());
        let verify = |digest: &str| {
            let digest = Sha256Hash::from_hex(digest).map_err(|error| error.to_string())?;
            let result = self.root.verifier.verify(digest, &parsed, &policy);
            result.map(drop).map_err(|error| error.to_string())
        };
        let signer = |by_manifest| Signer::Identity {
            subject: subject.clone(),
            issuer: issuer.clone(),
            bundle: bundle.clone(),
            by_manifest,
        };
        let reason = match verify(sha256) {
            Ok(()) => return Ok(signer(false)),
            Err(reason) => reason,
        };
        match manifest.map(verify) {
            Some(Ok(())) => Ok(signer(true)),
            _ => Err(wrong(reason)),
        }
    }
}

fn no_bundle(bundle: &Bundle, reason: String) -> SourceError {
    SourceError::NoBundle {
        place: bundle.place.clone(),
        reason,
    }
}

fn parsed(bundle: &Bundle) -> Result<Parsed, SourceError> {
    Parsed::from_json(&bundle.text).map_err(|error| no_bundle(bundle, error.to_string()))
}

/// The type of the statement that was signed; none where it is the component itself.
fn statement(bundle: &Parsed) -> Result<Option<String>, String> {
    let SignatureContent::DsseEnvelope(envelope) = &bundle.content else {
        return Ok(None);
    };
    let statement: serde_json::Value =
        serde_json::from_slice(envelope.payload.as_bytes()).map_err(|error| format!("its statement: {error}"))?;
    let found = statement.get("predicateType").and_then(serde_json::Value::as_str);
    Ok(Some(found.unwrap_or_default().to_owned()))
}
