//! What a guest prints. Plugins have no terminal: it goes to the log, within the same budget as
//! log records; what exceeds it is dropped and counted, since a write that fails would make a
//! Rust guest panic.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use tokio::io::AsyncWrite;
use wasmtime_wasi::{
    async_trait,
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamResult},
};

/// The end of the standard error is kept whatever the budget says: a panic's text is there.
const TAIL: usize = 1024;
/// What a guest may write in one call.
const PERMIT: usize = 64 << 10;

/// The log budget of one analysis.
#[derive(Debug, Clone)]
pub(crate) struct LogMeter(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limit: u64,
    used: AtomicU64,
    dropped: AtomicU64,
}

impl LogMeter {
    pub(crate) fn new(limit: u64) -> Self {
        Self(Arc::new(Inner {
            limit,
            used: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        }))
    }

    pub(crate) fn used(&self) -> u64 {
        self.0.used.load(Ordering::Relaxed)
    }

    /// Records that were dropped as a whole or in part.
    pub(crate) fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }

    /// Whether a record fits as a whole.
    pub(crate) fn record(&self, bytes: u64) -> bool {
        let fits = self.used().saturating_add(bytes) <= self.0.limit;
        if fits {
            self.0.used.fetch_add(bytes, Ordering::Relaxed);
        } else {
            self.0.dropped.fetch_add(1, Ordering::Relaxed);
        }
        fits
    }

    /// How many of these bytes fit.
    fn part(&self, bytes: usize) -> usize {
        let left = usize::try_from(self.0.limit.saturating_sub(self.used())).unwrap_or(usize::MAX);
        let fits = bytes.min(left);
        self.0.used.fetch_add(fits as u64, Ordering::Relaxed);
        if fits < bytes {
            self.0.dropped.fetch_add(1, Ordering::Relaxed);
        }
        fits
    }
}

/// Standard output or standard error of one analysis.
#[derive(Debug, Clone)]
pub(crate) struct Printed {
    meter: LogMeter,
    text: Arc<Mutex<Text>>,
}

#[derive(Debug, Default)]
struct Text {
    kept: Vec<u8>,
    tail: Vec<u8>,
}

impl Printed {
    pub(crate) fn new(meter: LogMeter) -> Self {
        Self {
            meter,
            text: Arc::default(),
        }
    }

    /// What fitted into the budget.
    pub(crate) fn kept(&self) -> String {
        String::from_utf8_lossy(&self.lock().kept).into_owned()
    }

    /// The last that was written.
    pub(crate) fn tail(&self) -> String {
        String::from_utf8_lossy(&self.lock().tail).into_owned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Text> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, bytes: &[u8]) {
        let fits = self.meter.part(bytes.len());
        let mut text = self.lock();
        text.kept.extend_from_slice(bytes.get(..fits).unwrap_or_default());
        text.tail
            .extend_from_slice(bytes.get(bytes.len().saturating_sub(TAIL)..).unwrap_or_default());
        let surplus = text.tail.len().saturating_sub(TAIL);
        text.tail.drain(..surplus);
    }
}

impl IsTerminal for Printed {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Printed {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        // WASI 0.2 alone is linked, which takes the stream below.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Printed {
    async fn ready(&mut self) {}
}

impl OutputStream for Printed {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        self.put(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_streams_draw_on_one_budget_and_the_tail_survives_it() {
        let meter = LogMeter::new(10);
        let (out, err) = (Printed::new(meter.clone()), Printed::new(meter.clone()));
        out.put(b"12345678");
        err.put(b"abcd");
        err.put(b"efgh");
        assert_eq!((out.kept().as_str(), err.kept().as_str()), ("12345678", "ab"));
        assert_eq!(err.tail(), "abcdefgh");
        assert!(!meter.record(1));
        assert_eq!((meter.used(), meter.dropped()), (10, 3));
    }
}
