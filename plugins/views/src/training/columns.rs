//! What a metrics column means, by its name.

mod words;

use words::{is_gradient_norm, is_loss, is_terse, layer_of, metric_of, split_of, taken_apart, tokens};

/// The part of the data that a value was computed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Split {
    /// What the model learns from.
    Train,
    /// What it is judged on during training.
    Validation,
    /// What it is judged on at the end; stands in where no validation values are there.
    Test,
}

/// Which direction of a metric is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orientation {
    /// Such as accuracy and R².
    HigherIsBetter,
    /// Such as RMSE and error rates.
    LowerIsBetter,
}

/// A metric other than the loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are those of the metrics")]
pub enum Metric {
    Accuracy,
    BalancedAccuracy,
    F1,
    Auc,
    Precision,
    Recall,
    R2,
    Mse,
    Rmse,
    Mae,
    Mape,
    ErrorRate,
    Perplexity,
    MeanAveragePrecision,
    Iou,
    Dice,
    Correlation,
}

impl Metric {
    /// Which direction is good.
    #[must_use]
    pub fn orientation(self) -> Orientation {
        match self {
            Self::Mse | Self::Rmse | Self::Mae | Self::Mape | Self::ErrorRate | Self::Perplexity => {
                Orientation::LowerIsBetter
            }
            _ => Orientation::HigherIsBetter,
        }
    }

    /// Whether its values are shares of the rows, with binomial noise.
    #[must_use]
    pub fn is_share_of_rows(self) -> bool {
        matches!(self, Self::Accuracy | Self::ErrorRate)
    }

    /// Whether it belongs to classification, where that is certain.
    #[must_use]
    pub fn is_classification(self) -> bool {
        matches!(
            self,
            Self::Accuracy
                | Self::BalancedAccuracy
                | Self::F1
                | Self::Auc
                | Self::Precision
                | Self::Recall
                | Self::ErrorRate
        )
    }

    /// Whether it belongs to regression, where that is certain.
    #[must_use]
    pub fn is_regression(self) -> bool {
        matches!(self, Self::R2 | Self::Mse | Self::Rmse | Self::Mae | Self::Mape)
    }
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// The number of the epoch, whole or fractional.
    Epoch,
    /// The number of optimiser steps, iterations or boosting rounds.
    Step,
    /// A loss. `exact` where the name says nothing but split and loss, so that `train_loss` wins
    /// over `train_box_loss`; `epoch` and `step` where it ends so (Lightning logs both).
    Loss {
        /// On which data.
        split: Split,
        /// Smaller is a plainer name.
        rank: u8,
        /// Logged per optimiser step by its name.
        per_step: bool,
    },
    /// Another metric.
    Metric {
        /// On which data.
        split: Split,
        /// Which one.
        metric: Metric,
        /// Smaller is a plainer name.
        rank: u8,
        /// Logged per optimiser step by its name.
        per_step: bool,
    },
    /// The learning rate.
    LearningRate,
    /// The norm of the whole gradient.
    GradientNorm,
    /// The norm of one layer's gradient.
    LayerGradientNorm(String),
    /// Anything else.
    Other,
}

/// What the column of this name holds.
///
/// ```
/// # use deepfix_views::training::{Metric, Role, Split, resolve};
/// assert!(matches!(resolve("train/loss"), Role::Loss { split: Split::Train, rank: 0, .. }));
/// assert!(matches!(resolve("eval_f1_macro"), Role::Metric { split: Split::Validation, metric: Metric::F1, .. }));
/// assert_eq!(resolve("lr-Adam"), Role::LearningRate);
/// assert_eq!(resolve("gpu_memory"), Role::Other);
/// ```
#[must_use]
pub fn resolve(name: &str) -> Role {
    let mut tokens = tokens(name);
    // Namespaces of trackers, such as `metrics/train_loss`.
    if tokens.len() > 1
        && tokens
            .first()
            .is_some_and(|it| ["metrics", "metric", "epoch"].contains(&it.as_str()))
    {
        tokens.remove(0);
    }
    let joined = tokens.concat();
    match joined.as_str() {
        "epoch" | "epochs" | "trainepoch" | "currentepoch" | "epochnumber" | "epochnum" => return Role::Epoch,
        "step" | "steps" | "globalstep" | "trainglobalstep" | "iteration" | "iterations" | "iter" | "round"
        | "batch" | "update" | "updates" | "numupdates" => return Role::Step,
        _ => {}
    }
    if joined.starts_with("lr") && tokens.first().is_some_and(|it| it == "lr" || it.starts_with("lr0"))
        || joined == "learningrate"
        || ["trainlr", "trainlearningrate", "optimizerlr", "currentlr", "lrepoch"].contains(&joined.as_str())
        || tokens
            .first()
            .zip(tokens.get(1))
            .is_some_and(|(a, b)| a == "learning" && b == "rate")
    {
        return Role::LearningRate;
    }
    let unsplit: String = tokens
        .iter()
        .filter(|it| split_of(it).is_none())
        .map(String::as_str)
        .collect();
    if is_gradient_norm(&unsplit) {
        return Role::GradientNorm;
    }
    if let Some(layer) = layer_of(name) {
        return Role::LayerGradientNorm(layer);
    }
    measure(tokens)
}

