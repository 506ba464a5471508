//! The document of the API, against what is served and against the copy in the repository.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::wire::Server;

fn operations(document: &Value) -> BTreeSet<(String, String)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, item): (&String, &Value)| {
        let methods: Vec<_> = item.as_object().unwrap().keys().cloned().collect();
        methods
            .into_iter()
            .filter(|it| ["get", "post", "put", "patch", "delete"].contains(&it.as_str()))
            .map(|method| (method.to_uppercase(), path.clone()))
            .collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

#[tokio::test]
async fn the_document_in_the_repository_is_the_one_that_is_served() {
    let server = Server::start().await;
    let served = server.get("/openapi.json").await.json();
    assert_eq!(served["openapi"], "3.1.0");
    assert_eq!(server.get("/api/openapi.json").await.json(), served);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let built = deepfix_server::openapi().to_pretty_json().unwrap() + "\n";
    assert_eq!(serde_json::from_str::<Value>(&built).unwrap(), served);
    if std::env::var_os("DEEPFIX_WRITE_OPENAPI").is_some() {
        std::fs::write(file, &built).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    assert!(
        kept == built,
        "host/server/openapi.json is not what this server serves: run this test with DEEPFIX_WRITE_OPENAPI=1 and look at the difference"
    );
}

#[tokio::test]
async fn what_is_served_is_documented_and_what_is_documented_is_served() {
    let server = Server::start().await;
    let document = server.get("/openapi.json").await.json();
    let documented = operations(&document);
    let root = server.get("/").await.json();
    let listed: BTreeSet<_> = root["endpoints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["method"].as_str().unwrap().to_owned(),
                it["path"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    for it in &documented {
        assert!(listed.contains(it), "documented and not in the list: {it:?}");
        let path = it.1.replace(['{', '}'], "");
        let answer = server.call(&it.0, &path).await;
        let body = String::from_utf8_lossy(&answer.body);
        assert!(
            answer.status != 405 && !body.contains("there is no `/"),
            "documented and not served: {it:?}: {body}"
        );
        let statuses = document["paths"][&it.1][it.0.to_lowercase()]["responses"]
            .as_object()
            .unwrap();
        assert!(
            statuses.contains_key(&answer.status.to_string()),
            "{it:?} answered {}, which is not documented",
            answer.status
        );
    }
    // Pages for people are no part of the API.
    for (method, path) in listed.difference(&documented) {
        assert!(
            !path.starts_with("/v1/") && !path.starts_with("/v2/"),
            "not documented: {method} {path}"
        );
    }
}

#[tokio::test]
async fn everything_that_the_document_refers_to_is_in_it() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(to)) = map.get("$ref") {
                    found.push(to.clone());
                }
                map.values().for_each(|it| references(it, found));
            }
            Value::Array(all) => all.iter().for_each(|it| references(it, found)),
            _ => {}
        }
    }
    let document: Value = serde_json::to_value(deepfix_server::openapi()).unwrap();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 20, "{found:?}");
    for to in found {
        let pointer = to.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{to}");
    }
}

#[tokio::test]
async fn the_viewer_needs_nothing_from_elsewhere() {
    let server = Server::start().await;
    let page = server.get("/docs/").await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.contains("script-src 'self'"),
        "{policy}"
    );
    let html = page.text();
    let mut files = 0;
    for part in html
        .split(['"', '\''])
        .filter(|it| it.ends_with(".js") || it.ends_with(".css"))
    {
        assert!(!part.contains("//"), "{part}");
        let file = part.trim_start_matches("./");
        let answer = server.get(&format!("/docs/{file}")).await;
        assert!(
            answer.status == 200 && answer.body.len() > 50,
            "{file}: {}",
            answer.status
        );
        files += 1;
    }
    assert!(files >= 4, "{html}");
    let start = server.get("/docs/swagger-initializer.js").await.text();
    assert!(start.contains("/openapi.json"), "{start}");
}
