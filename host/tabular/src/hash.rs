//! Hashes that are the same on every machine and in every version.

use std::hash::{BuildHasherDefault, Hasher};

/// SplitMix64's finalizer (Steele, Lea, Flood 2014): every bit of the result depends on every bit
/// of the input, and no two inputs give the same result.
pub(crate) const fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Adds a cell to the hash of its row.
pub(crate) const fn combine(hash: u64, cell: u64) -> u64 {
    // The golden ratio in front keeps a zero cell from leaving a zero hash as it is.
    let product = (hash ^ 0x9e37_79b9_7f4a_7c15) as u128 * (mix(cell) | 1) as u128;
    (product >> 64) as u64 ^ product as u64
}

/// For keys that are 64 bits of any distribution.
#[derive(Default)]
pub(crate) struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = mix(self.0 ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, it: u64) {
        self.0 = mix(it);
    }
}

pub(crate) type BuildMixed = BuildHasherDefault<Mixed>;
pub(crate) type Map<K, V> = std::collections::HashMap<K, V, BuildMixed>;
pub(crate) type Set<K> = std::collections::HashSet<K, BuildMixed>;
