//! Jobs: what becomes of them over a restart, a shutdown, a kill, and once their result is forgotten.

use deepfix_server::router;
use futures_util::FutureExt as _;
use tower::ServiceExt as _;

use super::*;
use crate::{
    fake::{Fake, reaches},
    wire::soon,
};

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
