use std::time::Duration;

use serde_json::Value;

use crate::{
    fake::reaches,
    wire::{Answer, Server, post, soon},
};

async fn submit(server: &Server, what: &str) -> Answer {
    let body = format!(r#"{{"do": "{what}"}}"#);
    server
        .send(post("/api/v2/analyse", "content-type: application/json\r\n", body))
        .await
        .answer()
        .await
}

/// Polls as an SDK does, only faster, until the job has that status.
async fn poll(server: &Server, id: &str, status: &str) -> Value {
    let told = async {
        loop {
            let answer = server.get(&format!("/api/v2/jobs/{id}")).await;
            assert_eq!(answer.status, 200);
            let job = answer.json();
            let keys: Vec<_> = job.as_object().unwrap().keys().collect();
            assert_eq!(
                keys,
                ["job_id", "status", "result", "error", "created_at", "updated_at"]
            );
            assert_eq!(job["status"] == "COMPLETED", !job["result"].is_null(), "{job}");
            assert_eq!(job["status"] == "FAILED", !job["error"].is_null(), "{job}");
            if job["status"] == status {
                return job;
            }
            tokio::task::yield_now().await;
        }
    };
    soon(&format!("{id} as {status}"), told).await
}

fn id_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{answer:?}");
    let id = answer.json()["job_id"].as_str().unwrap().to_owned();
    assert_eq!(answer.header("location"), Some(format!("jobs/{id}").as_str()));
    assert_eq!(id.len(), 36);
    assert_eq!(&id[14..15], "4", "a random UUID");
    id
}

#[tokio::test]
async fn a_job_goes_from_pending_to_completed() {
    let server = Server::with(|config| config.max_in_flight = 1).await;
    let first = submit(&server, "gate").await;
    assert_eq!(first.json()["status"], "PENDING");
    let first = id_of(&first);
    poll(&server, &first, "PROCESSING").await;
    let second = id_of(&submit(&server, "answer").await);
    poll(&server, &second, "PENDING").await;

    server.fake.gate.add_permits(1);
    let job = poll(&server, &first, "COMPLETED").await;
    assert_eq!(job["result"]["dataset_name"], "gate");
    assert_eq!(job["job_id"], first);
    assert!(job["updated_at"].as_str().unwrap() >= job["created_at"].as_str().unwrap());
    poll(&server, &second, "COMPLETED").await;
}

#[tokio::test]
async fn a_job_whose_analysis_panics_has_failed() {
    let server = Server::start().await;
    let id = id_of(&submit(&server, "panic").await);
    let job = poll(&server, &id, "FAILED").await;
    let error = job["error"].as_str().unwrap();
    assert!(error.starts_with("internal: ") && !error.contains("secret"), "{error}");
}

#[tokio::test]
async fn a_job_that_takes_too_long_has_failed() {
    let server = Server::with(|config| config.request_timeout = Duration::from_millis(100)).await;
    let id = id_of(&submit(&server, "hang").await);
    let job = poll(&server, &id, "FAILED").await;
    assert!(job["error"].as_str().unwrap().starts_with("timed_out: "));
    reaches(&server.fake.ended, 1).await;
}

#[tokio::test]
async fn a_job_can_be_cancelled_and_gives_its_place_back() {
    let server = Server::with(|config| (config.max_in_flight, config.max_waiting) = (1, 0)).await;
    let id = id_of(&submit(&server, "hang").await);
    reaches(&server.fake.begun, 1).await;
    submit(&server, "answer").await.problem(429, "overloaded");
    let answer = server.call("DELETE", &format!("/v2/jobs/{id}")).await;
    assert_eq!((answer.status, answer.json()["status"].as_str()), (200, Some("FAILED")));
    reaches(&server.fake.ended, 1).await;
    let job = poll(&server, &id, "FAILED").await;
    assert!(job["error"].as_str().unwrap().starts_with("cancelled: "));
    let place = async { while server.analyse("answer").await.status != 200 {} };
    soon("a place that is free again", place).await;
    // Once more changes nothing.
    assert_eq!(server.call("DELETE", &format!("/v2/jobs/{id}")).await.json(), job);
}

#[tokio::test]
async fn a_job_outlives_the_connection_that_brought_it() {
    let server = Server::start().await;
    let id = id_of(&submit(&server, "gate").await);
    reaches(&server.fake.begun, 1).await;
    server.fake.gate.add_permits(1);
    poll(&server, &id, "COMPLETED").await;
}
