use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use deepfix_config::ServerConfig;
use deepfix_core::Diagnosis;

use crate::{admission::Admission, jobs::Jobs, shutdown::Phases};

/// What all handlers share.
pub(crate) struct App {
    pub(crate) diagnosis: Arc<dyn Diagnosis>,
    pub(crate) admission: Admission,
    pub(crate) jobs: Jobs,
    pub(crate) phases: Phases,
    pub(crate) in_flight: Gauge,
    pub(crate) config: ServerConfig,
}

impl App {
    pub(crate) fn new(diagnosis: Arc<dyn Diagnosis>, config: &ServerConfig, phases: Phases) -> Arc<Self> {
        Arc::new(Self {
            diagnosis,
            admission: Admission::new(config.max_in_flight, config.max_waiting),
            jobs: Jobs::new(config.max_jobs, config.job_retention),
            phases,
            in_flight: Gauge::default(),
            config: config.clone(),
        })
    }
}

/// Counts what is going on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gauge(Arc<AtomicUsize>);

impl Gauge {
    /// One more, until the guard is dropped.
    pub(crate) fn enter(&self) -> Entered {
        self.0.fetch_add(1, Ordering::Relaxed);
        Entered(Self(Arc::clone(&self.0)))
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counted as long as it lives.
#[derive(Debug)]
pub(crate) struct Entered(Gauge);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}
