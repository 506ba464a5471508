//! Reports extras that are not JSON objects.
use deepfix_guests::*;

guest!(_ => {
    let mut report = Report { extras: "[1, 2".to_owned(), ..Report::new("Odd.") };
    report.push(Finding { extras: "\"text\"".to_owned(), ..finding(NAME) }, "y");
    report.push(Finding { extras: "{\"a\": 1}".to_owned(), ..finding(NAME) }, "y");
    Ok(report)
});
