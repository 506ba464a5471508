//! What an answer must never hold.

use secrecy::{ExposeSecret as _, SecretString};

use crate::{ErrorKind, LlmError, Message, Role};

/// An answer that repeats so many characters of the instructions in a row gives them away; shorter
/// runs are how people write.
const LEAK: usize = 60;
/// Every run of `LEAK` characters holds a piece of `LEAK - STEP` that starts at a multiple of this.
const STEP: usize = 12;

/// An answer that repeats the key is not even recorded.
pub(crate) fn guard_key(key: Option<&SecretString>, text: &str) -> Result<(), LlmError> {
    if key.is_some_and(|it| text.contains(it.expose_secret())) {
        return Err(LlmError::new(ErrorKind::Leaked, "the answer repeats the key"));
    }
    Ok(())
}

/// What the endpoint says of an error goes to responses, logs and recordings: a gateway that
/// repeats the key there must not get it into any of them.
pub(crate) fn redact(key: Option<&SecretString>, text: &mut String) {
    let Some(key) = key.map(|it| it.expose_secret()).filter(|it| !it.is_empty()) else {
        return;
    };
    if text.contains(key) {
        *text = text.replace(key, "[key]");
    }
}

/// Neither the instructions nor the key get into an answer that anyone sees.
pub(crate) fn guard(key: Option<&SecretString>, messages: &[Message], text: &str) -> Result<(), LlmError> {
    guard_key(key, text)?;
    for system in messages.iter().filter(|it| it.role == Role::System) {
        let characters: Vec<char> = system.content.chars().collect();
        for start in (0..characters.len()).step_by(STEP) {
            let Some(piece) = characters.get(start..start + LEAK - STEP) else {
                break;
            };
            if text.contains(&piece.iter().collect::<String>()) {
                return Err(LlmError::new(ErrorKind::Leaked, "the answer repeats its instructions"));
            }
        }
    }
    Ok(())
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
        let key = SecretString::from("sk-secret");
        let kind = |text: &str| guard(Some(&key), &messages, text).err().map(|it| it.kind);
        assert_eq!(kind("The loss rises."), None);
        assert_eq!(kind("the key is sk-secret"), Some(ErrorKind::Leaked));
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
    fn a_key_that_an_endpoint_repeats_is_taken_out() {
        let key = SecretString::from("sk-secret");
        let mut text = "Incorrect API key provided: sk-secret.".to_owned();
        redact(Some(&key), &mut text);
        assert_eq!(text, "Incorrect API key provided: [key].");
        redact(Some(&SecretString::from("")), &mut text);
        redact(None, &mut text);
        assert_eq!(text, "Incorrect API key provided: [key].");
    }
}
