//! The same rows in any format, with any number of threads, are the same table; no bytes make the readers panic.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod any_bytes;
mod dialects;
mod flags;
mod keys;
mod not_compared;
mod same_rows;
mod values;

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow_array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int32Array, RecordBatch, StringArray};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use deepfix_tabular::{CheckOptions, Options, Source, Table, checks, scan, split_statistics};
use parquet::arrow::ArrowWriter;

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
