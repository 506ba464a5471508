use deepfix_plugin::{ArtifactKind, Source};
use serde_json::Value;

use super::{Which, finite};

/// What a column is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number that the model learns from.
    Numeric,
    /// A category that the model learns from.
    Categorical,
    /// What the model predicts.
    Label,
    /// In the statistics, but in no feature list: an index, a date, or the label of a client
    /// that names it otherwise.
    Unlisted,
}

/// A statistic of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the wire")]
pub enum Stat {
    Count,
    Mean,
    Std,
    Min,
    Q1,
    Median,
    Q3,
    Max,
    Top,
    Freq,
    Unique,
    PercentUnique,
}

impl Stat {
    fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Mean => "mean",
            Self::Std => "std",
            Self::Min => "min",
            Self::Q1 => "25%",
            Self::Median => "50%",
            Self::Q3 => "75%",
            Self::Max => "max",
            Self::Top => "top",
            Self::Freq => "freq",
            Self::Unique | Self::PercentUnique => "",
        }
    }
}

/// One column of one split. Every number is finite; what was not sent is none.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the names are those of the wire")]
pub struct Column {
    pub name: String,
    pub kind: Kind,
    pub count: Option<f64>,
    pub mean: Option<f64>,
    pub std: Option<f64>,
    pub min: Option<f64>,
    pub q1: Option<f64>,
    pub median: Option<f64>,
    pub q3: Option<f64>,
    pub max: Option<f64>,
    pub top: Option<String>,
    pub freq: Option<f64>,
    pub unique: Option<f64>,
    pub percent_unique: Option<f64>,
    which: Which,
    prefix: &'static str,
}

impl Column {
    /// Whether the model learns from it.
    #[must_use]
    pub fn is_feature(&self) -> bool {
        matches!(self.kind, Kind::Numeric | Kind::Categorical)
    }

    /// The five numbers min, quartiles, max, where they are in order.
    #[must_use]
    pub fn five(&self) -> Option<[f64; 5]> {
        let five = [self.min?, self.q1?, self.median?, self.q3?, self.max?];
        five.windows(2).all(|it| matches!(it, [a, b] if a <= b)).then_some(five)
    }

    /// Where a statistic of this column stands in the artifact.
    #[must_use]
    pub fn source(&self, stat: Stat) -> Source {
        let mut path = vec![self.which.member()];
        if !self.prefix.is_empty() {
            path.push(self.prefix);
        }
        match stat {
            Stat::Unique => path.extend(["number_unique_values", &self.name]),
            Stat::PercentUnique => path.extend(["percentage_unique_values", &self.name]),
            _ => path.extend(["feature_statistics", &self.name, stat.name()]),
        }
        Source::document(ArtifactKind::Dataset, path)
    }
}

/// The columns of a split, in the order of the statistics, then of the unique counts.
pub(super) fn columns(which: Which, prefix: &'static str, raw: &Value) -> Vec<Column> {
    let statistics = raw.get("feature_statistics").and_then(Value::as_object);
    let unique = raw.get("number_unique_values").and_then(Value::as_object);
    let percent = raw.get("percentage_unique_values").and_then(Value::as_object);
    let listed = list(raw, "categorical_features").chain(list(raw, "numerical_features"));
    let mut names: Vec<&str> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let members = [statistics, unique, percent]
        .into_iter()
        .flatten()
        .flat_map(|it| it.keys().map(String::as_str));
    for name in members.chain(listed) {
        if seen.insert(name) {
            names.push(name);
        }
    }
    let categorical: std::collections::HashSet<&str> = list(raw, "categorical_features").collect();
    let numeric: std::collections::HashSet<&str> = list(raw, "numerical_features").collect();
    let no_lists = categorical.is_empty() && numeric.is_empty();
    names
        .into_iter()
        .map(|name| {
            let it = statistics.and_then(|it| it.get(name));
            let number = |stat: Stat| it.and_then(|it| it.get(stat.name())).and_then(finite);
            let mean = number(Stat::Mean);
            let kind = if categorical.contains(name) {
                Kind::Categorical
            } else if numeric.contains(name) || (no_lists && mean.is_some()) {
                Kind::Numeric
            } else if no_lists && it.is_some_and(|it| it.get("top").is_some_and(|it| !it.is_null())) {
                Kind::Categorical
            } else {
                Kind::Unlisted
            };
            Column {
                name: name.to_owned(),
                kind,
                count: number(Stat::Count).filter(|it| *it >= 0.0),
                mean,
                std: number(Stat::Std).filter(|it| *it >= 0.0),
                min: number(Stat::Min),
                q1: number(Stat::Q1),
                median: number(Stat::Median),
                q3: number(Stat::Q3),
                max: number(Stat::Max),
                top: it.and_then(|it| it.get("top")).and_then(text),
                freq: number(Stat::Freq).filter(|it| *it >= 0.0),
                unique: unique
                    .and_then(|it| it.get(name))
                    .and_then(finite)
                    .filter(|it| *it >= 0.0),
                percent_unique: percent
                    .and_then(|it| it.get(name))
                    .and_then(finite)
                    .filter(|it| *it >= 0.0),
                which,
                prefix,
            }
        })
        .collect()
}

/// Gives the columns that a list names their kind.
pub(super) fn mark(columns: &mut [Column], raw: &Value, member: &str, kind: Kind) {
    let names: std::collections::HashSet<&str> = list(raw, member).collect();
    for column in columns.iter_mut().filter(|it| names.contains(it.name.as_str())) {
        column.kind = kind;
    }
}

fn list<'a>(raw: &'a Value, member: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    raw.get(member)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
