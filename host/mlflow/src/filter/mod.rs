//! MLflow's filters, for stores that have no server to evaluate them.

mod grammar;

use crate::{MlflowError, RunRecord};
use grammar::{Field, Literal, Operator, Term};

/// A filter that can be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filter(Vec<Term>);

impl Filter {
    /// # Errors
    /// What is not understood, and where.
    pub(crate) fn parse(text: &str) -> Result<Self, MlflowError> {
        let terms = grammar::parse(text).map_err(|why| MlflowError::Filter(format!("{why} in the filter `{text}`")));
        terms.map(Self)
    }

    /// Whether a run fits; `metric` gives the latest value of one.
    pub(crate) fn matches(
        &self,
        run: &RunRecord,
        mut metric: impl FnMut(&str) -> Result<Option<f64>, MlflowError>,
    ) -> Result<bool, MlflowError> {
        for term in &self.0 {
            let fits = match &term.field {
                Field::Metric(name) => metric(name)?.is_some_and(|it| term.holds_for_number(it)),
                Field::Param(name) => find(&run.params, name).is_some_and(|it| term.holds_for_text(it)),
                Field::Tag(name) => find(&run.tags, name).is_some_and(|it| term.holds_for_text(it)),
                Field::Attribute(name) => term.holds_for_text(match name.as_str() {
                    "status" => &run.status,
                    "run_name" => &run.name,
                    "artifact_uri" => &run.artifact_uri,
                    _ => &run.id,
                }),
            };
            if !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

impl Term {
    fn holds_for_number(&self, value: f64) -> bool {
        let Some(Literal::Number(other)) = self.values.first() else {
            return false;
        };
        match self.operator {
            Operator::Equal => value == *other,
            Operator::Unequal => value != *other,
            Operator::Less => value < *other,
            Operator::LessOrEqual => value <= *other,
            Operator::More => value > *other,
            Operator::MoreOrEqual => value >= *other,
            Operator::Like | Operator::AnyCaseLike | Operator::In | Operator::NotIn => false,
        }
    }

    fn holds_for_text(&self, value: &str) -> bool {
        let texts = || {
            self.values.iter().filter_map(|it| match it {
                Literal::Text(text) => Some(text.as_str()),
                Literal::Number(_) => None,
            })
        };
        let first = texts().next().unwrap_or_default();
        match self.operator {
            Operator::Equal => value == first,
            Operator::Unequal => value != first,
            Operator::Like => like(first, value),
            Operator::AnyCaseLike => like(&first.to_lowercase(), &value.to_lowercase()),
            Operator::In => texts().any(|it| it == value),
            Operator::NotIn => texts().all(|it| it != value),
            Operator::Less | Operator::LessOrEqual | Operator::More | Operator::MoreOrEqual => false,
        }
    }
}

/// `%` stands for any text, `_` for any character.
fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last `%` was, and what it has taken: one step back is enough.
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('%') => {
                back = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '_' || text.get(t) == Some(c) => {
                p += 1;
                t += 1;
            }
            _ => match back {
                Some((at, taken)) => {
                    back = Some((at, taken + 1));
                    (p, t) = (at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern.get(p..).is_some_and(|it| it.iter().all(|c| *c == '%'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> RunRecord {
        RunRecord {
            id: "r1".into(),
            name: "sweep 3".into(),
            status: "FINISHED".into(),
            params: vec![("lr".into(), "0.1".into())],
            tags: vec![("my team".into(), "blue".into())],
            ..RunRecord::default()
        }
    }

    fn fits(filter: &str) -> bool {
        let metric = |name: &str| Ok((name == "val_loss").then_some(0.5));
        Filter::parse(filter).unwrap().matches(&run(), metric).unwrap()
    }

    #[test]
    fn comparisons_are_those_of_a_server() {
        for filter in [
            "",
            "metrics.val_loss < 1",
            "metrics.\"val_loss\" >= 0.5 and params.lr = '0.1'",
            "METRICS.`val_loss` != 2e3 AND tags.`my team` = \"blue\"",
            "attributes.status = 'FINISHED' and run_name LIKE 'sweep%'",
            "attributes.run_name ilike 'SWEEP _'",
            "params.lr IN ('1', '0.1') and tags.\"my team\" not in ('red')",
        ] {
            assert!(fits(filter), "{filter}");
        }
        for filter in [
            "metrics.val_loss > 1",
            "metrics.other < 1",
            "params.lr = '0.2'",
            "tags.x != 'y'",
            "run_name like 'weep%'",
        ] {
            assert!(!fits(filter), "{filter}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (filter, word) in [
            ("metrics.loss < 'a'", "a number"),
            ("params.lr < 1", "a text in quotes"),
            ("loss", "compared by tracking servers only"),
            ("metrics.loss < 1 or metrics.loss > 2", "expected `and`"),
            ("metrics.loss ~ 1", "no comparison"),
            ("params.lr = 'x", "without its end"),
            ("datasets.name = 'x'", "none of metrics"),
            ("attributes.start_time > 5", "tracking servers only"),
        ] {
            let error = Filter::parse(filter).unwrap_err().to_string();
            assert!(error.contains(word), "{filter}: {error}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_filter_makes_it_panic(text in ".{0,60}") {
            let _ = Filter::parse(&text);
        }

        #[test]
        fn patterns_end(pattern in "[%_a]{0,12}", text in "[ab]{0,24}") {
            let _ = like(&pattern, &text);
        }
    }
}
