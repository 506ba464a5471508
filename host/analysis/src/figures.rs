//! Parts of the artifacts for the figures of a report: what findings cite, and a little around it.

use std::collections::BTreeSet;

use deepfix_core::{
    AnalyseResponse, ArtifactKind, ArtifactSet, Classes, ColumnData, Curves, Feature, Figures, Series, Spread, Table,
    WireFact,
};
use serde_json::Value as Json;

/// Points of one curve: more than a figure has pixels for would only make the response longer.
const MAX_POINTS: usize = 240;
/// Curves, features and classes of one response.
const MAX_SERIES: usize = 10;
const MAX_FEATURES: usize = 16;
const MAX_CLASSES: usize = 24;
/// Names beyond this are nobody's labels.
const MAX_NAME: usize = 120;
/// The table of metrics.
const METRICS: &str = "metrics";
/// Columns that count, by what they are called.
const COUNTERS: [&str; 6] = ["epoch", "epochs", "step", "global_step", "iteration", "iter"];

/// The figures of a response; none where there is nothing to draw.
pub(crate) fn of(artifacts: &ArtifactSet, response: &AnalyseResponse) -> Option<Figures> {
    let results = response.agent_results.iter();
    let facts: Vec<&WireFact> = results
        .flat_map(|(_, it)| &it.analysis)
        .flat_map(|it| &it.findings.facts)
        .collect();
    let places: Vec<Vec<String>> = facts
        .iter()
        .filter_map(|it| it.source.as_ref())
        .map(|it| parts(&it.pointer))
        .collect();
    let table = artifacts
        .get(ArtifactKind::Training)
        .and_then(|it| it.tables.get(METRICS));
    let dataset = artifacts.get(ArtifactKind::Dataset).map(|it| &it.document);
    let figures = Figures {
        curves: table.and_then(|it| curves(it, &places)),
        features: dataset.map(|it| features(it, &places)).unwrap_or_default(),
        classes: dataset.map(classes).unwrap_or_default(),
    };
    (figures != Figures::default()).then_some(figures)
}

fn parts(pointer: &str) -> Vec<String> {
    let parts = pointer.split('/').skip(1);
    parts.map(|it| it.replace("~1", "/").replace("~0", "~")).collect()
}

fn numbers(table: &Table, column: &str) -> Option<(Vec<f64>, Vec<bool>)> {
    match &table.column(column)?.data {
        ColumnData::Numeric { values, present } => {
            let there = |row: usize| present.is_empty() || present.get(row).copied().unwrap_or(false);
            Some((values.clone(), (0..values.len()).map(there).collect()))
        }
        ColumnData::Text(_) => None,
    }
}

fn curves(table: &Table, places: &[Vec<String>]) -> Option<Curves> {
    let (mut names, mut cited): (Vec<&str>, BTreeSet<usize>) = (Vec::new(), BTreeSet::new());
    for place in places {
        if let [first, table, column, row] = place.as_slice()
            && first == "@tables"
            && table == METRICS
        {
            if !names.contains(&column.as_str()) {
                names.push(column);
            }
            cited.extend(row.parse::<usize>().ok());
        }
    }
    // The losses are the picture of a training, also of one without a finding.
    let losses = table.columns().iter().map(|it| it.name.as_str());
    for name in losses.filter(|it| it.to_ascii_lowercase().contains("loss")).take(2) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // Findings speak of epochs where there are any.
    let counter = COUNTERS.iter().find_map(|counter| {
        let mut columns = table.columns().iter().map(|it| it.name.as_str());
        columns.find(|it| it.eq_ignore_ascii_case(counter))
    });
    let (x_label, x) = counter
        .and_then(|name| Some((name, numbers(table, name)?.0)))
        .filter(|(_, values)| values.iter().all(|it| it.is_finite()) && values.is_sorted())
        .map_or_else(
            || ("row".to_owned(), (0..table.rows()).map(|it| it as f64).collect()),
            |(name, values)| (name.to_owned(), values),
        );
    let columns: Vec<(&str, Vec<f64>, Vec<bool>)> = names
        .into_iter()
        .filter(|it| it.len() <= MAX_NAME && Some(*it) != counter)
        .filter_map(|name| numbers(table, name).map(|(values, there)| (name, values, there)))
        .take(MAX_SERIES)
        .collect();
    if columns.is_empty() || table.rows() < 2 {
        return None;
    }
    let rows = chosen(table.rows(), &columns, &cited);
    let at = |values: &[f64], row: usize| values.get(row).copied().unwrap_or(f64::NAN);
    Some(Curves {
        x: rows.iter().map(|row| rounded(at(&x, *row))).collect(),
        series: columns
            .iter()
            .map(|(name, values, there)| Series {
                name: (*name).to_owned(),
                values: rows
                    .iter()
                    .map(|row| Some(at(values, *row)).filter(|it| it.is_finite()).map(rounded))
                    .collect(),
                broken: rows
                    .iter()
                    .filter(|row| there.get(**row) == Some(&true) && !at(values, **row).is_finite())
                    .map(|row| *row as u64)
                    .collect(),
            })
            .collect(),
        rows: rows.into_iter().map(|it| it as u64).collect(),
        of: table.rows() as u64,
        x_label,
    })
}

