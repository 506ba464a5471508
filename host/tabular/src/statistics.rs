//! The dataset artifact of tables, as the analyzers read it.

use serde_json::{Map, Value as Json, json};

use crate::{Column, ColumnType, Table, Task, dates, table::quantile};

/// The wire's name of the task.
#[must_use]
pub fn task_type(table: &Table) -> &'static str {
    match table.task() {
        Some(Task::Regression) => "tabular_regression",
        _ => "tabular_classification",
    }
}

/// `dataset_artifacts` of a training table and, where there is one, a test table.
#[must_use]
pub fn dataset_artifact(name: &str, train: &Table, test: Option<&Table>) -> Json {
    let mut artifact = json!({
        "dataset_name": name,
        "task_type": task_type(train),
        "train_statistics": statistics(train, train.task()),
    });
    if let (Some(test), Some(members)) = (test, artifact.as_object_mut()) {
        // A few rows may not tell classes from numbers.
        members.insert("test_statistics".to_owned(), statistics(test, train.task()));
    }
    artifact
}

/// The statistics of one table, as `train_statistics` holds them. `other_statistics` has what the wire
/// has no other place for.
#[must_use]
pub fn split_statistics(table: &Table) -> Json {
    statistics(table, table.task())
}

fn statistics(table: &Table, task: Option<Task>) -> Json {
    let mut fences = Vec::new();
    let (mut features, mut unique, mut percentage) = (Map::new(), Map::new(), Map::new());
    for (place, column) in table.columns.iter().enumerate() {
        let numeric = matches!(column.kind(), ColumnType::Numeric | ColumnType::Empty);
        let summary = if numeric {
            let sorted = table.sample.sorted(place);
            fences.extend(outliers(&sorted).map(|it| (place, it)));
            numbers(column, &sorted)
        } else {
            texts(table, place, column)
        };
        features.insert(column.name.clone(), Json::Object(summary));
        let (distinct, _) = column.distinct();
        unique.insert(column.name.clone(), json!(distinct));
        let share = 100.0 * distinct as f64 / table.rows.max(1) as f64;
        percentage.insert(column.name.clone(), json!((share * 100.0).round() / 100.0));
    }
    let names = |places: &mut dyn Iterator<Item = usize>| -> Vec<&str> {
        places
            .filter_map(|it| table.columns.get(it))
            .map(|it| it.name.as_str())
            .collect()
    };
    let mut statistics = json!({
        "feature_statistics": features,
        "number_unique_values": unique,
        "percentage_unique_values": percentage,
        "categorical_features": names(&mut table.categorical()),
        "numerical_features": names(&mut table.numeric()),
    });
    if let Some(members) = statistics.as_object_mut() {
        if let Some(label) = table.label() {
            members.insert("label_column".to_owned(), json!(label.name));
        }
        if let Some(classes) = classes(table, task) {
            members.insert("class_distribution".to_owned(), Json::Object(classes));
        }
        members.insert("other_statistics".to_owned(), others(table, &fences));
    }
    statistics
}

/// `count` to `max`, as pandas' `describe`. Infinite numbers are counted as missing.
fn numbers(column: &Column, sorted: &[f64]) -> Map<String, Json> {
    let moments = &column.moments;
    let mut summary = Map::new();
    summary.insert("count".to_owned(), json!(moments.count as f64));
    if moments.count == 0 {
        return summary;
    }
    let quartile = |share| quantile(sorted, share).unwrap_or(f64::NAN);
    for (name, value) in [
        ("mean", moments.mean),
        ("std", moments.deviation().unwrap_or(f64::NAN)),
        ("min", moments.min),
        ("25%", quartile(0.25)),
        ("50%", quartile(0.5)),
        ("75%", quartile(0.75)),
        ("max", moments.max),
    ] {
        let value = if value.is_finite() { json!(value) } else { json!("NaN") };
        summary.insert(name.to_owned(), value);
    }
    summary
}

/// `count`, `unique`, `top` and `freq`.
fn texts(table: &Table, place: usize, column: &Column) -> Map<String, Json> {
    let (distinct, _) = column.distinct();
    let mut summary = Map::new();
    summary.insert("count".to_owned(), json!(column.count() as f64));
    summary.insert("unique".to_owned(), json!(distinct));
    let top = match column.counts() {
        Some(counts) => counts.first().copied(),
        None => estimated_top(table, place, column),
    };
    if let Some((cell, count)) = top {
        summary.insert("top".to_owned(), json!(column.show(cell)));
        summary.insert("freq".to_owned(), json!(count));
    }
    summary
}

