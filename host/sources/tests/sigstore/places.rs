//! Where bundles are found: beside a file, beside an address, in a registry, and in the store.

use std::{fs, path::Path, time::Duration};

use deepfix_sources::{Bundle, Component, Config, Lock, Policy, Reference, Source, SourceError, Sources, sha256};
use serde_json::{Value, json};

use crate::{
    authority::{Authority, Flaw},
    judged::{BYTES, FORGE, LIMIT, RELEASE, policy},
    site::{OF_BUNDLES, Site},
};

const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

pub(crate) fn sources(folder: &Path, policy: Policy, max_bundle: u64) -> Sources {
    Sources::new(Config {
        store: folder.join("store"),
        max_component: 1 << 20,
        max_bundle,
        timeout: Duration::from_secs(60),
        policy,
        credentials: Vec::new(),
    })
    .unwrap()
}

pub(crate) struct Trusting {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) authority: Authority,
    pub(crate) sources: Sources,
}

impl Trusting {
    pub(crate) fn new() -> Self {
        let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new());
        let sources = sources(folder.path(), policy(Some(&authority.root()), FORGE, RELEASE), LIMIT);
        Self {
            folder,
            authority,
            sources,
        }
    }

    /// The same store and what is trusted, whether a signature is asked for or not.
    pub(crate) fn requires(&self, require: bool) -> Sources {
        let policy = policy(Some(&self.authority.root()), FORGE, RELEASE);
        sources(self.folder.path(), Policy { require, ..policy }, LIMIT)
    }

    /// The same with another limit and an empty store.
    pub(crate) fn with_limit(&self, max_bundle: u64) -> Sources {
        let root = self.authority.root();
        let elsewhere = self.folder.path().join("elsewhere");
        sources(&elsewhere, policy(Some(&root), FORGE, RELEASE), max_bundle)
    }

    pub(crate) fn bundle(&self, bytes: &[u8]) -> String {
        self.authority.bundle(bytes, FORGE, RELEASE, &Flaw::default())
    }
}

pub(crate) fn is_believed(component: &Component) {
    assert_eq!(component.bytes, BYTES);
    let signer = component.signed_by.as_ref().unwrap();
    assert_eq!(signer.to_string(), format!("{RELEASE} of {FORGE}"));
}

#[tokio::test]
async fn a_bundle_lies_beside_a_file_and_has_a_limit() {
    let it = Trusting::new();
    let file = it.folder.path().join("acme.wasm");
    let beside = it.folder.path().join("acme.wasm.sigstore.json");
    fs::write(&file, BYTES).unwrap();
    let source = Source::File(file.clone());
    let lock = Lock::default();
    let error = it.sources.component(&source, None, &lock).await.unwrap_err();
    assert!(matches!(error, SourceError::Unsigned { .. }), "{error}");
    let bundle = it.bundle(BYTES);
    fs::write(&beside, &bundle).unwrap();
    is_believed(&it.sources.component(&source, None, &lock).await.unwrap());

    let size = bundle.len() as u64;
    is_believed(&it.with_limit(size).component(&source, None, &lock).await.unwrap());
    let error = it
        .with_limit(size - 1)
        .component(&source, None, &lock)
        .await
        .unwrap_err();
    assert_eq!(
        error,
        SourceError::BundleTooLarge {
            place: beside.display().to_string(),
            limit: size - 1
        }
    );

    fs::write(&file, b"\0asm of another sort").unwrap();
    let error = it.sources.component(&source, None, &lock).await.unwrap_err();
    assert!(matches!(error, SourceError::WrongBundle { .. }), "{error}");
    // Who trusts no identity does not look at it.
    let nobody = sources(it.folder.path(), Policy::default(), LIMIT);
    assert_eq!(nobody.component(&source, None, &lock).await.unwrap().signed_by, None);
}

