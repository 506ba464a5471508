//! Files whose headers or footers are made to cost time or memory are refused, and say why.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod made;

use std::{fs, path::Path, sync::Arc};

use arrow_array::{
    ArrayRef, Date32Array, DictionaryArray, Float64Array, Int32Array, LargeStringArray, RecordBatch, StringArray,
    types::Int32Type,
};
use arrow_ipc::{root_as_footer, writer::FileWriter};
use deepfix_tabular::{Batch, Limits, Options, Source, scan, sizes::of_pages};
use made::{read, refusal};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, Encoding},
    data_type::{ByteArray, ByteArrayType},
    file::{
        properties::{WriterProperties, WriterPropertiesBuilder},
        reader::FileReader as _,
        serialized_reader::SerializedFileReader,
        writer::SerializedFileWriter,
    },
    schema::parser::parse_message_type,
};

const ROWS: usize = 4_000;
/// Bytes of the one text of `city`.
const TEXT: usize = 20_000;

fn numbers() -> ArrayRef {
    Arc::new(Float64Array::from_iter_values((0..ROWS).map(|it| it as f64)))
}

fn cities() -> ArrayRef {
    let text = "x".repeat(TEXT);
    let it: DictionaryArray<Int32Type> = (0..ROWS).map(|_| Some(text.as_str())).collect();
    Arc::new(it)
}

fn table(columns: Vec<ArrayRef>) -> RecordBatch {
    let named = columns.into_iter().enumerate().map(|(at, it)| (format!("c{at}"), it));
    RecordBatch::try_from_iter(named).unwrap()
}

fn parquet(file: &Path, batch: &RecordBatch, properties: WriterPropertiesBuilder) {
    let properties = properties
        .set_compression(Compression::ZSTD(Default::default()))
        .build();
    let mut writer = ArrowWriter::try_new(fs::File::create(file).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn arrow(file: &Path, batch: &RecordBatch, times: usize) {
    let mut writer = FileWriter::try_new(fs::File::create(file).unwrap(), &batch.schema()).unwrap();
    (0..times).for_each(|_| writer.write(batch).unwrap());
    writer.finish().unwrap();
}

/// Where the first column of the first row group begins and ends.
fn column(file: &Path) -> std::ops::Range<usize> {
    let reader = SerializedFileReader::new(fs::File::open(file).unwrap()).unwrap();
    let (start, length) = reader.metadata().row_group(0).column(0).byte_range();
    start as usize..(start + length) as usize
}

#[test]
fn a_column_of_zeros_is_refused_at_its_first_byte() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.parquet");
    parquet(&file, &table(vec![numbers()]), WriterProperties::builder());
    let mut bytes = fs::read(&file).unwrap();
    let column = column(&file);
    bytes[column.clone()].fill(0);
    fs::write(&file, bytes).unwrap();
    let text = refusal(&file, &Options::default());
    let expected = format!("byte {}: expected the header of a page", column.start);
    assert!(text.contains("column `c0`") && text.contains(&expected), "{text}");
}

#[test]
fn a_column_of_every_kind_of_page_is_understood_and_cut_off_it_is_not() {
    let bytes = include_bytes!("fixtures/page_header");
    let limits = Limits::default();
    of_pages(bytes, &limits).unwrap();
    let pages = [37, 64];
    for end in 1..bytes.len() {
        assert_eq!(of_pages(&bytes[..end], &limits).is_ok(), pages.contains(&end), "{end}");
    }
}

#[test]
fn a_size_under_another_type_is_bounded_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.parquet");
    parquet(&file, &table(vec![cities()]), WriterProperties::builder());
    let mut bytes = fs::read(&file).unwrap();
    let at = column(&file).start;
    assert_eq!(bytes[at..at + 3], [0x15, 4, 0x15], "a dictionary, and its size");
    bytes[at + 2] = 0x16;
    fs::write(&file, bytes).unwrap();
    let mut options = Options::default();
    assert_eq!(read(&file, &options).unwrap(), ROWS as u64, "the decoder reads it so");
    options.limits.dictionary_bytes = TEXT - 1;
    let text = refusal(&file, &options);
    assert!(text.contains("the dictionary of column `c0`"), "{text}");
}

