//! One file, whatever its format.

use deepfix_plugin::{Blob, Error};
use serde_json::Value as Json;

use super::{
    Damage, Format, Header, MAX_HEADER, Pickled, Tensor,
    cursor::{Cursor, Stop},
    damage, gguf, header,
    header::LENGTH_FIELD,
    npz, onnx, skops,
    space::Piece,
    torch,
};

/// The most that one call of `Blob::read` gives.
const READ: u64 = 4 << 20;

/// What a file holds.
#[derive(Debug)]
pub(crate) enum Content {
    /// Tensors; their places count from the start of the file.
    Tensors(Vec<Tensor>),
    /// Nothing that can be trusted.
    Damaged(Damage, Option<Header>),
    /// No tensors that can be looked at.
    Opaque,
}

/// What reading one file gives.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub format: Format,
    pub content: Content,
    pub pickled: Option<Pickled>,
    /// Compressed parts, whose addresses follow behind the file.
    pub pieces: Vec<Piece>,
    /// Tensors in other files, by their names.
    pub external: Vec<(String, Tensor)>,
    pub outside: Vec<String>,
    pub notes: Vec<String>,
    pub about: Json,
}

impl Parsed {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            content: Content::Opaque,
            pickled: None,
            pieces: Vec::new(),
            external: Vec::new(),
            outside: Vec::new(),
            notes: Vec::new(),
            about: Json::Null,
        }
    }
}

/// Reads the description of a file's tensors: a few reads, whatever its size.
pub(crate) fn one_file(name: &str, blob: &dyn Blob) -> Result<Parsed, Error> {
    let size = blob.size();
    let mut parsed = Parsed::new(Format::Unknown);
    if size == 0 {
        parsed.content = Content::Damaged(Damage::Empty, None);
        return Ok(parsed);
    }
    // Enough for any magic number, and for the whole header of a small model.
    const START: u64 = 64 << 10;
    let start = blob.read(0, START.min(size))?;
    let format = Format::of(&start, name);
    parsed.format = format;
    let is_safetensors = name.to_ascii_lowercase().ends_with(".safetensors");
    if !is_safetensors && let Some(found) = unmarked_pickle(name, blob, &start, format)? {
        return Ok(found);
    }
    match format {
        Format::Safetensors => parsed.content = safetensors(blob, &start, size)?,
        // The name promises what the bytes are not.
        _ if is_safetensors => {}
        Format::TorchZip => return torch::archive(name, blob),
        Format::Pickle | Format::Zlib => return torch::stream(name, blob, format),
        Format::Gzip if holds_pickle(name) => return torch::stream(name, blob, format),
        Format::Npy => return npz::npy(name, blob),
        Format::Npz => return npz::npz(name, blob),
        Format::Skops => return skops::read(name, blob),
        Format::Zip => {
            npz::entries(blob, &mut parsed)?;
        }
        Format::Gguf => gguf(blob, &mut parsed)?,
        Format::Onnx => onnx(blob, &mut parsed)?,
        _ => {}
    }
    Ok(parsed)
}

/// Whoever loads a file by its name as a pickle does not look at its first bytes.
fn unmarked_pickle(name: &str, blob: &dyn Blob, start: &[u8], format: Format) -> Result<Option<Parsed>, Error> {
    const PACKED: [(&[u8], &str); 5] = [
        (b"BZh", "bzip2"),
        (b"\xfd7zXZ", "xz"),
        (b"]\0\0", "LZMA"),
        (b"\x04\"M\x18", "LZ4"),
        (b"(\xb5/\xfd", "Zstandard"),
    ];
    let extension = super::format::extension(name);
    let is_certain = matches!(extension.as_str(), "pkl" | "pickle" | "joblib" | "p" | "dill");
    let is_possible = matches!(
        extension.as_str(),
        "pt" | "pth" | "bin" | "ckpt" | "npy" | "npz" | "sav" | "model" | "data"
    );
    let is_read_as_one = matches!(
        format,
        Format::Pickle | Format::TorchZip | Format::Zlib | Format::Gzip | Format::Npz | Format::Zip
    );
    if is_read_as_one || !(is_certain || is_possible) {
        return Ok(None);
    }
    if let Some((_, method)) = PACKED.iter().find(|(magic, _)| start.starts_with(magic)) {
        let mut parsed = Parsed::new(format);
        parsed
            .notes
            .push(format!("it is compressed with {method}, which is not read"));
        return Ok(Some(parsed));
    }
    torch::unmarked(name, blob, is_certain && format == Format::Unknown)
}

fn holds_pickle(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".joblib", ".pkl", ".pickle", ".pkl.gz", ".joblib.gz", ".pickle.gz"]
        .iter()
        .any(|it| name.ends_with(it))
}

