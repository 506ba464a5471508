use crate::wire::{Server, post};

#[tokio::test]
async fn an_unknown_path_is_told_what_there_is() {
    let server = Server::start().await;
    for path in ["/nowhere", "/v1", "/api/v3/analyse", "//v1/analyse", "/v1/analyse/"] {
        let problem = server.get(path).await.problem(404, "not_found");
        assert_eq!(problem["found"], path);
        assert!(problem["expected"].as_str().unwrap().contains("POST /v1/analyse"));
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_one() {
    let server = Server::start().await;
    let answer = server.get("/v1/analyse").await;
    let problem = answer.problem(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), Some("POST"));
    assert_eq!(
        (problem["found"].as_str(), problem["expected"].as_str()),
        (Some("GET"), Some("POST"))
    );
    server.call("BREW", "/health").await.problem(405, "method_not_allowed");
}

#[tokio::test]
async fn an_unknown_job_is_a_problem_whatever_its_id() {
    let server = Server::start().await;
    for id in [
        "x",
        "%ff",
        "%2e%2e",
        "00000000-0000-4000-8000-000000000000",
        &"9".repeat(5000),
    ] {
        let problem = server.get(&format!("/v2/jobs/{id}")).await.problem(404, "not_found");
        assert!(problem["detail"].as_str().unwrap().len() < 500);
        server
            .call("DELETE", &format!("/v2/jobs/{id}"))
            .await
            .problem(404, "not_found");
    }
}

#[tokio::test]
async fn what_decode_finds_reaches_the_client_whole() {
    let server = Server::start().await;
    let problem = server
        .send(post("/v1/analyse", "", "{}"))
        .await
        .answer()
        .await
        .problem(422, "invalid_field");
    assert_eq!(problem["pointer"], "/do");
    assert_eq!(problem["expected"], "a word");
    server
        .send(post("/v2/analyse", "", "{}"))
        .await
        .answer()
        .await
        .problem(422, "invalid_field");
    // Large ones are decoded on another thread.
    let large = format!("{{\"x\": \"{}\"}}", "x".repeat(2 << 20));
    server
        .send(post("/v1/analyse", "", large))
        .await
        .answer()
        .await
        .problem(422, "invalid_field");
}

#[tokio::test]
async fn a_panic_is_a_problem_that_tells_nothing_and_harms_nobody() {
    let server = Server::with(|config| config.max_in_flight = 1).await;
    let large = format!(r#"{{"do": "panic in decode", "x": "{}"}}"#, "x".repeat(2 << 20));
    for body in [r#"{"do": "panic"}"#, r#"{"do": "panic in decode"}"#, &large] {
        let answer = server.send(post("/v1/analyse", "", body)).await.answer().await;
        answer.problem(500, "internal");
        assert!(!String::from_utf8_lossy(&answer.body).contains("secret"));
    }
    assert_eq!(server.analyse("answer").await.status, 200);
}

#[tokio::test]
async fn a_panic_leaves_other_requests_of_the_same_moment_alone() {
    let server = Server::start().await;
    let waiting = server.send(crate::wire::analyse("gate")).await;
    crate::fake::reaches(&server.fake.begun, 1).await;
    server.analyse("panic").await.problem(500, "internal");
    server.fake.gate.add_permits(1);
    assert_eq!(waiting.answer().await.status, 200);
}
