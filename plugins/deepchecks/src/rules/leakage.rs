//! `checks.label_leakage` and `checks.train_test_leakage`.
//!
//! Label leakage: the predictive power score (PPS) of one feature stands alone at the top,
//! in training *and* test split. Classes: PPS >= 0.97 in both and at least 0.12 above the
//! second feature, or 0.05 where it is 1 in both. Numbers: >= 0.75 in both and 0.35 above the second, >= 0.95 and 0.15. Where
//! the top is merely strong (0.9, 0.3 ahead) it is a low remark: worth a question. deepchecks
//! fails at 0.8 whatever the others reach. Healthy: naturally strong features, which come in
//! groups of similar strength (radius, perimeter, area of a tumour); a strong score in a tiny
//! test split only.
//!
//! Train-test leakage: the share of test rows that also occur in the training split. Rows
//! repeat by nature where features take few values: then rows repeat *within* the training
//! split just as often (`Data Duplicates`), and the product of the features' unique counts is
//! small against the rows. Medium from 10 % (5 % where the split is large enough to be sure of
//! 3 %), high from 20 % beyond what that explains;
//! deepchecks passes up to 5 %. Indices that appear in both splits count as well: medium from 5 %.
//!
//! Dates: a test split of which nine tenths lie before the first training date is medium, since the model
//! is judged on a past that its training data follow; days in both splits, or test rows among the training
//! rows in time, are a remark, as a random split of dated rows is. Not flagged: a test split after the training data.
//!
//! Sources: Tashman 2000 and Bergmeir & Benítez 2012 (out-of-sample tests in time), Kaufman et al. 2012 and Kapoor & Narayanan 2023 (leakage), Wetschoreck et al. 2020
//! (predictive power score), deepchecks `TrainTestSamplesMix`.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::{
    checks::{Check, CheckKind},
    dataset::{Which, finite, wilson},
};

use super::Facts;

const FEWEST_ROWS: f64 = 40.0;
const FEWEST_TEST_ROWS: f64 = 15.0;
const CLUSTERING: f64 = 3.0;
/// How much of a key's predictive power a share of repeated rows explains: both twins of a pair are told by the
/// other one, in three of four parts of the cross-validation.
const COPIES: f64 = 2.5;
/// What copies explain at most: each row would have its twin on the other side of each cut.
const MOST_EXPLAINED: f64 = 0.95;
/// The share of test rows before the first training date from which on the splits are the wrong way round; the
/// others may be written wrongly.
const MOSTLY_BEFORE: f64 = 0.9;

pub(super) fn check(facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    drafts.extend(label(facts));
    drafts.extend(identifier(facts));
    drafts.extend(rows(facts));
    drafts.extend(keys(facts));
    drafts.extend(dates(facts));
    drafts
}

fn label(facts: &Facts<'_>) -> Option<Draft> {
    if facts.n > 0.0 && facts.n < FEWEST_ROWS {
        return None;
    }
    let train = facts.view.on(CheckKind::LabelCorrelation, Which::Train)?;
    let scores = train.scores();
    let (feature, top) = scores.first()?;
    let second = scores.get(1).map_or(0.0, |it| it.1);
    let test = facts
        .view
        .on(CheckKind::LabelCorrelation, Which::Test)
        .filter(|_| facts.m >= FEWEST_TEST_ROWS)
        .and_then(|it| it.number(&[feature]).map(|score| (it, score)));
    // A leak holds on both sides; without a test split the training score has to do.
    let weakest = test.as_ref().map_or(*top, |it| it.1.min(*top));
    let ahead = top - second;
    // With a single feature there is nothing to stand out from.
    if scores.len() < 2 {
        return None;
    }
    let clear = if facts.regression {
        (weakest >= 0.95 && ahead >= 0.15) || (weakest >= 0.75 && ahead >= 0.35)
    } else {
        (weakest >= 0.97 && ahead >= 0.12) || (weakest >= 0.999 && ahead >= 0.05 && facts.n >= 100.0)
    };
    let severity = match (clear, weakest >= 0.9 && ahead >= 0.3) {
        (true, _) if test.is_some() => Severity::High,
        (true, _) => Severity::Medium,
        (false, true) => Severity::Low,
        _ => return None,
    };
    let confidence = if severity == Severity::Low {
        0.45
    } else {
        (0.7 + ahead * 0.35).min(0.97)
    };
    let mut draft = Draft::new("checks.label_leakage", severity, confidence);
    if severity == Severity::Low {
        draft = draft.variant("strong");
    }
    draft = draft
        .arg("feature", feature.as_str())
        .arg("top", *top)
        .arg("test", weakest)
        .arg("tested", if test.is_some() { "yes" } else { "no" })
        .arg("second", scores.get(1).map_or("", |it| it.0.as_str()))
        .arg("next", second)
        .fact(
            format!("predictive power of '{feature}' (train)"),
            *top,
            train.source(&[feature]),
        );
    if let Some((check, score)) = test {
        draft = draft.fact(
            format!("predictive power of '{feature}' (test)"),
            score,
            check.source(&[feature]),
        );
    }
    if let Some((name, score)) = scores.get(1) {
        draft = draft.fact(
            format!("predictive power of '{name}' (train)"),
            *score,
            train.source(&[name]),
        );
    }
    Some(draft.extra("feature", feature.as_str()))
}

