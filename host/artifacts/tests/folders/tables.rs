//! Tables that are not read of a folder are told of, with the command that reads them.

use deepfix_artifacts::read_folder_without_tables;

use super::*;

#[test]
fn tables_under_other_names_are_not_passed_over_in_silence() {
    let flat = folder(&[("a.csv", TABLE), ("b.csv", TABLE)]);
    let error = read_folder(flat.path(), &FolderLimits::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("holds nothing")
            && error.contains("`a.csv, b.csv` was not read: a table of a folder is read where"),
        "{error}"
    );
    fs::write(flat.path().join("model.safetensors"), "1234").unwrap();
    let said = warnings(&read_folder(flat.path(), &FolderLimits::default()).unwrap());
    let command = format!("`deepfix ingest --train {}/a.csv --label", flat.path().display());
    assert!(said.contains(&command), "{said}");
    // Whoever reads the tables himself needs no word of them.
    fs::write(flat.path().join("train.csv"), TABLE).unwrap();
    fs::remove_file(flat.path().join("a.csv")).unwrap();
    let said = warnings(&read_folder_without_tables(flat.path(), &FolderLimits::default()).unwrap());
    assert!(
        said.contains("`b.csv` was not read") && !said.contains("train.csv,"),
        "{said}"
    );
}

#[test]
fn of_tables_of_one_name_those_that_are_not_read_are_told_of() {
    let made = folder(&[
        ("train.csv", TABLE),
        ("train.parquet", "PAR1"),
        ("Test.csv", TABLE),
        ("metrics.csv", LOG),
        ("model.safetensors", "1234"),
    ]);
    let found = read_folder_without_tables(made.path(), &FolderLimits::default()).unwrap();
    let said = warnings(&found);
    assert!(said.contains("`Test.csv, train.parquet` was not read"), "{said}");
}

#[test]
fn a_table_for_validation_is_named_for_the_test_with_paths_that_can_be_pasted() {
    let made = folder(&[("train.csv", TABLE), ("valid.csv", TABLE), ("metrics.csv", LOG)]);
    let found = read_folder_without_tables(made.path(), &FolderLimits::default()).unwrap();
    let command = format!(
        "`deepfix ingest --train {0}/train.csv --test {0}/valid.csv --label COLUMN --analyse`",
        made.path().display()
    );
    assert!(warnings(&found).contains(&command), "{}", warnings(&found));
}
