//! When training ends: early stopping, its patience and the weights it keeps.
//!
//! Callbacks are recorded as they were written (`EarlyStopping(patience=15)`), as lists of such
//! texts, or as objects that name their class.

use deepfix_plugin::Value;
use serde_json::{Map, Value as Json};

use crate::training::params::{Param, Params, boolean, number};

/// Names of the switch, under which a number or a callback stands as well.
const SWITCH: [&str; 5] = [
    "early_stopping",
    "early_stop",
    "use_early_stopping",
    "earlystopping",
    "early_stopping_enabled",
];
/// Names under which callbacks are listed.
const CALLBACKS: [&str; 2] = ["callbacks", "callback"];
/// Members of an object that name its class.
const CLASS: [&str; 5] = ["class", "class_name", "name", "type", "_target_"];
/// Names that say that it is the patience of early stopping.
const PATIENCE: [&str; 5] = [
    "early_stopping_patience",
    "early_stop_patience",
    "early_stopping_rounds",
    "n_iter_no_change",
    "es_patience",
];
/// One that a scheduler has as well: it counts where nothing else tells.
const BARE_PATIENCE: [&str; 1] = ["patience"];
const KEEPS: [&str; 6] = [
    "restore_best_weights",
    "load_best_model_at_end",
    "restore_best",
    "save_best_only",
    "use_best_model",
    "keep_best",
];
/// Lists of callbacks within lists are none that anybody writes.
const DEEPEST: usize = 3;

impl Params {
    /// Whether training stops when validation ceases to improve.
    #[must_use]
    pub fn early_stopping(&self) -> Option<Param<bool>> {
        let stated = self.find(&SWITCH, |json| boolean(json).or_else(|| rounds(json).map(|_| true)));
        let stated = stated.or_else(|| self.callback(|_| Some(true)));
        let stated = stated.or_else(|| {
            self.number(&PATIENCE)
                .filter(|it| {
                    let name = it.name.to_lowercase();
                    name.contains("stop") || name.ends_with("es_patience")
                })
                .map(|it| Param {
                    value: it.value > 0.0,
                    name: it.name,
                    raw: it.raw,
                    source: it.source,
                })
        });
        // An object among the callbacks that is no list was taken apart.
        stated.or_else(|| {
            self.find(&CLASS, |json| json.as_str().filter(|it| is_class(it)).map(|_| true))
                .filter(|it| it.name.contains('.'))
        })
    }

    /// Epochs without improvement before training stops.
    #[must_use]
    pub fn patience(&self) -> Option<Param<f64>> {
        self.number(&PATIENCE)
            .or_else(|| self.find(&SWITCH, rounds))
            .or_else(|| self.callback(patience_in))
            .or_else(|| self.number(&BARE_PATIENCE))
            .filter(|it| it.value >= 0.0)
    }

    /// Whether the weights of the best epoch are the ones kept.
    #[must_use]
    pub fn restores_best(&self) -> Option<Param<bool>> {
        self.find(&KEEPS, boolean).or_else(|| self.callback(kept_in))
    }

    /// What early stopping says as it was written. A list or an object is no value to quote: the source
    /// is the text that names it.
    fn callback<T>(&self, read: impl Fn(&Json) -> Option<T>) -> Option<Param<T>> {
        let names: Vec<&str> = SWITCH.into_iter().chain(CALLBACKS).collect();
        let found = self.find(&names, |json| {
            let found = stopping_in(json, 0)?;
            Some((read(found.json)?, Value::Text(found.text.to_owned()), found.pointer))
        })?;
        let (value, raw, pointer) = found.value;
        let mut source = found.source;
        source.pointer.push_str(&pointer);
        Some(Param {
            value,
            name: found.name,
            raw,
            source,
        })
    }
}

/// Early stopping in a setting.
struct Stopping<'a> {
    /// The text or object that it is.
    json: &'a Json,
    /// What names it,
    text: &'a str,
    /// and where that stands in the setting.
    pointer: String,
}

/// A number in the place of the switch: the patience, since 0 and 1 are the switch itself.
fn rounds(json: &Json) -> Option<f64> {
    number(json).filter(|it| *it > 1.0)
}

/// Whether a text is the class of early stopping, with or without its arguments.
fn is_class(text: &str) -> bool {
    let text: String = text
        .chars()
        .filter(|it| it.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let off = [
        "noearlystop",
        "withoutearlystop",
        "disable",
        "earlystoppingfalse",
        "earlystoppingnone",
        "earlystoppingoff",
    ];
    text.contains("earlystop") && !off.iter().any(|it| text.contains(it))
}

/// The text or object in a setting, or in its list, that is early stopping.
fn stopping_in(json: &Json, depth: usize) -> Option<Stopping<'_>> {
    let of = |text, pointer| Stopping { json, text, pointer };
    match json {
        Json::Array(all) if depth < DEEPEST => all.iter().enumerate().find_map(|(place, it)| {
            let found = stopping_in(it, depth + 1)?;
            let pointer = format!("/{place}{}", found.pointer);
            Some(Stopping { pointer, ..found })
        }),
        Json::String(text) => is_class(text).then(|| of(text, String::new())),
        Json::Object(members) => CLASS.iter().find_map(|name| {
            let text = members.get(*name)?.as_str().filter(|it| is_class(it))?;
            Some(of(text, format!("/{name}")))
        }),
        _ => None,
    }
}

/// The patience among the arguments of early stopping.
fn patience_in(json: &Json) -> Option<f64> {
    match json {
        Json::String(text) => argument(text, "patience")?.parse().ok(),
        Json::Object(members) => number(arguments(members).find_map(|it| it.get("patience"))?),
        _ => None,
    }
    .filter(|it: &f64| it.is_finite())
}

/// Whether its arguments keep the best weights.
fn kept_in(json: &Json) -> Option<bool> {
    const KEEP: &str = "restore_best_weights";
    match json {
        Json::String(text) => boolean(&Json::String(argument(text, KEEP)?)),
        Json::Object(members) => boolean(arguments(members).find_map(|it| it.get(KEEP))?),
        _ => None,
    }
}

/// The members of an object and of the objects in it, as some keep arguments apart.
fn arguments(members: &Map<String, Json>) -> impl Iterator<Item = &Map<String, Json>> {
    std::iter::once(members).chain(members.values().filter_map(Json::as_object))
}

/// The argument of early stopping in a text such as `EarlyStopping(patience=15)`; other callbacks of
/// the same text have a patience as well.
fn argument(text: &str, name: &str) -> Option<String> {
    let text = text.to_lowercase();
    let own = text.get(text.find("early")?..)?;
    let own = own.split(')').next()?;
    let rest = own.get(own.find(name)? + name.len()..)?;
    let value: String = rest
        .trim_start_matches(|it: char| "=:'\" ".contains(it))
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    (!value.is_empty()).then_some(value)
}
