//! Sigstore bundles in a registry: manifests that refer to the component's, as the distribution
//! specification 1.1 lists them, or below the tag that it has for registries without such a list.

use reqwest::Response;
use serde_json::{Value as Json, json};

use crate::{
    Bundle, Reference, SourceError, Sources,
    digest::{is_sha256, sha256},
    http::LARGEST_DOCUMENT,
    identity::BUNDLE,
    oci::{INDEX, MANIFEST, base, get},
};

/// More bundles of one component are not looked at: who may push may add as many as they like.
const MOST: usize = 16;
/// The configuration of an artifact that has none, and its bytes.
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
const EMPTY_BYTES: &[u8] = b"{}";
/// What a registry that keeps the list itself answers with.
const SUBJECT: &str = "oci-subject";

/// The tag with the list, where the registry has none.
fn tag(digest: &str) -> String {
    digest.replace(':', "-")
}

/// A document of the registry; none where it says that there is none.
async fn document(sources: &Sources, reference: &Reference, path: &str) -> Result<Option<Json>, SourceError> {
    let address = format!("{}/{path}", base(reference));
    let bytes = match get(sources, reference, &address, LARGEST_DOCUMENT).await {
        Err(SourceError::Refused { status: 404, .. }) => return Ok(None),
        other => other?,
    };
    if let Some(expected) = path.rsplit_once("sha256:").map(|(_, it)| it)
        && path.starts_with("manifests/")
    {
        same(&address, expected, &bytes)?;
    }
    let json = serde_json::from_slice(&bytes);
    json.map(Some).map_err(|error| SourceError::NoBundle {
        place: address,
        reason: error.to_string(),
    })
}

fn same(address: &str, expected: &str, bytes: &[u8]) -> Result<(), SourceError> {
    let found = sha256(bytes);
    if found == expected {
        return Ok(());
    }
    Err(SourceError::Drift {
        source_text: address.to_owned(),
        expected: expected.to_owned(),
        found,
    })
}

fn text<'a>(json: &'a Json, name: &str) -> Option<&'a str> {
    json.get(name).and_then(Json::as_str)
}

/// The digest of a descriptor, where it has one that can be asked for.
fn digest(json: &Json) -> Option<&str> {
    text(json, "digest")?.strip_prefix("sha256:").filter(|it| is_sha256(it))
}

/// What refers to a manifest with a bundle.
async fn listed(sources: &Sources, reference: &Reference, manifest: &str) -> Result<Vec<String>, SourceError> {
    let index = match document(sources, reference, &format!("referrers/{manifest}")).await? {
        Some(index) => Some(index),
        None => document(sources, reference, &format!("manifests/{}", tag(manifest))).await?,
    };
    let all = index
        .as_ref()
        .and_then(|it| it.get("manifests"))
        .and_then(Json::as_array);
    let bundles = all.into_iter().flatten();
    let bundles = bundles.filter(|it| text(it, "artifactType") == Some(BUNDLE));
    Ok(bundles.filter_map(digest).take(MOST).map(str::to_owned).collect())
}

/// The bundles of a manifest. One that is none is passed over with a warning: whoever may push can add it.
pub(crate) async fn bundles(
    sources: &Sources,
    reference: &Reference,
    manifest: &str,
) -> Result<Vec<Bundle>, SourceError> {
    let mut all = Vec::new();
    for it in listed(sources, reference, manifest).await? {
        match bundle(sources, reference, &it).await {
            Ok(bundle) => all.push(bundle),
            Err(error @ (SourceError::NoBundle { .. } | SourceError::BundleTooLarge { .. })) => {
                tracing::warn!(component = %reference, reason = %error, "a bundle is passed over");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

async fn bundle(sources: &Sources, reference: &Reference, manifest: &str) -> Result<Bundle, SourceError> {
    let place = format!("oci://{}", reference.at(&format!("sha256:{manifest}")));
    let wrong = |reason: &str| SourceError::NoBundle {
        place: place.clone(),
        reason: reason.to_owned(),
    };
    let json = document(sources, reference, &format!("manifests/sha256:{manifest}")).await?;
    let json = json.ok_or_else(|| wrong("it is listed, and not there"))?;
    let layers = json.get("layers").and_then(Json::as_array).map(Vec::as_slice);
    let layer = match layers {
        Some([layer]) if text(layer, "mediaType") == Some(BUNDLE) => digest(layer),
        _ => None,
    };
    let layer = layer.ok_or_else(|| wrong(&format!("expected one layer of the type {BUNDLE} with a sha256")))?;
    let address = format!("{}/blobs/sha256:{layer}", base(reference));
    let limit = sources.config.max_bundle;
    let bytes = match get(sources, reference, &address, limit).await {
        Err(SourceError::TooLarge { .. }) => return Err(SourceError::BundleTooLarge { place, limit }),
        other => other?,
    };
    same(&address, layer, &bytes)?;
    Bundle::new(bytes, &place, limit)
}

impl Sources {
    /// Pushes a bundle as what refers to a manifest of a digest and a size.
    pub(crate) async fn push_bundle(
        &self,
        reference: &Reference,
        subject: (&str, usize),
        bundle: &Bundle,
    ) -> Result<(), SourceError> {
        let (digest, size) = subject;
        let blob = bundle.text.clone().into_bytes();
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": BUNDLE,
            "config": {
                "mediaType": EMPTY, "digest": format!("sha256:{}", sha256(EMPTY_BYTES)), "size": EMPTY_BYTES.len(),
            },
            "layers": [{ "mediaType": BUNDLE, "digest": format!("sha256:{}", sha256(&blob)), "size": blob.len() }],
            "subject": { "mediaType": MANIFEST, "digest": digest, "size": size },
        })
        .to_string()
        .into_bytes();
        self.push_blob(reference, EMPTY_BYTES.to_vec()).await?;
        self.push_blob(reference, blob).await?;
        let name = format!("sha256:{}", sha256(&manifest));
        let entry = json!({
            "mediaType": MANIFEST, "artifactType": BUNDLE, "digest": name, "size": manifest.len(),
        });
        let response = self.put_manifest(reference, &name, MANIFEST, manifest).await?;
        if lists(&response) {
            return Ok(());
        }
        let tag = tag(digest);
        let index = document(self, reference, &format!("manifests/{tag}")).await?;
        let before = index
            .as_ref()
            .and_then(|it| it.get("manifests"))
            .and_then(Json::as_array);
        let mut all: Vec<Json> = before.into_iter().flatten().cloned().collect();
        all.retain(|it| it.get("digest") != entry.get("digest"));
        all.push(entry);
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": all });
        self.put_manifest(reference, &tag, INDEX, index.to_string().into_bytes())
            .await
            .map(drop)
    }
}

fn lists(response: &Response) -> bool {
    response.headers().contains_key(SUBJECT)
}
