//! A bare pickle: PyTorch's old stream, a learner, or anything else, as it is or compressed.

use deepfix_plugin::{Blob, Error};

use super::{
    super::{Content, Format, Parsed, header::Tensor, space::Piece, zip},
    MAX_INFLATED, MAX_PICKLES, Pickle, Pickled, arrays, imports_at, pickle, read_piece, storages, tensors,
};

/// Opcodes with which a pickle can begin that says no protocol: those that need nothing on the stack.
const STARTS: &[u8] = b"\x80(NFGKMJILSVXUTCBP)]}c\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96";
/// The versions of deflate streams with a header that joblib writes: bytes in front of the data.
const ZLIB_HEADER: u64 = 2;
/// The longest gzip header: ten bytes, and a name.
const GZIP_HEADER: u64 = 4096;

/// A bare pickle: PyTorch's old stream, a learner, or anything else; `name` is the blob's.
pub(in crate::checkpoint) fn stream(name: &str, blob: &dyn Blob, format: Format) -> Result<Parsed, Error> {
    let mut parsed = Parsed::new(format);
    let header = match format {
        Format::Zlib => Some(ZLIB_HEADER),
        Format::Gzip => Some(gzip_header(&zip::bytes(blob, 0, GZIP_HEADER)?)),
        _ => None,
    };
    if let Some(header) = header {
        let piece = Piece {
            blob: name.to_owned(),
            offset: header,
            length: u64::MAX,
            packed: Some(blob.size().saturating_sub(header)),
        };
        let read = read_piece(blob, piece, MAX_INFLATED);
        let mut pickled = Pickled::new(Format::Pickle);
        pickled.add(&read);
        parsed.pickled = Some(pickled);
        return Ok(parsed);
    }
    let read = imports_at(blob, 0, u64::MAX);
    // The magic number may be written in any protocol.
    if is_number(&read) && read.end < blob.size() {
        return storages::legacy(parsed, blob);
    }
    let mut pickled = Pickled::new(Format::Pickle);
    pickled.add(&read);
    following(blob, read.end, &mut pickled);
    parsed.pickled = Some(pickled);
    let (found, others) = tensors::coefficients(&read);
    if others > 0 {
        parsed
            .notes
            .push(format!("{others} arrays are no coefficients, and were not examined"));
    }
    if !found.is_empty() {
        parsed.content = Content::Tensors(found.into_iter().map(|(path, it)| tensor(path, it)).collect());
    }
    Ok(parsed)
}

/// Whether the value of the whole is a number: those that fit into no machine word are not kept.
fn is_number(read: &Pickle) -> bool {
    let value = read.root.and_then(|it| read.nodes.get(it));
    matches!(value, Some(pickle::Node::Int(_) | pickle::Node::Other))
}

/// Pickles that follow in the same file, as a program finds them that loads one after the other.
fn following(blob: &dyn Blob, mut at: u64, pickled: &mut Pickled) {
    for _ in 1..MAX_PICKLES {
        let start = zip::bytes(blob, at, 2).unwrap_or_default();
        if !matches!(start.as_slice(), [0x80, 0..=5]) {
            return;
        }
        let read = imports_at(blob, at, u64::MAX);
        at = read.end;
        pickled.add(&read);
    }
}

/// A file that by its name may be loaded as a pickle and by its first bytes is of no known format: one of
/// the protocols 0 and 1, which have no mark of their own. It counts as one where it can be read to its end,
/// or imports what looks like names before that; `is_certain` where its name leaves nothing else.
pub(in crate::checkpoint) fn unmarked(name: &str, blob: &dyn Blob, is_certain: bool) -> Result<Option<Parsed>, Error> {
    let first = zip::bytes(blob, 0, 1)?;
    if !first.first().is_some_and(|it| STARTS.contains(it)) {
        return Ok(None);
    }
    let mut read = imports_at(blob, 0, u64::MAX);
    if is_number(&read) && read.end < blob.size() {
        // Perhaps a magic number: what follows decides.
        read = imports_at(blob, read.end, u64::MAX);
        if read.root.is_some() && read.end < blob.size() {
            return stream(name, blob, Format::Pickle).map(Some);
        }
    }
    let is_name = |it: &String| {
        let mut parts = it.split('.');
        parts.all(|it| !it.is_empty() && it.chars().all(|it| it == '_' || it.is_alphanumeric()))
    };
    let is_whole = read.root.is_some() && (read.end == blob.size() || !read.globals.is_empty());
    if is_whole || is_certain || (!read.globals.is_empty() && read.globals.iter().all(is_name)) {
        return stream(name, blob, Format::Pickle).map(Some);
    }
    Ok(None)
}

/// Where the data of a gzip stream begin (RFC 1952).
fn gzip_header(start: &[u8]) -> u64 {
    let flags = start.get(3).copied().unwrap_or_default();
    let mut at = 10;
    if flags & 4 != 0 {
        let length = start.get(at..).and_then(|it| it.first_chunk::<2>()).copied();
        at += 2 + usize::from(u16::from_le_bytes(length.unwrap_or_default()));
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let rest = start.get(at..).unwrap_or_default();
            at += rest.iter().position(|it| *it == 0).map_or(rest.len(), |it| it + 1);
        }
    }
    at += usize::from(flags & 2);
    at as u64
}

fn tensor(name: String, it: arrays::Place) -> Tensor {
    Tensor {
        name,
        dtype: it.dtype,
        dtype_name: it.dtype_name,
        shape: it.shape,
        begin: it.at,
        end: it.at.saturating_add(it.bytes),
        column_major: it.column_major,
    }
}
