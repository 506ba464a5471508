//! Gradient norms per layer.

use deepfix_plugin::{ArtifactKind, Error, MetricTable, Source, Statistic};

use crate::training::METRICS;

/// The gradient norm of one layer over the whole run.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The layer's name, such as `layers.0`.
    pub name: String,
    /// The column that holds it.
    pub column: String,
    /// The mean over the run.
    pub mean: f64,
    /// The largest value of the run.
    pub max: f64,
}

impl Layer {
    /// Where the mean stands.
    #[must_use]
    pub fn mean_source(&self) -> Source {
        Source::column(ArtifactKind::Training, METRICS, &self.column, Statistic::Mean)
    }
}

/// Gradient norms per layer, from the input on; weights only where biases are logged as well.
pub(super) fn layers(table: &MetricTable<'_>, columns: &[(String, String)]) -> Result<Vec<Layer>, Error> {
    /// The ratio of the first to the last layer does not need every layer of a deep network.
    const MOST_LAYERS: usize = 200;
    let has_weights = columns
        .iter()
        .any(|(layer, _)| layer.ends_with("weight") || layer.ends_with("kernel"));
    let mut chosen: Vec<&(String, String)> = columns
        .iter()
        .filter(|(layer, _)| !has_weights || layer.ends_with("weight") || layer.ends_with("kernel"))
        .collect();
    chosen.sort_by_cached_key(|(layer, _)| natural(layer));
    let every = chosen.len().div_ceil(MOST_LAYERS).max(1);
    let last = chosen.len().saturating_sub(1);
    let mut layers = Vec::new();
    for (index, (name, column)) in chosen.into_iter().enumerate() {
        if index % every != 0 && index != last {
            continue;
        }
        let summary = table.summary(column)?;
        if summary.count > 0 && summary.mean.is_finite() {
            layers.push(Layer {
                name: name.clone(),
                column: column.clone(),
                mean: summary.mean,
                max: summary.max,
            });
        }
    }
    Ok(layers)
}

/// Sorts `layers.10` after `layers.9`.
fn natural(name: &str) -> Vec<(u64, String)> {
    let mut parts = Vec::new();
    let (mut text, mut digits) = (String::new(), String::new());
    for letter in name.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        if !digits.is_empty() {
            parts.push((digits.parse().unwrap_or(u64::MAX), std::mem::take(&mut text)));
            digits.clear();
        }
        text.push(letter);
    }
    parts.push((digits.parse().unwrap_or_default(), text));
    // The text before a number comes first, so that blocks of one kind stay together.
    parts
}
