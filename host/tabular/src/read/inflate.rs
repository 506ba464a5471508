//! Pages of Parquet whose decompression the decoder does not end at the size that their header states.
//!
//! It inflates gzip, Brotli and the frames of LZ4 to their end and compares the sizes then. So each such page is
//! inflated here first, into nothing, and no further than it may.

use std::io::{self, Read};

use parquet::basic::Compression;

/// How many bytes one byte of deflate may become. Source: "Maximum Compression Factor" of zlib's technical details.
const DEFLATE: u64 = 1032;
/// The same for LZ4, where each byte of a length stands for at most 255. Source: LZ4's description of blocks.
const LZ4: u64 = 255;

/// A compression that the decoder follows to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endless {
    Gzip,
    Brotli,
    /// What is called LZ4 without `RAW`: frames are tried where Hadoop's framing does not fit.
    Lz4,
}

impl Endless {
    pub(crate) const ALL: [Self; 3] = [Self::Gzip, Self::Brotli, Self::Lz4];

    pub(crate) fn of(compression: Compression) -> Option<Self> {
        match compression {
            Compression::GZIP(_) => Some(Self::Gzip),
            Compression::BROTLI(_) => Some(Self::Brotli),
            Compression::LZ4 => Some(Self::Lz4),
            _ => None,
        }
    }

    /// Whether so many bytes cannot become more than the limit, whatever they are.
    pub(crate) fn fits(self, stored: u64, limit: u64) -> bool {
        match self {
            Self::Gzip => stored.saturating_mul(DEFLATE) <= limit,
            Self::Lz4 => stored.saturating_mul(LZ4) <= limit,
            // A copy of any length takes a few bits.
            Self::Brotli => false,
        }
    }

    /// Whether these bytes become more than is stated. What is damaged before that does not: the decoder names it.
    pub(crate) fn exceeds(self, stored: impl Read, stated: u64) -> io::Result<bool> {
        /// What is read at a time.
        const BUFFER: usize = 16 << 10;
        let mut stored = Kept {
            inner: stored,
            failed: None,
        };
        let most = stated.saturating_add(1);
        let found = match self {
            Self::Gzip => count(flate2::read::MultiGzDecoder::new(&mut stored), most),
            Self::Brotli => count(brotli::Decompressor::new(&mut stored, BUFFER), most),
            Self::Lz4 => count(lz4_flex::frame::FrameDecoder::new(&mut stored), most),
        };
        match stored.failed {
            Some(error) => Err(error),
            None => Ok(found > stated),
        }
    }
}

/// Bytes up to the end, an error or so many.
fn count(from: impl Read, most: u64) -> u64 {
    let mut from = from.take(most);
    let mut buffer = [0; 16 << 10];
    let mut found = 0;
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return found,
            Ok(more) => found += more as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return found,
        }
    }
}

/// Tells an error of the file from one of the compression.
struct Kept<R> {
    inner: R,
    failed: Option<io::Error>,
}

impl<R: Read> Read for Kept<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.failed = Some(io::Error::new(error.kind(), error.to_string()));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn packed(kind: Endless, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        match kind {
            Endless::Gzip => {
                let mut writer = flate2::write::GzEncoder::new(&mut out, flate2::Compression::best());
                writer.write_all(bytes).unwrap();
                writer.finish().unwrap();
            }
            Endless::Brotli => {
                let mut writer = brotli::CompressorWriter::new(&mut out, 4096, 5, 22);
                writer.write_all(bytes).unwrap();
            }
            Endless::Lz4 => {
                let mut writer = lz4_flex::frame::FrameEncoder::new(&mut out);
                writer.write_all(bytes).unwrap();
                writer.finish().unwrap();
            }
        }
        out
    }

    #[test]
    fn what_is_stated_is_compared_with_what_is_there() {
        let bytes = vec![7; 1 << 20];
        for kind in Endless::ALL {
            let packed = packed(kind, &bytes);
            let exceeds = |bytes: &[u8], stated| kind.exceeds(bytes, stated).unwrap();
            assert!(!exceeds(&packed, 1 << 20), "{kind:?}");
            assert!(exceeds(&packed, (1 << 20) - 1), "{kind:?}");
            assert!(exceeds(&packed, 0), "{kind:?}");
            assert!(!exceeds(&packed[..packed.len() / 2], 1 << 20), "{kind:?}");
            assert!(!exceeds(b"neither of them", 0), "{kind:?}");
        }
    }

    #[test]
    fn gzip_goes_on_behind_its_first_member() {
        let mut two = packed(Endless::Gzip, &[1; 1000]);
        two.extend(packed(Endless::Gzip, &[2; 1000]));
        assert!(Endless::Gzip.exceeds(&two[..], 1999).unwrap());
        assert!(!Endless::Gzip.exceeds(&two[..], 2000).unwrap());
    }

    #[test]
    fn what_cannot_become_too_large_is_known_by_its_length() {
        // As dense as it gets.
        let zeros = vec![0; 16 << 20];
        for (kind, known) in [(Endless::Gzip, true), (Endless::Lz4, true), (Endless::Brotli, false)] {
            let stored = packed(kind, &zeros).len() as u64;
            assert!(!kind.fits(stored, zeros.len() as u64 - 1), "{kind:?}");
            assert_eq!(kind.fits(stored, zeros.len() as u64 * 2), known, "{kind:?}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_an_error() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("unplugged"))
            }
        }
        for kind in Endless::ALL {
            assert_eq!(kind.exceeds(Broken, 10).unwrap_err().to_string(), "unplugged");
        }
    }
}
