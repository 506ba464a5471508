//! `checks.new_labels` and `checks.new_categories`: values that only the test split has.
//!
//! New labels: any class of the test split that training lacks; where each differs from a known one in case or
//! blanks only, the advice is to write them alike. New categories: low, since an
//! encoder can be told to expect them; medium where a tenth of the test rows more have one than there are
//! categories per training row, which bounds what random rows bring (Good 1953); low again where hardly any
//! test row has a known one and both splits have as many categories per row: they were split by it (`GroupKFold`).
//! Silent where the column is an
//! identifier, all of whose categories are new by nature, or true and false written as 1 and 0. Not flagged as more than a remark: columns of
//! names, texts and keys, which have about as many categories as rows; rare categories.
//!
//! Sources: Good 1953 (unseen species), deepchecks `NewLabelTrainTest` and `NewCategoryTrainTest`.

use deepfix_plugin::{Draft, Severity, join};
use deepfix_views::{
    checks::{Check, CheckKind},
    dataset::Which,
};
use serde_json::Value;

use super::{Facts, MOST_FACTS, MOST_NAMES, drift, spelling};

/// A category of many levels always has some in the test split that training did not draw.
const NEW_CATEGORIES: f64 = 0.02;
/// The share of test rows with an unseen category, beyond what the column's many values explain, from which on the
/// splits do not come from one source.
const MANY_UNSEEN: f64 = 0.1;
/// Standard errors of that share by which it must be beyond.
const ERRORS: f64 = 3.0;
/// The share of test rows with a new category from which on none of training's comes back, but for a slip.
const NEARLY_ALL: f64 = 0.98;
/// How far the categories per row may differ between splits that were made by them: groups differ in size.
const ALIKE: f64 = 2.0;
/// Fewer rows are no base for a share.
const FEWEST_TEST_ROWS: f64 = 30.0;

pub(super) fn check(facts: &Facts<'_>) -> Vec<Draft> {
    new_labels(facts).into_iter().chain(new_categories(facts)).collect()
}

