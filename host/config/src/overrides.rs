//! Environment variables `DEEPFIX_SECTION__KEY` over single values of the file.

use toml::{Table, Value};

use crate::ConfigError;

const PREFIX: &str = "DEEPFIX_";
const SEPARATOR: &str = "__";

/// Variables that have the prefix and a section, in order of their names.
pub(crate) fn of(environment: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut found: Vec<_> = environment
        .filter(|(name, _)| name.strip_prefix(PREFIX).is_some_and(|rest| rest.contains(SEPARATOR)))
        .collect();
    found.sort();
    found
}

/// Sets one value. Its text is read as TOML, and taken as a string where it is none.
pub(crate) fn apply(table: &mut Table, variable: &str, text: &str) -> Result<(), ConfigError> {
    let wrong = |message: String| ConfigError::Environment {
        variable: variable.to_owned(),
        message,
    };
    let path: Vec<String> = variable
        .trim_start_matches(PREFIX)
        .split(SEPARATOR)
        .map(str::to_ascii_lowercase)
        .collect();
    let Some((key, sections)) = path.split_last() else {
        return Err(wrong("names no key".to_owned()));
    };
    let mut place = table;
    for section in sections {
        let next = place
            .entry(section.clone())
            .or_insert_with(|| Value::Table(Table::new()));
        place = match next {
            Value::Table(next) => next,
            _ => return Err(wrong(format!("`{section}` is not a table that a variable can reach"))),
        };
    }
    let value = format!("value = {text}")
        .parse::<Table>()
        .ok()
        .and_then(|mut parsed| parsed.remove("value"))
        .unwrap_or_else(|| Value::String(text.to_owned()));
    place.insert(key.clone(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_variables_with_a_section_are_overrides() {
        let names = ["DEEPFIX_CONFIG", "DEEPFIX_SERVER__LISTEN", "HOME"].map(|it| (it.to_owned(), String::new()));
        assert_eq!(of(names.into_iter()).len(), 1);
    }

    #[test]
    fn a_value_is_toml_or_else_a_string() {
        let mut table = Table::new();
        apply(&mut table, "DEEPFIX_SERVER__LISTEN", "127.0.0.1:1").unwrap();
        apply(&mut table, "DEEPFIX_SERVER__MAX_IN_FLIGHT", "4").unwrap();
        apply(&mut table, "DEEPFIX_ARTIFACTS__ROOTS", r#"["/a", "/b"]"#).unwrap();
        assert_eq!(table["server"]["listen"].as_str(), Some("127.0.0.1:1"));
        assert_eq!(table["server"]["max_in_flight"].as_integer(), Some(4));
        assert_eq!(table["artifacts"]["roots"].as_array().unwrap().len(), 2);
    }
}
