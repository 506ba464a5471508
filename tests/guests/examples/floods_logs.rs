//! Writes `count` log records of `bytes` bytes.
use deepfix_guests::*;

guest!(cx => {
    let count = setting(cx, "count").as_u64().unwrap_or(10_000);
    let text = "x".repeat(setting(cx, "bytes").as_u64().unwrap_or(100) as usize);
    for _ in 0..count {
        cx.log(Level::Error, &text, &[]);
    }
    Ok(Report::new("Said it all."))
});
