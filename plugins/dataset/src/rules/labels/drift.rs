//! Label drift: class shares compared by chi-square over all classes, and by a two-sided
//! test of each class with Bonferroni's correction, which sees one thinned class among many;
//! and their total variation `TV = ½ Σ |p - q|`. It counts at `p < 2e-3` and `TV >= 0.15`, at
//! `p < 0.01` and `TV >= 0.2` (a low remark at `p < 0.02`), or at `p < 1e-4` and `TV >= 0.1`.
//! A numeric label, and a code with more classes than can be counted: shift of the mean with
//! `z >= 4` and 0.4 standard deviations.
//!
//! Sources: Pearson 1900 (chi-square), Lipton et al. 2018 (label shift).
//!
//! Healthy: random and stratified splits.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{
    ClassCounts, ClassShares, Column, DatasetView, OTHER, Split, Stat, Task, chi_square_p, is_same_word, ks_p,
    normal_p, quantile_shift,
};

use crate::rules::class_arg;

const FEWEST_ROWS: f64 = 15.0;

pub(super) fn drift(view: &DatasetView) -> Option<Draft> {
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
    draft = class_arg(draft, train, "worst", worst.0);
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