/// The most frequent of too many values to count, by the sample. Where it is rare there, its number
/// of rows is anybody's guess: none, or 1 where nearly every row has a value of its own.
fn estimated_top(table: &Table, place: usize, column: &Column) -> Option<(crate::Cell, u64)> {
    /// Ten of a hundred thousand: a relative error of a third.
    const SURE: u64 = 10;
    let mut counts = crate::column::Counted::default();
    for cell in table.sample.column(place).filter(|it| !it.is_missing()) {
        *counts.entry(cell).or_default() += 1;
    }
    let (top, count) = counts
        .into_iter()
        .max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)))?;
    if count >= SURE {
        let factor = table.rows as f64 / table.sample.len().max(1) as f64;
        return Some((top, (count as f64 * factor).round() as u64));
    }
    (column.distinct().0 as f64 >= 0.98 * column.count() as f64).then_some((top, 1))
}

/// Rows per class of a label with classes.
fn classes(table: &Table, task: Option<Task>) -> Option<Map<String, Json>> {
    /// A label of more is none of classes that anybody would count.
    const MOST: usize = 1_000;
    let label = table.label().filter(|_| task == Some(Task::Classification))?;
    let counts = label.counts().filter(|it| it.len() <= MOST)?;
    Some(
        counts
            .into_iter()
            .map(|(cell, count)| (label.show(cell), json!(count)))
            .collect(),
    )
}

/// What the wire has no place for.
fn others(table: &Table, fences: &[(usize, Fences)]) -> Json {
    let correlations = crate::checks::with_label(table);
    let mut columns = Map::new();
    for (place, column) in table.columns.iter().enumerate() {
        let mut it = Map::new();
        it.insert("type".to_owned(), json!(column.kind().name()));
        if column.missing() > 0 {
            it.insert("missing".to_owned(), json!(column.missing()));
        }
        if column.infinite > 0 {
            it.insert("infinite".to_owned(), json!(column.infinite));
        }
        if column.numbers > 0 && column.texts + column.dates > 0 {
            // How many of its cells are numbers, where others are not.
            it.insert("numbers".to_owned(), json!(column.numbers));
        }
        if column.is_key() {
            it.insert("is_key".to_owned(), json!(true));
        }
        if !column.distinct().1 {
            it.insert("unique_is_estimated".to_owned(), json!(true));
        }
        if let (Some((shortest, longest)), true) = (column.lengths, column.texts > 0) {
            let mean = column.characters as f64 / column.texts as f64;
            it.insert(
                "characters".to_owned(),
                json!({ "min": shortest, "mean": mean, "max": longest }),
            );
        }
        if let Some((first, last)) = column.date_range {
            it.insert(
                "dates".to_owned(),
                json!({ "first": dates::format(first), "last": dates::format(last) }),
            );
        }
        if let Some((_, found)) = fences.iter().find(|it| it.0 == place) {
            let outliers = json!({ "share": found.share, "below": found.low, "above": found.high });
            it.insert("outliers".to_owned(), outliers);
        }
        if let Some(value) = correlations.get(&column.name) {
            it.insert("correlation_with_label".to_owned(), json!(value));
        }
        columns.insert(column.name.clone(), Json::Object(it));
    }
    json!({
        "num_samples": table.rows,
        "duplicate_share": table.own_rows().duplicates(),
        "duplicate_share_is_exact": table.own_rows().is_complete(),
        "quartiles_are_exact": table.is_exact(),
        "keys_left_out": table.keys,
        "columns": columns,
    })
}

/// Tukey's outer fences, three interquartile ranges from the quartiles, and the share beyond.
struct Fences {
    share: f64,
    low: f64,
    high: f64,
}

/// None where nothing lies beyond, or where half of all values are the same, so that every other one would.
fn outliers(sorted: &[f64]) -> Option<Fences> {
    let (first, third) = (quantile(sorted, 0.25)?, quantile(sorted, 0.75)?);
    let (low, high) = (first - 3.0 * (third - first), third + 3.0 * (third - first));
    let below = sorted.partition_point(|it| *it < low);
    let above = sorted.len() - sorted.partition_point(|it| *it <= high);
    (third > first && below + above > 0).then(|| Fences {
        share: (below + above) as f64 / sorted.len() as f64,
        low,
        high,
    })
}
