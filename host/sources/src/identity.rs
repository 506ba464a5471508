//! Sigstore: a bundle says who signed by an identity that an issuer of OpenID Connect vouched for, with
//! the proof that a transparency log holds the signature. It is judged without any network, from a trust
//! root in a file.

use std::fmt;

use crate::SourceError;

/// The only place of a `*`: any tag of one workflow in one repository. Anywhere else it would trust
/// strangers, such as every repository of a forge.
const ANY_TAG: &str = "@refs/tags/*";

/// The media type of a bundle, and the artifact type of what refers to a component in a registry.
pub(crate) const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// What a statement about a component must say to be a signature: that it was signed (cosign), or how it
/// was built (SLSA). A list of its parts or of its weaknesses vouches for nothing.
pub(crate) const VOUCHING: [&str; 3] = [
    "https://sigstore.dev/cosign/sign/v1",
    "https://slsa.dev/provenance/v1",
    "https://slsa.dev/provenance/v0.2",
];

/// An identity whose signatures are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedIdentity {
    issuer: String,
    subject: String,
    /// Where the certificate must say that the source is from.
    repository: Option<String>,
}

impl TrustedIdentity {
    /// Both are compared to the letter; a subject may end with `@refs/tags/*`, for any tag of a workflow.
    ///
    /// # Errors
    /// One is empty, or a `*` stands elsewhere.
    pub fn new(issuer: &str, subject: &str) -> Result<Self, SourceError> {
        let wrong = |reason: &str| SourceError::NoIdentity {
            found: format!("{subject} of {issuer}"),
            reason: reason.to_owned(),
        };
        if issuer.is_empty() || subject.is_empty() {
            return Err(wrong("expected an issuer and a subject, neither of them empty"));
        }
        let literal = subject.strip_suffix(ANY_TAG).unwrap_or(subject);
        if literal.contains('*') || issuer.contains('*') || literal.is_empty() {
            return Err(wrong(
                "a `*` stands only for the tags of one workflow, as in `https://forge.example/acme/plugin/release.yml\
                 @refs/tags/*`",
            ));
        }
        Ok(Self {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            repository: None,
        })
    }

    /// Only for sources from one repository, by its address: a workflow that others may call signs for all who
    /// call it.
    #[must_use]
    pub fn of_repository(self, repository: Option<&str>) -> Self {
        Self {
            repository: repository.map(str::to_owned),
            ..self
        }
    }

    /// Whether a certificate is this identity's.
    #[must_use]
    pub fn is(&self, issuer: &str, subject: &str, repository: Option<&str>) -> bool {
        let fits = match self.subject.strip_suffix('*') {
            Some(start) => subject.strip_prefix(start).is_some_and(|tag| !tag.is_empty()),
            None => subject == self.subject,
        };
        let is_from = self.repository.is_none() || self.repository.as_deref() == repository;
        fits && issuer == self.issuer && is_from
    }
}

impl fmt::Display for TrustedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of {}", self.subject, self.issuer)?;
        match &self.repository {
            Some(it) => write!(f, " with sources from {it}"),
            None => Ok(()),
        }
    }
}

/// A Sigstore bundle as it was found; nothing of it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// JSON.
    pub(crate) text: String,
    /// Where it was.
    pub(crate) place: String,
}

impl Bundle {
    /// A bundle with so many bytes at most.
    ///
    /// # Errors
    /// It is longer, or no text.
    pub fn new(bytes: Vec<u8>, place: &str, limit: u64) -> Result<Self, SourceError> {
        if bytes.len() as u64 > limit {
            return Err(SourceError::BundleTooLarge {
                place: place.to_owned(),
                limit,
            });
        }
        let text = String::from_utf8(bytes).map_err(|error| SourceError::NoBundle {
            place: place.to_owned(),
            reason: error.to_string(),
        })?;
        Ok(Self {
            text,
            place: place.to_owned(),
        })
    }

    /// Its JSON text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Who signed, and is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// A trusted key, by its name.
    Key(String),
    /// A trusted identity.
    Identity {
        /// Who.
        subject: String,
        /// Who says so.
        issuer: String,
        /// What proves it.
        bundle: Bundle,
        /// Whether it is the manifest in a registry that was signed, and the component by its digest there.
        by_manifest: bool,
    },
}

impl Signer {
    /// What proves an identity.
    #[must_use]
    pub fn bundle(&self) -> Option<&Bundle> {
        match self {
            Self::Key(_) => None,
            Self::Identity { bundle, .. } => Some(bundle),
        }
    }

    /// The issuer of an identity.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        match self {
            Self::Key(_) => None,
            Self::Identity { issuer, .. } => Some(issuer),
        }
    }
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(name) => f.write_str(name),
            Self::Identity { subject, issuer, .. } => write!(f, "{subject} of {issuer}"),
        }
    }
}

