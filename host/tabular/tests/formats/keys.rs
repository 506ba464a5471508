//! Columns of keys and dates: what they tell about rows, labels and splits.

use super::*;

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

#[test]
fn the_index_that_pandas_writes_is_no_column() {
    let folder = tempfile::tempdir().unwrap();
    let numbers = || Arc::new(Float64Array::from_iter_values((0..50).map(f64::from))) as ArrayRef;
    let file = parquet_of(
        folder.path(),
        vec![
            ("x", numbers()),
            ("__index_level_0__", numbers()),
            ("__index_level_x__", numbers()),
        ],
    );
    let source = Source::open(&file, &options()).unwrap();
    assert_eq!(source.names(), ["x", "__index_level_x__"]);
    // Who asks for it has it.
    let named = Options {
        index: Some("__index_level_0__".into()),
        ..Options::default()
    };
    assert_eq!(Source::open(&file, &named).unwrap().names().len(), 3);
    assert!(scan(&source, &Options::default()).is_ok());
}
