//! What kind of file a checkpoint is, by its first bytes rather than by its name.

/// A file format that a checkpoint may have, or turn out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Length, JSON header, raw tensors.
    Safetensors,
    /// A bare Python pickle: loading it runs code.
    Pickle,
    /// A ZIP archive that PyTorch wrote (by its name): a pickle inside.
    TorchZip,
    /// Any other ZIP archive (Keras 3).
    Zip,
    /// NumPy's archive of arrays.
    Npz,
    /// An archive of skops: a schema, and arrays.
    Skops,
    /// A graph of ONNX.
    Onnx,
    /// Several files, and an index that says which tensor is in which.
    Parts,
    /// A zlib stream, as joblib writes it.
    Zlib,
    /// llama.cpp's format.
    Gguf,
    /// HDF5, as Keras 2 writes it.
    Hdf5,
    /// One NumPy array.
    Npy,
    /// A gzip stream.
    Gzip,
    /// A tar archive.
    Tar,
    /// TensorFlow Lite.
    TfLite,
    /// A web page, usually the answer of a failed download.
    Html,
    /// A Git LFS pointer: the weights were never fetched.
    LfsPointer,
    /// A JSON text, such as an index file or an error message.
    Json,
    /// Nothing known.
    Unknown,
}

impl Format {
    /// The format of a file by its first bytes and, where these leave it open, by its name.
    #[must_use]
    pub fn of(start: &[u8], name: &str) -> Self {
        let extension = extension(name);
        // Checked first: a length such as 0x0480 begins with the same bytes as a pickle.
        if start.get(8) == Some(&b'{') && start.get(5..8) == Some(&[0, 0, 0]) {
            return Self::Safetensors;
        }
        let text = String::from_utf8_lossy(start.get(..256.min(start.len())).unwrap_or_default()).to_ascii_lowercase();
        let text = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
        if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
            let torch = matches!(
                extension.as_str(),
                "pt" | "pth" | "bin" | "ckpt" | "pkl" | "pickle" | "safetensors"
            );
            return match extension.as_str() {
                _ if torch => Self::TorchZip,
                "npz" => Self::Npz,
                "skops" => Self::Skops,
                _ => Self::Zip,
            };
        }
        if start.first() == Some(&0x80) && matches!(start.get(1), Some(2..=5)) && start.get(8) != Some(&b'{') {
            return Self::Pickle;
        }
        for (magic, format) in [
            (b"GGUF".as_slice(), Self::Gguf),
            (b"\x89HDF\r\n\x1a\n", Self::Hdf5),
            (b"\x93NUMPY", Self::Npy),
            (b"\x1f\x8b", Self::Gzip),
        ] {
            if start.starts_with(magic) && start.get(8) != Some(&b'{') {
                return format;
            }
        }
        // The fields of a message begin with their number and one of four types.
        let is_field = start
            .first()
            .is_some_and(|it| matches!(it & 7, 0 | 1 | 2 | 5) && (8..=207).contains(it));
        if extension == "onnx" && is_field {
            return Self::Onnx;
        }
        if start.first() == Some(&0x78)
            && matches!(start.get(1), Some(0x01 | 0x5e | 0x9c | 0xda))
            && matches!(extension.as_str(), "joblib" | "pkl" | "pickle" | "z")
        {
            return Self::Zlib;
        }
        if start.get(4..8) == Some(b"TFL3") {
            return Self::TfLite;
        }
        if start.get(257..262) == Some(b"ustar") {
            return Self::Tar;
        }
        if text.starts_with("version https://git-lfs") {
            return Self::LfsPointer;
        }
        if text.starts_with("<!doctype") || text.starts_with("<html") || text.starts_with("<?xml") {
            return Self::Html;
        }
        if text.starts_with("{\"") || text.starts_with("{\n") || text.starts_with("{ ") {
            return Self::Json;
        }
        let other = matches!(
            extension.as_str(),
            "pt" | "pth"
                | "bin"
                | "ckpt"
                | "pkl"
                | "pickle"
                | "joblib"
                | "h5"
                | "hdf5"
                | "keras"
                | "onnx"
                | "gguf"
                | "npz"
                | "npy"
                | "pb"
                | "tflite"
                | "msgpack"
                | "zip"
                | "index"
                | "skops"
                | "ubj"
                | "cbm"
                | "txt"
        );
        if other { Self::Unknown } else { Self::Safetensors }
    }

    /// The name that people know.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::Pickle => "Python pickle",
            Self::TorchZip => "PyTorch ZIP (pickle)",
            Self::Zip => "ZIP",
            Self::Npz => "NumPy .npz",
            Self::Skops => "skops",
            Self::Onnx => "ONNX",
            Self::Parts => "index",
            Self::Zlib => "zlib",
            Self::Gguf => "GGUF",
            Self::Hdf5 => "HDF5",
            Self::Npy => "NumPy .npy",
            Self::Gzip => "gzip",
            Self::Tar => "tar",
            Self::TfLite => "TensorFlow Lite",
            Self::Html => "HTML",
            Self::LfsPointer => "Git LFS pointer",
            Self::Json => "JSON",
            Self::Unknown => "?",
        }
    }

    /// Whether the usual way to load the file executes what is written in it.
    #[must_use]
    pub fn runs_code(self) -> bool {
        matches!(self, Self::Pickle | Self::TorchZip)
    }

    /// Whether no model can be in such a file, whatever its name.
    #[must_use]
    pub fn is_no_model(self) -> bool {
        matches!(self, Self::Html | Self::LfsPointer)
    }
}

/// The part of a file name after the last dot, in lower case.
pub(crate) fn extension(name: &str) -> String {
    name.rsplit_once('.')
        .map(|(_, end)| end.to_ascii_lowercase())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_length_that_looks_like_a_pickle_is_still_safetensors() {
        let mut bytes = 0x0480_u64.to_le_bytes().to_vec();
        bytes.extend(b"{}");
        assert_eq!(Format::of(&bytes, "model.safetensors"), Format::Safetensors);
        assert_eq!(
            Format::of(b"\x80\x02\x8a\x0al\xfc\x9cF\xf9", "model.pt"),
            Format::Pickle
        );
    }

    #[test]
    fn failed_downloads_are_recognised() {
        assert_eq!(
            Format::of(b"\n<!DOCTYPE html><html>", "model.safetensors"),
            Format::Html
        );
        assert_eq!(
            Format::of(b"version https://git-lfs.github.com/spec/v1\n", "a.bin"),
            Format::LfsPointer
        );
        assert_eq!(Format::of(b"PK\x03\x04....", "a.pt"), Format::TorchZip);
        assert_eq!(Format::of(b"PK\x03\x04....", "a.keras"), Format::Zip);
        assert_eq!(Format::of(b"garbage bytes", "a.onnx"), Format::Unknown);
        assert_eq!(Format::of(b"garbage bytes", "model.safetensors"), Format::Safetensors);
    }
}
