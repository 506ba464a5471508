//! API keys: `dfx_ID_SECRET`. The secret has 256 random bits and is kept nowhere; its digest is.
//! A slow password hash would protect nothing more, and cost a tenth of a second on every request.

use deepfix_history::{StoredKey, now};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::Scope;

const PREFIX: &str = "dfx";
/// Bytes of the public part: it names a key among all of a server.
const ID_BYTES: usize = 6;
/// Bytes of the secret.
const SECRET_BYTES: usize = 32;

/// A new key.
pub struct Minted {
    /// What its owner is told, once.
    pub key: String,
    /// What the database keeps.
    pub stored: StoredKey,
}

/// Makes a key. `expires_at` is in milliseconds since 1970.
///
/// # Errors
/// The system has no randomness to give.
pub fn mint(tenant: &str, name: &str, scopes: &[Scope], expires_at: Option<i64>) -> Result<Minted, getrandom::Error> {
    let mut random = [0; ID_BYTES + SECRET_BYTES];
    getrandom::fill(&mut random)?;
    let text = hexadecimal(&random);
    let (id, secret) = text.split_at(2 * ID_BYTES);
    let names: Vec<&str> = scopes.iter().map(|it| it.as_str()).collect();
    Ok(Minted {
        key: format!("{PREFIX}_{id}_{secret}"),
        stored: StoredKey {
            id: id.to_owned(),
            tenant: tenant.to_owned(),
            name: name.to_owned(),
            hash: hash(secret),
            scopes: names.join(" "),
            created_at: now(),
            expires_at,
            revoked_at: None,
        },
    })
}

/// A key as a client sends it.
pub(crate) struct Presented {
    pub(crate) id: String,
    hash: String,
}

impl Presented {
    /// None for what has not the form of a key.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (id, secret) = text.strip_prefix(PREFIX)?.strip_prefix('_')?.split_once('_')?;
        let digits =
            |text: &str, bytes: usize| text.len() == 2 * bytes && text.chars().all(|it| it.is_ascii_hexdigit());
        (digits(id, ID_BYTES) && digits(secret, SECRET_BYTES)).then(|| Self {
            id: id.to_owned(),
            hash: hash(secret),
        })
    }

    /// Whether this is the key with that digest. How long it takes does not depend on where two
    /// digests differ.
    pub(crate) fn proves(&self, hash: &str) -> bool {
        self.hash.as_bytes().ct_eq(hash.as_bytes()).into()
    }
}

fn hash(secret: &str) -> String {
    hexadecimal(&Sha256::digest(secret.as_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minted_key_proves_itself_and_no_other() {
        let one = mint("t", "n", &Scope::ALL, None).unwrap();
        let other = mint("t", "n", &[Scope::Read], None).unwrap();
        assert_ne!(one.key, other.key);
        let presented = Presented::parse(&one.key).unwrap();
        assert_eq!(presented.id, one.stored.id);
        assert!(presented.proves(&one.stored.hash));
        assert!(!presented.proves(&other.stored.hash) && !presented.proves(""));
        assert!(!one.stored.hash.contains(one.key.split('_').next_back().unwrap()));
        assert_eq!((one.key.len(), other.stored.scopes.as_str()), (4 + 12 + 1 + 64, "read"));
    }

    #[test]
    fn what_has_not_the_form_of_a_key_is_none() {
        for text in ["None", "", "dfx_", "dfx_1_2", "sk-0123456789", "dfx_zzzzzzzzzzzz_00"] {
            assert!(Presented::parse(text).is_none(), "{text}");
        }
    }
}
