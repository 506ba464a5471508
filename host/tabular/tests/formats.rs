//! The same rows in any format, with any number of threads, are the same table; no bytes make the readers panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, ListArray, RecordBatch, StringArray,
    types::Int32Type,
};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use deepfix_tabular::{Batch, CheckOptions, Collector, Options, Source, Table, checks, scan, split_statistics};
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;

const ROWS: usize = 5_000;

/// Columns as a Parquet file in a folder.
fn parquet_of(folder: &Path, columns: Vec<(&str, ArrayRef)>) -> PathBuf {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let file = folder.join("a.parquet");
    let mut writer = ArrowWriter::try_new(File::create(&file).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    file
}

fn batch() -> RecordBatch {
    let number = |it: usize| (it.wrapping_mul(2_654_435_761) % 1000) as f64 / 8.0;
    let cities = ["Lyon", "Oslo", "a \"quoted\", city\nof two lines", "Århus"];
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "x",
            Arc::new(Float64Array::from_iter(
                (0..ROWS).map(|it| (it % 11 != 0).then(|| number(it))),
            )),
        ),
        (
            "n",
            Arc::new(Int32Array::from_iter((0..ROWS).map(|it| Some((it % 37) as i32 - 5)))),
        ),
        (
            "city",
            Arc::new(StringArray::from_iter(
                (0..ROWS).map(|it| (it % 7 != 0).then(|| cities[it % 4])),
            )),
        ),
        (
            "flag",
            Arc::new(BooleanArray::from_iter((0..ROWS).map(|it| Some(it % 3 == 0)))),
        ),
        (
            "day",
            Arc::new(Date32Array::from_iter(
                (0..ROWS).map(|it| Some(19_000 + (it % 400) as i32)),
            )),
        ),
        (
            "target",
            Arc::new(Int32Array::from_iter((0..ROWS).map(|it| Some((it % 2) as i32)))),
        ),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn options() -> Options {
    Options {
        label: Some("target".to_owned()),
        ..Options::default()
    }
}

fn read(file: &Path, options: &Options) -> Table {
    scan(&Source::open(file, options).unwrap(), options).unwrap()
}

fn write_all(folder: &Path) -> [std::path::PathBuf; 3] {
    let batch = batch();
    let [parquet, ipc, stream] = ["a.parquet", "a.arrow", "a.arrows"].map(|it| folder.join(it));
    let create = |file: &Path| std::fs::File::create(file).unwrap();
    let properties = parquet::file::properties::WriterProperties::builder()
        .set_max_row_group_row_count(Some(700))
        .set_compression(parquet::basic::Compression::SNAPPY)
        .build();
    let mut writer = parquet::arrow::ArrowWriter::try_new(create(&parquet), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let mut writer = FileWriter::try_new(create(&ipc), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    let mut writer = StreamWriter::try_new(create(&stream), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    [parquet, ipc, stream]
}

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
fn columns_of_lists_are_left_out_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let lists = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)]), None]);
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("vector", Arc::new(lists)),
        ("y", Arc::new(Int32Array::from(vec![1, 2]))),
    ];
    let file = parquet_of(folder.path(), columns);
    let table = read(&file, &Options::default());
    assert_eq!(table.columns.len(), 1);
    assert!(
        table.remarks[0].contains("column `vector` is left out"),
        "{:?}",
        table.remarks
    );
}

#[test]
fn delimiters_line_ends_and_marks_of_other_programs_are_understood() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("semicolon.csv", "a;b;y\r\n1;\"x;1\";0\r\n2;z;1\r\n"),
        ("tab.tsv", "a\tb\ty\n1\tx\t0\n2\tz\t1\n"),
        ("bar.csv", "a|b|y\n1|x|0\n2|z|1"),
        ("mark.csv", "\u{feff}a,b,y\n1,x,0\n2,z,1\n"),
        ("old.csv", "a,b,y\r1,x,0\r2,z,1\r"),
        ("blank.csv", "\n\na,b,y\n1,x,0\n\n2,z,1\n\n"),
    ] {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let table = read(&file, &Options::default());
        assert_eq!(table.rows, 2, "{name}");
        let names: Vec<&str> = table.columns.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "y"], "{name}");
        assert_eq!(table.column("a").unwrap().moments.mean, 1.5, "{name}");
        assert_eq!(table.column("b").unwrap().distinct(), (2, true), "{name}");
    }
}

