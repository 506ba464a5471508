use crate::wire::{Server, head, post};

const JSON: &str = "content-type: application/json\r\n";

#[tokio::test]
async fn every_spelling_of_analyse_answers_the_response_itself() {
    let server = Server::start().await;
    for path in ["/v1/analyse", "/v1/analyze", "/api/v1/analyse", "/api/v1/analyze"] {
        let answer = server
            .send(post(path, JSON, r#"{"do": "answer"}"#))
            .await
            .answer()
            .await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.json()["dataset_name"], "answer");
        assert_eq!(answer.json()["summary"], "fine");
    }
}

#[tokio::test]
async fn health_and_agents_tell_what_is_loaded() {
    let server = Server::start().await;
    for prefix in ["", "/api"] {
        let health = server.get(&format!("{prefix}/health")).await;
        assert_eq!(health.status, 200);
        assert_eq!(health.json()["status"], "ok");
        assert_eq!(health.json()["agents"], 1);
        assert_eq!(health.json()["version"], env!("CARGO_PKG_VERSION"));
        let agents = server.get(&format!("{prefix}/v1/agents")).await;
        assert_eq!(agents.json()["agents"][0]["name"], "Fake");
    }
}

#[tokio::test]
async fn the_root_lists_what_is_served_and_all_of_it_is() {
    let server = Server::start().await;
    let root = server.get("/").await.json();
    assert_eq!(root["name"], "deepfix");
    let endpoints = root["endpoints"].as_array().unwrap();
    assert!(endpoints.len() >= 8);
    for endpoint in endpoints {
        let (method, path) = (endpoint["method"].as_str().unwrap(), endpoint["path"].as_str().unwrap());
        for prefix in ["", "/api"] {
            let path = format!("{prefix}{}", path.replace("{id}", "none"));
            let path = if path == "/api/" { "/api".to_owned() } else { path };
            let answer = server.call(method, &path).await;
            let body = String::from_utf8_lossy(&answer.body);
            assert!(
                answer.status != 405 && !body.contains("there is no `/"),
                "{method} {path}: {body}"
            );
        }
    }
}

#[tokio::test]
async fn answers_carry_headers_that_keep_browsers_and_caches_from_harm() {
    let server = Server::start().await;
    for answer in [
        server.get("/health").await,
        server.get("/nowhere").await,
        server.analyse("answer").await,
    ] {
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn head_and_options_are_answered() {
    let server = Server::start().await;
    let answer = server.call("HEAD", "/health").await;
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    for (method, path) in [("HEAD", "/v1/analyse"), ("TRACE", "/"), ("POST", "/")] {
        assert_eq!(server.call(method, path).await.status, 405, "{method} {path}");
    }
    let answer = server.call("HEAD", "/nowhere").await;
    assert_eq!((answer.status, answer.body.len()), (404, 0));

    let answer = server.call("OPTIONS", "/v1/analyse").await;
    assert_eq!((answer.status, answer.header("allow")), (204, Some("POST")));
    let answer = server.call("OPTIONS", "/v2/jobs/x").await;
    assert_eq!((answer.status, answer.header("allow")), (204, Some("GET,HEAD,DELETE")));
    assert_eq!(server.call("OPTIONS", "/nowhere").await.status, 404);
}

#[tokio::test]
async fn a_request_id_is_echoed_when_sane_and_made_otherwise() {
    let server = Server::start().await;
    let with = |id: String| post("/v1/analyse", &format!("x-request-id: {id}\r\n"), r#"{"do": "answer"}"#);
    let answer = server.send(with("run-7/3".to_owned())).await.answer().await;
    assert_eq!(answer.header("x-request-id"), Some("run-7/3"));
    assert_eq!(server.fake.options.lock().unwrap()[0].0, "run-7/3");
    for strange in ["a b".to_owned(), "a".repeat(129), "é".to_owned()] {
        let answer = server.send(with(strange.clone())).await.answer().await;
        let id = answer.header("x-request-id").unwrap();
        assert!(id.len() == 36 && id != strange, "{id}");
    }
    let answer = server
        .send(post("/v1/analyse", "x-request-id: mine\r\n", "{"))
        .await
        .answer()
        .await;
    assert_eq!(answer.problem(400, "malformed_json")["request_id"], "mine");
}

#[tokio::test]
async fn keys_of_every_generation_are_accepted() {
    let server = Server::start().await;
    for key in [
        "",
        "authorization: Bearer None\r\n",
        "authorization: Bearer abc\r\n",
        "x-api-key: abc\r\n",
    ] {
        let answer = server
            .send(post("/v1/analyse", key, r#"{"do": "answer"}"#))
            .await
            .answer()
            .await;
        assert_eq!(answer.status, 200, "{key}");
    }
}

#[tokio::test]
async fn a_kept_connection_serves_one_request_after_another() {
    let server = Server::start().await;
    let mut client = server.connect().await;
    for status in [200, 404, 200] {
        let path = if status == 200 { "/health" } else { "/nowhere" };
        client
            .write(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n"))
            .await;
        assert_eq!(client.next_answer().await.status, status);
    }
}

#[tokio::test]
async fn answers_are_compressed_when_asked() {
    use std::io::Read as _;

    let server = Server::start().await;
    let request = |encoding: &str| post("/v1/analyse", encoding, r#"{"do": "much"}"#);
    let answer = server
        .send(request("accept-encoding: gzip, deflate\r\n"))
        .await
        .answer()
        .await;
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert!(answer.body.len() < 1 << 20, "{}", answer.body.len());
    let mut text = String::new();
    flate2::read::GzDecoder::new(&answer.body[..])
        .read_to_string(&mut text)
        .unwrap();
    assert!(text.contains("much much"));

    let answer = server.send(request("")).await.answer().await;
    assert_eq!(answer.header("content-encoding"), None);
    assert_eq!(answer.json()["summary"].as_str().unwrap().len(), 20 << 20);
}

#[tokio::test]
async fn a_client_that_waits_to_be_asked_for_the_body_is_asked_or_refused() {
    let server = Server::with(|config| config.max_body = 100).await;
    let mut client = server
        .send(head("/v1/analyse", "expect: 100-continue\r\ncontent-length: 16\r\n"))
        .await;
    client.write(r#"{"do": "answer"}"#).await;
    let all = String::from_utf8(client.rest().await).unwrap();
    assert!(all.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200"), "{all}");

    let client = server
        .send(head("/v1/analyse", "expect: 100-continue\r\ncontent-length: 101\r\n"))
        .await;
    client.answer().await.problem(413, "payload_too_large");
}
