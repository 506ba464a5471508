//! The archive's directory, against hostile bytes.

use proptest::prelude::*;

use deepfix_plugin::{Blob, Error};

use super::*;

struct Bytes(Vec<u8>);

impl Blob for Bytes {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, Error> {
        let start = usize::try_from(offset).unwrap().min(self.0.len());
        let end = start.saturating_add(usize::try_from(length).unwrap()).min(self.0.len());
        Ok(self.0[start..end].to_vec())
    }
}

fn end_record(length: u32, start: u32) -> Vec<u8> {
    let mut bytes = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
    bytes.extend(length.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

#[test]
fn a_directory_beyond_the_file_is_damage() {
    for (length, start) in [(u32::MAX - 1, 0), (10, u32::MAX - 1), (u32::MAX, u32::MAX), (0, 0)] {
        let blob = Bytes([b"PK\x03\x04".to_vec(), end_record(length, start)].concat());
        assert!(
            matches!(read(&blob, Format::TorchZip), Ok(Outcome::Damaged(_))),
            "{length} {start}"
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_are_survived(head in prop::collection::vec(any::<u8>(), 0..300), length in 0_u32..400, start in 0_u32..400) {
        for format in [Format::TorchZip, Format::Pickle] {
            let _ = read(&Bytes(head.clone()), format);
            let directory = [b"PK\x01\x02".to_vec(), head.clone(), end_record(length, start)].concat();
            let _ = read(&Bytes(directory), format);
            let legacy = [LEGACY.to_vec(), head.clone()].concat();
            let _ = read(&Bytes(legacy), format);
        }
    }
}