#[test]
fn excels_line_that_names_the_delimiter_is_no_row() {
    for (text, rows) in [
        ("sep=;\r\na;b;y\r\n1;1,5;0\r\n2;2,5;1\r\n", 2),
        ("\u{feff}SEP=|\na|b|y\n1|x,y,z|0\n", 1),
        ("\nsep=\t\na\tb\ty\n1\tx;z\t0\n", 1),
    ] {
        let table = table_of(text, &Options::default());
        let names: Vec<&str> = table.columns.iter().map(|it| it.name.as_str()).collect();
        assert_eq!((names.as_slice(), table.rows), (&["a", "b", "y"][..], rows), "{text:?}");
    }
    // Lines are counted with it.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.csv");
    std::fs::write(&file, "sep=;\na;b\n1;2\n1\n").unwrap();
    let options = Options::default();
    let error = scan(&Source::open(&file, &options).unwrap(), &options)
        .unwrap_err()
        .to_string();
    assert!(error.contains("line 4"), "{error}");
}

#[test]
fn numbers_that_are_written_for_people_are_remarked_on() {
    let rows: String = (0..20).map(|it| format!("\"{},000\",{it} %,{it}\n", it + 1)).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.csv");
    std::fs::write(&file, format!("sales,share,y\n{rows}")).unwrap();
    let source = Source::open(&file, &Options::default()).unwrap();
    let remarks = source.remarks().join("\n");
    assert!(
        remarks.contains("`sales`, `share`") && !remarks.contains("`y`"),
        "{remarks}"
    );
}

#[test]
fn line_breaks_of_one_character_do_not_mix_with_those_in_cells() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("quoted.csv", "a,b,y\r1,\"two\nlines\",0\r2,z,1\r"),
        ("both.csv", "a,b,y\n1,x,0\r2,z,1\n"),
        ("windows.csv", "a,b,y\r\n1,x,0\r\n2,\"z\rq\",1\r\n"),
    ] {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        let table = read(&file, &Options::default());
        assert_eq!((table.rows, table.columns.len()), (2, 3), "{name}");
        assert_eq!(table.column("y").unwrap().moments.mean, 0.5, "{name}");
    }
}

#[test]
fn a_long_line_of_names_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wide.csv");
    let long = "x".repeat(300_000);
    let names: Vec<String> = (0..5).map(|it| format!("{long}{it}")).collect();
    std::fs::write(&file, names.join(",") + "\n1,2,3,4,5\n6,7,8,9,10\n").unwrap();
    let table = read(&file, &Options::default());
    assert_eq!((table.rows, table.columns.len()), (2, 5));
    assert_eq!(table.columns[4].moments.mean, 7.5);
    let mut options = Options::default();
    options.limits.row_bytes = 1 << 20;
    let error = Source::open(&file, &options).unwrap_err().to_string();
    assert!(error.contains("line 1") && error.contains("--max-row-bytes"), "{error}");
}

#[test]
fn numbers_with_a_decimal_comma_are_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("europe.csv");
    std::fs::write(&file, "a;b;c;y\n1,5;1.200,25;x, y;0\n-2,5;3,0;z;1\n").unwrap();
    let table = read(&file, &Options::default());
    assert_eq!(table.column("a").unwrap().moments.mean, -0.5);
    assert_eq!(table.column("b").unwrap().moments.max, 1200.25);
    assert_eq!(table.column("c").unwrap().texts, 2);
    assert!(
        table.remarks.iter().any(|it| it.contains("decimal comma")),
        "{:?}",
        table.remarks
    );
    let plain = Options {
        decimal: Some(b'.'),
        ..Options::default()
    };
    assert_eq!(read(&file, &plain).column("a").unwrap().texts, 2);
    // Thousands, and a file in which points are before fractions.
    std::fs::write(&file, "a;b\n1,234,567;1.5\n2,345;2.5\n").unwrap();
    let table = read(&file, &Options::default());
    assert_eq!(table.column("a").unwrap().texts, 2);
    assert_eq!(table.column("b").unwrap().moments.mean, 2.0);
}