/// A row's index or date that predicts the label: the table is sorted by it, unless copies of rows explain it.
fn identifier(facts: &Facts<'_>) -> Option<Draft> {
    let check = facts
        .view
        .of(CheckKind::IdentifierCorrelation)
        .find(|it| it.scores().first().is_some_and(|it| it.1 >= 0.3))?;
    let (name, score) = check.scores().into_iter().next()?;
    // Copies of a row share their key and their label, so that one predicts the other's. No two rows share a key
    // that has a value for each.
    let which = check.which.unwrap_or(Which::Train);
    let rows = if which == Which::Test { facts.m } else { facts.n };
    let keys = facts
        .view
        .unique_counts(which)
        .get(&name)
        .copied()
        .filter(|_| rows > 0.0);
    let is_unique = keys.is_some_and(|it| it >= rows);
    // Rows of one group share their label by nature: one of a patient, of a site.
    let of_groups = keys.is_some_and(|it| it <= rows / 2.0);
    let copies = facts
        .view
        .on(CheckKind::Duplicates, which)
        .and_then(|it| it.number(&[]))
        .unwrap_or(0.0);
    let counts_rows_once = check.parameter("different_rows_only").is_some_and(|it| *it == true);
    if !counts_rows_once && !is_unique && score <= (COPIES * copies).min(MOST_EXPLAINED) {
        return None;
    }
    let severity = if score >= 0.6 && !of_groups {
        Severity::Medium
    } else {
        Severity::Low
    };
    Some(
        Draft::new("checks.label_leakage", severity, 0.7)
            .variant(if of_groups { "groups" } else { "identifier" })
            .arg("feature", name.as_str())
            .arg("top", score)
            .fact(format!("predictive power of '{name}'"), score, check.source(&[&name])),
    )
}

fn rows(facts: &Facts<'_>) -> Option<Draft> {
    let check = facts
        .view
        .one(CheckKind::SamplesMix)
        .or_else(|| facts.view.one(CheckKind::SimilarImageLeakage))?;
    let ratio = check.number(&["ratio"])?;
    let shared = (ratio * facts.m).round();
    let natural = natural_overlap(facts);
    // What is certain beyond chance: the lower end of the interval of the share.
    let certain = if facts.m > 0.0 {
        wilson(shared, facts.m).0
    } else {
        ratio
    };
    let severity = match ratio - natural {
        excess if excess >= 0.2 && certain > natural + 0.1 => Severity::High,
        excess if excess >= 0.1 && certain > natural + 0.04 => Severity::Medium,
        // In a large split less is as sure.
        excess if excess >= 0.05 && certain > natural + 0.03 => Severity::Medium,
        excess if excess > 0.0 && ratio >= 0.01 && shared != 1.0 => Severity::Low,
        _ => return None,
    };
    Some(
        Draft::new(
            "checks.train_test_leakage",
            severity,
            if severity == Severity::Low { 0.6 } else { 0.9 },
        )
        .beyond((ratio - natural) / if severity == Severity::Low { 0.01 } else { 0.1 })
        .arg("shared", shared as u64)
        .arg("test", facts.m as u64)
        .share("ratio", ratio)
        .share("natural", natural)
        .fact(
            "share of test rows that occur in training",
            ratio,
            check.source(&["ratio"]),
        )
        .computed("share that repeats by nature", natural),
    )
}

