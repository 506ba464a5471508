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

use crate::Secrets;

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
    /// Bytes of the end that are kept: a secret of the longest length more than are shown.
    tail: usize,
    text: Arc<Mutex<Text>>,
}

#[derive(Debug, Default)]
struct Text {
    kept: Vec<u8>,
    /// Whether something of it did not fit.
    kept_cut: bool,
    tail: Vec<u8>,
    /// Whether there was more before it.
    tail_cut: bool,
}

impl Printed {
    /// `longest`: bytes of the longest secret.
    pub(crate) fn new(meter: LogMeter, longest: usize) -> Self {
        Self {
            meter,
            tail: TAIL + longest,
            text: Arc::default(),
        }
    }

    /// What fitted into the budget, without secrets.
    pub(crate) fn kept(&self, secrets: &Secrets) -> String {
        let text = self.lock();
        let mut kept = secrets.hidden(String::from_utf8_lossy(&text.kept).into_owned());
        if text.kept_cut {
            secrets.hide_begun(&mut kept);
        }
        kept
    }

    /// The last that was written, without secrets.
    pub(crate) fn tail(&self, secrets: &Secrets) -> String {
        let text = self.lock();
        let mut tail = secrets.hidden(String::from_utf8_lossy(&text.tail).into_owned());
        if text.tail_cut {
            secrets.hide_ended(&mut tail);
        }
        tail
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Text> {
        self.text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, bytes: &[u8]) {
        let fits = self.meter.part(bytes.len());
        let mut text = self.lock();
        text.kept.extend_from_slice(bytes.get(..fits).unwrap_or_default());
        text.kept_cut |= fits < bytes.len();
        let shown = bytes.get(bytes.len().saturating_sub(self.tail)..).unwrap_or_default();
        text.tail.extend_from_slice(shown);
        let surplus = text.tail.len().saturating_sub(self.tail);
        text.tail.drain(..surplus);
        text.tail_cut |= surplus > 0 || shown.len() < bytes.len();
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
        let (out, err) = (Printed::new(meter.clone(), 0), Printed::new(meter.clone(), 0));
        let none = Secrets::default();
        out.put(b"12345678");
        err.put(b"abcd");
        err.put(b"efgh");
        assert_eq!((out.kept(&none).as_str(), err.kept(&none).as_str()), ("12345678", "ab"));
        assert_eq!(err.tail(&none), "abcdefgh");
        assert!(!meter.record(1));
        assert_eq!((meter.used(), meter.dropped()), (10, 3));
    }
    #[test]
    fn half_of_a_secret_is_not_printed_where_the_text_is_cut() {
        let value = "correct-horse-battery";
        let secrets = Secrets::new([("licence".to_owned(), value.to_owned())].into()).unwrap();
        let printed = Printed::new(LogMeter::new(20), secrets.longest());
        printed.put(format!("it is {value}").as_bytes());
        assert_eq!(printed.kept(&secrets), "it is [secret licence]");
        // The tail begins within the secret.
        printed.put("x".repeat(TAIL + 8).as_bytes());
        let tail = printed.tail(&secrets);
        assert!(tail.starts_with("[secret licence]xxx"), "{tail}");
        // Nothing was cut: what only looks like a part stays.
        let printed = Printed::new(LogMeter::new(100), secrets.longest());
        printed.put(b"battery, correct");
        assert_eq!(printed.kept(&secrets), "battery, correct");
        assert_eq!(printed.tail(&secrets), "battery, correct");
    }
}
