//! Who calls, as the caller's own traces know it: the header `traceparent` (W3C Trace Context).

use axum::http::HeaderMap;
use opentelemetry::{
    Context,
    trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState},
};

/// The caller's span; none without the header, or with one that is none.
pub(crate) fn caller(headers: &HeaderMap) -> Option<Context> {
    let text = headers.get("traceparent")?.to_str().ok()?;
    let span = parse(text)?;
    Some(Context::new().with_remote_span_context(span))
}

/// `VERSION-TRACE-SPAN-FLAGS`. A later version may have more behind it.
fn parse(text: &str) -> Option<SpanContext> {
    let mut parts = text.trim().split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str, count: usize| {
        text.len() == count && text.chars().all(|it| it.is_ascii_digit() || ('a'..='f').contains(&it))
    };
    let whole = digits(version, 2) && digits(trace, 32) && digits(span, 16) && digits(flags, 2);
    if !whole || version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED;
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    let context = SpanContext::new(trace, span, flags, true, TraceState::default());
    context.is_valid().then_some(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: &str = "b7ad6b7169203331";

    #[test]
    fn the_callers_span_is_read() {
        let span = parse(&format!("00-{TRACE}-{SPAN}-01")).unwrap();
        assert_eq!(
            (span.trace_id().to_string(), span.span_id().to_string()),
            (TRACE.into(), SPAN.into())
        );
        assert!(span.is_sampled() && span.is_remote());
        assert!(!parse(&format!("00-{TRACE}-{SPAN}-00")).unwrap().is_sampled());
        assert!(parse(&format!("cc-{TRACE}-{SPAN}-01-what-comes-later")).is_some());
    }

    #[test]
    fn what_is_no_span_is_none() {
        for text in [
            String::new(),
            "00".to_owned(),
            format!("ff-{TRACE}-{SPAN}-01"),
            format!("00-{TRACE}-{SPAN}-01-more"),
            format!("00-{}-{SPAN}-01", "0".repeat(32)),
            format!("00-{TRACE}-{}-01", "0".repeat(16)),
            format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-{SPAN}-é1"),
        ] {
            assert!(parse(&text).is_none(), "{text}");
        }
    }
}
