//! The service against an endpoint that does as it should, and one that does not.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use deepfix_llm::{Account, Answer, Ask, ErrorKind, Llm, LlmError, Message, Prices, Role, Settings, Tape, read_key};
use deepfix_model_server::{ModelServer, Request, Step, answer_for, completion, faults, http, json, obliging};
use serde_json::json;

/// Longer than anything takes here, on a machine that has other things to do too.
const PATIENCE: Duration = Duration::from_secs(60);

const SCHEMA: &str = r#"{"type": "object", "additionalProperties": false, "required": ["findings"],
    "properties": {"findings": {"type": "array"}}}"#;

fn settings(server: &ModelServer) -> Settings {
    Settings {
        base_url: server.base_url(),
        model: "fake".into(),
        max_backoff: Duration::from_millis(5),
        ..Settings::default()
    }
}

fn ask(text: &str) -> Ask {
    Ask {
        messages: vec![Message::new(Role::System, "Be brief."), Message::new(Role::User, text)],
        schema: Some(SCHEMA.into()),
        max_tokens: 50,
        temperature: None,
        samples: 1,
        teaches: true,
    }
}

fn account(llm: &Llm, time: Duration) -> Account {
    llm.account(&llm.budget(), time)
}

async fn once(settings: Settings, ask: &Ask) -> (Result<Answer, LlmError>, Account) {
    let llm = Llm::new(settings).unwrap();
    let account = account(&llm, Duration::from_secs(20));
    (llm.complete(ask, &account).await, account)
}

#[tokio::test]
async fn an_answer_comes_with_its_usage_cost_and_size() {
    let server = ModelServer::start(obliging);
    let settings = Settings {
        prices: Prices {
            input: 10.0,
            output: 100.0,
        },
        ..settings(&server)
    };
    let (answer, account) = once(settings, &ask("Hello")).await;
    let answer = answer.unwrap();
    assert_eq!(answer.texts, ["{\"findings\":[]}"]);
    assert_eq!((answer.model.as_str(), answer.cached), ("fake-1", false));
    let spend = account.spend();
    assert_eq!((spend.calls, spend.tokens.input, spend.tokens.output), (1, 100, 20));
    assert!((spend.cost - 0.003).abs() < 1e-12, "{}", spend.cost);
    assert!(spend.prompt_characters[0] > 100);
    let request = &server.requests()[0];
    assert_eq!(request.path, "/v1/chat/completions");
    assert_eq!(request.body["response_format"]["type"], "json_schema");
    assert!(request.header("authorization").is_none());
}

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

/// The first answers are faults, the later ones fine.
fn recovering(faulty: usize, fault: impl Fn() -> Vec<Step> + Send + Sync + 'static) -> ModelServer {
    ModelServer::start(move |request: &Request| {
        if request.number < faulty {
            fault()
        } else {
            obliging(request)
        }
    })
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

#[tokio::test]
async fn a_call_that_nobody_waits_for_any_longer_has_used_its_prompt() {
    let server = ModelServer::start(|_| vec![Step::Hang]);
    let short = Settings {
        call_timeout: Duration::from_millis(50),
        ..settings(&server)
    };
    let (answer, spent) = once(short, &ask("x")).await;
    assert_eq!(answer.unwrap_err().kind, ErrorKind::TimedOut);
    assert!(spent.spend().tokens.input > 0 && spent.spend().estimated);
    // Another server: what was given up may still be on its way to the first.
    let server = ModelServer::start(|_| vec![Step::Hang]);
    let llm = Llm::new(settings(&server)).unwrap();
    let left = account(&llm, Duration::from_secs(20));
    let question = ask("x");
    let mut call = Box::pin(llm.complete(&question, &left));
    while server.requests().is_empty() {
        assert!(tokio::time::timeout(Duration::from_millis(5), &mut call).await.is_err());
    }
    drop(call);
    assert!(left.spend().tokens.input > 0);
}

#[tokio::test]
async fn a_wrong_answer_is_repaired_at_most_twice() {
    let server = recovering(2, || completion("{\"findings\": 7}"));
    let (answer, account) = once(settings(&server), &ask("x")).await;
    assert_eq!(answer.unwrap().texts, ["{\"findings\":[]}"]);
    assert_eq!((account.spend().calls, account.spend().repairs), (3, 2));
    let repair = &server.requests()[1];
    assert!(repair.prompt().contains("at `/findings`"), "{}", repair.prompt());
    let server = recovering(3, || completion("{\"findings\": \"do as I say\"}"));
    let (answer, _) = once(settings(&server), &ask("x")).await;
    let error = answer.unwrap_err();
    assert_eq!(error.kind, ErrorKind::SchemaMismatch);
    assert!(!error.message.contains("do as I say"), "{error}");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_cut_answer_gets_one_chance_with_more_room() {
    let cut = || {
        json(
            200,
            &json!({"choices": [{"finish_reason": "length", "message": {"content": "{\"find"}}]}),
        )
    };
    let server = recovering(1, cut);
    let (answer, _) = once(settings(&server), &ask("x")).await;
    assert!(answer.is_ok());
    let rooms: Vec<_> = server
        .requests()
        .iter()
        .map(|it| it.body["max_tokens"].as_u64().unwrap())
        .collect();
    // A model that thinks first needs all the room that there is.
    assert_eq!(rooms, [50, u64::from(Settings::default().max_tokens)]);
    let server = recovering(2, cut);
    let (answer, _) = once(settings(&server), &ask("x")).await;
    let error = answer.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Truncated);
    assert!(error.message.contains("`[llm] max_tokens = 2048`"), "{error}");
}

#[tokio::test]
async fn samples_are_calls_of_their_own_at_the_sampling_temperature() {
    let server = ModelServer::start(obliging);
    let llm = Llm::new(settings(&server)).unwrap();
    let account = account(&llm, Duration::from_secs(20));
    let ask = Ask { samples: 3, ..ask("x") };
    assert_eq!(llm.complete(&ask, &account).await.unwrap().texts.len(), 3);
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    assert!(
        requests.iter().all(|it| it.body["temperature"] == 0.7),
        "{:?}",
        requests[0].body
    );
    assert!(requests.iter().all(|it| it.body.get("n").is_none()));
    // All three are kept apart.
    let again = llm.complete(&ask, &account).await.unwrap();
    assert!(again.cached);
    assert_eq!((account.spend().calls, account.spend().cached), (3, 3));
    for samples in [0, 17] {
        let error = llm
            .complete(&Ask { samples, ..ask.clone() }, &account)
            .await
            .unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid);
    }
}

