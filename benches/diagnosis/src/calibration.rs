//! Whether a confidence of 0.8 is right eight times of ten.
//!
//! A claim is one code in one case, at the confidence that a reader sees: the reasoner's where it
//! repeats the code, else the highest of the analyzers. It is right when the label requires or
//! allows the code. Expected calibration error as in Guo et al. (2017), On calibration of modern
//! neural networks, <https://arxiv.org/abs/1706.04599>; Brier score as in Brier (1950),
//! Verification of forecasts expressed in terms of probability,
//! <https://doi.org/10.1175/1520-0493(1950)078%3C0001:VOFEIT%3E2.0.CO;2>.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{answer::Level, corpus::Case, score::Row};

/// Equal widths, as is usual; with some hundred claims more bins would be empty.
const BINS: usize = 10;

/// Codes by which the reasoner says that there is no fault: nothing is claimed.
const NO_CLAIM: [&str; 5] = [
    "healthy",
    "poor_unexplained",
    "not_examined",
    "external_finding",
    "no_synthesis",
];

/// One code in one case.
#[derive(Debug, Clone)]
pub struct Claim {
    pub(crate) code: String,
    pub(crate) dataset: String,
    pub(crate) level: Level,
    pub(crate) confidence: f64,
    pub(crate) right: bool,
}

/// What is claimed of each case.
pub fn claims(cases: &[Case], rows: &[Row]) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (case, row) in cases.iter().zip(rows) {
        // The reasoner is the last that answers.
        let reasoner = row.found.last().map(|it| it.agent.as_str()).unwrap_or_default();
        let mut seen: BTreeMap<&str, (bool, f64, Level)> = BTreeMap::new();
        for it in row.found.iter().filter(|it| it.level > Level::None) {
            if NO_CLAIM.contains(&it.code.as_str()) {
                continue;
            }
            let claim = (it.agent == reasoner, it.confidence, it.level);
            let best = seen.entry(it.code.as_str()).or_insert(claim);
            if (claim.0, claim.1) > (best.0, best.1) {
                *best = claim;
            }
        }
        claims.extend(seen.into_iter().map(|(code, (_, confidence, level))| Claim {
            code: code.to_owned(),
            dataset: row.dataset.clone().unwrap_or_default(),
            level,
            confidence: confidence.clamp(0.0, 1.0),
            right: case.label.is_right(code),
        }));
    }
    claims
}

/// The claims of one bin, code or severity.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) claims: usize,
    pub(crate) confidence: f64,
    /// The share that is right.
    pub(crate) right: f64,
}

impl Group {
    fn of<'a>(name: String, claims: impl Iterator<Item = &'a Claim>) -> Self {
        let (mut count, mut confidence, mut right) = (0, 0.0, 0.0);
        for it in claims {
            count += 1;
            confidence += it.confidence;
            right += f64::from(u8::from(it.right));
        }
        let n = f64::from(u32::try_from(count.max(1)).unwrap_or(u32::MAX));
        Self {
            name,
            claims: count,
            confidence: confidence / n,
            right: right / n,
        }
    }

    /// Positive where the claims are surer than they may be.
    pub(crate) fn gap(&self) -> f64 {
        self.confidence - self.right
    }
}

/// How far confidences come true.
#[derive(Debug, Clone, Serialize)]
pub struct Calibration {
    pub(crate) claims: usize,
    /// The mean distance of confidence and share of right claims, weighted by the bins.
    pub ece: f64,
    /// The mean squared distance of the confidence from what was true.
    pub(crate) brier: f64,
    pub(crate) mean_confidence: f64,
    pub(crate) right: f64,
    /// What a monotonic map would make of it that is fitted on the other data sets.
    pub(crate) ece_mapped: f64,
    pub(crate) brier_mapped: f64,
    pub(crate) bins: Vec<Group>,
    pub(crate) by_severity: Vec<Group>,
    /// The codes, the worst calibrated first: by how many claims the confidence is off.
    pub(crate) by_code: Vec<Group>,
}

