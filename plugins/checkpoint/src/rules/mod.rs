//! The rules, one file each.

mod config_mismatch;
mod convert;
mod corrupted_file;
pub(crate) mod dead_units;
mod exploded_weights;
mod initialisers;
mod nan_weights;
mod unregularised_model;
mod unsafe_format;
mod untrained;

use deepfix_plugin::Draft;

use crate::case::Case;

/// All findings.
pub(crate) fn run(case: &Case) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    drafts.extend(corrupted_file::check(case));
    drafts.extend(unsafe_format::check(case));
    drafts.extend(nan_weights::check(case));
    drafts.extend(exploded_weights::check(case));
    drafts.extend(config_mismatch::check(case));
    match untrained::check(case) {
        // Units of a network that was never trained are not dead: they have not lived yet.
        Some(draft) => drafts.push(draft),
        None => drafts.extend(dead_units::check(case)),
    }
    drafts.extend(unregularised_model::check(case));
    drafts
}
