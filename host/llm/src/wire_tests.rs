use super::*;
use crate::provider::{Learned, Provider};

fn exchange<'a>(messages: &'a [Message], schema: Option<&'a Json>) -> Exchange<'a> {
    Exchange {
        model: "m",
        messages,
        schema,
        max_tokens: 9,
        temperature: 0.5,
        sample: 0,
    }
}

#[test]
fn the_body_has_the_form_that_the_endpoint_wants() {
    let messages = [Message::new(Role::System, "S"), Message::new(Role::User, "U")];
    let schema = json!({"type": "object", "maxProperties": 1, "minItems": 2});
    let row = Provider::OpenAi.row("");
    let mut habits = Learned::new(&row).now();
    let body = exchange(&messages, Some(&schema)).body(&row, habits, "NOTE");
    assert_eq!(body["max_completion_tokens"], 9);
    assert_eq!(body["response_format"]["json_schema"]["strict"], true);
    assert!(
        body["response_format"]["json_schema"]["schema"]
            .get("minItems")
            .is_none()
    );
    assert_eq!(body["messages"][0]["content"], "S");
    habits.format = Format::Prompt;
    habits.temperature = false;
    habits.tokens = TokensField::MaxTokens;
    let body = exchange(&messages, Some(&schema)).body(&row, habits, "NOTE");
    assert!(body.get("response_format").is_none() && body.get("temperature").is_none());
    assert_eq!(body["max_tokens"], 9);
    assert_eq!(body["messages"][0]["content"], "S\nNOTE");
    let body = exchange(&messages[1..], Some(&schema)).body(&row, habits, "NOTE");
    assert_eq!(body["messages"][0], json!({"role": "system", "content": "NOTE"}));
}

#[test]
fn the_identity_holds_the_sample_and_not_the_form() {
    let messages = [Message::new(Role::User, "U")];
    let one = exchange(&messages, None);
    let mut two = one.clone();
    two.sample = 1;
    assert_ne!(one.identity(), two.identity());
}

fn choice(message: &Json, reason: &str) -> Result<Parsed, LlmError> {
    parse(&json!({"model": "m", "choices": [{"message": message, "finish_reason": reason}]}))
}

#[test]
fn a_completion_without_usage_is_read_and_parts_are_joined() {
    let reply = |text: &str| {
        Ok(Parsed::Reply(Reply {
            text: text.into(),
            model: "m".into(),
            tokens: Tokens::default(),
        }))
    };
    assert_eq!(choice(&json!({"content": "hi"}), "stop"), reply("hi"));
    let parts = json!({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]});
    assert_eq!(choice(&parts, "stop"), reply("ab"));
}

#[test]
fn what_is_no_answer_is_told_apart() {
    let kind = |it: Result<Parsed, LlmError>| it.unwrap_err().kind;
    assert_eq!(kind(choice(&json!({"refusal": "no"}), "stop")), ErrorKind::Refused);
    assert_eq!(
        kind(choice(&json!({"content": "x"}), "content_filter")),
        ErrorKind::Filtered
    );
    assert_eq!(kind(choice(&json!({"content": null}), "stop")), ErrorKind::Empty);
    assert_eq!(kind(parse(&json!({"choices": []}))), ErrorKind::Empty);
    assert_eq!(kind(parse(&json!({}))), ErrorKind::Malformed);
    assert_eq!(
        choice(&json!({"content": "{\"a\""}), "length"),
        Ok(Parsed::Length(Tokens::default()))
    );
    let error = parse(&json!({"error": {"code": 429, "message": "slow down"}}));
    assert_eq!(error, Ok(Parsed::Error(429, "slow down 429".into())));
}

#[test]
fn an_endpoints_words_are_cut_to_a_line() {
    let text = quoted(&"word \n".repeat(500));
    assert!(text.chars().count() <= QUOTED + 1 && !text.contains('\n'));
}
