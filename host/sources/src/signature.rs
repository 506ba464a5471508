//! Signatures over the digest of a component. They work without any network: a file beside the
//! component, or an annotation of its manifest, and the public key in deepfix.toml. Beside them a Sigstore
//! bundle counts, where deepfix.toml trusts its identity.

use serde::{Deserialize, Serialize};

use crate::{Bundle, Date, Identities, Signer, SigningKey, SourceError, TrustedKey};

/// What is signed names its purpose, so that no other signature by the same key can be taken for one.
fn message(sha256: &str) -> Vec<u8> {
    format!("deepfix-plugin-signature-v1\nsha256:{sha256}\n").into_bytes()
}

/// All signatures of one component.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signatures {
    signatures: Vec<Signature>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    /// The public key, in Base64.
    key: String,
    /// Ed25519, in Base64.
    signature: String,
}

/// A component needs one; nobody needs more than a few.
const MOST: usize = 16;

impl Signatures {
    /// Reads their JSON text.
    ///
    /// # Errors
    /// It is none; `place` says where it was.
    pub fn parse(text: &str, place: &str) -> Result<Self, SourceError> {
        let wrong = |reason: String| SourceError::NoSignature {
            place: place.to_owned(),
            reason,
        };
        let it: Self = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if it.signatures.len() > MOST {
            return Err(wrong(format!(
                "{} signatures, expected at most {MOST}",
                it.signatures.len()
            )));
        }
        Ok(it)
    }

    /// Their JSON text.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Adds a signature; one by the same key is replaced.
    pub fn add(&mut self, key: &SigningKey, sha256: &str) {
        let public = key.public();
        self.signatures.retain(|it| it.key != public);
        self.signatures.push(Signature {
            signature: key.sign(&message(sha256)),
            key: public,
        });
    }
}

/// What came with a component to vouch for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proofs {
    /// Signatures by keys.
    pub signatures: Option<Signatures>,
    /// Sigstore bundles.
    pub bundles: Vec<Bundle>,
    /// The SHA-256 of the manifest that names the component's digest, where it is in a registry: who signs
    /// that signs the component.
    pub manifest: Option<String>,
}

impl Proofs {
    pub(crate) fn is_empty(&self) -> bool {
        self.signatures.is_none() && self.bundles.is_empty()
    }

    /// Those, and newer ones: the text of signatures is replaced as a whole, bundles stand beside each other.
    pub(crate) fn with(mut self, newer: Self) -> Self {
        self.signatures = newer.signatures.or(self.signatures);
        self.bundles.extend(newer.bundles);
        self
    }
}

/// Whose signatures are believed, and whether there must be one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// A component without a valid signature is refused.
    pub require: bool,
    /// The keys.
    pub keys: Vec<TrustedKey>,
    /// The identities of Sigstore.
    pub identities: Option<Identities>,
}

impl Policy {
    /// Who signed, where a valid signature by a trusted key or identity is there. A wrong signature by a
    /// trusted key, or a bundle of a trusted identity that does not hold, is refused whatever the policy:
    /// somebody changed the bytes.
    ///
    /// # Errors
    /// What the policy asks for is not there.
    pub fn check(&self, source: &str, sha256: &str, proofs: &Proofs) -> Result<Option<Signer>, SourceError> {
        self.check_on(Date::today(), source, sha256, proofs)
    }

    fn check_on(
        &self,
        today: Date,
        source: &str,
        sha256: &str,
        proofs: &Proofs,
    ) -> Result<Option<Signer>, SourceError> {
        let by_key = self.by_key(today, source, sha256, proofs.signatures.as_ref())?;
        let refusal = match by_key {
            Ok(name) => return Ok(Some(Signer::Key(name))),
            Err(refusal) => refusal,
        };
        match self.by_identity(source, sha256, proofs) {
            Some(Ok(signer)) => Ok(Some(signer)),
            Some(Err(error @ SourceError::WrongBundle { .. })) => Err(error),
            Some(Err(error)) if self.require => Err(error),
            None if self.require => Err(refusal),
            _ => Ok(None),
        }
    }

