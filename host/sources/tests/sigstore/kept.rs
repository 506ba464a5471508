//! What is kept is not in the way of what the place has now.

use std::fs;

use deepfix_sources::{Lock, Policy, Signatures, SigningKey, Source, SourceError, TrustedKey, sha256};

use crate::{
    authority::{Authority, Flaw},
    judged::{BYTES, FORGE, LIMIT, RELEASE, policy},
    places::{Trusting, is_believed, push, refer, reference, sources},
    site::Site,
};

/// Pushes the component once more, with another manifest: that and its digest.
async fn push_noted(it: &Trusting, site: &Site, note: &str) -> (Vec<u8>, String) {
    let (reference, notes) = (reference(site), [("note", note)]);
    let pushed = it.sources.push(&reference, BYTES.to_vec(), None, None, &notes);
    let digest = pushed.await.unwrap();
    (site.get("/v2/team/acme/manifests/1").unwrap(), digest)
}

#[tokio::test]
async fn a_component_that_is_pushed_again_is_believed_by_the_signature_of_its_new_manifest() {
    let (it, site) = (Trusting::new(), Site::serve());
    let source = Source::Oci(reference(&site));
    let mut locks = Vec::new();
    for note in ["one", "two"] {
        let (manifest, digest) = push_noted(&it, &site, note).await;
        refer(&site, &digest, &[&it.bundle(&manifest)]);
        let (locked, component) = it.sources.resolve(&source).await.unwrap();
        is_believed(&component);
        assert_eq!(locked.manifest.as_ref(), Some(&digest));
        let mut lock = Lock::default();
        let _ = lock.set(locked);
        locks.push(lock);
    }
    // Each from the store.
    site.clear();
    for lock in locks {
        is_believed(&it.sources.component(&source, None, &lock).await.unwrap());
    }
}

#[tokio::test]
async fn what_was_fetched_while_no_signature_was_asked_for_is_asked_for_once_one_is() {
    let (it, site) = (Trusting::new(), Site::serve());
    let source = Source::Oci(reference(&site));
    let stranger = it
        .authority
        .bundle(BYTES, FORGE, "https://forge.example/mallory", &Flaw::default());
    let digest = push(&it, &site, Some(&stranger)).await;
    let (locked, component) = it.requires(false).resolve(&source).await.unwrap();
    assert_eq!(component.signed_by, None);
    let mut lock = Lock::default();
    let _ = lock.set(locked);
    assert_eq!(push(&it, &site, Some(&it.bundle(BYTES))).await, digest);
    is_believed(&it.sources.component(&source, None, &lock).await.unwrap());
}

#[tokio::test]
async fn what_is_resolved_brings_the_bundle_that_was_published_since_though_none_is_required() {
    let (it, site) = (Trusting::new(), Site::serve());
    let (source, careless) = (Source::Oci(reference(&site)), it.requires(false));
    let _ = push(&it, &site, None).await;
    let (locked, component) = careless.resolve(&source).await.unwrap();
    assert_eq!(component.bundle, None);
    let mut lock = Lock::default();
    let _ = lock.set(locked);
    let _ = push(&it, &site, Some(&it.bundle(BYTES))).await;
    let _ = site.asked();
    // A load of what is kept asks nobody.
    let component = careless.component(&source, None, &lock).await.unwrap();
    assert_eq!((component.bundle, site.asked()), (None, Vec::new()));
    is_believed(&careless.resolve(&source).await.unwrap().1);
}

#[tokio::test]
async fn a_kept_bundle_of_one_who_is_no_longer_trusted_is_replaced_by_that_of_one_who_is() {
    const OTHER: &str = "https://forge.example/acme/plateau/other.yml@refs/tags/v1";
    for is_registry in [true, false] {
        let (it, site) = (Trusting::new(), Site::serve());
        let root = it.authority.root();
        let source = if is_registry {
            Source::Oci(reference(&site))
        } else {
            format!("http://{}/acme.wasm", site.address).parse().unwrap()
        };
        let publish = async |bundle: &str| {
            site.put("/acme.wasm", BYTES);
            site.put("/acme.wasm.sigstore.json", bundle.as_bytes());
            push(&it, &site, Some(bundle)).await
        };
        let digest = publish(&it.authority.bundle(BYTES, FORGE, OTHER, &Flaw::default())).await;
        let before = sources(it.folder.path(), policy(Some(&root), FORGE, OTHER), LIMIT);
        let mut lock = Lock::default();
        let _ = lock.set(before.resolve(&source).await.unwrap().0);
        // There is nothing but that: it is told whom it is from, also where the place is silent.
        let (tag, silent) = (digest.replace(':', "-"), "503 Service Unavailable");
        for path in [
            "/nothing",
            "/acme.wasm.sigstore.json",
            &format!("/v2/team/acme/manifests/{tag}"),
        ] {
            site.refuse(path, silent);
            let error = it.sources.component(&source, None, &lock).await.unwrap_err();
            assert!(matches!(error, SourceError::UntrustedIdentity { .. }), "{error}");
        }
        site.allow();
        let _ = publish(&it.bundle(BYTES)).await;
        for _ in 0..2 {
            is_believed(&it.sources.component(&source, None, &lock).await.unwrap());
            // Once more from the store.
            site.clear();
        }
    }
}

