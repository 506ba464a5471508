//! The part of the OCI distribution specification 1.1 that an artifact with one layer needs, and the
//! CNCF's artifact type for WebAssembly: an image manifest whose configuration has the type
//! `application/vnd.wasm.config.v0+json`, with one layer of `application/wasm`.

use reqwest::{Method, RequestBuilder, Response, StatusCode, header};
use serde_json::{Value as Json, json};
use url::Url;

use crate::{
    Bundle, Credential, Date, Reference, Signatures, SourceError, Sources,
    digest::{is_sha256, sha256},
    http::{LARGEST_DOCUMENT, body, is_loopback, is_private, of_document, refused},
};

pub(crate) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const LAYER: &str = "application/wasm";
/// The annotation of a manifest that holds its signatures.
const SIGNATURES: &str = "org.deepfix.plugin.signatures";

/// The component's layer, as its manifest names it.
#[derive(Debug, Clone)]
pub(crate) struct Layer {
    pub(crate) sha256: String,
    size: u64,
    pub(crate) signatures: Option<Signatures>,
}

pub(crate) fn base(reference: &Reference) -> String {
    let host = reference
        .registry
        .rsplit_once(':')
        .map_or(reference.registry.as_str(), |(host, port)| {
            if port.bytes().all(|it| it.is_ascii_digit()) {
                host
            } else {
                &reference.registry
            }
        });
    let scheme = if is_loopback(host) { "http" } else { "https" };
    format!("{scheme}://{}/v2/{}", reference.registry, reference.repository)
}

/// The digest of the manifest that a tag stands for now.
pub(crate) async fn resolve(sources: &Sources, reference: &Reference) -> Result<String, SourceError> {
    if reference.is_digest() {
        return Ok(reference.version.clone());
    }
    let address = format!("{}/manifests/{}", base(reference), reference.version);
    let bytes = document(sources, reference, &address).await?;
    let digest = sha256(&bytes);
    sources.store.put(&digest, "json", &bytes)?;
    Ok(format!("sha256:{digest}"))
}

