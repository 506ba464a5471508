//! One file per rule or close family. A rule reads the view and gives drafts of findings.

mod constant;
mod drift;
mod duplicates;
mod identifiers;
mod imbalance;
mod labels;
mod missing;
mod mixed_types;
mod outliers;
mod pixels;
mod redundancy;
mod sizes;
mod spelling;
mod split_types;
mod text;
mod vision;
mod written;

use deepfix_plugin::Draft;
use deepfix_views::dataset::{ClassCounts, DatasetView, Modality, OTHER};

/// Names in one sentence; more than these are counted.
const MOST_NAMES: usize = 6;
/// Facts of one kind in one finding.
const MOST_FACTS: usize = 8;

/// Runs every rule that fits the modality.
pub(crate) fn run(view: &DatasetView) -> Vec<Draft> {
    let mut drafts = Vec::new();
    drafts.extend(imbalance::check(view));
    drafts.extend(sizes::check(view));
    drafts.extend(labels::check(view));
    // The properties of texts are columns too; their drift and outliers have rules of their own.
    if view.modality == Modality::Tabular {
        drafts.extend(missing::check(view));
        drafts.extend(constant::check(view));
        drafts.extend(identifiers::check(view));
        drafts.extend(redundancy::check(view));
        drafts.extend(outliers::check(view));
        drafts.extend(split_types::check(view));
        drafts.extend(mixed_types::check(view));
        drafts.extend(duplicates::check(view));
    }
    match view.modality {
        Modality::Tabular => drafts.extend(drift::check(view)),
        Modality::Vision => drafts.extend(vision::check(view)),
        Modality::Text => {
            drafts.extend(drift::check(view));
            drafts.extend(text::check(view));
        }
    }
    drafts
}

/// Names a class in the texts; the unnamed one of two is called so in their language.
fn class_arg(draft: Draft, counts: &ClassCounts, arg: &'static str, name: &str) -> Draft {
    if counts.sources.is_empty() && name == OTHER {
        draft.word(arg, name)
    } else {
        draft.arg(arg, name)
    }
}
