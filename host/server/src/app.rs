use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use deepfix_config::ServerConfig;
use uuid::Uuid;

use crate::{
    access::KnownKeys, admission::Admission, jobs::Jobs, service::Service, shutdown::Phases, tenants::Tenants,
};

/// What all handlers share.
pub(crate) struct App {
    pub(crate) service: Service,
    pub(crate) admission: Admission,
    pub(crate) jobs: Jobs,
    pub(crate) phases: Phases,
    pub(crate) in_flight: Gauge,
    pub(crate) keys: KnownKeys,
    pub(crate) tenants: Tenants,
    /// The document of the API.
    pub(crate) openapi: Arc<utoipa::openapi::OpenApi>,
    owner: String,
}

impl App {
    /// Whether people with a browser can sign in at an identity provider.
    pub(crate) fn has_login(&self) -> bool {
        let policy = self.service.policy.load();
        policy.tokens.as_ref().is_some_and(crate::access::Tokens::has_login)
    }

    pub(crate) fn new(service: Service, phases: Phases) -> Arc<Self> {
        let config = &service.config;
        Arc::new(Self {
            admission: Admission::new(config.max_in_flight, config.max_waiting),
            jobs: Jobs::new(config.max_jobs, config.job_retention),
            phases,
            in_flight: Gauge::default(),
            keys: KnownKeys::new(),
            tenants: Tenants::default(),
            openapi: Arc::new(crate::openapi::openapi()),
            owner: Uuid::new_v4().to_string(),
            service,
        })
    }

    pub(crate) fn config(&self) -> &ServerConfig {
        &self.service.config
    }

    /// The name of this run of the server, in the database.
    pub(crate) fn owner(&self) -> &str {
        &self.owner
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
