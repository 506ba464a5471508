//! A language model's endpoint for tests and benchmarks.
//!
//! It speaks HTTP itself, byte by byte: a frame in the middle of which a connection is cut, or a
//! header that comes one letter at a time, is what an HTTP library is there to prevent.
#![forbid(unsafe_code)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper of tests fails by panicking"
)]

mod answers;
mod faults;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

pub use answers::{answer_for, completion, obliging};
pub use faults::{Fault, faults};
use serde_json::Value;

/// What a client sent.
#[derive(Debug, Clone)]
pub struct Request {
    /// The target of the request line.
    pub path: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; null when it is no JSON.
    pub body: Value,
    /// How many came before it.
    pub number: usize,
}

impl Request {
    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, value)| value.as_str())
    }

    /// All that the model reads, one message after the other.
    #[must_use]
    pub fn prompt(&self) -> String {
        let messages = self.body["messages"].as_array().cloned().unwrap_or_default();
        let texts: Vec<_> = messages.iter().filter_map(|it| it["content"].as_str()).collect();
        texts.join("\n")
    }
}

/// What the server does next.
#[derive(Debug, Clone)]
pub enum Step {
    /// Writes bytes.
    Send(Vec<u8>),
    /// Waits.
    Wait(Duration),
    /// Says nothing more until the client is gone.
    Hang,
    /// Closes the connection.
    Cut,
}

/// An answer, step by step.
pub type Answer = Vec<Step>;

/// An answer with a length.
#[must_use]
pub fn http(status: u16, headers: &[(&str, &str)], content_type: &str, body: &[u8]) -> Answer {
    let mut head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "\r\n";
    vec![Step::Send([head.as_bytes(), body].concat())]
}

/// An answer in JSON.
#[must_use]
pub fn json(status: u16, body: &Value) -> Answer {
    http(status, &[], "application/json", body.to_string().as_bytes())
}

type Respond = dyn Fn(&Request) -> Answer + Send + Sync;

/// A running server on a free port of the loopback interface. It ends with this value.
pub struct ModelServer {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    respond: Box<Respond>,
    requests: Mutex<Vec<Request>>,
    number: AtomicUsize,
    left: (Mutex<usize>, Condvar),
    over: AtomicBool,
}

impl ModelServer {
    /// Starts a server that answers each request in this way.
    #[must_use]
    pub fn start(respond: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            respond: Box::new(respond),
            requests: Mutex::default(),
            number: AtomicUsize::new(0),
            left: Default::default(),
            over: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if of_thread.over.load(Ordering::Relaxed) {
                    return;
                }
                let shared = Arc::clone(&of_thread);
                std::thread::spawn(move || serve(&stream, &shared));
            }
        });
        Self { address, shared }
    }

    /// What belongs into `base_url`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// Waits until so many clients have left it hanging.
    pub fn wait_until_left(&self, by: usize) {
        let left = self.shared.left.0.lock().unwrap();
        drop(self.shared.left.1.wait_while(left, |it| *it < by).unwrap());
    }

    /// What was sent so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: &TcpStream, shared: &Shared) {
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader, shared) {
        shared.requests.lock().unwrap().push(request.clone());
        for step in (shared.respond)(&request) {
            match step {
                Step::Send(bytes) => {
                    let mut stream = stream;
                    if stream.write_all(&bytes).is_err() {
                        return;
                    }
                }
                Step::Wait(time) => std::thread::sleep(time),
                Step::Hang => {
                    let _ = reader.read(&mut [0]);
                    *shared.left.0.lock().unwrap() += 1;
                    shared.left.1.notify_all();
                    return;
                }
                Step::Cut => return,
            }
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>, shared: &Shared) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|it| *it > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(it, _)| it == "content-length")?.1.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        path,
        headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
        number: shared.number.fetch_add(1, Ordering::Relaxed),
    })
}
