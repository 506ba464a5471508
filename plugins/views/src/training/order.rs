//! How values depend on the place within the epoch, where they were logged several times an epoch.

use super::{Axis, Metric, Series, TrainingView, Unit};
use crate::stats::{self, Periodicity};

/// A training loss that repeats from epoch to epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SawTooth {
    /// The analysis of variance on the logarithmic scale.
    pub pattern: Periodicity,
    /// The place within the epoch with the highest mean loss, from 0 on.
    pub worst: usize,
    /// The mean loss there.
    pub worst_loss: f64,
    /// The place with the lowest mean loss.
    pub best: usize,
    /// The mean loss there.
    pub best_loss: f64,
    /// The difference of the two over the mean loss. Logarithms would make much of places where
    /// the loss is next to nothing anyway.
    pub contrast: f64,
}

impl TrainingView {
    /// How the finest training loss depends on the place within the epoch. None where epochs
    /// hold one row, or losses are not positive.
    #[must_use]
    pub fn saw_tooth(&self) -> Option<SawTooth> {
        let epochs = epochs(self.axis.as_ref()?, self.train_loss_steps.as_ref()?)?;
        // In the first epoch the loss falls whatever the order of the rows.
        saw_tooth(epochs.get(1..)?)
    }

    /// How the validation loss depends on the place within the epoch over the later half of the
    /// run. It is always of the same rows, so that only the weights can move it: a pattern means
    /// that they swing with the order of the training rows.
    #[must_use]
    pub fn validation_tooth(&self) -> Option<SawTooth> {
        saw_tooth(later(&epochs(self.axis.as_ref()?, self.validation_loss.as_ref()?)?))
    }

    /// The range of the training accuracy over the places within the epoch, each averaged over
    /// the later half of the run.
    #[must_use]
    pub fn accuracy_swing(&self) -> Option<f64> {
        let pair = self.metrics.iter().find(|it| it.metric == Metric::Accuracy)?;
        let epochs = epochs(self.axis.as_ref()?, pair.train.as_ref()?)?;
        let (low, high) = place_means(later(&epochs), usual_length(&epochs)?)
            .into_iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), it| {
                (it.min(low), it.max(high))
            });
        Some(pair.scale * (high - low)).filter(|it| it.is_finite())
    }
}

/// The values by epoch, without epochs that have more or fewer values than most; at least three
/// values and five epochs.
fn epochs(axis: &Axis, series: &Series) -> Option<Vec<Vec<f64>>> {
    /// A few thousand rows show a period as well as a million do.
    const ENOUGH_ROWS: usize = 20_000;
    if axis.unit != Unit::Epoch {
        return None;
    }
    let mut epochs: Vec<Vec<f64>> = Vec::new();
    let mut current = None;
    for (row, value) in series.finite().take(ENOUGH_ROWS) {
        let group = axis.group.get(row).copied()?;
        if current != Some(group) {
            current = Some(group);
            epochs.push(Vec::new());
        }
        if let Some(epoch) = epochs.last_mut() {
            epoch.push(value);
        }
    }
    let length = usual_length(&epochs).filter(|it| *it >= 3)?;
    epochs.retain(|it| it.len() == length);
    (epochs.len() >= 5).then_some(epochs)
}

fn usual_length(epochs: &[Vec<f64>]) -> Option<usize> {
    let lengths: Vec<f64> = epochs.iter().map(|it| it.len() as f64).collect();
    stats::median(&lengths).map(|it| it as usize)
}

/// The later half of the epochs, at least four.
fn later(epochs: &[Vec<f64>]) -> &[Vec<f64>] {
    let from = (epochs.len() / 2).min(epochs.len().saturating_sub(4));
    epochs.get(from..).unwrap_or_default()
}

fn place_means(epochs: &[Vec<f64>], length: usize) -> Vec<f64> {
    let place = |place: usize| {
        stats::mean(
            &epochs
                .iter()
                .filter_map(|it| it.get(place).copied())
                .collect::<Vec<_>>(),
        )
    };
    (0..length).filter_map(place).collect()
}

fn saw_tooth(epochs: &[Vec<f64>]) -> Option<SawTooth> {
    let period = epochs.first()?.len();
    let values = epochs.iter().flatten();
    let logarithms: Vec<f64> = values.map(|it| if *it > 0.0 { it.ln() } else { f64::NAN }).collect();
    let pattern = stats::periodicity(&logarithms, period)?;
    let means = place_means(epochs, period);
    let (worst, worst_loss) = means.iter().copied().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let (best, best_loss) = means.iter().copied().enumerate().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let contrast = (worst_loss - best_loss) / stats::mean(&means)?;
    contrast.is_finite().then_some(SawTooth {
        pattern,
        worst,
        worst_loss,
        best,
        best_loss,
        contrast,
    })
}
