use deepfix_core::{Curves, Series};

use super::{
    Figure, Svg, escape,
    numbers::numbers,
    scale::{Scale, number},
    short,
};
use crate::words::Words;

const WIDTH: f64 = 520.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 34.0;
/// Colours of the style.
const COLOURS: usize = 6;
/// Panels of one finding, and marked places of one panel.
const MAX_PANELS: usize = 3;
const MAX_MARKS: usize = 3;

/// A place that a fact names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mark {
    pub series: String,
    pub row: u64,
}

/// The family of a metric: what `train_loss` and `val_loss` have in common.
fn family(name: &str) -> String {
    const SPLITS: [&str; 9] = [
        "train",
        "training",
        "val",
        "valid",
        "validation",
        "eval",
        "test",
        "dev",
        "holdout",
    ];
    let lower = name.to_ascii_lowercase();
    let parts: Vec<&str> = lower
        .split(['_', '/', '.', '-', ' '])
        .filter(|it| !it.is_empty() && !SPLITS.contains(it))
        .collect();
    let first = parts.first().copied().unwrap_or("loss");
    match first {
        "acc" => "accuracy".to_owned(),
        other => other.to_owned(),
    }
}

/// One panel per family of metrics, with the marked places.
pub(crate) fn curves(figure: &Curves, names: &[&str], marks: &[Mark], words: &Words) -> Vec<Figure> {
    let mut families: Vec<(String, Vec<&Series>)> = Vec::new();
    // Training first, so that a split has one colour throughout.
    let is_other = |it: &&Series| !it.name.to_ascii_lowercase().contains("train");
    for series in figure.series.iter().filter(|it| names.contains(&it.name.as_str())) {
        let family = family(&series.name);
        match families.iter_mut().find(|(it, _)| *it == family) {
            Some((_, list)) => list.push(series),
            None => families.push((family, vec![series])),
        }
    }
    for (_, list) in &mut families {
        list.sort_by_key(is_other);
    }
    families
        .iter()
        .take(MAX_PANELS)
        .filter_map(|(_, series)| panel(figure, series, marks, words))
        .collect()
}

