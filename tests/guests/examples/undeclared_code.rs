//! Reports a code that its `describe` does not list, and findings without texts.
use deepfix_guests::*;

guest!(_ => {
    let mut report = Report::new("Surprise.");
    report.push(Finding::new("training.overfitting", Severity::High, 1.0, "z").description("x"), "y");
    report.push(finding(NAME).description(" "), "y");
    report.push(finding(NAME), "");
    report.push(finding(NAME), "The one that is right.");
    Ok(report)
});
