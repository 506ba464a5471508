//! Counts its analyses in a static variable: a second one must not see the first.
use deepfix_guests::*;

use std::sync::atomic::{AtomicU64, Ordering};

static ANALYSES: AtomicU64 = AtomicU64::new(0);

guest!(_ => Ok(report(json!({ "analyses": ANALYSES.fetch_add(1, Ordering::Relaxed) + 1 }))));
