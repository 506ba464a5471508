//! `training.exploding_gradients`: the loss or the gradient ceases to be a number.
//!
//! Formula: an explicit NaN or infinity in the training loss that no finite value follows; or,
//! since some clients write NaN as JSON null, dense loss columns that fall silent together while
//! other columns go on. Sources: SageMaker Debugger `ExplodingTensor`, UMLAUT, Lightning's
//! `detect_anomaly` (any NaN or infinity).
//!
//! Healthy look-alikes: a large but finite loss (unscaled regression target); infinite gradient
//! norms in single steps of mixed-precision training, which the loss scaler skips; training and
//! validation logged on different rows, which leaves gaps in both; a validation metric that is
//! undefined, such as AUC of one class; a column that only one of several loggers fills.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::training::{NonFinite, Series};

use crate::case::Case;

pub(crate) const CODE: &str = "training.exploding_gradients";

/// Infinite gradient norms in a row at the end of a run; loss scaling recovers after one or two.
const LASTING_GRADIENTS: usize = 3;

pub(crate) fn find(case: &Case<'_>) -> Option<Draft> {
    lasting(case)
        .or_else(|| silent(case))
        .or_else(|| gradient(case))
        .or_else(|| isolated(case))
        .or_else(|| validation(case))
}

/// The training loss is not finite up to the end.
fn lasting(case: &Case<'_>) -> Option<Draft> {
    let series = case.view.train_loss_steps.as_ref().or(case.view.train_loss.as_ref())?;
    let (series, found) = match series.non_finite() {
        Some(found) if !found.recovered => (series, found),
        _ => {
            let series = case.view.train_loss.as_ref()?;
            (series, series.non_finite().filter(|it| !it.recovered)?)
        }
    };
    let draft = Draft::new(CODE, Severity::High, 0.97);
    Some(with_settings(case, first_bad(case, draft, series, &found)))
}

fn first_bad(case: &Case<'_>, draft: Draft, series: &Series, found: &NonFinite) -> Draft {
    let mut draft = case.cell_fact(draft, series, found.first_row);
    let before = series.finite().take_while(|(row, _)| *row < found.first_row).last();
    let before = match before {
        Some((row, value)) => {
            draft = case.cell_fact(draft, series, row);
            case.text(
                "clue-last-finite",
                &[("at", case.at_row(series, row).into()), ("value", value.into())],
            )
        }
        None => case.text("clue-never-finite", &[]),
    };
    draft
        .arg("column", series.column.as_str())
        .arg("at", case.at_row(series, found.first_row))
        .arg("since", case.since_row(series, found.first_row))
        .arg("count", found.count)
        .arg("total", series.values.len())
        .arg("before", before)
        .extra("first_row", found.first_row)
}

fn with_settings(case: &Case<'_>, draft: Draft) -> Draft {
    let params = &case.view.params;
    let mut draft = case.setting_facts(draft).arg("rate", case.lower_rate_text());
    let clip = match params.clip() {
        Some(clip) => {
            draft = draft.fact(clip.name.clone(), clip.raw.clone(), clip.source.clone());
            case.text(
                "advice-clip-lower",
                &[("now", clip.value.into()), ("name", clip.name.into())],
            )
        }
        None => case.text("advice-clip", &[]),
    };
    let unscaled = params.feature_scaling().is_some_and(|it| it.value == "none");
    let clue = if unscaled {
        case.sentence("clue-unscaled-input", &[])
    } else {
        String::new()
    };
    draft.arg("clip", clip).arg("clue", clue)
}

/// Loss columns of nulls where the run goes on: NaN that lost its name on the way.
fn silent(case: &Case<'_>) -> Option<Draft> {
    let view = case.view;
    let train = view.train_loss.as_ref()?;
    let others = [view.validation_loss.as_ref(), view.gradient_norm.as_ref()];
    let start = silent_from(train, view.rows)?;
    // One silent column may be a logger that stopped; two of them at the same row are not.
    let together = others
        .into_iter()
        .flatten()
        .any(|it| silent_from(it, view.rows) == Some(start));
    // Only columns that are filled from the first row to the last show that the run goes on: the
    // summary row at the end of a Hugging Face log has an epoch and some metrics as well.
    let filled = |series: &Series| series.rows.len() == view.rows;
    let metrics = view
        .metrics
        .iter()
        .flat_map(|it| [it.train.as_ref(), it.validation.as_ref()]);
    let goes_on = metrics.chain([view.learning_rate.as_ref()]).flatten().any(filled)
        || (view.rows - start >= 3 && view.epochs.as_ref().is_some_and(filled));
    if !together || !goes_on {
        return None;
    }
    let mut draft = Draft::new(CODE, Severity::High, 0.85).variant("null");
    if let Some((row, _)) = train.last() {
        draft = case.cell_fact(draft, train, row);
    }
    draft = draft
        .computed(case.label("silent-row"), start)
        .arg("column", train.column.as_str())
        .arg("since", case.since_row(train, start))
        .arg("count", view.rows - start);
    Some(with_settings(case, draft))
}

