//! Changes to bytes of the kind that break parsers.

/// Numbers that are the same everywhere (splitmix64).
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((it ^ (it >> 31)) % limit.max(1) as u64) as usize
    }
}

/// Lengths and counts at the edges of their types, and marks of the formats.
const PIECES: [&[u8]; 20] = [
    &[0],
    &[0xff],
    &[0x7f],
    &[0x80],
    &[0xff; 2],
    &[0xff; 4],
    &[0xff; 8],
    &[0xff, 0xff, 0xff, 0x7f],
    &[0; 8],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
    b"\"",
    b"\n",
    b"\r",
    b",",
    b"(",
    b"{[",
    b"&a [*a, *a]",
    b"NaN",
    b"1e999",
    b"../../",
];

/// One to four changes: bits, bytes, lengths, cuts, parts that are doubled or moved.
#[must_use]
pub fn mutate(random: &mut Random, bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(out.len() + 1);
        let more = random.below(64) + 1;
        let end = (at + more).min(out.len());
        match random.below(8) {
            0 => {
                if let Some(byte) = out.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
            1 => {
                if let Some(byte) = out.get_mut(at) {
                    *byte = random.below(256) as u8;
                }
            }
            2 => {
                let piece = PIECES.get(random.below(PIECES.len())).copied().unwrap_or_default();
                for (to, from) in out.iter_mut().skip(at).zip(piece) {
                    *to = *from;
                }
            }
            3 => {
                let piece = PIECES.get(random.below(PIECES.len())).copied().unwrap_or_default();
                out.splice(at..at, piece.iter().copied());
            }
            4 => out.truncate(at),
            5 => drop(out.drain(at..end)),
            6 => {
                let part = out.get(at..end).unwrap_or_default().to_vec();
                out.splice(at..at, part);
            }
            _ => {
                let part: Vec<u8> = out.drain(at..end).collect();
                let to = random.below(out.len() + 1);
                out.splice(to..to, part);
            }
        }
    }
    out
}