/// The share of test rows that repeat a training row without any fault.
///
/// With `c = Π unique counts` possible rows (label included), a test row meets one of `n`
/// training rows by chance in about `1 - exp(-n / c)` of the cases if all rows were equally
/// likely; real ones cluster, so it is taken three times. Rows that repeat within the training split repeat
/// across splits too: twice the duplicate share covers them.
fn natural_overlap(facts: &Facts<'_>) -> f64 {
    let duplicates = facts
        .view
        .on(CheckKind::Duplicates, Which::Train)
        .and_then(|it| it.number(&[]))
        .unwrap_or(0.0)
        .clamp(0.0, 1.0);
    let unique = facts.view.unique_counts(Which::Train);
    let combinations: f64 = unique.values().map(|it| it.max(1.0).ln()).sum();
    let chance = if unique.is_empty() {
        0.0
    } else {
        1.0 - (-facts.n / combinations.min(600.0).exp() * CLUSTERING).exp()
    };
    (2.0 * duplicates).max(chance).min(1.0)
}

/// A number that a check found, wherever its version keeps it.
fn found(check: &Check) -> Option<(&'static [&'static str], f64)> {
    const PATHS: [&[&str]; 3] = [&[], &["leakage_ratio"], &["ratio"]];
    PATHS
        .into_iter()
        .find_map(|path| check.number(path).map(|it| (path, it)))
        .filter(|it| it.1 > 0.0)
}

/// Keys of the training split in the test split.
fn keys(facts: &Facts<'_>) -> Option<Draft> {
    let check = facts.view.one(CheckKind::IndexLeakage)?;
    let (path, ratio) = found(check)?;
    let severity = if ratio >= 0.05 { Severity::Medium } else { Severity::Low };
    let draft = Draft::new("checks.train_test_leakage", severity, 0.7).variant("keys");
    Some(draft.share("ratio", ratio).fact(
        "share of test rows with a key of the training split",
        ratio,
        check.source(path),
    ))
}

/// The order of the splits in time: a test split before the training data, one among it, or days in both.
fn dates(facts: &Facts<'_>) -> Option<Draft> {
    let overlap = facts.view.one(CheckKind::DateLeakageOverlap);
    if let Some(draft) = overlap.and_then(|it| past(facts, it)) {
        return Some(draft);
    }
    let duplicates = facts.view.one(CheckKind::DateLeakageDuplicates);
    if let Some((check, (path, ratio))) = duplicates.and_then(|it| Some((it, found(it)?))) {
        let draft = Draft::new("checks.train_test_leakage", Severity::Low, 0.7).variant("days");
        return Some(draft.share("ratio", ratio).fact(
            "share of test rows with a date of the training split",
            ratio,
            check.source(path),
        ));
    }
    let check = overlap?;
    let (path, ratio) = found(check)?;
    let draft = Draft::new("checks.train_test_leakage", Severity::Low, 0.7).variant("overlap");
    Some(draft.share("ratio", ratio).fact(
        "share of test rows before the last training date",
        ratio,
        check.source(path),
    ))
}

/// A test split that lies before the training data, as far as the check tells where that begins.
fn past(facts: &Facts<'_>, check: &Check) -> Option<Draft> {
    let (path, ratio) = found(check)?;
    let before = check.parameter("share_before_first").and_then(finite)?;
    if before < MOSTLY_BEFORE || facts.m < FEWEST_TEST_ROWS || facts.n < FEWEST_ROWS {
        return None;
    }
    let draft = Draft::new("checks.train_test_leakage", Severity::Medium, 0.8).variant("past");
    Some(
        draft
            .share("before", before)
            .fact(
                "share of test rows before the last training date",
                ratio,
                check.source(path),
            )
            .computed("share of test rows before the first training date", before),
    )
}
