//! Dictionaries, pages and record batches beyond the limits are refused before they are decompressed.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::{fs::File, path::Path, sync::Arc};

use arrow_array::{ArrayRef, DictionaryArray, Float64Array, RecordBatch, types::Int32Type};
use arrow_ipc::{
    CompressionType,
    writer::{FileWriter, IpcWriteOptions, StreamWriter},
};
use deepfix_tabular::{Options, Source, TableError, scan};
use parquet::{arrow::ArrowWriter, basic::Compression, file::properties::WriterProperties};

const ROWS: usize = 4_000;
/// Bytes of the texts of `city`, which compress to almost nothing.
const TEXTS: usize = 20 * 10_000;

fn batch() -> RecordBatch {
    let texts: Vec<String> = (0..20).map(|it| format!("{it:05}").repeat(2_000)).collect();
    let city: DictionaryArray<Int32Type> = (0..ROWS).map(|it| texts.get(it % 20).map(String::as_str)).collect();
    let columns: Vec<(&str, ArrayRef)> = vec![
        (
            "x",
            Arc::new(Float64Array::from_iter_values((0..ROWS).map(|it| it as f64))),
        ),
        ("city", Arc::new(city)),
    ];
    RecordBatch::try_from_iter(columns).unwrap()
}

fn parquet(file: &Path) {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(Default::default()))
        .set_dictionary_page_size_limit(10 << 20)
        .set_column_dictionary_enabled("x".into(), false)
        .build();
    let mut writer = ArrowWriter::try_new(File::create(file).unwrap(), batch().schema(), Some(properties)).unwrap();
    writer.write(&batch()).unwrap();
    writer.close().unwrap();
}

fn ipc(file: &Path) {
    let options = IpcWriteOptions::default()
        .try_with_compression(Some(CompressionType::ZSTD))
        .unwrap();
    let batch = batch();
    if file.extension().is_some_and(|it| it == "arrow") {
        let mut writer =
            FileWriter::try_new_with_options(File::create(file).unwrap(), &batch.schema(), options).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
    } else {
        let mut writer =
            StreamWriter::try_new_with_options(File::create(file).unwrap(), &batch.schema(), options).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
    }
}

fn written() -> (tempfile::TempDir, [std::path::PathBuf; 3]) {
    let folder = tempfile::tempdir().unwrap();
    let files = ["a.parquet", "a.arrow", "a.arrows"].map(|it| folder.path().join(it));
    let [first, second, third] = &files;
    parquet(first);
    ipc(second);
    ipc(third);
    (folder, files)
}

fn read(file: &Path, options: &Options) -> Result<u64, TableError> {
    Ok(scan(&Source::open(file, options)?, options)?.rows)
}

#[test]
fn a_dictionary_beyond_the_limit_is_refused_with_its_column() {
    let (_folder, files) = written();
    for file in files {
        assert!(file.metadata().unwrap().len() < TEXTS as u64 / 4, "it is compressed");
        let mut options = Options::default();
        assert_eq!(read(&file, &options).unwrap(), ROWS as u64);
        options.limits.dictionary_bytes = TEXTS - 1;
        let error = read(&file, &options).unwrap_err();
        let TableError::Part { found, limit, .. } = &error else {
            unreachable!("{error}");
        };
        assert!((TEXTS as u64..TEXTS as u64 + 1000).contains(found), "{error}");
        assert_eq!(*limit, TEXTS - 1);
        let text = error.to_string();
        assert!(text.contains("the dictionary of column `city`"), "{text}");
        assert!(text.contains("--max-dictionary-bytes"), "{text}");
        assert!(text.contains(&*file.to_string_lossy()), "{text}");
    }
}

#[test]
fn a_page_or_record_batch_beyond_the_limit_is_refused() {
    let (_folder, files) = written();
    for file in files {
        let mut options = Options::default();
        // Eight bytes a row, and the keys of the dictionary.
        options.limits.part_bytes = ROWS * 8 - 1;
        let text = read(&file, &options).unwrap_err().to_string();
        assert!(
            text.contains("a page of column `x`") || text.contains("a record batch"),
            "{text}"
        );
        assert!(text.contains("--max-part-bytes"), "{text}");
        // The texts of the rows, each copied.
        options.limits.part_bytes = ROWS * 10_000;
        assert_eq!(read(&file, &options).unwrap(), ROWS as u64);
    }
}

#[test]
fn a_column_that_is_not_read_may_have_any_size() {
    use arrow_array::{ListArray, types::Float64Type};
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lists.parquet");
    let lists = ListArray::from_iter_primitive::<Float64Type, _, _>(
        (0..100).map(|row| Some((0..100).map(move |it| Some(f64::from(row * 100 + it))))),
    );
    let few = Float64Array::from_iter_values((0..100).map(f64::from));
    let columns: Vec<(&str, ArrayRef)> = vec![("lists", Arc::new(lists)), ("few", Arc::new(few))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(&file).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let mut options = Options::default();
    options.limits.dictionary_bytes = 2_000;
    options.limits.part_bytes = 2_000;
    assert_eq!(read(&file, &options).unwrap(), 100);
}
