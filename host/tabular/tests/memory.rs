//! What hostile files take is measured: each is read by a process of its own that may have a little memory only.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

mod made;

use std::{env, fs, io::Write, path::Path, process::Command, sync::Arc};

use deepfix_tabular::Options;
use made::{length, page, read, varint};
use parquet::{
    basic::{Compression, Encoding, Repetition, Type},
    column::writer::ColumnCloseResult,
    data_type::Int64Type,
    file::{metadata::ColumnChunkMetaData, writer::SerializedFileWriter},
    schema::types::{SchemaDescriptor, Type as SchemaType},
};

/// Address space of a process that reads one file, in KiB: what the binary and its threads take, and a page of the
/// largest size.
const MOST: u64 = 2_000_000;
/// The file that a process reads.
const FILE: &str = "DEEPFIX_TABULAR_TEST_FILE";

/// The child process of the test below.
#[test]
#[ignore = "a process of another test, which names its file"]
#[allow(clippy::print_stdout, reason = "that is how it tells the test")]
fn reads_a_file() {
    let file = env::var(FILE).unwrap();
    // Each thread reserves address space of its own.
    let options = Options {
        threads: 2,
        ..Options::default()
    };
    match read(Path::new(&file), &options) {
        Ok(rows) => println!("read {rows} rows"),
        Err(error) => println!("refused: {error}"),
    }
}

/// What a process with little memory says of a file.
fn said(file: &Path) -> String {
    let limited = format!("ulimit -v {MOST} && exec \"$0\" --exact reads_a_file --ignored --nocapture");
    let ran = Command::new("sh")
        .args(["-c", &limited])
        .arg(env::current_exe().unwrap())
        .env(FILE, file)
        .env("RUST_TEST_THREADS", "1")
        .env("MALLOC_ARENA_MAX", "2")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{}: {text}{errors}", file.display());
    text
}

