//! Reads the same again and again, until it is refused. `what`: document, numbers, texts, blob,
//! tables or columns.
use deepfix_guests::*;

guest!(cx => {
    let host = cx.host();
    match setting(cx, "what").as_str() {
        Some("numbers") => {
            let table = host.open_table(ArtifactKind::Training, "metrics")?;
            loop {
                table.numbers("loss", 0, u64::MAX)?;
            }
        }
        Some("tables") => loop {
            host.tables(ArtifactKind::Training)?;
        },
        Some("columns") => {
            let table = host.open_table(ArtifactKind::Training, "metrics")?;
            while !table.columns().is_empty() {}
            host.tables(ArtifactKind::Training)?;
            Ok(report(json!({})))
        }
        Some("texts") => {
            let table = host.open_table(ArtifactKind::Training, "metrics")?;
            loop {
                table.texts("note", 0, u64::MAX)?;
            }
        }
        Some("blob") => {
            let name = host.blobs(ArtifactKind::ModelCheckpoint)?.remove(0);
            let blob = host.open_blob(ArtifactKind::ModelCheckpoint, &name)?;
            loop {
                blob.read(0, u64::MAX)?;
            }
        }
        _ => loop {
            host.read(ArtifactKind::Training, "")?;
        },
    }
});