fn damaged(format: Format, reason: String) -> Content {
    Content::Damaged(Damage::Content { format, reason }, None)
}

fn gguf(blob: &dyn Blob, parsed: &mut Parsed) -> Result<(), Error> {
    let found = match gguf::read(&mut Cursor::new(blob, 0, u64::MAX)) {
        Ok(found) => found,
        Err(Stop::Host(error)) => return Err(error),
        Err(Stop::Content(reason)) => {
            parsed.content = damaged(Format::Gguf, reason);
            return Ok(());
        }
    };
    parsed.about = found.about;
    let mut tensors = found.tensors;
    tensors.sort_by_key(|it| (it.begin, it.end));
    let overlap = tensors.windows(2).find_map(|pair| match pair {
        [a, b] if a.end > b.begin && a.begin < a.end => Some(format!("`{}` and `{}` share bytes", a.name, b.name)),
        _ => None,
    });
    let size = blob.size();
    let missing = tensors.iter().map(|it| it.end).max().unwrap_or(0).saturating_sub(size);
    let mut names = std::collections::BTreeSet::new();
    let twice = tensors.iter().find(|it| !names.insert(it.name.as_str()));
    let twice = twice.map(|it| format!("the tensor `{}` is described twice", it.name));
    if missing > 0 {
        let lost = tensors
            .iter()
            .filter(|it| it.end > size)
            .map(|it| it.name.clone())
            .collect();
        parsed.content = Content::Damaged(Damage::Truncated { missing, lost }, Some(Header::of(tensors)));
    } else if let Some(reason) = overlap.or(twice) {
        parsed.content = damaged(Format::Gguf, reason);
    } else if !tensors.is_empty() {
        parsed.content = Content::Tensors(tensors);
    }
    Ok(())
}

fn onnx(blob: &dyn Blob, parsed: &mut Parsed) -> Result<(), Error> {
    match onnx::read(|from, to| Cursor::new(blob, from, to), blob.size()) {
        Ok(found) => {
            parsed.about = found.about.json();
            parsed.outside = found.outside;
            parsed.external = found.external;
            if found.undecoded > 0 {
                let why = "tensors have their values written one by one, and were not examined";
                parsed.notes.push(format!("{} {why}", found.undecoded));
            }
            if !found.tensors.is_empty() {
                parsed.content = Content::Tensors(found.tensors);
            }
        }
        Err(Stop::Content(reason)) => parsed.content = damaged(Format::Onnx, reason),
        Err(Stop::Host(error)) => return Err(error),
    }
    Ok(())
}

fn safetensors(blob: &dyn Blob, start: &[u8], size: u64) -> Result<Content, Error> {
    let Some(length) = start.first_chunk::<8>() else {
        return Ok(Content::Damaged(Damage::Short, None));
    };
    let stated = u64::from_le_bytes(*length);
    if stated > MAX_HEADER || stated > size - LENGTH_FIELD {
        let repaired = damage::repaired_length(start.get(8..).unwrap_or_default(), size);
        return Ok(Content::Damaged(Damage::HeaderLength { stated, repaired }, None));
    }
    let text = range(blob, start, stated)?;
    if (text.len() as u64) < stated {
        return Err(Error::Unavailable(format!(
            "the header ends at byte {} of {stated}",
            text.len()
        )));
    }
    let (header, problems) = match header::parse(&text, stated) {
        Ok(parsed) => parsed,
        Err((at, reason)) => {
            let repaired = damage::repaired_length(start.get(8..).unwrap_or_default(), size);
            let damage = Damage::HeaderJson {
                stated,
                at: at + LENGTH_FIELD,
                reason,
                repaired,
            };
            return Ok(Content::Damaged(damage, None));
        }
    };
    let data = size - header.data_start();
    Ok(match damage::damage(&header, problems, data) {
        Some(damage) => Content::Damaged(damage, Some(header)),
        None => Content::Tensors(header.moved(0).collect()),
    })
}

/// The header's bytes, of which the start has already been read.
fn range(blob: &dyn Blob, start: &[u8], length: u64) -> Result<Vec<u8>, Error> {
    let known = start.get(8..).unwrap_or_default();
    let known = known
        .get(..known.len().min(usize::try_from(length).unwrap_or(usize::MAX)))
        .unwrap_or_default();
    let mut text = known.to_vec();
    while (text.len() as u64) < length {
        let more = blob.read(LENGTH_FIELD + text.len() as u64, (length - text.len() as u64).min(READ))?;
        if more.is_empty() {
            break;
        }
        text.extend_from_slice(&more);
    }
    Ok(text)
}
