//! What who runs the service relies on: the whole API by its document, traces, the dashboard, SIGHUP,
//! budgets of tenants.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    process::Command,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use deepfix_model_server::{ModelServer, json as answer_json, obliging};
use deepfix_system_tests::{Home, Server, root};
use opentelemetry_proto::tonic::{
    collector::{logs::v1::ExportLogsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::{KeyValue, any_value::Value as Any},
    logs::v1::LogRecord,
    trace::v1::Span,
};
use prost::Message as _;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until something holds.
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        // What is waited for needs this processor too.
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn signal(server: &Server, signal: rustix::process::Signal) {
    let process = rustix::process::Pid::from_raw(i32::try_from(server.process()).unwrap()).unwrap();
    rustix::process::kill_process(process, signal).unwrap();
}

fn training() -> Value {
    let epochs: Vec<f64> = (0..40).map(f64::from).collect();
    let train: Vec<f64> = epochs.iter().map(|it| 1.5 * (-it / 8.0).exp() + 0.01).collect();
    let validation: Vec<f64> = epochs.iter().map(|it| 0.5 + (it - 8.0).powi(2) / 900.0).collect();
    json!({
        "dataset_name": "of a tenant", "language": "english",
        "training_artifacts": {
            "metrics_values": {"epoch": epochs, "train_loss": train, "val_loss": validation},
            "params": {"learning_rate": 0.001},
        },
    })
}

#[test]
fn the_whole_api_answers_as_its_document_says() {
    let program = root().join("target/api-env/bin/schemathesis");
    assert!(
        program.is_file(),
        "{} is not there: run `cargo xtask python` (`cargo xtask test` does it too)",
        program.display()
    );
    let home = Home::new();
    let server = Server::start(&home);
    let scratch = tempfile::tempdir().unwrap();
    let output = Command::new(program)
        .args(["run", &format!("http://{}/openapi.json", server.address)])
        .args([
            // Bounds the run by what is tried, not by the clock, which would cut it short.
            "--max-examples",
            "10",
            "--seed",
            "1",
            "--no-color",
            "--no-shrink",
        ])
        .args(["--request-timeout", "30", "--wait-for-schema", "30"])
        // Bodies are of four generations of clients: by intent much is accepted that no schema allows,
        // and an experiment without anything to read is refused though it has its form. DELETE of a job
        // cancels it; what became of it can still be read.
        .args([
            "--exclude-checks",
            "positive_data_acceptance,negative_data_rejection,use_after_free",
        ])
        .current_dir(scratch.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", server.log());
    // All of it: every operation of the document, in every phase.
    let document = server.get("/openapi.json").body;
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|it| it.as_object().unwrap().keys());
    let operations = operations
        .filter(|it| ["get", "post", "delete"].contains(&it.as_str()))
        .count();
    assert!(operations >= 17, "{operations} operations are documented");
    let summary = said.split("= SUMMARY =").nth(1).unwrap_or_else(|| panic!("{said}"));
    for line in [
        format!("Selected: {operations}/{operations}\n"),
        format!("Tested: {operations}\n"),
    ] {
        assert!(summary.contains(&line), "no `{line}`: {said}");
    }
    for phase in ["Examples", "Coverage", "Fuzzing", "Stateful"] {
        assert!(summary.contains(&format!("✅ {phase}\n")), "{phase}: {said}");
    }
}

/// What a receiver got.
#[derive(Default)]
struct Received {
    spans: Vec<Span>,
    records: Vec<LogRecord>,
}

/// A receiver of OTLP over HTTP, of this test's own: spans and records as they come in.
fn receiver() -> (String, Arc<Mutex<Received>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("http://{}", listener.local_addr().unwrap());
    let received: Arc<Mutex<Received>> = Arc::default();
    let heard = Arc::clone(&received);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let heard = Arc::clone(&heard);
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream);
                loop {
                    let (mut head, mut length) = (String::new(), 0);
                    loop {
                        let mut line = String::new();
                        if reader.read_line(&mut line).unwrap_or(0) == 0 {
                            return;
                        }
                        if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                            length = text.trim().parse().unwrap();
                        }
                        if line == "\r\n" {
                            break;
                        }
                        head.push_str(&line);
                    }
                    let mut body = vec![0; length];
                    reader.read_exact(&mut body).unwrap();
                    if head.starts_with("POST /v1/logs ") {
                        let request = ExportLogsServiceRequest::decode(&body[..]).unwrap();
                        let resources = request.resource_logs.into_iter().flat_map(|it| it.scope_logs);
                        let mut heard = heard.lock().unwrap();
                        heard.records.extend(resources.flat_map(|it| it.log_records));
                    } else {
                        assert!(head.starts_with("POST /v1/traces "), "{head}");
                        let request = ExportTraceServiceRequest::decode(&body[..]).unwrap();
                        let resources = request.resource_spans.into_iter().flat_map(|it| it.scope_spans);
                        heard.lock().unwrap().spans.extend(resources.flat_map(|it| it.spans));
                    }
                    let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
                    reader.get_mut().write_all(answer.as_bytes()).unwrap();
                }
            });
        }
    });
    (uri, received)
}