    /// The first bundle that holds, or else why the worst does not; none where there is none, or nobody to
    /// believe.
    fn by_identity(&self, source: &str, sha256: &str, proofs: &Proofs) -> Option<Result<Signer, SourceError>> {
        let identities = self.identities.as_ref()?;
        let mut refusal = None;
        for bundle in &proofs.bundles {
            match identities.judge(source, sha256, proofs.manifest.as_deref(), bundle) {
                Ok(signer) => return Some(Ok(signer)),
                Err(error @ SourceError::WrongBundle { .. }) => refusal = Some(error),
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        refusal.map(Err)
    }

    /// The name of the key that signed, or why none counts.
    fn by_key(
        &self,
        today: Date,
        source: &str,
        sha256: &str,
        signatures: Option<&Signatures>,
    ) -> Result<Result<String, SourceError>, SourceError> {
        let source_text = source.to_owned();
        let all = signatures.map(|it| it.signatures.as_slice()).unwrap_or_default();
        let mut refusal = match all.first() {
            None => SourceError::Unsigned { source_text },
            Some(first) => SourceError::Untrusted {
                source_text,
                found: first.key.chars().take(44).collect(),
            },
        };
        for it in all {
            let Some(key) = self.keys.iter().find(|key| key.text() == it.key) else {
                continue;
            };
            if !key.verifies(&message(sha256), &it.signature) {
                return Err(SourceError::WrongSignature {
                    source_text: source.to_owned(),
                    key: key.name.clone(),
                });
            }
            match key.is_expired(today) {
                None => return Ok(Ok(key.name.clone())),
                Some(expired) => {
                    refusal = SourceError::ExpiredKey {
                        source_text: source.to_owned(),
                        key: key.name.clone(),
                        expired: expired.to_string(),
                    };
                }
            }
        }
        Ok(Err(refusal))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str, expires: Option<&str>) -> (SigningKey, TrustedKey) {
        let key = SigningKey::generate().unwrap();
        let trusted = TrustedKey::new(name, &key.public(), expires.map(|it| it.parse().unwrap())).unwrap();
        (key, trusted)
    }

    fn signed(key: &SigningKey, sha256: &str) -> Signatures {
        let mut all = Signatures::default();
        all.add(key, sha256);
        Signatures::parse(&all.text(), "test").unwrap()
    }

    fn told(policy: &Policy, sha256: &str, signatures: Option<&Signatures>) -> Result<Option<String>, String> {
        let today = "2026-06-01".parse().unwrap();
        let proofs = Proofs {
            signatures: signatures.cloned(),
            ..Proofs::default()
        };
        policy
            .check_on(today, "x.wasm", sha256, &proofs)
            .map(|it| it.map(|it| it.to_string()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_signature_by_a_trusted_key_is_believed_for_these_bytes_only() {
        let (signing, trusted) = key("acme", None);
        for require in [true, false] {
            let policy = Policy {
                require,
                keys: vec![trusted.clone()],
                identities: None,
            };
            let signatures = signed(&signing, "aa");
            assert_eq!(told(&policy, "aa", Some(&signatures)), Ok(Some("acme".to_owned())));
            let error = told(&policy, "bb", Some(&signatures)).unwrap_err();
            assert!(error.contains("its signature by `acme` is wrong"), "{error}");
        }
    }

    #[test]
    fn what_is_missing_is_told_where_a_signature_is_required() {
        let (signing, trusted) = key("acme", Some("2026-05-31"));
        let (stranger, _) = key("stranger", None);
        let mut policy = Policy {
            require: true,
            keys: vec![trusted],
            identities: None,
        };
        for (signatures, message) in [
            (None, "has no signature"),
            (Some(signed(&stranger, "aa")), "none of its signatures is by a key"),
            (Some(signed(&signing, "aa")), "which expired on 2026-05-31"),
        ] {
            let error = told(&policy, "aa", signatures.as_ref()).unwrap_err();
            assert!(error.contains(message), "{error}");
            policy.require = false;
            assert_eq!(told(&policy, "aa", signatures.as_ref()), Ok(None));
            policy.require = true;
        }
    }

    #[test]
    fn the_last_day_of_a_key_counts() {
        let (signing, trusted) = key("acme", Some("2026-06-01"));
        let policy = Policy {
            require: true,
            keys: vec![trusted],
            identities: None,
        };
        assert!(told(&policy, "aa", Some(&signed(&signing, "aa"))).is_ok());
    }
}
