//! A request is traced from its caller to the calls of the model.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
};

use opentelemetry_proto::tonic::{
    collector::{logs::v1::ExportLogsServiceRequest, trace::v1::ExportTraceServiceRequest},
    common::v1::{KeyValue, any_value::Value as Any},
    logs::v1::LogRecord,
    trace::v1::Span,
};
use prost::Message as _;

use super::*;

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
