//! MLflow's filters, for stores that have no server to evaluate them: comparisons joined by `and`.
//!
//! Grammar: <https://mlflow.org/docs/latest/ml/search/search-runs/>. Understood here: `metrics.x < 1`,
//! `params.lr = '0.1'`, `tags.team IN ('a', 'b')`, `attributes.status != 'FAILED'`, `LIKE`, `ILIKE`,
//! names in backticks or double quotes.

use crate::{MlflowError, RunRecord};

/// Comparisons of one filter.
const MAX_TERMS: usize = 64;

/// A filter that can be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filter(Vec<Term>);

#[derive(Debug, Clone, PartialEq)]
struct Term {
    field: Field,
    operator: Operator,
    values: Vec<Literal>,
}

#[derive(Debug, Clone, PartialEq)]
enum Field {
    Metric(String),
    Param(String),
    Tag(String),
    Attribute(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Like,
    AnyCaseLike,
    In,
    NotIn,
}

#[derive(Debug, Clone, PartialEq)]
enum Literal {
    Number(f64),
    Text(String),
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Quoted(String),
    Text(String),
    Sign(String),
}

impl Filter {
    /// # Errors
    /// What is not understood, and where.
    pub(crate) fn parse(text: &str) -> Result<Self, MlflowError> {
        let wrong = |why: String| MlflowError::Filter(format!("{why} in the filter `{text}`"));
        let tokens = tokens(text).map_err(&wrong)?;
        let mut rest = tokens.as_slice();
        let mut terms = Vec::new();
        while !rest.is_empty() {
            if terms.len() >= MAX_TERMS {
                return Err(wrong(format!("more than {MAX_TERMS} comparisons")));
            }
            if !terms.is_empty() {
                match rest.split_first() {
                    Some((Token::Word(word), after)) if word.eq_ignore_ascii_case("and") => rest = after,
                    _ => return Err(wrong("expected `and` between comparisons".to_owned())),
                }
            }
            let (term, after) = term(rest).map_err(&wrong)?;
            terms.push(term);
            rest = after;
        }
        Ok(Self(terms))
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

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '\'' | '"' | '`' => {
                let inside = rest.get(1..).unwrap_or_default();
                let end = inside.find(first).ok_or_else(|| format!("a {first} without its end"))?;
                let found = inside.get(..end).unwrap_or_default().to_owned();
                // Behind a dot any quotes hold a name; elsewhere single and double ones hold a text.
                let is_name = first == '`' || matches!(tokens.last(), Some(Token::Word(it)) if it.ends_with('.'));
                let token = if is_name {
                    Token::Quoted(found)
                } else {
                    Token::Text(found)
                };
                (token, end + 2)
            }
            '=' | '!' | '<' | '>' => {
                let end = rest.find(|it| !"=!<>".contains(it)).unwrap_or(rest.len());
                (Token::Sign(rest.get(..end).unwrap_or_default().to_owned()), end)
            }
            '(' | ')' | ',' => (Token::Sign(first.to_string()), 1),
            _ => {
                let stop = |it: char| it.is_whitespace() || "'\"`=!<>(),".contains(it);
                let end = rest.find(stop).unwrap_or(rest.len()).max(1);
                (Token::Word(rest.get(..end).unwrap_or_default().to_owned()), end)
            }
        };
        tokens.push(token);
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    Ok(tokens)
}

fn term(tokens: &[Token]) -> Result<(Term, &[Token]), String> {
    let Some((Token::Word(word), mut rest)) = tokens.split_first() else {
        return Err("expected a name such as `metrics.loss`".to_owned());
    };
    let (kind, mut name) = match word.split_once('.') {
        Some((kind, name)) => (kind.to_ascii_lowercase(), name.to_owned()),
        None => ("attribute".to_owned(), word.clone()),
    };
    if name.is_empty()
        && let Some((Token::Quoted(quoted), after)) = rest.split_first()
    {
        name.clone_from(quoted);
        rest = after;
    }
    let field = match kind.as_str() {
        "metric" | "metrics" => Field::Metric(name),
        "param" | "params" | "parameter" | "parameters" => Field::Param(name),
        "tag" | "tags" => Field::Tag(name),
        "attribute" | "attributes" | "attr" | "run" => match name.to_ascii_lowercase().as_str() {
            "status" => Field::Attribute("status".to_owned()),
            "run_name" | "run name" | "name" => Field::Attribute("run_name".to_owned()),
            "run_id" => Field::Attribute("run_id".to_owned()),
            "artifact_uri" => Field::Attribute("artifact_uri".to_owned()),
            other => return Err(format!("`{other}` is compared by tracking servers only")),
        },
        other => return Err(format!("`{other}.` is none of metrics, params, tags and attributes")),
    };
    let (operator, rest) = operator(rest)?;
    let (values, rest) = match operator {
        Operator::In | Operator::NotIn => list(rest)?,
        _ => {
            let (value, rest) = rest.split_first().ok_or("a comparison without a value")?;
            (vec![literal(value)?], rest)
        }
    };
    let is_number = matches!(values.first(), Some(Literal::Number(_)));
    if matches!(field, Field::Metric(_)) != is_number {
        let expected = if is_number { "a text in quotes" } else { "a number" };
        return Err(format!("expected {expected} to compare {kind} with"));
    }
    Ok((
        Term {
            field,
            operator,
            values,
        },
        rest,
    ))
}

fn operator(tokens: &[Token]) -> Result<(Operator, &[Token]), String> {
    let (first, rest) = tokens.split_first().ok_or("a name without a comparison")?;
    let found = match first {
        Token::Sign(sign) => match sign.as_str() {
            "=" | "==" => Operator::Equal,
            "!=" | "<>" => Operator::Unequal,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::More,
            ">=" => Operator::MoreOrEqual,
            other => return Err(format!("no comparison `{other}`")),
        },
        Token::Word(word) => match word.to_ascii_lowercase().as_str() {
            "like" => Operator::Like,
            "ilike" => Operator::AnyCaseLike,
            "in" => Operator::In,
            "not" => match rest.split_first() {
                Some((Token::Word(next), after)) if next.eq_ignore_ascii_case("in") => {
                    return Ok((Operator::NotIn, after));
                }
                _ => return Err("expected `in` behind `not`".to_owned()),
            },
            other => return Err(format!("no comparison `{other}`")),
        },
        Token::Quoted(_) | Token::Text(_) => return Err("a name without a comparison".to_owned()),
    };
    Ok((found, rest))
}

fn list(tokens: &[Token]) -> Result<(Vec<Literal>, &[Token]), String> {
    let is = |token: Option<&Token>, sign: &str| matches!(token, Some(Token::Sign(it)) if it == sign);
    if !is(tokens.first(), "(") {
        return Err("expected `(` behind `in`".to_owned());
    }
    let (mut values, mut rest) = (Vec::new(), tokens.get(1..).unwrap_or_default());
    loop {
        let (value, after) = rest.split_first().ok_or("a list without its `)`")?;
        values.push(literal(value)?);
        match after.split_first() {
            Some((Token::Sign(sign), after)) if sign == "," => rest = after,
            Some((Token::Sign(sign), after)) if sign == ")" => return Ok((values, after)),
            _ => return Err("a list without its `)`".to_owned()),
        }
    }
}

fn literal(token: &Token) -> Result<Literal, String> {
    match token {
        Token::Text(text) => Ok(Literal::Text(text.clone())),
        Token::Word(word) => word
            .parse()
            .map(Literal::Number)
            .map_err(|_| format!("`{word}` is no number, and texts stand in quotes")),
        Token::Quoted(_) | Token::Sign(_) => Err("expected a value".to_owned()),
    }
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
