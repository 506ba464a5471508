//! Ways to an endpoint: through a proxy, and behind a certificate of one's own.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use deepfix_llm::{Answer, Ask, ErrorKind, Llm, LlmError, Message, Role, Settings};
use deepfix_model_server::{ModelServer, obliging};

fn ask() -> Ask {
    Ask {
        messages: vec![Message::new(Role::User, "Hello")],
        schema: None,
        max_tokens: 50,
        temperature: None,
        samples: 1,
        teaches: true,
    }
}

async fn answer(settings: Settings) -> Result<Answer, LlmError> {
    let settings = Settings {
        model: "fake".into(),
        attempts: 1,
        ..settings
    };
    let llm = Llm::new(settings).unwrap();
    let account = llm.account(&llm.budget(), Duration::from_secs(20));
    llm.complete(&ask(), &account).await
}

/// Copies bytes both ways until both sides are done.
fn join(a: &TcpStream, b: &TcpStream) {
    let (mut from, mut to) = (a.try_clone().unwrap(), b.try_clone().unwrap());
    let there = std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Write);
    });
    let (mut from, mut to) = (b, a);
    let _ = std::io::copy(&mut from, &mut to);
    let _ = a.shutdown(std::net::Shutdown::Write);
    let _ = there.join();
}

/// A proxy for plain HTTP and, by CONNECT, for anything else; the request lines that it saw.
fn proxy() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let of_thread = Arc::clone(&seen);
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let seen = Arc::clone(&of_thread);
            std::thread::spawn(move || {
                let mut reader = BufReader::new(client.try_clone().unwrap());
                let mut head = String::new();
                while !head.ends_with("\r\n\r\n") {
                    if reader.read_line(&mut head).unwrap_or(0) == 0 {
                        return;
                    }
                }
                let line = head.lines().next().unwrap().to_owned();
                seen.lock().unwrap().push(line.clone());
                let target = line.split(' ').nth(1).unwrap();
                let host = target.strip_prefix("http://").unwrap_or(target);
                let mut server = TcpStream::connect(host.split('/').next().unwrap()).unwrap();
                if line.starts_with("CONNECT ") {
                    (&client).write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
                } else {
                    // An endpoint takes a whole URL for its target as well.
                    server.write_all(head.as_bytes()).unwrap();
                }
                server.write_all(reader.buffer()).unwrap();
                join(&client, &server);
            });
        }
    });
    (url, seen)
}

/// An endpoint behind TLS whose certificate is written to a file.
fn behind_tls(file: &Path) -> String {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(file, made.cert.pem()).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = BufReader::new(rustls::StreamOwned::new(connection, stream));
            let (mut line, mut length) = (String::new(), 0);
            // A client that does not trust the certificate sends nothing.
            while stream.read_line(&mut line).is_ok_and(|it| it > 0) && line != "\r\n" {
                if let Some(it) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = it.trim().parse().unwrap();
                }
                line.clear();
            }
            let mut body = vec![0; length];
            if length == 0 || stream.read_exact(&mut body).is_err() {
                continue;
            }
            let body = r#"{"choices": [{"finish_reason": "stop", "message": {"content": "over TLS"}}]}"#;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
            let answer = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
            let stream = stream.get_mut();
            stream.write_all(answer.as_bytes()).unwrap();
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    format!("https://localhost:{port}/v1")
}

#[tokio::test]
async fn a_proxy_of_the_configuration_is_what_calls_go_through() {
    let server = ModelServer::start(obliging);
    let (proxy, seen) = proxy();
    let through = Settings {
        base_url: server.base_url(),
        proxy,
        ..Settings::default()
    };
    assert!(answer(through).await.is_ok());
    let expected = format!("POST {}/chat/completions HTTP/1.1", server.base_url());
    assert_eq!(*seen.lock().unwrap(), [expected]);
    assert_eq!(server.requests().len(), 1);
    let nobody = Settings {
        base_url: server.base_url(),
        // Nothing listens there.
        proxy: "http://127.0.0.1:1".into(),
        ..Settings::default()
    };
    assert_eq!(answer(nobody).await.unwrap_err().kind, ErrorKind::Unavailable);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_trusted_where_the_configuration_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    let base_url = behind_tls(&file);
    let of = |ca_file, proxy: &str| Settings {
        base_url: base_url.clone(),
        ca_file,
        proxy: proxy.to_owned(),
        ..Settings::default()
    };
    let trusted = answer(of(Some(file.clone()), "")).await.unwrap();
    assert_eq!(trusted.texts, ["over TLS"]);
    assert_eq!(answer(of(None, "")).await.unwrap_err().kind, ErrorKind::Unavailable);
    // The proxy sees whom the call is for, and nothing of it.
    let (proxy, seen) = proxy();
    assert!(answer(of(Some(file), &proxy)).await.is_ok());
    let host = base_url.strip_prefix("https://").unwrap().strip_suffix("/v1").unwrap();
    assert_eq!(*seen.lock().unwrap(), [format!("CONNECT {host} HTTP/1.1")]);
}
