//! A Sigstore of one's own: an authority that issues certificates to identities, a log of certificates and
//! a transparency log with one entry, all with fresh keys. Times are given, never the clock's.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PublicKeyData as _, SanType, SerialNumber, date_time_ymd,
};
use serde_json::{Value, json};

/// Noon of the day on which every certificate of a bundle was valid: 1 January 2025.
pub(crate) const NOON: i64 = 1_735_732_800;
/// Who vouched for the identity, as Fulcio writes it.
const ISSUER: [u64; 9] = [1, 3, 6, 1, 4, 1, 57264, 1, 8];
/// Where the source is from, as Fulcio writes it.
const REPOSITORY: [u64; 9] = [1, 3, 6, 1, 4, 1, 57264, 1, 12];
/// RFC 6962, section 3.3.
const TIMESTAMPS: [u64; 10] = [1, 3, 6, 1, 4, 1, 11129, 2, 4, 2];

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest(&SHA256, bytes).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

/// A key that signs, and its name: the hash of its public half.
struct Key(KeyPair);

impl Key {
    fn new() -> Self {
        Self(KeyPair::generate().unwrap())
    }

    fn public(&self) -> Vec<u8> {
        self.0.subject_public_key_info()
    }

    fn id(&self) -> Vec<u8> {
        sha256(&self.public())
    }

    fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.0.serialize_der()).unwrap();
        key.sign(&SystemRandom::new(), bytes).unwrap().as_ref().to_vec()
    }

    fn log(&self, name: &str) -> Value {
        json!({
            "baseUrl": format!("https://{name}.example"), "hashAlgorithm": "SHA2_256",
            "publicKey": {
                "rawBytes": base64(&self.public()), "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                "validFor": { "start": "2024-01-01T00:00:00Z" },
            },
            "logId": { "keyId": base64(&self.id()) },
        })
    }
}

/// Where a bundle is not what it ought to be.
#[derive(Default)]
pub(crate) struct Flaw {
    /// Seconds by which the log's time is later than the certificate's noon.
    pub(crate) late: i64,
    /// The certificate is in no log of certificates.
    pub(crate) unlogged: bool,
    /// The bundle comes without its entry in the transparency log.
    pub(crate) without_entry: bool,
    /// Where the certificate says that the source is from; it may say nothing.
    pub(crate) repository: Option<&'static str>,
}

pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: Vec<u8>,
    issuer_key: Vec<u8>,
    certificates: Key,
    transparency: Key,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = date_time_ymd(2024, 1, 1);
        params.not_after = date_time_ymd(2034, 1, 1);
        let certificate = params.self_signed(&key).unwrap().der().to_vec();
        Self {
            issuer_key: sha256(&key.subject_public_key_info()),
            issuer: Issuer::new(params, key),
            certificate,
            certificates: Key::new(),
            transparency: Key::new(),
        }
    }

    /// Its trust root.
    pub(crate) fn root(&self) -> String {
        json!({
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [self.transparency.log("log")],
            "ctlogs": [self.certificates.log("certificates")],
            "certificateAuthorities": [{
                "subject": { "organization": "tests", "commonName": "authority" },
                "uri": "https://authority.example",
                "certChain": { "certificates": [{ "rawBytes": base64(&self.certificate) }] },
                "validFor": { "start": "2024-01-01T00:00:00Z" },
            }],
            "timestampAuthorities": [],
        })
        .to_string()
    }

    /// A certificate of one day for a key, with what the log of certificates says of it.
    fn certify(&self, key: &KeyPair, issuer: &str, subject: &str, flaw: &Flaw) -> Vec<u8> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.serial_number = Some(SerialNumber::from(7_u64));
        params.subject_alt_names = vec![SanType::URI(subject.try_into().unwrap())];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
        params.not_before = date_time_ymd(2025, 1, 1);
        params.not_after = date_time_ymd(2025, 1, 2);
        params.custom_extensions = vec![CustomExtension::from_oid_content(&ISSUER, der(0x0c, issuer.as_bytes()))];
        let repository = flaw.repository.map(|it| der(0x0c, it.as_bytes()));
        params
            .custom_extensions
            .extend(repository.map(|it| CustomExtension::from_oid_content(&REPOSITORY, it)));
        let without = params.signed_by(key, &self.issuer).unwrap();
        if flaw.unlogged {
            return without.der().to_vec();
        }
        let timestamps = self.timestamps(inner(without.der()));
        params
            .custom_extensions
            .push(CustomExtension::from_oid_content(&TIMESTAMPS, der(0x04, &timestamps)));
        params.signed_by(key, &self.issuer).unwrap().der().to_vec()
    }

    /// The list with one timestamp over a certificate without it: RFC 6962, section 3.2.
    fn timestamps(&self, certificate: &[u8]) -> Vec<u8> {
        let time = u64::try_from(NOON * 1000).unwrap().to_be_bytes();
        let length = u32::try_from(certificate.len()).unwrap().to_be_bytes();
        let signed = [
            &[0, 0],
            &time[..],
            &[0, 1],
            &self.issuer_key,
            &length[1..],
            certificate,
            &[0, 0],
        ]
        .concat();
        let signature = self.certificates.sign(&signed);
        let of = |it: &[u8]| u16::try_from(it.len()).unwrap().to_be_bytes();
        let one = [
            &[0],
            &self.certificates.id()[..],
            &time,
            &[0, 0, 4, 3],
            &of(&signature),
            &signature,
        ]
        .concat();
        let one = [&of(&one)[..], &one].concat();
        [&of(&one)[..], &one].concat()
    }

    /// A bundle by which an identity vouches for bytes.
    pub(crate) fn bundle(&self, bytes: &[u8], issuer: &str, subject: &str, flaw: &Flaw) -> String {
        let key = Key::new();
        let certificate = self.certify(&key.0, issuer, subject, flaw);
        let signature = base64(&key.sign(bytes));
        let body = json!({
            "apiVersion": "0.0.1", "kind": "hashedrekord",
            "spec": {
                "data": { "hash": { "algorithm": "sha256", "value": hex(&sha256(bytes)) } },
                "signature": { "content": signature, "publicKey": { "content": pem(&certificate) } },
            },
        });
        let entries = if flaw.without_entry {
            Vec::new()
        } else {
            vec![self.entry(&body, NOON + flaw.late)]
        };
        let digest = json!({ "algorithm": "SHA2_256", "digest": base64(&sha256(bytes)) });
        json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "certificate": { "rawBytes": base64(&certificate) }, "tlogEntries": entries,
            },
            "messageSignature": { "messageDigest": digest, "signature": signature },
        })
        .to_string()
    }

    /// A bundle by which an identity states something of bytes.
    pub(crate) fn statement(&self, bytes: &[u8], issuer: &str, subject: &str, predicate: &str) -> String {
        const KIND: &str = "application/vnd.in-toto+json";
        let key = Key::new();
        let certificate = self.certify(&key.0, issuer, subject, &Flaw::default());
        let payload = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{ "name": "acme.wasm", "digest": { "sha256": hex(&sha256(bytes)) } }],
            "predicateType": predicate, "predicate": {},
        })
        .to_string();
        // What is signed, by the protocol of DSSE 1.0.
        let signed = format!("DSSEv1 {} {KIND} {} {payload}", KIND.len(), payload.len());
        let signature = base64(&key.sign(signed.as_bytes()));
        let payload_hash = hex(&sha256(payload.as_bytes()));
        let body = json!({
            "apiVersion": "0.0.1", "kind": "dsse",
            "spec": {
                "envelopeHash": { "algorithm": "sha256", "value": payload_hash },
                "payloadHash": { "algorithm": "sha256", "value": payload_hash },
                "signatures": [{ "signature": signature, "verifier": pem(&certificate) }],
            },
        });
        json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": {
                "certificate": { "rawBytes": base64(&certificate) }, "tlogEntries": [self.entry(&body, NOON)],
            },
            "dsseEnvelope": {
                "payload": base64(payload.as_bytes()), "payloadType": KIND, "signatures": [{ "sig": signature }],
            },
        })
        .to_string()
    }

    /// The only entry of the transparency log, with its proof.
    fn entry(&self, body: &Value, time: i64) -> Value {
        let log = &self.transparency;
        let kind = &body["kind"];
        let body = base64(body.to_string().as_bytes());
        // In the order of RFC 8785.
        let promise = format!(
            r#"{{"body":"{body}","integratedTime":{time},"logID":"{}","logIndex":0}}"#,
            hex(&log.id())
        );
        // RFC 6962, section 2.1: the root of a tree with one leaf is the leaf's hash.
        let root = base64(&sha256(&[&[0][..], &STANDARD.decode(&body).unwrap()].concat()));
        let note = format!("log.example\n1\n{root}\n");
        let signature = [&log.id()[..4], &log.sign(note.as_bytes())].concat();
        json!({
            "logIndex": "0", "logId": { "keyId": base64(&log.id()) },
            "kindVersion": { "kind": kind, "version": "0.0.1" }, "integratedTime": time.to_string(),
            "inclusionPromise": { "signedEntryTimestamp": base64(&log.sign(promise.as_bytes())) },
            "inclusionProof": {
                "logIndex": "0", "rootHash": root, "treeSize": "1", "hashes": [],
                "checkpoint": { "envelope": format!("{note}\n\u{2014} log.example {}\n", base64(&signature)) },
            },
            "canonicalizedBody": body,
        })
    }
}

/// A certificate in PEM, and that in Base64.
fn pem(certificate: &[u8]) -> String {
    let text = base64(certificate);
    base64(format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n").as_bytes())
}

/// A value of ASN.1 with at most 255 bytes.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    let head = if length < 128 {
        vec![tag, length]
    } else {
        vec![tag, 0x81, length]
    };
    [&head[..], content].concat()
}

/// The first value within a sequence: of a certificate, what was signed.
fn inner(sequence: &[u8]) -> &[u8] {
    let length = |at: &[u8]| match at[1] {
        short @ 0..128 => (2, usize::from(short)),
        long => {
            let count = usize::from(long - 128);
            let bytes = &at[2..2 + count];
            (2 + count, bytes.iter().fold(0, |all, it| all << 8 | usize::from(*it)))
        }
    };
    let content = &sequence[length(sequence).0..];
    let (head, size) = length(content);
    &content[..head + size]
}
