//! Opens a table again and again and closes none.
use deepfix_guests::*;

guest!(cx => {
    let mut tables = Vec::new();
    loop {
        tables.push(cx.host().open_table(ArtifactKind::Training, "metrics")?);
    }
});
