//! `dataset.label_noise` and its mirror image, `checks.train_test_correlation_change`.
//!
//! - Conflicting labels: equal features, different labels. Natural where features take few
//!   values, so the number of possible rows (product of unique counts) must exceed 50 times
//!   the rows. Medium from 3 % of the training rows and three times the test split's share;
//!   low from 2 %.
//! - Predictive power: noise in the training labels lowers every feature's PPS there but not
//!   in the test split. With `A`, `B` the sums over the five best features: medium where
//!   `B >= 1`, `A <= 0.45 B`, the best feature's test score is 0.5 or more, and 4 or more times
//!   the root of the test rows, and two features of weight fall. Random splits of small tables reach 0.52.
//! - The mirror image, `B <= 0.2 A` with `A >= 0.8` and `A sqrt(m) >= 12`: the test labels do
//!   not belong to their rows, or the relation changed. Half of that is a low remark.
//!
//! Sources: Northcutt et al. 2021 (wrong labels), Wetschoreck et al. 2020 (predictive power score),
//! deepchecks `ConflictingLabels` and `FeatureLabelCorrelationChange`.
//!
//! Healthy: single features that score higher in one split (deepchecks fails at 0.2, which
//! half of all small tables exceed), and all of them in one of 40 rows, since a cross-validated
//! score of so few is noise of 0.3; a perfect score of a test split with a handful of rows of
//! one class; drifted splits, where the features themselves differ.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::{
    checks::{Check, CheckKind},
    dataset::Which,
};

use super::Facts;

const FEWEST_TEST_ROWS: f64 = 30.0;
const BEST_FEATURES: usize = 5;
/// Of a hundred features without any power some reach 0.3 in a hundred rows: the best one must
/// have more where it is the test split's, and this much where it is the training split's.
const BEST: f64 = 0.5;
const SOME: f64 = 0.3;

pub(super) fn check(facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    drafts.extend(conflicts(facts));
    if let Some(power) = Power::of(facts) {
        drafts.extend(power.noise());
        // Rows that occur twice raise the cross-validated power of the split that holds them.
        if drafts.is_empty() {
            drafts.extend(power.change());
        }
    }
    // Two signs of the same thing: the surer one speaks.
    if drafts.iter().filter(|it| it.code() == "dataset.label_noise").count() > 1 {
        let best = drafts
            .iter()
            .map(|it| (it.severity(), it.confidence()))
            .fold((Severity::Low, 0.0), |a, b| if b > a { b } else { a });
        drafts.retain(|it| it.code() != "dataset.label_noise" || (it.severity(), it.confidence()) == best);
    }
    drafts
}

fn conflicts(facts: &Facts<'_>) -> Option<Draft> {
    const SHARE: &[&str] = &["percent_of_conflicting_samples"];
    let read = |which| {
        let check = facts.view.on(CheckKind::ConflictingLabels, which)?;
        check.number(SHARE).map(|share| (share, check))
    };
    let (share, check) = read(Which::Train)?;
    let tested = read(Which::Test).map(|it| it.0);
    let test = tested.unwrap_or(0.0);
    let rows = (share * facts.n).round();
    if share < 0.02 || rows < 3.0 || facts.n <= 0.0 {
        return None;
    }
    let unique = facts.view.unique_counts(Which::Train);
    let combinations: f64 = unique.values().map(|it| it.max(1.0).ln()).sum();
    let coarse = unique.is_empty() || combinations < (50.0 * facts.n).ln();
    let severity = if coarse {
        return None;
    } else if share >= 0.03 && share >= 3.0 * test {
        Severity::Medium
    } else {
        Severity::Low
    };
    Some(
        Draft::new("dataset.label_noise", severity, 0.7)
            .beyond(share / 0.03)
            .variant("conflicts")
            .share("share", share)
            .share("test", test)
            .arg("tested", if tested.is_some() { "yes" } else { "no" })
            .arg("rows", rows as u64)
            .fact("share of training rows in conflict", share, check.source(SHARE)),
    )
}

