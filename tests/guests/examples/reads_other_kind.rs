//! Is granted the training artifact and reaches for another by every way there is.
use deepfix_guests::*;

guest!(cx => {
    let (host, kind) = (cx.host(), ArtifactKind::Dataset);
    let told = |error: Error| error.to_string();
    Ok(report(json!({
        "available": host.available().iter().map(|it| format!("{it:?}")).collect::<Vec<_>>(),
        "read": host.read(kind, "").map_err(told).err(),
        "inspect": host.inspect(kind, "").map_err(told).err(),
        "tables": host.tables(kind).map_err(told).err(),
        "open_table": host.open_table(kind, "train").map(|_| ()).map_err(told).err(),
        "blobs": host.blobs(kind).map_err(told).err(),
        "open_blob": host.open_blob(kind, "rows").map(|_| ()).map_err(told).err(),
        "granted": host.read(ArtifactKind::Training, "/lr").ok().flatten(),
    })))
});
