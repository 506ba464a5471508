//! Which figures belong to a finding: those of the places that its facts name.

use deepfix_core::{AgentResult, Feature, Figures, Value, WireFinding};
use serde_json::Value as Json;

use super::clean;
use crate::{
    charts::{self, Figure, Mark, scale::number},
    words::Words,
};

/// Bars of one chart.
const MAX_BARS: usize = 12;
/// Bytes of the numbers of all charts of one page. It aims to be under 500 kB, of which the library for curves and
/// the files that it offers have their share; three hundred rows of three metrics are 9 kB.
const MAX_NUMBERS: usize = 100_000;
/// Layers of the table of tensors.
const MAX_LAYERS: usize = 24;

fn parts(pointer: &str) -> Vec<String> {
    let parts = pointer.split('/').skip(1);
    parts.map(|it| it.replace("~1", "/").replace("~0", "~")).collect()
}

/// The figures of one finding.
pub(super) fn of(figures: &Figures, finding: &WireFinding, words: &Words) -> Vec<Figure> {
    let (mut names, mut marks, mut features) = (Vec::new(), Vec::new(), Vec::<&Feature>::new());
    let mut scores: Vec<(String, String, f64)> = Vec::new();
    let mut is_about_classes = finding.code.contains("imbalance") || finding.code.contains("label_drift");
    for fact in &finding.facts {
        let Some(source) = &fact.source else { continue };
        let place = parts(&source.pointer);
        match place.as_slice() {
            [first, _, column, row] if first == "@tables" => {
                names.push(column.clone());
                marks.extend(row.parse().ok().map(|row| Mark {
                    series: column.clone(),
                    row,
                }));
            }
            [_, kind, name, _] if kind == "feature_statistics" => add(figures, name, &mut features),
            [.., kind, name, what] if kind == "value" => {
                add(figures, name, &mut features);
                let value = match fact.value {
                    Value::Number(it) => it,
                    Value::Integer(it) => it as f64,
                    Value::Boolean(_) | Value::Text(_) => continue,
                };
                scores.push((what.clone(), name.clone(), value));
            }
            other => is_about_classes |= other.iter().any(|it| it == "class_distribution"),
        }
    }
    let mut drawn = Vec::new();
    if let Some(curves) = &figures.curves {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        drawn.extend(charts::curves(curves, &names, &marks, words));
    }
    drawn.extend(charts::spreads(&features, words).into_iter().map(Figure::from));
    // One statistic of several columns.
    if let Some((what, ..)) = scores.first().cloned() {
        let values: Vec<(String, f64, usize)> = scores
            .iter()
            .filter(|it| it.0 == what)
            .take(MAX_BARS)
            .map(|(_, name, value)| (name.clone(), *value, 0))
            .collect();
        if values.len() > 1 {
            drawn.extend(charts::bars(&what, &values, "").map(Figure::from));
        }
    }
    if is_about_classes {
        drawn.extend(classes(figures, words).map(Figure::from));
    }
    drawn
}

/// Drops the numbers of charts that are beyond [`MAX_NUMBERS`]: they stay pictures. Whether any chart has some.
pub(super) fn fit<'a>(all: impl Iterator<Item = &'a mut Figure>) -> bool {
    let mut bytes = 0;
    for figure in all {
        let more = figure.numbers.as_ref().map_or(0, String::len);
        if bytes + more > MAX_NUMBERS {
            figure.numbers = None;
        } else {
            bytes += more;
        }
    }
    bytes > 0
}

fn add<'a>(figures: &'a Figures, name: &str, found: &mut Vec<&'a Feature>) {
    if let Some(feature) = figures.features.iter().find(|it| it.name == name)
        && !found.iter().any(|it| it.name == name)
    {
        found.push(feature);
    }
}

/// Rows per class, both splits side by side.
fn classes(figures: &Figures, words: &Words) -> Option<String> {
    let mut values = Vec::new();
    let mut more = 0;
    for (index, split) in figures.classes.iter().enumerate() {
        let name = if split.split == "test" { words.test } else { words.train };
        more += split.more;
        for (class, count) in split.counts.iter().take(MAX_BARS) {
            values.push((format!("{class} ({name})"), *count, index));
        }
        more += split.counts.len().saturating_sub(MAX_BARS) as u64;
    }
    let note = if more > 0 {
        format!("+ {more} {}", words.more)
    } else {
        String::new()
    };
    charts::bars(words.rows_per_class, &values, &note)
}

/// A row of the table of tensors.
pub(crate) struct Layer {
    pub tensor: String,
    pub shape: String,
    pub mean: String,
    pub rms: String,
    pub largest: String,
    pub zeros: String,
}

/// The layers of the checkpoint, as its agent lists them.
pub(super) fn layers(analyzers: &[(String, AgentResult)]) -> Vec<Layer> {
    let found = analyzers
        .iter()
        .filter_map(|(_, it)| it.additional_outputs.get("model")?.get("layers")?.as_array());
    let text = |layer: &Json, name: &str| layer.get(name).and_then(Json::as_f64).map(number).unwrap_or_default();
    found
        .flatten()
        .take(MAX_LAYERS)
        .map(|it| Layer {
            tensor: clean(it.get("tensor").and_then(Json::as_str).unwrap_or_default()),
            shape: format!("{} × {}", text(it, "inputs"), text(it, "outputs")),
            mean: text(it, "mean"),
            rms: text(it, "rms"),
            largest: text(it, "largest"),
            zeros: text(it, "zeros"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_for_whose_numbers_a_page_has_no_room_stays_a_picture() {
        let figure = |bytes: usize| Figure {
            picture: String::new(),
            numbers: Some("1".repeat(bytes)),
        };
        let mut all = [figure(MAX_NUMBERS - 1), figure(2), figure(1)];
        assert!(fit(all.iter_mut()));
        assert_eq!(all.map(|it| it.numbers.is_some()), [true, false, true]);
        let mut pictures = [Figure::from(String::new()), figure(MAX_NUMBERS + 1)];
        assert!(!fit(pictures.iter_mut()) && pictures[1].numbers.is_none());
    }
}
