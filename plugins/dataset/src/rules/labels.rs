//! `checks.new_labels` and `checks.label_drift`.
//!
//! New labels: the test split has more classes than the training split, or class codes
//! outside its range. The model cannot predict a class that it never saw. Clients call a
//! regression a classification too, so integers that are no sure class codes (more than
//! twenty, with gaps, of few rows each, or not from 0 or 1 on) are a low remark: the largest
//! count of a random test split is often beyond the largest of training.
//!
//! Label drift: class shares compared by chi-square over all classes, and by a two-sided
//! test of each class with Bonferroni's correction, which sees one thinned class among many;
//! and their total variation `TV = ½ Σ |p - q|`. It counts at `p < 2e-3` and `TV >= 0.15`, at
//! `p < 0.01` and `TV >= 0.2` (a low remark at `p < 0.02`), or at `p < 1e-4` and `TV >= 0.1`. A numeric label, and a code with more classes than can be counted: shift of
//! the mean with `z >= 4` and 0.4 standard deviations.
//!
//! Sources: Pearson 1900 (chi-square), Lipton et al. 2018 (label shift), deepchecks
//! `NewLabelTrainTest`.
//!
//! Classes that training knows in another spelling (case or blanks) are told as such, apart from new ones, and
//! count as the known ones in label drift.
//!
//! Healthy: random and stratified splits; a class or two missing from a small test split.

use super::spelling::{Spelt, unseen};
use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{
    ClassCounts, ClassShares, Column, DatasetView, Modality, OTHER, Split, Stat, Task, chi_square_p, is_same_word,
    ks_p, normal_p, quantile_shift,
};

const FEWEST_ROWS: f64 = 15.0;
/// Integers beyond these many are as likely the values of a regression's target, of which a
/// test split often holds one beyond the range of training.
const MOST_CODES: f64 = 20.0;
/// Codes that begin neither at 0 nor at 1 (or -1): marks and ages have more values than these.
const MOST_ODD_CODES: f64 = 8.0;
/// Rows of an average class, and the share of codes that may be missing.
const ROWS_PER_CODE: f64 = 5.0;
const ALLOWED_GAPS: f64 = 0.2;

pub(super) fn check(view: &DatasetView) -> Vec<Draft> {
    let mut drafts = Vec::new();
    drafts.extend(new_labels(view));
    drafts.extend(drift(view));
    drafts
}

fn new_labels(view: &DatasetView) -> Option<Draft> {
    if view.modality != Modality::Tabular {
        return new_classes(view);
    }
    let label = view.label.as_ref().filter(|it| it.task == Task::Classification)?;
    let train = view.train.as_ref()?.column(&label.name)?;
    let test = view.test.as_ref()?.column(&label.name)?;
    let draft = |severity| {
        let confidence = if severity == Severity::Low { 0.5 } else { 0.95 };
        Draft::new("checks.new_labels", severity, confidence).arg("label", label.name.as_str())
    };
    if let (Some(a), Some(b)) = (train.unique, test.unique)
        && b > a
        && a >= 1.0
    {
        // Values of a count or rating, of which the test split happens to draw more. Class codes
        // of the test split leave no gap.
        let amounts = test.mean.is_some()
            && if b > MOST_CODES {
                !codes(train, test, test, 0.0)
            } else {
                // Codes of the training split leave no gap, wherever they begin; a stray one of the test
                // split may lie anywhere.
                leaves_gaps(train, 0.0) && leaves_gaps(test, 0.0)
                    || !begins_like_codes(train, test) && a > MOST_ODD_CODES
            };
        return Some(
            draft(match amounts {
                true => Severity::Low,
                // Grades that begin at 3, or a stray value, may be amounts all the same.
                false if test.mean.is_some() && (!begins_like_codes(train, test) || leaves_gaps(test, 0.0)) => {
                    Severity::Medium
                }
                false => Severity::High,
            })
            .spelt(&unseen(view), None)
            .arg("train", a as u64)
            .arg("test", b as u64)
            .fact("classes in the training split", a, train.source(Stat::Unique))
            .fact("classes in the test split", b, test.source(Stat::Unique)),
        );
    }
    let outside = [
        (Stat::Max, train.max, test.max, 1.0),
        (Stat::Min, train.min, test.min, -1.0),
    ];
    let (stat, known, unseen) = outside.into_iter().find_map(|(stat, known, unseen, sign)| {
        let (known, unseen) = (known?, unseen?);
        ((unseen - known) * sign > 0.0).then_some((stat, known, unseen))
    })?;
    let number = train.unique.or_else(|| Some(train.max? - train.min? + 1.0));
    let certain = number.is_none_or(|it| it <= MOST_CODES) && codes(train, test, train, ALLOWED_GAPS);
    let (severity, variant) = if certain {
        (Severity::Medium, "range")
    } else {
        (Severity::Low, "amount")
    };
    Some(
        draft(severity)
            .variant(variant)
            .arg("known", known)
            .arg("unseen", unseen)
            .fact("extreme class code in the training split", known, train.source(stat))
            .fact("extreme class code in the test split", unseen, test.source(stat)),
    )
}

