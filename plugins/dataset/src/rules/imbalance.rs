//! `dataset.class_imbalance`: the rarest class has at most a tenth of the rows of the most
//! frequent one, as in deepchecks' ClassImbalance (0.1). Below 0.03 a model that ignores the
//! class altogether loses almost no accuracy: high.
//!
//! Counts come from a class distribution, or for a table with two or three classes from the
//! label's moments. With more classes the moments and quartiles allow many answers; the rule
//! speaks where none of them keeps the ratio above a tenth, and for a label of texts where the
//! most frequent class leaves the others too little.
//!
//! Sources: deepchecks `ClassImbalance` (0.1), He & Garcia 2009, Buda et al. 2018 (what a ratio of
//! 10 and of 50 costs).
//!
//! Healthy: words of a text outside of any entity, which outnumber all others: of tags the
//! entities of each kind are compared; ratios above a tenth, which usual losses cope with; regression.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{ClassShares, DatasetView, OTHER, Stat, Task, largest_ratio};

const IMBALANCED: f64 = 0.1;
const SEVERE: f64 = 0.03;
/// With fewer rows the ratio is mostly chance.
const FEWEST_ROWS: f64 = 30.0;

pub(super) fn check(view: &DatasetView) -> Option<Draft> {
    counted(view).or_else(|| bounded(view))
}

/// More than three classes of a table, whose counts nobody sent.
fn bounded(view: &DatasetView) -> Option<Draft> {
    let train = view.train.as_ref()?;
    let label = view.label.as_ref().filter(|it| it.task == Task::Classification)?;
    if view.class_counts(train).is_some() {
        return None;
    }
    let column = train.column(&label.name)?;
    let rows = train.rows.as_ref().filter(|it| it.count >= FEWEST_ROWS)?;
    let ratio = match ClassShares::of(column) {
        Some(shares) => [SEVERE, IMBALANCED].into_iter().find(|it| !shares.allows_ratio(*it))?,
        None => largest_ratio(column, rows).filter(|it| *it <= IMBALANCED)?,
    };
    let severity = if ratio <= SEVERE {
        Severity::High
    } else {
        Severity::Medium
    };
    let mut draft = Draft::new("dataset.class_imbalance", severity, 0.85)
        .variant("bounded")
        .arg("label", label.name.as_str())
        .arg("classes", column.unique.unwrap_or(0.0) as u64)
        .arg("rows", rows.count as u64)
        .share("ratio", ratio)
        .computed("largest possible min/max class ratio", ratio);
    for (name, stat, value) in [
        ("mean", Stat::Mean, column.mean),
        ("std", Stat::Std, column.std),
        ("rows of the most frequent class", Stat::Freq, column.freq),
    ] {
        if let Some(value) = value {
            draft = draft.fact(format!("{name} of label '{}'", column.name), value, column.source(stat));
        }
    }
    Some(draft)
}

fn counted(view: &DatasetView) -> Option<Draft> {
    let train = view.train.as_ref()?;
    let counts = view.class_counts(train)?;
    let counts = if view.task_type.contains("token") {
        counts.of_entities().unwrap_or(counts)
    } else {
        counts
    };
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
        _ => return None,
    };
    let mut draft = Draft::new("dataset.class_imbalance", severity, 0.85)
        .beyond(IMBALANCED / ratio.max(1e-6))
        .arg("few", *few as u64)
        .arg("many", *many as u64)
        .arg("classes", counts.classes.len())
        .arg("weight", many / few.max(1.0))
        .share("share", few / total)
        .share("majority", many / total)
        .extra("ratio", ratio);
    draft = super::class_arg(draft, &counts, "rare", rare);
    draft = super::class_arg(draft, &counts, "frequent", frequent);
    match (counts.sources.first(), counts.sources.last()) {
        (Some(first), Some(last)) => {
            draft = draft
                .fact(format!("samples of class {rare}"), *few, first.clone())
                .fact(format!("samples of class {frequent}"), *many, last.clone());
        }
        _ => {
            if let Some(column) = view.label.as_ref().and_then(|it| train.column(&it.name)) {
                for (label, stat, value) in [("mean", Stat::Mean, column.mean), ("std", Stat::Std, column.std)] {
                    if let Some(value) = value {
                        let label = format!("{label} of label '{}'", column.name);
                        draft = draft.fact(label, value, column.source(stat));
                    }
                }
            }
            let rows = if rare == OTHER {
                "rows of the other class".to_owned()
            } else {
                format!("rows of class {rare}")
            };
            draft = draft.computed(rows, *few).computed("min/max class ratio", ratio);
        }
    }
    Some(draft)
}
