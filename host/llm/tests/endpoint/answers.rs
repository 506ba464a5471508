//! Answers: what comes with them, how a wrong or a cut one is mended, samples, recordings.

use deepfix_llm::Prices;

use super::*;

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
