//! The span of one call, by OpenTelemetry's conventions for generative AI (semantic conventions,
//! "GenAI spans"). Never in it: what was asked and answered.

use tracing::{Span, field::Empty};

use crate::{
    LlmError,
    provider::Row,
    wire::{Exchange, Parsed},
};

/// A span for an exchange that is about to be sent.
pub(crate) fn span(exchange: &Exchange<'_>, row: &Row, host: &str) -> Span {
    let output = if exchange.schema.is_some() { "json" } else { "text" };
    tracing::info_span!(
        target: "deepfix::trace",
        "chat",
        otel.name = format!("chat {}", exchange.model),
        otel.kind = "client",
        otel.status_code = Empty,
        gen_ai.operation.name = "chat",
        gen_ai.provider.name = row.convention(),
        gen_ai.request.model = exchange.model,
        gen_ai.request.max_tokens = exchange.max_tokens,
        gen_ai.request.temperature = exchange.temperature,
        "gen_ai.output.type" = output,
        gen_ai.response.model = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        server.address = host,
        "error.type" = Empty,
    )
}

/// Adds how it ended.
pub(crate) fn ended(span: &Span, outcome: &Result<Parsed, LlmError>) {
    let failed = |kind: &str| {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", kind);
    };
    match outcome {
        Ok(Parsed::Reply(reply)) => {
            span.record("gen_ai.response.model", reply.model.as_str());
            span.record("gen_ai.usage.input_tokens", reply.tokens.input);
            span.record("gen_ai.usage.output_tokens", reply.tokens.output);
        }
        Ok(Parsed::Length(tokens)) => {
            span.record("gen_ai.usage.input_tokens", tokens.input);
            span.record("gen_ai.usage.output_tokens", tokens.output);
            failed("length");
        }
        Ok(Parsed::Error(status, _)) => failed(&status.to_string()),
        Err(error) => failed(error.kind.as_str()),
    }
}
