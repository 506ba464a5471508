//! The grammar of filters: <https://mlflow.org/docs/latest/ml/search/search-runs/>. Understood here:
//! `metrics.x < 1`, `params.lr = '0.1'`, `tags.team IN ('a', 'b')`, `attributes.status != 'FAILED'`, `LIKE`, `ILIKE`,
//! names in backticks or double quotes, `and` between comparisons. It uses nothing of this crate, so that it can be
//! fuzzed without it.

/// Comparisons of one filter.
const MAX_TERMS: usize = 64;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    pub(crate) field: Field,
    pub(crate) operator: Operator,
    pub(crate) values: Vec<Literal>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Field {
    Metric(String),
    Param(String),
    Tag(String),
    Attribute(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
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
pub(crate) enum Literal {
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

/// # Errors
/// What is not understood.
pub(crate) fn parse(text: &str) -> Result<Vec<Term>, String> {
    let tokens = tokens(text)?;
    let mut rest = tokens.as_slice();
    let mut terms = Vec::new();
    while !rest.is_empty() {
        if terms.len() >= MAX_TERMS {
            return Err(format!("more than {MAX_TERMS} comparisons"));
        }
        if !terms.is_empty() {
            match rest.split_first() {
                Some((Token::Word(word), after)) if word.eq_ignore_ascii_case("and") => rest = after,
                _ => return Err("expected `and` between comparisons".to_owned()),
            }
        }
        let (term, after) = term(rest)?;
        terms.push(term);
        rest = after;
    }
    Ok(terms)
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
