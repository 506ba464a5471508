//! Says what differs from run to run: the time, and what is random.
use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher as _,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use deepfix_guests::*;

guest!(cx => {
    let started = Instant::now();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let metrics = cx.table(ArtifactKind::Training, "metrics")?;
    let numbers = metrics.numbers("loss")?;
    let host = cx.host();
    Ok(report(json!({
        "now": now.as_nanos().to_string(),
        "random": RandomState::new().hash_one(1).to_string(),
        "elapsed": started.elapsed().as_nanos().to_string(),
        "numbers": numbers.len(),
        "last": metrics.summary("loss")?.last,
        "read": host.read(ArtifactKind::Training, "/lr")?,
        "absent": host.read(ArtifactKind::Dataset, "").map_err(|error| error.to_string()).err(),
        "passages": cx.search(&Query { text: "x".into(), limit: 3, ..Query::default() }).len(),
        "model": host.llm_available(),
    })))
});
