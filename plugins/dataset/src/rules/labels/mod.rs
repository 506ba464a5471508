//! `checks.new_labels` and `checks.label_drift`.
//!
//! Classes that training knows in another spelling (case or blanks) are told as such, apart from new ones, and
//! count as the known ones in label drift.
//!
//! Healthy: random and stratified splits; a class or two missing from a small test split.

mod drift;
mod new_labels;

use deepfix_plugin::Draft;
use deepfix_views::dataset::DatasetView;

use drift::drift;
use new_labels::new_labels;

pub(super) fn check(view: &DatasetView) -> Vec<Draft> {
    let mut drafts = Vec::new();
    drafts.extend(new_labels(view));
    drafts.extend(drift(view));
    drafts
}
