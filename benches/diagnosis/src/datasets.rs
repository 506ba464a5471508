//! The spread over data sets, which stands for cross-validation.
//!
//! No rule has a parameter that could be fitted per fold, so a data set that is left out is scored
//! by the very rules that score it when it is not: the figure of a fold is the figure of its data
//! set, and what is left to report is mean, worst and spread. It tells whether the rules hold on
//! any data or only on some; it cannot tell how much the authors of the rules learned from all of
//! them. The calibration's map, which is fitted, is fitted on the other data sets.

use std::collections::BTreeMap;

use serde::Serialize;

use super::score::{Row, summarise};

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Fold {
    pub(crate) dataset: String,
    pub(crate) cases: usize,
    pub(crate) clean: usize,
    pub(crate) macro_f1: f64,
    pub(crate) micro_recall: f64,
    pub(crate) micro_precision: f64,
    pub(crate) clean_fpr_medium: f64,
    pub(crate) balanced: f64,
}

#[derive(Debug, Clone, Serialize)]
pub(crate) struct Spread {
    pub(crate) folds: Vec<Fold>,
    pub(crate) mean_macro_f1: f64,
    pub(crate) worst_macro_f1: f64,
    /// The standard deviation over the data sets.
    pub(crate) deviation_macro_f1: f64,
    pub(crate) mean_balanced: f64,
    pub(crate) worst_balanced: f64,
}

pub(crate) fn spread(rows: &[Row]) -> Spread {
    let mut by_dataset: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_dataset
            .entry(row.dataset.as_deref().unwrap_or("(none)"))
            .or_default()
            .push(row);
    }
    let folds: Vec<Fold> = by_dataset
        .into_iter()
        .map(|(dataset, rows)| {
            let it = summarise(&rows);
            Fold {
                dataset: dataset.to_owned(),
                cases: it.cases,
                clean: it.clean_n,
                macro_f1: it.macro_f1,
                micro_recall: it.micro_recall,
                micro_precision: it.micro_precision,
                clean_fpr_medium: it.clean_fpr_medium,
                balanced: it.balanced,
            }
        })
        .collect();
    // A data set with healthy experiments only has no recall, and no F1 that could be averaged.
    let of = |value: fn(&Fold) -> f64| {
        folds
            .iter()
            .filter(|it| it.cases > it.clean)
            .map(value)
            .collect::<Vec<_>>()
    };
    let (f1, balanced) = (of(|it| it.macro_f1), of(|it| it.balanced));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let worst = |values: &[f64]| values.iter().copied().reduce(f64::min).unwrap_or(0.0);
    let centre = mean(&f1);
    let squares: Vec<f64> = f1.iter().map(|it| (it - centre).powi(2)).collect();
    Spread {
        mean_macro_f1: centre,
        worst_macro_f1: worst(&f1),
        deviation_macro_f1: mean(&squares).sqrt(),
        mean_balanced: mean(&balanced),
        worst_balanced: worst(&balanced),
        folds,
    }
}