#[tokio::test]
async fn a_kept_bundle_that_is_too_large_by_now_or_does_not_hold_is_no_reason_to_refuse_a_good_one() {
    let (it, site) = (Trusting::new(), Site::serve());
    let source = Source::Oci(reference(&site));
    let _ = push(&it, &site, Some(&it.bundle(BYTES))).await;
    let mut lock = Lock::default();
    let _ = lock.set(it.sources.resolve(&source).await.unwrap().0);
    let kept = it.folder.path().join(format!("store/{}.sigstore.json", sha256(BYTES)));
    assert!(kept.exists());
    let large = " ".repeat(usize::try_from(LIMIT).unwrap() + 1);
    let foreign = Authority::new().bundle(BYTES, FORGE, RELEASE, &Flaw::default());
    for text in [&large, &foreign, &String::from("{}")] {
        for require in [true, false] {
            fs::write(&kept, text).unwrap();
            let component = it.requires(require).component(&source, None, &lock).await.unwrap();
            // Where none is required, one that says nothing is not asked about.
            if require || text == &foreign {
                is_believed(&component);
            }
        }
    }
}

/// A policy of one key, and what it signed.
fn signed(name: &str) -> (Policy, String) {
    let key = SigningKey::generate().unwrap();
    let mut signatures = Signatures::default();
    signatures.add(&key, &sha256(BYTES));
    let policy = Policy {
        require: true,
        keys: vec![TrustedKey::new(name, &key.public(), None).unwrap()],
        identities: None,
    };
    (policy, signatures.text())
}

#[tokio::test]
async fn a_kept_signature_of_a_key_that_was_replaced_is_asked_for_again() {
    let (it, site) = (Trusting::new(), Site::serve());
    let source: Source = format!("http://{}/acme.wasm", site.address).parse().unwrap();
    let (old, by_old) = signed("old");
    let (new, by_new) = signed("new");
    site.put("/acme.wasm", BYTES);
    site.put("/acme.wasm.sig", by_old.as_bytes());
    let mut lock = Lock::default();
    let _ = lock.set(sources(it.folder.path(), old, LIMIT).resolve(&source).await.unwrap().0);
    let it = sources(it.folder.path(), new, LIMIT);
    let error = it.component(&source, None, &lock).await.unwrap_err();
    assert!(matches!(error, SourceError::Untrusted { .. }), "{error}");
    site.put("/acme.wasm.sig", by_new.as_bytes());
    for _ in 0..2 {
        let signer = it.component(&source, None, &lock).await.unwrap().signed_by.unwrap();
        assert_eq!(signer.to_string(), "new");
        site.clear();
    }
}

#[tokio::test]
async fn a_store_that_refuses_what_is_not_there_holds_up_nobody_whom_the_other_proof_convinces() {
    let (it, site) = (Trusting::new(), Site::serve());
    let source: Source = format!("http://{}/acme.wasm", site.address).parse().unwrap();
    let (signature, bundle) = ("/acme.wasm.sig", "/acme.wasm.sigstore.json");
    site.put("/acme.wasm", BYTES);
    for path in [signature, bundle] {
        site.refuse(path, "403 Forbidden");
    }
    let error = it.sources.resolve(&source).await.unwrap_err().to_string();
    assert!(error.contains(signature) && error.contains("403"), "{error}");

    let (by_key, text) = signed("acme");
    let both = Policy {
        keys: by_key.keys,
        ..policy(Some(&it.authority.root()), FORGE, RELEASE)
    };
    let by_both = |folder: &str| sources(&it.folder.path().join(folder), both.clone(), LIMIT);
    site.allow();
    site.refuse(bundle, "403 Forbidden");
    site.put(signature, text.as_bytes());
    let signer = by_both("one").resolve(&source).await.unwrap().1.signed_by.unwrap();
    assert_eq!(signer.to_string(), "acme");
    site.allow();
    site.refuse(signature, "403 Forbidden");
    site.put(bundle, it.bundle(BYTES).as_bytes());
    is_believed(&by_both("two").resolve(&source).await.unwrap().1);
    // What is found to be wrong is told before what is not to be had.
    site.put(bundle, it.bundle(b"\0asm before").as_bytes());
    let error = by_both("three").resolve(&source).await.unwrap_err();
    assert!(matches!(error, SourceError::WrongBundle { .. }), "{error}");
}

#[tokio::test]
async fn a_broken_bundle_beside_a_component_is_refused_as_a_broken_signature_is() {
    let (it, site) = (Trusting::new(), Site::serve());
    let file = it.folder.path().join("acme.wasm");
    fs::write(&file, BYTES).unwrap();
    fs::write(it.folder.path().join("acme.wasm.sigstore.json"), "{}").unwrap();
    site.put("/acme.wasm", BYTES);
    site.put("/acme.wasm.sigstore.json", b"{}");
    let careless = it.requires(false);
    for source in [
        Source::File(file),
        format!("http://{}/acme.wasm", site.address).parse().unwrap(),
    ] {
        let error = careless.resolve(&source).await.unwrap_err();
        assert!(matches!(error, SourceError::NoBundle { .. }), "{error}");
    }
}
