//! A server without its database says so, and diagnoses all the same.

use super::*;

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
