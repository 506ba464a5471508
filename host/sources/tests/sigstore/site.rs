//! Files by their paths over plain HTTP on this machine, and as much of a registry as a push needs. A path
//! that is not there is 404; so is the list of referrers, until a test puts one there or has the registry keep it.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use deepfix_sources::sha256;
use serde_json::{Value, json};

#[derive(Default)]
struct Held {
    files: BTreeMap<String, Vec<u8>>,
    /// Statuses in place of files.
    refused: BTreeMap<String, &'static str>,
    /// Addresses of next pages.
    next: BTreeMap<String, String>,
    /// Whether the registry itself lists what refers to a manifest.
    lists: bool,
    asked: Vec<String>,
}

impl Held {
    /// Lists a manifest below the one that it refers to: the digest of that, where it refers to one.
    fn list(&mut self, folder: &str, manifest: &[u8]) -> Option<String> {
        let json: Value = serde_json::from_slice(manifest).unwrap();
        let subject = json["subject"]["digest"].as_str().filter(|_| self.lists)?;
        let folder = folder.strip_suffix("/manifests").unwrap();
        let path = format!("{folder}/referrers/{subject}?{OF_BUNDLES}");
        let mut all: Vec<Value> = self.files.get(&path).map_or_else(Vec::new, |it| {
            let list: Value = serde_json::from_slice(it).unwrap();
            list["manifests"].as_array().unwrap().clone()
        });
        all.push(json!({
            "digest": format!("sha256:{}", sha256(manifest)), "artifactType": json["artifactType"],
        }));
        self.files
            .insert(path, json!({ "manifests": all }).to_string().into_bytes());
        Some(subject.to_owned())
    }
}

/// The query for bundles alone.
pub(crate) const OF_BUNDLES: &str = "artifactType=application%2Fvnd.dev.sigstore.bundle.v0.3%2Bjson";

pub(crate) struct Site {
    held: Arc<Mutex<Held>>,
    pub(crate) address: String,
}

impl Site {
    pub(crate) fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let held = Arc::new(Mutex::new(Held::default()));
        let served = Arc::clone(&held);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A client may leave as it likes.
                let _ = answer(stream.unwrap(), &served);
            }
        });
        Self { held, address }
    }

    pub(crate) fn put(&self, path: &str, bytes: &[u8]) {
        self.held.lock().unwrap().files.insert(path.to_owned(), bytes.to_vec());
    }

    pub(crate) fn get(&self, path: &str) -> Option<Vec<u8>> {
        self.held.lock().unwrap().files.get(path).cloned()
    }

    /// Answers a path with a status, such as `403 Forbidden`.
    pub(crate) fn refuse(&self, path: &str, status: &'static str) {
        self.held.lock().unwrap().refused.insert(path.to_owned(), status);
    }

    /// Refuses nothing any more.
    pub(crate) fn allow(&self) {
        self.held.lock().unwrap().refused.clear();
    }

    /// A page of a list, and where the next one is.
    pub(crate) fn page(&self, path: &str, bytes: &[u8], next: &str) {
        self.put(path, bytes);
        self.held.lock().unwrap().next.insert(path.to_owned(), next.to_owned());
    }

    /// From now on the registry itself lists what refers to a manifest.
    pub(crate) fn list(&self) {
        self.held.lock().unwrap().lists = true;
    }

    /// Nothing is there any more.
    pub(crate) fn clear(&self) {
        self.held.lock().unwrap().files.clear();
    }

    /// What was asked for since the last time, as `METHOD PATH`.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.held.lock().unwrap().asked)
    }
}

fn answer(mut stream: TcpStream, held: &Mutex<Held>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(it) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = it.trim().parse().unwrap_or_default();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut words = first.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut held = held.lock().unwrap();
    held.asked.push(format!("{method} {path}"));
    let (status, more, content) = match method {
        "POST" => (
            "202 Accepted",
            "Location: /v2/team/acme/upload\r\n".to_owned(),
            Vec::new(),
        ),
        "PUT" => {
            let folder = path.rsplit_once('/').map(|it| it.0).unwrap_or_default();
            let digest = format!("sha256:{}", sha256(&body));
            let mut more = String::new();
            if path.contains("/upload?") {
                held.files.insert(format!("{folder}/blobs/{digest}"), body);
            } else {
                if let Some(subject) = held.list(folder, &body) {
                    more = format!("OCI-Subject: {subject}\r\n");
                }
                held.files.insert(format!("{folder}/{digest}"), body.clone());
                held.files.insert(path.to_owned(), body);
            }
            ("201 Created", more, Vec::new())
        }
        _ => match (held.refused.get(path), held.files.get(path)) {
            (Some(status), _) => (*status, String::new(), Vec::new()),
            (None, Some(it)) => {
                let next = held.next.get(path);
                let next = next.map_or_else(String::new, |it| format!("Link: <{it}>; rel=\"next\"\r\n"));
                ("200 OK", next, it.clone())
            }
            (None, None) => ("404 Not Found", String::new(), Vec::new()),
        },
    };
    drop(held);
    let size = content.len();
    let head = format!("HTTP/1.1 {status}\r\n{more}Content-Length: {size}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes())?;
    if method != "HEAD" {
        stream.write_all(&content)?;
    }
    Ok(())
}
