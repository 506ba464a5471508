//! Sigstore bundles in a registry: manifests that refer to the component's, as the distribution
//! specification 1.1 lists them, or below the tag that it has for registries without such a list.

use reqwest::{
    Response, StatusCode,
    header::{self, HeaderMap},
};
use serde_json::{Value as Json, json};
use url::Url;

use crate::{
    Bundle, Reference, SourceError, Sources,
    digest::{is_sha256, sha256},
    http::{LARGEST_DOCUMENT, body, of_document, refused},
    identity::{BUNDLE, VOUCHING},
    oci::{self, INDEX, MANIFEST, authorised, base, get},
};

/// More bundles of one component are not looked at: who may push may add as many as they like.
const MOST: usize = 16;
/// So many pages of a list are read: a registry has a hundred entries on one, or may have no end.
const MOST_PAGES: usize = 8;
/// Where a list says of a bundle what kind of statement it holds, as cosign writes it.
const STATEMENT: &str = "dev.sigstore.bundle.predicateType";
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
    let bytes = match oci::document(sources, reference, &address).await {
        Err(SourceError::Refused { status: 404, .. }) => return Ok(None),
        other => other?,
    };
    if let Some(expected) = path.strip_prefix("manifests/sha256:") {
        same(&address, expected, &bytes)?;
    }
    json_of(&bytes, address).map(Some)
}

fn json_of(bytes: &[u8], place: String) -> Result<Json, SourceError> {
    serde_json::from_slice(bytes).map_err(|error| SourceError::NoBundle {
        place,
        reason: error.to_string(),
    })
}

/// A page of the list that the registry keeps, and the address of the next; none where it keeps no list.
async fn page(
    sources: &Sources,
    reference: &Reference,
    address: &Url,
) -> Result<Option<(Json, Option<Url>)>, SourceError> {
    let make = || sources.client.get(address.clone()).header(header::ACCEPT, INDEX);
    let response = authorised(sources, reference, "pull", address.as_str(), make).await?;
    if response.status() == StatusCode::NOT_FOUND {
        return Ok(None);
    }
    if !response.status().is_success() {
        return Err(refused(response, address.as_str()).await);
    }
    let next = next(address, response.headers());
    let bytes = body(response, address.as_str(), LARGEST_DOCUMENT).await;
    let json = json_of(&bytes.map_err(of_document)?, address.to_string())?;
    Ok(Some((json, next)))
}

/// The next page, which is one of the same registry: RFC 8288, as the distribution specification 1.1 uses it.
fn next(address: &Url, headers: &HeaderMap) -> Option<Url> {
    let links = headers.get_all(header::LINK).iter().filter_map(|it| it.to_str().ok());
    let link = links
        .flat_map(|it| it.split(','))
        .filter_map(|it| it.trim().strip_prefix('<')?.split_once('>'))
        .find(|(_, rest)| rest.replace('"', "").split(';').any(|it| it.trim() == "rel=next"));
    let next = address.join(link?.0).ok()?;
    (next.origin() == address.origin()).then_some(next)
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

/// What refers to a manifest with a bundle that may vouch for it.
async fn listed(sources: &Sources, reference: &Reference, manifest: &str) -> Result<Vec<String>, SourceError> {
    let first = format!("{}/referrers/{manifest}", base(reference));
    let first = Url::parse_with_params(&first, [("artifactType", BUNDLE)]);
    let mut address = first.ok();
    let (mut all, mut pages) = (Vec::new(), 0);
    while let Some(this) = address.take() {
        if pages == MOST_PAGES || all.len() > MOST {
            break;
        }
        let Some((index, next)) = page(sources, reference, &this).await? else {
            break;
        };
        all.extend(vouching(&index));
        (pages, address) = (pages + 1, next);
    }
    if pages == 0
        && let Some(index) = document(sources, reference, &format!("manifests/{}", tag(manifest))).await?
    {
        all.extend(vouching(&index));
    }
    if all.len() > MOST || address.is_some() {
        tracing::warn!(
            component = %reference, most = MOST, most_pages = MOST_PAGES,
            "more bundles are listed than are looked at"
        );
    }
    all.truncate(MOST);
    Ok(all)
}

/// The digests in a list of what may vouch.
fn vouching(index: &Json) -> Vec<String> {
    let all = index.get("manifests").and_then(Json::as_array).into_iter().flatten();
    let bundles = all.filter(|it| text(it, "artifactType") == Some(BUNDLE)).filter(|it| {
        let statement = it.get("annotations").and_then(|it| text(it, STATEMENT));
        statement.is_none_or(|it| VOUCHING.contains(&it))
    });
    bundles.filter_map(digest).map(str::to_owned).collect()
}

/// Whether it is one bundle that is not to be had. Who it is that asks, or how often, is no matter of one.
fn is_its_own(error: &SourceError) -> bool {
    match error {
        SourceError::NoBundle { .. }
        | SourceError::BundleTooLarge { .. }
        | SourceError::DocumentTooLarge { .. }
        | SourceError::Drift { .. } => true,
        SourceError::Refused { status, .. } => (400..500).contains(status) && ![401, 429].contains(status),
        _ => false,
    }
}

/// The bundles of a manifest. One that is none, or not to be had, is passed over with a warning: whoever may push
/// can add it.
pub(crate) async fn bundles(
    sources: &Sources,
    reference: &Reference,
    manifest: &str,
) -> Result<Vec<Bundle>, SourceError> {
    let mut all = Vec::new();
    for it in listed(sources, reference, manifest).await? {
        match bundle(sources, reference, &it).await {
            Ok(bundle) => all.push(bundle),
            Err(error) if is_its_own(&error) => {
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
    let bundle = Bundle::new(bytes, &place, limit)?;
    if let Some(identities) = &sources.config.policy.identities {
        identities.is_bundle(&bundle)?;
    }
    Ok(bundle)
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