#[test]
fn whole_numbers_of_64_bits_stay_apart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wide.csv");
    let first = 9_007_199_254_740_993_i64;
    let rows: Vec<i64> = (0..400).map(|it| first + it).collect();
    let text: Vec<String> = rows.iter().map(|it| format!("{it},1")).collect();
    std::fs::write(&file, format!("key,y\n{}\n", text.join("\n"))).unwrap();
    let named = Options {
        index: Some("key".into()),
        ..Options::default()
    };
    let table = read(&file, &named);
    assert_eq!(table.column("key").unwrap().distinct(), (400, true));
    assert_eq!(table.column("key").unwrap().kind().name(), "numeric");
    // The other halves of pairs that floating numbers take for one.
    let other = folder.path().join("other.csv");
    let text: Vec<String> = rows.iter().map(|it| format!("{},1", it + 400)).collect();
    std::fs::write(&other, format!("key,y\n{}\n", text.join("\n"))).unwrap();
    assert_eq!(value_of(&table, &read(&other, &named), "Index Train Test Leakage"), 0.0);
    assert_eq!(value_of(&table, &table, "Index Train Test Leakage"), 1.0);
    let without = Options::default();
    let plain = read(&file, &without);
    assert_eq!(plain.column("key").unwrap().distinct(), (400, true));
    // The same from Arrow.
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("key", Arc::new(arrow_array::Int64Array::from(rows.clone()))),
        ("y", Arc::new(Int32Array::from(vec![1; 400]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let stream = folder.path().join("wide.arrows");
    let mut writer = StreamWriter::try_new(std::fs::File::create(&stream).unwrap(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    let progress = std::sync::atomic::AtomicU64::new(0);
    let source = Source::open(&stream, &named).unwrap();
    let told = |done: u64, _: u64| progress.store(done, std::sync::atomic::Ordering::Relaxed);
    let arrow = deepfix_tabular::scan_with(&source, &named, &told).unwrap();
    assert_eq!(arrow.column("key").unwrap().distinct(), (400, true));
    assert!(progress.into_inner() > 0);
}

fn options_of(label: &str) -> Options {
    Options {
        label: Some(label.to_owned()),
        ..Options::default()
    }
}

fn item(train: &Table, test: &Table, header: &str) -> serde_json::Value {
    let results = checks("x", train, Some(test), &CheckOptions::default());
    let items = results["results"]["train_test_validation"].as_array().unwrap();
    items.iter().find(|it| it["header"] == header).unwrap()["result"].clone()
}

fn value_of(train: &Table, test: &Table, header: &str) -> serde_json::Value {
    item(train, test, header)["value"].clone()
}

fn table_of(text: &str, options: &Options) -> Table {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.csv");
    std::fs::write(&file, text).unwrap();
    read(&file, options)
}

#[test]
fn a_second_column_that_looks_like_a_key_hides_no_repeated_rows() {
    // `id` differs in each row, `shop_id` does not; every row is there twice.
    let rows: String = (0..200)
        .map(|it| format!("{it},{},{},1\n", it % 100 / 10, it % 100))
        .collect();
    let table = table_of(&format!("id,shop_id,x,y\n{rows}"), &Options::default());
    assert_eq!(table.keys, ["id"]);
    let statistics = split_statistics(&table);
    assert_eq!(statistics["other_statistics"]["duplicate_share"], 0.5);
    let other: String = (0..200)
        .map(|it| format!("{},{},{},1\n", it + 500, it % 100 / 10, it % 100))
        .collect();
    let other = table_of(&format!("x,id,shop_id,y\n{}", swapped(&other)), &Options::default());
    assert_eq!(value_of(&table, &other, "Train Test Samples Mix")["ratio"], 1.0);
}

/// The third cell of each row in front.
fn swapped(rows: &str) -> String {
    let moved = |row: &str| {
        let cells: Vec<&str> = row.split(',').collect();
        format!("{},{},{},{}\n", cells[2], cells[0], cells[1], cells[3])
    };
    rows.lines().map(moved).collect()
}

#[test]
fn what_was_not_compared_does_not_pass() {
    let options = Options {
        date: Some("day".into()),
        label: Some("y".into()),
        ..Options::default()
    };
    let rows = |from: usize, word: &str| -> String {
        (0..60)
            .map(|it| format!("{:02}.01.2024,{word}{},{},{}\n", it % 28 + 1, it + from, it, it % 2))
            .collect()
    };
    let train = table_of(&format!("day,city,x,y\n{}", rows(0, "a")), &options);
    let mut few = options.clone();
    few.limits.distinct = 10;
    few.limits.distinct_cells = 40;
    few.limits.sample_rows = 20;
    // Dates that are none.
    let overlap = item(&train, &train, "Date Train Test Leakage Overlap");
    let demand = &overlap["conditions_results"][0];
    assert!(overlap["value"].is_null() && demand["status"] == "ERROR", "{overlap}");
    for said in [&overlap["display_text"], &demand["more_info"]] {
        assert!(said.to_string().contains("2024-12-31"), "{overlap}");
    }
    // A feature of numbers that is one of texts in the other table.
    let words: String = (0..60)
        .map(|it| format!("01.01.2024,a{it},w{},{}\n", it % 5, it % 2))
        .collect();
    let changed = table_of(&format!("day,city,x,y\n{words}"), &options);
    let drift = item(&train, &changed, "Feature Drift");
    assert!(
        drift
            .to_string()
            .contains("`x` is numeric in the training table and categorical"),
        "{drift}"
    );
    assert!(drift["conditions_results"].to_string().contains("ERROR"), "{drift}");
    // A column of some numbers says how many.
    let some: String = (0..60)
        .map(|it| {
            format!(
                "{},{}\n",
                if it % 3 == 0 { "w".to_owned() } else { it.to_string() },
                it % 2
            )
        })
        .collect();
    let some = split_statistics(&table_of(&format!("x,y\n{some}"), &Options::default()));
    assert_eq!(some["other_statistics"]["columns"]["x"]["numbers"], 40);
    // Where no feature could be compared, that is no silence either.
    let only = |cell: &str| {
        let rows: String = (0..60).map(|it| format!("{it}{cell},{}\n", it % 2)).collect();
        table_of(&format!("x,y\n{rows}"), &options_of("y"))
    };
    let drift = item(&only(""), &only(" kg"), "Feature Drift");
    assert!(drift["value"].is_null(), "{drift}");
    assert!(
        drift["conditions_results"].to_string().contains("was not compared"),
        "{drift}"
    );
    // More categories than are counted.
    let text: String = (0..2_000)
        .map(|it| format!("2024-01-01,c{it},{},{}\n", it % 7, it % 2))
        .collect();
    let many = table_of(&format!("day,city,x,y\n{text}"), &few);
    let new = item(&many, &many, "New Category Train Test");
    assert!(
        new["value"].is_null() && new["conditions_results"] == serde_json::json!([]),
        "{new}"
    );
    assert!(new["display_text"].to_string().contains("--exact-distinct"), "{new}");
}

#[test]
fn numbers_among_texts_have_one_order() {
    let rows: String = (0..90)
        .map(|it| match it % 3 {
            0 => format!("{},1\n", it * 7),
            1 => format!("{it}x,0\n"),
            _ => format!("2024-01-{:02},1\n", it % 28 + 1),
        })
        .collect();
    let table = table_of(&format!("mixed,y\n{rows}"), &Options::default());
    let results = checks("x", &table, Some(&table), &CheckOptions::default());
    assert!(results.is_object());
}

#[test]
fn long_texts_that_begin_alike_are_two() {
    let long = "a".repeat(300);
    let rows: String = (0..100).map(|it| format!("{long}{},{}\n", it % 2, it % 2)).collect();
    let options = Options {
        label: Some("text".into()),
        ..Options::default()
    };
    let table = table_of(&format!("text,x\n{rows}"), &options);
    let classes = split_statistics(&table)["class_distribution"]
        .as_object()
        .unwrap()
        .clone();
    assert_eq!(classes.len(), 2, "{classes:?}");
    let results = checks("x", &table, None, &CheckOptions::default());
    let items = results["results"]["data_integrity"].as_array().unwrap();
    let mismatch = items
        .iter()
        .find(|it| it["header"] == "String Mismatch - Train Dataset")
        .unwrap();
    assert_eq!(mismatch["result"]["conditions_results"][0]["status"], "PASS");
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_the_csv_reader_panic(
        bytes in prop::collection::vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), Just(b'1'), any::<u8>()], 0..400),
        rows in 1usize..200,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.csv");
        std::fs::write(&file, &bytes).unwrap();
        let mut options = Options { threads: 1, ..Options::default() };
        options.limits.sample_rows = rows;
        options.limits.row_bytes = 64;
        if let Ok(source) = Source::open(&file, &options)
            && let Ok(table) = scan(&source, &options)
        {
            let results = checks("x", &table, Some(&table), &CheckOptions { threads: 1, ..CheckOptions::default() });
            prop_assert!(results.is_object());
            prop_assert!(split_statistics(&table).is_object());
        }
    }

    #[test]
    fn damaged_files_of_arrow_and_parquet_are_errors(cut in 0.0f64..1.0, at in 0.0f64..1.0, bits in 1u8..) {
        let folder = tempfile::tempdir().unwrap();
        for file in write_all(folder.path()) {
            let whole = std::fs::read(&file).unwrap();
            let mut changed = whole.clone();
            let place = (at * changed.len() as f64) as usize;
            changed[place] ^= bits;
            for bytes in [&whole[..(cut * whole.len() as f64) as usize], &changed] {
                std::fs::write(&file, bytes).unwrap();
                // An error or a table: a bit of a value may be any value.
                let _ = Source::open(&file, &options()).and_then(|it| scan(&it, &options()));
            }
        }
    }
}

#[test]
fn true_and_false_are_the_same_however_they_are_written() {
    let options = options_of("y");
    let folder = tempfile::tempdir().unwrap();
    let values: Vec<bool> = (0..200).map(|it| it % 3 == 0).collect();
    let csv = |yes: &str, no: &str| {
        let rows: String = values
            .iter()
            .enumerate()
            .map(|(it, value)| format!("{it},{0},{0}\n", if *value { yes } else { no }))
            .collect();
        table_of(&format!("x,flag,y\n{rows}"), &options)
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("x", Arc::new(Float64Array::from_iter_values((0..200).map(f64::from)))),
        ("flag", Arc::new(BooleanArray::from(values.clone()))),
        ("y", Arc::new(BooleanArray::from(values.clone()))),
    ];
    let file = parquet_of(folder.path(), columns);
    let parquet = read(&file, &options);
    for other in [
        csv("true", "false"),
        csv("True", "False"),
        csv("TRUE", "FALSE"),
        csv("true", "FALSE"),
    ] {
        assert_eq!(
            split_statistics(&other)["class_distribution"],
            split_statistics(&parquet)["class_distribution"]
        );
        for (train, test) in [(&parquet, &other), (&other, &parquet)] {
            assert_eq!(value_of(train, test, "New Label Train Test")["n_new_labels_samples"], 0);
            assert_eq!(value_of(train, test, "Feature Drift")["flag"]["Drift score"], 0.0);
            assert_eq!(value_of(train, test, "Train Test Samples Mix")["ratio"], 1.0);
        }
    }
    // Nor whether they stand as numbers.
    let numbers = csv("1", "0");
    for (train, test) in [(&parquet, &numbers), (&numbers, &parquet)] {
        assert_eq!(value_of(train, test, "New Label Train Test")["n_new_labels_samples"], 0);
        assert_eq!(value_of(train, test, "Feature Drift")["flag"]["Drift score"], 0.0);
        assert_eq!(value_of(train, test, "Label Drift")["Drift score"], 0.0);
        assert_eq!(value_of(train, test, "Train Test Samples Mix")["ratio"], 1.0);
        let told = value_of(train, test, "Multivariate Drift");
        assert!(told["domain_classifier_drift_score"].as_f64().unwrap() < 0.25, "{told}");
    }
    // What drifts is seen all the same.
    let rows: String = (0..200)
        .map(|it| format!("{it},{0},{0}\n", u8::from(it % 3 != 0)))
        .collect();
    let drifted = table_of(&format!("x,flag,y\n{rows}"), &options);
    for (train, test) in [(&parquet, &drifted), (&drifted, &parquet)] {
        let drift = value_of(train, test, "Feature Drift");
        assert!(drift["flag"]["Drift score"].as_f64().unwrap() > 0.2, "{drift}");
        assert_eq!(drift["flag"]["Method"], "Cramer's V");
    }
    // A two is no flag: such a column was not compared.
    let rows: String = (0..200).map(|it| format!("{it},{0},{0}\n", it % 3)).collect();
    let coded = table_of(&format!("x,flag,y\n{rows}"), &options);
    let drift = value_of(&parquet, &coded, "Feature Drift");
    assert!(drift["flag"].is_null(), "{drift}");
    // Yes and no are texts as they stand.
    let new = value_of(&csv("yes", "no"), &csv("Yes", "no"), "New Category Train Test");
    assert!(new.to_string().contains("\"Yes\""), "{new}");
}

#[test]
fn a_value_beside_true_and_false_is_all_that_is_new() {
    let options = options_of("y");
    // The last three of 300 rows hold something else in both columns.
    let csv = |yes: &str, no: &str, other: Option<&str>| {
        let cell = |it: usize| match other {
            Some(other) if it >= 297 => other,
            _ if it.is_multiple_of(3) => yes,
            _ => no,
        };
        let rows: String = (0..300).map(|it| format!("{it},{0},{0}\n", cell(it))).collect();
        table_of(&format!("x,flag,y\n{rows}"), &options)
    };
    let folder = tempfile::tempdir().unwrap();
    let values = || Arc::new(BooleanArray::from_iter((0..300).map(|it| Some(it % 3 == 0))));
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("x", Arc::new(Float64Array::from_iter_values((0..300).map(f64::from)))),
        ("flag", values()),
        ("y", values()),
    ];
    let file = parquet_of(folder.path(), columns);
    let parquet = read(&file, &options);
    let compare = |train: &Table, test: &Table, new: u64| {
        let labels = value_of(train, test, "New Label Train Test");
        assert_eq!(labels["n_new_labels_samples"], new, "{labels}");
        let categories = value_of(train, test, "New Category Train Test");
        let share = categories[0]["Ratio of New Categories"].as_f64().unwrap();
        assert!((share - new as f64 / 300.0).abs() < 1e-9, "{categories}");
        for drift in [
            &value_of(train, test, "Feature Drift")["flag"],
            &value_of(train, test, "Label Drift"),
        ] {
            assert!(drift["Drift score"].as_f64().unwrap() < 0.1, "{drift}");
        }
        assert!(
            value_of(train, test, "Train Test Samples Mix")["ratio"]
                .as_f64()
                .unwrap()
                > 0.98
        );
        let spellings = value_of(train, test, "String Mismatch Comparison");
        assert_eq!(spellings["flag"], serde_json::json!({}), "{spellings}");
        let drift = value_of(train, test, "Multivariate Drift");
        assert!(
            drift["domain_classifier_drift_score"].as_f64().unwrap() < 0.25,
            "{drift}"
        );
    };
    for plain in [&csv("true", "false", None), &csv("TRUE", "FALSE", None), &parquet] {
        for other in ["unsure", "?", "7"] {
            let odd = csv("true", "false", Some(other));
            compare(plain, &odd, 3);
            compare(&odd, plain, 0);
            compare(&csv("True", "False", Some(other)), &odd, 0);
        }
    }
    // Both spellings beside another value stay two within the table, and are one to another table.
    let mixed = |cells: [&str; 4]| {
        let rows: String = (0..300).map(|it| format!("{it},{0},{0}\n", cells[it % 4])).collect();
        table_of(&format!("x,flag,y\n{rows}"), &options)
    };
    let both = mixed(["true", "True", "false", "unsure"]);
    let one = mixed(["TRUE", "TRUE", "FALSE", "unsure"]);
    for (train, test) in [(&one, &both), (&both, &one)] {
        assert_eq!(value_of(train, test, "Feature Drift")["flag"]["Drift score"], 0.0);
        let drift = value_of(train, test, "Multivariate Drift");
        assert!(
            drift["domain_classifier_drift_score"].as_f64().unwrap() < 0.25,
            "{drift}"
        );
    }
    assert_eq!(both.column("flag").unwrap().distinct(), (4, true));
    let new = value_of(&parquet, &both, "New Label Train Test");
    assert_eq!(new["new_labels"], serde_json::json!(["unsure"]));
    assert_eq!(
        value_of(&both, &parquet, "New Label Train Test")["n_new_labels_samples"],
        0
    );
}