/// A file of one column with these pages.
fn file(path: &Path, kind: Type, compression: Compression, dictionary: Option<Vec<u8>>, data: &[u8]) {
    let leaf = SchemaType::primitive_type_builder("c", kind).with_repetition(Repetition::REQUIRED);
    let leaf = if kind == Type::BYTE_ARRAY {
        leaf.with_logical_type(Some(parquet::basic::LogicalType::String))
    } else {
        leaf
    };
    let root = SchemaType::group_type_builder("m").with_fields(vec![Arc::new(leaf.build().unwrap())]);
    let root = Arc::new(root.build().unwrap());
    let described = SchemaDescriptor::new(Arc::clone(&root)).column(0);
    let first = dictionary.as_ref().map_or(0, Vec::len);
    let mut bytes = dictionary.unwrap_or_default();
    bytes.extend(data);
    let meta = ColumnChunkMetaData::builder(described)
        .set_compression(compression)
        .set_encodings(vec![Encoding::PLAIN])
        .set_num_values(100)
        .set_total_compressed_size(bytes.len() as i64)
        .set_total_uncompressed_size(bytes.len() as i64)
        .set_data_page_offset(first as i64)
        .set_dictionary_page_offset((first > 0).then_some(0));
    let mut writer = SerializedFileWriter::new(fs::File::create(path).unwrap(), root, Default::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let close = ColumnCloseResult {
        bytes_written: bytes.len() as u64,
        rows_written: 100,
        metadata: meta.build().unwrap(),
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    group.append_column(&bytes::Bytes::from(bytes), close).unwrap();
    group.close().unwrap();
    writer.close().unwrap();
}

/// A footer behind nothing.
fn footer(path: &Path, footer: &[u8]) {
    let mut bytes = b"PAR1".to_vec();
    bytes.extend(footer);
    bytes.extend(u32::try_from(footer.len()).unwrap().to_le_bytes());
    bytes.extend(b"PAR1");
    fs::write(path, bytes).unwrap();
}

/// The version, the schema of so many elements, and what follows it.
fn schema(many: u64, elements: &[u8], rest: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x15, 2, 0x19, 0xfc];
    bytes.extend(length(many, 1));
    bytes.extend(elements);
    bytes.extend(rest);
    bytes
}

#[test]
fn files_that_would_take_all_memory_are_refused_within_little() {
    const MANY: u64 = i32::MAX as u64;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let plain = Compression::UNCOMPRESSED;
    let numbers = page(false, 100, 0, 800, &[0; 800]);

    // So many numbers, and so many texts, in 8 bytes.
    let dictionary = || Some(page(true, MANY, 0, 8, &[0; 8]));
    file(&at("numbers.parquet"), Type::INT64, plain, dictionary(), &numbers);
    file(&at("texts.parquet"), Type::BYTE_ARRAY, plain, dictionary(), &numbers);
    // 2^40 lengths without a difference, in blocks of as many.
    let blocks = [0x80, 0x80, 0x80, 0x80, 0x80, 0x20];
    let lengths = [&blocks[..], &[1], &blocks, &[0, 0, 0]].concat();
    for (name, encoding) in [("lengths.parquet", 6), ("prefixes.parquet", 7)] {
        let data = page(false, 100, encoding, lengths.len() as u64, &lengths);
        file(&at(name), Type::BYTE_ARRAY, plain, None, &data);
    }
    // 8 GiB of zeros, in members of 16 MiB.
    let mut member = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    member.write_all(&vec![0; 16 << 20]).unwrap();
    let zeros = member.finish().unwrap().repeat(512);
    let data = page(false, 100, 0, 800, &zeros);
    file(
        &at("gzip.parquet"),
        Type::INT64,
        Compression::GZIP(Default::default()),
        None,
        &data,
    );
    // A group of as many members as a number says; row groups, too; and a long name in the paths of many columns.
    let group = |name: &[u8], members: u64| {
        let mut bytes = vec![0x35, 0, 0x18];
        bytes.extend(length(name.len() as u64, 1));
        bytes.extend(name);
        bytes.push(0x15);
        bytes.extend(varint(members, 1));
        bytes.push(0);
        bytes
    };
    let leaf = [0x15, 2, 0x25, 0, 0x18, 0, 0];
    let end = [0x16, 0, 0x19, 0x0c, 0];
    let members = [group(b"m", MANY), leaf.to_vec()].concat();
    footer(&at("members.parquet"), &schema(2, &members, &end));
    let few = [group(b"m", 1), leaf.to_vec()].concat();
    let groups = [&[0x16, 0, 0x19, 0xfc, 0xff, 0xff, 0xff, 0x0f][..], &vec![0; 32 << 20]].concat();
    footer(&at("groups.parquet"), &schema(2, &few, &groups));
    let few = [group(b"m", 1), leaf.to_vec()].concat();
    let pairs = [
        &[0x16, 0, 0x19, 0x0c, 0x19, 0xfc, 0xff, 0xff, 0xff, 0x0f][..],
        &vec![0; 32 << 20],
    ]
    .concat();
    footer(&at("pairs.parquet"), &schema(2, &few, &pairs));
    let columns = 600_000;
    let wide = [
        group(b"m", 1),
        group(&vec![b'x'; 1 << 20], columns),
        leaf.repeat(columns as usize),
    ]
    .concat();
    footer(&at("paths.parquet"), &schema(columns + 2, &wide, &end));
    let deep = [group(b"g", 1).repeat(500_000), leaf.to_vec()].concat();
    footer(&at("deep.parquet"), &schema(500_001, &deep, &end));

    for entry in fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let text = said(&path);
        assert!(text.contains("refused: "), "{}: {text}", path.display());
    }
}

#[test]
fn a_file_that_is_sound_is_read_within_as_little() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let schema = parquet::schema::parser::parse_message_type("message m { required int64 c; }").unwrap();
    let mut writer =
        SerializedFileWriter::new(fs::File::create(&path).unwrap(), Arc::new(schema), Default::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let values: Vec<i64> = (0..100_000).collect();
    column.typed::<Int64Type>().write_batch(&values, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    assert!(said(&path).contains("read 100000 rows"));
}
