//! TLS of the server itself, over real connections.

use std::{fs, path::Path, sync::Arc};

use deepfix_config::TlsConfig;
use deepfix_server::{Service, Tls};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs, pki_types::ServerName};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use crate::wire::{Server, config};

fn files(folder: &Path) -> TlsConfig {
    TlsConfig {
        certificate: folder.join("cert.pem"),
        key: folder.join("key.pem"),
    }
}

/// Writes a new certificate and returns what trusts it and nothing else.
fn issue(files: &TlsConfig) -> TlsConnector {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(&files.certificate, cert.pem()).unwrap();
    fs::write(&files.key, signing_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

async fn health(server: &Server, client: &TlsConnector) -> std::io::Result<String> {
    let stream = TcpStream::connect(server.address).await?;
    let mut stream = client
        .connect(ServerName::try_from("localhost").unwrap(), stream)
        .await?;
    stream
        .write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .await?;
    let mut answer = String::new();
    // The server may close without a farewell of TLS once all is said.
    let _ = stream.read_to_string(&mut answer).await;
    Ok(answer)
}

#[tokio::test]
async fn a_certificate_is_used_and_changed_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let first = issue(&files);
    let tls = Tls::load(&files).unwrap();
    let server = Server::of(&config(), |diagnosis, config| {
        Service::new(diagnosis, config).with_tls(tls.clone())
    })
    .await;
    assert!(health(&server, &first).await.unwrap().starts_with("HTTP/1.1 200"));

    let second = issue(&files);
    assert!(health(&server, &second).await.is_err(), "the new one is not read yet");
    tls.take(tls.read_again().unwrap(), "a test");
    assert!(health(&server, &second).await.unwrap().starts_with("HTTP/1.1 200"));
    assert!(health(&server, &first).await.is_err(), "the old one is gone");

    // A key of another certificate: the pair in use stays.
    let kept = fs::read(&files.key).unwrap();
    let _ = issue(&files);
    fs::write(&files.key, kept).unwrap();
    assert!(tls.read_again().is_err());
    assert!(health(&server, &second).await.unwrap().starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn who_speaks_no_tls_gets_nothing_and_harms_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let client = issue(&files);
    let tls = Tls::load(&files).unwrap();
    let server = Server::of(&config(), |diagnosis, config| {
        Service::new(diagnosis, config).with_tls(tls)
    })
    .await;
    let mut plain = TcpStream::connect(server.address).await.unwrap();
    plain
        .write_all(b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    assert!(health(&server, &client).await.unwrap().starts_with("HTTP/1.1 200"));
}

#[test]
fn what_is_wrong_with_the_files_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(folder.path());
    let error = |files: &TlsConfig| Tls::load(files).map(|_| ()).unwrap_err().to_string();
    assert!(error(&files).contains("`[tls] certificate`") && error(&files).contains("cert.pem"));
    let _ = issue(&files);
    fs::write(&files.key, "nothing").unwrap();
    assert!(error(&files).contains("`[tls] key`"), "{}", error(&files));
    fs::write(&files.certificate, "").unwrap();
    assert!(error(&files).contains("no certificate"), "{}", error(&files));
}
