//! Record and replay of all traffic: one file per exchange, named by the digest of what was asked.
//! A replay sends nothing; what it does not find is an error.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use serde_json::{Value as Json, json};

use crate::{
    ErrorKind, LlmError, SetupError,
    files::{digest, write_private},
    ledger::Tokens,
    settings,
    wire::{Parsed, Reply},
};

/// The file that says which model a recording is of.
const INDEX: &str = "recording.json";
/// Changes whenever old recordings can no longer be read.
const FORMAT: u64 = 1;

pub(crate) type Recorded = Result<Parsed, LlmError>;

pub(crate) enum Tape {
    None,
    Record(PathBuf),
    Replay(PathBuf, HashMap<String, Recorded>),
}

/// The model of a recording, for a replay without any configured one.
///
/// # Errors
/// The folder holds no recording.
pub(crate) fn model(folder: &Path) -> Result<String, SetupError> {
    let index = read(&folder.join(INDEX))?;
    match (
        index.get("format").and_then(Json::as_u64),
        index.get("model").and_then(Json::as_str),
    ) {
        (Some(FORMAT), Some(model)) => Ok(model.to_owned()),
        _ => Err(SetupError::new(
            "replay",
            format!("{} is no recording of format {FORMAT}", folder.join(INDEX).display()),
        )),
    }
}

fn read(file: &Path) -> Result<Json, SetupError> {
    let wrong = |reason: String| SetupError::new("replay", format!("{}: {reason}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    serde_json::from_str(&text).map_err(|error| wrong(format!("is no JSON: {error}")))
}

impl Tape {
    pub(crate) fn open(setting: &settings::Tape, model: &str) -> Result<Self, SetupError> {
        match setting {
            settings::Tape::None => Ok(Self::None),
            settings::Tape::Record(folder) => {
                std::fs::create_dir_all(folder)
                    .and_then(|()| write_private(&folder.join(INDEX), &json!({"format": FORMAT, "model": model})))
                    .map_err(|error| SetupError::new("record", format!("{}: {error}", folder.display())))?;
                Ok(Self::Record(folder.clone()))
            }
            settings::Tape::Replay(folder) => {
                let wrong = |error: std::io::Error| SetupError::new("replay", format!("{}: {error}", folder.display()));
                let mut exchanges = HashMap::new();
                for entry in std::fs::read_dir(folder).map_err(wrong)? {
                    let file = entry.map_err(wrong)?.path();
                    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                    if file.extension().is_some_and(|it| it == "json") && !file.ends_with(INDEX) {
                        exchanges.insert(name, recorded(&read(&file)?));
                    }
                }
                Ok(Self::Replay(folder.clone(), exchanges))
            }
        }
    }

    /// The recorded outcome of an exchange; none where nothing is replayed.
    pub(crate) fn replay(&self, identity: &Json) -> Option<Recorded> {
        let Self::Replay(folder, exchanges) = self else {
            return None;
        };
        let name = digest(identity);
        Some(exchanges.get(&name).cloned().unwrap_or_else(|| {
            Err(LlmError::new(
                ErrorKind::NotRecorded,
                format!(
                    "{} has no exchange {name}.json: record it again with the same model, prompts and components",
                    folder.display()
                ),
            ))
        }))
    }

    pub(crate) fn record(&self, identity: &Json, outcome: &Recorded) {
        let Self::Record(folder) = self else { return };
        let answer = match outcome {
            Ok(Parsed::Reply(it)) => json!({
                "text": it.text, "model": it.model, "input_tokens": it.tokens.input, "output_tokens": it.tokens.output,
            }),
            Ok(Parsed::Length(it)) => json!({"length": true, "input_tokens": it.input, "output_tokens": it.output}),
            Ok(Parsed::Error(status, message)) => json!({"status": status, "message": message}),
            Err(error) => json!({"error": error.kind.as_str(), "message": error.message}),
        };
        let file = folder.join(format!("{}.json", digest(identity)));
        if let Err(error) = write_private(&file, &json!({"request": identity, "answer": answer})) {
            tracing::warn!(file = %file.display(), %error, "an exchange with the language model was not recorded");
        }
    }
}

fn recorded(file: &Json) -> Recorded {
    let answer = file.get("answer").unwrap_or(&Json::Null);
    let text = |name: &str| answer.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let number = |name: &str| answer.get(name).and_then(Json::as_u64).unwrap_or(0);
    let tokens = Tokens {
        input: number("input_tokens"),
        output: number("output_tokens"),
    };
    if let Some(kind) = answer.get("error").and_then(Json::as_str) {
        let kind = ErrorKind::of(kind).unwrap_or(ErrorKind::Unavailable);
        return Err(LlmError::new(kind, text("message")));
    }
    if let Some(status) = answer.get("status").and_then(Json::as_u64) {
        return Ok(Parsed::Error(u16::try_from(status).unwrap_or(502), text("message")));
    }
    if answer.get("length").is_some() {
        return Ok(Parsed::Length(tokens));
    }
    Ok(Parsed::Reply(Reply {
        text: text("text"),
        model: text("model"),
        tokens,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_is_replayed_as_it_was_and_a_missing_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let record = Tape::open(&settings::Tape::Record(folder.path().to_owned()), "m").unwrap();
        let tokens = Tokens { input: 3, output: 4 };
        let outcomes = [
            Ok(Parsed::Reply(Reply {
                text: "t".into(),
                model: "m".into(),
                tokens,
            })),
            Ok(Parsed::Length(tokens)),
            Ok(Parsed::Error(503, "busy".into())),
            Err(LlmError::new(ErrorKind::Refused, "no")),
        ];
        for (number, outcome) in outcomes.iter().enumerate() {
            record.record(&json!(number), outcome);
        }
        assert_eq!(model(folder.path()).unwrap(), "m");
        let replay = Tape::open(&settings::Tape::Replay(folder.path().to_owned()), "m").unwrap();
        for (number, outcome) in outcomes.iter().enumerate() {
            assert_eq!(replay.replay(&json!(number)).as_ref(), Some(outcome));
        }
        let missing = replay.replay(&json!("other")).unwrap().unwrap_err();
        assert_eq!(missing.kind, ErrorKind::NotRecorded);
        assert!(record.replay(&json!(0)).is_none());
    }

    #[test]
    fn a_folder_that_is_no_recording_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = model(folder.path()).unwrap_err().to_string();
        assert!(error.contains("recording.json"), "{error}");
        let nowhere = settings::Tape::Replay(folder.path().join("nowhere"));
        assert!(Tape::open(&nowhere, "m").is_err());
    }
}