/// The rows that are drawn: all of a short table; of a long one the lowest and the highest value of
/// each curve in each stretch, so that no spike is lost.
fn chosen(rows: usize, columns: &[(&str, Vec<f64>, Vec<bool>)], cited: &BTreeSet<usize>) -> Vec<usize> {
    if rows <= MAX_POINTS {
        return (0..rows).collect();
    }
    let stretches = (MAX_POINTS / (2 * columns.len())).max(12);
    let mut chosen: BTreeSet<usize> = cited.iter().copied().filter(|it| *it < rows).take(MAX_POINTS).collect();
    chosen.extend([0, rows - 1]);
    for (_, values, there) in columns {
        for stretch in 0..stretches {
            let range = stretch * rows / stretches..(stretch + 1) * rows / stretches;
            let finite = range
                .clone()
                .filter_map(|row| Some((*values.get(row)?, row)).filter(|it| it.0.is_finite()));
            chosen.extend(finite.clone().min_by(|a, b| a.0.total_cmp(&b.0)).map(|it| it.1));
            chosen.extend(finite.max_by(|a, b| a.0.total_cmp(&b.0)).map(|it| it.1));
            let broken =
                |row: &usize| there.get(*row) == Some(&true) && values.get(*row).is_some_and(|it| !it.is_finite());
            chosen.extend(range.clone().find(broken));
        }
    }
    chosen.into_iter().collect()
}

/// Six digits are more than a figure shows.
fn rounded(value: f64) -> f64 {
    format!("{value:.5e}").parse().unwrap_or(value)
}

fn features(dataset: &Json, places: &[Vec<String>]) -> Vec<Feature> {
    let mut names: Vec<&str> = Vec::new();
    for place in places {
        // A statistic of a feature, or a check's result by feature.
        let name = match place.as_slice() {
            [_, kind, name, _] if kind == "feature_statistics" => name,
            [.., kind, name, _] if kind == "value" => name,
            _ => continue,
        };
        if !names.contains(&name.as_str()) && name.len() <= MAX_NAME {
            names.push(name);
        }
    }
    let found = names.into_iter().filter_map(|name| {
        let of = |split: &str| spread(dataset.get(split)?.get("feature_statistics")?.get(name)?);
        let (train, test) = (of("train_statistics"), of("test_statistics"));
        (train.is_some() || test.is_some()).then(|| Feature {
            name: name.to_owned(),
            train,
            test,
        })
    });
    found.take(MAX_FEATURES).collect()
}

fn spread(statistics: &Json) -> Option<Spread> {
    let of = |name: &str| {
        statistics
            .get(name)
            .and_then(Json::as_f64)
            .filter(|it| it.is_finite())
            .map(rounded)
    };
    let spread = Spread {
        mean: of("mean"),
        min: of("min"),
        lower: of("25%"),
        median: of("50%"),
        upper: of("75%"),
        max: of("max"),
    };
    (spread.min.is_some() && spread.max.is_some()).then_some(spread)
}

fn classes(dataset: &Json) -> Vec<Classes> {
    ["train", "test"]
        .into_iter()
        .filter_map(|split| {
            let statistics = dataset.get(format!("{split}_statistics"))?;
            let distribution = statistics
                .get("class_distribution")
                .or_else(|| statistics.get("label_statistics")?.get("class_distribution"))?
                .as_object()?;
            let mut counts: Vec<(String, f64)> = distribution
                .iter()
                .filter(|(name, _)| name.len() <= MAX_NAME)
                .filter_map(|(name, count)| Some((name.clone(), count.as_f64()?)))
                .collect();
            counts.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            let more = counts.len().saturating_sub(MAX_CLASSES) as u64;
            counts.truncate(MAX_CLASSES);
            (!counts.is_empty()).then(|| Classes {
                split: split.to_owned(),
                counts,
                more,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use deepfix_core::Column;

    use super::*;

    #[test]
    fn a_long_curve_keeps_its_spikes_and_what_is_cited() {
        let mut values = vec![1.0; 100_000];
        values[54_321] = 99.0;
        values[700] = f64::NAN;
        let table = Table::new(vec![Column {
            name: "train_loss".to_owned(),
            data: ColumnData::Numeric {
                values,
                present: Vec::new(),
            },
        }]);
        let place = ["@tables", "metrics", "train_loss", "1234"].map(str::to_owned).to_vec();
        let it = curves(&table, &[place]).unwrap();
        assert!(it.rows.len() <= 2 * MAX_POINTS, "{}", it.rows.len());
        for row in [0, 1234, 54_321, 99_999] {
            assert!(it.rows.contains(&row), "{row}");
        }
        assert_eq!(it.series[0].broken, [700]);
    }

    #[test]
    fn what_findings_name_is_found_in_both_splits() {
        let spread = serde_json::json!({"min": 0, "max": 2, "mean": 1, "50%": 1});
        let dataset = serde_json::json!({
            "train_statistics": {"feature_statistics": {"a": spread}, "class_distribution": {"x": 1, "y": 5}},
            "test_statistics": {"feature_statistics": {"a": spread, "b": spread}},
        });
        let place = ["results", "s", "3", "result", "value", "a", "Drift score"]
            .map(str::to_owned)
            .to_vec();
        let it = features(&dataset, &[place]);
        assert_eq!((it.len(), it[0].name.as_str(), it[0].test.is_some()), (1, "a", true));
        assert_eq!(classes(&dataset)[0].counts[0].0, "y");
    }
}
