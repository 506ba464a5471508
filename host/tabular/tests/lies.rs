//! Files that say less than they hold are refused before that is decoded, and what is decoded in pieces is the same.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::{fs, io::Write, path::Path, sync::Arc};

use arrow_array::{ArrayRef, DictionaryArray, Float64Array, NullArray, RecordBatch, StringArray, types::Int32Type};
use arrow_ipc::writer::{FileWriter, StreamWriter};
use deepfix_tabular::{Limits, Options, Source, TableError, scan, sizes::of_pages, split_statistics};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, Encoding},
    data_type::{ByteArray, ByteArrayType},
    file::{
        properties::{WriterProperties, WriterVersion},
        reader::FileReader as _,
        serialized_reader::SerializedFileReader,
        writer::SerializedFileWriter,
    },
    schema::parser::parse_message_type,
};

/// Rows of a file whose one page of zeros is far larger than what it is stored in.
const ROWS: usize = 100_000;
/// Bytes that a header states in place of them.
const SAID: u64 = 1000;

fn read(file: &Path, options: &Options) -> Result<u64, TableError> {
    Ok(scan(&Source::open(file, options)?, options)?.rows)
}

fn refusal(file: &Path, options: &Options) -> String {
    read(file, options).unwrap_err().to_string()
}

/// The statistics of a file.
fn found(file: &Path, options: &Options) -> String {
    split_statistics(&scan(&Source::open(file, options).unwrap(), options).unwrap()).to_string()
}

/// A number in zigzag form, in at least so many bytes.
fn varint(number: u64, least: usize) -> Vec<u8> {
    let (mut rest, mut bytes) = (number << 1, Vec::new());
    while rest > 0x7f || bytes.len() + 1 < least {
        bytes.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    bytes
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
fn page(stored: &[u8], said: u64, levels: Option<u64>, packed: bool) -> Vec<u8> {
    let mut bytes = vec![0x15, if levels.is_some() { 6 } else { 0 }, 0x15];
    bytes.extend(varint(said, 1));
    bytes.push(0x15);
    bytes.extend(varint(stored.len() as u64, 1));
    match levels {
        None => bytes.extend([0x2c, 0x15, 6, 0x15, 0, 0x15, 0, 0x15, 0, 0, 0]),
        Some(levels) => {
            bytes.extend([0x5c, 0x15, 6, 0x15, 0, 0x15, 6, 0x15, 0, 0x15]);
            bytes.extend(varint(levels, 1));
            bytes.extend([0x15, 0, if packed { 0x11 } else { 0x12 }, 0, 0]);
        }
    }
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
        let bytes = page(stored, said, levels, packed);
        let found = of_pages(&bytes, &limits);
        assert_eq!(found.is_ok(), fits, "{levels:?} {packed} {said}: {found:?}");
    }
    // What it is stored in says that it is small enough, whatever it is.
    let bytes = page(&frames, SAID, None, true);
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
    let cities: ArrayRef = Arc::new(DictionaryArray::<Int32Type>::new(keys, Arc::new(values)));
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
