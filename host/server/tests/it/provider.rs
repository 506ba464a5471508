//! An identity provider for the tests: discovery document and keys over HTTP as OpenID Connect wants them
//! ("OpenID Connect Discovery 1.0"), and tokens signed with those keys. Written here so that its keys and
//! faults can be chosen.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use deepfix_config::OidcConfig;
use deepfix_history::now;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::wire::PATIENCE;

/// A provider is not asked again while a test runs, and a slow machine is no provider that does not answer.
pub(crate) fn patient() -> OidcConfig {
    OidcConfig {
        pause: Duration::from_secs(60 * 60),
        timeout: PATIENCE,
        ..OidcConfig::default()
    }
}

pub(crate) struct Provider {
    pub issuer: String,
    keys: Arc<Mutex<Vec<Value>>>,
    /// How often its keys were asked for.
    pub asked: Arc<AtomicUsize>,
    sign_in: Arc<Mutex<SignIn>>,
}

/// What it makes of people who sign in: the authorization code flow with PKCE.
#[derive(Default)]
struct SignIn {
    signer: Option<Signer>,
    /// What its tokens say otherwise than good ones: the ID token, the access token.
    others: (Value, Value),
    /// What was asked for, by the code that was given.
    codes: HashMap<String, HashMap<String, String>>,
}

/// A key that signs.
#[derive(Clone)]
pub(crate) struct Signer {
    pub id: String,
    pub algorithm: Algorithm,
    key: EncodingKey,
    public: Value,
}

impl Signer {
    pub(crate) fn elliptic(id: &str) -> Self {
        let pair = KeyPair::generate().unwrap();
        Self::of(id, Algorithm::ES256, EncodingKey::from_ec_der(&pair.serialize_der()))
    }

    pub(crate) fn rsa(id: &str) -> Self {
        let pair = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        // PKCS #8 around the PKCS #1 that is wanted: a header of 26 bytes for 2,048 bits.
        let key = EncodingKey::from_rsa_der(&pair.serialize_der()[26..]);
        Self::of(id, Algorithm::RS256, key)
    }

    fn of(id: &str, algorithm: Algorithm, key: EncodingKey) -> Self {
        let mut jwk = Jwk::from_encoding_key(&key, algorithm).unwrap();
        jwk.common.key_id = Some(id.to_owned());
        Self {
            id: id.to_owned(),
            algorithm,
            key,
            public: json!(jwk),
        }
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = Some(self.id.clone());
        encode(&header, claims, &self.key).unwrap()
    }

    /// The same key under another name.
    pub(crate) fn called(&self, id: &str) -> Self {
        Self {
            id: id.to_owned(),
            ..self.clone()
        }
    }

    /// The public half, as anybody can fetch it.
    pub(crate) fn public(&self) -> &Value {
        &self.public
    }
}

