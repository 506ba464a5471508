//! Reports confidences that are no probability, beside one that is.
use deepfix_guests::*;

guest!(_ => {
    let mut report = Report::new("Sure is sure.");
    for confidence in [0.5, f64::NAN, f64::INFINITY, -0.1, 1.1] {
        report.push(Finding { confidence, ..finding(NAME) }, "Trust me.");
    }
    let unsure = Recommendation { confidence: f64::NAN, ..Recommendation::from("Trust me.") };
    report.push(finding(NAME), unsure);
    Ok(report)
});
