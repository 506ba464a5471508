//! What was looked at, what could not be, and the summary.

use deepfix_plugin::Reporter;
use deepfix_views::dataset::{DatasetView, Modality, Split, Task, Which};
use serde_json::{Value, json};

/// What the rules of a modality read besides classes: the member, and its part of a text's id.
fn modal_members(view: &DatasetView) -> Vec<(&'static str, &'static str)> {
    if view.modality == Modality::Text {
        return vec![
            ("text_statistics", "lengths"),
            ("label_statistics", "labels"),
            ("properties_statistics", "properties"),
        ];
    }
    let mut members = vec![("image_color_means", "colours")];
    if view.task_type.contains("object") {
        members.push(("object_detection_statistics", "boxes"));
    }
    if view.task_type.contains("segmentation") {
        members.push(("pixel_class_ratio", "pixels"));
    }
    members
}

/// Fills `checked` and `not_examined` and gives the summary.
pub(crate) fn describe(view: &DatasetView, reporter: &mut Reporter<'_>) -> String {
    let mut checked: Vec<&str> = Vec::new();
    let mut missing: Vec<&str> = Vec::new();
    let mut note = |there: bool, what: &'static str| if there { checked.push(what) } else { missing.push(what) };
    let statistics = view.train.as_ref().is_some_and(|it| it.has_statistics());
    let counts = view.train.as_ref().and_then(|it| view.class_counts(it)).is_some();
    note(view.train.is_some(), "train");
    note(view.test.is_some(), "test");
    match view.modality {
        Modality::Tabular => {
            note(statistics, "statistics");
            note(view.label.is_some(), "label");
            if view.label.as_ref().is_some_and(|it| it.task == Task::Classification) {
                note(counts, "classes");
            }
        }
        Modality::Vision | Modality::Text => {
            note(counts, "classes");
            for (member, what) in modal_members(view) {
                let there = |split: &Split| split.raw.get(member).is_some_and(|it| !it.is_null());
                note(view.train.as_ref().is_some_and(there), what);
            }
        }
    }
    let gaps: Vec<Value> = missing
        .iter()
        .map(|what| {
            json!({
                "what": reporter.text(&format!("not-examined-{what}"), &[]),
                "why": reporter.text(&format!("not-examined-{what}-why"), &[]),
                "send": reporter.text(&format!("not-examined-{what}-send"), &[]),
            })
        })
        .collect();
    reporter.extra("checked", json!(checked));
    reporter.extra("not_examined", Value::Array(gaps));
    let rows = |which| view.rows(which).map_or(0.0, |it| it.count) as u64;
    reporter.extra(
        "dataset",
        json!({
            "train_rows": rows(Which::Train),
            "test_rows": rows(Which::Test),
            "features": view.features().count(),
            "label": view.label.as_ref().map(|it| it.name.clone()),
            "task": view.label.as_ref().map(|it| match it.task {
                Task::Classification => "classification",
                Task::Regression => "regression",
            }),
        }),
    );
    let args = [
        ("rows", rows(Which::Train).into()),
        ("test", rows(Which::Test).into()),
        ("features", view.features().count().into()),
        ("findings", reporter.drafts().len().into()),
    ];
    let id = match (
        reporter.drafts().is_empty(),
        statistics || view.modality != Modality::Tabular,
    ) {
        (true, true) => "summary-healthy",
        (true, false) => "summary-healthy-partial",
        (false, _) => "summary-findings",
    };
    reporter.text(id, &args)
}