/// Whether the integers of a label are class codes rather than a count, an age or a rating:
/// from 0 or 1 (or -1) on, all but a share of `gaps` present in the split `of`, with enough rows each.
fn codes(train: &Column, test: &Column, of: &Column, gaps: f64) -> bool {
    let Some(span) = span(of) else { return true };
    let unique = of.unique.unwrap_or(span);
    let thick = of.count.is_none_or(|rows| rows >= ROWS_PER_CODE * unique);
    begins_like_codes(train, test) && !leaves_gaps(of, gaps) && thick
}

/// Whether the least value is one that class codes begin with.
fn begins_like_codes(train: &Column, test: &Column) -> bool {
    let first = train.min.into_iter().chain(test.min).fold(f64::INFINITY, f64::min);
    (-1.0..=1.0).contains(&first)
}

/// Whether more than this share of the integers between the extremes is missing.
fn leaves_gaps(of: &Column, share: f64) -> bool {
    span(of).is_some_and(|span| {
        let missing = (span - of.unique.unwrap_or(span)).max(0.0);
        missing > (share * span).ceil()
    })
}

fn span(of: &Column) -> Option<f64> {
    Some(of.max? - of.min? + 1.0)
}

/// Class distributions name the classes.
fn new_classes(view: &DatasetView) -> Option<Draft> {
    let train = view.class_counts(view.train.as_ref()?)?;
    let test = view.class_counts(view.test.as_ref()?)?;
    let found: Vec<(&(String, f64), _)> = test
        .classes
        .iter()
        .zip(&test.sources)
        .filter(|((name, count), _)| *count > 0.0 && !train.classes.iter().any(|(it, n)| it == name && *n > 0.0))
        .collect();
    let rows: f64 = found.iter().map(|((_, count), _)| count).sum();
    let total = test.total();
    if found.is_empty() || total <= 0.0 {
        return None;
    }
    let severity = if rows / total >= 0.02 {
        Severity::High
    } else {
        Severity::Medium
    };
    let mut draft = Draft::new("checks.new_labels", severity, 0.95)
        .spelt(&unseen(view), Some("named"))
        .arg("rows", rows as u64)
        .share("share", rows / total);
    for ((name, count), source) in found.into_iter().take(super::MOST_FACTS) {
        draft = draft.fact(format!("test samples of unseen class {name}"), *count, source.clone());
    }
    Some(draft)
}

fn drift(view: &DatasetView) -> Option<Draft> {
    let (train, test) = (view.train.as_ref()?, view.test.as_ref()?);
    if let (Some(a), Some(mut b)) = (view.class_counts(train), view.class_counts(test)) {
        align(&a, &mut b);
        let sent = b.clone();
        join_spellings(&a, &mut b);
        let label = view.label.as_ref();
        let column = |split| label.and_then(|it| Split::column(split, &it.name));
        return classes(&a, &b, &sent).map(|draft| match (a.sources.is_empty(), column(train), column(test)) {
            (true, Some(train), Some(test)) => summarised(draft, train, test),
            _ => draft,
        });
    }
    let label = view.label.as_ref()?;
    let (a, b) = (train.column(&label.name)?, test.column(&label.name)?);
    moved(a, b, label.task)
}

/// The facts that counts without a source of their own were derived from.
fn summarised(mut draft: Draft, train: &Column, test: &Column) -> Draft {
    for (split, column) in [("train", train), ("test", test)] {
        for (name, stat, value) in [
            ("mean", Stat::Mean, column.mean),
            ("std", Stat::Std, column.std),
            ("rows of the most frequent class", Stat::Freq, column.freq),
        ] {
            if let Some(value) = value {
                draft = draft.fact(
                    format!("{name} of label '{}' ({split})", column.name),
                    value,
                    column.source(stat),
                );
            }
        }
    }
    draft
}

/// Counts rows of a class in another spelling as those of the known one: the shares are about what it means, and the
/// rule of new labels reports the spelling.
fn join_spellings(train: &ClassCounts, test: &mut ClassCounts) {
    let known = |name: &str| train.classes.iter().find(|it| is_same_word(&it.0, name));
    let is_known = |name: &str| train.classes.iter().any(|it| it.0 == name);
    let mut place = 0;
    while let Some((name, count)) = test.classes.get(place).cloned() {
        let meant = known(&name).filter(|_| !is_known(&name)).map(|it| it.0.clone());
        let Some(meant) = meant else {
            place += 1;
            continue;
        };
        match test.classes.iter_mut().find(|it| it.0 == meant) {
            Some(it) => {
                it.1 += count;
                test.classes.remove(place);
                if place < test.sources.len() {
                    test.sources.remove(place);
                }
            }
            None => {
                if let Some(it) = test.classes.get_mut(place) {
                    it.0 = meant;
                }
                place += 1;
            }
        }
    }
}

