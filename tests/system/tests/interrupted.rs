//! Ctrl-C while a run is being fetched leaves nothing behind.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    process::{Command, Stdio},
    sync::mpsc,
};

use deepfix_system_tests::Home;

#[test]
fn what_was_downloaded_is_removed_when_the_user_stops_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("http://{}", listener.local_addr().unwrap());
    let (stalled, is_stalled) = mpsc::channel();
    std::thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut first = String::new();
            BufReader::new(stream.try_clone().unwrap())
                .read_line(&mut first)
                .unwrap();
            if first.contains("/runs/get") {
                let body = r#"{"run": {"info": {"run_id": "a", "artifact_uri": "mlflow-artifacts:/0/a"}}}"#;
                let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
                write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
            } else {
                // By now there is a folder for downloads; the listing never comes.
                kept.push(stream);
                stalled.send(()).unwrap();
            }
        }
    });
    let (home, scratch) = (Home::new(), tempfile::tempdir().unwrap());
    let mut child = home
        .command()
        .args(["analyse", "--mlflow-run", "a", "--tracking-uri", &uri])
        .env("TMPDIR", scratch.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    is_stalled.recv().unwrap();
    let entries = || std::fs::read_dir(scratch.path()).unwrap().count();
    assert_eq!(entries(), 1, "the folder for downloads");
    let sent = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(entries(), 0);
}
