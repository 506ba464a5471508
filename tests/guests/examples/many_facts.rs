//! States more facts than anybody reads.
use deepfix_guests::*;

guest!(_ => {
    let mut report = report(json!({}));
    let fact = Fact {
        label: "mean".to_owned(),
        value: Value::Number(1.0),
        source: None,
    };
    for count in [5, 10_000] {
        let facts = vec![fact.clone(); count];
        report.push(Finding { facts, ..finding(NAME) }, "y");
    }
    Ok(report)
});