#[test]
fn pages_without_number_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.parquet");
    let properties = WriterProperties::builder()
        .set_data_page_row_count_limit(100)
        .set_write_batch_size(100);
    parquet(&file, &table(vec![numbers()]), properties.set_dictionary_enabled(false));
    let mut options = Options::default();
    options.limits.pages = ROWS / 100;
    assert_eq!(read(&file, &options).unwrap(), ROWS as u64);
    options.limits.pages -= 1;
    let text = refusal(&file, &options);
    assert!(
        text.contains("found more pages in the row group than the 39 expected"),
        "{text}"
    );
}

#[test]
fn headers_without_end_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["a.parquet", "a.arrow"].map(|it| folder.path().join(it));
    parquet(&files[0], &table(vec![numbers()]), WriterProperties::builder());
    arrow(&files[1], &table(vec![numbers()]), 1);
    let mut options = Options::default();
    options.limits.header_bytes = 8;
    let text = refusal(&files[0], &options);
    assert!(text.contains("expected the header of a page"), "{text}");
    let text = refusal(&files[1], &options);
    assert!(
        text.contains("found a footer of") && text.contains("at most 8"),
        "{text}"
    );
}

#[test]
fn columns_are_bounded_together() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.parquet");
    let mut options = Options::default();
    // A page and what stands in front of its values.
    options.limits.part_bytes = ROWS * 8 + 100;
    for (columns, fits) in [(8, true), (9, false)] {
        let properties = WriterProperties::builder().set_dictionary_enabled(false);
        parquet(&file, &table(vec![numbers(); columns]), properties);
        if fits {
            assert_eq!(read(&file, &options).unwrap(), ROWS as u64);
        } else {
            let text = refusal(&file, &options);
            assert!(text.contains("columns up to `c8`, together"), "{text}");
            assert!(text.contains("--max-part-bytes"), "{text}");
        }
    }
}

#[test]
fn dictionaries_of_arrow_are_bounded_together() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.arrow");
    let mut options = Options::default();
    options.limits.dictionary_bytes = TEXT + 200;
    for (columns, fits) in [(8, true), (9, false)] {
        arrow(&file, &table(vec![cities(); columns]), 1);
        if fits {
            assert_eq!(read(&file, &options).unwrap(), ROWS as u64);
        } else {
            let text = refusal(&file, &options);
            assert!(text.contains("dictionaries of all columns, together"), "{text}");
            assert!(text.contains("--max-dictionary-bytes"), "{text}");
        }
    }
}

#[test]
fn a_short_dictionary_that_stands_for_far_more_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["a.parquet", "a.arrow"].map(|it| folder.path().join(it));
    let large = LargeStringArray::from(vec!["x".repeat(TEXT); ROWS]);
    parquet(&files[0], &table(vec![Arc::new(large)]), WriterProperties::builder());
    arrow(&files[1], &table(vec![cities()]), 1);
    for file in files {
        let mut options = Options::default();
        options.limits.part_bytes = TEXT * ROWS;
        assert_eq!(read(&file, &options).unwrap(), ROWS as u64);
        options.limits.part_bytes -= 1;
        let text = refusal(&file, &options);
        assert!(text.contains("found texts of at most 16384 rows, together,"), "{text}");
        assert!(text.contains("--max-part-bytes"), "{text}");
    }
}

/// The blocks of the record batches, as they stand in the footer, with their offset.
fn blocks(bytes: &[u8]) -> Vec<(usize, i64)> {
    let end = bytes.len() - 10;
    let length = u32::from_le_bytes(bytes[end..end + 4].try_into().unwrap()) as usize;
    let footer = root_as_footer(&bytes[end - length..end]).unwrap();
    let place = |it: &arrow_ipc::Block| {
        let mut wanted = it.offset().to_le_bytes().to_vec();
        wanted.extend(it.metaDataLength().to_le_bytes());
        let within = bytes[end - length..].windows(12).position(|it| it == wanted).unwrap();
        (end - length + within, it.offset())
    };
    footer.recordBatches().unwrap().iter().map(place).collect()
}

