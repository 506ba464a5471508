//! What is wrong with a file is said with its name, the place, what was found and what was expected.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use deepfix_tabular::{Limits, Options, Source, Table, TableError, same_columns, scan};
use tempfile::TempDir;

fn options(label: Option<&str>) -> Options {
    Options {
        label: label.map(str::to_owned),
        ..Options::default()
    }
}

fn read_as(name: &str, content: &[u8], options: &Options) -> Result<Table, TableError> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(name);
    std::fs::write(&file, content).unwrap();
    scan(&Source::open(&file, options)?, options)
}

#[track_caller]
fn says(result: Result<Table, TableError>, words: &[&str]) {
    let error = result.unwrap_err().to_string();
    for word in words {
        assert!(error.contains(word), "{error:?} lacks {word:?}");
    }
}

#[test]
fn a_label_that_is_not_there_names_the_nearest_column() {
    let result = read_as("a.csv", b"age,Survived\n1,0\n", &options(Some("survivd")));
    says(result, &["a.csv", "no column `survivd`", "did you mean `Survived`?"]);
    let result = read_as("a.csv", b"age,Survived\n1,0\n", &options(Some("zz")));
    says(result, &["the columns are `age`, `Survived`"]);
}

#[test]
fn an_empty_file_and_one_without_rows_are_told_apart() {
    for content in ["", "  \n\n"] {
        says(
            read_as("a.csv", content.as_bytes(), &options(None)),
            &["a.csv", "empty"],
        );
    }
    says(
        read_as("a.csv", b"a,b\n", &options(None)),
        &["found nothing", "expected rows"],
    );
}

#[test]
fn a_ragged_row_names_its_line() {
    says(
        read_as("a.csv", b"a,b\n1,2\n\n3\n", &options(None)),
        &["line 4", "found 1 cells", "expected 2"],
    );
    let result = read_as("a.csv", b"a,b\n1,2\n\"x\ny\",2\n1,2,3\n", &options(None));
    says(result, &["line 5", "found 3 cells", "quotation mark"]);
}

#[test]
fn a_byte_that_is_no_utf_8_names_line_and_column() {
    let result = read_as("a.csv", b"city,n\nParis,1\nOrl\xe9ans,2\n", &options(None));
    says(result, &["line 3", "`city`", "0xe9", "iconv"]);
    says(
        read_as("a.csv", b"\xff\xfea\0,\0b\0\n\0", &options(None)),
        &["UTF-16", "iconv"],
    );
}

#[test]
fn the_first_fault_in_the_file_is_reported_however_many_threads_there_are() {
    let mut text = String::from("a,b\n");
    for row in 0..400_000 {
        text += if row == 150_000 || row == 390_000 {
            "7\n"
        } else {
            "1,2.5\n"
        };
    }
    for threads in [1, 2, 8] {
        let options = Options {
            threads,
            ..options(None)
        };
        says(
            read_as("a.csv", text.as_bytes(), &options),
            &["line 150002", "found 1 cells"],
        );
    }
}

#[test]
fn a_file_that_is_not_what_its_name_says_is_named_for_what_it_is() {
    says(
        read_as("a.csv", b"PAR1....", &options(None)),
        &["the name says CSV, the content is Parquet"],
    );
    says(
        read_as("a.parquet", b"a,b\n1,2\n", &options(None)),
        &["the name says Parquet, the content is CSV"],
    );
    for (content, found) in [
        (b"\x1f\x8b\x08".as_slice(), "gzip"),
        (b"PK\x03\x04", "Excel"),
        (b"a\0b", "binary"),
        (b" {\"a\": 1}", "JSON"),
    ] {
        says(
            read_as("a.csv", content, &options(None)),
            &[found, "expected CSV, Parquet or Arrow IPC"],
        );
    }
    says(
        read_as("a.parquet", b"PAR1 and nothing more", &options(None)),
        &["not a readable Parquet file"],
    );
    says(
        read_as("a.arrow", b"ARROW1\0\0 and nothing more", &options(None)),
        &["not a readable Arrow IPC file"],
    );
}

#[test]
fn column_names_must_be_there_and_differ() {
    says(
        read_as("a.csv", b"1,2\n3,4\n", &options(None)),
        &["holds numbers only (1, 2)", "expected column names"],
    );
    says(
        read_as("a.csv", b"a,b,a\n3,4,5\n", &options(None)),
        &["columns 1 and 3 are both called `a`"],
    );
    let table = read_as("a.csv", b",a\n0,4\n", &options(None)).unwrap();
    assert_eq!(table.columns.first().unwrap().name, "Unnamed: 0");
}

#[test]
fn tables_with_other_columns_are_refused_by_name() {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        Source::open(&file, &options(None)).unwrap()
    };
    let train = write("train.csv", "age,city,y\n1,a,0\n");
    let error = same_columns(&train, &write("test.csv", "age,City,y\n1,a,0\n"))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("test.csv lacks `city` (did you mean `City`?)"),
        "{error}"
    );
    assert!(same_columns(&train, &write("other.csv", "y,age,city\n1,1,a\n")).is_ok());
}

