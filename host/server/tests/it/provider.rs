//! An identity provider for the tests: discovery document and keys over HTTP as OpenID Connect wants them
//! ("OpenID Connect Discovery 1.0"), and tokens signed with those keys. Written here so that its keys and
//! faults can be chosen.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use deepfix_history::now;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, jwk::Jwk};
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

pub(crate) struct Provider {
    pub issuer: String,
    keys: Arc<Mutex<Vec<Value>>>,
    /// How often its keys were asked for.
    pub asked: Arc<AtomicUsize>,
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
        };
        provider.publish(signers);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = Vec::new();
                while !request.windows(4).any(|it| it == b"\r\n\r\n") {
                    if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                        break;
                    }
                }
                let request = String::from_utf8_lossy(&request).into_owned();
                let body = match request.split(' ').nth(1) {
                    Some("/.well-known/openid-configuration") => {
                        json!({"issuer": issuer, "jwks_uri": format!("{issuer}/keys")})
                    }
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
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
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
        let now = now() / 1000;
        let mut claims = json!({
            "iss": self.issuer, "aud": "deepfix", "sub": "somebody", "iat": now, "exp": now + 300,
            "tenant": "a", "scope": "openid analyse read",
        });
        for (name, value) in other.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }
}
