//! Files in a form, and their limits.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use deepfix_config::UploadsConfig;
use deepfix_core::Experiment;
use deepfix_history::History;
use deepfix_server::{ReadFiles, Reader, Service};

use crate::{
    fake::reaches,
    wire::{Answer, Server, config, head, open, post},
};

/// What the reader was given, relative to the temporary folder, and the folder itself.
type Seen = Arc<Mutex<Vec<(Vec<String>, PathBuf)>>>;

fn files(path: &Path, below: &Path, all: &mut Vec<String>) {
    if path.is_dir() {
        let mut entries: Vec<_> = std::fs::read_dir(path).unwrap().map(|it| it.unwrap().path()).collect();
        entries.sort();
        entries.iter().for_each(|it| files(it, below, all));
    } else {
        all.push(path.strip_prefix(below).unwrap().display().to_string());
    }
}

/// Does what the first file says.
fn reader(seen: &Seen) -> Reader {
    let seen = Arc::clone(seen);
    Arc::new(move |path: &Path, label: Option<&str>| {
        let mut all = Vec::new();
        files(path, path.parent().unwrap(), &mut all);
        let what = std::fs::read_to_string(path.parent().unwrap().join(&all[0])).unwrap();
        all.extend(label.map(|it| format!("label {it}")));
        seen.lock().unwrap().push((all, path.to_owned()));
        if what == "wrong" {
            return Err(format!("{}: holds nothing", path.display()));
        }
        Ok(ReadFiles {
            experiment: Experiment {
                dataset_name: Some(what),
                ..Experiment::default()
            },
            recognised: Vec::new(),
        })
    })
}

async fn server(uploads: UploadsConfig, history: Option<History>) -> (Server, Seen) {
    let seen = Seen::default();
    let reader = reader(&seen);
    let server = Server::of(&config(), |diagnosis, config| {
        let service = Service::new(diagnosis, config).with_uploads(&uploads, reader);
        match history {
            Some(history) => service.with_history(history, Duration::from_secs(3600), false),
            None => service,
        }
    })
    .await;
    (server, seen)
}

/// A form of text fields (without a file name) and files.
fn form(parts: &[(&str, Option<&str>, &str)]) -> String {
    let mut body = String::new();
    for (name, file, content) in parts {
        let file = file.map(|it| format!("; filename=\"{it}\"")).unwrap_or_default();
        body += &format!("--X\r\ncontent-disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n");
    }
    body + "--X--\r\n"
}

const FORM: &str = "content-type: multipart/form-data; boundary=X\r\n";

async fn send(server: &Server, headers: &str, parts: &[(&str, Option<&str>, &str)]) -> Answer {
    let request = post("/v1/uploads", &format!("{FORM}{headers}"), form(parts));
    server.send(request).await.answer().await
}

#[tokio::test]
async fn files_and_folders_are_read_and_gone_afterwards() {
    let (server, seen) = server(UploadsConfig::default(), None).await;
    let parts = [
        ("name", None, "mine"),
        ("label", None, "target"),
        ("language", None, "french"),
        ("file", Some("run/metrics.csv"), "answer"),
        ("file", Some("run/sub/params.yaml"), "a: 1"),
        ("file", Some(""), ""),
    ];
    let answer = send(&server, "", &parts).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["dataset_name"], "mine");
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen[0].0, ["run/metrics.csv", "run/sub/params.yaml", "label target"]);
    assert!(
        !seen[0].1.exists(),
        "the files are still there: {}",
        seen[0].1.display()
    );
}

#[tokio::test]
async fn a_browser_is_sent_to_the_report_or_shown_it() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(&folder.path().join("h.db").display().to_string(), 2).await;
    let parts = [("file", Some("metrics.csv"), "answer")];
    let (kept, _) = server(UploadsConfig::default(), Some(history)).await;
    let answer = send(&kept, "accept: text/html\r\n", &parts).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let to = answer.header("location").unwrap().to_owned();
    let report = kept.get(to.trim_start_matches("..")).await;
    assert_eq!(
        (report.status, report.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    let answer = send(&kept, "", &parts).await;
    assert!(answer.header("content-location").unwrap().starts_with("analyses/"));

    let (forgetful, _) = server(UploadsConfig::default(), None).await;
    let answer = send(&forgetful, "accept: text/html\r\n", &parts).await;
    assert_eq!(answer.status, 200);
    assert!(String::from_utf8_lossy(&answer.body).contains("<html"));
}

#[tokio::test]
async fn a_stream_tells_where_the_report_is() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(&folder.path().join("h.db").display().to_string(), 2).await;
    let (server, _) = server(UploadsConfig::default(), Some(history)).await;
    let answer = send(
        &server,
        "accept: text/event-stream\r\n",
        &[("file", Some("a.csv"), "report")],
    )
    .await;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let place = |event: &str| {
        text.find(&format!("event: {event}\n"))
            .unwrap_or_else(|| panic!("{event}: {text}"))
    };
    assert!(place("progress") < place("agent") && place("agent") < place("kept") && place("kept") < place("response"));
    let answer = send(
        &server,
        "accept: text/event-stream\r\n",
        &[("file", Some("a.csv"), "wrong")],
    )
    .await;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(
        text.contains("event: problem") && text.contains("a.csv: holds nothing"),
        "{text}"
    );
    assert!(
        !text.contains("/tmp") && !text.contains("deepfix-"),
        "the place is told: {text}"
    );
}

