//! The block behind the one that was read: while the guest computes with one, the next is fetched.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use deepfix_core::Blob;
use tokio::task::JoinHandle;

/// Reads that are shorter than this are done before another one could be begun: headers, single values.
const LEAST: u64 = 256 << 10;

/// Where a blob was read last, and what is on its way.
#[derive(Default)]
pub(crate) struct Ahead {
    /// The byte behind the last read.
    end: u64,
    pending: Option<Pending>,
}

struct Pending {
    offset: u64,
    length: u64,
    block: JoinHandle<io::Result<Vec<u8>>>,
}

/// Reads a block of a blob. Where reads follow one another, the next is begun: at most one block of a blob is
/// held beyond what the guest asked for, and it is paid for when the guest asks for it.
pub(crate) async fn read(
    blob: &Arc<dyn Blob>,
    ahead: &Mutex<Ahead>,
    offset: u64,
    length: u64,
) -> Result<io::Result<Vec<u8>>, tokio::task::JoinError> {
    let (pending, follows) = {
        let mut ahead = ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let follows = ahead.end == offset && offset > 0;
        ahead.end = offset.saturating_add(length);
        (ahead.pending.take(), follows)
    };
    let block = match pending {
        Some(it) if it.offset == offset && it.length == length => it.block,
        // One that is not wanted ends by itself.
        _ => begin(blob, offset, length),
    };
    let result = block.await;
    let next = offset.saturating_add(length);
    let more = length.min(blob.size().saturating_sub(next));
    if follows && length >= LEAST && more > 0 && matches!(result, Ok(Ok(_))) {
        let pending = Pending {
            offset: next,
            length: more,
            block: begin(blob, next, more),
        };
        ahead.lock().unwrap_or_else(PoisonError::into_inner).pending = Some(pending);
    }
    result
}

/// A cold disk may take its time; other analyses go on meanwhile.
fn begin(blob: &Arc<dyn Blob>, offset: u64, length: u64) -> JoinHandle<io::Result<Vec<u8>>> {
    let blob = Arc::clone(blob);
    tokio::task::spawn_blocking(move || {
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        let count = blob.read_at(offset, &mut bytes)?;
        bytes.truncate(count);
        Ok(bytes)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Bytes that are their place, and a count of the reads.
    struct Counted(u64, AtomicUsize);

    impl Blob for Counted {
        fn size(&self) -> u64 {
            self.0
        }

        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
            self.1.fetch_add(1, Ordering::SeqCst);
            let left = usize::try_from(self.0.saturating_sub(offset))
                .unwrap()
                .min(buffer.len());
            for (at, byte) in buffer[..left].iter_mut().enumerate() {
                *byte = ((offset + at as u64) / LEAST) as u8;
            }
            Ok(left)
        }
    }

    #[tokio::test]
    async fn blocks_are_those_that_are_asked_for_in_whatever_order() {
        let counted = Arc::new(Counted(10 * LEAST + 5, AtomicUsize::new(0)));
        let blob: Arc<dyn Blob> = counted.clone();
        let ahead = Mutex::default();
        let places = [0, 1, 2, 3, 9, 4, 5, 5, 6, 0];
        for place in places {
            let bytes = read(&blob, &ahead, place * LEAST, LEAST).await.unwrap().unwrap();
            assert_eq!(bytes.len() as u64, LEAST);
            assert!(bytes.iter().all(|it| u64::from(*it) == place), "{place}");
        }
        let end = read(&blob, &ahead, 10 * LEAST, 5).await.unwrap().unwrap();
        assert_eq!(end, [10; 5]);
        // Never more than one beyond each that was asked for.
        assert!(counted.1.load(Ordering::SeqCst) <= 2 * places.len() + 2);
    }

    #[tokio::test]
    async fn what_follows_is_on_its_way_before_it_is_asked_for() {
        let counted = Arc::new(Counted(4 * LEAST, AtomicUsize::new(0)));
        let blob: Arc<dyn Blob> = counted.clone();
        let ahead = Mutex::default();
        for place in 0..4 {
            read(&blob, &ahead, place * LEAST, LEAST).await.unwrap().unwrap();
        }
        // Each once: those that were begun early were the ones that were taken.
        assert_eq!(counted.1.load(Ordering::SeqCst), 4);
    }
}