#[test]
fn a_test_table_before_the_training_data_is_told_by_its_dates() {
    let options = Options {
        date: Some("day".into()),
        ..options_of("y")
    };
    let of = |year: u32, rows: usize| {
        let rows: String = (0..rows)
            .map(|it| format!("{year}-{:02}-{:02},{it},{}\n", it % 12 + 1, it % 28 + 1, it % 2))
            .collect();
        table_of(&format!("day,x,y\n{rows}"), &options)
    };
    let shares = |train: &Table, test: &Table| {
        let it = item(train, test, "Date Train Test Leakage Overlap");
        [
            it["value"].as_f64().unwrap(),
            it["params"]["share_before_first"].as_f64().unwrap(),
        ]
    };
    assert_eq!(shares(&of(2022, 300), &of(2021, 90)), [1.0, 1.0]);
    assert_eq!(shares(&of(2021, 300), &of(2022, 90)), [0.0, 0.0]);
    let [before, before_all] = shares(&of(2022, 300), &of(2022, 90));
    assert!(before > 0.8 && before_all < 0.1, "{before} {before_all}");
}

#[test]
fn copies_of_rows_do_not_make_a_key_tell_the_label() {
    let options = Options {
        index: Some("id".into()),
        ..options_of("y")
    };
    let mixed = |it: u64| {
        let it = (it + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it ^ (it >> 27)
    };
    let row = |it: u64| format!("{},{it},{}\n", it * 7919 % 1009, mixed(it) >> 63);
    let rows = |copies: u64| -> String { (0..600).chain(0..copies).map(row).collect() };
    let score = |text: &str| {
        let table = table_of(text, &options);
        let results = checks("x", &table, None, &CheckOptions::default());
        let items = results["results"]["data_integrity"].as_array().unwrap();
        let header = "Identifier Label Correlation - Train Dataset";
        let it = items.iter().find(|it| it["header"] == header).unwrap();
        it["result"]["value"]["id"].as_f64().unwrap()
    };
    let (alone, copied) = (
        score(&format!("id,x,y\n{}", rows(0))),
        score(&format!("id,x,y\n{}", rows(500))),
    );
    assert!((copied - alone).abs() < 0.1 && copied < 0.3, "{alone} {copied}");
    // A table that is sorted by its label stays one.
    let sorted: String = (0..600).map(|it| format!("{it},{},{}\n", it % 7, it / 300)).collect();
    assert!(score(&format!("id,x,y\n{sorted}")) > 0.9);
}

#[test]
fn a_key_of_groups_that_decides_the_label_is_told() {
    let options = Options {
        index: Some("site".into()),
        ..options_of("y")
    };
    let score = |sites: usize, label: fn(usize) -> usize| {
        let rows: String = (0..900)
            .map(|it| format!("s{},{it},{}\n", it % sites, label(it)))
            .collect();
        let table = table_of(&format!("site,x,y\n{rows}"), &options);
        let results = checks("x", &table, None, &CheckOptions::default());
        let items = results["results"]["data_integrity"].as_array().unwrap();
        let header = "Identifier Label Correlation - Train Dataset";
        let it = items.iter().find(|it| it["header"] == header).unwrap();
        it["result"]["value"]["site"].as_f64().unwrap()
    };
    assert!(score(15, |it| it % 15 % 2) > 0.99);
    assert!(score(150, |it| it % 150 % 2) > 0.9);
    // Each site has both classes, equally often.
    assert!(score(15, |it| it / 15 % 2) < 0.1);
    assert!(score(150, |it| it / 150 % 2) < 0.1);
}
