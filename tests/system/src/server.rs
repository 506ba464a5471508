use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Stdio},
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use serde_json::Value;

use crate::Home;

/// Longer than a line takes from a server that has other things to do too.
const PATIENCE: Duration = Duration::from_secs(60);

/// The real server as a child process; it ends with this value.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// What it has logged, and that there is more of it.
    log: Arc<(Mutex<String>, Condvar)>,
}

/// An HTTP answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The content type.
    pub content_type: String,
    /// The request id.
    pub request_id: String,
    /// The Retry-After header.
    pub retry_after: Option<String>,
    /// The body as JSON; null when it is none.
    pub body: Value,
}

impl Server {
    /// Starts it on a free port and waits until it is ready.
    #[must_use]
    pub fn start(home: &Home) -> Self {
        let mut child = home
            .command()
            .args(["serve", "--listen", "127.0.0.1:0"])
            .env("DEEPFIX_LOG__FORMAT", "json")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut before = String::new();
        let address = loop {
            let Some(Ok(line)) = lines.next() else {
                panic!("the server did not start: {before}")
            };
            let record: Value = serde_json::from_str(&line).unwrap_or_default();
            before.push_str(&line);
            if record["message"] == "ready" {
                break record["address"].as_str().unwrap().parse().unwrap();
            }
        };
        let log = Arc::new((Mutex::new(before), Condvar::new()));
        let rest = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut log = rest.0.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
                rest.1.notify_all();
            }
        });
        Self { child, address, log }
    }

    /// What has come of its log so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.0.lock().unwrap().clone()
    }

    /// Waits until a text is in its log, and gives what has come of it so far.
    ///
    /// # Panics
    /// It does not come.
    pub fn logged(&self, text: &str) -> String {
        let (log, more) = &*self.log;
        let waiting = more.wait_timeout_while(log.lock().unwrap(), PATIENCE, |it| !it.contains(text));
        let (log, waited) = waiting.unwrap();
        let log = log.clone();
        assert!(!waited.timed_out(), "`{text}` is not in the log: {log}");
        log
    }

    /// The process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end and returns the exit code.
    #[must_use]
    pub fn wait(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// `GET`.
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        let mut answer = agent().get(format!("http://{}{path}", self.address)).call().unwrap();
        Answer::of(&mut answer)
    }

    /// `POST` of a body as JSON.
    #[must_use]
    pub fn post(&self, path: &str, body: impl AsRef<[u8]>) -> Answer {
        self.post_as(path, "application/json", body)
    }

    /// `POST` with a content type.
    #[must_use]
    pub fn post_as(&self, path: &str, content_type: &str, body: impl AsRef<[u8]>) -> Answer {
        let request = agent()
            .post(format!("http://{}{path}", self.address))
            .header("content-type", content_type);
        let mut answer = request.send(body.as_ref()).unwrap();
        Answer::of(&mut answer)
    }

    /// Bytes as they are; what comes back as text.
    #[must_use]
    pub fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(120)))
        .build()
        .into()
}

impl Answer {
    fn of(answer: &mut ureq::http::Response<ureq::Body>) -> Self {
        let header = |name: &str| {
            answer
                .headers()
                .get(name)
                .and_then(|it| it.to_str().ok())
                .map(str::to_owned)
        };
        let (content_type, request_id) = (header("content-type"), header("x-request-id"));
        let retry_after = header("retry-after");
        let status = answer.status().as_u16();
        let text = answer
            .body_mut()
            .with_config()
            .limit(256 << 20)
            .read_to_string()
            .unwrap();
        Self {
            status,
            content_type: content_type.unwrap_or_default(),
            request_id: request_id.unwrap_or_default(),
            retry_after,
            body: serde_json::from_str(&text).unwrap_or_default(),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
