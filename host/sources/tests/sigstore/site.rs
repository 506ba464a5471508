//! Files by their paths over plain HTTP on this machine, and as much of a registry as a push needs. A path
//! that is not there is 404; so is the list of referrers, until a test puts one there.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

use deepfix_sources::sha256;

#[derive(Default)]
struct Held {
    files: BTreeMap<String, Vec<u8>>,
    asked: Vec<String>,
}

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
        "POST" => ("202 Accepted", "Location: /v2/team/acme/upload\r\n", Vec::new()),
        "PUT" => {
            let folder = path.rsplit_once('/').map(|it| it.0).unwrap_or_default();
            let digest = format!("sha256:{}", sha256(&body));
            if path.contains("/upload?") {
                held.files.insert(format!("{folder}/blobs/{digest}"), body);
            } else {
                held.files.insert(format!("{folder}/{digest}"), body.clone());
                held.files.insert(path.to_owned(), body);
            }
            ("201 Created", "", Vec::new())
        }
        _ => match held.files.get(path) {
            Some(it) => ("200 OK", "", it.clone()),
            None => ("404 Not Found", "", Vec::new()),
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
