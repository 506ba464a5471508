//! Lists of what refers to a component: whoever may push may add to them.

use deepfix_sources::{Source, SourceError};
use serde_json::{Value, json};

use crate::{
    authority::Flaw,
    judged::{BYTES, FORGE, RELEASE},
    places::{Trusting, is_believed, list_of, push, refer, reference, referrer},
    site::Site,
};

const VULNERABILITIES: &str = "https://cosign.sigstore.dev/attestation/vuln/v1";

fn entries(site: &Site, digest: &str, entries: &[Value]) {
    let list = json!({ "manifests": entries }).to_string();
    site.put(&list_of(digest), list.as_bytes());
}

fn manifest_of(entry: &Value) -> String {
    format!("/v2/team/acme/manifests/{}", entry["digest"].as_str().unwrap())
}

/// Where the bytes are of the bundle that an entry is of.
fn blob_of(site: &Site, entry: &Value) -> String {
    let referrer: Value = serde_json::from_slice(&site.get(&manifest_of(entry)).unwrap()).unwrap();
    let digest = referrer["layers"][0]["digest"].as_str().unwrap();
    format!("/v2/team/acme/blobs/{digest}")
}

#[tokio::test]
async fn a_referrer_that_is_not_to_be_had_is_passed_over_whatever_the_policy() {
    let (it, site) = (Trusting::new(), Site::serve());
    let source = Source::Oci(reference(&site));
    let digest = push(&it, &site, None).await;
    let (bad, good) = (referrer(&site, "{}"), referrer(&site, &it.bundle(BYTES)));
    entries(&site, &digest, &[bad.clone(), good]);
    let (blob, manifest) = (blob_of(&site, &bad), manifest_of(&bad));
    let whole = site.get(&manifest).unwrap();
    let large = vec![b' '; (1 << 20) + 1];
    for require in [true, false] {
        let sources = it.requires(require);
        let check = async || {
            // What was believed is not asked for again.
            let _ = std::fs::remove_dir_all(it.folder.path().join("store"));
            is_believed(&sources.resolve(&source).await.unwrap().1);
        };
        // It is no bundle; its bytes are gone, or are kept from us; its manifest is other, absurd, or gone.
        check().await;
        for (path, status) in [
            (&blob, "404 Not Found"),
            (&blob, "403 Forbidden"),
            (&manifest, "404 Not Found"),
        ] {
            site.refuse(path, status);
            check().await;
            site.allow();
        }
        for bytes in [&b"{}"[..], &large] {
            site.put(&manifest, bytes);
            check().await;
        }
        site.put(&manifest, &whole);
    }
    // What is no matter of one referrer is none to pass over.
    site.refuse(&blob, "503 Service Unavailable");
    let error = it.with_limit(1 << 16).resolve(&source).await.unwrap_err();
    assert!(matches!(error, SourceError::Refused { status: 503, .. }), "{error}");
}

#[tokio::test]
async fn a_list_that_is_absurdly_long_is_told_by_its_own_limit() {
    let (it, site) = (Trusting::new(), Site::serve());
    let digest = push(&it, &site, None).await;
    site.put(&list_of(&digest), &vec![b' '; (1 << 20) + 1]);
    let error = it.sources.resolve(&Source::Oci(reference(&site))).await.unwrap_err();
    assert!(matches!(error, SourceError::DocumentTooLarge { .. }), "{error}");
    assert!(!error.to_string().contains("max_component"), "{error}");
}

#[tokio::test]
async fn a_component_of_which_its_author_only_lists_weaknesses_is_unsigned_and_not_tampered_with() {
    let (it, site) = (Trusting::new(), Site::serve());
    let source = Source::Oci(reference(&site));
    let digest = push(&it, &site, None).await;
    let scan = it.authority.statement(BYTES, FORGE, RELEASE, VULNERABILITIES);
    refer(&site, &digest, &[&scan]);
    let (_, component) = it.requires(false).resolve(&source).await.unwrap();
    assert_eq!(component.signed_by, None);
    let error = it.sources.resolve(&source).await.unwrap_err();
    assert!(matches!(error, SourceError::VouchesForNothing { .. }), "{error}");
}

/// Bundles of a stranger, each another.
fn strangers(it: &Trusting, site: &Site, count: usize) -> Vec<Value> {
    let bundle = |number| {
        let subject = format!("https://forge.example/mallory/{number}");
        it.authority.bundle(BYTES, FORGE, &subject, &Flaw::default())
    };
    (0..count).map(|number| referrer(site, &bundle(number))).collect()
}

#[tokio::test]
async fn the_sixteenth_bundle_of_a_list_counts_and_no_later_one() {
    let (it, site) = (Trusting::new(), Site::serve());
    let source = Source::Oci(reference(&site));
    let digest = push(&it, &site, None).await;
    let good = referrer(&site, &it.bundle(BYTES));
    let mut all = strangers(&it, &site, 16);
    all.push(good.clone());
    entries(&site, &digest, &all);
    let error = it.sources.resolve(&source).await.unwrap_err();
    assert!(matches!(error, SourceError::UntrustedIdentity { .. }), "{error}");
    // What the list itself says to vouch for nothing takes no place.
    all[0]["annotations"] = json!({ "dev.sigstore.bundle.predicateType": VULNERABILITIES });
    entries(&site, &digest, &all);
    is_believed(&it.sources.resolve(&source).await.unwrap().1);
}

#[tokio::test]
async fn a_list_is_read_to_its_end_on_the_same_registry_and_no_further_than_eight_pages() {
    let (it, site, elsewhere) = (Trusting::new(), Site::serve(), Site::serve());
    let source = Source::Oci(reference(&site));
    let digest = push(&it, &site, None).await;
    let list = |all: &[&Value]| json!({ "manifests": all }).to_string().into_bytes();
    let good = referrer(&site, &it.bundle(BYTES));
    let last = format!("/v2/team/acme/referrers/{digest}?page=last");
    site.put(&last, &list(&[&good]));
    elsewhere.put(&last, &list(&[&good]));

    site.page(
        &list_of(&digest),
        &list(&[]),
        &format!("http://{}{last}", elsewhere.address),
    );
    let error = it.sources.resolve(&source).await.unwrap_err();
    assert!(matches!(error, SourceError::Unsigned { .. }), "{error}");
    assert_eq!(elsewhere.asked(), Vec::<String>::new());

    // The first, six more, and the last; then one more than that.
    let page = |number: usize| format!("?page={number}");
    site.page(&list_of(&digest), &list(&[]), &page(0));
    for number in 0..7 {
        let next = if number == 6 { last.clone() } else { page(number + 1) };
        site.page(
            &format!("/v2/team/acme/referrers/{digest}{}", page(number)),
            &list(&[]),
            &next,
        );
    }
    let error = it.sources.resolve(&source).await.unwrap_err();
    assert!(matches!(error, SourceError::Unsigned { .. }), "{error}");
    site.page(&list_of(&digest), &list(&[]), &page(1));
    is_believed(&it.sources.resolve(&source).await.unwrap().1);
}

#[tokio::test]
async fn a_registry_that_keeps_the_list_itself_is_given_none() {
    let (it, site) = (Trusting::new(), Site::serve());
    site.list();
    let digest = push(&it, &site, Some(&it.bundle(BYTES))).await;
    let tag = format!("/v2/team/acme/manifests/{}", digest.replace(':', "-"));
    let asked = site.asked();
    assert!(!asked.iter().any(|it| it.ends_with(&tag)), "{asked:?}");
    is_believed(&it.sources.resolve(&Source::Oci(reference(&site))).await.unwrap().1);
}