fn panel(figure: &Curves, series: &[&Series], marks: &[Mark], words: &Words) -> Option<Figure> {
    let finite = series.iter().flat_map(|it| it.values.iter().flatten().copied());
    let y = Scale::of(finite, HEIGHT - BOTTOM, TOP, true)?;
    let x = Scale::of(figure.x.iter().copied(), LEFT, WIDTH - RIGHT, false)?;
    let names: Vec<&str> = series.iter().map(|it| it.name.as_str()).collect();
    let mut svg = Svg::new(WIDTH, HEIGHT, &format!("{} {}", words.curve_of, names.join(", ")));
    for tick in y.ticks(5) {
        let at = y.place(tick);
        svg.line("grid", (LEFT, at), (WIDTH - RIGHT, at));
        svg.text("tick end", (LEFT - 6.0, at + 4.0), &number(tick));
    }
    for tick in x.ticks(8) {
        svg.text("tick middle", (x.place(tick), HEIGHT - BOTTOM + 16.0), &number(tick));
    }
    svg.text(
        "axis middle",
        ((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 4.0),
        &short(&figure.x_label, 40),
    );
    if y.is_log {
        svg.text("axis end", (WIDTH - RIGHT, TOP + 2.0), words.log_scale);
    }
    let shown: Vec<&Mark> = marks.iter().filter(|it| names.contains(&it.series.as_str())).collect();
    let mut lines: Vec<u64> = Vec::new();
    for mark in &shown {
        // The ends of a curve need no line.
        let is_end = figure.rows.first() == Some(&mark.row) || figure.rows.last() == Some(&mark.row);
        if !lines.contains(&mark.row) && !is_end && lines.len() < MAX_MARKS {
            lines.push(mark.row);
        }
    }
    for row in &lines {
        let Some(at) = place_of(figure, *row) else { continue };
        let place = x.place(at);
        svg.line("mark", (place, TOP), (place, HEIGHT - BOTTOM));
        let (class, shift) = if place > WIDTH * 0.75 {
            ("marked end", -5.0)
        } else {
            ("marked", 5.0)
        };
        let label = format!("{} {}", short(&figure.x_label, 16), number(at));
        svg.text(class, (place + shift, TOP + 12.0), &label);
    }
    let mut dots = Vec::new();
    for (index, it) in series.iter().enumerate() {
        let colour = index % COLOURS;
        svg.path(&format!("curve c{colour}"), &path(figure, it, &x, &y));
        // A value alone makes no line: that of a training which broke at once.
        let mut there = it
            .values
            .iter()
            .zip(&figure.x)
            .filter_map(|(value, at)| Some((*at, (*value)?)));
        if let (Some((at, value)), None) = (there.next(), there.next()) {
            svg.dot(&format!("dot f{colour}"), (x.place(at), y.place(value)));
        }
        for row in &it.broken {
            if let Some(at) = place_of(figure, *row) {
                svg.text("broken middle", (x.place(at), HEIGHT - BOTTOM - 4.0), "×");
            }
        }
        for mark in shown.iter().filter(|mark| mark.series == it.name).take(8) {
            let Ok(place) = figure.rows.binary_search(&mark.row) else {
                continue;
            };
            let value = it.values.get(place).copied().flatten();
            if let (Some(at), Some(value)) = (figure.x.get(place), value) {
                svg.dot(&format!("dot f{colour}"), (x.place(*at), y.place(value)));
                dots.push((index, place));
            }
        }
    }
    legend(&mut svg, series, words);
    let lines = lines.iter().filter_map(|row| place_of(figure, *row)).collect();
    Some(Figure {
        picture: svg.end(),
        numbers: numbers(figure, series, y.is_log, lines, dots),
    })
}

/// Where a row is on the axis.
fn place_of(figure: &Curves, row: u64) -> Option<f64> {
    let at = figure.rows.binary_search(&row).ok()?;
    figure.x.get(at).copied()
}

/// Missing values are bridged, values that are not finite break the line.
fn path(figure: &Curves, series: &Series, x: &Scale, y: &Scale) -> String {
    use std::fmt::Write as _;
    let (mut data, mut is_down) = (String::new(), false);
    for ((value, row), at) in series.values.iter().zip(&figure.rows).zip(&figure.x) {
        match value {
            Some(value) => {
                let letter = if is_down { 'L' } else { 'M' };
                let _ = write!(data, "{letter}{:.1} {:.1}", x.place(*at), y.place(*value));
                is_down = true;
            }
            None if series.broken.contains(row) => is_down = false,
            None => {}
        }
    }
    data
}

fn legend(svg: &mut Svg, series: &[&Series], words: &Words) {
    let mut at = LEFT;
    for (index, it) in series.iter().enumerate() {
        let colour = index % COLOURS;
        let mut name = short(&it.name, 24);
        if !it.broken.is_empty() {
            name = format!("{name} (× {})", escape(words.not_finite));
        }
        let width = 34.0 + 7.0 * name.chars().count() as f64;
        if at + width > WIDTH && index > 0 {
            break;
        }
        svg.line(&format!("curve c{colour}"), (at, 14.0), (at + 20.0, 14.0));
        svg.text("legend", (at + 26.0, 18.0), &name);
        at += width + 8.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn train_and_validation_share_a_panel_and_scales_do_not() {
        assert_eq!(family("train_loss"), family("val/loss"));
        assert_eq!(family("train_acc"), family("eval_accuracy"));
        assert_ne!(family("learning_rate"), family("grad_norm"));
        let alone = Curves {
            x_label: "epoch".to_owned(),
            rows: vec![0, 1],
            x: vec![0.0, 1.0],
            series: vec![Series {
                name: "loss".to_owned(),
                values: vec![Some(1.0), None],
                broken: vec![1],
            }],
            of: 2,
        };
        let it = curves(&alone, &["loss"], &[], Words::of("english"));
        assert!(it[0].picture.contains("<circle"), "a value alone is seen: {:?}", it[0]);
        let series = |name: &str| Series {
            name: name.to_owned(),
            values: vec![Some(1.0), None, Some(0.5)],
            broken: vec![1],
        };
        let figure = Curves {
            x_label: "epoch".to_owned(),
            rows: vec![0, 1, 2],
            x: vec![0.0, 1.0, 2.0],
            series: vec![series("train_loss"), series("val_loss"), series("lr<script>")],
            of: 3,
        };
        let mark = Mark {
            series: "val_loss".to_owned(),
            row: 2,
        };
        let it = curves(
            &figure,
            &["train_loss", "val_loss", "lr<script>"],
            &[mark],
            Words::of("english"),
        );
        assert_eq!(it.len(), 2);
        assert!(
            it[0].picture.contains("<circle") && it[0].picture.matches("class=\"curve c").count() == 4,
            "{:?}",
            it[0]
        );
        assert!(!it[1].picture.contains("<script"), "{:?}", it[1]);
        let numbers: Vec<&str> = it.iter().filter_map(|it| it.numbers.as_deref()).collect();
        assert!(
            numbers.len() == 2 && numbers[0].contains("\"dots\":[[1,2]]") && !numbers[1].contains("<script"),
            "{numbers:?}"
        );
    }
}
