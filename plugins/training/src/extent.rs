//! What was looked at, and what could not be.

use deepfix_plugin::Reporter;
use deepfix_views::training::{Best, Schedule, Series, Unit};
use serde_json::{Value as Json, json};

use crate::case::Case;

/// Writes `checked` and `not_examined` into the report's extras.
pub(crate) fn describe(case: &Case<'_>, reporter: &mut Reporter<'_>) {
    reporter.extra("checked", checked(case));
    reporter.extra("not_examined", missing(case));
    reporter.extra("curves", curves(case));
}

fn checked(case: &Case<'_>) -> Json {
    let view = case.view;
    let series = [
        &view.train_loss,
        &view.validation_loss,
        &view.learning_rate,
        &view.gradient_norm,
    ];
    let mut names: Vec<&str> = series.into_iter().flatten().map(|it| it.column.as_str()).collect();
    for pair in &view.metrics {
        names.extend(
            [&pair.train, &pair.validation]
                .into_iter()
                .flatten()
                .map(|it| it.column.as_str()),
        );
    }
    if let (Some(first), Some(last)) = (view.layers.first(), view.layers.last()) {
        names.push(&first.column);
        names.push(&last.column);
    }
    names.dedup();
    json!(names)
}

/// A few numbers for other programs.
fn curves(case: &Case<'_>) -> Json {
    let view = case.view;
    json!({
        "points": case.points_logged(),
        "best": view.best().map(|it| json!({"label": best_label(case, &it), "value": it.value, "end": it.end})),
        "validation_noise": view.validation.noise(0.33),
        "train_noise": view.train.noise(0.33),
        "gap": view.gap().map(|it| json!({"start": it.start, "best": it.at_best, "end": it.end})),
        "validation_rows": view.validation_rows(),
        "updates": view.updates(),
    })
}

/// The epoch, step or row of the lowest validation loss.
fn best_label(case: &Case<'_>, best: &Best) -> f64 {
    let view = case.view;
    let series = view.validation_loss.as_ref();
    let lowest = series.and_then(|it| case.lowest(it, &view.validation, best));
    lowest.map_or(best.point.label, |it| case.label_of(it.row))
}

/// Whether no number of a series was logged: one that is NaN throughout is there.
pub(crate) fn is_absent(series: &Option<Series>) -> bool {
    series.as_ref().is_none_or(Series::is_empty)
}

/// What a reader of the summary must know was not examined: the rest is in `not_examined`.
pub(crate) fn blind_spots(case: &Case<'_>) -> Vec<String> {
    let view = case.view;
    let course = !view.is_final();
    let lacking = [
        ("curves", !course),
        ("train", course && is_absent(&view.train_loss)),
        ("validation", course && is_absent(&view.validation_loss)),
    ];
    lacking
        .into_iter()
        .filter(|it| it.1)
        .map(|(id, _)| case.text(&format!("missing-{id}"), &[]))
        .collect()
}

fn missing(case: &Case<'_>) -> Json {
    let view = case.view;
    let mut list = Vec::new();
    let mut lacks = |id: &str, lacking: bool| {
        if lacking {
            list.push(json!({
                "what": case.text(&format!("missing-{id}"), &[]),
                "why": case.text(&format!("missing-{id}-why"), &[]),
                "send": case.text(&format!("missing-{id}-send"), &[]),
            }));
        }
    };
    let network = case.is_gradient_trained();
    let last = view.is_final();
    let curves = view.points() > 0 && !last;
    lacks("curves", last);
    lacks("pair", last && !view.is_paired());
    lacks(
        "judged",
        last && view.is_paired() && crate::rules::judged_finals(case).is_empty(),
    );
    lacks("metrics", !curves && !last);
    lacks("train", curves && is_absent(&view.train_loss));
    lacks("validation", curves && is_absent(&view.validation_loss));
    lacks("short", curves && view.points() < crate::FEWEST_POINTS);
    lacks("metric", curves && view.main_metric().is_none());
    lacks("params", view.params.is_empty());
    lacks("rate", curves && network && view.schedule() == Schedule::Unknown);
    lacks("layers", curves && network && view.layers.is_empty());
    let single = view.axis.as_ref().is_none_or(|it| it.unit != Unit::Epoch) || view.saw_tooth().is_none();
    let shuffled = view.params.shuffle().is_some_and(|it| it.value);
    lacks("order", curves && network && single && !shuffled);
    Json::Array(list)
}