pub(crate) fn calibration(claims: &[Claim]) -> Calibration {
    let all = Group::of(String::new(), claims.iter());
    let bins = bins(claims);
    let mut codes: BTreeMap<&str, Vec<&Claim>> = BTreeMap::new();
    for it in claims {
        codes.entry(&it.code).or_default().push(it);
    }
    let mut by_code: Vec<Group> = codes
        .into_iter()
        .map(|(code, claims)| Group::of(code.to_owned(), claims.into_iter()))
        .collect();
    let off = |it: &Group| it.gap().abs() * it.claims as f64;
    by_code.sort_by(|a, b| off(b).total_cmp(&off(a)));
    let mapped = super::isotonic::mapped(claims);
    let severity = |level: Level| Group::of(level.name().to_owned(), claims.iter().filter(|it| it.level == level));
    Calibration {
        claims: claims.len(),
        ece: ece(&bins),
        brier: brier(claims),
        mean_confidence: all.confidence,
        right: all.right,
        ece_mapped: ece(&self::bins(&mapped)),
        brier_mapped: brier(&mapped),
        bins,
        by_severity: [Level::High, Level::Medium, Level::Low].map(severity).into(),
        by_code,
    }
}

fn bins(claims: &[Claim]) -> Vec<Group> {
    (0..BINS)
        .map(|bin| {
            let of_bin = |it: &&Claim| ((it.confidence * BINS as f64) as usize).min(BINS - 1) == bin;
            let name = format!("{:.1}-{:.1}", bin as f64 / BINS as f64, (bin + 1) as f64 / BINS as f64);
            Group::of(name, claims.iter().filter(of_bin))
        })
        .collect()
}

fn ece(bins: &[Group]) -> f64 {
    let all: usize = bins.iter().map(|it| it.claims).sum();
    let off: f64 = bins.iter().map(|it| it.gap().abs() * it.claims as f64).sum();
    off / all.max(1) as f64
}

fn brier(claims: &[Claim]) -> f64 {
    let off: f64 = claims
        .iter()
        .map(|it| (it.confidence - f64::from(u8::from(it.right))).powi(2))
        .sum();
    off / claims.len().max(1) as f64
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn claim(dataset: &str, confidence: f64, right: bool) -> Claim {
        Claim {
            code: "x".into(),
            dataset: dataset.into(),
            level: Level::Medium,
            confidence,
            right,
        }
    }

    #[test]
    fn confidences_that_come_true_have_no_error() {
        let claims: Vec<_> = (0..10).map(|n| claim("a", 0.8, n < 8)).collect();
        let it = calibration(&claims);
        assert!(it.ece < 1e-12, "{}", it.ece);
        assert!((it.brier - 0.16).abs() < 1e-12, "{}", it.brier);
        assert_eq!((it.bins.len(), it.bins[8].claims), (BINS, 10));
    }

    #[test]
    fn the_error_is_the_weighted_distance_of_the_bins() {
        // Three sure claims, one of them right; one claim at a half that is right.
        let claims = [
            claim("a", 1.0, true),
            claim("a", 1.0, false),
            claim("a", 1.0, false),
            claim("a", 0.5, true),
        ];
        let it = calibration(&claims);
        let expected = (3.0 * (1.0 - 1.0 / 3.0) + 1.0 * 0.5) / 4.0;
        assert!((it.ece - expected).abs() < 1e-12, "{}", it.ece);
        assert!((it.brier - (2.0 + 0.25) / 4.0).abs() < 1e-12, "{}", it.brier);
        assert_eq!(it.bins[9].claims, 3, "a confidence of 1 is in the last bin");
    }

    #[test]
    fn no_claims_give_no_error() {
        let it = calibration(&[]);
        assert_eq!((it.claims, it.ece, it.brier), (0, 0.0, 0.0));
    }
}
