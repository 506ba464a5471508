use std::time::Duration;

use deepfix_server::Drained;
use tokio::net::TcpStream;

use crate::{
    fake::reaches,
    wire::{Server, analyse, post},
};

async fn closed(address: std::net::SocketAddr) {
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_came_in_is_finished_and_nothing_new_comes_in() {
    let server = Server::with(|config| config.max_in_flight = 1).await;
    let (address, fake) = (server.address, server.fake.clone());
    let _idle = server.connect().await;
    let mut kept = server.send("GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    kept.next_answer().await;
    let running = server.send(analyse("gate")).await;
    reaches(&fake.begun, 1).await;
    let waiting = server.send(analyse("gate")).await;
    reaches(&fake.decoded, 2).await;

    let drained = server.stop();
    closed(address).await;
    assert!(!drained.is_finished());
    fake.gate.add_permits(2);
    assert_eq!(running.answer().await.status, 200);
    assert_eq!(waiting.answer().await.status, 200);
    assert_eq!(kept.rest().await, b"");
    // Long before the header timeout: idle connections do not hold it up.
    let drained = tokio::time::timeout(Duration::from_secs(5), drained).await.unwrap();
    assert_eq!(drained.unwrap(), Drained { requests: 0, jobs: 0 });
}

#[tokio::test]
async fn after_the_deadline_the_rest_is_told_and_dropped() {
    let server = Server::with(|config| config.drain_timeout = Duration::from_millis(50)).await;
    let fake = server.fake.clone();
    let hanging = [server.send(analyse("hang")).await, server.send(analyse("hang")).await];
    reaches(&fake.begun, 2).await;
    assert_eq!(server.stop().await.unwrap(), Drained { requests: 2, jobs: 0 });
    for client in hanging {
        let answer = client.answer().await;
        let problem = answer.problem(503, "shutting_down");
        assert!(problem["detail"].as_str().unwrap().contains("drain_timeout"));
        assert!(answer.header("retry-after").is_some());
    }
    assert_eq!(*fake.ended.borrow(), 2);
}

#[tokio::test]
async fn jobs_end_when_nobody_can_ask_for_them_any_more() {
    let server = Server::start().await;
    let fake = server.fake.clone();
    let answer = server
        .send(post("/v2/analyse", "", r#"{"do": "hang"}"#))
        .await
        .answer()
        .await;
    assert_eq!(answer.status, 202);
    reaches(&fake.begun, 1).await;
    assert_eq!(server.stop().await.unwrap(), Drained { requests: 0, jobs: 1 });
    reaches(&fake.ended, 1).await;
}