#[test]
fn every_limit_is_named_where_it_is_hit() {
    let with = |change: &dyn Fn(&mut Limits)| {
        let mut options = options(None);
        change(&mut options.limits);
        options
    };
    let wide = with(&|it| it.columns = 2);
    says(
        read_as("a.csv", b"a,b,c\n1,2,3\n", &wide),
        &["found 3 columns", "at most 2", "--max-columns"],
    );
    let long = with(&|it| it.cell_bytes = 10);
    says(
        read_as("a.csv", b"a,b\n1,a text of some length\n", &long),
        &["line 2", "`b`", "21 bytes", "at most 10", "--max-cell-bytes"],
    );
    let row = with(&|it| it.row_bytes = 1000);
    let text = format!("a,b\n1,\"{}", "x\n".repeat(2000));
    says(
        read_as("a.csv", text.as_bytes(), &row),
        &["line 2", "more than 1000 bytes", "--max-row-bytes", "quotation mark"],
    );
}

#[test]
fn limits_of_memory_make_estimates_of_exact_figures_and_say_so() {
    let mut text = String::from("id,x\n");
    for row in 0..20_000 {
        text += &format!("key{row},{}\n", f64::from(row % 7) * 0.5);
    }
    let mut small = options(None);
    small.limits.distinct = 1000;
    small.limits.sample_rows = 500;
    small.limits.row_hashes = 2000;
    let table = read_as("a.csv", text.as_bytes(), &small).unwrap();
    let (distinct, exact) = table.column("id").unwrap().distinct();
    assert!(!exact && (19_000..=20_000).contains(&distinct), "{distinct}");
    assert_eq!(table.column("x").unwrap().distinct(), (7, true));
    assert!(!table.is_exact());
    let statistics = deepfix_tabular::split_statistics(&table);
    let others = statistics.get("other_statistics").unwrap();
    assert_eq!(others.get("quartiles_are_exact").unwrap(), false);
    assert_eq!(others.get("duplicate_share_is_exact").unwrap(), false);
    // A sample of 500 is within 6 points of rank with 95 % confidence: here the value at rank 0.5.
    let median = statistics
        .pointer("/feature_statistics/x/50%")
        .unwrap()
        .as_f64()
        .unwrap();
    assert!((1.0..=2.0).contains(&median), "{median}");
    small.limits.sample_cells = 0;
    let table = read_as("a.csv", text.as_bytes(), &small).unwrap();
    assert!(!table.is_exact());
}

#[test]
fn columns_that_look_like_keys_are_left_out_up_to_a_limit() {
    let names: Vec<String> = (0..10).map(|it| format!("id_{it}")).collect();
    let mut text = format!("{},x,y\n", names.join(","));
    for row in 0..40 {
        let keys: Vec<String> = (0..10).map(|it| format!("{}", row * 10 + it)).collect();
        text += &format!("{},{},{}\n", keys.join(","), row % 5, row % 2);
    }
    let table = read_as("a.csv", text.as_bytes(), &options(None)).unwrap();
    assert_eq!(table.keys, &names[..8], "eight of ten");
    let fewer = text
        .lines()
        .map(|it| it.splitn(3, ',').last().unwrap().to_owned() + "\n");
    let table = read_as("a.csv", fewer.collect::<String>().as_bytes(), &options(None)).unwrap();
    assert_eq!(table.keys, &names[2..]);
}

#[test]
fn texts_of_all_columns_have_one_limit() {
    let mut text = String::from("a,b,y\n");
    for row in 0..40_000 {
        let name = format!("{}{}", row % 2_000, "x".repeat(40));
        text += &format!("a{name},b{name},{}\n", row % 2);
    }
    let figures = |change: &dyn Fn(&mut Limits)| {
        let mut options = options(Some("y"));
        options.limits.sample_rows = 1_000;
        change(&mut options.limits);
        let table = read_as("a.csv", text.as_bytes(), &options).unwrap();
        let results = deepfix_tabular::checks("x", &table, Some(&table), &deepfix_tabular::CheckOptions::default());
        format!("{}{results}", deepfix_tabular::split_statistics(&table))
    };
    let whole = figures(&|_| {});
    // Three columns: as much as the limit of one column would leave each.
    let shared = figures(&|it| it.all_text_bytes = 3 * (20 << 10));
    assert_eq!(shared, figures(&|it| it.text_bytes = 20 << 10));
    assert_ne!(shared, whole);
    assert_eq!(
        whole,
        figures(&|it| it.all_text_bytes = 3 * (1 << 20)),
        "enough for all"
    );
    // However many columns: some names are kept.
    assert_eq!(
        figures(&|it| it.all_text_bytes = 0),
        figures(&|it| it.text_bytes = 16 << 10)
    );
}

#[test]
fn a_label_with_a_value_of_its_own_in_most_rows_is_told() {
    for (distinct, told) in [(200, true), (100, false)] {
        let rows: String = (0..200).map(|it| format!("{it},day {}\n", it % distinct)).collect();
        let table = read_as("a.csv", format!("a,day\n{rows}").as_bytes(), &options(Some("day"))).unwrap();
        let remark = table.remarks.iter().find(|it| it.contains("the label `day` has"));
        assert_eq!(remark.is_some(), told, "{:?}", table.remarks);
    }
}