/// Of two classes that are texts only the most frequent one has its name, which need not be
/// the same in both splits. Gives the test split's classes the names of the training split's.
fn align(train: &ClassCounts, test: &mut ClassCounts) {
    let known = |counts: &ClassCounts| {
        let named = |it: &&(String, f64)| it.0 != OTHER;
        let other = counts.classes.iter().any(|it| it.0 == OTHER);
        (other && counts.classes.len() == 2).then(|| counts.classes.iter().find(named).map(|it| it.0.clone()))
    };
    let (Some(Some(a)), Some(Some(b))) = (known(train), known(test)) else {
        return;
    };
    if a != b {
        for (name, _) in &mut test.classes {
            *name = if *name == OTHER { a.clone() } else { OTHER.to_owned() };
        }
    }
}

/// `sent`: the test split's classes as they are spelt there.
fn classes(train: &ClassCounts, test: &ClassCounts, sent: &ClassCounts) -> Option<Draft> {
    let (n, m) = (train.total(), test.total());
    if n < FEWEST_ROWS || m < FEWEST_ROWS {
        return None;
    }
    let mut names: Vec<&str> = train
        .classes
        .iter()
        .chain(&test.classes)
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let of = |counts: &ClassCounts, name: &str| counts.classes.iter().find(|it| it.0 == name).map_or(0.0, |it| it.1);
    let (mut chi, mut variation, mut single, mut worst) = (0.0, 0.0, 1.0f64, ("", 0.0f64));
    for name in &names {
        let (a, b) = (of(train, name), of(test, name));
        let expected = (a + b) / (n + m);
        if expected <= 0.0 {
            continue;
        }
        chi += (a - n * expected).powi(2) / (n * expected) + (b - m * expected).powi(2) / (m * expected);
        let difference = b / m - a / n;
        let error = (expected * (1.0 - expected) * (1.0 / n + 1.0 / m)).sqrt();
        if error > 0.0 {
            single = single.min(normal_p(difference / error));
        }
        variation += difference.abs() / 2.0;
        if difference.abs() > worst.1.abs() {
            worst = (name, difference);
        }
    }
    let p = chi_square_p(chi, names.len() as f64 - 1.0).min(single * names.len() as f64);
    if !((p < 0.02 && variation >= 0.15) || (p < 1e-4 && variation >= 0.1)) {
        return None;
    }
    let severity = match p {
        // One random split of a small table in fifty comes this far.
        p if p >= 2e-3 && (variation < 0.2 || p >= 0.01) => Severity::Low,
        _ if variation >= 0.3 => Severity::High,
        _ => Severity::Medium,
    };
    let mut draft = Draft::new("checks.label_drift", severity, if p < 1e-3 { 0.85 } else { 0.7 })
        .beyond(variation / 0.15)
        .variant("classes")
        .share("before", of(train, worst.0) / n)
        .share("after", of(test, worst.0) / m)
        .share("variation", variation)
        .arg("rows", n as u64)
        .arg("test", m as u64)
        .computed("total variation distance", variation)
        .computed("p-value", p);
    draft = super::class_arg(draft, train, "worst", worst.0);
    let is_known = |name: &str| train.classes.iter().any(|it| it.0 == name);
    let is_worst = |name: &str| name == worst.0 || (!is_known(name) && is_same_word(name, worst.0));
    for (which, counts) in [("train", train), ("test", sent)] {
        for ((name, count), source) in counts
            .classes
            .iter()
            .zip(&counts.sources)
            .filter(|it| is_worst(&it.0.0))
        {
            draft = draft.fact(format!("samples of class {name} ({which})"), *count, source.clone());
        }
    }
    Some(draft)
}

fn moved(train: &Column, test: &Column, task: Task) -> Option<Draft> {
    let (n, m) = (train.count?, test.count?);
    let (a, b, s1, s2) = (train.mean?, test.mean?, train.std?, test.std?);
    if n < FEWEST_ROWS || m < FEWEST_ROWS || s1 <= 0.0 {
        return None;
    }
    let d = (b - a).abs() / s1;
    let z = (b - a).abs() / (s1 * s1 / n + s2 * s2 / m).sqrt();
    let (distance, p) = quantile_shift(train, test).map_or((0.0, 1.0), |it| (it, ks_p(it, n, m)));
    let apart = || {
        let shares = ClassShares::of(train).zip(ClassShares::of(test));
        task == Task::Classification && shares.is_some_and(|(a, b)| !a.allows_distance(&b, 0.1))
    };
    let regression = task == Task::Regression && distance >= 0.25 && p < 1e-3;
    if !((z >= 4.0 && d >= 0.4) || regression || (z >= 3.0 && apart())) {
        return None;
    }
    Some(
        Draft::new(
            "checks.label_drift",
            if d >= 0.8 { Severity::High } else { Severity::Medium },
            0.8,
        )
        .beyond(d / 0.4)
        .variant("mean")
        .arg("label", train.name.as_str())
        .arg("before", a)
        .arg("after", b)
        .arg("shift", d)
        .arg("rows", n as u64)
        .arg("test", m as u64)
        .fact("mean of the label (train)", a, train.source(Stat::Mean))
        .fact("mean of the label (test)", b, test.source(Stat::Mean))
        .computed("shift in standard deviations", d),
    )
}
