//! The section `[telemetry]`.

use std::time::Duration;

use serde::Deserialize;

use crate::{ConfigError, load::Checker};

/// Where traces and logs go. Without an endpoint nothing is collected.
#[derive(Debug, Clone, PartialEq)]
pub struct TelemetryConfig {
    /// The root of an OTLP receiver over HTTP.
    pub endpoint: Option<String>,
    /// The environment variable with headers for it, as `name=value` between commas.
    pub headers_env: Option<String>,
    /// What this service is called.
    pub service_name: String,
    /// The share of requests without a `traceparent` of their own that are traced.
    pub sample: f64,
    /// How long one delivery may take.
    pub timeout: Duration,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            endpoint: None,
            headers_env: None,
            service_name: "deepfix".to_owned(),
            sample: 1.0,
            // What the OTLP specification gives as default.
            timeout: Duration::from_secs(10),
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RawTelemetry {
    endpoint: String,
    headers_env: String,
    service_name: Option<String>,
    sample: Option<f64>,
    timeout: Option<String>,
}

pub(crate) fn telemetry(checker: &Checker<'_>, raw: RawTelemetry) -> Result<TelemetryConfig, ConfigError> {
    let default = TelemetryConfig::default();
    let filled = |it: String| (!it.is_empty()).then_some(it);
    let is_url = |it: &str| it.starts_with("http://") || it.starts_with("https://");
    if !raw.endpoint.is_empty() && !is_url(&raw.endpoint) {
        let expected = "a URL such as `http://127.0.0.1:4318`";
        return Err(checker.wrong("telemetry.endpoint", format!("`{}`", raw.endpoint), expected));
    }
    Ok(TelemetryConfig {
        endpoint: filled(raw.endpoint),
        headers_env: filled(raw.headers_env),
        service_name: raw.service_name.and_then(filled).unwrap_or(default.service_name),
        sample: checker.within("telemetry.sample", raw.sample.unwrap_or(default.sample), 1.0)?,
        timeout: checker.time("telemetry.timeout", raw.timeout.as_ref(), default.timeout)?,
    })
}
