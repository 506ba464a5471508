//! A server on a loopback port, and a client that sends exactly the bytes that a test wants.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use deepfix_config::ServerConfig;
use deepfix_core::Diagnosis;
use deepfix_history::History;
use deepfix_server::{Drained, Service, serve};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::fake::Fake;

pub(crate) fn config() -> ServerConfig {
    ServerConfig {
        listen: "127.0.0.1:0".parse().unwrap(),
        ..ServerConfig::default()
    }
}

/// Longer than anything takes here, on a machine that has other things to do too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// What comes about; where it does not, the test fails and does not hang.
pub(crate) async fn soon<T>(what: &str, work: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.unwrap_or_else(|_| panic!("{what}: not within {PATIENCE:?}"))
}

/// A database that is never taken for one that is down because the machine is slow.
pub(crate) async fn open(place: &str, connections: u32) -> History {
    let history = History::open(place, connections).await.unwrap();
    history.with_patience(PATIENCE)
}

pub(crate) struct Server {
    pub address: SocketAddr,
    pub fake: Arc<Fake>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Drained>,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut ServerConfig)) -> Self {
        let mut config = config();
        change(&mut config);
        Self::of(&config, Service::new).await
    }

    pub(crate) async fn of(
        config: &ServerConfig,
        service: impl FnOnce(Arc<dyn Diagnosis>, &ServerConfig) -> Service,
    ) -> Self {
        let listener = TcpListener::bind(config.listen).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (fake, (stop, stopped)) = (Fake::new(), oneshot::channel::<()>());
        let service = service(fake.clone(), config).with_patience(PATIENCE);
        let task = tokio::spawn(async move {
            serve(listener, None, service, async {
                let _ = stopped.await;
            })
            .await
        });
        Self {
            address,
            fake,
            stop,
            task,
        }
    }

    /// Begins the shutdown.
    pub(crate) fn stop(self) -> JoinHandle<Drained> {
        self.stop.send(()).unwrap();
        self.task
    }

    pub(crate) async fn connect(&self) -> Client {
        Client(TcpStream::connect(self.address).await.unwrap())
    }

    /// Sends one request on a connection of its own.
    pub(crate) async fn send(&self, request: impl AsRef<[u8]>) -> Client {
        let mut client = self.connect().await;
        client.write(request).await;
        client
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call("GET", path).await
    }

    pub(crate) async fn call(&self, method: &str, path: &str) -> Answer {
        self.send(format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        ))
        .await
        .answer()
        .await
    }

    pub(crate) async fn analyse(&self, what: &str) -> Answer {
        self.send(analyse(what)).await.answer().await
    }
}

/// An ordinary request.
pub(crate) fn analyse(what: &str) -> Vec<u8> {
    post(
        "/v1/analyse",
        "content-type: application/json\r\n",
        format!(r#"{{"do": "{what}"}}"#),
    )
}

pub(crate) fn post(path: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let mut request = head(path, &format!("content-length: {length}\r\n{headers}"));
    request.extend_from_slice(body);
    request
}

pub(crate) fn head(path: &str, headers: &str) -> Vec<u8> {
    format!("POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}\r\n").into_bytes()
}

pub(crate) struct Client(TcpStream);

impl Client {
    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Whether the server still took the bytes.
    pub(crate) async fn try_write(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.0.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Everything that the server sends before it closes.
    pub(crate) async fn rest(mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes).await.unwrap();
        bytes
    }

    pub(crate) async fn answer(self) -> Answer {
        Answer::parse(&self.rest().await)
    }

    /// One answer on a connection that is kept; of known length.
    pub(crate) async fn next_answer(&mut self) -> Answer {
        let mut bytes = Vec::new();
        loop {
            let n = self.0.read_buf(&mut bytes).await.unwrap();
            assert!(n > 0, "closed after {}", String::from_utf8_lossy(&bytes));
            if let Some(end) = find(&bytes, b"\r\n\r\n") {
                let answer = Answer::parse(&bytes);
                if bytes.len() >= end + 4 + answer.header("content-length").unwrap().parse::<usize>().unwrap() {
                    return answer;
                }
            }
        }
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let end = find(bytes, b"\r\n\r\n").unwrap_or_else(|| panic!("no answer: {}", String::from_utf8_lossy(bytes)));
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Self {
            status,
            head,
            body: bytes[end + 4..].to_vec(),
        };
        if answer.header("transfer-encoding") == Some("chunked") {
            answer.body = dechunk(&answer.body);
        }
        answer
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let line = self
            .head
            .lines()
            .skip(1)
            .find(|it| it.to_ascii_lowercase().starts_with(&format!("{name}:")))?;
        Some(line[name.len() + 1..].trim())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// Checks that this is a whole problem document, and returns it.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(
            self.status,
            status,
            "{} {}",
            self.head,
            String::from_utf8_lossy(&self.body)
        );
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        let problem = self.json();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["code"], code);
        assert_eq!(problem["type"], format!("urn:deepfix:problem:{code}"));
        assert_eq!(problem["request_id"], self.header("x-request-id").unwrap());
        assert!(!problem["title"].as_str().unwrap().is_empty());
        assert!(!problem["detail"].as_str().unwrap().is_empty());
        problem
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|it| it == what)
}

fn dechunk(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = find(bytes, b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            return whole;
        }
        whole.extend_from_slice(&bytes[end + 2..end + 2 + length]);
        bytes = &bytes[end + 4 + length..];
    }
}