/// Whether the name of a column says on which rows it was computed; the others count as of training.
#[must_use]
pub fn names_split(name: &str) -> bool {
    tokens(name)
        .into_iter()
        .flat_map(taken_apart)
        .any(|it| split_of(&it).is_some())
}

/// The role of a column that is no axis: a loss or metric with split and suffix.
fn measure(mut tokens: Vec<String>) -> Role {
    let mut per_step = false;
    let mut further = 0;
    // A smoothed copy stands in for what it was made of.
    if tokens.len() > 1
        && tokens
            .last()
            .is_some_and(|it| ["ema", "smooth", "smoothed"].contains(&it.as_str()))
    {
        tokens.pop();
        further = 2;
    }
    if tokens.len() > 1
        && tokens
            .last()
            .is_some_and(|it| ["epoch", "step", "mean", "avg"].contains(&it.as_str()))
    {
        per_step = tokens.pop().is_some_and(|it| it == "step");
    }
    // Running means, as `avg_val_loss`; LightGBM's possessive, as `training's l2`.
    if tokens.len() > 1
        && tokens
            .first()
            .is_some_and(|it| ["mean", "avg", "average", "running"].contains(&it.as_str()))
    {
        tokens.remove(0);
    }
    tokens.retain(|it| it != "s");
    // MLflow names scores after the variable that holds the rows, as `accuracy_score_X_test`.
    let rows = tokens.len().wrapping_sub(2);
    if tokens.get(rows).is_some_and(|it| it == "x") && tokens.last().is_some_and(|it| split_of(it).is_some()) {
        tokens.remove(rows);
    }
    let mut split = None;
    let mut rest = Vec::new();
    for token in tokens.into_iter().flat_map(taken_apart) {
        match split_of(&token) {
            Some(found) if split.is_none() => {
                split = Some(found);
                further += u8::from(is_terse(&token));
            }
            _ => rest.push(token),
        }
    }
    // `validation_0-logloss` and `valid_1's l2`: the number belongs to the split.
    let mut numbered = further;
    if split.is_some() && rest.len() > 1 && rest.first().is_some_and(|it| it.chars().all(|c| c.is_ascii_digit())) {
        numbered += 1;
        rest.remove(0);
    }
    let named = split.is_some();
    let split = split.unwrap_or(Split::Train);
    let (Some(last), joined) = (rest.last(), rest.concat()) else {
        return Role::Other;
    };
    if joined == "loss" {
        return Role::Loss {
            split,
            rank: numbered,
            per_step,
        };
    }
    if let Some(metric) = metric_of(&joined) {
        return Role::Metric {
            split,
            metric,
            rank: numbered,
            per_step,
        };
    }
    if is_loss(&joined) || is_loss(last) {
        // An unnamed split with a qualified loss may be anything: it comes last.
        let rank = if is_loss(&joined) && !joined.ends_with("loss") {
            2
        } else {
            3
        };
        return Role::Loss {
            split,
            rank: rank + further + u8::from(!named),
            per_step,
        };
    }
    match metric_of(last) {
        Some(metric) => Role::Metric {
            split,
            metric,
            rank: 3 + further + u8::from(!named),
            per_step,
        },
        None => Role::Other,
    }
}

#[cfg(test)]
mod tests;
