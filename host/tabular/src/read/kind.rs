use std::{fs::File, io::Read, path::Path};

use crate::TableError;

/// A file format that holds a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text with a delimiter: comma, semicolon, tab or bar.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC, the file form (also called Feather version 2).
    ArrowFile,
    /// Arrow IPC, the streaming form.
    ArrowStream,
}

impl Format {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Parquet => "Parquet",
            Self::ArrowFile | Self::ArrowStream => "Arrow IPC",
        }
    }

    /// What a suffix claims; none where it claims nothing.
    #[must_use]
    pub fn of_suffix(file: &Path) -> Option<Self> {
        match file.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "tab" => Some(Self::Csv),
            "parquet" | "pq" => Some(Self::Parquet),
            "arrow" | "feather" | "ipc" => Some(Self::ArrowFile),
            "arrows" => Some(Self::ArrowStream),
            _ => None,
        }
    }
}

/// The first bytes of what is often taken for a table, and what to do about it.
const FOREIGN: [(&[u8], &str, &str); 11] = [
    (b"\x1f\x8b", "gzip", "Decompress it first: `gzip -d FILE`."),
    (b"\x28\xb5\x2f\xfd", "Zstandard", "Decompress it first: `zstd -d FILE`."),
    (b"BZh", "bzip2", "Decompress it first: `bzip2 -d FILE`."),
    (b"\xfd7zXZ", "xz", "Decompress it first: `xz -d FILE`."),
    (
        b"PK\x03\x04",
        "a ZIP archive or an Excel workbook",
        "Save the sheet as CSV, or unpack the archive.",
    ),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save the sheet as CSV."),
    (b"\x89HDF", "HDF5", "Write it with pandas' `to_parquet`."),
    (b"\x93NUMPY", "a NumPy array", "Write it with pandas' `to_csv`."),
    (b"SQLite format 3", "an SQLite database", "Export the table as CSV."),
    (
        b"\xff\xfe",
        "UTF-16 text",
        "Convert it: `iconv -f UTF-16 -t UTF-8 OLD > NEW`.",
    ),
    (
        b"\xfe\xff",
        "UTF-16 text",
        "Convert it: `iconv -f UTF-16 -t UTF-8 OLD > NEW`.",
    ),
];

/// The format by the content; the name must not claim another.
pub(super) fn of(file: &Path) -> Result<Format, TableError> {
    let io = |error| TableError::Io {
        file: file.to_owned(),
        error,
    };
    let mut start = Vec::new();
    File::open(file)
        .map_err(io)?
        .take(4096)
        .read_to_end(&mut start)
        .map_err(io)?;
    let content = by_content(&start, file)?;
    match Format::of_suffix(file) {
        Some(claimed) if claimed.name() != content.name() => Err(TableError::Suffix {
            file: file.to_owned(),
            suffix: claimed.name(),
            content: content.name(),
        }),
        _ => Ok(content),
    }
}

fn by_content(start: &[u8], file: &Path) -> Result<Format, TableError> {
    if start.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    if start.starts_with(b"ARROW1") {
        return Ok(Format::ArrowFile);
    }
    // The mark that messages of the stream begin with.
    if start.starts_with(&[0xff, 0xff, 0xff, 0xff]) {
        return Ok(Format::ArrowStream);
    }
    let foreign = |found, advice| TableError::Kind {
        file: file.to_owned(),
        found,
        advice,
    };
    for (magic, found, advice) in FOREIGN {
        if start.starts_with(magic) {
            return Err(foreign(found, advice));
        }
    }
    match start.trim_ascii_start() {
        _ if start.contains(&0) => Err(foreign(
            "binary data",
            "Write it with pandas' `to_csv` or `to_parquet`.",
        )),
        [b'{' | b'[', ..] => Err(foreign("JSON", "Write it with pandas' `to_csv`.")),
        _ => Ok(Format::Csv),
    }
}
