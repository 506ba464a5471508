//! What a fitted map of the confidences would give: for each data set a monotonic map is fitted on
//! the claims of the others (pool adjacent violators; Zadrozny, Elkan (2002): Transforming
//! classifier scores into accurate multiclass probability estimates,
//! <https://doi.org/10.1145/775047.775151>). The rules have maps of
//! their own, by code; the figure says whether another one over all of them would still help.

use std::collections::BTreeSet;

use super::calibration::Claim;

/// Claims of equal rank: one step of the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The highest confidence among them.
    pub highest: f64,
    /// Their mean confidence.
    pub middle: f64,
    /// The weight of those that are right.
    pub right: f64,
    /// The weight of all.
    pub weight: f64,
}

impl Step {
    /// The share that is right.
    #[must_use]
    pub fn share(self) -> f64 {
        self.right / self.weight
    }
}

/// The claims with the confidence that the map of the other data sets gives them. With a single
/// data set there are no others, and the claims stay as they are.
pub(crate) fn mapped(claims: &[Claim]) -> Vec<Claim> {
    let datasets: BTreeSet<&str> = claims.iter().map(|it| it.dataset.as_str()).collect();
    let mut mapped = Vec::new();
    for dataset in &datasets {
        let blocks = fit(claims.iter().filter(|it| it.dataset != *dataset).map(point));
        for it in claims.iter().filter(|it| it.dataset == *dataset) {
            let confidence = look_up(&blocks, it.confidence).unwrap_or(it.confidence);
            mapped.push(Claim {
                confidence,
                ..it.clone()
            });
        }
    }
    mapped
}

fn point(claim: &Claim) -> (f64, f64, f64) {
    (claim.confidence, f64::from(u8::from(claim.right)), 1.0)
}

/// The monotonic map with the least squared error for points of a confidence, the share that was
/// right (0 or 1 for a single claim) and a weight.
#[must_use]
pub fn fit(points: impl Iterator<Item = (f64, f64, f64)>) -> Vec<Step> {
    let mut points: Vec<(f64, f64, f64)> = points.collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut blocks: Vec<Step> = Vec::new();
    for (confidence, right, weight) in points {
        let mut block = Step {
            highest: confidence,
            middle: confidence,
            right: right * weight,
            weight,
        };
        // Equal confidences belong together, and a block must not be right less often than the
        // one before it.
        while let Some(last) = blocks.last().copied()
            && (last.highest >= confidence || last.share() >= block.share())
        {
            blocks.pop();
            block.middle = (block.middle * block.weight + last.middle * last.weight) / (block.weight + last.weight);
            block.right += last.right;
            block.weight += last.weight;
        }
        blocks.push(block);
    }
    blocks
}

fn look_up(blocks: &[Step], confidence: f64) -> Option<f64> {
    blocks
        .iter()
        .find(|it| it.highest >= confidence)
        .or(blocks.last())
        .map(|it| it.share())
}

#[cfg(test)]
mod tests {
    use super::{super::calibration::tests::claim, *};

    #[test]
    fn the_map_is_fitted_on_the_other_data_sets_only() {
        // In b, 0.9 is right half of the time, whatever a says.
        let claims = [claim("a", 0.9, true), claim("b", 0.9, true), claim("b", 0.9, false)];
        let mapped = mapped(&claims);
        assert_eq!(mapped[0].confidence, 0.5);
        assert_eq!((mapped[1].confidence, mapped[2].confidence), (1.0, 1.0));
    }

    #[test]
    fn the_map_never_falls() {
        let other = [(0.1, false), (0.2, true), (0.3, false), (0.8, true), (0.9, true)];
        let claims: Vec<_> = other
            .iter()
            .map(|&(confidence, right)| claim("b", confidence, right))
            .collect();
        let blocks = fit(claims.iter().map(point));
        let shares: Vec<f64> = [0.05, 0.2, 0.3, 0.8, 1.0]
            .iter()
            .filter_map(|&it| look_up(&blocks, it))
            .collect();
        assert_eq!(shares, [0.0, 0.5, 0.5, 1.0, 1.0]);
    }

    #[test]
    fn a_single_data_set_is_left_as_it_is() {
        assert_eq!(mapped(&[claim("a", 0.7, true)])[0].confidence, 0.7);
    }
}
