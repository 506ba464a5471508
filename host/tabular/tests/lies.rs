//! Files that say less than they hold are refused before that is decoded, and what is decoded in pieces is the same.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod made;

use std::{fs, io::Write, path::Path, sync::Arc};

use arrow_array::{
    ArrayRef, DictionaryArray, Float64Array, NullArray, RecordBatch, StringArray, types::Int32Type as Key,
};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use deepfix_tabular::{Limits, Options, Source, scan, sizes::of_pages, split_statistics};
use made::{head, page, read, refusal, varint};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, Encoding, Repetition, Type as PhysicalType},
    data_type::{ByteArray, ByteArrayType, Int32Type},
    file::{
        properties::{WriterProperties, WriterVersion},
        reader::FileReader as _,
        serialized_reader::SerializedFileReader,
        writer::SerializedFileWriter,
    },
    schema::{parser::parse_message_type, types::Type as SchemaType},
};

/// Rows of a file whose one page of zeros is far larger than what it is stored in.
const ROWS: usize = 100_000;
/// Bytes that a header states in place of them.
const SAID: u64 = 1000;

/// The statistics of a file.
fn found(file: &Path, options: &Options) -> String {
    split_statistics(&scan(&Source::open(file, options).unwrap(), options).unwrap()).to_string()
}

/// One page of zeros, every second row of which is there.
fn zeros(file: &Path, compression: Compression, version: WriterVersion) {
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_writer_version(version)
        .set_dictionary_enabled(false)
        .set_column_encoding("zeros".into(), Encoding::PLAIN)
        .set_data_page_row_count_limit(ROWS)
        .set_write_batch_size(ROWS)
        .build();
    let column: Float64Array = (0..ROWS).map(|it| (it % 2 == 0).then_some(0.0)).collect();
    let batch = RecordBatch::try_from_iter([("zeros", Arc::new(column) as ArrayRef)]).unwrap();
    let mut writer = ArrowWriter::try_new(fs::File::create(file).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

#[test]
fn a_page_is_not_inflated_beyond_what_its_header_states() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.parquet");
    let mut options = Options::default();
    // Of gzip as much may become what the page is stored in.
    options.limits.part_bytes = ROWS / 2 * 8 + ROWS / 7;
    for compression in [
        Compression::GZIP(Default::default()),
        Compression::BROTLI(Default::default()),
    ] {
        for version in [WriterVersion::PARQUET_1_0, WriterVersion::PARQUET_2_0] {
            zeros(&file, compression, version);
            assert_eq!(read(&file, &options).unwrap(), ROWS as u64, "{compression} {version:?}");
            let mut bytes = fs::read(&file).unwrap();
            let reader = SerializedFileReader::new(fs::File::open(&file).unwrap()).unwrap();
            let at = reader.metadata().row_group(0).column(0).byte_range().0 as usize;
            let size = bytes[at + 3..].iter().position(|it| it & 0x80 == 0).unwrap() + 1;
            assert_eq!(
                (bytes[at], bytes[at + 2], size),
                (0x15, 0x15, 3),
                "the kind, then the size"
            );
            // The levels of version 2 are within both sizes.
            let said = if version == WriterVersion::PARQUET_2_0 {
                20 * SAID
            } else {
                SAID
            };
            bytes[at + 3..at + 3 + size].copy_from_slice(&varint(said, size));
            fs::write(&file, bytes).unwrap();
            let text = refusal(&file, &options);
            let expected =
                format!("byte {at}: found a page that is larger than the {said} bytes that its header states");
            assert!(
                text.contains("column `zeros`") && text.contains(&expected),
                "{compression} {version:?}: {text}"
            );
        }
    }
}

/// A page of one column, with the header of version 1, or of version 2 with so many bytes of levels.
fn with_levels(stored: &[u8], said: u64, levels: Option<u64>, packed: bool) -> Vec<u8> {
    let Some(levels) = levels else {
        return page(false, 3, 0, said, stored);
    };
    let mut bytes = head(3, said, stored);
    bytes.extend([0x5c, 0x15, 6, 0x15, 0, 0x15, 6, 0x15, 0, 0x15]);
    bytes.extend(varint(levels, 1));
    bytes.extend([0x15, 0, if packed { 0x11 } else { 0x12 }, 0, 0]);
    bytes.extend(stored);
    bytes
}

#[test]
fn frames_of_lz4_are_not_inflated_beyond_what_is_stated_either() {
    let mut frames = lz4_flex::frame::FrameEncoder::new(Vec::new());
    frames.write_all(&vec![0; ROWS]).unwrap();
    let frames = frames.finish().unwrap();
    let mut behind = vec![0; 8];
    behind.extend(&frames);
    let limits = Limits {
        part_bytes: ROWS + 8,
        ..Limits::default()
    };
    let rows = ROWS as u64;
    for (stored, levels, packed, said, fits) in [
        (&frames, None, true, rows, true),
        (&frames, None, true, rows - 1, false),
        (&behind, Some(8), true, rows + 8, true),
        (&behind, Some(8), true, rows + 7, false),
        // The header says that nothing is compressed.
        (&behind, Some(8), false, rows + 7, true),
        // Without a value nothing is decompressed.
        (&behind, Some(8), true, 8, true),
        // Levels that are larger than the page.
        (&behind, Some(8), true, 7, false),
    ] {
        let bytes = with_levels(stored, said, levels, packed);
        let found = of_pages(&bytes, &limits);
        assert_eq!(found.is_ok(), fits, "{levels:?} {packed} {said}: {found:?}");
    }
    // What it is stored in says that it is small enough, whatever it is.
    let bytes = with_levels(&frames, SAID, None, true);
    assert!(of_pages(&bytes, &limits).is_err());
    of_pages(&bytes, &Limits::default()).unwrap();
}

/// A file with one column of bytes.
fn column(file: &Path, kind: &str, encoding: Encoding, values: &[ByteArray]) {
    let schema = parse_message_type(&format!("message m {{ required binary c ({kind}); }}")).unwrap();
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(encoding == Encoding::RLE_DICTIONARY)
        .set_compression(Compression::SNAPPY);
    let properties = match encoding {
        Encoding::RLE_DICTIONARY => properties,
        it => properties.set_encoding(it),
    };
    let out = fs::File::create(file).unwrap();
    let mut writer = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties.build())).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<ByteArrayType>().write_batch(values, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
}

