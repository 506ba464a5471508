//! SIGTERM as an orchestrator sends it, to a process of its own: this test program, started
//! again.
#![cfg(unix)]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use deepfix_server::{Service, serve, shutdown_signal};
use tokio::net::TcpListener;

use crate::{fake::Fake, wire};

/// The server, when started by the tests below.
#[tokio::test]
#[ignore = "a part of the other tests"]
async fn child() {
    let shutdown = shutdown_signal().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("\nport {}", listener.local_addr().unwrap().port());
    let fake = Fake::new();
    let mut begun = fake.begun.subscribe();
    tokio::spawn(async move {
        begun.wait_for(|it| *it > 0).await.unwrap();
        println!("begun");
    });
    let gate = fake.clone();
    let shutdown = async move {
        shutdown.await;
        println!("draining");
        gate.gate.add_permits(1);
    };
    let drained = serve(listener, None, Service::new(fake, &wire::config()), shutdown).await;
    println!("drained {drained:?}");
}

struct Server {
    process: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    /// Starts a server with one request in it.
    fn with(what: &str) -> (Self, TcpStream) {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "signals::child", "--ignored", "--nocapture"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut server = Self { process, lines };
        let port = server.line("port ")["port ".len()..].to_owned();
        let mut client = TcpStream::connect(format!("127.0.0.1:{port}")).unwrap();
        client.write_all(&wire::analyse(what)).unwrap();
        server.line("begun");
        (server, client)
    }

    fn line(&mut self, start: &str) -> String {
        self.lines
            .by_ref()
            .map(Result::unwrap)
            .find(|it| it.starts_with(start))
            .unwrap()
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args([format!("-{name}"), self.process.id().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }
}

#[test]
fn sigterm_drains() {
    for signal in ["TERM", "INT"] {
        let (mut server, mut client) = Server::with("gate");
        server.signal(signal);
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert_eq!(server.line("drained"), "drained Drained { requests: 0, jobs: 0 }");
        assert!(server.process.wait().unwrap().success());
    }
}

#[test]
fn a_second_signal_ends_at_once() {
    let (mut server, _client) = Server::with("hang");
    server.signal("TERM");
    server.line("draining");
    server.signal("TERM");
    assert_eq!(server.process.wait().unwrap().code(), Some(143));
}
