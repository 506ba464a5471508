//! The words of which names of columns are made.

use super::{Metric, Split};

/// Splits a name at everything that is not a letter or digit, and before capitals.
pub(super) fn tokens(name: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    let mut lower = false;
    for letter in name.chars() {
        let boundary = letter.is_uppercase() && lower;
        lower = letter.is_lowercase() || letter.is_ascii_digit();
        if !letter.is_alphanumeric() || boundary {
            tokens.push(String::new());
        }
        if letter.is_alphanumeric()
            && let Some(last) = tokens.last_mut()
        {
            last.extend(letter.to_lowercase());
        }
    }
    tokens.retain(|it| !it.is_empty());
    let words = ["out", "of", "sample"];
    if let Some(start) = tokens.windows(words.len()).position(|it| it == words) {
        tokens.splice(start..start + words.len(), [words.concat()]);
    }
    tokens
}

pub(super) fn split_of(token: &str) -> Option<Split> {
    match token {
        "train" | "training" | "tr" | "trn" | "learn" => Some(Split::Train),
        "val" | "valid" | "validation" | "eval" | "evaluation" | "dev" | "holdout" => Some(Split::Validation),
        "test" | "testing" | "tst" => Some(Split::Test),
        it if is_terse(it) => Some(if it == "te" { Split::Test } else { Split::Validation }),
        _ => None,
    }
}

/// Words for rows to judge on that mean something else as well: a plainer name comes before them.
pub(super) fn is_terse(token: &str) -> bool {
    ["va", "vl", "vld", "cv", "oof", "ev", "outofsample", "te"].contains(&token)
}

pub(super) fn metric_of(name: &str) -> Option<Metric> {
    Some(match name {
        "accuracy"
        | "acc"
        | "top1"
        | "acc1"
        | "categoricalaccuracy"
        | "sparsecategoricalaccuracy"
        | "binaryaccuracy"
        | "accuracyscore"
        | "multiclassaccuracy"
        | "meanaccuracy" => Metric::Accuracy,
        "balancedaccuracy" | "bacc" | "balancedacc" => Metric::BalancedAccuracy,
        "f1" | "f1score" | "f1macro" | "f1micro" | "f1weighted" | "macrof1" | "microf1" | "weightedf1" | "fscore" => {
            Metric::F1
        }
        "auc" | "auroc" | "rocauc" | "aucroc" | "prauc" | "auprc" | "rocaucscore" | "averageprecision" => Metric::Auc,
        "precision" | "precisionscore" | "precisionmacro" | "precisionweighted" => Metric::Precision,
        "recall" | "recallscore" | "recallmacro" | "recallweighted" | "sensitivity" => Metric::Recall,
        "r2" | "r2score" | "rsquared" | "rsq" | "rsqr" | "coefficientofdetermination" => Metric::R2,
        "mse" | "meansquarederror" | "l2" => Metric::Mse,
        "rmse" | "rootmeansquarederror" => Metric::Rmse,
        "mae" | "meanabsoluteerror" | "l1" => Metric::Mae,
        "mape" | "meanabsolutepercentageerror" | "smape" => Metric::Mape,
        "error" | "err" | "merror" | "errorrate" | "binaryerror" | "multierror" => Metric::ErrorRate,
        "perplexity" | "ppl" => Metric::Perplexity,
        "map" | "map50" | "map5095" | "meanaverageprecision" => Metric::MeanAveragePrecision,
        "iou" | "miou" | "meaniou" | "jaccard" => Metric::Iou,
        "dice" | "dicecoef" | "dicescore" => Metric::Dice,
        "mcc"
        | "matthewscorrelation"
        | "matthewscorrcoef"
        | "kappa"
        | "cohenkappa"
        | "quadraticweightedkappa"
        | "pearson"
        | "pearsonr"
        | "spearman"
        | "spearmanr" => Metric::Correlation,
        _ => return None,
    })
}

/// Names of losses beside those that contain `loss`.
pub(super) fn is_loss(name: &str) -> bool {
    matches!(
        name,
        "nll"
            | "crossentropy"
            | "ce"
            | "bce"
            | "xent"
            | "objective"
            | "cost"
            | "deviance"
            | "elbo"
            | "binarycrossentropy"
            | "categoricalcrossentropy"
    ) || name.ends_with("logloss")
        || name.ends_with("loss")
}

/// `valloss` and `testacc`, written without anything between split and measure.
pub(super) fn taken_apart(token: String) -> Vec<String> {
    let measures = |it: &str| it == "loss" || metric_of(it).is_some() || is_loss(it);
    let parts = [
        "training",
        "train",
        "validation",
        "valid",
        "val",
        "evaluation",
        "eval",
        "testing",
        "test",
    ]
    .iter()
    .find_map(|split| Some((*split, token.strip_prefix(split)?)))
    .filter(|(_, rest)| measures(rest))
    .map(|(split, rest)| vec![split.to_owned(), rest.to_owned()]);
    parts.unwrap_or_else(|| vec![token])
}

pub(super) fn is_gradient_norm(joined: &str) -> bool {
    [
        "gradnorm",
        "gradientnorm",
        "totalgradnorm",
        "gradnormtotal",
        "grad20normtotal",
        "grad20norm",
        "gradl2norm",
        "globalgradnorm",
        "gnorm",
    ]
    .contains(&joined)
}

/// The layer that a per-layer gradient norm belongs to, such as `layers.0` of
/// `grad_norm/layers.0`.
pub(super) fn layer_of(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    for prefix in [
        "grad_norm",
        "gradient_norm",
        "gradnorm",
        "grad_2.0_norm",
        "grad-norm",
        "grads",
        "gradients",
        "grad",
    ] {
        if let Some(rest) = lower.strip_prefix(prefix)
            && let Some(layer) = rest.strip_prefix(['/', '.', ':', '_'])
            && !["", "total", "norm", "global", "clip", "clipped", "scale"].contains(&layer)
        {
            return Some(layer.to_owned());
        }
    }
    let layer = lower
        .strip_suffix("/grad_norm")
        .or_else(|| lower.strip_suffix(".grad_norm"))?;
    (split_of(layer).is_none()).then(|| layer.to_owned())
}