/// Predictive power of the best features in both splits.
struct Power<'a> {
    train: &'a Check,
    test: &'a Check,
    names: Vec<(String, f64, f64)>,
    a: f64,
    b: f64,
    /// Of the test split.
    rows: f64,
}

impl<'a> Power<'a> {
    fn of(facts: &Facts<'a>) -> Option<Self> {
        let train = facts.view.on(CheckKind::LabelCorrelation, Which::Train)?;
        let test = facts.view.on(CheckKind::LabelCorrelation, Which::Test)?;
        if facts.m < FEWEST_TEST_ROWS || drifted(facts) {
            return None;
        }
        let mut names: Vec<(String, f64, f64)> = train
            .scores()
            .into_iter()
            .filter_map(|(name, a)| test.number(&[&name]).map(|b| (name, a, b)))
            .collect();
        names.sort_by(|x, y| (y.1 + y.2).total_cmp(&(x.1 + x.2)));
        names.truncate(BEST_FEATURES);
        let (a, b) = (names.iter().map(|it| it.1).sum(), names.iter().map(|it| it.2).sum());
        Some(Self {
            train,
            test,
            names,
            a,
            b,
            rows: facts.m,
        })
    }

    fn noise(&self) -> Option<Draft> {
        // One feature alone proves little: at least two must score higher in the test split.
        let lower = self.names.iter().filter(|it| it.2 >= 0.2 && it.1 < 0.7 * it.2).count();
        let best = self.names.iter().map(|it| it.2).fold(0.0, f64::max);
        // Perfect in the test split and weak in training: a class of some rows there.
        let tiny = self.names.iter().filter(|it| it.2 >= 0.999 && it.1 < 0.3).count();
        let sure = best >= BEST && best * self.rows.sqrt() >= 4.0 && tiny < 2;
        (sure && self.b >= 1.0 && self.a <= 0.45 * self.b && lower >= 2)
            .then(|| self.draft("dataset.label_noise", Severity::Medium, 0.65, "power"))
    }

    fn change(&self) -> Option<Draft> {
        let weight = self.a * self.rows.sqrt();
        if !self.names.iter().any(|it| it.1 >= SOME) {
            return None;
        }
        let severity = match (self.a, self.b / self.a) {
            (a, ratio) if a >= 0.8 && ratio <= 0.2 && weight >= 12.0 => Severity::Medium,
            (a, ratio) if a >= 0.4 && ratio <= 0.15 && weight >= 6.0 => Severity::Low,
            _ => return None,
        };
        Some(self.draft("checks.train_test_correlation_change", severity, 0.75, ""))
    }

    fn draft(&self, code: &str, severity: Severity, confidence: f64, variant: &str) -> Draft {
        let mut draft = Draft::new(code, severity, confidence);
        if !variant.is_empty() {
            draft = draft.variant(variant);
        }
        let difference = |it: &&(String, f64, f64)| (it.1 - it.2).abs();
        let Some((name, a, b)) = self.names.iter().max_by(|x, y| difference(x).total_cmp(&difference(y))) else {
            return draft;
        };
        draft
            .arg("feature", name.as_str())
            .arg("train", *a)
            .arg("test", *b)
            .arg("features", self.names.len())
            .arg("ratio", self.a / self.b.max(1e-9))
            .fact(
                format!("predictive power of '{name}' (train)"),
                *a,
                self.train.source(&[name]),
            )
            .fact(
                format!("predictive power of '{name}' (test)"),
                *b,
                self.test.source(&[name]),
            )
            .computed("summed predictive power (train)", self.a)
            .computed("summed predictive power (test)", self.b)
    }
}

/// Whether the splits differ so much that scores cannot be compared.
fn drifted(facts: &Facts<'_>) -> bool {
    let noise = 1.36 * (1.0 / facts.n.max(1.0) + 1.0 / facts.m.max(1.0)).sqrt();
    let worst = |kind| {
        facts
            .view
            .one(kind)
            .and_then(|it| it.drift().into_iter().next())
            .map_or(0.0, |it| it.score)
    };
    worst(CheckKind::FeatureDrift) > (1.5 * noise).max(0.25) || worst(CheckKind::LabelDrift) > 0.15
}
