//! What a server remembers, over a restart and between tenants.

use std::{path::Path, time::Duration};

use deepfix_config::{AccessConfig, OidcConfig, RequireKeys, ServerConfig};
use deepfix_history::{History, NewAnalysis, now};
use deepfix_server::{Scope, Service, mint, router};
use futures_util::FutureExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::{
    fake::{Fake, reaches},
    wire::{self, Answer, Server, analyse, config, post, soon},
};

async fn open(folder: &Path) -> History {
    let file = folder.join("a folder #1/history.db");
    wire::open(&file.display().to_string(), 4).await
}

async fn server(history: History, access: AccessConfig) -> Server {
    let config = ServerConfig {
        // A job that hangs is cut off soon.
        drain_timeout: Duration::from_millis(200),
        ..config()
    };
    Server::of(&config, |diagnosis, config| {
        Service::new(diagnosis, config)
            .with_history(history, Duration::from_secs(3600), false)
            .with_access(&access, &[], &OidcConfig::default())
            .unwrap()
    })
    .await
}

/// An analysis of the tenant without a name that found nothing.
pub(crate) fn analysis(id: &str, response: &str) -> NewAnalysis {
    NewAnalysis {
        id: id.to_owned(),
        tenant: String::new(),
        created_at: now(),
        dataset_name: String::new(),
        severity: 0,
        findings: 0,
        codes: Vec::new(),
        failed_agents: 0,
        summary: String::new(),
        response: response.to_owned(),
    }
}

fn open_to_all() -> AccessConfig {
    AccessConfig {
        require_keys: RequireKeys::Never,
        ..AccessConfig::default()
    }
}

async fn with_key(server: &Server, method: &str, path: &str, key: &str) -> Answer {
    let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\nconnection: close\r\n\r\n");
    server.send(head).await.answer().await
}

