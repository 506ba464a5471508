//! Traces for OpenTelemetry, over OTLP and HTTP. Spans are those of `tracing`: the request, its agents and
//! the calls of the language model.

use std::{collections::HashMap, time::Duration};

use anyhow::Context as _;
use async_trait::async_trait;
use bytes::Bytes;
use deepfix_config::TelemetryConfig;
use http::{Request, Response};
use opentelemetry::{KeyValue, trace::TracerProvider as _};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider},
};
use tokio::runtime::Handle;
use tracing::{Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{Layer, registry::LookupSpan};

/// What a receiver answers is a few bytes.
const MOST_ANSWER: usize = 64 << 10;

/// What sends spans.
pub(crate) struct Telemetry(SdkTracerProvider);

/// Sends by the client that the rest of the program uses. The exporter runs on a thread of its own, where
/// there is no runtime, so the work is done on ours.
#[derive(Debug)]
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
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Sender {
            client,
            runtime: Handle::current(),
        })
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
        .with_timeout(config.timeout)
        .with_headers(headers(config)?)
        .build()
        .context("[telemetry]: no exporter for `endpoint`")?;
    let resource = Resource::builder()
        .with_service_name(config.service_name.clone())
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    // Who calls decides whether a request is traced; without a caller the share does.
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.sample)));
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(sampler)
        .with_resource(resource)
        .build();
    Ok(Some(Telemetry(provider)))
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
            .with_tracer(self.0.tracer("deepfix"))
            // Lines of the log are in the log, and the log's own span of a request says nothing more.
            .with_filter(tracing_subscriber::filter::filter_fn(|it| {
                it.is_span() && *it.level() <= LevelFilter::INFO && it.name() != "request"
            }))
    }

    /// Sends what is left. Blocks for [`FAREWELL`] at most.
    pub(crate) fn end(self) {
        if let Err(error) = self.0.shutdown_with_timeout(FAREWELL) {
            tracing::warn!(%error, "the last traces were not sent");
        }
    }
}

/// How long the end of the process waits for a receiver.
const FAREWELL: Duration = Duration::from_secs(5);
