//! Reports what it was given: its settings, the request, the artifacts that it sees.
use deepfix_guests::*;

guest!(cx => {
    let request = cx.request();
    let kinds: Vec<_> = cx.host().available().iter().map(|kind| format!("{kind:?}")).collect();
    let mut report = report(json!({
        "settings": cx.settings::<Json>()?,
        "dataset": request.dataset_name,
        "model": request.model_name,
        "language": request.language,
        "kinds": kinds,
    }));
    if let Ok(metrics) = cx.table(ArtifactKind::Training, "metrics") {
        let rows = metrics.row_count();
        report.push(finding(NAME).fact("rows", rows, metrics.rows_source()), "Carry on.");
    }
    Ok(report)
});
