//! Check results in the normal form: the newest client's shape, values as plain JSON, without
//! pictures and HTML.

use std::io::Read;

use base64::Engine as _;
use deepfix_core::Problem;
use serde_json::{Map, Value as Json, json};

use crate::{
    describe::describe,
    json::{JsonError, parse_bounded},
};

/// A compressed check value. The largest seen, a matrix over 200 features, takes 2 MB; what
/// inflates to more is a bomb.
const MAX_INFLATED: u64 = 16 << 20;
/// All compressed values of one request together.
const MAX_INFLATED_TOTAL: u64 = 16 << 20;
/// Values in all compressed or quoted texts of one request together: five times what the largest
/// seen has. Parsed, each takes about 70 bytes.
const MAX_INNER_VALUES: usize = 1_000_000;
/// Values nested deeper are left as they are.
const MAX_DEPTH: usize = 24;

/// The normal form of `deepchecks_artifacts`.
///
/// # Errors
/// A member has the wrong shape.
pub(crate) fn normalise(pointer: &str, document: Json, warnings: &mut Vec<String>) -> Result<Json, Problem> {
    let Json::Object(mut document) = document else {
        return Err(Problem::field(pointer, describe(&document), "an object"));
    };
    let results = match document.remove("results") {
        None | Some(Json::Null) => Map::new(),
        Some(Json::Object(results)) => results,
        // Some exports hold the items without their suite.
        Some(Json::Array(items)) => Map::from_iter([("results".to_owned(), Json::Array(items))]),
        Some(other) => {
            return Err(Problem::field(
                format!("{pointer}/results"),
                describe(&other),
                "an object {suite: [check results]}",
            ));
        }
    };
    let mut decoder = Decoder {
        values_left: MAX_INNER_VALUES,
        inflated: 0,
        refused: 0,
    };
    let mut normal = Map::new();
    for (suite, items) in results {
        let place = format!("{pointer}/results/{}", suite.replace('~', "~0").replace('/', "~1"));
        let items = match items {
            Json::Null => continue,
            Json::Array(items) => items,
            other => return Err(Problem::field(place, describe(&other), "an array of check results")),
        };
        let items = items.into_iter().enumerate().map(|(index, item)| {
            let Json::Object(item) = item else {
                return Err(Problem::field(
                    format!("{place}/{index}"),
                    describe(&item),
                    "an object {header, result}",
                ));
            };
            Ok(decoder.item(item))
        });
        normal.insert(suite, Json::Array(items.collect::<Result<_, _>>()?));
    }
    if decoder.refused > 0 {
        warnings.push(format!(
            "{} compressed check values were left out: larger than {} MiB, or damaged",
            decoder.refused,
            MAX_INFLATED >> 20
        ));
    }
    document.insert("results".to_owned(), Json::Object(normal));
    Ok(Json::Object(document))
}

struct Decoder {
    inflated: u64,
    /// Values that texts inside of the document may still hold.
    values_left: usize,
    refused: usize,
}

impl Decoder {
    /// `{header, result: {check, params, summary, value, conditions_results}}`, from either
    /// generation.
    fn item(&mut self, mut item: Map<String, Json>) -> Json {
        let header = item.remove("header").unwrap_or(Json::Null);
        let result = item
            .remove("result")
            .filter(|it| !it.is_null())
            .or_else(|| item.remove("json_result"));
        let mut result = match result {
            Some(Json::Object(result)) => result,
            // A result as JSON text.
            Some(Json::String(text)) => match self.parse(text.as_bytes()) {
                Ok(Json::Object(result)) => result,
                _ => Map::new(),
            },
            _ => Map::new(),
        };
        let mut normal = Map::new();
        // The first generation nests name, parameters and summary below `check`.
        match result.remove("check") {
            Some(Json::Object(mut check)) => {
                normal.insert("check".to_owned(), check.remove("name").unwrap_or(Json::Null));
                for name in ["params", "summary"] {
                    if let Some(value) = check.remove(name) {
                        normal.insert(name.to_owned(), value);
                    }
                }
            }
            Some(name) => {
                normal.insert("check".to_owned(), name);
            }
            None => {
                normal.insert("check".to_owned(), header.clone());
            }
        }
        for name in ["params", "summary"] {
            if let Some(value) = result.remove(name) {
                normal.insert(name.to_owned(), value);
            }
        }
        let value = result.remove("value").unwrap_or(Json::Null);
        normal.insert("value".to_owned(), self.value(value, 0));
        let conditions = match result.remove("conditions_results") {
            Some(Json::Array(conditions)) => conditions.into_iter().map(condition).collect(),
            _ => Vec::new(),
        };
        normal.insert("conditions_results".to_owned(), Json::Array(conditions));
        json!({ "header": header, "result": normal })
    }

    /// A value as plain JSON.
    fn value(&mut self, value: Json, depth: usize) -> Json {
        if depth > MAX_DEPTH {
            return value;
        }
        match value {
            Json::String(text) if text.starts_with(['[', '{']) => match self.parse(text.as_bytes()) {
                Ok(parsed) => self.value(parsed, depth + 1),
                Err(_) => Json::String(text),
            },
            Json::Array(items) => items.into_iter().map(|it| self.value(it, depth + 1)).collect(),
            Json::Object(mut members) => {
                if members.get("comp") == Some(&Json::Bool(true)) {
                    return match members
                        .get("values")
                        .and_then(Json::as_str)
                        .and_then(|it| self.inflate(it))
                    {
                        Some(inflated) => self.value(inflated, depth + 1),
                        None => {
                            self.refused += 1;
                            Json::Null
                        }
                    };
                }
                if members.len() == 2 && members.contains_key("dtype") && members.contains_key("value") {
                    return members.remove("value").unwrap_or(Json::Null);
                }
                if members.len() == 1 && members.get("values").is_some_and(Json::is_string) {
                    let values = members.remove("values").unwrap_or(Json::Null);
                    return self.value(values, depth + 1);
                }
                members
                    .into_iter()
                    .map(|(name, it)| (name, self.value(it, depth + 1)))
                    .collect()
            }
            other => other,
        }
    }