async fn analyse_with(server: &Server, what: &str, headers: &str) -> Answer {
    let headers = format!("content-type: application/json\r\n{headers}");
    let request = post("/v1/analyse", &headers, format!(r#"{{"do": "{what}"}}"#));
    server.send(request).await.answer().await
}

async fn submitted(server: &Server, what: &str) -> String {
    let request = post(
        "/v2/analyse",
        "content-type: application/json\r\n",
        format!(r#"{{"do": "{what}"}}"#),
    );
    let answer = server.send(request).await.answer().await;
    assert_eq!(answer.status, 202);
    answer.json()["job_id"].as_str().unwrap().to_owned()
}

async fn job(server: &Server, id: &str, wanted: &[&str]) -> Value {
    let told = async {
        loop {
            let answer = server.get(&format!("/v2/jobs/{id}")).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let job = answer.json();
            if wanted.contains(&job["status"].as_str().unwrap()) {
                return job;
            }
            tokio::task::yield_now().await;
        }
    };
    soon(&format!("{id} as one of {wanted:?}"), told).await
}

#[tokio::test]
async fn an_analysis_can_be_found_read_compared_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(open(folder.path()).await, open_to_all()).await;
    let (mut ids, mut listed) = (Vec::new(), Vec::new());
    for what in ["one", "Two %", "three"] {
        let answer = server.analyse(what).await;
        assert_eq!(answer.status, 200);
        // Relative to the request.
        let place = format!("/v1/{}", answer.header("content-location").unwrap());
        let whole = server.get(&place).await.json();
        assert_eq!(whole["response"], answer.json());
        assert_eq!(whole["dataset_name"], what);
        let member = |name: &str| whole[name].as_str().unwrap().to_owned();
        ids.push(member("id"));
        listed.push((member("created_at"), member("id"), what));
    }
    // The newest first; those of one millisecond by their ids.
    listed.sort_by(|a, b| b.cmp(a));
    let newest: Vec<&str> = listed.iter().map(|it| it.2).collect();
    let names = |answer: &Answer| -> Vec<String> {
        let page = answer.json();
        let all = page["analyses"].as_array().unwrap().clone();
        all.iter()
            .map(|it| it["dataset_name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names(&server.get("/v1/analyses").await), newest);
    assert_eq!(names(&server.get("/v1/analyses?dataset=two%20%25").await), ["Two %"]);
    let none: [String; 0] = [];
    assert_eq!(names(&server.get("/v1/analyses?dataset=%25e").await), none);
    assert_eq!(names(&server.get("/v1/analyses?severity=high").await), none);
    assert_eq!(
        names(&server.get("/v1/analyses?since=2999-01-01T00:00:00Z").await),
        none
    );
    let first = server.get("/api/v1/analyses?limit=2").await;
    assert_eq!(names(&first), newest[..2]);
    let next = first.json()["next"].as_str().unwrap().to_owned();
    let second = server.get(&format!("/v1/analyses?limit=2&after={next}")).await;
    assert_eq!(names(&second), newest[2..]);
    assert!(second.json()["next"].is_null());

    let compared = server.get(&format!("/v1/analyses/{}/compare/{}", ids[0], ids[2])).await;
    assert_eq!(compared.status, 200);
    assert_eq!(compared.json()["before"]["id"], ids[0].as_str());

    let page = server.get(&format!("/analyses/{}", ids[1])).await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'"), "{policy}");
    assert!(page.text().contains("Two %"), "{}", page.text());

    let place = format!("/v1/analyses/{}", ids[1]);
    assert_eq!(server.call("DELETE", &place).await.status, 204);
    assert_eq!(server.get(&place).await.status, 404);
}

#[tokio::test]
async fn an_analysis_that_cannot_be_read_is_not_compared_as_one_without_findings() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).await;
    let server = server(history.clone(), open_to_all()).await;
    let answer = server.analyse("one").await;
    let sound = answer.header("content-location").unwrap().replace("analyses/", "");
    let damaged = analysis("damaged", "{}");
    history.add(&damaged).await.unwrap();
    for pair in [format!("{sound}/compare/damaged"), format!("damaged/compare/{sound}")] {
        let problem = server
            .get(&format!("/v1/analyses/{pair}"))
            .await
            .problem(500, "internal");
        assert!(problem["detail"].as_str().unwrap().contains("`damaged`"), "{problem}");
    }
}

#[tokio::test]
async fn a_wrong_parameter_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(open(folder.path()).await, open_to_all()).await;
    for (query, expected) in [
        (
            "severity=worst",
            "`severity`: found `worst`, expected `low`, `medium` or `high`",
        ),
        ("since=yesterday", "`since`: found `yesterday`"),
        ("after=x", "`after`: found `x`"),
        ("limit=0", "`limit`: found `0`, expected 1 to 500"),
        ("limit=many", "the query"),
        ("colour=red", "the query"),
    ] {
        let answer = server.get(&format!("/v1/analyses?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        let problem = answer.json();
        assert_eq!(problem["code"], "invalid_parameter");
        assert!(problem["detail"].as_str().unwrap().contains(expected), "{problem}");
    }
}

#[tokio::test]
async fn a_server_without_a_database_says_so_and_diagnoses() {
    let server = Server::start().await;
    let answer = server.analyse("x").await;
    assert_eq!((answer.status, answer.header("content-location")), (200, None));
    let answer = server.get("/v1/analyses").await;
    assert_eq!(answer.status, 404);
    assert!(answer.json()["detail"].as_str().unwrap().contains("[history] database"));
    assert_eq!(server.get("/ready").await.json()["store"], "none");
}

#[tokio::test]
async fn jobs_survive_a_restart_with_their_results() {
    let folder = tempfile::tempdir().unwrap();
    let first = server(open(folder.path()).await, open_to_all()).await;
    let done = submitted(&first, "done").await;
    let before = job(&first, &done, &["COMPLETED"]).await;
    let unfinished = submitted(&first, "hang").await;
    job(&first, &unfinished, &["PROCESSING"]).await;
    let cancelled = submitted(&first, "hang").await;
    assert_eq!(first.call("DELETE", &format!("/v2/jobs/{cancelled}")).await.status, 200);
    first.stop().await.unwrap();

    let second = server(open(folder.path()).await, open_to_all()).await;
    let after = job(&second, &done, &["COMPLETED"]).await;
    assert_eq!(after["result"], before["result"]);
    let lost = job(&second, &unfinished, &["FAILED"]).await;
    assert!(lost["error"].as_str().unwrap().contains("submit it again"), "{lost}");
    let cancelled = job(&second, &cancelled, &["FAILED"]).await;
    assert!(
        cancelled["error"].as_str().unwrap().starts_with("cancelled: "),
        "{cancelled}"
    );
}

#[tokio::test]
async fn a_job_that_runs_at_the_shutdown_is_finished_first() {
    let folder = tempfile::tempdir().unwrap();
    let config = config();
    let history = open(folder.path()).await;
    let first = Server::of(&config, |diagnosis, config| {
        Service::new(diagnosis, config).with_history(history, Duration::from_secs(3600), false)
    })
    .await;
    let request = post("/v2/analyse", "content-type: application/json\r\n", r#"{"do": "gate"}"#);
    let id = first.send(request).await.answer().await.json()["job_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let fake = first.fake.clone();
    reaches(&fake.begun, 1).await;
    let stopping = first.stop();
    fake.gate.add_permits(1);
    let drained = stopping.await.unwrap();
    assert_eq!((drained.requests, drained.jobs), (0, 0));
    let second = server(open(folder.path()).await, open_to_all()).await;
    assert_eq!(
        job(&second, &id, &["COMPLETED"]).await["result"]["dataset_name"],
        "gate"
    );
}

#[tokio::test]
async fn a_job_that_is_cut_off_after_its_result_was_written_down_is_told_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).await;
    let first = server(history.clone(), open_to_all()).await;
    let id = submitted(&first, "hang").await;
    job(&first, &id, &["PROCESSING"]).await;
    // As if the server were stopped between the two.
    let result = analysis(&id, r#"{"summary": "it was done"}"#);
    history.add(&result).await.unwrap();
    assert_eq!(first.stop().await.unwrap().jobs, 1, "it was cut off");
    let second = server(open(folder.path()).await, open_to_all()).await;
    let told = job(&second, &id, &["COMPLETED", "FAILED"]).await;
    assert_eq!(told["status"], "COMPLETED", "{told}");
    assert_eq!(told["result"]["summary"], "it was done");
}

#[tokio::test]
async fn a_job_of_a_server_that_was_killed_has_failed_after_the_restart() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).await;
    let id = "00000000-0000-4000-8000-000000000000";
    history.accept("", id, "a server that is gone").await.unwrap();
    let server = server(history, open_to_all()).await;
    let lost = job(&server, id, &["FAILED"]).await;
    assert!(
        lost["error"].as_str().unwrap().contains("before this job was done"),
        "{lost}"
    );
}

#[tokio::test]
async fn keys_open_what_their_scopes_say_and_tenants_see_nothing_of_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).await;
    let mut keys = Vec::new();
    for (tenant, scopes, expires) in [
        ("a", &[Scope::Analyse, Scope::Read][..], None),
        ("b", &[Scope::Analyse, Scope::Read], None),
        ("a", &[Scope::Read], None),
        ("a", &[Scope::Analyse], Some(1)),
        ("a", &[Scope::Analyse], None),
    ] {
        let minted = mint(tenant, "test", scopes, expires).unwrap();
        history.add_key(&minted.stored).await.unwrap();
        keys.push(minted);
    }
    assert!(history.revoke_key(&keys[4].stored.id).await.unwrap());
    let access = AccessConfig {
        require_keys: RequireKeys::Always,
        ..AccessConfig::default()
    };
    let server = server(history, access).await;
    let wrong = keys[0].key.replace(&keys[0].key[20..24], "0123");
    for (headers, status, code) in [
        (String::new(), 401, "unauthorized"),
        ("authorization: Bearer None\r\n".to_owned(), 401, "unauthorized"),
        (format!("x-api-key: {wrong}\r\n"), 401, "unauthorized"),
        (format!("x-api-key: {}\r\n", keys[3].key), 401, "unauthorized"),
        (format!("x-api-key: {}\r\n", keys[4].key), 401, "unauthorized"),
        (format!("x-api-key: {}\r\n", keys[2].key), 403, "forbidden"),
    ] {
        let answer = analyse_with(&server, "x", &headers).await;
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (status, Some(code)),
            "{headers}"
        );
        assert_eq!(answer.header("www-authenticate").is_some(), status == 401);
    }
    let answer = analyse_with(&server, "x", &format!("authorization: bearer {}\r\n", keys[0].key)).await;
    assert_eq!(answer.status, 200);
    let place = format!("/v1/{}", answer.header("content-location").unwrap());
    for (key, status, entries) in [(0, 200, 1), (2, 200, 1), (1, 404, 0)] {
        let key = &keys[key].key;
        assert_eq!(with_key(&server, "GET", &place, key).await.status, status);
        let page = with_key(&server, "GET", "/v1/analyses", key).await.json();
        assert_eq!(page["analyses"].as_array().unwrap().len(), entries);
    }
    assert_eq!(with_key(&server, "DELETE", &place, &keys[2].key).await.status, 403);
    assert_eq!(with_key(&server, "DELETE", &place, &keys[1].key).await.status, 404);
    // What says only that the server is there needs no key.
    for path in ["/", "/health", "/ready"] {
        assert_eq!(server.get(path).await.status, 200, "{path}");
    }
    assert_eq!(server.get("/v1/agents").await.status, 401);
}

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).await;
    let minted = mint("", "test", &Scope::ALL, None).unwrap();
    history.add_key(&minted.stored).await.unwrap();
    let access = AccessConfig {
        require_keys: RequireKeys::Auto,
        requests_per_minute: 1,
        burst: 2,
        ..AccessConfig::default()
    };
    let server = server(history, access).await;
    let header = format!("x-api-key: {}\r\n", minted.key);
    assert_eq!(analyse_with(&server, "x", &header).await.status, 200);
    assert_eq!(analyse_with(&server, "x", &header).await.status, 200);
    let refused = analyse_with(&server, "x", &header).await;
    assert_eq!(
        (refused.status, refused.json()["code"].as_str()),
        (429, Some("rate_limited"))
    );
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    // Some of the minute may be over already.
    assert!((1..=61).contains(&wait), "{wait}");
    // On loopback nobody needs a key.
    assert_eq!(server.send(analyse("x")).await.answer().await.status, 200);
}