impl Provider {
    pub(crate) async fn start(signers: &[&Signer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let keys: Arc<Mutex<Vec<Value>>> = Arc::default();
        let asked = Arc::new(AtomicUsize::new(0));
        let provider = Self {
            issuer: issuer.clone(),
            keys: Arc::clone(&keys),
            asked: Arc::clone(&asked),
            sign_in: Arc::default(),
        };
        let sign_in = Arc::clone(&provider.sign_in);
        sign_in.lock().unwrap().signer = signers.first().map(|&it| it.clone());
        provider.publish(signers);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.windows(4).any(|it| it == b"\r\n\r\n") {
                    if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                        break;
                    }
                }
                let request = with_body(&mut stream, request).await;
                let target = request.split(' ').nth(1).unwrap_or_default().to_owned();
                let (path, query) = target.split_once('?').unwrap_or((&target, ""));
                let mut head = "200 OK".to_owned();
                let body = match path {
                    "/.well-known/openid-configuration" => json!({
                        "issuer": issuer, "jwks_uri": format!("{issuer}/keys"),
                        "authorization_endpoint": format!("{issuer}/authorize"),
                        "token_endpoint": format!("{issuer}/token"),
                    }),
                    "/authorize" => {
                        let to = sign_in.lock().unwrap().authorize(query, &issuer);
                        head = format!("302 Found\r\nlocation: {to}");
                        json!({})
                    }
                    "/token" => match sign_in.lock().unwrap().exchange(&request, &issuer) {
                        Ok(tokens) => tokens,
                        Err(error) => {
                            head = "400 Bad Request".to_owned();
                            json!({"error": error})
                        }
                    },
                    _ => {
                        asked.fetch_add(1, Ordering::SeqCst);
                        // A kind of key that nobody here knows must not hide the others.
                        let mut all = keys.lock().unwrap().clone();
                        all.push(json!({"kty": "AKP", "kid": "later", "alg": "ML-DSA-44", "pub": "AA"}));
                        json!({"keys": all})
                    }
                }
                .to_string();
                let answer = format!(
                    "HTTP/1.1 {head}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        provider
    }

    /// Rotates the keys.
    pub(crate) fn publish(&self, signers: &[&Signer]) {
        *self.keys.lock().unwrap() = signers.iter().map(|it| it.public.clone()).collect();
    }

    /// Claims of a good token, and what is other than in one.
    pub(crate) fn claims(&self, other: &Value) -> Value {
        claims(&self.issuer, other)
    }

    /// What the tokens of who signs in say otherwise: the ID token, the access token.
    pub(crate) fn gives(&self, id: Value, access: Value) {
        self.sign_in.lock().unwrap().others = (id, access);
    }
}

fn claims(issuer: &str, other: &Value) -> Value {
    let now = now() / 1000;
    let mut claims = json!({
        "iss": issuer, "aud": "deepfix", "sub": "somebody", "iat": now, "exp": now + 300,
        "tenant": "a", "scope": "openid analyse read",
    });
    for (name, value) in other.as_object().into_iter().flatten() {
        claims[name] = value.clone();
    }
    claims
}

/// The whole request: a form comes behind its head.
async fn with_body(stream: &mut TcpStream, mut request: Vec<u8>) -> String {
    let text = String::from_utf8_lossy(&request).into_owned();
    let head = text.find("\r\n\r\n").map_or(text.len(), |it| it + 4);
    let length = text.to_ascii_lowercase().lines().find_map(|it| {
        let (name, value) = it.split_once(':')?;
        (name == "content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    while request.len() < head + length.unwrap_or(0) {
        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
            break;
        }
    }
    String::from_utf8_lossy(&request).into_owned()
}

fn pairs(form: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(form.as_bytes()).into_owned().collect()
}

impl SignIn {
    /// Somebody signs in at once; where the browser goes then.
    fn authorize(&mut self, query: &str, issuer: &str) -> String {
        let asked = pairs(query);
        let code = format!("code-{}", self.codes.len());
        let to = format!(
            "{}?code={code}&state={}&iss={issuer}",
            asked["redirect_uri"], asked["state"]
        );
        self.codes.insert(code, asked);
        to
    }

    /// Tokens for a code, once, for who asked for it (RFC 7636, 4.6).
    fn exchange(&mut self, request: &str, issuer: &str) -> Result<Value, &'static str> {
        let (head, form) = request.split_once("\r\n\r\n").unwrap();
        // `web` and `a secret`, each encoded.
        if !head.contains(&format!("Basic {}", STANDARD.encode("web:a+secret"))) {
            return Err("invalid_client");
        }
        let form = pairs(form);
        let asked = self.codes.remove(&form["code"]).ok_or("invalid_grant")?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
        if asked["code_challenge"] != challenge
            || asked["code_challenge_method"] != "S256"
            || asked["redirect_uri"] != form["redirect_uri"]
            || form["grant_type"] != "authorization_code"
        {
            return Err("invalid_grant");
        }
        let mut id = json!({"aud": "web", "nonce": asked["nonce"], "tenant": null, "scope": null});
        for (name, value) in self.others.0.as_object().into_iter().flatten() {
            id[name] = value.clone();
        }
        let signer = self.signer.as_ref().unwrap();
        Ok(json!({
            "token_type": "Bearer",
            "id_token": signer.sign(&claims(issuer, &id)),
            "access_token": signer.sign(&claims(issuer, &self.others.1)),
        }))
    }
}
