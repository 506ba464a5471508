//! A server whose certificate no system trusts.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    sync::Arc,
};

use deepfix_core::ArtifactKind;
use deepfix_mlflow::{MlflowError, ServerSettings, Settings};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

mod fake;

use fake::{RUN, fetch_with, json, settings};

/// An authority of one's own: its certificate in PEM, and a server's configuration with one that it signed.
fn authority() -> (String, Arc<ServerConfig>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let own = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let server_key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let signed = params.signed_by(&server_key, &issuer).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![signed.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der())),
        )
        .unwrap();
    (own.pem(), Arc::new(config))
}

/// A tracking server with one run; it lives as long as the test's process.
fn server(config: Arc<ServerConfig>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream.unwrap());
            let (mut head, mut byte) = (Vec::new(), [0]);
            // Who does not trust the certificate hangs up.
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|it| it == 1) {
                head.push(byte[0]);
            }
            let is_run = String::from_utf8_lossy(&head).contains("runs/get");
            if stream.write_all(&json(if is_run { RUN } else { "{}" })).is_ok() {
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        }
    });
    uri
}

fn trusting(uri: &str, file: Option<&Path>) -> Settings {
    Settings {
        servers: vec![ServerSettings {
            uri: uri.to_owned(),
            ca_file: file.map(Path::to_owned),
            ..ServerSettings::default()
        }],
        ..settings(uri)
    }
}

#[tokio::test]
async fn a_certificate_of_an_own_authority_is_trusted_only_where_the_configuration_says_so() {
    let (pem, config) = authority();
    let (stranger, _) = authority();
    let uri = server(config);
    let folder = tempfile::tempdir().unwrap();
    let (file, other) = (folder.path().join("ca.pem"), folder.path().join("other.pem"));
    std::fs::write(&file, pem).unwrap();
    std::fs::write(&other, stranger).unwrap();
    for untrusted in [None, Some(other.as_path())] {
        let error = fetch_with(trusting(&uri, untrusted)).await.unwrap_err();
        assert!(matches!(error, MlflowError::Unreachable { .. }), "{error}");
        assert!(error.to_string().contains("certificate"), "{error}");
    }
    let it = fetch_with(trusting(&uri, Some(&file))).await.unwrap();
    assert!(it.artifacts.has(ArtifactKind::Training));
}

#[tokio::test]
async fn a_file_without_a_certificate_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    for text in [None, Some("no certificate")] {
        if let Some(text) = text {
            std::fs::write(&file, text).unwrap();
        }
        let error = fetch_with(trusting("https://localhost:1", Some(&file)))
            .await
            .unwrap_err();
        assert!(matches!(error, MlflowError::Credentials { .. }), "{error}");
        assert!(error.to_string().contains("ca.pem"), "{error}");
    }
}
