//! What the language model is told of the checks: those that did not pass, by their numbers.

use deepfix_plugin::{ArtifactKind, Context, Description, Fact, NodeKind, Source, Value, ask::Question};
use deepfix_views::checks::{Check, ChecksView};
use serde_json::Value as Json;

const FOCUS: &str = "You read results of data and model checks whose condition failed.";
/// Checks that are told, and numbers of each.
const MOST_CHECKS: usize = 10;
const NUMBERS: usize = 2;
/// Places of a check's value that are looked at.
const MOST_PLACES: usize = 100;

pub(crate) fn of(cx: &Context<'_>, description: Description, view: &ChecksView) -> Question {
    let mut question = Question::of(description, FOCUS);
    if !cx.host().llm_available() {
        return question;
    }
    // Their order is random, and so must not decide which ones are told.
    let found = |it: &Check| -> Vec<String> { it.conditions.iter().map(|it| it.more_info.clone()).collect() };
    let mut failed: Vec<_> = view.checks.iter().filter(|it| it.failed() && it.ran()).collect();
    failed.sort_by_cached_key(|it| (it.header.clone(), found(it)));
    for check in failed.into_iter().take(MOST_CHECKS) {
        for (place, number) in numbers(cx, check.source(&[]).pointer) {
            let name = place.rsplit('/').next().unwrap_or_default();
            question = question.fact(Fact {
                label: if name == "value" {
                    check.header.clone()
                } else {
                    format!("{}: {name}", check.header)
                },
                value: number,
                source: Some(Source::pointer(ArtifactKind::Deepchecks, place)),
            });
        }
    }
    question
}

/// The first numbers of a value, depth first. Only they are read: some values are large.
fn numbers(cx: &Context<'_>, pointer: String) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut waiting = vec![pointer];
    let mut places = 0;
    while let Some(pointer) = waiting.pop() {
        places += 1;
        if found.len() == NUMBERS || places > MOST_PLACES {
            break;
        }
        let Ok(Some(node)) = cx.inspect(ArtifactKind::Deepchecks, &pointer) else {
            continue;
        };
        match node.kind {
            NodeKind::Number => {
                let read = cx.read::<Json>(ArtifactKind::Deepchecks, &pointer).ok().flatten();
                let number = read.and_then(|it| {
                    let whole = it.as_i64().map(Value::Integer);
                    whole.or_else(|| it.as_f64().map(Value::Number))
                });
                found.extend(number.map(|it| (pointer, it)));
            }
            NodeKind::Object => {
                let names: Vec<&String> = node.keys.iter().take(MOST_PLACES).collect();
                let below = |name: &String| format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                waiting.extend(names.into_iter().rev().map(below));
            }
            _ => {}
        }
    }
    found
}
