use deepfix_plugin::Source;

use super::{Column, DatasetView, Split};

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// One of a few classes.
    Classification,
    /// A number.
    Regression,
}

/// The label column.
#[derive(Debug, Clone)]
pub struct Label {
    /// Its name.
    pub name: String,
    /// What it says of the task, whatever `task_type` claims: clients call every table
    /// `tabular_classification`.
    pub task: Task,
}

/// Rows per class, smallest first.
#[derive(Debug, Clone)]
pub struct ClassCounts {
    /// Class name and rows.
    pub classes: Vec<(String, f64)>,
    /// Where the counts were sent; none where they were derived from the moments.
    pub sources: Vec<Source>,
}

impl ClassCounts {
    /// Rows of all classes.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.classes.iter().map(|(_, count)| count).sum()
    }

    /// Of tags of words the number of entities of each kind: `B-PER` counts them, `I-PER` goes on
    /// with one (Ramshaw and Marcus 1995), and `O`, which most words of any text have, is none. Where
    /// no tag begins an entity each word of it counts. None where the classes are no such tags.
    #[must_use]
    pub fn of_entities(&self) -> Option<Self> {
        let (outside, tagged): (Vec<usize>, Vec<usize>) =
            (0..self.classes.len()).partition(|it| self.classes.get(*it).is_some_and(|it| is_outside(&it.0)));
        let parts = |place: &usize| self.classes.get(*place).and_then(|it| it.0.split_once(['-', '_']));
        let begins = |place: &usize| parts(place).is_some_and(|it| matches!(it.0, "B" | "S" | "U"));
        let goes_on = |place: &usize| parts(place).is_some_and(|it| matches!(it.0, "I" | "E" | "L" | "M"));
        if tagged.is_empty() || (outside.is_empty() && !tagged.iter().all(|it| begins(it) || goes_on(it))) {
            return None;
        }
        let some_begin = tagged.iter().any(begins);
        let counted = tagged.iter().filter(|it| !some_begin || begins(it) || !goes_on(it));
        let mut kinds: Vec<(String, f64, Option<Source>)> = Vec::new();
        for place in counted {
            let Some((name, count)) = self.classes.get(*place) else {
                continue;
            };
            let kind = match parts(place).filter(|_| begins(place) || goes_on(place)) {
                Some((_, kind)) => kind,
                None => name,
            };
            match kinds.iter_mut().find(|it| it.0 == kind) {
                // The sum of several tags stands nowhere.
                Some(it) => *it = (kind.to_owned(), it.1 + count, None),
                None => kinds.push((kind.to_owned(), *count, self.sources.get(*place).cloned())),
            }
        }
        kinds.sort_by(|a, b| a.1.total_cmp(&b.1));
        let sources: Option<Vec<Source>> = kinds.iter().map(|it| it.2.clone()).collect();
        Some(Self {
            sources: sources.unwrap_or_default(),
            classes: kinds.into_iter().map(|it| (it.0, it.1)).collect(),
        })
    }
}

/// The tag of words that belong to no entity.
fn is_outside(tag: &str) -> bool {
    matches!(
        tag.to_ascii_uppercase().as_str(),
        "O" | "OUT" | "OUTSIDE" | "OTHER" | "NONE"
    )
}

/// The name of the second of two classes of texts, which a summary does not tell.
pub const OTHER: &str = "other";

const NAMES: [&str; 12] = [
    "target",
    "label",
    "labels",
    "class",
    "y",
    "outcome",
    "output",
    "response",
    "survived",
    "species",
    "diagnosis",
    "price",
];

/// The label: the column that the statistics name as `label_column`; else the one that no feature
/// list mentions; with several, the one with a usual name, else the one with the fewest values.
pub(super) fn find(view: &DatasetView) -> Option<Label> {
    let train = view.train.as_ref()?;
    let told = train.raw.get("label_column").and_then(serde_json::Value::as_str);
    if let Some(column) = told.and_then(|it| train.column(it)) {
        return Some(Label {
            name: column.name.clone(),
            task: task(train, column, &view.task_type),
        });
    }
    let unlisted: Vec<&Column> = train.columns.iter().filter(|it| !it.is_feature()).collect();
    // Without feature lists every column looks like a feature: then only the name can tell.
    let pool: Vec<&Column> = if unlisted.is_empty() {
        train.columns.iter().collect()
    } else {
        unlisted
    };
    let named = NAMES
        .iter()
        .find_map(|name| pool.iter().find(|it| it.name.eq_ignore_ascii_case(name)));
    let column = match (named, pool.as_slice()) {
        (Some(column), _) => column,
        // A date or a text that is no feature either was left out, not asked for.
        (None, [only]) if !only.is_feature() => Some(*only).filter(|it| !is_date(&it.name) && !is_text(it))?,
        (None, _) => pool
            .iter()
            // An index that a data frame left behind is no label.
            .filter(|it| !it.is_feature() && !is_index(&it.name))
            .min_by(|a, b| a.unique.unwrap_or(f64::MAX).total_cmp(&b.unique.unwrap_or(f64::MAX)))?,
    };
    if is_index(&column.name) {
        return None;
    }
    Some(Label {
        name: column.name.clone(),
        task: task(train, column, &view.task_type),
    })
}

/// Whether a name is that of a moment.
fn is_date(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|part| matches!(part, "date" | "datetime" | "timestamp"))
}

