//! The same rows give the same statistics and checks, whatever the format, the threads and the order of batches.

use deepfix_tabular::{Batch, Collector};

use super::*;

/// Nulls as empty cells, as pandas writes them.
fn csv() -> String {
    let mut text = String::from("x,n,city,flag,day,target\n");
    let batch = batch();
    let columns: Vec<ArrayRef> = batch
        .columns()
        .iter()
        .map(|it| arrow_cast::cast(it, &arrow_schema::DataType::Utf8).unwrap())
        .collect();
    let texts: Vec<&StringArray> = columns.iter().map(|it| it.as_any().downcast_ref().unwrap()).collect();
    for row in 0..ROWS {
        let cells: Vec<String> = texts
            .iter()
            .map(|it| {
                let cell = if arrow_array::Array::is_null(*it, row) {
                    ""
                } else {
                    it.value(row)
                };
                match cell {
                    "true" => "True".to_owned(),
                    "false" => "False".to_owned(),
                    it if it.contains(['"', ',', '\n']) => format!("\"{}\"", it.replace('"', "\"\"")),
                    it => it.to_owned(),
                }
            })
            .collect();
        text += &cells.join(",");
        text += "\n";
    }
    text
}

fn rounded(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Number(it) => Value::from(format!("{:.9e}", it.as_f64().unwrap())),
        Value::Object(it) => it.into_iter().map(|(key, it)| (key, rounded(it))).collect(),
        Value::Array(it) => it.into_iter().map(rounded).collect(),
        it => it,
    }
}

#[test]
fn every_format_gives_the_same_statistics_and_checks() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.csv");
    std::fs::write(&file, csv()).unwrap();
    let expected = read(&file, &options());
    assert_eq!(expected.column("day").unwrap().kind().name(), "date");
    assert_eq!(expected.column("flag").unwrap().kind().name(), "boolean");
    assert_eq!(expected.column("city").unwrap().distinct(), (4, true));
    assert_eq!(expected.column("x").unwrap().missing(), ROWS.div_ceil(11) as u64);
    for file in write_all(folder.path()) {
        let table = read(&file, &options());
        // Sums over other parts differ in their last digit.
        assert_eq!(
            rounded(split_statistics(&table)),
            rounded(split_statistics(&expected)),
            "{}",
            file.display()
        );
        let results = |test: &Table| checks("x", &expected, Some(test), &CheckOptions::default());
        let mix = |it: &serde_json::Value| {
            let items = it["results"]["train_test_validation"].as_array().unwrap();
            items
                .iter()
                .find(|it| it["header"] == "Train Test Samples Mix")
                .unwrap()["result"]["value"]["ratio"]
                .clone()
        };
        // The same rows: all of the one are in the other.
        assert_eq!(mix(&results(&table)), 1.0);
    }
}

#[test]
fn the_result_does_not_depend_on_threads_or_on_the_order_of_batches() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.csv");
    // Several blocks, with a sample that is smaller than the table.
    std::fs::write(&file, csv() + &csv().split_once('\n').unwrap().1.repeat(12)).unwrap();
    let with = |threads| {
        let mut options = options();
        options.threads = threads;
        options.limits.sample_rows = 3_000;
        options.limits.distinct = 500;
        let table = read(&file, &options);
        let results = checks(
            "x",
            &table,
            Some(&table),
            &CheckOptions {
                threads,
                ..CheckOptions::default()
            },
        );
        (split_statistics(&table).to_string(), results.to_string())
    };
    let one = with(1);
    assert_eq!(one, with(2));
    assert_eq!(one, with(7));

    let collect = |order: &[usize]| {
        let names: Vec<String> = batch().schema().fields().iter().map(|it| it.name().clone()).collect();
        let collector = Collector::new(&names, &options());
        for index in order {
            let mut part = Batch::default();
            part.fill(*index as u64, &batch().slice(index * 1000, 1000)).unwrap();
            collector.add(&part);
        }
        split_statistics(&collector.finish())
    };
    assert_eq!(collect(&[0, 1, 2, 3, 4]), collect(&[4, 2, 0, 3, 1]));
}

#[test]
fn the_names_that_are_kept_do_not_depend_on_threads() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.csv");
    let rows: String = (0..60_000)
        .map(|it| format!("name-{}-{},{}\n", it % 9_000, "x".repeat(60), it % 2))
        .collect();
    std::fs::write(&file, format!("text,y\n{rows}")).unwrap();
    let with = |threads| {
        let mut options = Options {
            threads,
            label: Some("y".into()),
            ..Options::default()
        };
        options.limits.text_bytes = 100_000;
        let table = read(&file, &options);
        let results = checks("x", &table, None, &CheckOptions::default());
        (split_statistics(&table).to_string(), results.to_string())
    };
    assert_eq!(with(1), with(5));
}
