//! Where components come from: a file, an address with a digest, a registry; and why their bytes can
//! be believed.
//!
//! A [`Source`] is what the configuration names. A tag is resolved to a digest once, by
//! [`Sources::resolve`], and written to a [`Lock`]; from then on [`Sources::component`] gives just those
//! bytes or an error: it verifies the digest on every load, from whatever place they came. A
//! [`Policy`] may ask for a signature by a trusted key or identity beside that.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic))]

mod beside;
mod date;
mod digest;
mod error;
mod fetch;
mod http;
mod identity;
mod kept;
mod key;
mod lock;
mod oci;
mod reference;
mod referrer;
mod signature;
#[cfg(feature = "sigstore")]
mod sigstore;
mod source;
mod store;

pub use beside::BESIDE;
pub use date::Date;
pub use digest::sha256;
pub use error::SourceError;
pub use fetch::{Component, Config, Credential, Sources};
pub use identity::{Bundle, Identities, Signer, TrustedIdentity};
pub use key::{SigningKey, TrustedKey};
pub use lock::{Lock, Locked};
pub use reference::Reference;
pub use signature::{Policy, Proofs, Signatures};
pub use source::Source;