/// Whether a column holds words of its own in many rows, as names and remarks do, and not classes.
fn is_text(column: &Column) -> bool {
    /// More classes have been seen, but each of them in many rows.
    const MOST_CLASSES: f64 = 20.0;
    const OWN_WORDS: f64 = 0.5;
    let rows = column.count.unwrap_or(0.0);
    column.mean.is_none()
        && column
            .unique
            .is_some_and(|it| it > MOST_CLASSES && it > OWN_WORDS * rows)
}

/// Whether a name is that of a row number or key.
pub(super) fn is_index(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|part| matches!(part, "index" | "id" | "idx" | "uuid" | "rownum" | "unnamed"))
}

/// Regression where the label takes many values, or values that no class code takes.
/// A text is a class. With 20 or fewer integral values it is taken as classes, since clients
/// encode classes as `0..k`.
fn task(train: &Split, column: &Column, task_type: &str) -> Task {
    if task_type.contains("regression") {
        return Task::Regression;
    }
    if column.top.is_some() && column.mean.is_none() {
        return Task::Classification;
    }
    let rows = train.rows.as_ref().map_or(f64::MAX, |it| it.count);
    let unique = column.unique.unwrap_or(2.0);
    let integral = [column.min, column.q1, column.max]
        .into_iter()
        .flatten()
        .all(|it| (it * 2.0).fract() == 0.0);
    if !integral || unique > 100.0 || (unique > 20.0 && unique > 0.05 * rows) {
        Task::Regression
    } else {
        Task::Classification
    }
}

impl DatasetView {
    /// Whether a column's name is that of a row number or key.
    #[must_use]
    pub fn is_index_name(name: &str) -> bool {
        is_index(name)
    }

    /// Rows per class of a split: as sent, or for a table derived from the label's moments.
    #[must_use]
    pub fn class_counts(&self, split: &Split) -> Option<ClassCounts> {
        for path in [&["class_distribution"][..], &["label_statistics", "class_distribution"]] {
            if let Some(counts) = sent(split, path) {
                return Some(counts);
            }
        }
        let label = self.label.as_ref()?;
        if label.task != Task::Classification {
            return None;
        }
        derived(split.column(&label.name)?)
    }
}

fn sent(split: &Split, path: &[&str]) -> Option<ClassCounts> {
    let mut value = &split.raw;
    for part in path {
        value = value.get(*part)?;
    }
    let mut entries: Vec<(String, f64, Source)> = value
        .as_object()?
        .iter()
        .filter_map(|(name, count)| {
            let count = super::finite(count).filter(|it| *it >= 0.0)?;
            let full: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
            Some((name.clone(), count, split.source(&full)))
        })
        .collect();
    entries.sort_by(|a, b| a.1.total_cmp(&b.1));
    (!entries.is_empty()).then(|| ClassCounts {
        classes: entries.iter().map(|(name, count, _)| (name.clone(), *count)).collect(),
        sources: entries.into_iter().map(|(_, _, source)| source).collect(),
    })
}

/// Counts from moments. Two classes `a < b`: `p(b) = (mean - a) / (b - a)`. Three equally
/// spaced classes `a, a+d, a+2d`, with `z = (x - a) / d`: `p1 + 2 p2 = E z`,
/// `p1 + 4 p2 = E z²`. A text label gives its most frequent class only, which is enough for
/// two classes.
fn derived(column: &Column) -> Option<ClassCounts> {
    let rows = column.count?;
    let unique = column.unique.or_else(|| {
        let five = column.five()?;
        five.iter().all(|it| *it == five[0] || *it == five[4]).then_some(2.0)
    })?;
    let name = |value: f64| {
        if value.fract() == 0.0 {
            format!("{value:.0}")
        } else {
            value.to_string()
        }
    };
    let shares: Vec<(String, f64)> = if let (Some(top), Some(freq), None) = (&column.top, column.freq, column.mean) {
        if unique != 2.0 || rows <= 0.0 {
            return None;
        }
        vec![(top.clone(), freq / rows), (OTHER.to_owned(), 1.0 - freq / rows)]
    } else {
        let (min, max, mean, std) = (column.min?, column.max?, column.mean?, column.std?);
        if max <= min || rows < 1.0 {
            return None;
        }
        if unique == 2.0 {
            let share = (mean - min) / (max - min);
            vec![(name(min), 1.0 - share), (name(max), share)]
        } else if unique == 3.0 {
            let step = (max - min) / 2.0;
            let first = (mean - min) / step;
            // pandas gives the sample deviation, with rows - 1 in the denominator.
            let second = (std / step).powi(2) * (rows - 1.0) / rows + first * first;
            let high = (second - first) / 2.0;
            let middle = first - 2.0 * high;
            vec![
                (name(min), 1.0 - middle - high),
                (name(min + step), middle),
                (name(max), high),
            ]
        } else {
            return None;
        }
    };
    // Shares outside 0..1 mean that the classes are not equally spaced after all.
    if shares.iter().any(|(_, share)| !(-1e-3..=1.001).contains(share)) {
        return None;
    }
    let mut classes: Vec<(String, f64)> = shares
        .into_iter()
        .map(|(name, share)| (name, (share * rows).round().max(0.0)))
        .collect();
    classes.sort_by(|a, b| a.1.total_cmp(&b.1));
    Some(ClassCounts {
        classes,
        sources: Vec::new(),
    })
}
