//! Facts of an artifact, for a prompt.

use std::collections::VecDeque;

use serde_json::Value as Json;

use crate::{ArtifactKind, Context, Fact, NodeKind, Source, Statistic, Value};

/// Bytes of a text value: longer ones are prose, not facts.
const MAX_TEXT: usize = 80;
/// Places of a document that are looked at, so that a huge one costs no more: each is a call of the
/// host.
const MOST_PLACES: usize = 1_000;

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

/// The scalars nearest to a place, level by level. Only those are read: the document may be larger
/// than the memory of a component.
pub(super) fn of_document(cx: &Context<'_>, kind: ArtifactKind, pointer: &str, most: usize) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut waiting = VecDeque::from([pointer.to_owned()]);
    let mut places = 0;
    while let Some(pointer) = waiting.pop_front() {
        places += 1;
        if facts.len() >= most || places > MOST_PLACES {
            break;
        }
        let Ok(Some(node)) = cx.inspect(kind, &pointer) else {
            continue;
        };
        let room = MOST_PLACES.saturating_sub(waiting.len());
        match node.kind {
            NodeKind::Object => {
                let names = node.keys.iter().take(room);
                waiting.extend(names.map(|it| format!("{pointer}/{}", it.replace('~', "~0").replace('/', "~1"))));
            }
            NodeKind::Array if node.length <= 4 => {
                waiting.extend((0..node.length).map(|it| format!("{pointer}/{it}")));
            }
            NodeKind::Array | NodeKind::Null => {}
            NodeKind::Text if node.length > MAX_TEXT as u64 => {}
            NodeKind::Boolean | NodeKind::Number | NodeKind::Text => {
                let read = cx.read::<Json>(kind, &pointer).ok().flatten();
                if let Some(value) = read.as_ref().and_then(value) {
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
