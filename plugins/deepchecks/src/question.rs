//! What the language model is told of the checks: those that did not pass, by their numbers.

use deepfix_plugin::{ArtifactKind, Context, Description, Fact, Source, Value, ask::Question};
use serde_json::Value as Json;

const FOCUS: &str = "You read results of data and model checks whose condition failed.";
/// Checks that are told, and numbers of each.
const MOST_CHECKS: usize = 10;
const NUMBERS: usize = 2;
/// Places of a check's value that are looked at.
const MOST_PLACES: usize = 200;

pub(crate) fn of(cx: &Context<'_>, description: Description) -> Question {
    let mut question = Question::of(description, FOCUS);
    if !cx.host().llm_available() {
        return question;
    }
    let Ok(Some(Json::Object(suites))) = cx.read::<Json>(ArtifactKind::Deepchecks, "/results") else {
        return question;
    };
    let items = suites.iter().flat_map(|(suite, items)| {
        let suite = suite.replace('~', "~0").replace('/', "~1");
        let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
        items
            .iter()
            .enumerate()
            .map(move |(index, it)| (format!("/results/{suite}/{index}"), it))
    });
    // Their order is random, and so must not decide which ones are told.
    let mut failed: Vec<_> = items
        .filter(|(_, item)| fails(item))
        .map(|(pointer, item)| (header(item), pointer, item))
        .collect();
    failed.sort_by(|a, b| (&a.0, a.2.to_string()).cmp(&(&b.0, b.2.to_string())));
    for (header, pointer, item) in failed.into_iter().take(MOST_CHECKS) {
        let Some(value) = item.pointer("/result/value") else {
            continue;
        };
        for (place, number) in numbers(&format!("{pointer}/result/value"), value) {
            let name = place.rsplit('/').next().unwrap_or_default();
            question = question.fact(Fact {
                label: if name == "value" {
                    header.clone()
                } else {
                    format!("{header}: {name}")
                },
                value: number,
                source: Some(Source::pointer(ArtifactKind::Deepchecks, place)),
            });
        }
    }
    question
}

fn header(item: &Json) -> String {
    item.get("header").and_then(Json::as_str).unwrap_or_default().to_owned()
}

fn fails(item: &Json) -> bool {
    let conditions = item.pointer("/result/conditions_results").and_then(Json::as_array);
    conditions.into_iter().flatten().any(|it| {
        let status = it.get("status").and_then(Json::as_str).unwrap_or_default();
        matches!(status, "FAIL" | "WARN")
    })
}

/// The first numbers of a value, depth first.
fn numbers(pointer: &str, value: &Json) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut waiting = vec![(pointer.to_owned(), value)];
    let mut places = 0;
    while let Some((pointer, value)) = waiting.pop() {
        places += 1;
        if found.len() == NUMBERS || places > MOST_PLACES {
            break;
        }
        match value {
            Json::Number(it) => {
                let number = it
                    .as_i64()
                    .map(Value::Integer)
                    .or_else(|| it.as_f64().map(Value::Number));
                found.extend(number.map(|it| (pointer, it)));
            }
            Json::Object(members) => waiting.extend(
                members
                    .iter()
                    .take(MOST_PLACES)
                    .collect::<Vec<_>>()
                    .into_iter()
                    .rev()
                    .map(|(name, it)| {
                        let name = name.replace('~', "~0").replace('/', "~1");
                        (format!("{pointer}/{name}"), it)
                    }),
            ),
            _ => {}
        }
    }
    found
}
