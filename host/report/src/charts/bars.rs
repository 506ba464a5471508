use super::{Svg, scale::number, short};

const WIDTH: f64 = 520.0;
const LEFT: f64 = 160.0;
const RIGHT: f64 = 70.0;
const ROW: f64 = 22.0;

/// A bar for each value, all from zero. The second number of each is its colour.
pub(crate) fn bars(name: &str, values: &[(String, f64, usize)], note: &str) -> Option<String> {
    let largest = values
        .iter()
        .map(|it| it.1.abs())
        .filter(|it| it.is_finite())
        .fold(0.0, f64::max);
    if values.is_empty() || largest == 0.0 {
        return None;
    }
    let height = 34.0 + ROW * values.len() as f64 + if note.is_empty() { 0.0 } else { ROW };
    let mut svg = Svg::new(WIDTH, height, name);
    svg.text("legend strong", (8.0, 18.0), &short(name, 70));
    for (index, (label, value, colour)) in values.iter().enumerate() {
        let top = 30.0 + ROW * index as f64;
        let share = (value.abs() / largest).clamp(0.0, 1.0);
        svg.text("tick end", (LEFT - 8.0, top + 13.0), &short(label, 22));
        let width = (WIDTH - LEFT - RIGHT) * if share.is_finite() { share } else { 0.0 };
        svg.rect(&format!("box f{colour}"), (LEFT, top), (width.max(1.0), ROW - 6.0));
        svg.text("tick", (LEFT + width + 6.0, top + 13.0), &number(*value));
    }
    if !note.is_empty() {
        svg.text("tick end", (LEFT - 8.0, height - 6.0), &short(note, 22));
    }
    Some(svg.end())
}
