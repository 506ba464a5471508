//! `dataset.class_imbalance`: the rarest class has at most a tenth of the rows of the most
//! frequent one, as in deepchecks' ClassImbalance (0.1). Below 0.03 a model that ignores the
//! class altogether loses almost no accuracy: high.
//!
//! Counts come from a class distribution, or for a table with two or three classes from the
//! label's moments. Healthy: ratios of 0.2 and more, which any loss copes with; regression.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{DatasetView, Stat};

const IMBALANCED: f64 = 0.1;
const SEVERE: f64 = 0.03;
const NOTEWORTHY: f64 = 0.15;
/// With fewer rows the ratio is mostly chance.
const FEWEST_ROWS: f64 = 30.0;

pub(super) fn check(view: &DatasetView) -> Option<Draft> {
    let train = view.train.as_ref()?;
    let counts = view.class_counts(train)?;
    let total = counts.total();
    let (rare, few) = counts.classes.first()?;
    let (frequent, many) = counts.classes.last()?;
    if counts.classes.len() < 2 || total < FEWEST_ROWS || *many <= 0.0 {
        return None;
    }
    let ratio = few / many;
    let severity = match ratio {
        it if it <= SEVERE => Severity::High,
        it if it <= IMBALANCED => Severity::Medium,
        it if it <= NOTEWORTHY => Severity::Low,
        _ => return None,
    };
    let mut draft = Draft::new("dataset.class_imbalance", severity, 0.95)
        .arg("rare", rare.as_str())
        .arg("few", *few as u64)
        .arg("frequent", frequent.as_str())
        .arg("many", *many as u64)
        .arg("classes", counts.classes.len())
        .arg("weight", many / few.max(1.0))
        .share("share", few / total)
        .share("majority", many / total)
        .extra("ratio", ratio);
    match (counts.sources.first(), counts.sources.last()) {
        (Some(first), Some(last)) => {
            draft = draft
                .fact(format!("samples of class {rare}"), *few, first.clone())
                .fact(format!("samples of class {frequent}"), *many, last.clone());
        }
        _ => {
            let column = train.column(&view.label.as_ref()?.name)?;
            for (label, stat, value) in [("mean", Stat::Mean, column.mean), ("std", Stat::Std, column.std)] {
                if let Some(value) = value {
                    draft = draft.fact(
                        format!("{label} of label '{}'", column.name),
                        value,
                        column.source(stat),
                    );
                }
            }
            draft = draft
                .computed(format!("rows of class {rare}"), *few)
                .computed("min/max class ratio", ratio);
        }
    }
    Some(draft)
}