#[tokio::test]
async fn equal_questions_at_once_are_one_call() {
    let server = ModelServer::start(|request| {
        let wait = Step::Wait(Duration::from_millis(100));
        std::iter::once(wait).chain(obliging(request)).collect()
    });
    let llm = Llm::new(settings(&server)).unwrap();
    let account = account(&llm, Duration::from_secs(20));
    let ask = ask("x");
    let (a, b) = tokio::join!(llm.complete(&ask, &account), llm.complete(&ask, &account));
    assert!(a.is_ok() && b.is_ok());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_answer_is_kept_for_the_tenant_that_asked_and_for_no_other() {
    let server = ModelServer::start(obliging);
    let llm = Llm::new(settings(&server)).unwrap();
    let of = |tenant: &str| llm.account(&llm.budget_of(tenant, None), Duration::from_secs(20));
    let ask = ask("x");
    for (tenant, cached, sent) in [
        ("one", false, 1),
        ("one", true, 1),
        ("other", false, 2),
        ("other", true, 2),
        ("", false, 3),
    ] {
        let answer = llm.complete(&ask, &of(tenant)).await.unwrap();
        assert_eq!((answer.cached, server.requests().len()), (cached, sent), "{tenant}");
    }
    // At once as well: nobody waits for another's answer.
    let ask = self::ask("y");
    let (one, other) = (of("one"), of("other"));
    let (a, b) = tokio::join!(llm.complete(&ask, &one), llm.complete(&ask, &other));
    assert!(!a.unwrap().cached && !b.unwrap().cached);
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn calls_in_flight_are_bounded_and_a_wait_for_a_place_ends_at_the_deadline() {
    let (running, most) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let (came, more) = (Mutex::new(0), Condvar::new());
    let server = ModelServer::start(move |request| {
        seen.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // Nobody is answered before two are there; with fewer places this ends at the deadline of who asks.
        let mut all = came.lock().unwrap();
        *all += 1;
        let pair: usize = *all + *all % 2;
        more.notify_all();
        drop(
            more.wait_timeout_while(all, Duration::from_secs(20), |it| *it < pair)
                .unwrap(),
        );
        running.fetch_sub(1, Ordering::SeqCst);
        obliging(request)
    });
    let bounded = Settings {
        max_concurrency: 2,
        ..settings(&server)
    };
    let many = Ask { samples: 6, ..ask("x") };
    assert!(once(bounded, &many).await.0.is_ok());
    assert_eq!(most.load(Ordering::SeqCst), 2);

    // On a slow machine the shorter times may be over before the endpoint is asked at all.
    for time in [300, 3_000, 20_000].map(Duration::from_millis) {
        let hanging = ModelServer::start(|_| vec![Step::Hang]);
        let llm = Llm::new(Settings {
            max_concurrency: 1,
            ..settings(&hanging)
        })
        .unwrap();
        let account = account(&llm, time);
        let ask = Ask { samples: 2, ..ask("x") };
        let error = llm.complete(&ask, &account).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::TimedOut);
        let asked = hanging.requests().len();
        assert!(asked <= 1, "the second waits for a place");
        if asked == 1 {
            return;
        }
    }
    panic!("the endpoint was not asked");
}

#[tokio::test]
async fn dropping_a_call_closes_its_connection_and_frees_its_place() {
    let heard = Arc::new(tokio::sync::Notify::new());
    let hearing = Arc::clone(&heard);
    let server = recovering(1, move || {
        hearing.notify_one();
        vec![Step::Hang]
    });
    let llm = Llm::new(Settings {
        max_concurrency: 1,
        ..settings(&server)
    })
    .unwrap();
    let account = account(&llm, Duration::from_secs(20));
    let first = ask("x");
    tokio::select! {
        answer = llm.complete(&first, &account) => panic!("a server that hangs has answered: {answer:?}"),
        () = heard.notified() => {}
    }
    assert!(llm.complete(&ask("x"), &account).await.is_ok());
}

#[tokio::test]
async fn a_request_over_its_budget_is_refused_before_anything_is_sent() {
    let server = ModelServer::start(obliging);
    let settings = Settings {
        request_calls: 1,
        ..settings(&server)
    };
    let (answer, account) = once(settings, &Ask { samples: 2, ..ask("x") }).await;
    assert_eq!(server.requests().len(), 1);
    // The sample that was answered counts; the one that was not is said.
    assert_eq!(answer.unwrap().texts.len(), 1);
    let lost = &account.spend().errors[0];
    assert_eq!(lost.kind, ErrorKind::BudgetExceeded);
    assert!(lost.message.starts_with("1 of 2 samples: "), "{lost}");
}

#[tokio::test]
async fn a_recording_is_replayed_without_a_network_and_misses_nothing_silently() {
    let folder = tempfile::tempdir().unwrap();
    let server = recovering(1, || completion("{\"findings\": 7}"));
    let record = Settings {
        tape: Tape::Record(folder.path().to_owned()),
        ..settings(&server)
    };
    let (recorded, _) = once(record, &ask("x")).await;
    drop(server);
    let replay = || Settings {
        tape: Tape::Replay(folder.path().to_owned()),
        ..Settings::default()
    };
    let (replayed, account) = once(replay(), &ask("x")).await;
    assert_eq!(replayed, recorded);
    assert_eq!(account.spend().repairs, 1);
    let (missing, _) = once(replay(), &ask("y")).await;
    assert_eq!(missing.unwrap_err().kind, ErrorKind::NotRecorded);
}

#[tokio::test]
async fn the_key_goes_into_its_header_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    std::fs::write(&file, "sk-very-secret").unwrap();
    // It answers with whatever it was sent.
    let server = ModelServer::start(|request| {
        let mut answer = answer_for(request);
        answer["findings"] = json!([request.header("authorization")]);
        completion(&answer.to_string())
    });
    let tape = folder.path().join("tape");
    let settings = Settings {
        key: read_key("", Some(&file)).unwrap(),
        organization: "org-1".into(),
        tape: Tape::Record(tape.clone()),
        ..settings(&server)
    };
    let (answer, account) = once(settings, &ask("x")).await;
    let error = answer.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Leaked);
    assert!(!format!("{error} {:?}", account.spend()).contains("very-secret"));
    let request = &server.requests()[0];
    assert_eq!(request.header("authorization"), Some("Bearer sk-very-secret"));
    assert_eq!(request.header("openai-organization"), Some("org-1"));
    assert!(!request.prompt().contains("very-secret"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = ModelServer::start(obliging);
    let location = format!("{}/chat/completions", elsewhere.base_url());
    let server = ModelServer::start(move |_| http(307, &[("location", &location)], "text/plain", b""));
    let (answer, _) = once(settings(&server), &ask("x")).await;
    assert!(answer.unwrap_err().message.contains("redirects are not followed"));
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn wrong_settings_name_their_key() {
    let wrong = |change: fn(&mut Settings)| {
        let mut settings = Settings {
            base_url: "http://127.0.0.1:9/v1".into(),
            model: "m".into(),
            ..Settings::default()
        };
        change(&mut settings);
        Llm::new(settings).err().unwrap().to_string()
    };
    assert!(wrong(|it| it.base_url = "nowhere".into()).contains("base_url"));
    assert!(wrong(|it| it.model.clear()).contains("model"));
    assert!(wrong(|it| it.proxy = ":".into()).contains("proxy"));
    assert!(wrong(|it| it.ca_file = Some("/nonexistent.pem".into())).contains("ca_file"));
    assert!(wrong(|it| it.organization = "a\nb".into()).contains("organization"));
    assert!(wrong(|it| it.prompts = Some("/nonexistent".into())).contains("prompts"));
    assert!(wrong(|it| it.tape = Tape::Replay("/nonexistent".into())).contains("recording.json"));
}
