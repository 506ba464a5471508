use std::{sync::Arc, time::Duration};

use deepfix_config::{AccessConfig, RequireKeys, ServerConfig, UploadsConfig};
use deepfix_core::Diagnosis;
use deepfix_history::History;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::pages::{Reader, Uploads};

/// Everything that a server is made of. Without more than [`Service::new`] it diagnoses and
/// remembers nothing.
#[derive(Clone)]
pub struct Service {
    pub(crate) diagnosis: Arc<dyn Diagnosis>,
    pub(crate) config: ServerConfig,
    pub(crate) access: AccessConfig,
    pub(crate) history: Option<History>,
    pub(crate) retention: Duration,
    pub(crate) metrics: Option<PrometheusHandle>,
    pub(crate) uploads: Option<Uploads>,
    /// Whether the history is shared with other servers.
    pub(crate) shared: bool,
}

impl Service {
    /// A service that asks nobody for a key.
    #[must_use]
    pub fn new(diagnosis: Arc<dyn Diagnosis>, config: &ServerConfig) -> Self {
        Self {
            diagnosis,
            config: config.clone(),
            access: AccessConfig {
                require_keys: RequireKeys::Never,
                ..AccessConfig::default()
            },
            history: None,
            retention: Duration::MAX,
            metrics: None,
            uploads: None,
            shared: false,
        }
    }

    /// With a memory: analyses are kept for `retention`, jobs survive a restart, keys are known.
    /// `shared`: other servers use the same database.
    #[must_use]
    pub fn with_history(mut self, history: History, retention: Duration, shared: bool) -> Self {
        self.history = Some(history);
        self.retention = retention;
        self.shared = shared;
        self
    }

    /// With keys, as the configuration wants them.
    #[must_use]
    pub fn with_access(mut self, access: &AccessConfig) -> Self {
        self.access = access.clone();
        self
    }

    /// With `/v1/uploads` and the form of the home page: files are read by `reader`.
    #[must_use]
    pub fn with_uploads(mut self, config: &UploadsConfig, reader: Reader) -> Self {
        self.uploads = Some(Uploads::new(config, reader));
        self
    }

    /// With `/metrics`.
    #[must_use]
    pub fn with_metrics(mut self, metrics: PrometheusHandle) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// Whether requests need a key on the address that is listened on.
    #[must_use]
    pub fn needs_keys(&self) -> bool {
        match self.access.require_keys {
            RequireKeys::Always => true,
            RequireKeys::Never => false,
            RequireKeys::Auto => !self.config.listen.ip().is_loopback(),
        }
    }
}
