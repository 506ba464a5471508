//! What a fitted map of the confidences would give: for each data set a monotonic map is fitted on
//! the claims of the others (pool adjacent violators; Zadrozny, Elkan (2002): Transforming
//! classifier scores into accurate multiclass probability estimates,
//! <https://doi.org/10.1145/775047.775151>). DeepFix applies no such map. The figure says how much
//! of the calibration error is one of the scale, and how much one of single rules.

use std::collections::BTreeSet;

use super::calibration::Claim;

/// Claims of equal rank: their confidences and how many are right.
#[derive(Debug, Clone, Copy)]
struct Block {
    highest: f64,
    right: f64,
    claims: f64,
}

impl Block {
    fn share(self) -> f64 {
        self.right / self.claims
    }
}

/// The claims with the confidence that the map of the other data sets gives them. With a single
/// data set there are no others, and the claims stay as they are.
pub(crate) fn mapped(claims: &[Claim]) -> Vec<Claim> {
    let datasets: BTreeSet<&str> = claims.iter().map(|it| it.dataset.as_str()).collect();
    let mut mapped = Vec::new();
    for dataset in &datasets {
        let blocks = fit(claims.iter().filter(|it| it.dataset != *dataset));
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

fn fit<'a>(claims: impl Iterator<Item = &'a Claim>) -> Vec<Block> {
    let mut points: Vec<(f64, f64)> = claims
        .map(|it| (it.confidence, f64::from(u8::from(it.right))))
        .collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut blocks: Vec<Block> = Vec::new();
    for (confidence, right) in points {
        let mut block = Block {
            highest: confidence,
            right,
            claims: 1.0,
        };
        // Equal confidences belong together, and a block must not be right less often than the
        // one before it.
        while let Some(last) = blocks.last().copied()
            && (last.highest >= confidence || last.share() >= block.share())
        {
            blocks.pop();
            block.right += last.right;
            block.claims += last.claims;
        }
        blocks.push(block);
    }
    blocks
}

fn look_up(blocks: &[Block], confidence: f64) -> Option<f64> {
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
        let blocks = fit(claims.iter());
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
