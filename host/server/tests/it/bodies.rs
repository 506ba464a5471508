use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};

use crate::wire::{Server, head, post};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn json_of_every_name_is_accepted_and_nothing_else() {
    let server = Server::start().await;
    let call = async |content_type: &str| {
        server
            .send(post("/v1/analyse", content_type, r#"{"do": "answer"}"#))
            .await
            .answer()
            .await
    };
    for good in [
        "",
        "content-type: application/json\r\n",
        "content-type: application/json; charset=utf-8\r\n",
        "content-type: Application/JSON;charset=\"UTF-8\"\r\n",
        "content-type: application/vnd.deepfix+json\r\n",
    ] {
        assert_eq!(call(good).await.status, 200, "{good}");
    }
    for bad in [
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "",
    ] {
        let problem = call(&format!("content-type: {bad}\r\n"))
            .await
            .problem(415, "unsupported_media_type");
        assert!(problem["found"].as_str().unwrap().contains(bad), "{problem}");
        assert!(problem["expected"].as_str().unwrap().contains("application/json"));
    }
    assert_eq!(*server.fake.decoded.borrow(), 5);
}

#[tokio::test]
async fn an_empty_body_is_named_as_such() {
    let server = Server::start().await;
    for request in [
        post("/v1/analyse", "", ""),
        head("/v1/analyse", ""),
        head("/v1/analyse", "transfer-encoding: chunked\r\n"),
    ] {
        let mut client = server.send(request).await;
        client.try_write("0\r\n\r\n").await;
        assert_eq!(
            client.answer().await.problem(400, "malformed_json")["found"],
            "an empty body"
        );
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_with_the_limit_and_its_name() {
    let server = Server::with(|config| config.max_body = 1000).await;
    // So large that the client is still sending when the answer is ready: it has to see it.
    let body = "x".repeat(20 << 20);
    let problem = server
        .send(post("/v1/analyse", "", &body))
        .await
        .answer()
        .await
        .problem(413, "payload_too_large");
    assert_eq!(problem["found"], format!("{} bytes", body.len()));
    assert_eq!(problem["expected"], "at most 1000 bytes (`[server] max_body`)");
    let fits = format!(r#"{{"do": "answer", "x": "{}"}}"#, "x".repeat(1000 - 25));
    assert_eq!(fits.len(), 1000);
    assert_eq!(
        server.send(post("/v1/analyse", "", fits)).await.answer().await.status,
        200
    );
}

#[tokio::test]
async fn a_body_without_a_length_is_counted_while_it_comes() {
    let server = Server::with(|config| config.max_body = 1000).await;
    let mut client = server.send(head("/v1/analyse", "transfer-encoding: chunked\r\n")).await;
    for _ in 0..4000 {
        client.write(format!("1000\r\n{}\r\n", "x".repeat(0x1000))).await;
    }
    client.write("0\r\n\r\n").await;
    let problem = client.answer().await.problem(413, "payload_too_large");
    assert_eq!(problem["found"], "more than 1000 bytes");

    let mut client = server.send(head("/v1/analyse", "transfer-encoding: chunked\r\n")).await;
    client.write("8\r\n{\"do\": \"\r\n8\r\nanswer\"}\r\n0\r\n\r\n").await;
    assert_eq!(client.answer().await.status, 200);
}

#[tokio::test]
async fn gzip_is_unpacked_and_counted_unpacked() {
    let server = Server::with(|config| config.max_body = 1 << 20).await;
    for name in ["gzip", "GZIP", "x-gzip"] {
        let request = post(
            "/v1/analyse",
            &format!("content-encoding: {name}\r\n"),
            gzip(br#"{"do": "answer"}"#),
        );
        assert_eq!(server.send(request).await.answer().await.status, 200);
    }
    let bomb = gzip(&vec![b' '; 100 << 20]);
    assert!(bomb.len() < 1 << 20);
    let answer = server
        .send(post("/v1/analyse", "content-encoding: gzip\r\n", bomb))
        .await
        .answer()
        .await;
    answer.problem(413, "payload_too_large");

    let mut cut = gzip(br#"{"do": "answer"}"#);
    cut.truncate(cut.len() - 9);
    for broken in [cut, b"{\"do\": \"answer\"}".to_vec()] {
        let answer = server
            .send(post("/v1/analyse", "content-encoding: gzip\r\n", broken))
            .await
            .answer()
            .await;
        answer.problem(400, "unreadable_body");
    }
}

#[tokio::test]
async fn other_encodings_are_refused_by_name() {
    let server = Server::start().await;
    for encoding in ["br", "zstd", "gzip, gzip", "rot13"] {
        let request = post("/v1/analyse", &format!("content-encoding: {encoding}\r\n"), "x");
        let answer = server.send(request).await.answer().await;
        let problem = answer.problem(415, "unsupported_media_type");
        assert_eq!(problem["found"], format!("`{encoding}`"));
        assert_eq!(answer.header("accept-encoding"), Some("gzip"));
    }
    let request = post("/v1/analyse", "content-encoding: identity\r\n", r#"{"do": "answer"}"#);
    assert_eq!(server.send(request).await.answer().await.status, 200);
}

#[tokio::test]
async fn a_broken_chunk_is_a_problem() {
    let server = Server::start().await;
    let mut client = server.send(head("/v1/analyse", "transfer-encoding: chunked\r\n")).await;
    client.write("zz\r\n").await;
    client.answer().await.problem(400, "unreadable_body");
}