/// The manifest of a digest, kept or fetched, and what it says of the component.
pub(crate) async fn manifest(sources: &Sources, reference: &Reference, digest: &str) -> Result<Layer, SourceError> {
    let address = format!("{}/manifests/{digest}", base(reference));
    let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
    let text = format!("oci://{reference}");
    let bytes = match sources.store.get(hex, "json", &text)? {
        Some(bytes) => bytes,
        None => {
            let bytes = document(sources, reference, &address).await?;
            let found = sha256(&bytes);
            if found != hex {
                return Err(SourceError::Drift {
                    source_text: text,
                    expected: hex.to_owned(),
                    found,
                });
            }
            sources.store.put(hex, "json", &bytes)?;
            bytes
        }
    };
    let wrong = |reason: &str| SourceError::NotWasm {
        address: format!("{text} ({digest})"),
        reason: reason.to_owned(),
    };
    let json: Json = serde_json::from_slice(&bytes).map_err(|error| wrong(&error.to_string()))?;
    let config = json.pointer("/config/mediaType").and_then(Json::as_str);
    if config != Some(CONFIG) {
        let found = config.unwrap_or("none");
        return Err(wrong(&format!(
            "its configuration has the type `{found}`, expected `{CONFIG}`"
        )));
    }
    let layers = json
        .get("layers")
        .and_then(Json::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let [layer] = layers else {
        return Err(wrong(&format!("it has {} layers, expected one", layers.len())));
    };
    let text_of = |name: &str| layer.get(name).and_then(Json::as_str);
    let digest = text_of("digest").and_then(|it| it.strip_prefix("sha256:"));
    let Some(digest) = digest.filter(|it| is_sha256(it) && text_of("mediaType") == Some(LAYER)) else {
        return Err(wrong(&format!("its layer is not of the type {LAYER} with a sha256")));
    };
    let signatures = json
        .get("annotations")
        .and_then(|it| it.get(SIGNATURES))
        .and_then(Json::as_str);
    Ok(Layer {
        sha256: digest.to_owned(),
        size: layer.get("size").and_then(Json::as_u64).unwrap_or(u64::MAX),
        signatures: signatures.map(|it| Signatures::parse(it, &text)).transpose()?,
    })
}

/// The bytes of a layer.
pub(crate) async fn blob(sources: &Sources, reference: &Reference, layer: &Layer) -> Result<Vec<u8>, SourceError> {
    let address = format!("{}/blobs/sha256:{}", base(reference), layer.sha256);
    let limit = sources.config.max_component;
    if layer.size > limit {
        return Err(SourceError::TooLarge { address, limit });
    }
    get(sources, reference, &address, limit).await
}

/// A manifest, or a list of some.
pub(crate) async fn document(sources: &Sources, reference: &Reference, address: &str) -> Result<Vec<u8>, SourceError> {
    let bytes = get(sources, reference, address, LARGEST_DOCUMENT).await;
    bytes.map_err(of_document)
}

pub(crate) async fn get(
    sources: &Sources,
    reference: &Reference,
    address: &str,
    limit: u64,
) -> Result<Vec<u8>, SourceError> {
    let make = || {
        let request = sources.client.get(address);
        request.header(header::ACCEPT, format!("{MANIFEST}, {INDEX}, */*;q=0.5"))
    };
    let response = authorised(sources, reference, "pull", address, make).await?;
    if !response.status().is_success() {
        return Err(refused(response, address).await);
    }
    body(response, address, limit).await
}

/// A request, once more with what the registry asks for where it answers 401.
pub(crate) async fn authorised(
    sources: &Sources,
    reference: &Reference,
    actions: &str,
    address: &str,
    make: impl Fn() -> RequestBuilder,
) -> Result<Response, SourceError> {
    let response = sources.send_any(make(), address).await?;
    // A place that the registry sends us to, such as an upload's, is not told who we are.
    let registry = Url::parse(&base(reference)).ok();
    let is_registry = registry.is_some_and(|it| it.origin() == response.url().origin());
    if response.status() != StatusCode::UNAUTHORIZED || !is_registry {
        return Ok(response);
    }
    let credential = sources
        .config
        .credentials
        .iter()
        .find(|it| it.registry == reference.registry);
    let challenge = response.headers().get(header::WWW_AUTHENTICATE);
    let challenge = challenge.and_then(|it| it.to_str().ok()).unwrap_or_default().to_owned();
    let request = match (challenge.split_once(' '), credential) {
        (Some((scheme, rest)), _) if scheme.eq_ignore_ascii_case("bearer") => {
            make().bearer_auth(token(sources, reference, actions, rest, credential).await?)
        }
        (Some((scheme, _)), Some(it)) if scheme.eq_ignore_ascii_case("basic") => {
            make().basic_auth(&it.username, Some(&it.password))
        }
        _ => return Ok(response),
    };
    sources.send_any(request, address).await
}

/// A token of the service that the registry names.
async fn token(
    sources: &Sources,
    reference: &Reference,
    actions: &str,
    challenge: &str,
    credential: Option<&Credential>,
) -> Result<String, SourceError> {
    let parameter = |name: &str| {
        challenge.split(',').find_map(|part| {
            let (key, value) = part.trim().split_once('=')?;
            (key == name).then(|| value.trim_matches('"').to_owned())
        })
    };
    let wrong = |reason: &str| SourceError::Unreachable {
        address: reference.registry.clone(),
        reason: reason.to_owned(),
    };
    let realm = parameter("realm").and_then(|it| Url::parse(&it).ok());
    let mut realm = realm.ok_or_else(|| wrong("its token service has no address"))?;
    if !is_private(&realm) {
        return Err(wrong("its token service speaks plain http"));
    }
    if let Some(service) = parameter("service") {
        realm.query_pairs_mut().append_pair("service", &service);
    }
    let scope = format!("repository:{}:{actions}", reference.repository);
    realm.query_pairs_mut().append_pair("scope", &scope);
    let address = realm.host_str().unwrap_or_default().to_owned();
    let mut request = sources.client.get(realm);
    if let Some(it) = credential {
        request = request.basic_auth(&it.username, Some(&it.password));
    }
    let response = sources.send(request, &address).await?;
    let json: Json = serde_json::from_slice(&body(response, &address, LARGEST_DOCUMENT).await.map_err(of_document)?)
        .map_err(|error| wrong(&format!("its token service: {error}")))?;
    let tokens = ["token", "access_token"].into_iter();
    let token = tokens.filter_map(|it| json.get(it)).find_map(Json::as_str);
    token
        .map(str::to_owned)
        .ok_or_else(|| wrong("its token service gave no token"))
}

impl Sources {
    /// Pushes a component, with its signatures as an annotation and its bundle as a referrer, and returns
    /// the digest of its manifest.
    ///
    /// # Errors
    /// The registry refuses it, or is not to be reached.
    pub async fn push(
        &self,
        reference: &Reference,
        bytes: Vec<u8>,
        signatures: Option<&Signatures>,
        bundle: Option<&Bundle>,
        annotations: &[(&str, &str)],
    ) -> Result<String, SourceError> {
        let layer = sha256(&bytes);
        let size = bytes.len();
        let config = json!({
            "created": format!("{}T00:00:00Z", Date::today()), "architecture": "wasm", "os": "wasip2",
            "layerDigests": [format!("sha256:{layer}")],
        })
        .to_string()
        .into_bytes();
        let mut notes: serde_json::Map<String, Json> = annotations
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)))
            .collect();
        if let Some(signatures) = signatures {
            notes.insert(SIGNATURES.to_owned(), json!(signatures.text()));
        }
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": {
                "mediaType": CONFIG, "digest": format!("sha256:{}", sha256(&config)), "size": config.len(),
            },
            "layers": [{ "mediaType": LAYER, "digest": format!("sha256:{layer}"), "size": size }],
            "annotations": notes,
        })
        .to_string()
        .into_bytes();
        self.push_blob(reference, bytes).await?;
        self.push_blob(reference, config).await?;
        let digest = format!("sha256:{}", sha256(&manifest));
        let length = manifest.len();
        self.put_manifest(reference, &reference.version, MANIFEST, manifest)
            .await?;
        if let Some(bundle) = bundle {
            self.push_bundle(reference, (&digest, length), bundle).await?;
        }
        Ok(digest)
    }

    /// Puts a manifest at a tag or its digest.
    pub(crate) async fn put_manifest(
        &self,
        reference: &Reference,
        version: &str,
        kind: &str,
        manifest: Vec<u8>,
    ) -> Result<Response, SourceError> {
        let address = format!("{}/manifests/{version}", base(reference));
        let make = || {
            let request = self.client.put(&address).header(header::CONTENT_TYPE, kind);
            request.body(manifest.clone())
        };
        let response = authorised(self, reference, "pull,push", &address, make).await?;
        if !response.status().is_success() {
            return Err(refused(response, &address).await);
        }
        Ok(response)
    }

    pub(crate) async fn push_blob(&self, reference: &Reference, bytes: Vec<u8>) -> Result<(), SourceError> {
        let digest = format!("sha256:{}", sha256(&bytes));
        let there = format!("{}/blobs/{digest}", base(reference));
        let make = || self.client.request(Method::HEAD, &there);
        let response = authorised(self, reference, "pull,push", &there, make).await?;
        if response.status().is_success() {
            return Ok(());
        }
        let address = format!("{}/blobs/uploads/", base(reference));
        let make = || self.client.post(&address).header(header::CONTENT_LENGTH, 0);
        let response = authorised(self, reference, "pull,push", &address, make).await?;
        if !response.status().is_success() {
            return Err(refused(response, &address).await);
        }
        let location = response.headers().get(header::LOCATION).and_then(|it| it.to_str().ok());
        let location = location.and_then(|it| response.url().join(it).ok());
        let Some(mut location) = location.filter(is_private) else {
            return Err(SourceError::Unreachable {
                address,
                reason: "it names no place for an upload that https reaches".to_owned(),
            });
        };
        location.query_pairs_mut().append_pair("digest", &digest);
        let make = || {
            let request = self.client.put(location.clone());
            request
                .header(header::CONTENT_TYPE, "application/octet-stream")
                .body(bytes.clone())
        };
        let response = authorised(self, reference, "pull,push", &address, make).await?;
        if response.status().is_success() {
            return Ok(());
        }
        Err(refused(response, &address).await)
    }
}