fn attribute<'a>(span: &'a Span, name: &str) -> Option<&'a Any> {
    value(&span.attributes, name)
}

fn value<'a>(attributes: &'a [KeyValue], name: &str) -> Option<&'a Any> {
    let found = attributes.iter().find(|it| it.key == name)?;
    found.value.as_ref()?.value.as_ref()
}

fn text(span: &Span, name: &str) -> String {
    text_of(&span.attributes, name)
}

fn text_of(attributes: &[KeyValue], name: &str) -> String {
    match value(attributes, name) {
        Some(Any::StringValue(it)) => it.clone(),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_request_is_traced_from_its_caller_to_the_calls_of_the_model() {
    let (uri, received) = receiver();
    let model = ModelServer::start(obliging);
    let home = Home::new();
    home.with_model(&model.base_url(), &[]);
    home.configure(|text| {
        let (before, after) = text.split_once("[telemetry]").unwrap();
        let after = after.replacen("endpoint = \"\"", &format!("endpoint = {uri:?}"), 1);
        format!("{before}[telemetry]{after}")
    });
    let server = Server::start(&home);
    let (trace, caller) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
    let body = training().to_string();
    let answer = server.raw(
        format!(
            "POST /v1/analyse HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\n\
             traceparent: 00-{trace}-{caller}-01\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .as_bytes(),
    );
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // What was collected is sent every few seconds, and the last of it at the end, for which there is little time.
    until("the spans", || {
        let heard = received.lock().unwrap();
        let there = |name: &str| heard.spans.iter().any(|it| it.name == name);
        there("POST analyse") && there("chat fake")
    });
    signal(&server, rustix::process::Signal::TERM);
    assert_eq!(server.wait(), Some(0));
    let Received { spans, records } = std::mem::take(&mut *received.lock().unwrap());
    let hex = |bytes: &[u8]| bytes.iter().map(|it| format!("{it:02x}")).collect::<String>();
    let named = |name: &str| {
        let mut all = spans.iter().filter(|it| it.name == name);
        all.next().unwrap_or_else(|| {
            panic!(
                "no `{name}` among {:?}",
                spans.iter().map(|it| &it.name).collect::<Vec<_>>()
            )
        })
    };
    let request = named("POST analyse");
    assert_eq!(
        (hex(&request.trace_id), hex(&request.parent_span_id)),
        (trace.to_owned(), caller.to_owned())
    );
    assert_eq!(text(request, "http.route"), "analyse");
    assert!(
        matches!(
            attribute(request, "http.response.status_code"),
            Some(Any::IntValue(200))
        ),
        "{request:?}"
    );
    let call = named("chat fake");
    assert_eq!(hex(&call.trace_id), trace);
    assert_eq!(text(call, "gen_ai.operation.name"), "chat");
    assert_eq!(text(call, "gen_ai.provider.name"), "openai");
    assert_eq!(text(call, "gen_ai.request.model"), "fake");
    assert_eq!(text(call, "server.address"), "127.0.0.1");
    for count in [
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.output_tokens",
        "gen_ai.request.max_tokens",
    ] {
        assert!(
            matches!(attribute(call, count), Some(Any::IntValue(it)) if *it > 0),
            "{count}: {call:?}"
        );
    }
    // From a call by its parents to the request.
    let mut at = call;
    while at.span_id != request.span_id {
        let parent = &at.parent_span_id;
        at = spans
            .iter()
            .find(|it| it.span_id == *parent)
            .unwrap_or_else(|| panic!("{at:?} has no parent here"));
    }
    // The lines of the log, each of a request under its id and in its trace.
    let said = |record: &LogRecord| match record.body.as_ref().and_then(|it| it.value.as_ref()) {
        Some(Any::StringValue(it)) => it.clone(),
        other => format!("{other:?}"),
    };
    let answered = records.iter().find(|it| said(it) == "answered").unwrap();
    let of_request = text_of(&request.attributes, "deepfix.request_id");
    assert_eq!(text_of(&answered.attributes, "request_id"), of_request);
    assert_eq!(
        (answered.severity_text.as_str(), hex(&answered.trace_id)),
        ("INFO", trace.to_owned())
    );
    assert!(records.iter().any(|it| said(it) == "stopped"), "the last line");
    // What artifacts and prompts hold is nobody else's business.
    assert!(!format!("{spans:?}{records:?}").contains("of a tenant"));
}

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

#[test]
fn sighup_reads_the_configuration_again_and_says_what_needs_a_restart() {
    let home = Home::new();
    home.configure(|text| text.replace("watch = \"1s\"", "watch = \"0s\""));
    let server = Server::start(&home);
    home.configure(|text| {
        let text = text.replace("max_in_flight = 8", "max_in_flight = 9");
        text.replacen(
            "\n[tls]\n",
            "\n[[tenant]]\nname = \"\"\nagents = [\"TrainingArtifactsAnalyzer\"]\n\n[tls]\n",
            1,
        )
    });
    let agents = || server.get("/v1/agents").body["agents"].as_array().unwrap().len();
    assert_eq!(agents(), 5);
    signal(&server, rustix::process::Signal::HUP);
    until("the tenant's agents", || agents() == 2);
    for expected in [
        "SIGHUP",
        "changes of this section need a restart",
        "\"section\":\"server\"",
    ] {
        server.logged(expected);
    }
    let response = server.post("/v1/analyse", training().to_string()).body;
    let names: Vec<_> = response["agent_results"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["TrainingArtifactsAnalyzer", "CrossArtifactReasoningAgent"]);

    home.configure(|text| format!("{text}\nno_such_key = 1\n"));
    signal(&server, rustix::process::Signal::HUP);
    server.logged("everything stays as it was");
    assert_eq!(agents(), 2);

    // What can be read of it is not taken up either: neither the agents nor the tenants.
    home.configure(|text| {
        let text =
            text.replace("\nno_such_key = 1\n", "")
                .replacen("\nagents = [\"TrainingArtifactsAnalyzer\"]\n", "\n", 1);
        let at = text.find("[[agent]]\nname = \"DatasetArtifactsAnalyzer\"").unwrap();
        let end = at + text[at..].find("\n\n").unwrap();
        let text = text[..at].to_owned() + &text[end..];
        let (before, provider) = text.split_once("\n[oidc]\n").unwrap();
        let provider = provider
            .replacen("issuer = \"\"", "issuer = \"https://issuer.example\"", 1)
            .replacen("audience = \"\"", "audience = \"deepfix\"", 1)
            .replacen("ca_file = \"\"", "ca_file = \"no-such-file.pem\"", 1);
        format!("{before}\n[oidc]\n{provider}")
    });
    signal(&server, rustix::process::Signal::HUP);
    server.logged("no-such-file.pem");
    assert_eq!(agents(), 2);
    let plugins = server.get("/v1/agents").body["plugins"].clone();
    assert_eq!(plugins["generation"], 1, "{plugins}");
    assert!(plugins["error"].as_str().unwrap().contains("ca_file"), "{plugins}");
    home.configure(|text| text.replace("no-such-file.pem", ""));
    signal(&server, rustix::process::Signal::HUP);
    until("the agents without one", || agents() == 4);
}

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
