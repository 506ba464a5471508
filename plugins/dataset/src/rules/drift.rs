//! `checks.covariate_drift` from column statistics.
//!
//! A numeric column: shift of the mean `d = |m2 - m1| / std` and its
//! `z = |m2 - m1| / sqrt(s1²/n + s2²/m)`; a category: the same for the share of its most
//! frequent value. It counts when its probability times the number of columns
//! (Bonferroni) stays below 1e-3 and `d` reaches 0.35, so neither chance among many columns
//! nor an immaterial shift of a huge table is reported. High from 0.8.
//!
//! Where the mean stays, as under a change of scale, or is ruled by a few large values: the
//! distance of the quartiles ([`quantile_shift`]) from 0.15 on, with a Kolmogorov-Smirnov
//! probability below 1e-3 in the same sense; high from 0.35. Quartiles cannot show a distance
//! above 0.25 where only the spread changes: there the ratio of the halves ([`spread_shift`])
//! counts from 1.6 on, and is large from 3.5 on.
//!
//! Sources: Pearson 1900 (chi-square), Cohen 1988 (sizes of effects: 0.2 small, 0.5 medium, 0.8
//! large), Rabanser et al. 2019 (tests per dimension with Bonferroni's correction).
//!
//! Healthy: random splits, however small or wide; outliers, which inflate `std` along with
//! the mean; identifiers, whose range says nothing.

use deepfix_plugin::{Draft, Severity};
use deepfix_views::dataset::{
    Column, DatasetView, Stat, Which, category_shift, ks_p, normal_p, quantile_shift, spread_shift,
};

use super::{MOST_FACTS, MOST_NAMES, identifiers};

const LEAST_SHIFT: f64 = 0.35;
const LARGE_SHIFT: f64 = 0.8;
const SIGNIFICANT: f64 = 1e-3;
const LEAST_DISTANCE: f64 = 0.15;
const LARGE_DISTANCE: f64 = 0.35;
/// Of the logarithm of the ratio of spreads.
const LEAST_SPREAD: f64 = 0.47;
const LARGE_SPREAD: f64 = 1.25;
/// The normal approximation of the mean needs so many rows.
const FEWEST_ROWS: f64 = 15.0;

struct Shift<'a> {
    train: &'a Column,
    test: &'a Column,
    sort: Sort,
    /// Of mean or share in standard deviations, or distance of the quartiles.
    d: f64,
    p: f64,
    /// From 1 on it counts, from 2 on it is large.
    size: f64,
}

#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Mean,
    Quartiles,
    Category,
}

