//! Parameters as they stand in a document: nested, under many names, and of any type.

use deepfix_plugin::{ArtifactKind, Source, Value};
use serde_json::Value as Json;

/// A parameter: its meaning, and the value as it stands in the document.
#[derive(Debug, Clone, PartialEq)]
pub struct Param<T> {
    /// What it means.
    pub value: T,
    /// The name under which the client sent it.
    pub name: String,
    /// As it stands in the artifact, for facts.
    pub raw: Value,
    /// Where it stands.
    pub source: Source,
}

/// A leaf of the parameters.
#[derive(Debug, Clone)]
pub(super) struct Leaf {
    /// The path, lower case, words joined by `_`.
    pub(super) key: String,
    /// The last part of the path alone.
    pub(super) last: String,
    pub(super) json: Json,
    pub(super) source: Source,
    pub(super) name: String,
}

/// The training parameters; every one may be absent.
#[derive(Debug, Clone, Default)]
pub struct Params {
    pub(super) leaves: Vec<Leaf>,
}

/// Nested configurations deeper than this hold no plain parameters.
const DEEPEST: usize = 4;
/// A configuration longer than this is not written by hand; its tail is ignored.
const MOST_LEAVES: usize = 4000;

/// Lower case, with `_` between words: `lrScheduler.type` becomes `lr_scheduler_type`.
pub(super) fn normalise(name: &str) -> String {
    let mut key = String::with_capacity(name.len() + 4);
    let mut lower = false;
    for letter in name.chars() {
        if letter.is_alphanumeric() {
            if letter.is_uppercase() && lower {
                key.push('_');
            }
            lower = letter.is_lowercase();
            key.extend(letter.to_lowercase());
        } else {
            lower = false;
            if !key.ends_with('_') {
                key.push('_');
            }
        }
    }
    key.trim_matches('_').to_owned()
}

impl Params {
    /// Takes every leaf of a JSON object at `pointer` of an artifact. May be called for several
    /// places; the first to hold a parameter wins.
    pub fn add(&mut self, artifact: ArtifactKind, pointer: &[&str], document: &Json) {
        let path: Vec<String> = pointer.iter().map(|it| (*it).to_owned()).collect();
        self.walk(artifact, &path, pointer.len(), document);
    }

    fn walk(&mut self, artifact: ArtifactKind, path: &[String], base: usize, json: &Json) {
        if let Json::Object(members) = json
            && path.len() < base + DEEPEST
        {
            for (name, member) in members {
                let mut path = path.to_vec();
                path.push(name.clone());
                self.walk(artifact, &path, base, member);
            }
            return;
        }
        let (Some(own), Some(last)) = (path.get(base..), path.last()) else {
            return;
        };
        if json.is_null() || own.is_empty() || self.leaves.len() >= MOST_LEAVES {
            return;
        }
        self.leaves.push(Leaf {
            key: normalise(&own.join("_")),
            last: normalise(last),
            json: json.clone(),
            source: Source::document(artifact, path),
            name: own.join("."),
        });
    }

    /// Whether there is no parameter at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.leaves.is_empty()
    }

    /// The first parameter with one of these names that `read` understands. Whole paths are
    /// looked for before last parts, and earlier names before later ones.
    pub(super) fn find<T>(&self, names: &[&str], read: impl Fn(&Json) -> Option<T>) -> Option<Param<T>> {
        for whole in [true, false] {
            for name in names {
                // What stands among the settings of the evaluation is none of the training's.
                let named = |leaf: &&Leaf| match whole {
                    true => leaf.key == *name,
                    false => leaf.last == *name && !is_of_evaluation(&leaf.name),
                };
                for leaf in self.leaves.iter().filter(named) {
                    if let Some(value) = read(&leaf.json) {
                        let (name, raw, source) = (leaf.name.clone(), raw(&leaf.json), leaf.source.clone());
                        return Some(Param {
                            value,
                            name,
                            raw,
                            source,
                        });
                    }
                }
            }
        }
        None
    }

    pub(super) fn number(&self, names: &[&str]) -> Option<Param<f64>> {
        self.find(names, number).filter(|it| it.value.is_finite())
    }

    pub(super) fn text(&self, names: &[&str]) -> Option<Param<String>> {
        self.find(names, |json| {
            json.as_str()
                .map(|it| it.trim().to_lowercase())
                .filter(|it| !it.is_empty())
        })
    }
}

/// Whether a dotted name leads through a section such as `eval_loader`.
fn is_of_evaluation(name: &str) -> bool {
    let Some((sections, _)) = name.rsplit_once('.') else {
        return false;
    };
    sections
        .split(|c: char| !c.is_ascii_alphanumeric())
        .map(str::to_ascii_lowercase)
        .any(|it| {
            matches!(
                it.as_str(),
                "eval" | "evaluation" | "val" | "valid" | "validation" | "test" | "testing" | "inference" | "predict"
            )
        })
}

pub(super) fn raw(json: &Json) -> Value {
    match json {
        Json::Bool(it) => Value::Boolean(*it),
        Json::Number(it) => it
            .as_i64()
            .map_or_else(|| Value::Number(it.as_f64().unwrap_or(f64::NAN)), Value::Integer),
        Json::String(it) => Value::Text(it.clone()),
        other => Value::Text(other.to_string()),
    }
}

pub(super) fn number(json: &Json) -> Option<f64> {
    match json {
        Json::Number(it) => it.as_f64(),
        Json::String(it) => it.trim().parse().ok().filter(|it: &f64| it.is_finite()),
        _ => None,
    }
}

pub(super) fn boolean(json: &Json) -> Option<bool> {
    match json {
        Json::Bool(it) => Some(*it),
        Json::Number(it) => match it.as_f64() {
            Some(0.0) => Some(false),
            Some(1.0) => Some(true),
            _ => None,
        },
        Json::String(it) => match it.trim().to_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Some(true),
            "false" | "no" | "off" | "0" | "none" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A setting that is off, on, or the name of a method.
pub(super) fn switch(json: &Json) -> Option<String> {
    match boolean(json) {
        Some(true) => Some("on".to_owned()),
        Some(false) => Some("none".to_owned()),
        None => json
            .as_str()
            .map(|it| it.trim().to_lowercase())
            .map(|it| match it.as_str() {
                "" | "null" | "identity" | "passthrough" | "raw" => "none".to_owned(),
                _ => it,
            }),
    }
}
