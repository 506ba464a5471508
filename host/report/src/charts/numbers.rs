//! What a script draws a curve from: the lines of the picture, as numbers.

use deepfix_core::{Curves, Series};
use serde::Serialize;

/// Beyond this an axis has no round values: a chart of such numbers stays a picture.
const MOST: f64 = 1e15;
/// The same for what is nearly nothing.
const LEAST: f64 = 1e-15;

/// Numbers and names of one chart, as `plot.js` reads them.
#[derive(Serialize)]
struct Numbers<'a> {
    label: String,
    log: bool,
    x: &'a [f64],
    series: Vec<Line>,
    marks: Vec<f64>,
    /// Series and row, by their places in the lists above.
    dots: Vec<(usize, usize)>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    values: Vec<Option<f64>>,
    /// Places of values that are not finite.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    broken: Vec<usize>,
}

/// As JSON that may stand within a page. None where the axis does not go one way, or where numbers are so large or so
/// small that the script could not place them.
pub(super) fn numbers(
    figure: &Curves,
    series: &[&Series],
    is_log: bool,
    marks: Vec<f64>,
    dots: Vec<(usize, usize)>,
) -> Option<String> {
    let rows = figure.rows.len();
    let ascends = figure
        .x
        .iter()
        .zip(figure.x.iter().skip(1))
        .all(|(one, next)| one <= next);
    let is_whole = figure.x.len() == rows && series.iter().all(|it| it.values.len() == rows);
    let (first, last) = (*figure.x.first()?, *figure.x.last()?);
    let values = series.iter().flat_map(|it| it.values.iter().flatten().copied());
    let is_wide = last - first > (first.abs().max(last.abs()) * 1e-9).max(LEAST);
    let can_be_placed = |it: f64| it == 0.0 || (LEAST..=MOST).contains(&it.abs());
    if !(ascends && is_whole && is_wide && figure.x.iter().copied().chain(values).all(can_be_placed)) {
        return None;
    }
    let place = |row: &u64| figure.rows.binary_search(row).ok();
    let lines = series.iter().map(|it| Line {
        name: crate::view::clean(&it.name),
        values: it.values.iter().map(|it| it.map(brief)).collect(),
        broken: it.broken.iter().filter_map(place).collect(),
    });
    let numbers = Numbers {
        label: crate::view::clean(&figure.x_label),
        log: is_log,
        x: &figure.x,
        series: lines.collect(),
        marks,
        dots,
    };
    serde_json::to_string(&numbers).ok().map(|it| within_page(&it))
}

/// Six digits: more than a screen has places for.
fn brief(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

/// JSON has these three in texts only, and none of them may end the element that it stands in or begin a comment
/// (HTML, "Restrictions for contents of script elements").
fn within_page(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn figure(x: Vec<f64>, values: Vec<Option<f64>>) -> Curves {
        Curves {
            x_label: "epoch".to_owned(),
            rows: (0..x.len() as u64).collect(),
            x,
            series: vec![Series {
                name: "</script><!--&".to_owned(),
                values,
                broken: vec![1],
            }],
            of: 3,
        }
    }

    fn of(figure: &Curves) -> Option<String> {
        let series: Vec<&Series> = figure.series.iter().collect();
        numbers(figure, &series, false, vec![2.0], vec![(0, 2)])
    }

    #[test]
    fn the_script_gets_what_the_picture_shows_and_no_markup() {
        let text = of(&figure(vec![0.0, 1.0, 2.0], vec![Some(0.123_456_789), None, Some(3.0)])).unwrap();
        assert!(!text.contains(['<', '>', '&']), "{text}");
        assert_eq!(
            serde_json::from_str::<Json>(&text).unwrap(),
            json!({
                "label": "epoch", "log": false, "x": [0.0, 1.0, 2.0], "marks": [2.0], "dots": [[0, 2]],
                "series": [{"name": "</script><!--&", "values": [0.123_457, null, 3.0], "broken": [1]}],
            })
        );
    }

    #[test]
    fn what_the_script_could_not_place_stays_a_picture() {
        let values = vec![Some(1.0), None, Some(3.0)];
        for x in [
            vec![0.0, 2.0, 1.0],
            vec![0.0, f64::NAN, 1.0],
            vec![1.0, 1.0, 1.0],
            vec![0.0, 1.0, 1e16],
            vec![1e12, 1e12, 1e12 + 1.0],
        ] {
            assert_eq!(of(&figure(x.clone(), values.clone())), None, "{x:?}");
        }
        for value in [1e300, -1e16, 1e-300] {
            let values = vec![Some(1.0), None, Some(value)];
            assert_eq!(of(&figure(vec![0.0, 1.0, 2.0], values)), None, "{value}");
        }
        assert_eq!(
            of(&figure(vec![0.0, 1.0, 2.0], vec![Some(1.0)])),
            None,
            "values that are not there"
        );
        assert_eq!(of(&figure(Vec::new(), Vec::new())), None);
    }
}