/// The identities that are believed, and the authorities that vouch for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identities {
    pub(crate) all: Vec<TrustedIdentity>,
    #[cfg(feature = "sigstore")]
    pub(crate) root: crate::sigstore::Root,
}

impl Identities {
    /// Nobody where the list is empty. `root` is the text of a trust root and where it was; without one
    /// it is that of the public good instance, as it was when the crate `sigstore-trust-root` was published.
    ///
    /// # Errors
    /// This build has no Sigstore, or the trust root is none.
    pub fn new(all: Vec<TrustedIdentity>, root: Option<(&str, &str)>) -> Result<Option<Self>, SourceError> {
        if all.is_empty() {
            return Ok(None);
        }
        supported(cfg!(feature = "sigstore"))?;
        #[cfg(feature = "sigstore")]
        let root = crate::sigstore::Root::new(root)?;
        #[cfg(not(feature = "sigstore"))]
        let _ = root;
        Ok(Some(Self {
            all,
            #[cfg(feature = "sigstore")]
            root,
        }))
    }

    /// For messages.
    pub(crate) fn expected(&self) -> String {
        let all: Vec<String> = self.all.iter().map(ToString::to_string).collect();
        all.join(" or ")
    }

    /// Whether a bundle is one.
    #[cfg(not(feature = "sigstore"))]
    #[allow(
        clippy::unused_self,
        clippy::unnecessary_wraps,
        reason = "as in builds with Sigstore"
    )]
    pub(crate) fn is_bundle(&self, _: &Bundle) -> Result<(), SourceError> {
        // Never reached, as `judge`.
        Ok(())
    }

    /// Who signed one of some digests: that of the component first, then that of its manifest.
    #[cfg(not(feature = "sigstore"))]
    pub(crate) fn judge(&self, source: &str, _: &str, _: Option<&str>, bundle: &Bundle) -> Result<Signer, SourceError> {
        // Never reached: there are no identities in such a build.
        Err(SourceError::WrongBundle {
            source_text: source.to_owned(),
            subject: self.expected(),
            issuer: bundle.place.clone(),
            reason: "this build has no Sigstore".to_owned(),
        })
    }
}

fn supported(has_sigstore: bool) -> Result<(), SourceError> {
    if has_sigstore {
        return Ok(());
    }
    Err(SourceError::NoFeature {
        field: "plugins.trusted_identities",
        feature: "sigstore",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORGE: &str = "https://forge.example";
    const WORKFLOW: &str = "https://forge.example/acme/plateau/release.yml@refs/tags/";

    #[test]
    fn an_identity_is_compared_to_the_letter() {
        let it = TrustedIdentity::new(FORGE, "release@acme.example").unwrap();
        assert!(it.is(FORGE, "release@acme.example", None));
        for (issuer, subject) in [
            (FORGE, "release@acme.example.org"),
            (FORGE, "Release@acme.example"),
            ("https://forge.example/", "release@acme.example"),
            (FORGE, ""),
        ] {
            assert!(!it.is(issuer, subject, None), "{issuer} {subject}");
        }
    }

    #[test]
    fn a_star_stands_for_the_tags_of_one_workflow_alone() {
        let it = TrustedIdentity::new(FORGE, &format!("{WORKFLOW}*")).unwrap();
        assert!(it.is(FORGE, &format!("{WORKFLOW}v1.0"), None));
        assert!(!it.is(FORGE, WORKFLOW, None));
        assert!(!it.is(
            FORGE,
            "https://forge.example/acme/plateau/release.yml@refs/heads/v1.0",
            None
        ));
        assert!(!it.is(
            FORGE,
            "https://forge.example/mallory/plateau/release.yml@refs/tags/v1.0",
            None
        ));
        for (issuer, subject) in [
            (FORGE, "*"),
            (FORGE, "@refs/tags/*"),
            (FORGE, "https://forge.example/*"),
            (FORGE, "https://forge.example/*/release.yml@refs/tags/*"),
            ("*", "release@acme.example"),
            ("", "release@acme.example"),
            (FORGE, ""),
        ] {
            assert!(TrustedIdentity::new(issuer, subject).is_err(), "{issuer} {subject}");
        }
    }

    #[test]
    fn a_build_without_sigstore_refuses_identities_by_the_names_of_field_and_feature() {
        assert_eq!(supported(true), Ok(()));
        let error = supported(false).unwrap_err().to_string();
        assert!(
            error.contains("plugins.trusted_identities") && error.contains("--features sigstore"),
            "{error}"
        );
    }

    #[test]
    fn a_bundle_of_absurd_size_is_refused_by_its_limit() {
        assert!(Bundle::new(vec![b' '; 100], "x.sigstore.json", 100).is_ok());
        let error = Bundle::new(vec![b' '; 101], "x.sigstore.json", 100).unwrap_err();
        assert_eq!(
            error.to_string(),
            "x.sigstore.json: has more than 100 bytes; raise `[plugins] max_bundle`"
        );
    }
}