/// The row from which a column that was dense has no number any more; 0 where it never had one.
fn silent_from(series: &Series, rows: usize) -> Option<usize> {
    let stated = series.rows.len();
    let dense = series.rows.last().is_none_or(|last| *last as usize + 1 == stated);
    (dense && rows >= 2 && stated < rows).then_some(stated)
}

/// The gradient stays infinite although the loss is still a number.
fn gradient(case: &Case<'_>) -> Option<Draft> {
    let series = case.view.gradient_norm.as_ref()?;
    let found = series.non_finite().filter(|it| it.trailing >= LASTING_GRADIENTS)?;
    let draft = Draft::new(CODE, Severity::Medium, 0.7).variant("gradient");
    Some(with_settings(case, first_bad(case, draft, series, &found)))
}

/// Single values of the training loss are not finite; training recovered.
fn isolated(case: &Case<'_>) -> Option<Draft> {
    /// Where a fifth of all values are lost the run is broken, recovered or not.
    const MANY: f64 = 0.2;
    let series = case.view.train_loss_steps.as_ref()?;
    let found = series.non_finite()?;
    let many = found.count as f64 >= MANY * series.values.len() as f64;
    let draft = Draft::new(CODE, if many { Severity::Medium } else { Severity::Low }, 0.6).variant("isolated");
    Some(with_settings(case, first_bad(case, draft, series, &found)))
}

/// Only the validation loss is not finite: the weights are fine.
fn validation(case: &Case<'_>) -> Option<Draft> {
    let series = case.view.validation_loss.as_ref()?;
    let found = series.non_finite()?;
    let draft = Draft::new(CODE, Severity::Low, 0.4).variant("validation");
    Some(first_bad(case, draft, series, &found))
}

#[cfg(test)]
mod tests {
    use deepfix_plugin::{Severity, testing::FakeHost};
    use serde_json::json;

    use crate::{
        TrainingArtifactsAnalyzer,
        sample::{codes, severity},
    };

    const CODE: &str = super::CODE;

    #[test]
    fn a_loss_that_stays_nan_is_reported_alone() {
        let run = json!({"metrics_values": {
            "epoch": [0, 1, 2, 3], "train_loss": [2.0, 9.0, "NaN", "NaN"], "val_loss": [2.1, 50.0, "NaN", "NaN"],
        }, "params": {"learning_rate": 20.0, "optimizer": "sgd"}});
        assert_eq!(codes(&run), [CODE]);
        assert_eq!(severity(&run, CODE), Some(Severity::High));
    }

    #[test]
    fn nulls_in_both_losses_are_nan_in_disguise() {
        let run = json!({"metrics_values": {
            "epoch": [0, 1, 2, 3], "loss": [null, null, null, null], "eval_loss": [null, null, null, null],
            "train_accuracy": [0.1, 0.1, 0.1, 0.1], "learning_rate": [0.1, 0.1, 0.1, 0.1],
        }});
        assert_eq!(severity(&run, CODE), Some(Severity::High));
    }

    #[test]
    fn losses_on_alternating_rows_are_healthy() {
        let run = json!({"metrics_values": {
            "epoch": [1, 1, 2, 2, 3, 3], "loss": [1.0, null, 0.8, null, 0.7, null],
            "eval_loss": [null, 1.1, null, 0.9, null, 0.8],
        }});
        assert!(codes(&run).is_empty());
    }

    #[test]
    fn a_skipped_step_of_mixed_precision_is_healthy() {
        let run = json!({"metrics_values": {
            "epoch": [0, 1, 2, 3, 4], "train_loss": [2.0, 1.5, 1.2, 1.0, 0.9],
            "grad_norm": ["Infinity", 1.0, "Infinity", 0.9, 0.8],
        }});
        assert!(codes(&run).is_empty());
    }

    #[test]
    fn a_single_lost_batch_is_a_remark() {
        let run = json!({"metrics_values": {
            "epoch": [0, 1, 2, 3, 4, 5, 6, 7], "train_loss": [2.0, 1.5, "NaN", 1.2, 1.0, 0.9, 0.8, 0.75],
        }});
        assert_eq!(severity(&run, CODE), Some(Severity::Low));
    }

    #[test]
    fn losses_that_are_nan_throughout_are_not_told_as_absent() {
        let run = json!({"metrics_values": {"epoch": [0, 1, 2], "loss": ["NaN", "NaN", "NaN"], "val_loss": ["NaN", "NaN", "NaN"],
            "train_accuracy": [0.6, 0.6, 0.6]}});
        let host = FakeHost::from_request(json!({"training_artifacts": run}));
        let report = host.analyze::<TrainingArtifactsAnalyzer>().unwrap();
        assert!(
            !report.extras.contains("No column was recognised as one"),
            "{}",
            report.extras
        );
        assert!(!report.summary.contains("No loss was logged"), "{}", report.summary);
        assert_eq!(report.analyses.len(), 1);
    }
}
