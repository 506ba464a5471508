use std::time::Duration;

use crate::{
    fake::reaches,
    wire::{Server, analyse, head, post, soon},
};

#[tokio::test]
async fn who_can_neither_run_nor_wait_is_refused_at_once() {
    let server = Server::with(|config| (config.max_in_flight, config.max_waiting) = (1, 1)).await;
    let running = server.send(analyse("gate")).await;
    reaches(&server.fake.begun, 1).await;
    let waiting = server.send(analyse("gate")).await;
    reaches(&server.fake.decoded, 2).await;

    for path in ["/v1/analyse", "/v2/analyse"] {
        let answer = server.send(post(path, "", r#"{"do": "answer"}"#)).await.answer().await;
        let problem = answer.problem(429, "overloaded");
        assert_eq!(answer.header("retry-after"), Some("5"));
        assert!(problem["detail"].as_str().unwrap().contains("max_waiting"));
    }
    // What costs nothing is answered all the same.
    assert_eq!(server.get("/health").await.status, 200);
    assert_eq!(server.get("/v1/agents").await.status, 200);

    assert_eq!(*server.fake.begun.borrow(), 1);
    server.fake.gate.add_permits(2);
    assert_eq!(running.answer().await.status, 200);
    assert_eq!(waiting.answer().await.status, 200);
    assert_eq!(server.analyse("answer").await.status, 200);
}

#[tokio::test]
async fn a_refused_client_sees_the_refusal_though_it_is_still_sending() {
    let server = Server::with(|config| (config.max_in_flight, config.max_waiting) = (1, 0)).await;
    let _running = server.send(analyse("hang")).await;
    reaches(&server.fake.begun, 1).await;
    let large = post("/v1/analyse", "", "x".repeat(20 << 20));
    server.send(large).await.answer().await.problem(429, "overloaded");
}

#[tokio::test]
async fn a_slow_small_body_holds_no_turn() {
    let server = Server::with(|config| config.max_in_flight = 1).await;
    let _slow = server.send(head("/v1/analyse", "content-length: 100\r\n")).await;
    for _ in 0..3 {
        assert_eq!(server.analyse("answer").await.status, 200);
    }
}

#[tokio::test]
async fn a_large_body_waits_for_its_turn_before_it_is_read() {
    let server = Server::with(|config| config.max_in_flight = 1).await;
    let running = server.send(analyse("gate")).await;
    reaches(&server.fake.begun, 1).await;
    let body = format!(r#"{{"do": "answer", "x": "{}"}}"#, "x".repeat(20 << 20));
    let mut client = server.connect().await;
    let request = post("/v1/analyse", "", body);
    // More than the buffers of the kernel hold, so the client cannot finish.
    let sending = client.try_write(&request);
    assert!(tokio::time::timeout(Duration::from_millis(300), sending).await.is_err());
    server.fake.gate.add_permits(1);
    assert_eq!(running.answer().await.status, 200);
}

#[tokio::test]
async fn a_client_that_goes_away_cancels_its_analysis() {
    let server = Server::with(|config| (config.max_in_flight, config.max_waiting) = (1, 0)).await;
    let client = server.send(analyse("hang")).await;
    reaches(&server.fake.begun, 1).await;
    drop(client);
    reaches(&server.fake.ended, 1).await;
    // The place is free again, as soon as the server is through with dropping.
    let free = async {
        loop {
            let answer = server.analyse("answer").await;
            if answer.status == 200 {
                break;
            }
            answer.problem(429, "overloaded");
        }
    };
    soon("a place that is free again", free).await;
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_and_cancelled() {
    let server = Server::with(|config| config.request_timeout = Duration::from_millis(50)).await;
    let problem = server.analyse("hang").await.problem(504, "timed_out");
    assert!(problem["detail"].as_str().unwrap().contains("50ms"), "{problem}");
    reaches(&server.fake.ended, 1).await;
}

#[tokio::test]
async fn headers_that_do_not_come_to_an_end_close_the_connection() {
    let server = Server::with(|config| config.header_timeout = Duration::from_millis(50)).await;
    assert_eq!(server.connect().await.rest().await, b"");
    server.send("POST /v1/analyse HTTP/1.1\r\nhost:").await.rest().await;
    // A connection that is kept but not used is closed too.
    let mut kept = server.send("GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    assert_eq!(kept.next_answer().await.status, 200);
    assert_eq!(kept.rest().await, b"");
}

#[tokio::test]
async fn a_head_larger_than_configured_is_refused() {
    let server = Server::with(|config| config.max_head = 8 << 10).await;
    let head = |bytes: usize| {
        format!(
            "GET /health HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n",
            "y".repeat(bytes)
        )
    };
    assert_eq!(server.send(head(6 << 10)).await.next_answer().await.status, 200);
    assert_eq!(server.send(head(16 << 10)).await.next_answer().await.status, 431);
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answer_loses_its_connection() {
    let server = Server::with(|config| config.write_timeout = Duration::from_millis(50)).await;
    // Requests whose answers are never read, until no more fit into the socket's buffers.
    let mut client = server.connect().await;
    let requests = "GET /v1/agents HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(100);
    while client.try_write(&requests).await {}
    assert_eq!(server.get("/health").await.status, 200);
}

#[tokio::test]
async fn more_jobs_than_configured_are_refused() {
    let server = Server::with(|config| config.max_jobs = 1).await;
    let job = |what: &str| post("/v2/analyse", "", format!(r#"{{"do": "{what}"}}"#));
    assert_eq!(server.send(job("hang")).await.next_answer().await.status, 202);
    let problem = server
        .send(job("answer"))
        .await
        .answer()
        .await
        .problem(429, "overloaded");
    assert!(
        problem["detail"].as_str().unwrap().contains("`[server] max_jobs`"),
        "{problem}"
    );
}

#[tokio::test]
async fn a_head_of_any_size_is_not_kept() {
    let server = Server::start().await;
    let mut client = server.send("GET /health HTTP/1.1\r\nx: ").await;
    let mut sent = 0;
    while sent < 64 << 20 && client.try_write([b'x'; 4096]).await {
        sent += 4096;
    }
    assert!(sent < 64 << 20);
    assert_eq!(server.get("/health").await.status, 200);
}
