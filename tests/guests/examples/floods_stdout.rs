//! Prints `count` lines on standard output and standard error, then panics where it is told to.
use deepfix_guests::*;

guest!(cx => {
    for n in 0..setting(cx, "count").as_u64().unwrap_or(10_000) {
        println!("line {n} of the standard output");
        eprintln!("line {n} of the standard error");
    }
    assert!(setting(cx, "panic") != true, "enough is enough");
    Ok(Report::new("Said it all."))
});
