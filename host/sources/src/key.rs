use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use crate::{Date, SourceError};

const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";
/// Characters of a line of PEM.
const PEM_LINE: usize = 64;
/// Bytes of an Ed25519 public key.
const PUBLIC: usize = 32;

/// A private Ed25519 key. Its PEM text is PKCS#8, as `openssl genpkey -algorithm ed25519` writes it.
pub struct SigningKey(Ed25519KeyPair);

impl SigningKey {
    /// A new key, from the system's randomness.
    ///
    /// # Errors
    /// The system has none.
    pub fn generate() -> Result<Self, SourceError> {
        Ed25519KeyPair::generate()
            .map(Self)
            .map_err(|_| SourceError::Setup("no key can be made: the system gives no randomness".to_owned()))
    }

    /// A key from PEM text.
    ///
    /// # Errors
    /// It is none; `place` says where it was.
    pub fn from_pem(text: &str, place: &str) -> Result<Self, SourceError> {
        let wrong = |reason: &str| SourceError::NoKey {
            place: place.to_owned(),
            reason: reason.to_owned(),
        };
        let inner = text
            .split_once(PEM_BEGIN)
            .and_then(|(_, rest)| rest.split_once(PEM_END))
            .ok_or_else(|| wrong("expected PEM text with `PRIVATE KEY`"))?;
        let base64: String = inner.0.split_whitespace().collect();
        let der = BASE64.decode(base64).map_err(|_| wrong("its Base64 is damaged"))?;
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der)
            .map(Self)
            .map_err(|_| wrong("expected an Ed25519 key in PKCS#8"))
    }

    /// The key as PEM text.
    ///
    /// # Errors
    /// It cannot be written down.
    pub fn to_pem(&self) -> Result<String, SourceError> {
        let der = self
            .0
            .to_pkcs8v1()
            .map_err(|_| SourceError::Setup("the key cannot be written".to_owned()))?;
        let text = BASE64.encode(der.as_ref());
        let mut lines = String::new();
        let mut rest = text.as_str();
        while !rest.is_empty() {
            let (line, after) = rest.split_at(rest.len().min(PEM_LINE));
            lines.push_str(line);
            lines.push('\n');
            rest = after;
        }
        Ok(format!("{PEM_BEGIN}\n{lines}{PEM_END}\n"))
    }

    /// Its public half, as `trusted_keys` lists it.
    #[must_use]
    pub fn public(&self) -> String {
        BASE64.encode(self.0.public_key().as_ref())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> String {
        BASE64.encode(self.0.sign(message).as_ref())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public())
    }
}

/// A public key whose signatures are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    /// What messages call it.
    pub name: String,
    /// The key itself.
    bytes: Vec<u8>,
    /// The last day on which it is believed.
    pub expires: Option<Date>,
}

impl TrustedKey {
    /// A key from its Base64 text.
    ///
    /// # Errors
    /// It is none.
    pub fn new(name: &str, key: &str, expires: Option<Date>) -> Result<Self, SourceError> {
        let bytes = BASE64.decode(key.trim()).ok().filter(|it| it.len() == PUBLIC);
        Ok(Self {
            name: name.to_owned(),
            bytes: bytes.ok_or_else(|| SourceError::NoKey {
                place: format!("trusted key `{name}`"),
                reason: format!("expected {PUBLIC} bytes in Base64, as `deepfix plugin keygen` prints them"),
            })?,
            expires,
        })
    }

    /// Its Base64 text.
    #[must_use]
    pub fn text(&self) -> String {
        BASE64.encode(&self.bytes)
    }

    pub(crate) fn is_expired(&self, today: Date) -> Option<Date> {
        self.expires.filter(|it| *it < today)
    }

    pub(crate) fn verifies(&self, message: &[u8], signature: &str) -> bool {
        BASE64.decode(signature).is_ok_and(|it| {
            UnparsedPublicKey::new(&ED25519, &self.bytes)
                .verify(message, &it)
                .is_ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let key = SigningKey::generate().unwrap();
        let again = SigningKey::from_pem(&key.to_pem().unwrap(), "test").unwrap();
        assert_eq!(again.public(), key.public());
        assert!(!format!("{key:?}").contains("PRIVATE"));
    }

    /// The first test vector of RFC 8032, section 7.1, in the form that OpenSSL writes.
    #[test]
    fn a_key_of_openssl_signs_as_the_standard_says() {
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
                   -----END PRIVATE KEY-----\n";
        let key = SigningKey::from_pem(pem, "test").unwrap();
        let public: Vec<u8> = BASE64.decode(key.public()).unwrap();
        assert_eq!(public[..4], [0xd7, 0x5a, 0x98, 0x01]);
        let signature = BASE64.decode(key.sign(b"")).unwrap();
        assert_eq!(signature[..4], [0xe5, 0x56, 0x43, 0x00]);
    }

    #[test]
    fn what_is_no_key_is_told_with_its_place() {
        let error = SigningKey::from_pem("hello", "key.pem").unwrap_err().to_string();
        assert!(error.contains("key.pem: is no key"), "{error}");
        assert!(TrustedKey::new("a", "AAAA", None).is_err());
    }
}
