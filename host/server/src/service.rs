use std::{net::SocketAddr, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use deepfix_config::{AccessConfig, HistoryConfig, OidcConfig, ServerConfig, TenantConfig, UploadsConfig};
use deepfix_core::Diagnosis;
use deepfix_history::{History, Usage};
use metrics_exporter_prometheus::PrometheusHandle;

use crate::{
    access::{self, Control, Policy, TokensError},
    pages::{Reader, Uploads},
    tls::Tls,
};

/// Everything that a server is made of. Without more than [`Service::new`] it diagnoses and
/// remembers nothing.
#[derive(Clone)]
pub struct Service {
    pub(crate) diagnosis: Arc<dyn Diagnosis>,
    pub(crate) config: ServerConfig,
    pub(crate) policy: Arc<ArcSwap<Policy>>,
    pub(crate) history: Option<History>,
    pub(crate) retention: Duration,
    /// How long an answer waits for the history.
    pub(crate) patience: Duration,
    pub(crate) metrics: Option<PrometheusHandle>,
    pub(crate) uploads: Option<Uploads>,
    /// Whether the history is shared with other servers.
    pub(crate) shared: bool,
    pub(crate) tls: Option<Tls>,
    /// What one request may use of the language model.
    pub(crate) per_request: Usage,
}

impl Service {
    /// A service that asks nobody for a key.
    #[must_use]
    pub fn new(diagnosis: Arc<dyn Diagnosis>, config: &ServerConfig) -> Self {
        Self {
            diagnosis,
            config: config.clone(),
            policy: Control::new().0,
            history: None,
            retention: Duration::MAX,
            patience: HistoryConfig::default().patience,
            metrics: None,
            uploads: None,
            shared: false,
            tls: None,
            per_request: Usage {
                calls: u64::MAX,
                tokens: u64::MAX,
            },
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

    /// With another time that an answer waits until its analysis is written down, and `/ready` for the
    /// database. What takes longer is counted as lost.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// With keys, tenants and an identity provider, as the configuration wants them.
    ///
    /// # Errors
    /// The identity provider cannot be asked as it is configured.
    pub fn with_access(
        self,
        access: &AccessConfig,
        tenants: &[TenantConfig],
        oidc: &OidcConfig,
    ) -> Result<Self, TokensError> {
        self.control().apply(access, tenants, oidc)?;
        Ok(self)
    }

    /// With what one request may use of the language model: a tenant with a budget is lent as much.
    #[must_use]
    pub fn with_model_budget(mut self, calls: u64, tokens: u64) -> Self {
        self.per_request = Usage { calls, tokens };
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

    /// With a certificate of its own. Administration on an address of its own stays plain.
    #[must_use]
    pub fn with_tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// What changes who may do what, while the server runs.
    #[must_use]
    pub fn control(&self) -> Control {
        Control(Arc::clone(&self.policy))
    }

    /// Whether requests need a key on the address that is listened on.
    #[must_use]
    pub fn needs_keys(&self) -> bool {
        self.needs_keys_on(self.config.listen)
    }

    /// Whether requests need a key on another address, such as that of administration.
    #[must_use]
    pub fn needs_keys_on(&self, address: SocketAddr) -> bool {
        access::needs_keys(&self.policy.load(), address)
    }

    /// Whether there is anything that a key or token could be checked with.
    #[must_use]
    pub fn knows_keys(&self) -> bool {
        self.history.is_some() || self.policy.load().tokens.is_some()
    }
}