    /// JSON inside of the document, within the bound of all such texts together.
    fn parse(&mut self, text: &[u8]) -> Result<Json, JsonError> {
        let parsed = parse_bounded(text, self.values_left)?;
        let values = text.iter().filter(|it| **it == b',').count() + 1;
        self.values_left = self.values_left.saturating_sub(values);
        Ok(parsed)
    }

    /// Base64 of zlib of JSON, within the bounds.
    fn inflate(&mut self, text: &str) -> Option<Json> {
        let compressed = base64::engine::general_purpose::STANDARD.decode(text).ok()?;
        let mut plain = Vec::new();
        let bound = MAX_INFLATED.min(MAX_INFLATED_TOTAL.saturating_sub(self.inflated));
        let mut reader = flate2::read::ZlibDecoder::new(compressed.as_slice()).take(bound + 1);
        reader.read_to_end(&mut plain).ok()?;
        self.inflated += plain.len() as u64;
        if plain.len() as u64 > bound {
            return None;
        }
        self.parse(&plain).ok()
    }
}

/// `{status, condition, more_info}`, whatever case the names have.
fn condition(value: Json) -> Json {
    let Json::Object(members) = value else { return value };
    members
        .into_iter()
        .map(|(name, value)| (name.to_ascii_lowercase().replace(' ', "_"), value))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn normal(document: Json) -> Json {
        normalise("/deepchecks_artifacts", document, &mut Vec::new()).unwrap()
    }

    #[allow(clippy::needless_pass_by_value, reason = "takes what `json!` makes")]
    fn value_of(value: Json) -> Json {
        let it = normal(json!({"results": {"s": [{"header": "h", "result": {"check": "c", "value": value}}]}}));
        it.pointer("/results/s/0/result/value").unwrap().clone()
    }

    fn compressed(text: &[u8]) -> Json {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).unwrap();
        let values = base64::engine::general_purpose::STANDARD.encode(encoder.finish().unwrap());
        json!({"comp": true, "values": values})
    }

    #[test]
    fn values_are_decoded_to_plain_json() {
        assert_eq!(value_of(json!("[{\"a\": 1.0}]")), json!([{"a": 1.0}]));
        assert_eq!(
            value_of(json!({"x": {"dtype": "float64", "value": 0.5}})),
            json!({"x": 0.5})
        );
        assert_eq!(value_of(json!({"values": "[1, NaN]"})), json!([1, "NaN"]));
        assert_eq!(value_of(compressed(b"{\"a\": [1]}")), json!({"a": [1]}));
        assert_eq!(value_of(json!("[not json")), json!("[not json"));
        assert_eq!(
            value_of(json!({"dtype": "int", "value": 1, "more": 2})),
            json!({"dtype": "int", "value": 1, "more": 2})
        );
    }

    #[test]
    fn the_first_generation_becomes_the_newest_and_pictures_are_left_out() {
        let it = normal(json!({"results": {"s": [{
            "header": "Feature Drift",
            "json_result": {
                "check": {"name": "Feature Drift", "params": {"p": 1}, "summary": "S"},
                "value": 1,
                "conditions_results": [{"Status": "PASS", "Condition": "c", "More Info": "m"}]
            },
            "display_txt": "x", "display_images": ["aaaa"]
        }]}}));
        assert_eq!(
            it.pointer("/results/s/0").unwrap(),
            &json!({"header": "Feature Drift", "result": {
                "check": "Feature Drift", "params": {"p": 1}, "summary": "S", "value": 1,
                "conditions_results": [{"status": "PASS", "condition": "c", "more_info": "m"}]
            }})
        );
    }

    #[test]
    fn a_compression_bomb_is_left_out_with_a_warning() {
        let bomb = compressed(&vec![b' '; 20 << 20]);
        let mut warnings = Vec::new();
        let document = json!({"results": {"s": [{"header": "h", "result": {"check": "c", "value": bomb}}]}});
        let it = normalise("/d", document, &mut warnings).unwrap();
        assert_eq!(it.pointer("/results/s/0/result/value"), Some(&Json::Null));
        assert!(
            warnings[0].contains("1 compressed check values were left out"),
            "{warnings:?}"
        );
    }

    #[test]
    fn a_small_text_cannot_become_any_number_of_values() {
        let zeros = format!("[{}0]", "0,".repeat(MAX_INNER_VALUES + 1));
        let mut warnings = Vec::new();
        let document = json!({"results": {"s": [{"header": "h", "result": {"value": compressed(zeros.as_bytes())}}]}});
        let it = normalise("/d", document, &mut warnings).unwrap();
        assert_eq!(it.pointer("/results/s/0/result/value"), Some(&Json::Null));
        assert_eq!(warnings.len(), 1);
        // Quoted instead of compressed, it stays the text that it is.
        assert_eq!(value_of(json!(zeros.clone())), json!(zeros));
    }

    #[test]
    fn a_wrong_shape_names_the_item() {
        let problem = normalise("/d", json!({"results": {"a/b": [{}, 3]}}), &mut Vec::new()).unwrap_err();
        assert_eq!(problem.pointer.as_deref(), Some("/d/results/a~1b/1"));
        assert!(
            problem
                .detail
                .contains("found the number 3, expected an object {header, result}"),
            "{problem}"
        );
    }
}
