//! Facts of an artifact, for a prompt.

use std::collections::VecDeque;

use serde_json::Value as Json;

use crate::{ArtifactKind, Context, Fact, Source, Statistic, Value};

/// Bytes of a text value: longer ones are prose, not facts.
const MAX_TEXT: usize = 80;
/// Places of a document that are looked at, so that a huge one costs no more.
const MOST_PLACES: usize = 4_000;

pub(super) fn of_table(cx: &Context<'_>, kind: ArtifactKind, name: &str, columns: usize) -> Vec<Fact> {
    let Ok(table) = cx.table(kind, name) else {
        return Vec::new();
    };
    let mut facts = vec![fact(format!("rows of {name}"), table.row_count(), table.rows_source())];
    let numeric: Vec<_> = table
        .columns()
        .iter()
        .filter(|it| table.has_numeric(&it.name))
        .collect();
    for column in numeric.into_iter().take(columns) {
        let Ok(summary) = table.summary(&column.name) else {
            continue;
        };
        let places = [
            ("first", summary.first, Statistic::First),
            ("last", summary.last, Statistic::Last),
            ("lowest", summary.min, Statistic::Min),
            ("highest", summary.max, Statistic::Max),
        ];
        for (label, value, statistic) in places {
            if value.is_finite() {
                let source = table.statistic(&column.name, statistic);
                facts.push(fact(format!("{label} {}", column.name), value, source));
            }
        }
    }
    facts
}

/// The scalars nearest to a place, level by level.
pub(super) fn of_document(cx: &Context<'_>, kind: ArtifactKind, pointer: &str, most: usize) -> Vec<Fact> {
    let Ok(Some(document)) = cx.read::<Json>(kind, pointer) else {
        return Vec::new();
    };
    let mut facts = Vec::new();
    let mut waiting = VecDeque::from([(pointer.to_owned(), &document)]);
    let mut places = 0;
    while let Some((pointer, json)) = waiting.pop_front() {
        places += 1;
        if facts.len() >= most || places > MOST_PLACES {
            break;
        }
        match json {
            Json::Object(members) => {
                for (name, value) in members {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    waiting.push_back((format!("{pointer}/{name}"), value));
                }
            }
            Json::Array(items) if items.len() <= 4 => {
                for (index, value) in items.iter().enumerate() {
                    waiting.push_back((format!("{pointer}/{index}"), value));
                }
            }
            scalar => {
                if let Some(value) = value(scalar) {
                    facts.push(fact(label(&pointer), value, Source::pointer(kind, pointer)));
                }
            }
        }
    }
    facts
}

fn value(json: &Json) -> Option<Value> {
    match json {
        Json::Bool(it) => Some(Value::Boolean(*it)),
        Json::Number(it) => it
            .as_i64()
            .map(Value::Integer)
            .or_else(|| it.as_f64().map(Value::Number)),
        Json::String(it) if !it.is_empty() && it.len() <= MAX_TEXT => Some(Value::Text(it.clone())),
        _ => None,
    }
}

/// The last two names of a pointer.
fn label(pointer: &str) -> String {
    let parts: Vec<String> = pointer
        .split('/')
        .skip(1)
        .map(|it| it.replace("~1", "/").replace("~0", "~"))
        .collect();
    parts.get(parts.len().saturating_sub(2)..).unwrap_or_default().join(" ")
}

fn fact(label: String, value: impl Into<Value>, source: Source) -> Fact {
    Fact {
        label,
        value: value.into(),
        source: Some(source),
    }
}
