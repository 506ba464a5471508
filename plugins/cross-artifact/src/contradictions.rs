//! What looks like a fault and is none, because another artifact says so; and what another
//! artifact adds to a fault that stands.

use deepfix_plugin::{Arg, Severity};
use deepfix_views::training::{ModelKind, Params, TrainingView};

use crate::{
    findings::Observed,
    rules::{Case, Conclusion, DRIFT, LEAKS, SYMPTOMS, spread, updates},
};

/// A fault that was considered and dropped.
pub(crate) struct RuledOut {
    pub(crate) code: &'static str,
    pub(crate) why: String,
    /// Findings of analyzers that said so; they are not repeated.
    pub(crate) findings: Vec<String>,
}

/// A sentence that another artifact adds to a fault.
pub(crate) struct Note {
    pub(crate) code: &'static str,
    pub(crate) text: String,
}

/// Feature sizes that differ less call for no comment.
const NOTEWORTHY_SPREAD: f64 = 1000.0;
/// Sizes that strike the eye of anyone who looks at the table.
const STRIKING_SPREAD: f64 = 1e5;
/// With a smaller batch nobody asks whether it is too large.
const NOTEWORTHY_BATCH: f64 = 64.0;

/// Everything that is ruled out.
pub(crate) fn rule_out(case: &Case<'_>, conclusions: &[Conclusion]) -> Vec<RuledOut> {
    let mut list = Vec::new();
    list.extend(overfitting(case, conclusions));
    list.extend(label_noise(case));
    list.extend(scaling(case, conclusions));
    list.extend(batch(case, conclusions));
    list
}

fn serious<'a>(conclusions: &'a [Conclusion], code: &str) -> Option<&'a Conclusion> {
    conclusions
        .iter()
        .find(|it| it.code() == code && it.draft.severity() >= Severity::Medium)
}

fn overfitting(case: &Case<'_>, conclusions: &[Conclusion]) -> Option<RuledOut> {
    let id = if serious(conclusions, "cross.val_labels_corrupted").is_some() {
        "ruled-overfitting-labels"
    } else if serious(conclusions, "cross.drift_not_overfitting").is_some() {
        "ruled-overfitting-drift"
    } else {
        return None;
    };
    let code = "training.overfitting";
    Some(RuledOut {
        code,
        why: case.text(id, &[]),
        findings: case.findings.ids(&[code]),
    })
}

/// Validation that is better than training has several explanations; noise in the training
/// labels is the last of them.
fn label_noise(case: &Case<'_>) -> Option<RuledOut> {
    let code = "dataset.label_noise";
    let from_curves: Vec<&Observed<'_>> = case
        .findings
        .of_code(code)
        .filter(|it| it.agent == "TrainingArtifactsAnalyzer")
        .collect();
    let stands = case
        .findings
        .of_code(code)
        .any(|it| it.agent != "TrainingArtifactsAnalyzer");
    let view = case.experiment.training.as_ref()?;
    if from_curves.is_empty() {
        return dropout(case, view).filter(|_| !stands);
    }
    let high = |codes: &[&str]| {
        case.findings
            .worst(codes)
            .is_some_and(|it| it.severity() == Severity::High)
    };
    let id = if stands {
        return None;
    } else if case.findings.fault(&["dataset.test_too_small"]) {
        "ruled-label-noise-tiny"
    } else if high(&LEAKS) {
        "ruled-label-noise-leak"
    } else if high(&DRIFT) {
        "ruled-label-noise-drift"
    } else {
        return None;
    };
    let findings = from_curves.iter().map(|it| it.id.to_owned()).collect();
    Some(RuledOut {
        code,
        why: case.text(id, &[]),
        findings,
    })
}

fn dropout(case: &Case<'_>, view: &TrainingView) -> Option<RuledOut> {
    let dropout = view.architecture(Params::dropout)?.value;
    let (train, validation) = (view.train.end()?, view.validation.end()?);
    let better = validation > 0.0 && validation < 0.9 * train;
    if dropout < 0.1 || !better || case.findings.fault(&LEAKS) || case.findings.fault(&DRIFT) {
        return None;
    }
    let why = case.text("ruled-label-noise-dropout", &[("dropout", dropout.into())]);
    Some(RuledOut {
        code: "dataset.label_noise",
        why,
        findings: Vec::new(),
    })
}

