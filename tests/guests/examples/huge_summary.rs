//! Reports a text of `bytes` bytes.
use deepfix_guests::*;

guest!(cx => {
    let bytes = setting(cx, "bytes").as_u64().unwrap_or(8 << 20);
    Ok(Report::new("x".repeat(bytes as usize)))
});