#[tokio::test]
async fn a_stream_tells_by_what_id_its_response_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(open(folder.path()).await, open_to_all()).await;
    let answer = analyse_with(&server, "report", "accept: text/event-stream\r\n").await;
    let text = answer.text();
    let (before, after) = text.split_once("event: kept\ndata: ").unwrap();
    assert!(
        before.contains("event: agent\n") && after.contains("event: response\n"),
        "{text}"
    );
    let kept: Value = serde_json::from_str(after.lines().next().unwrap()).unwrap();
    let place = format!("/v1/analyses/{}", kept["id"].as_str().unwrap());
    assert_eq!(server.get(&place).await.json()["dataset_name"], "report");
}

#[tokio::test]
async fn a_forgotten_analysis_is_no_result_of_a_job_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let server = server(open(folder.path()).await, open_to_all()).await;
    let id = submitted(&server, "private").await;
    job(&server, &id, &["COMPLETED"]).await;
    assert_eq!(server.call("DELETE", &format!("/v1/analyses/{id}")).await.status, 204);
    let after = server.get(&format!("/v2/jobs/{id}")).await;
    assert!(!after.text().contains("private"), "{}", after.text());
    let after = after.json();
    assert_eq!(
        (after["status"].as_str(), after["result"].is_null()),
        (Some("FAILED"), true)
    );
    server
        .get("/v2/jobs/00000000-0000-4000-8000-000000000000")
        .await
        .problem(404, "not_found")["detail"]
        .as_str()
        .filter(|it| it.contains("[history] retention"))
        .unwrap();
}

