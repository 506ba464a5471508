//! What is believed, and what is refused.

use crate::authority::{Authority, Flaw, NOON};
use deepfix_sources::{Bundle, Identities, Policy, Proofs, Signer, SourceError, TrustedIdentity, sha256};

pub(crate) const FORGE: &str = "https://forge.example";
pub(crate) const RELEASE: &str = "https://forge.example/acme/plateau/release.yml@refs/tags/v1";
const ANY_TAG: &str = "https://forge.example/acme/plateau/release.yml@refs/tags/*";
pub(crate) const BYTES: &[u8] = b"\0asm of a sort";
pub(crate) const LIMIT: u64 = 64 << 10;

/// What trusts one identity.
pub(crate) fn policy(root: Option<&str>, issuer: &str, subject: &str) -> Policy {
    let identity = TrustedIdentity::new(issuer, subject).unwrap();
    let root = root.map(|it| (it, "root.json"));
    Policy {
        require: true,
        keys: Vec::new(),
        identities: Identities::new(vec![identity], root).unwrap(),
    }
}

fn proofs(bundle: &str) -> Proofs {
    let bundle = Bundle::new(bundle.as_bytes().to_vec(), "acme.wasm.sigstore.json", LIMIT).unwrap();
    Proofs {
        bundles: vec![bundle],
        ..Proofs::default()
    }
}

fn judged(policy: &Policy, bytes: &[u8], bundle: &str) -> Result<Option<Signer>, SourceError> {
    policy.check("acme.wasm", &sha256(bytes), &proofs(bundle))
}

/// Refused for its claim to be one who is trusted, whether a signature is asked for or not.
fn refused_always(mut policy: Policy, bytes: &[u8], bundle: &str) -> String {
    let error = judged(&policy, bytes, bundle).unwrap_err();
    assert!(matches!(error, SourceError::WrongBundle { .. }), "{error}");
    policy.require = false;
    assert_eq!(judged(&policy, bytes, bundle).unwrap_err(), error);
    error.to_string()
}

#[test]
fn a_bundle_of_a_trusted_identity_is_believed_though_its_certificate_is_long_expired() {
    let authority = Authority::new();
    let bundle = authority.bundle(BYTES, FORGE, RELEASE, &Flaw::default());
    for subject in [RELEASE, ANY_TAG] {
        let signer = judged(&policy(Some(&authority.root()), FORGE, subject), BYTES, &bundle);
        let signer = signer.unwrap().unwrap();
        assert_eq!(signer.to_string(), format!("{RELEASE} of {FORGE}"));
        assert_eq!(signer.issuer(), Some(FORGE));
    }
}

#[test]
fn other_bytes_than_those_that_were_signed_are_refused_whatever_the_policy() {
    let authority = Authority::new();
    let bundle = authority.bundle(BYTES, FORGE, RELEASE, &Flaw::default());
    let policy = policy(Some(&authority.root()), FORGE, RELEASE);
    let error = refused_always(policy, b"\0asm of another sort", &bundle);
    assert!(error.contains(RELEASE) && error.contains("does not match"), "{error}");
}

#[test]
fn another_identity_and_another_issuer_are_told_with_those_that_are_expected() {
    let authority = Authority::new();
    let bundle = authority.bundle(BYTES, FORGE, RELEASE, &Flaw::default());
    for (issuer, subject) in [
        (FORGE, "https://forge.example/mallory/plateau/release.yml@refs/tags/*"),
        (FORGE, "https://forge.example/acme/plateau/release.yml@refs/tags/v2"),
        ("https://elsewhere.example", RELEASE),
    ] {
        let mut policy = policy(Some(&authority.root()), issuer, subject);
        let error = judged(&policy, BYTES, &bundle).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("acme.wasm: is signed by `{RELEASE}` of {FORGE}, expected `{subject}` of {issuer}")
        );
        policy.require = false;
        assert_eq!(judged(&policy, BYTES, &bundle), Ok(None));
    }
}

#[test]
fn a_bundle_of_another_trust_root_is_refused() {
    let (authority, other) = (Authority::new(), Authority::new());
    let bundle = authority.bundle(BYTES, FORGE, RELEASE, &Flaw::default());
    for root in [Some(other.root()), None] {
        let error = refused_always(policy(root.as_deref(), FORGE, RELEASE), BYTES, &bundle);
        assert!(error.contains("does not hold"), "{error}");
    }
}

