//! The deepchecks artifact: every check by its name, with its value decoded and the place of
//! every value. The order of the items is random, so nothing is keyed by an index.

mod decode;
mod kind;
mod matrix;
mod values;

pub use decode::decode;
pub use kind::CheckKind;
pub use matrix::Matrix;
pub use values::{DriftScore, Sizes};

use std::cell::OnceCell;

use deepfix_plugin::{ArtifactKind, Context, Error, Source};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use crate::dataset::Which;

/// The verdict of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The condition holds.
    Pass,
    /// It does not.
    Fail,
    /// It does not, which need not be bad.
    Warn,
    /// It could not be evaluated.
    Error,
}

/// One condition of a check.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Its verdict.
    pub status: Status,
    /// What was demanded.
    pub text: String,
    /// What was found.
    pub more_info: String,
}

/// One item of the artifact.
#[derive(Debug, Clone)]
pub struct Check {
    /// Which check it is.
    pub kind: CheckKind,
    /// The split, for a check on one data set. A check on one set without a suffix in its
    /// header ran on the training set: there was no other.
    pub which: Option<Which>,
    /// The header as sent.
    pub header: String,
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// For each condition its place in the list as sent.
    places: Vec<usize>,
    params: Value,
    /// The value as sent, and as JSON once somebody has asked for it.
    raw: Option<Box<RawValue>>,
    decoded: OnceCell<Value>,
    pointer: Vec<String>,
}

impl Check {
    /// The decoded value; `Null` where it did not run. Many values are large and asked for by no
    /// rule, so each is parsed when it is first asked for.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.decoded.get_or_init(|| {
            let raw = self.raw.as_deref().map_or("null", RawValue::get);
            serde_json::from_str(raw).map(decode).unwrap_or_default()
        })
    }

    /// Whether the check ran: one without value and condition did not, which is no pass.
    #[must_use]
    pub fn ran(&self) -> bool {
        self.raw.as_deref().is_some_and(|it| it.get() != "null")
            || self.conditions.iter().any(|it| it.status != Status::Error)
    }

    /// Whether a condition failed or warned.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.conditions
            .iter()
            .any(|it| matches!(it.status, Status::Fail | Status::Warn))
    }

    /// A setting that the check ran with.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        self.params.get(name).filter(|it| !it.is_null())
    }

    /// The value at a path below the check's value.
    #[must_use]
    pub fn get(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(self.value(), |value, part| match value {
            Value::Array(items) => items.get(part.parse::<usize>().ok()?),
            _ => value.get(*part),
        })
    }

    /// A finite number at a path below the check's value.
    #[must_use]
    pub fn number(&self, path: &[&str]) -> Option<f64> {
        self.get(path).and_then(crate::dataset::finite)
    }

    /// Where a path below the check's value stands.
    #[must_use]
    pub fn source(&self, path: &[&str]) -> Source {
        Source::document(
            ArtifactKind::Deepchecks,
            self.pointer
                .iter()
                .map(String::as_str)
                .chain(["result", "value"])
                .chain(path.iter().copied()),
        )
    }

    /// Where what a condition found stands.
    #[must_use]
    pub fn condition_source(&self, place: usize) -> Source {
        let place = self.places.get(place).copied().unwrap_or(place).to_string();
        Source::document(
            ArtifactKind::Deepchecks,
            self.pointer
                .iter()
                .map(String::as_str)
                .chain(["result", "conditions_results", &place, "more_info"]),
        )
    }

    /// Named numbers: `{name: number}`, largest first.
    #[must_use]
    pub fn scores(&self) -> Vec<(String, f64)> {
        values::scores(self.value())
    }
}

/// The deepchecks artifact.
#[derive(Debug, Clone, Default)]
pub struct ChecksView {
    /// Every item, in the order of the artifact.
    pub checks: Vec<Check>,
}

impl ChecksView {
    /// Reads the artifact, one host call per item.
    ///
    /// # Errors
    /// Access is denied or a limit is used up.
    pub fn read(cx: &Context<'_>) -> Result<Self, Error> {
        const KIND: ArtifactKind = ArtifactKind::Deepchecks;
        let mut checks = Vec::new();
        let suites = cx.inspect(KIND, "/results")?.map(|it| it.keys).unwrap_or_default();
        for suite in suites {
            let base = Source::document(KIND, ["results", &suite]).pointer;
            let Some(node) = cx.inspect(KIND, &base)? else { continue };
            for index in 0..node.length.min(MOST_ITEMS) {
                let item = match cx.read::<Item>(KIND, &format!("{base}/{index}")) {
                    Ok(Some(item)) => item,
                    // An item of another shape is none of a check.
                    Ok(None) | Err(Error::Invalid(_)) => continue,
                    Err(error) => return Err(error),
                };
                let pointer = vec!["results".to_owned(), suite.clone(), index.to_string()];
                checks.extend(check(item, pointer));
            }
        }
        Ok(Self { checks })
    }

    /// The items of one kind that ran.
    pub fn of(&self, kind: CheckKind) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(move |it| it.kind == kind && it.ran())
    }

    /// The item of one kind for one split, where it ran.
    #[must_use]
    pub fn on(&self, kind: CheckKind, which: Which) -> Option<&Check> {
        self.of(kind).find(|it| it.which == Some(which))
    }

    /// The first item of one kind that ran.
    #[must_use]
    pub fn one(&self, kind: CheckKind) -> Option<&Check> {
        self.of(kind).next()
    }

    /// The items that did not run.
    pub fn idle(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|it| !it.ran())
    }
}

/// A suite of checks has some dozens; the bound keeps a hostile artifact from a long loop.
const MOST_ITEMS: u64 = 2_000;

/// An item as sent; whatever a client puts into a member, the others are read.
#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    header: Value,
    result: Option<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    #[serde(default)]
    check: Value,
    #[serde(default)]
    value: Option<Box<RawValue>>,
    #[serde(default)]
    conditions_results: Value,
    #[serde(default)]
    params: Value,
}

fn check(item: Item, pointer: Vec<String>) -> Option<Check> {
    let result = item.result?;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let header = text(Some(&item.header));
    let (base, which) = kind::split_header(&header);
    let name = text(Some(&result.check));
    let kind = match CheckKind::of(&name) {
        CheckKind::Unknown => CheckKind::of(base),
        known => known,
    };
    let which = which.or_else(|| (!kind.compares_splits()).then_some(Which::Train));
    let conditions = result.conditions_results.as_array().into_iter().flatten().enumerate();
    let (places, conditions) = conditions
        .filter_map(|(place, it)| {
            let status = match it.get("status")?.as_str()?.to_ascii_uppercase().as_str() {
                "PASS" => Status::Pass,
                "FAIL" => Status::Fail,
                "WARN" => Status::Warn,
                _ => Status::Error,
            };
            let condition = Condition {
                status,
                text: text(it.get("condition")),
                more_info: text(it.get("more_info")),
            };
            Some((place, condition))
        })
        .unzip();
    Some(Check {
        kind,
        which,
        header,
        conditions,
        places,
        params: result.params,
        raw: result.value,
        decoded: OnceCell::new(),
        pointer,
    })
}
