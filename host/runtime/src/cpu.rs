//! CPU time of one analysis, exact even when many share a core: a guest may move between
//! threads, but each poll of its future runs on one.

use std::{
    any::Any,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use rustix::time::{ClockId, clock_gettime};

fn thread_cpu_nanos() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    u64::try_from(time.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// The CPU time used so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct CpuClock(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    finished_polls: AtomicU64,
    poll_started: AtomicU64,
}

impl CpuClock {
    /// Including the poll that is under way. Must be called from inside that poll.
    pub(crate) fn used_now(&self) -> Duration {
        let running = thread_cpu_nanos().saturating_sub(self.0.poll_started.load(Ordering::Relaxed));
        Duration::from_nanos(self.0.finished_polls.load(Ordering::Relaxed) + running)
    }

    /// Up to the end of the last poll.
    pub(crate) fn used(&self) -> Duration {
        Duration::from_nanos(self.0.finished_polls.load(Ordering::Relaxed))
    }

    /// Counts the polls of a future.
    pub(crate) fn meter<F: Future + Send>(&self, future: F) -> Metered<Pin<Box<F>>> {
        Metered {
            clock: self.clone(),
            future: Box::pin(future),
        }
    }
}

/// A panic of a host function, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostPanic(pub(crate) String);

impl HostPanic {
    fn of(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().map(|it| (*it).to_owned());
        Self(
            text.or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "a panic".to_owned()),
        )
    }
}

/// A future whose polls are counted, and whose panics stay within the analysis: the fault of a
/// host function must not cost the request its other agents.
pub(crate) struct Metered<F> {
    clock: CpuClock,
    future: F,
}

impl<F: Future + Unpin> Future for Metered<F> {
    type Output = Result<F::Output, HostPanic>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let started = thread_cpu_nanos();
        self.clock.0.poll_started.store(started, Ordering::Relaxed);
        // The future is not polled again after a panic, and its store is only read for what was
        // used, then dropped.
        let result = catch_unwind(AssertUnwindSafe(|| Pin::new(&mut self.future).poll(context)));
        let used = thread_cpu_nanos().saturating_sub(started);
        self.clock.0.finished_polls.fetch_add(used, Ordering::Relaxed);
        match result {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Poll::Ready(Err(HostPanic::of(panic.as_ref()))),
        }
    }
}
