//! What is set: the key goes where it belongs, and wrong settings are named.

use deepfix_llm::read_key;
use deepfix_model_server::answer_for;

use super::*;

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