fn new_labels(facts: &Facts<'_>) -> Option<Draft> {
    let check = facts.view.one(CheckKind::NewLabel)?;
    const UNSEEN: &str = "test samples of classes unseen in training";
    let path = ["n_new_labels_samples"];
    let (rows, facts_of_rows) = match check.number(&path) {
        Some(rows) => (rows, vec![(UNSEEN.to_owned(), rows, check.source(&path))]),
        // Vision: `{new_labels: {class: samples}, all_labels_count}`.
        None => {
            let classes = check.get(&["new_labels"])?.as_object()?;
            let read = |name: &String| {
                let path = ["new_labels", name.as_str()];
                Some((
                    format!("test samples of unseen class {name}"),
                    check.number(&path)?,
                    check.source(&path),
                ))
            };
            let found: Vec<_> = classes.keys().filter_map(read).filter(|it| it.1 > 0.0).collect();
            (found.iter().map(|it| it.1).sum(), found)
        }
    };
    let total = ["n_samples", "all_labels_count"]
        .iter()
        .find_map(|it| check.number(&[it]))
        .unwrap_or(facts.m);
    if rows <= 0.0 {
        return None;
    }
    let share = if total > 0.0 { rows / total } else { 1.0 };
    let severity = if share >= 0.05 {
        Severity::High
    } else {
        Severity::Medium
    };
    let (respelt, fresh) = spelling::unseen(facts);
    let is_spelling = fresh.is_empty() && !respelt.is_empty();
    // Each is told apart: a new class lacks rows, a respelt one does not.
    let names: Vec<&String> = if is_spelling {
        respelt.iter().map(|it| &it.name).collect()
    } else {
        fresh.iter().collect()
    };
    let mut draft = Draft::new("checks.new_labels", severity, 0.97);
    if is_spelling {
        draft = draft.variant("spelling");
    }
    let mut draft = draft
        .arg("pairs", spelling::listed(&respelt))
        .arg("respelt", if respelt.is_empty() { "none" } else { "some" })
        .arg("classes", join(names.iter().copied(), MOST_NAMES))
        .arg("number", names.len().max(1))
        .arg("samples", rows as u64)
        .arg("test", total as u64)
        .share("share", share);
    for (label, rows, source) in facts_of_rows.into_iter().take(MOST_FACTS) {
        draft = draft.fact(label, rows, source);
    }
    Some(draft)
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// How far more test rows have an unseen category than the column's nature explains: at most the share of
/// training rows that stand alone with theirs (Good 1953), which are no more than it has categories.
fn beyond_nature(facts: &Facts<'_>, unique: Option<f64>, ratio: f64) -> f64 {
    let (Some(unique), true) = (unique, facts.n > 0.0 && facts.m > 0.0) else {
        return 0.0;
    };
    let natural = (unique / facts.n).min(1.0);
    let error = (ratio * (1.0 - ratio) / facts.m).sqrt();
    // What is certain of it.
    let excess = ratio - natural;
    if excess > ERRORS * error { excess } else { 0.0 }
}

fn new_categories(facts: &Facts<'_>) -> Option<Draft> {
    let check = facts.view.one(CheckKind::NewCategory)?;
    let unique = facts.view.unique_counts(Which::Train);
    let mut worst: Option<New> = None;
    for (index, row) in check.rows() {
        let read = |name: &str| row.get(name).and_then(Value::as_f64);
        let (Some(ratio), Some(number)) = (read("Ratio of New Categories"), read("# New Categories")) else {
            continue;
        };
        // Nearly every test row brings a category of its own: an identifier.
        let identifier = ratio > 0.9 && number > 0.5 * facts.m;
        let column = match row.get("Feature Name").and_then(Value::as_str) {
            Some(name) => name.to_owned(),
            None => column_of(check),
        };
        // True and false written in another way are told by the rule of drift.
        if ratio < NEW_CATEGORIES || identifier || drift::is_flag_in_digits(facts, &column) {
            continue;
        }
        let levels = unique.get(&column).copied();
        let new = New {
            index,
            excess: beyond_nature(facts, levels, ratio),
            grouped: is_split_by(facts, &column, levels, ratio, number),
            names: named(row),
            column,
            ratio,
            number,
        };
        if worst.as_ref().is_none_or(|it| new.rank() > it.rank()) {
            worst = Some(new);
        }
    }
    let New {
        index,
        column,
        ratio,
        number,
        excess,
        grouped,
        names,
    } = worst?;
    let index = index.to_string();
    let many = excess >= MANY_UNSEEN && facts.m >= FEWEST_TEST_ROWS;
    let severity = if many && !grouped {
        Severity::Medium
    } else {
        Severity::Low
    };
    let draft = Draft::new("checks.new_categories", severity, 0.85).beyond(excess / MANY_UNSEEN);
    Some(
        if many { draft.variant("many") } else { draft }
            .arg("grouped", if grouped { "yes" } else { "no" })
            .share("natural", ratio - excess)
            .extra("columns", [column.as_str()].as_slice())
            .arg("column", column)
            .arg("categories", join(&names, MOST_NAMES))
            .arg("number", number as u64)
            .share("ratio", ratio)
            .fact(
                "share of test rows with a new category",
                ratio,
                check.source(&[&index, "Ratio of New Categories"]),
            ),
    )
}

/// The new categories of one column.
struct New {
    index: usize,
    column: String,
    ratio: f64,
    number: f64,
    /// The share of test rows beyond what is natural.
    excess: f64,
    /// The splits look like made by this column.
    grouped: bool,
    names: Vec<String>,
}

impl New {
    /// A fault comes first, which a split by group is not, and then what is in most rows.
    fn rank(&self) -> (bool, f64, f64) {
        (!self.grouped && self.excess >= MANY_UNSEEN, self.excess, self.ratio)
    }
}

/// The names of a column's new categories.
fn named(row: &Value) -> Vec<String> {
    let names = row.get("New categories").and_then(Value::as_array);
    names.into_iter().flatten().map(text).collect()
}

/// Whether the splits were made by this column, as a grouped split is: none of training's categories comes back, and
/// the test rows have as many categories each as the training rows. A column that is written in another way has
/// the same categories once more, whatever the number of rows, or is known for its spellings.
fn is_split_by(facts: &Facts<'_>, column: &str, levels: Option<f64>, ratio: f64, number: f64) -> bool {
    let (Some(levels), true) = (levels, facts.n > 0.0 && facts.m > 0.0) else {
        return false;
    };
    let respelt = facts
        .view
        .of(CheckKind::StringMismatchComparison)
        .filter_map(|it| it.get(&[column])?.as_object())
        .any(|it| !it.is_empty());
    let (ours, theirs) = (levels / facts.n, number / facts.m);
    let alike = theirs <= ours * ALIKE && ours <= theirs * ALIKE;
    // Written in another way it would have as many as in training: nearer to that than to a share of the groups.
    let rewritten = (number / levels).ln().abs() <= (theirs / ours).ln().abs();
    ratio >= NEARLY_ALL && alike && !rewritten && !respelt
}

/// The table has lost its index, the column names; the condition's text still has them.
fn column_of(check: &Check) -> String {
    let info = check
        .conditions
        .iter()
        .map(|it| it.more_info.as_str())
        .find(|it| it.contains("{'"));
    let name = info.and_then(|it| it.split_once("{'")?.1.split_once('\'').map(|it| it.0));
    name.unwrap_or("?").to_owned()
}
