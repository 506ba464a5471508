//! Every metric of the dashboard is counted.

use std::{collections::BTreeSet, fs};

use deepfix_model_server::json as answer_json;

use super::*;

#[test]
fn every_metric_of_the_dashboard_is_counted() {
    let dashboard: Value = serde_json::from_slice(&fs::read(root().join("deploy/dashboard.json")).unwrap()).unwrap();
    let expressions: Vec<&str> = dashboard["panels"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|it| it["targets"].as_array().unwrap())
        .map(|it| it["expr"].as_str().unwrap())
        .collect();
    let is_name = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let named: BTreeSet<&str> = expressions
        .iter()
        .flat_map(|it| it.split(|c| !is_name(c)))
        .filter(|it| it.starts_with("deepfix_"))
        .collect();
    assert!(named.len() > 15, "{named:?}");
    let model = ModelServer::start(|request| match request.number {
        0 => answer_json(401, &json!({"error": {"message": "no"}})),
        _ => obliging(request),
    });
    let home = Home::new();
    home.with_model(&model.base_url(), &[]);
    let server = Server::start(&home);
    assert_eq!(server.post("/v1/analyse", training().to_string()).status, 200);
    assert_eq!(server.post("/v1/analyse", training().to_string()).status, 200);
    let metrics = server.raw(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    let counted: BTreeSet<&str> = metrics
        .lines()
        .filter(|it| it.starts_with("deepfix_"))
        .filter_map(|it| it.split(['{', ' ']).next())
        .collect();
    let missing: Vec<_> = named.difference(&counted).collect();
    assert!(missing.is_empty(), "not in /metrics: {missing:?}");
    assert!(!metrics.contains("of a tenant"));
}