#[tokio::test]
async fn a_bundle_lies_beside_an_address_is_kept_and_may_come_later() {
    let (it, site) = (Trusting::new(), Site::serve());
    let source: Source = format!("http://{}/acme.wasm?v=1", site.address).parse().unwrap();
    site.put("/acme.wasm?v=1", BYTES);
    let error = it.sources.resolve(&source).await.unwrap_err();
    assert!(matches!(error, SourceError::Unsigned { .. }), "{error}");
    // Kept unsigned, by who asks for no signature.
    let careless = sources(it.folder.path(), Policy::default(), LIMIT);
    let (locked, _) = careless.resolve(&source).await.unwrap();
    let mut lock = Lock::default();
    let _ = lock.set(locked);
    assert!(it.sources.component(&source, None, &lock).await.is_err());
    let bundle = it.bundle(BYTES);
    site.put("/acme.wasm.sigstore.json?v=1", bundle.as_bytes());
    is_believed(&it.sources.component(&source, None, &lock).await.unwrap());
    site.clear();
    let _ = site.asked();
    is_believed(&it.sources.component(&source, None, &lock).await.unwrap());
    assert_eq!(site.asked(), Vec::<String>::new());

    site.put("/acme.wasm?v=1", BYTES);
    site.put("/acme.wasm.sigstore.json?v=1", bundle.as_bytes());
    let error = it.with_limit(100).resolve(&source).await.unwrap_err();
    assert!(
        matches!(error, SourceError::BundleTooLarge { limit: 100, .. }),
        "{error}"
    );
}

pub(crate) fn reference(site: &Site) -> Reference {
    format!("{}/team/acme:1", site.address).parse().unwrap()
}

/// Pushes the component with a bundle; the digest of its manifest.
pub(crate) async fn push(it: &Trusting, site: &Site, bundle: Option<&str>) -> String {
    let bundle = bundle.map(|text| Bundle::new(text.as_bytes().to_vec(), "pushed", LIMIT).unwrap());
    let reference = reference(site);
    let pushed = it.sources.push(&reference, BYTES.to_vec(), None, bundle.as_ref(), &[]);
    pushed.await.unwrap()
}

#[tokio::test]
async fn a_bundle_in_a_registry_is_found_by_the_tag_of_its_referrers_before_the_bytes_are_fetched() {
    let (it, site) = (Trusting::new(), Site::serve());
    let source = Source::Oci(reference(&site));
    let _ = push(&it, &site, None).await;
    let _ = site.asked();
    let error = it.sources.resolve(&source).await.unwrap_err();
    assert!(matches!(error, SourceError::Unsigned { .. }), "{error}");
    let blobs = |asked: Vec<String>| asked.iter().filter(|it| it.contains("/blobs/")).count();
    assert_eq!(blobs(site.asked()), 0);

    // Two publishers sign the same: both are listed, and the second push forgets nothing.
    let stranger = it
        .authority
        .bundle(BYTES, FORGE, "https://forge.example/mallory", &Flaw::default());
    let digest = push(&it, &site, Some(&stranger)).await;
    let error = it.sources.resolve(&source).await.unwrap_err();
    assert!(matches!(error, SourceError::UntrustedIdentity { .. }), "{error}");
    let again = push(&it, &site, Some(&it.bundle(BYTES))).await;
    assert_eq!(digest, again);
    let tag = format!("/v2/team/acme/manifests/{}", digest.replace(':', "-"));
    let index: serde_json::Value = serde_json::from_slice(&site.get(&tag).unwrap()).unwrap();
    assert_eq!(index["manifests"].as_array().unwrap().len(), 2);
    let (locked, component) = it.sources.resolve(&source).await.unwrap();
    is_believed(&component);

    // From the store, though the registry is down.
    let mut lock = Lock::default();
    let _ = lock.set(locked);
    site.clear();
    let _ = site.asked();
    is_believed(&it.sources.component(&source, None, &lock).await.unwrap());
    assert_eq!(site.asked(), Vec::<String>::new());
}