#[test]
fn a_signature_outside_the_day_of_its_certificate_is_refused_by_the_time_of_the_log() {
    let authority = Authority::new();
    let day = 24 * 60 * 60;
    for late in [day, -day] {
        let flaw = Flaw {
            late,
            ..Flaw::default()
        };
        let bundle = authority.bundle(BYTES, FORGE, RELEASE, &flaw);
        let error = refused_always(policy(Some(&authority.root()), FORGE, RELEASE), BYTES, &bundle);
        assert!(error.contains("certificate"), "{error}");
    }
}

#[test]
fn a_time_that_the_log_did_not_sign_is_refused() {
    let authority = Authority::new();
    let bundle = authority.bundle(BYTES, FORGE, RELEASE, &Flaw::default());
    let forged = bundle.replace(&NOON.to_string(), &(NOON + 1).to_string());
    assert_ne!(forged, bundle);
    let _ = refused_always(policy(Some(&authority.root()), FORGE, RELEASE), BYTES, &forged);
}

#[test]
fn what_no_log_has_seen_is_refused() {
    let authority = Authority::new();
    let unlogged = Flaw {
        unlogged: true,
        ..Flaw::default()
    };
    let without_entry = Flaw {
        without_entry: true,
        ..Flaw::default()
    };
    for (flaw, reason) in [(unlogged, "certificate timestamp"), (without_entry, "inclusion proof")] {
        let bundle = authority.bundle(BYTES, FORGE, RELEASE, &flaw);
        let error = refused_always(policy(Some(&authority.root()), FORGE, RELEASE), BYTES, &bundle);
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn a_bundle_that_ends_early_or_is_none_is_told_by_its_place() {
    let authority = Authority::new();
    let policy = policy(Some(&authority.root()), FORGE, RELEASE);
    let bundle = authority.bundle(BYTES, FORGE, RELEASE, &Flaw::default());
    for text in [&bundle[..bundle.len() / 2], "", "{}", "[]"] {
        let error = judged(&policy, BYTES, text).unwrap_err().to_string();
        assert!(
            error.starts_with("acme.wasm.sigstore.json: is no Sigstore bundle: "),
            "{error}"
        );
    }
}

#[test]
fn a_trust_root_without_authorities_is_none() {
    let identity = TrustedIdentity::new(FORGE, RELEASE).unwrap();
    for text in [
        "hello",
        "{}",
        r#"{ "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1" }"#,
    ] {
        let error = Identities::new(vec![identity.clone()], Some((text, "root.json"))).unwrap_err();
        assert!(
            error.to_string().starts_with("root.json: is no Sigstore trust root: "),
            "{error}"
        );
    }
}

#[test]
fn the_one_bundle_that_holds_counts_among_others() {
    let authority = Authority::new();
    let policy = policy(Some(&authority.root()), FORGE, RELEASE);
    let strangers = authority.bundle(BYTES, FORGE, "https://forge.example/mallory", &Flaw::default());
    let stale = authority.bundle(b"\0asm before", FORGE, RELEASE, &Flaw::default());
    let good = authority.bundle(BYTES, FORGE, RELEASE, &Flaw::default());
    let of = |all: &[&String]| Proofs {
        bundles: all.iter().flat_map(|it| proofs(it).bundles).collect(),
        ..Proofs::default()
    };
    let check = |all: &[&String]| policy.check("acme.wasm", &sha256(BYTES), &of(all));
    assert!(check(&[&strangers, &stale, &good]).unwrap().is_some());
    let error = check(&[&strangers, &stale]).unwrap_err();
    assert!(matches!(error, SourceError::WrongBundle { .. }), "{error}");
}

#[test]
fn a_statement_vouches_where_it_says_who_signed_or_built_and_not_where_it_lists_weaknesses() {
    let authority = Authority::new();
    let policy = || policy(Some(&authority.root()), FORGE, RELEASE);
    for predicate in [
        "https://sigstore.dev/cosign/sign/v1",
        "https://slsa.dev/provenance/v1",
        "https://slsa.dev/provenance/v0.2",
    ] {
        let bundle = authority.statement(BYTES, FORGE, RELEASE, predicate);
        assert!(judged(&policy(), BYTES, &bundle).unwrap().is_some(), "{predicate}");
        let error = refused_always(policy(), b"\0asm of another sort", &bundle);
        assert!(!error.contains("its statement"), "{error}");
    }
    let bundle = authority.statement(BYTES, FORGE, RELEASE, "https://cosign.sigstore.dev/attestation/vuln/v1");
    // Its author changed nothing, and signed nothing either.
    let error = judged(&policy(), BYTES, &bundle).unwrap_err();
    assert!(matches!(error, SourceError::VouchesForNothing { .. }), "{error}");
    assert!(error.to_string().contains("has the type `https://cosign"), "{error}");
    let careless = Policy {
        require: false,
        ..policy()
    };
    assert_eq!(judged(&careless, BYTES, &bundle), Ok(None));
}

#[test]
fn a_workflow_that_others_may_call_is_believed_for_sources_of_one_repository() {
    const PLATEAU: &str = "https://forge.example/acme/plateau";
    let authority = Authority::new();
    let identity = TrustedIdentity::new(FORGE, RELEASE)
        .unwrap()
        .of_repository(Some(PLATEAU));
    let policy = Policy {
        identities: Identities::new(vec![identity], Some((&authority.root(), "root.json"))).unwrap(),
        ..policy(None, FORGE, RELEASE)
    };
    let bundle = |repository| {
        let flaw = Flaw {
            repository,
            ..Flaw::default()
        };
        authority.bundle(BYTES, FORGE, RELEASE, &flaw)
    };
    assert!(judged(&policy, BYTES, &bundle(Some(PLATEAU))).unwrap().is_some());
    let mallory = judged(&policy, BYTES, &bundle(Some("https://forge.example/mallory/plateau")));
    assert_eq!(
        mallory.unwrap_err().to_string(),
        format!(
            "acme.wasm: is signed by `{RELEASE}` of {FORGE} with sources from https://forge.example/mallory/plateau, \
             expected `{RELEASE}` of {FORGE} with sources from {PLATEAU}"
        )
    );
    let error = judged(&policy, BYTES, &bundle(None)).unwrap_err();
    assert!(matches!(error, SourceError::UntrustedIdentity { .. }), "{error}");
}

/// A bundle that the world has: see `bundles/README.md`.
#[test]
fn a_real_bundle_is_believed_by_the_built_in_trust_root_for_its_bytes_alone() {
    let bundle = include_str!("bundles/rfc8785-0.1.2.sigstore.json");
    let digest = "c4e92e9ecc828bef2aa7dba1de8ac983511f7532a0df11c770d39099a25cf201";
    let issuer = "https://token.actions.githubusercontent.com";
    let workflow = "https://github.com/trailofbits/rfc8785.py/.github/workflows/release.yml@refs/tags/";
    let policy = policy(None, issuer, &format!("{workflow}*"));
    let signer = policy.check("rfc8785.whl", digest, &proofs(bundle)).unwrap().unwrap();
    assert_eq!(signer.to_string(), format!("{workflow}v0.1.2 of {issuer}"));
    let other = digest.replace('c', "d");
    let error = policy.check("rfc8785.whl", &other, &proofs(bundle)).unwrap_err();
    assert!(matches!(error, SourceError::WrongBundle { .. }), "{error}");
}

/// Bundles are strangers' bytes: whatever is changed in one, it is refused or says what it said.
#[test]
fn no_changed_byte_of_a_bundle_brings_another_signer() {
    let authority = Authority::new();
    let policy = policy(Some(&authority.root()), FORGE, ANY_TAG);
    let bundle = authority.bundle(BYTES, FORGE, RELEASE, &Flaw::default());
    let (mut refused, signer) = (0, judged(&policy, BYTES, &bundle).unwrap().unwrap().to_string());
    for place in (0..bundle.len()).step_by(5) {
        for other in [b'0', b'A', b'"'] {
            let mut bytes = bundle.clone().into_bytes();
            bytes[place] = other;
            let text = String::from_utf8_lossy(&bytes);
            match judged(&policy, BYTES, &text) {
                Ok(found) => assert_eq!(found.unwrap().to_string(), signer, "{place}"),
                Err(_) => refused += 1,
            }
        }
        assert!(judged(&policy, BYTES, &String::from_utf8_lossy(&bundle.as_bytes()[..place])).is_err());
    }
    assert!(refused > 1_000, "{refused}");
}
