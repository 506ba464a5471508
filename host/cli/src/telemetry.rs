//! Traces and logs for OpenTelemetry, over OTLP and HTTP. Spans are those of `tracing`: the request, its
//! agents and the calls of the language model. Records are the lines of the log but those of plugins, which
//! may say what artifacts hold.

use std::{collections::HashMap, time::Duration};

use anyhow::Context as _;
use async_trait::async_trait;
use bytes::Bytes;
use deepfix_config::TelemetryConfig;
use http::{Request, Response};
use opentelemetry::{KeyValue, trace::TracerProvider as _};
use opentelemetry_appender_tracing::layer::{OpenTelemetryTracingBridge, TracingSpanAttributes};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{LogExporter, Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    logs::SdkLoggerProvider,
    trace::{Sampler, SdkTracerProvider},
};
use tokio::runtime::Handle;
use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{EnvFilter, Layer, filter::filter_fn, registry::LookupSpan};

/// What a receiver answers is a few bytes.
const MOST_ANSWER: usize = 64 << 10;

/// Whose lines are not sent: plugins, for what they say is theirs, and what sends them, which would have
/// more to say with each delivery.
const NOT_SENT: [&str; 7] = [
    "deepfix::plugin",
    "opentelemetry",
    "reqwest",
    "hyper",
    "hyper_util",
    "h2",
    "rustls",
];

/// What sends spans and records.
pub(crate) struct Telemetry {
    traces: SdkTracerProvider,
    logs: SdkLoggerProvider,
}

/// Sends by the client that the rest of the program uses. The exporter runs on a thread of its own, where
/// there is no runtime, so the work is done on ours.
#[derive(Debug, Clone)]
struct Sender {
    client: reqwest::Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let work = self.runtime.spawn(async move {
            let mut answer = client.execute(request.try_into()?).await?;
            let mut sent = Response::builder().status(answer.status());
            if let Some(headers) = sent.headers_mut() {
                *headers = answer.headers().clone();
            }
            let mut body = Vec::new();
            while let Some(chunk) = answer.chunk().await? {
                let room = MOST_ANSWER.saturating_sub(body.len());
                body.extend(chunk.iter().take(room));
            }
            Ok::<_, HttpError>(sent.body(Bytes::from(body))?)
        });
        work.await?
    }
}

/// Starts to collect where an endpoint is configured.
pub(crate) fn start(config: &TelemetryConfig) -> anyhow::Result<Option<Telemetry>> {
    let Some(endpoint) = &config.endpoint else {
        return Ok(None);
    };
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(config.timeout)
        .build()
        .context("[telemetry]: no client for `endpoint`")?;
    let sender = Sender {
        client,
        runtime: Handle::current(),
    };
    let (root, headers) = (endpoint.trim_end_matches('/'), headers(config)?);
    let spans = SpanExporter::builder()
        .with_http()
        .with_http_client(sender.clone())
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{root}/v1/traces"))
        .with_timeout(config.timeout)
        .with_headers(headers.clone())
        .build()
        .context("[telemetry]: no exporter for `endpoint`")?;
    let records = LogExporter::builder()
        .with_http()
        .with_http_client(sender)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{root}/v1/logs"))
        .with_timeout(config.timeout)
        .with_headers(headers)
        .build()
        .context("[telemetry]: no exporter for `endpoint`")?;
    let resource = Resource::builder()
        .with_service_name(config.service_name.clone())
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    // Who calls decides whether a request is traced; without a caller the share does.
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.sample)));
    let traces = SdkTracerProvider::builder()
        .with_batch_exporter(spans)
        .with_sampler(sampler)
        .with_resource(resource.clone())
        .build();
    let logs = SdkLoggerProvider::builder()
        .with_batch_exporter(records)
        .with_resource(resource)
        .build();
    Ok(Some(Telemetry { traces, logs }))
}

/// Headers such as a receiver's key: they are in the environment, like all secrets.
fn headers(config: &TelemetryConfig) -> anyhow::Result<HashMap<String, String>> {
    let Some(name) = &config.headers_env else {
        return Ok(HashMap::new());
    };
    let text =
        std::env::var(name).with_context(|| format!("`[telemetry] headers_env` names {name}, which cannot be read"))?;
    let pairs = text.split(',').filter(|it| !it.trim().is_empty()).map(|pair| {
        let (name, value) = pair
            .split_once('=')
            .with_context(|| format!("{name}: found a header without `=`, expected `name=value,name=value`"))?;
        Ok((name.trim().to_owned(), value.trim().to_owned()))
    });
    pairs.collect()
}

impl Telemetry {
    /// The layer that makes spans of OpenTelemetry from those of `tracing`.
    pub(crate) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.traces.tracer("deepfix"))
            .with_location(false)
            .with_threads(false)
            // Lines of the log are records of their own, and the log's own span of a request says nothing more.
            .with_filter(filter_fn(|it| {
                it.is_span() && *it.level() <= LevelFilter::INFO && it.name() != "request"
            }))
    }

    /// The layer that makes records of OpenTelemetry from the lines of the log that `filter` lets through.
    pub(crate) fn records<S>(&self, filter: EnvFilter) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let of = |target: &str, name: &str| {
            target
                .strip_prefix(name)
                .is_some_and(|it| it.is_empty() || it.starts_with("::"))
        };
        OpenTelemetryTracingBridge::builder(&self.logs)
            .with_tracing_span_attributes(TracingSpanAttributes::allowlist(["request_id"]))
            .build()
            .with_filter(filter_fn(move |it| !NOT_SENT.iter().any(|name| of(it.target(), name))))
            .with_filter(filter)
    }

    /// Sends what is left. Blocks for twice [`FAREWELL`] at most.
    pub(crate) fn end(self) {
        if let Err(error) = self.logs.shutdown_with_timeout(FAREWELL) {
            tracing::warn!(%error, "the last lines of the log were not sent");
        }
        if let Err(error) = self.traces.shutdown_with_timeout(FAREWELL) {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// How long the end of the process waits for a receiver.
const FAREWELL: Duration = Duration::from_secs(5);
