//! Whether the columns of a table are those of a training's log.

/// Words that are part of a metric's or a step's name wherever they stand in it.
const WITHIN: [&str; 14] = [
    "entropy",
    "loss",
    "accuracy",
    "metric",
    "epoch",
    "iteration",
    "learning_rate",
    "learning rate",
    "precision",
    "recall",
    "perplexity",
    "reward",
    "grad_norm",
    "throughput",
];
/// Words that are one where they stand alone or between separators: `val_f1`, `train/mse`, `lr-Adam`.
const WORDS: [&str; 50] = [
    "bacc",
    "bce",
    "ce",
    "cost",
    "dev",
    "deviance",
    "kappa",
    "learn",
    "map50",
    "mcc",
    "objective",
    "round",
    "rounds",
    "update",
    "updates",
    "xent",
    "acc",
    "val",
    "valid",
    "validation",
    "train",
    "training",
    "eval",
    "test",
    "lr",
    "step",
    "steps",
    "iter",
    "iters",
    "f1",
    "auc",
    "auroc",
    "roc",
    "mse",
    "rmse",
    "mae",
    "mape",
    "r2",
    "nll",
    "ppl",
    "bleu",
    "rouge",
    "iou",
    "miou",
    "dice",
    "top1",
    "top5",
    "elbo",
    "kl",
    "grad",
];
/// Names that are one only as a whole: `radius error` is a feature.
const WHOLE: [&str; 4] = ["error", "err", "batch", "map"];

/// Whether at least one column is called like a metric or a step of a training. Lenient: a log whose metrics have
/// names of their own has a step nearly always, and one such column will do.
#[must_use]
pub fn looks_like_log<S: AsRef<str>>(names: &[S]) -> bool {
    names.iter().any(|name| {
        let name = words(name.as_ref());
        let mut parts = name.split(|it: char| !it.is_alphanumeric());
        WITHIN.iter().any(|it| name.contains(it))
            || WHOLE.contains(&name.as_str())
            || parts.any(|it| WORDS.contains(&it))
    })
}

/// In lower case, with the words of `trainLoss` and `valAcc` apart.
fn words(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before = ' ';
    for it in name.trim().chars() {
        if it.is_uppercase() && before.is_lowercase() {
            out.push('_');
        }
        out.extend(it.to_lowercase());
        before = it;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_of_every_framework_are_ones() {
        for names in [
            &["epoch", "train_loss"][..],
            &["loss"],
            &["step", "my own figure"],
            &["valAcc", "x"],
            &["lr-Adam", "x"],
            &["Loss/train"],
            &["eval/f1"],
            &["x", "global_step"],
            &["error"],
            &["Iter", "x"],
            &["round", "deviance"],
            &["cross_entropy", "dev_cross_entropy"],
            &["num_updates", "bce"],
        ] {
            assert!(looks_like_log(names), "{names:?}");
        }
    }

    #[test]
    fn tables_of_data_are_none() {
        for names in [
            &["age", "income", "weight", "city", "score", "ledger", "outcome"][..],
            &["alcohol", "malic_acid", "proline", "target"],
            &["mean radius", "radius error", "label"],
            &["value", "evaluation date", "stepmother", "interval", "trainer"],
            &[],
        ] {
            assert!(!looks_like_log(names), "{names:?}");
        }
    }
}