#[tokio::test]
async fn too_many_or_too_large_files_are_refused() {
    let limits = UploadsConfig {
        max_size: 10,
        max_files: 2,
        ..UploadsConfig::default()
    };
    let (server, seen) = server(limits, None).await;
    let answer = send(&server, "", &[("file", Some("a"), "12345678901")]).await;
    answer.problem(413, "payload_too_large");
    let parts = [
        ("file", Some("a"), "1"),
        ("file", Some("b"), "2"),
        ("file", Some("c"), "3"),
    ];
    send(&server, "", &parts).await.problem(413, "payload_too_large");
    // What it says is too long is not read at all.
    let answer = server
        .send(head("/v1/uploads", &format!("{FORM}content-length: 99999999\r\n")))
        .await;
    answer.answer().await.problem(413, "payload_too_large");
    assert!(seen.lock().unwrap().is_empty(), "refused files were read");
    assert_eq!(send(&server, "", &[("file", Some("a"), "answer")]).await.status, 200);
}

#[tokio::test]
async fn names_that_lead_elsewhere_and_forms_that_are_none_are_refused() {
    let (server, seen) = server(UploadsConfig::default(), None).await;
    for name in ["../../etc/x", "/etc/x", "a/../b"] {
        send(&server, "", &[("file", Some(name), "answer")])
            .await
            .problem(422, "invalid_field");
    }
    let twice = [("file", Some("a"), "answer"), ("file", Some("a"), "answer")];
    send(&server, "", &twice).await.problem(422, "invalid_field");
    send(&server, "", &[("colour", None, "red")])
        .await
        .problem(422, "invalid_field");
    let long = "x".repeat(2000);
    send(&server, "", &[("name", None, &long)])
        .await
        .problem(422, "invalid_field");
    send(&server, "", &[("name", None, "x")])
        .await
        .problem(422, "nothing_to_analyse");
    let json = post("/v1/uploads", "content-type: application/json\r\n", "{}");
    server
        .send(json)
        .await
        .answer()
        .await
        .problem(415, "unsupported_media_type");
    let cut = post(
        "/v1/uploads",
        FORM,
        "--X\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nab",
    );
    server.send(cut).await.answer().await.problem(422, "invalid_field");
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn only_so_many_uploads_are_taken_at_once() {
    let limits = UploadsConfig {
        max_at_once: 1,
        ..UploadsConfig::default()
    };
    let (server, _) = server(limits, None).await;
    let waiting = server
        .send(post("/v1/uploads", FORM, form(&[("file", Some("a"), "gate")])))
        .await;
    reaches(&server.fake.begun, 1).await;
    let refused = send(&server, "", &[("file", Some("a"), "answer")]).await;
    refused.problem(429, "overloaded");
    server.fake.gate.add_permits(1);
    assert_eq!(waiting.answer().await.status, 200);
    assert_eq!(send(&server, "", &[("file", Some("a"), "answer")]).await.status, 200);
}

#[tokio::test]
async fn a_server_without_a_reader_takes_no_uploads() {
    let server = Server::start().await;
    send(&server, "", &[("file", Some("a"), "answer")])
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn loose_files_lie_in_a_store_of_their_own() {
    let (server, seen) = server(UploadsConfig::default(), None).await;
    let request = |name: &str| {
        let parts = [("file", Some("meta.yaml"), "gate"), ("file", Some(name), "x")];
        post("/v1/uploads", FORM, form(&parts))
    };
    let one = server.send(request("of one")).await;
    reaches(&server.fake.begun, 1).await;
    let other = server.send(request("of the other")).await;
    reaches(&server.fake.begun, 2).await;
    let paths: Vec<PathBuf> = seen.lock().unwrap().iter().map(|it| it.1.clone()).collect();
    for (path, name) in paths.iter().zip(["of one", "of the other"]) {
        // `STORE/EXPERIMENT/RUN`: what is taken for a run is looked up in the store.
        let store = path.parent().unwrap().parent().unwrap();
        let mut all = Vec::new();
        files(store, store, &mut all);
        assert_eq!(all, ["0/upload/meta.yaml".to_owned(), format!("0/upload/{name}")]);
    }
    server.fake.gate.add_permits(2);
    assert_eq!((one.answer().await.status, other.answer().await.status), (200, 200));
}
