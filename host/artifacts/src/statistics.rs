//! Statistics of a CSV file, in the shape that clients send: exact, in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use deepfix_core::{Column, ColumnData, Table};
use serde_json::{Map, Value as Json, json};

/// Names that label columns have; the label is in the statistics but not among the features.
const LABELS: [&str; 5] = ["target", "label", "labels", "class", "y"];

/// `train_statistics` or `test_statistics` of a table.
pub(crate) fn of(table: &Table) -> Json {
    let mut statistics = Map::new();
    let mut unique = Map::new();
    let mut percentage = Map::new();
    let (mut numerical, mut categorical) = (Vec::new(), Vec::new());
    for column in table.columns() {
        let name = column.name.clone();
        let (summary, distinct) = match &column.data {
            ColumnData::Numeric { values, .. } => numeric(values),
            ColumnData::Text(texts) => text(texts),
        };
        let share = if table.rows() == 0 {
            0.0
        } else {
            100.0 * distinct as f64 / table.rows() as f64
        };
        statistics.insert(name.clone(), summary);
        unique.insert(name.clone(), json!(distinct));
        percentage.insert(name.clone(), json!((share * 100.0).round() / 100.0));
        if !is_label(column) {
            match column.data {
                ColumnData::Numeric { .. } => numerical.push(name),
                ColumnData::Text(_) => categorical.push(name),
            }
        }
    }
    json!({
        "feature_statistics": statistics,
        "number_unique_values": unique,
        "percentage_unique_values": percentage,
        "categorical_features": categorical,
        "numerical_features": numerical,
    })
}

fn is_label(column: &Column) -> bool {
    LABELS.contains(&column.name.to_ascii_lowercase().as_str())
}

fn numeric(values: &[f64]) -> (Json, usize) {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|it| it.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len();
    let distinct = sorted.iter().map(|it| it.to_bits()).collect::<BTreeSet<_>>().len();
    if count == 0 {
        return (json!({ "count": 0.0 }), 0);
    }
    let mean = sorted.iter().sum::<f64>() / count as f64;
    let squares: f64 = sorted.iter().map(|it| (it - mean).powi(2)).sum();
    // The sample's standard deviation, as pandas' `describe`.
    let std = if count > 1 {
        (squares / (count - 1) as f64).sqrt()
    } else {
        f64::NAN
    };
    let mut summary = Map::new();
    summary.insert("count".to_owned(), json!(count as f64));
    for (name, value) in [
        ("mean", mean),
        ("std", std),
        ("min", quantile(&sorted, 0.0)),
        ("25%", quantile(&sorted, 0.25)),
        ("50%", quantile(&sorted, 0.5)),
        ("75%", quantile(&sorted, 0.75)),
        ("max", quantile(&sorted, 1.0)),
    ] {
        summary.insert(
            name.to_owned(),
            if value.is_finite() { json!(value) } else { json!("NaN") },
        );
    }
    (Json::Object(summary), distinct)
}

/// Linear interpolation between neighbours (Hyndman and Fan's type 7, as pandas).
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len().saturating_sub(1)) as f64;
    let low = place.floor() as usize;
    let at = |index: usize| sorted.get(index).or(sorted.last()).copied().unwrap_or(f64::NAN);
    at(low) + (at(low + 1) - at(low)) * (place - low as f64)
}

fn text(texts: &[Option<String>]) -> (Json, usize) {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for it in texts.iter().flatten() {
        *counts.entry(it).or_default() += 1;
    }
    let count: usize = counts.values().sum();
    // Of equally frequent values the first by name, so that the result is always the same.
    let by_name: BTreeMap<_, _> = counts.iter().collect();
    let top = by_name.into_iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
    let mut summary = json!({ "count": count as f64, "unique": counts.len() });
    if let (Some((top, frequency)), Some(members)) = (top, summary.as_object_mut()) {
        members.insert("top".to_owned(), json!(top));
        members.insert("freq".to_owned(), json!(frequency));
    }
    (summary, counts.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics;

    #[test]
    fn statistics_are_those_of_pandas_describe() {
        let table = metrics::from_csv("a,b,target\n1,x,0\n2,y,1\n,x,0\n4,,1\n".as_bytes()).unwrap();
        let it = of(&table);
        let a = &it["feature_statistics"]["a"];
        assert_eq!(a["count"], 3.0);
        assert_eq!(a["50%"], 2.0);
        assert_eq!(a["25%"], 1.5);
        assert!((a["std"].as_f64().unwrap() - 1.527_525_231_651_946_7).abs() < 1e-12);
        assert_eq!(
            it["feature_statistics"]["b"],
            json!({"count": 3.0, "unique": 2, "top": "x", "freq": 2})
        );
        assert_eq!(it["number_unique_values"]["target"], 2);
        assert_eq!(it["percentage_unique_values"]["b"], 50.0);
        assert_eq!(it["numerical_features"], json!(["a"]));
        assert_eq!(it["categorical_features"], json!(["b"]));
    }

    #[test]
    fn empty_and_one_row_tables_have_statistics_too() {
        assert_eq!(
            of(&metrics::from_csv("a\n".as_bytes()).unwrap())["number_unique_values"]["a"],
            0
        );
        let one = of(&metrics::from_csv("a\n5\n".as_bytes()).unwrap());
        assert_eq!(one["feature_statistics"]["a"]["std"], "NaN");
    }
}
