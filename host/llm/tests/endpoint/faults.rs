//! Faults of an endpoint and what it refuses: each ends in its own error, or is learned from.

use std::time::Instant;

use deepfix_model_server::faults;

use super::*;

/// Longer than anything takes here, on a machine that has other things to do too.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn every_fault_ends_in_its_own_error_before_the_deadline() {
    for fault in faults() {
        // Only what never answers is given up soon: a slow machine is no slow endpoint.
        let time = if fault.kind == "timed_out" {
            Duration::from_millis(1_500)
        } else {
            PATIENCE
        };
        let server = ModelServer::start(move |_| (fault.answer)());
        let llm = Llm::new(settings(&server)).unwrap();
        let account = account(&llm, time);
        let answer = tokio::time::timeout(PATIENCE, llm.complete(&ask("x"), &account)).await;
        let error = answer
            .unwrap_or_else(|_| panic!("{}: the deadline is over", fault.name))
            .unwrap_err();
        // A model that was at work is paid for, whatever came of it.
        let billed = matches!(fault.kind, "refused" | "filtered" | "malformed" | "empty");
        let input = account.spend().tokens.input;
        assert!(!billed || input > 0, "{}: {input} tokens", fault.name);
        assert_eq!(error.kind.as_str(), fault.kind, "{}: {error}", fault.name);
        assert_eq!(account.spend().errors, [error], "{}", fault.name);
    }
}

#[tokio::test]
async fn a_call_has_a_timeout_of_its_own() {
    // On a slow machine the shorter times may be over before the endpoint is asked at all.
    for call_timeout in [50, 500, 5_000].map(Duration::from_millis) {
        let server = ModelServer::start(|_| vec![Step::Hang]);
        let settings = Settings {
            call_timeout,
            ..settings(&server)
        };
        let (answer, _) = once(settings, &ask("x")).await;
        let error = answer.unwrap_err();
        assert_eq!(error.kind, ErrorKind::TimedOut);
        assert!(error.message.contains("call_timeout"), "{error}");
        let asked = server.requests().len();
        assert!(asked <= 1, "a call that may be billed is not repeated");
        if asked == 1 {
            return;
        }
    }
    panic!("the endpoint was not asked");
}

#[tokio::test]
async fn passing_faults_are_outlived_and_retry_after_is_obeyed() {
    let faults: [fn() -> Vec<Step>; 3] = [
        || json(503, &json!({})),
        || vec![Step::Cut],
        || http(429, &[("retry-after", "0.2")], "application/json", b"{}"),
    ];
    for fault in faults {
        let server = recovering(2, fault);
        let (answer, account) = once(settings(&server), &ask("x")).await;
        assert!(answer.is_ok());
        assert_eq!((account.spend().calls, account.spend().retries), (1, 2));
    }
    let server = recovering(1, || http(429, &[("retry-after", "0.3")], "application/json", b"{}"));
    let started = Instant::now();
    let (answer, _) = once(settings(&server), &ask("x")).await;
    assert!(answer.is_ok() && started.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn what_an_endpoint_refuses_is_learned_once() {
    let server = ModelServer::start(|request| {
        let body = &request.body;
        if body["response_format"]["type"] == "json_schema" {
            return json(
                400,
                &json!({"error": {"message": "json_schema is not supported", "param": "response_format"}}),
            );
        }
        if body.get("max_completion_tokens").is_none() {
            let text = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'.";
            return json(422, &json!({"error": {"message": text}}));
        }
        completion("```json\n{\"findings\": []}\n```")
    });
    let llm = Llm::new(settings(&server)).unwrap();
    let account = account(&llm, Duration::from_secs(20));
    assert!(llm.complete(&ask("one"), &account).await.is_ok());
    assert_eq!(server.requests().len(), 3);
    assert!(llm.complete(&ask("two"), &account).await.is_ok());
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    let last = requests.last().unwrap();
    assert_eq!(last.body["response_format"]["type"], "json_object");
    // The schema is then told in words.
    assert!(last.prompt().contains("\"findings\""));
}

#[tokio::test]
async fn a_refusal_inside_a_200_is_learned_from_as_well() {
    let server = ModelServer::start(|request| {
        if request.body["response_format"]["type"] == "json_schema" {
            let error = json!({"error": {"code": 400, "message": "response_format json_schema is not supported"}});
            return json(200, &error);
        }
        completion("```json\n{\"findings\": []}\n```")
    });
    let (answer, _) = once(settings(&server), &ask("one")).await;
    assert_eq!(answer.unwrap().texts, ["{\"findings\":[]}"]);
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn a_schema_that_nobody_accepts_changes_nothing_for_others() {
    let server = ModelServer::start(|request| {
        let format = &request.body["response_format"];
        if format["type"] == "json_schema" && format.to_string().contains("outlandish") {
            return json(
                400,
                &json!({"error": {"message": "Invalid schema for response_format 'answer'"}}),
            );
        }
        completion("{\"findings\": []}")
    });
    let llm = Llm::new(settings(&server)).unwrap();
    let account = account(&llm, Duration::from_secs(20));
    let theirs = Ask {
        schema: Some(r#"{"type": "object", "outlandish": true}"#.into()),
        teaches: false,
        ..ask("theirs")
    };
    assert!(llm.complete(&theirs, &account).await.is_ok());
    assert!(llm.complete(&ask("ours"), &account).await.is_ok());
    let formats: Vec<_> = server
        .requests()
        .iter()
        .map(|it| it.body["response_format"]["type"].clone())
        .collect();
    assert_eq!(formats, ["json_schema", "json_object", "json_schema"]);
}
