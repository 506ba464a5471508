use deepfix_core::{Feature, Spread};

use super::{
    Svg,
    scale::{Scale, number},
    short,
};
use crate::words::Words;

const WIDTH: f64 = 520.0;
const LEFT: f64 = 92.0;
const RIGHT: f64 = 16.0;
/// Features of one chart.
const MAX_FEATURES: usize = 4;

/// The training split against the test split of each feature: box from the lower to the upper
/// quartile, line from the smallest to the largest value, bar at the median, dot at the mean.
pub(crate) fn spreads(features: &[&Feature], words: &Words) -> Vec<String> {
    features
        .iter()
        .take(MAX_FEATURES)
        .filter_map(|it| one(it, words))
        .collect()
}

fn one(feature: &Feature, words: &Words) -> Option<String> {
    let both = [(words.train, feature.train, 0), (words.test, feature.test, 1)];
    let all = both.iter().filter_map(|it| it.1).flat_map(|it| {
        [it.min, it.max, it.lower, it.upper, it.median, it.mean]
            .into_iter()
            .flatten()
    });
    let x = Scale::of(all, LEFT, WIDTH - RIGHT, false)?;
    let rows: Vec<_> = both.iter().filter(|it| it.1.is_some()).collect();
    let height = 56.0 + 34.0 * rows.len() as f64;
    let mut svg = Svg::new(WIDTH, height, &format!("{} {}", words.distribution_of, feature.name));
    svg.text("legend strong", (8.0, 18.0), &short(&feature.name, 60));
    for tick in x.ticks(6) {
        let at = x.place(tick);
        svg.line("grid", (at, 28.0), (at, height - 26.0));
        svg.text("tick middle", (at, height - 8.0), &number(tick));
    }
    for (index, (name, spread, colour)) in rows.into_iter().enumerate() {
        let middle = 46.0 + 34.0 * index as f64;
        svg.text("legend end", (LEFT - 10.0, middle + 4.0), name);
        if let Some(spread) = spread {
            draw(&mut svg, spread, &x, middle, *colour);
        }
    }
    Some(svg.end())
}

fn draw(svg: &mut Svg, spread: &Spread, x: &Scale, middle: f64, colour: usize) {
    if let (Some(min), Some(max)) = (spread.min, spread.max) {
        svg.line(
            &format!("whisker c{colour}"),
            (x.place(min), middle),
            (x.place(max), middle),
        );
    }
    if let (Some(lower), Some(upper)) = (spread.lower, spread.upper) {
        let (from, to) = (x.place(lower.min(upper)), x.place(upper.max(lower)));
        svg.rect(
            &format!("box f{colour}"),
            (from, middle - 9.0),
            ((to - from).max(1.5), 18.0),
        );
    }
    if let Some(median) = spread.median {
        let at = x.place(median);
        svg.line("median", (at, middle - 11.0), (at, middle + 11.0));
    }
    if let Some(mean) = spread.mean {
        svg.dot(&format!("dot f{colour}"), (x.place(mean), middle));
    }
}
