//! Keys: what their scopes open, between tenants, and how often they may ask.

use deepfix_server::{Scope, mint};

use super::*;

async fn with_key(server: &Server, method: &str, path: &str, key: &str) -> Answer {
    let head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: {key}\r\nconnection: close\r\n\r\n");
    server.send(head).await.answer().await
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
