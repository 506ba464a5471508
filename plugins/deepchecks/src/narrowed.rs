//! Checks that passed because they were asked less than usual: few of the rows, some of the
//! columns, or a condition that lets nearly everything pass.
//!
//! Rows: `n_samples` below [`FEW`] and below the rows of the split that the check looked at, for a
//! comparison of the larger one; the default of 10 000 and more is enough for every statistic here. Columns: `ignore_columns`, or `columns` where it
//! names some. Conditions: a bound at least [`LOOSER`] times the suite's own. Healthy: the
//! defaults, stricter bounds, samples as large as the table.

use deepfix_plugin::{Arg, Reporter, join};
use deepfix_views::{
    checks::{Check, CheckKind, ChecksView},
    dataset::Which,
};
use serde_json::{Value, json};

/// A sample from which on shares and distances are known to some per cent.
const FEW: f64 = 1_000.0;
/// A bound so much wider lets pass what the usual one was made for.
const LOOSER: f64 = 1.2;
/// Sentences in one gap.
const MOST: usize = 6;

/// The bounds of the default suites of deepchecks 0.19, as shares: in a condition's text, where
/// they are the last number, some stand as percentages.
const BOUNDS: [(CheckKind, f64); 10] = [
    (CheckKind::FeatureDrift, 0.2),
    (CheckKind::LabelDrift, 0.15),
    (CheckKind::PredictionDrift, 0.15),
    (CheckKind::MultivariateDrift, 0.25),
    (CheckKind::LabelCorrelation, 0.8),
    (CheckKind::SamplesMix, 0.05),
    (CheckKind::Duplicates, 0.05),
    (CheckKind::ConflictingLabels, 0.0),
    (CheckKind::SpecialCharacters, 0.001),
    (CheckKind::Performance, 0.1),
];

/// What passed under conditions that say little; none where nothing did.
pub(crate) fn gap(view: &ChecksView, reporter: &Reporter<'_>) -> Option<Value> {
    let sizes = view.sizes();
    let of = |which: Option<Which>| {
        let (train, test) = (sizes.train.as_ref().map(|it| it.0), sizes.test.as_ref().map(|it| it.0));
        match which {
            Some(Which::Train) => train,
            Some(Which::Test) => test,
            None => train.into_iter().chain(test).max_by(f64::total_cmp),
        }
    };
    let (mut headers, mut how): (Vec<&str>, Vec<String>) = (Vec::new(), Vec::new());
    for check in view.checks.iter().filter(|it| it.ran() && !it.failed()) {
        let said = [sampled(check, of(check.which)), columns(check), bound(check)];
        for (id, args) in said.into_iter().flatten() {
            let mut all: Vec<(&str, Arg)> = vec![("check", check.header.as_str().into())];
            all.extend(args);
            let text = reporter.text(&format!("narrowed-{id}"), &all);
            if !headers.contains(&check.header.as_str()) {
                headers.push(&check.header);
            }
            how.push(text);
        }
    }
    how.truncate(MOST);
    (!how.is_empty()).then(|| {
        json!({
            "what": headers,
            "why": reporter.text("not-examined-narrowed-why", &[("how", how.join(", ").into())]),
            "send": reporter.text("not-examined-narrowed-send", &[]),
        })
    })
}

type Said = (&'static str, Vec<(&'static str, Arg)>);

fn sampled(check: &Check, rows: Option<f64>) -> Option<Said> {
    let rows = rows?;
    // The time of one prediction needs no more rows.
    if check.kind == CheckKind::InferenceTime {
        return None;
    }
    let samples = check.parameter("n_samples").and_then(deepfix_views::dataset::finite)?;
    ((0.0..FEW).contains(&samples) && samples < rows).then(|| {
        let args = vec![("samples", (samples as u64).into()), ("rows", (rows as u64).into())];
        ("samples", args)
    })
}

fn columns(check: &Check) -> Option<Said> {
    let named = |key: &str| -> Vec<String> {
        match check.parameter(key) {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(short).collect(),
            Some(Value::String(name)) => vec![short(name)],
            _ => Vec::new(),
        }
    };
    [("ignored", "ignore_columns"), ("only", "columns")]
        .into_iter()
        .map(|(id, key)| (id, named(key)))
        .find(|it| !it.1.is_empty())
        .map(|(id, names)| (id, vec![("columns", join(&names, MOST).into())]))
}

fn short(name: &str) -> String {
    name.chars().take(60).collect()
}

fn bound(check: &Check) -> Option<Said> {
    let usual = BOUNDS.iter().find(|it| it.0 == check.kind)?.1;
    let widest = check
        .conditions
        .iter()
        .filter_map(|it| last_number(&it.text))
        .fold(f64::NEG_INFINITY, f64::max);
    (widest.is_finite() && widest > LOOSER * usual).then(|| {
        (
            "bound",
            vec![("bound", Arg::Number(widest)), ("usual", Arg::Number(usual))],
        )
    })
}

/// The last number of a condition's text, such as 0.05 of `less or equal to 5%`.
fn last_number(text: &str) -> Option<f64> {
    let end = text.rfind(|it: char| it.is_ascii_digit())? + 1;
    let (head, tail) = text.split_at_checked(end)?;
    let start = head
        .rfind(|it: char| !(it.is_ascii_digit() || it == '.'))
        .map_or(0, |it| {
            it + head
                .get(it..)
                .and_then(|it| it.chars().next())
                .map_or(1, char::len_utf8)
        });
    let number: f64 = head.get(start..)?.trim_matches('.').parse().ok()?;
    let percent = tail.trim_start().starts_with('%');
    Some(if percent { number / 100.0 } else { number })
}