/// Replaces bytes of a file that stand there so often.
fn patch(file: &Path, from: &[u8], to: &[u8], times: usize, which: usize) {
    let mut bytes = fs::read(file).unwrap();
    let places: Vec<usize> = (0..bytes.len()).filter(|it| bytes[*it..].starts_with(from)).collect();
    assert_eq!(places.len(), times, "{from:?}");
    bytes[places[which]..places[which] + to.len()].copy_from_slice(to);
    fs::write(file, bytes).unwrap();
}

#[test]
fn a_dictionary_is_as_long_as_its_values_take() {
    let limits = Limits::default();
    for (values, fits) in [(3, true), (4, false)] {
        let found = of_pages(&page(true, values, 0, 15, &[0; 15]), &limits);
        assert_eq!(found.is_ok(), fits, "{found:?}");
    }
}

#[test]
fn a_dictionary_of_more_values_than_bytes_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.parquet");
    let column: Float64Array = (0..ROWS).map(|it| Some((it % 500) as f64)).collect();
    let batch = RecordBatch::try_from_iter([("a", Arc::new(column) as ArrayRef)]).unwrap();
    let mut writer = ArrowWriter::try_new(fs::File::create(&file).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    assert_eq!(read(&file, &Options::default()).unwrap(), ROWS as u64);
    // The header of a dictionary, with its number of values.
    let start = |values| [&[0x4c, 0x15][..], &varint(values, 2), &[0x15]].concat();
    patch(&file, &start(500), &start(8191), 1, 0);
    let text = refusal(&file, &Options::default());
    assert!(text.contains("column `a`"), "{text}");
    assert!(
        text.contains("found a dictionary of 8191 values in 4000 bytes"),
        "{text}"
    );
}

#[test]
fn lists_of_more_lengths_than_values_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.parquet");
    let texts = vec![ByteArray::from(Vec::new()); 100];
    // Blocks of 128 in 4 parts, so many values, the first of which is 0.
    let start = |values| [0x80, 1, 4, values, 0];
    for (encoding, lists) in [(Encoding::DELTA_LENGTH_BYTE_ARRAY, 1), (Encoding::DELTA_BYTE_ARRAY, 2)] {
        for list in 0..lists {
            column(&file, "UTF8", encoding, &texts);
            assert_eq!(read(&file, &Options::default()).unwrap(), 100);
            patch(&file, &start(100), &start(127), lists, list);
            let text = refusal(&file, &Options::default());
            let expected = "column `c`: ";
            assert!(text.contains(expected), "{text}");
            assert!(
                text.contains("found 127 lengths in a page of 100 values"),
                "{encoding} {list}: {text}"
            );
        }
        // The lengths are held besides the page.
        column(&file, "UTF8", encoding, &texts);
        let mut options = Options::default();
        options.limits.part_bytes = 100 * 4 * lists;
        let text = refusal(&file, &options);
        assert!(
            text.contains("a page of column `c`") && text.contains("--max-part-bytes"),
            "{text}"
        );
    }
}

