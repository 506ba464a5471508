//! Budgets of tenants: each has its own, also after the server was started again.

use std::time::{SystemTime, UNIX_EPOCH};

use super::*;

#[test]
fn a_tenants_budget_of_the_model_is_its_own_and_outlives_the_server() {
    let day = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / (24 * 60 * 60);
    // A budget is of one day (UTC): what midnight came into is done again.
    let (calls, used_up) = loop {
        let (before, done) = (day(), use_up());
        if day() == before {
            break done;
        }
    };
    assert_eq!(calls[0], Some(2));
    assert_eq!(calls[1], Some(1), "what was left");
    assert_eq!(calls[2], None);
    assert!(
        used_up["additional_outputs"]["warnings"]
            .to_string()
            .contains("used up"),
        "{used_up}"
    );
    assert_eq!(calls[3], Some(2), "another's budget");
}

/// Calls of the model: of a tenant with three on a day, again, and after the server was started again, with that response;
/// then of another tenant.
fn use_up() -> ([Option<u64>; 4], Value) {
    let model = ModelServer::start(obliging);
    let home = Home::new();
    home.with_model(&model.base_url(), &[("cache_entries", "0")]);
    home.configure(|text| {
        let database = home.path().join("history.db");
        let text = text.replace("\"data/deepfix.db\"", &format!("{:?}", database.display().to_string()));
        text.replacen(
            "\n[tls]\n",
            "\n[[tenant]]\nname = \"poor\"\nllm_calls = 3\n\n[tls]\n",
            1,
        )
    });
    let key = |tenant: &str| {
        let ran = home.run(&["keys", "create", "test", "--tenant", tenant, "--scopes", "analyse,read"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out.trim().to_owned()
    };
    let (poor, rich) = (key("poor"), key("rich"));
    let analyse = |server: &Server, key: &str| -> Value {
        let body = training().to_string();
        let answer = server.raw(
            format!(
                "POST /v1/analyse HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\n\
                 x-api-key: {key}\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )
            .as_bytes(),
        );
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
        serde_json::from_str(body).unwrap()
    };
    let calls = |response: &Value| response["additional_outputs"]["llm"]["calls"].as_u64();
    let server = Server::start(&home);
    let (first, second) = (calls(&analyse(&server, &poor)), calls(&analyse(&server, &poor)));
    signal(&server, rustix::process::Signal::TERM);
    assert_eq!(server.wait(), Some(0));
    let server = Server::start(&home);
    let used_up = analyse(&server, &poor);
    let others = calls(&analyse(&server, &rich));
    ([first, second, calls(&used_up), others], used_up)
}