#[tokio::test]
async fn the_same_where_the_end_of_the_job_is_not_written_down_yet() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).await;
    let server = server(history.clone(), open_to_all()).await;
    assert_eq!(server.send(analyse("private")).await.answer().await.status, 200);
    let kept = server.get("/v1/analyses").await.json();
    let id = kept["analyses"][0]["id"].as_str().unwrap().to_owned();
    // A job whose result is written down and whose end is not: another server does the latter in a moment.
    history.accept("", &id, "another server").await.unwrap();
    assert_eq!(server.get(&format!("/v2/jobs/{id}")).await.json()["status"], "PENDING");
    assert_eq!(server.call("DELETE", &format!("/v1/analyses/{id}")).await.status, 204);
    let after = server.get(&format!("/v2/jobs/{id}")).await.json();
    assert_eq!(
        (after["status"].as_str(), after["result"].is_null()),
        (Some("FAILED"), true)
    );
}

#[tokio::test]
async fn a_client_that_leaves_while_its_job_is_written_down_leaves_a_job_that_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).await;
    let fake = Fake::new();
    let service = Service::new(fake.clone(), &config()).with_history(history, Duration::from_secs(3600), false);
    let request = axum::http::Request::post("/v2/analyse")
        .header("content-length", 16)
        .body(axum::body::Body::from(r#"{"do": "answer"}"#));
    let mut call = Box::pin(router(service).oneshot(request.unwrap()));
    // Until it waits for the database.
    let waits = async {
        while *fake.decoded.borrow() == 0 {
            assert!(call.as_mut().now_or_never().is_none());
            tokio::task::yield_now().await;
        }
    };
    soon("the body is decoded", waits).await;
    drop(call);
    soon("somebody does the job", reaches(&fake.ended, 1)).await;
}

#[tokio::test]
async fn who_is_ready_says_what_is_loaded_and_is_not_without_its_database() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path()).await;
    let server = server(history.clone(), open_to_all()).await;
    let ready = server.get("/ready").await;
    assert_eq!(ready.status, 200);
    let counts = serde_json::json!({"status": "ready", "agents": 1, "refused": 0, "knowledge": 0, "store": "ok"});
    assert_eq!(ready.json(), counts);
    history.close().await;
    let answer = server.get("/ready").await;
    answer.problem(503, "store_unavailable");
    assert!(answer.header("retry-after").is_some());
    // It answers all the same: an orchestrator must not kill it.
    assert_eq!(server.get("/health").await.status, 200);
}