#[test]
fn blocks_that_share_bytes_or_are_no_messages_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.arrow");
    arrow(&file, &table(vec![numbers()]), 4);
    let whole = fs::read(&file).unwrap();
    let mut bytes = whole.clone();
    for (at, offset) in blocks(&whole) {
        // Up to the end of the file, each.
        let rest = whole.len() as i64 - offset;
        bytes[at + 8..at + 12].copy_from_slice(&i32::try_from(rest).unwrap().to_le_bytes());
    }
    fs::write(&file, &bytes).unwrap();
    let text = refusal(&file, &Options::default());
    assert!(
        text.contains("found blocks of") && text.contains("of the file"),
        "{text}"
    );

    let mut bytes = whole.clone();
    let (at, offset) = blocks(&whole)[1];
    bytes[at..at + 8].copy_from_slice(&(offset + 8).to_le_bytes());
    fs::write(&file, &bytes).unwrap();
    let text = refusal(&file, &Options::default());
    assert!(
        text.contains("found a block of the footer that is no message"),
        "{text}"
    );
}

#[test]
fn texts_of_any_encoding_and_type_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.parquet");
    let words: Vec<Option<String>> = (0..ROWS)
        .map(|it| (it % 7 != 0).then(|| format!("a word, {}", it % 500)))
        .collect();
    let dictionary: DictionaryArray<Int32Type> = words.iter().map(Option::as_deref).collect();
    let arrays: [ArrayRef; 3] = [
        Arc::new(StringArray::from(words.clone())),
        Arc::new(LargeStringArray::from(words)),
        Arc::new(dictionary),
    ];
    let mut seen = std::collections::HashSet::new();
    for array in arrays {
        for encoding in [
            Encoding::PLAIN,
            Encoding::DELTA_BYTE_ARRAY,
            Encoding::DELTA_LENGTH_BYTE_ARRAY,
        ] {
            for named in [false, true] {
                let properties = WriterProperties::builder()
                    .set_dictionary_enabled(named)
                    .set_column_encoding("c0".into(), encoding);
                parquet(&file, &table(vec![Arc::clone(&array), numbers()]), properties);
                let table = scan(&Source::open(&file, &Options::default()).unwrap(), &Options::default()).unwrap();
                assert_eq!(table.column("c0").map(|it| it.missing()), Some(ROWS.div_ceil(7) as u64));
                seen.insert(deepfix_tabular::split_statistics(&table).to_string());
            }
        }
    }
    assert_eq!(seen.len(), 1, "{seen:?}");
}

#[test]
fn dictionaries_of_other_values_and_with_gaps_are_read() {
    let keys = Int32Array::from(vec![Some(0), None, Some(1), Some(2)]);
    let values: [ArrayRef; 2] = [
        Arc::new(StringArray::from(vec![Some("Lyon"), None, Some("Oslo")])),
        Arc::new(Date32Array::from(vec![Some(0), None, Some(1)])),
    ];
    for (values, expected) in values.into_iter().zip([["Lyon", "Oslo"], ["1970-01-01", "1970-01-02"]]) {
        let array = DictionaryArray::new(keys.clone(), values);
        let mut batch = Batch::default();
        batch.fill(0, &table(vec![Arc::new(array)])).unwrap();
        let texts = &batch.columns[0].texts;
        let found: Vec<(u32, &str)> = texts.iter().map(|it| (it.0, &batch.texts[it.1.clone()])).collect();
        assert_eq!(found, [(0, expected[0]), (3, expected[1])]);
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_where_the_decoder_does_not_look() {
    let folder = tempfile::tempdir().unwrap();
    for dictionary in [false, true] {
        for (bytes, good) in [("a\u{f6}".as_bytes(), true), (b"a\xf0".as_slice(), false)] {
            let file = folder.path().join(format!("{dictionary}-{good}.parquet"));
            let schema = parse_message_type("message m { required binary j (JSON); }").unwrap();
            let properties = WriterProperties::builder().set_dictionary_enabled(dictionary).build();
            let out = fs::File::create(&file).unwrap();
            let mut writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties)).unwrap();
            let mut group = writer.next_row_group().unwrap();
            let mut column = group.next_column().unwrap().unwrap();
            let values = vec![ByteArray::from(bytes.to_vec()); 10];
            column
                .typed::<ByteArrayType>()
                .write_batch(&values, None, None)
                .unwrap();
            column.close().unwrap();
            group.close().unwrap();
            writer.close().unwrap();
            let found = read(&file, &Options::default());
            if good {
                assert_eq!(found.unwrap(), 10);
            } else {
                let error = found.unwrap_err().to_string();
                assert!(error.contains("not UTF-8"), "{error}");
            }
        }
    }
}
