//! Values that are easily taken for one another, or for nothing at all.

use arrow_array::{ListArray, types::Int32Type};

use super::*;

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
fn hexadecimal_keys_that_look_like_huge_numbers_stay_apart() {
    let rows: String = (0..60).map(|it| format!("{}e9{:04},1\n", it % 7, it)).collect();
    let table = table_of(&format!("key,y\n{rows}inf,1\n-inf,1\n"), &options_of("y"));
    let key = table.column("key").unwrap();
    // Those of zero are zero; the two infinities are meant.
    assert_eq!((key.numbers, key.infinite), (9 + 2, 2));
    assert_eq!(key.distinct().0, 51 + 3);
}
