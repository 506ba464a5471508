//! An analysis as a stream of events.

use serde_json::Value;

use crate::{
    fake::reaches,
    wire::{Server, post},
};

const ACCEPT: &str = "content-type: application/json\r\naccept: text/event-stream\r\n";

/// Names and data of the events of an answer's body.
fn events(body: &str) -> Vec<(String, Value)> {
    let mut events = Vec::new();
    let mut name = String::new();
    for line in body.lines() {
        if let Some(it) = line.strip_prefix("event: ") {
            it.clone_into(&mut name);
        } else if let Some(data) = line.strip_prefix("data: ") {
            events.push((name.clone(), serde_json::from_str(data).unwrap()));
        }
    }
    events
}

#[tokio::test]
async fn progress_and_results_come_before_the_response() {
    let server = Server::start().await;
    let request = post("/v1/analyse", ACCEPT, r#"{"do": "report"}"#);
    let answer = server.send(request).await.answer().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    let events = events(&answer.text());
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["progress", "agent", "response"], "{events:?}");
    assert_eq!(events[0].1["fraction"], 0.5);
    assert_eq!(events[1].1["agent_name"], "Fake");
    let plain = server.analyse("report").await;
    assert_eq!(events[2].1, plain.json());
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_a_problem_as_ever() {
    let server = Server::start().await;
    let answer = server.send(post("/v1/analyse", ACCEPT, "{")).await.answer().await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
}

#[tokio::test]
async fn what_goes_wrong_later_is_the_last_event() {
    let server = Server::with(|config| config.request_timeout = std::time::Duration::from_millis(100)).await;
    let request = post("/v1/analyse", ACCEPT, r#"{"do": "hang"}"#);
    let answer = server.send(request).await.answer().await;
    assert_eq!(answer.status, 200);
    let (name, problem) = events(&answer.text()).pop().unwrap();
    assert_eq!(
        (name.as_str(), problem["code"].as_str()),
        ("problem", Some("timed_out"))
    );
    assert!(problem["request_id"].is_string());
}

#[tokio::test]
async fn a_client_that_leaves_ends_the_work() {
    let server = Server::start().await;
    let client = server.send(post("/v1/analyse", ACCEPT, r#"{"do": "hang"}"#)).await;
    reaches(&server.fake.begun, 1).await;
    drop(client);
    reaches(&server.fake.ended, 1).await;
}