pub(super) fn check(view: &DatasetView) -> Option<Draft> {
    let n = view.rows(Which::Train)?.count;
    let m = view.rows(Which::Test)?.count;
    if n < FEWEST_ROWS || m < FEWEST_ROWS {
        return None;
    }
    let test = view.test.as_ref()?;
    let features: Vec<&Column> = view
        .features()
        .filter(|it| !identifiers::is_identifier(it, n))
        .collect();
    let number = features.len() as f64;
    let mut shifts: Vec<Shift<'_>> = features
        .into_iter()
        .filter_map(|it| shift(it, test.column(&it.name)?))
        .filter(|it| it.size >= 1.0 && it.p * number < SIGNIFICANT)
        .collect();
    shifts.sort_by(|a, b| b.size.total_cmp(&a.size));
    let worst = shifts.first()?;
    let severity = if worst.size >= 2.0 {
        Severity::High
    } else {
        Severity::Medium
    };
    let mut draft = Draft::new("checks.covariate_drift", severity, (0.68 + 0.08 * worst.size).min(0.95))
        .variant(match worst.sort {
            Sort::Mean => "numeric",
            Sort::Quartiles => "quartiles",
            Sort::Category => "category",
        })
        .columns(shifts.iter().map(|it| &it.train.name), MOST_NAMES)
        .arg("number", shifts.len())
        .arg("features", number as u64)
        .arg("worst", worst.train.name.as_str())
        .arg("shift", worst.d)
        .arg("rows", n as u64)
        .arg("test", m as u64);
    draft = match worst.sort {
        Sort::Category => {
            let (before, after) = category_shift(worst.train, worst.test)?;
            draft
                .arg("top", worst.train.top.clone().unwrap_or_default())
                .share("before", before)
                .share("after", after)
        }
        Sort::Mean => draft.arg("before", worst.train.mean?).arg("after", worst.test.mean?),
        Sort::Quartiles => {
            let ([_, a, _, b, _], [_, c, _, d, _]) = (worst.train.five()?, worst.test.five()?);
            let column = &worst.train.name;
            draft
                .arg("low", a)
                .arg("high", b)
                .arg("test_low", c)
                .arg("test_high", d)
                .fact(format!("25% of '{column}' (train)"), a, worst.train.source(Stat::Q1))
                .fact(format!("75% of '{column}' (train)"), b, worst.train.source(Stat::Q3))
                .fact(format!("25% of '{column}' (test)"), c, worst.test.source(Stat::Q1))
                .fact(format!("75% of '{column}' (test)"), d, worst.test.source(Stat::Q3))
        }
    };
    for it in shifts.iter().take(MOST_FACTS / 2) {
        for (which, column) in [("train", it.train), ("test", it.test)] {
            if let Some(mean) = column.mean {
                draft = draft.fact(
                    format!("mean of '{}' ({which})", column.name),
                    mean,
                    column.source(Stat::Mean),
                );
            } else if let Some(freq) = column.freq {
                draft = draft.fact(
                    format!("freq of '{}' ({which})", column.name),
                    freq,
                    column.source(Stat::Freq),
                );
            }
        }
        let what = match it.sort {
            Sort::Quartiles => format!("distance of the distributions of '{}'", it.train.name),
            _ => format!("shift of '{}' in standard deviations", it.train.name),
        };
        draft = draft.computed(what, it.d);
    }
    Some(draft)
}

/// The larger of the shift of the mean and the distance of the quartiles.
fn shift<'a>(train: &'a Column, test: &'a Column) -> Option<Shift<'a>> {
    let (n, m) = (train.count?, test.count?);
    if n < FEWEST_ROWS || m < FEWEST_ROWS {
        return None;
    }
    let of = |sort, d: f64, p, least: f64, large: f64| Shift {
        train,
        test,
        sort,
        d,
        p,
        size: if d < least {
            d / least
        } else {
            1.0 + (d - least) / (large - least)
        },
    };
    let (Some(a), Some(b)) = (train.mean, test.mean) else {
        let (a, b) = category_shift(train, test)?;
        let pooled = (a * n + b * m) / (n + m);
        let std = (pooled * (1.0 - pooled)).sqrt();
        let error = std * (1.0 / n + 1.0 / m).sqrt();
        let d = (a - b).abs() / std;
        return (error > 0.0).then(|| {
            of(
                Sort::Category,
                d,
                normal_p((a - b).abs() / error),
                LEAST_SHIFT,
                LARGE_SHIFT,
            )
        });
    };
    let quartiles =
        quantile_shift(train, test).map(|it| of(Sort::Quartiles, it, ks_p(it, n, m), LEAST_DISTANCE, LARGE_DISTANCE));
    let spread = spread_shift(train, test, n, m).map(|(ratio, errors)| {
        of(
            Sort::Quartiles,
            ratio.abs(),
            normal_p(errors),
            LEAST_SPREAD,
            LARGE_SPREAD,
        )
    });
    let (s1, s2) = (train.std?, test.std?);
    let (std, error) = (s1.max(s2 / 4.0), (s1 * s1 / n + s2 * s2 / m).sqrt());
    let mean = (std > 0.0 && error > 0.0).then(|| {
        of(
            Sort::Mean,
            (b - a).abs() / std,
            normal_p((b - a).abs() / error),
            LEAST_SHIFT,
            LARGE_SHIFT,
        )
    });
    // A mean that a few large values rule may move by chance more than its error says.
    mean.into_iter()
        .chain(quartiles)
        .chain(spread)
        .filter(|it| it.p < SIGNIFICANT)
        .max_by(|a, b| a.size.total_cmp(&b.size))
}
