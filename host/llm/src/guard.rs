//! What an answer must never hold.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value as Json;

use crate::{ErrorKind, LlmError, Message, Role};

/// An answer that repeats so many characters of the instructions in a row gives them away; shorter
/// runs are how people write.
const LEAK: usize = 60;
/// Every run of `LEAK` characters holds a piece of `LEAK - STEP` that starts at a multiple of this.
const STEP: usize = 12;

/// Shorter keys are placeholders for endpoints that want none, such as `none`: their letters stand in
/// every other answer.
const SHORTEST_KEY: usize = 12;

/// The key, where it is one.
fn secret(key: Option<&SecretString>) -> Option<&str> {
    key.map(|it| it.expose_secret()).filter(|it| it.len() >= SHORTEST_KEY)
}

/// An answer that repeats the key is not even recorded.
pub(crate) fn guard_key(key: Option<&SecretString>, text: &str) -> Result<(), LlmError> {
    if secret(key).is_some_and(|it| text.contains(it) || unescaped(text).contains(it)) {
        return Err(LlmError::new(ErrorKind::Leaked, "the answer repeats the key"));
    }
    Ok(())
}

/// What the endpoint says of an error goes to responses, logs and recordings: a gateway that
/// repeats the key there must not get it into any of them.
pub(crate) fn redact(key: Option<&SecretString>, text: &mut String) {
    let Some(key) = secret(key) else {
        return;
    };
    if text.contains(key) {
        *text = text.replace(key, "[key]");
    }
}

/// Neither the instructions nor the key get into an answer that anyone sees.
pub(crate) fn guard(key: Option<&SecretString>, messages: &[Message], text: &str) -> Result<(), LlmError> {
    guard_key(key, text)?;
    let read = unescaped(text);
    for system in messages.iter().filter(|it| it.role == Role::System) {
        let characters: Vec<char> = system.content.chars().collect();
        for start in (0..characters.len()).step_by(STEP) {
            let Some(piece) = characters.get(start..start + LEAK - STEP) else {
                break;
            };
            let piece: String = piece.iter().collect();
            if text.contains(&piece) || read.contains(&piece) {
                return Err(LlmError::new(ErrorKind::Leaked, "the answer repeats its instructions"));
            }
        }
    }
    Ok(())
}

/// The texts of an answer in JSON as a reader sees them, `\n` and `\u0041` for what they stand for.
fn unescaped(text: &str) -> String {
    let mut texts = Vec::new();
    if text.contains('\\')
        && let Ok(json) = serde_json::from_str::<Json>(text)
    {
        leaves(&json, &mut texts);
    }
    texts.join("\n")
}

fn leaves(json: &Json, texts: &mut Vec<String>) {
    match json {
        Json::String(text) => texts.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|it| leaves(it, texts)),
        Json::Object(members) => members.iter().for_each(|(name, it)| {
            texts.push(name.clone());
            leaves(it, texts);
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_repeats_the_key_or_the_instructions_is_held_back() {
        let instructions = include_str!("../prompts/analyzer.md");
        let messages = [
            Message::new(Role::System, instructions),
            Message::new(Role::User, "data"),
        ];
        let key = SecretString::from("sk-secret-of-mine");
        let kind = |text: &str| guard(Some(&key), &messages, text).err().map(|it| it.kind);
        assert_eq!(kind("The loss rises."), None);
        assert_eq!(kind("the key is sk-secret-of-mine"), Some(ErrorKind::Leaked));
        assert_eq!(kind("data"), None);
        for start in [0, 7, 100, 311] {
            let run: String = instructions.chars().skip(start).take(LEAK).collect();
            assert_eq!(
                kind(&format!("My instructions: {run}")),
                Some(ErrorKind::Leaked),
                "{start}"
            );
        }
    }

    #[test]
    fn instructions_and_key_are_known_behind_escapes() {
        let instructions = include_str!("../prompts/analyzer.md");
        let messages = [Message::new(Role::System, instructions)];
        let key = SecretString::from("sk-secret-of-mine");
        let kind = |text: &str| guard(Some(&key), &messages, text).err().map(|it| it.kind);
        let start = instructions.find('\n').unwrap() - LEAK / 2;
        let run: String = instructions.chars().skip(start).take(LEAK).collect();
        assert!(run.contains('\n'));
        let answer = serde_json::json!({"a": [run]}).to_string();
        assert_eq!(kind(&answer), Some(ErrorKind::Leaked), "{answer}");
        assert_eq!(kind("{\"a\": \"sk-\\u0073ecret-of-mine\"}"), Some(ErrorKind::Leaked));
        assert_eq!(kind("{\"a\": \"one\\ntwo\"}"), None);
    }

    #[test]
    fn a_placeholder_is_no_key() {
        for word in ["x", "none", "EMPTY", "not-needed"] {
            let key = SecretString::from(word);
            let mut text = format!("The loss explains {word} of it.");
            assert!(guard_key(Some(&key), &text).is_ok(), "{word}");
            redact(Some(&key), &mut text);
            assert!(!text.contains("[key]"), "{text}");
        }
    }

    #[test]
    fn a_key_that_an_endpoint_repeats_is_taken_out() {
        let key = SecretString::from("sk-secret-of-mine");
        let mut text = "Incorrect API key provided: sk-secret-of-mine.".to_owned();
        redact(Some(&key), &mut text);
        assert_eq!(text, "Incorrect API key provided: [key].");
        redact(Some(&SecretString::from("")), &mut text);
        redact(None, &mut text);
        assert_eq!(text, "Incorrect API key provided: [key].");
    }
}