#[test]
fn a_group_without_a_member_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.parquet");
    let group = |name| SchemaType::group_type_builder(name).with_repetition(Repetition::REQUIRED);
    let number = |name| {
        let it = SchemaType::primitive_type_builder(name, PhysicalType::INT32).with_repetition(Repetition::REQUIRED);
        Arc::new(it.build().unwrap())
    };
    let empty = Arc::new(group("e").build().unwrap());
    for (fields, fits) in [
        (vec![number("a"), number("b")], true),
        (vec![number("a"), empty, number("b")], false),
    ] {
        let schema = SchemaType::group_type_builder("m").with_fields(fields).build().unwrap();
        let out = fs::File::create(&file).unwrap();
        let mut writer = SerializedFileWriter::new(out, Arc::new(schema), Default::default()).unwrap();
        let mut group = writer.next_row_group().unwrap();
        while let Some(mut column) = group.next_column().unwrap() {
            column.typed::<Int32Type>().write_batch(&[1, 2, 3], None, None).unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
        writer.close().unwrap();
        if fits {
            assert_eq!(read(&file, &Options::default()).unwrap(), 3);
        } else {
            let text = refusal(&file, &Options::default());
            assert!(text.contains("found 1 columns of 3 without a type or a part"), "{text}");
        }
    }
}

#[test]
fn a_footer_without_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.parquet");
    column(&file, "UTF8", Encoding::PLAIN, &[ByteArray::from("a")]);
    let mut options = Options::default();
    options.limits.footer_bytes = 100;
    let text = refusal(&file, &options);
    assert!(
        text.contains("found a footer of") && text.contains("expected at most 100 (`--max-footer-bytes`)"),
        "{text}"
    );
}

#[test]
fn values_that_are_copied_are_decoded_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.parquet");
    let texts: Vec<ByteArray> = (0..40_000)
        .map(|it| {
            format!("a text that begins as the one before: {:05}", it % 20_000)
                .into_bytes()
                .into()
        })
        .collect();
    let numbers: Vec<ByteArray> = (0..40_000_i32)
        .map(|it| (it % 500).to_be_bytes().to_vec().into())
        .collect();
    for (kind, encoding, values) in [
        ("UTF8", Encoding::DELTA_BYTE_ARRAY, texts),
        ("DECIMAL(9,2)", Encoding::RLE_DICTIONARY, numbers.clone()),
        ("DECIMAL(9,2)", Encoding::DELTA_BYTE_ARRAY, numbers),
    ] {
        column(&file, kind, encoding, &values);
        let mut options = Options::default();
        let whole = found(&file, &options);
        // Far less than 16,384 pages.
        options.limits.part_bytes = 2 << 20;
        assert_eq!(found(&file, &options), whole, "{kind} {encoding}");
    }
}

#[test]
fn gaps_without_number_are_refused() {
    const GAPS: usize = 12_345;
    const CITIES: usize = 777;
    let folder = tempfile::tempdir().unwrap();
    let gaps: ArrayRef = Arc::new(NullArray::new(GAPS));
    let values = StringArray::from_iter_values((0..CITIES).map(|it| format!("a city, {it}")));
    let keys = (0..GAPS).map(|it| Some((it % CITIES) as i32)).collect();
    let cities: ArrayRef = Arc::new(DictionaryArray::<Key>::new(keys, Arc::new(values)));
    let batch = RecordBatch::try_from_iter([("gaps", gaps), ("city", cities)]).unwrap();
    let mut file = FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    let mut stream = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    file.write(&batch).unwrap();
    stream.write(&batch).unwrap();
    for (name, bytes) in [
        ("a.arrow", file.into_inner().unwrap()),
        ("a.arrows", stream.into_inner().unwrap()),
    ] {
        let path = folder.path().join(name);
        for (from, said) in [
            (
                GAPS,
                "found a record batch of 1099511627776 rows, expected at most 2147483647",
            ),
            (CITIES, "found the dictionary of column `city` of 4398046511104 bytes"),
        ] {
            fs::write(&path, &bytes).unwrap();
            assert_eq!(read(&path, &Options::default()).unwrap(), GAPS as u64);
            let mut more = bytes.clone();
            let from = (from as i64).to_le_bytes();
            while let Some(at) = more.windows(8).position(|it| it == from) {
                more[at..at + 8].copy_from_slice(&(1_i64 << 40).to_le_bytes());
            }
            fs::write(&path, more).unwrap();
            let text = refusal(&path, &Options::default());
            assert!(text.contains(said), "{name}: {text}");
        }
    }
}
