//! Checks that passed because they were asked less than usual: few of the rows, some of the
//! columns, or a condition that lets nearly everything pass.
//!
//! Rows: `n_samples` below [`FEW`] and below the rows of the larger split; the default of 10 000
//! and more is enough for every statistic here. Columns: `ignore_columns`, or `columns` where it
//! names some. Conditions: a bound at least [`LOOSER`] times the suite's own. Healthy: the
//! defaults, stricter bounds, samples as large as the table.

use deepfix_plugin::{Arg, Reporter, join};
use deepfix_views::checks::{Check, CheckKind, ChecksView};
use serde_json::{Value, json};

/// A sample from which on shares and distances are known to some per cent.
const FEW: f64 = 1_000.0;
/// A bound so much wider lets pass what the usual one was made for.
const LOOSER: f64 = 1.2;
/// Sentences in one gap.
const MOST: usize = 6;

/// The bounds of the default suites of deepchecks 0.19, as the last number of the condition's
/// text, in the unit of that text.
const BOUNDS: [(CheckKind, f64); 10] = [
    (CheckKind::FeatureDrift, 0.2),
    (CheckKind::LabelDrift, 0.15),
    (CheckKind::PredictionDrift, 0.15),
    (CheckKind::MultivariateDrift, 0.25),
    (CheckKind::LabelCorrelation, 0.8),
    (CheckKind::SamplesMix, 5.0),
    (CheckKind::Duplicates, 5.0),
    (CheckKind::ConflictingLabels, 0.0),
    (CheckKind::SpecialCharacters, 0.1),
    (CheckKind::Performance, 0.1),
];

/// What passed under conditions that say little; none where nothing did.
pub(crate) fn gap(view: &ChecksView, reporter: &Reporter<'_>) -> Option<Value> {
    let sizes = view.sizes();
    let rows = [&sizes.train, &sizes.test]
        .into_iter()
        .flatten()
        .map(|it| it.0)
        .fold(0.0, f64::max);
    let (mut headers, mut how): (Vec<&str>, Vec<String>) = (Vec::new(), Vec::new());
    for check in view.checks.iter().filter(|it| it.ran() && !it.failed()) {
        let said = [sampled(check, rows), columns(check), bound(check)];
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

fn sampled(check: &Check, rows: f64) -> Option<Said> {
    // The time of one prediction needs no more rows.
    if check.kind == CheckKind::InferenceTime {
        return None;
    }
    let samples = check.parameter("n_samples").and_then(deepfix_views::dataset::finite)?;
    (samples >= 0.0 && samples < FEW && samples < rows).then(|| {
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
    (widest.is_finite() && widest > LOOSER * usual)
        .then(|| ("bound", vec![("bound", widest.into()), ("usual", usual.into())]))
}

/// The last number of a condition's text, such as 5 of `less or equal to 5%`.
fn last_number(text: &str) -> Option<f64> {
    text.split(|it: char| !(it.is_ascii_digit() || it == '.'))
        .filter_map(|it| it.trim_matches('.').parse().ok())
        .next_back()
}