fn scaling(case: &Case<'_>, conclusions: &[Conclusion]) -> Option<RuledOut> {
    let code = "cross.missing_scaling";
    if conclusions.iter().any(|it| it.code() == code) {
        return None;
    }
    let spread = spread(case.experiment.dataset.as_ref()?).filter(|it| it.ratio() >= NOTEWORTHY_SPREAD)?;
    // Without a symptom nobody suspects the scales, unless they are far apart indeed.
    if !case.findings.fault(&SYMPTOMS) && spread.ratio() < STRIKING_SPREAD {
        return None;
    }
    let view = case.experiment.training.as_ref()?;
    let mut args: Vec<(&str, Arg)> = vec![
        ("ratio", spread.ratio().round().into()),
        ("wide", spread.wide.0.name.as_str().into()),
        ("narrow", spread.narrow.0.name.as_str().into()),
    ];
    let id = match view.architecture(Params::feature_scaling) {
        _ if view.model_kind() == ModelKind::Trees => "ruled-scaling-trees",
        Some(scaler) if scaler.value != "none" => {
            args.push(("scaler", scaler.name.into()));
            args.push(("value", scaler.value.into()));
            "ruled-scaling-scaler"
        }
        _ if view.trains_well() => "ruled-scaling-healthy",
        _ => return None,
    };
    Some(RuledOut {
        code,
        why: case.text(id, &args),
        findings: Vec::new(),
    })
}

fn batch(case: &Case<'_>, conclusions: &[Conclusion]) -> Option<RuledOut> {
    let code = "cross.batch_size_vs_dataset";
    if conclusions.iter().any(|it| it.code() == code) {
        return None;
    }
    let updates = updates(case)?;
    let slow = case.findings.fault(&["training.lr_too_low", "training.underfitting"]);
    if updates.per_epoch > 2.0 || updates.batch < NOTEWORTHY_BATCH || slow {
        return None;
    }
    let args = [
        ("per_epoch", (updates.per_epoch as u64).into()),
        ("in_all", (updates.in_all as u64).into()),
    ];
    Some(RuledOut {
        code,
        why: case.text("ruled-batch", &args),
        findings: Vec::new(),
    })
}

/// What other artifacts add.
pub(crate) fn notes(case: &Case<'_>) -> Vec<Note> {
    [untrained(case), exploding(case)].into_iter().flatten().collect()
}

/// Initial weights after a good training: the wrong file. After a flat one: the training.
fn untrained(case: &Case<'_>) -> Option<Note> {
    let code = "checkpoint.untrained";
    case.findings.serious(&[code])?;
    let view = case.experiment.training.as_ref()?;
    let series = view.train_loss.as_ref()?;
    let fall = view.train_fall()?;
    let id = if view.trains_well() {
        "note-untrained-wrong-file"
    } else if fall < 0.1 {
        "note-untrained-flat"
    } else {
        return None;
    };
    let args = [
        ("column", series.column.as_str().into()),
        ("first", view.train.points.first()?.value.into()),
        ("last", view.train.end()?.into()),
    ];
    Some(Note {
        code,
        text: case.text(id, &args),
    })
}

/// NaN has its causes in this order: the size of the inputs, the length of the steps.
fn exploding(case: &Case<'_>) -> Option<Note> {
    let code = "training.exploding_gradients";
    case.findings.serious(&[code])?;
    let view = case.experiment.training.as_ref()?;
    let mut sentences = Vec::new();
    if let Some(scaler) = view
        .architecture(Params::feature_scaling)
        .filter(|it| it.value != "none")
    {
        sentences.push(case.text("note-exploding-scaled", &[("scaler", scaler.value.into())]));
    }
    if let Some(rate) = view.peak_learning_rate() {
        let clip = if view.params.clip().is_some() { "yes" } else { "no" };
        sentences.push(case.text("note-exploding-rate", &[("rate", rate.into()), ("clip", clip.into())]));
    }
    (!sentences.is_empty()).then(|| Note {
        code,
        text: sentences.join(" "),
    })
}
