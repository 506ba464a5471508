//! Reports `count` findings; a million unless told otherwise.
use deepfix_guests::*;

guest!(cx => {
    let count = setting(cx, "count").as_u64().unwrap_or(1_000_000);
    let mut report = Report::new("A lot.");
    for _ in 0..count {
        // Short, so that a million fits into the memory.
        report.push(Finding::new("many_findings.found", Severity::High, 1.0, "z").description("x"), "y");
    }
    Ok(report)
});