/// Puts a bundle there, and what refers with it to a manifest; the entry for a list of such.
pub(crate) fn referrer(site: &Site, bundle: &str) -> Value {
    let blob = format!("sha256:{}", sha256(bundle.as_bytes()));
    let referrer = json!({
        "schemaVersion": 2, "artifactType": BUNDLE,
        "layers": [{ "mediaType": BUNDLE, "digest": blob, "size": bundle.len() }],
    })
    .to_string();
    let name = format!("sha256:{}", sha256(referrer.as_bytes()));
    site.put(&format!("/v2/team/acme/blobs/{blob}"), bundle.as_bytes());
    site.put(&format!("/v2/team/acme/manifests/{name}"), referrer.as_bytes());
    json!({ "artifactType": BUNDLE, "digest": name })
}

/// Where a registry that keeps the list itself has that of a manifest.
pub(crate) fn list_of(manifest: &str) -> String {
    format!("/v2/team/acme/referrers/{manifest}?{OF_BUNDLES}")
}

/// Puts bundles there as what refers to a manifest, in a registry that keeps the list itself.
pub(crate) fn refer(site: &Site, manifest: &str, bundles: &[&str]) {
    let other = json!({
        "artifactType": "application/vnd.example.sbom", "digest": format!("sha256:{}", "0".repeat(64)),
    });
    let entries = bundles.iter().map(|it| referrer(site, it));
    let all: Vec<Value> = std::iter::once(other).chain(entries).collect();
    site.put(&list_of(manifest), json!({ "manifests": all }).to_string().as_bytes());
}

#[tokio::test]
async fn who_signed_the_manifest_signed_the_component_that_it_names_but_no_file() {
    let (it, site) = (Trusting::new(), Site::serve());
    let source = Source::Oci(reference(&site));
    let digest = push(&it, &site, None).await;
    let manifest = site.get("/v2/team/acme/manifests/1").unwrap();
    refer(&site, &digest, &[&it.bundle(&manifest)]);
    let (locked, component) = it.sources.resolve(&source).await.unwrap();
    is_believed(&component);
    assert_eq!(component.bundle, None);
    let mut lock = Lock::default();
    let _ = lock.set(locked);
    site.clear();
    is_believed(&it.sources.component(&source, None, &lock).await.unwrap());
}

#[tokio::test]
async fn a_bundle_in_a_registry_that_is_too_large_or_not_what_it_is_listed_as_does_not_count() {
    let (it, site) = (Trusting::new(), Site::serve());
    let source = Source::Oci(reference(&site));
    let digest = push(&it, &site, None).await;
    let bundle = it.bundle(BYTES);
    refer(&site, &digest, &[&bundle]);
    let error = it.with_limit(100).resolve(&source).await.unwrap_err();
    assert!(matches!(error, SourceError::Unsigned { .. }), "{error}");
    let blob = format!("/v2/team/acme/blobs/sha256:{}", sha256(bundle.as_bytes()));
    site.put(&blob, b"{}");
    let error = it.sources.resolve(&source).await.unwrap_err();
    assert!(matches!(error, SourceError::Unsigned { .. }), "{error}");
    site.put(&blob, bundle.as_bytes());
    is_believed(&it.sources.resolve(&source).await.unwrap().1);
}

#[tokio::test]
async fn what_is_pulled_brings_its_bundle_along_and_removes_that_of_what_lay_there() {
    let (it, site) = (Trusting::new(), Site::serve());
    let bundle = it.bundle(BYTES);
    let _ = push(&it, &site, Some(&bundle)).await;
    let (_, component) = it.sources.resolve(&Source::Oci(reference(&site))).await.unwrap();
    let file = it.folder.path().join("pulled.wasm");
    Sources::write_component(&file, &component).unwrap();
    let beside = it.folder.path().join("pulled.wasm.sigstore.json");
    assert_eq!(fs::read_to_string(&beside).unwrap(), bundle);
    let source = Source::File(file.clone());
    is_believed(&it.sources.component(&source, None, &Lock::default()).await.unwrap());
    let unsigned = Component {
        bundle: None,
        ..component
    };
    // One that vouched for these bytes goes on to do so.
    Sources::write_component(&file, &unsigned).unwrap();
    assert_eq!(fs::read_to_string(&beside).unwrap(), bundle);
    fs::write(&file, b"\0asm of another sort").unwrap();
    Sources::write_component(&file, &unsigned).unwrap();
    assert!(!beside.exists());
}
