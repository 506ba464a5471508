//! YAML as Python writes it.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value as Json};

/// The largest text that is parsed. Check results of wide tables with their tables have some
/// megabytes; pictures in them make it ten times as much.
const MAX_TEXT: usize = 64 << 20;

/// Nodes of one document, those behind aliases counted each time: a small text can stand for any
/// number of them.
const MAX_NODES: usize = 4_000_000;

/// Deeper documents are no artifacts.
const MAX_DEPTH: usize = 64;

/// Parses YAML. Numbers that are not finite become the strings that [`parse_lenient`]
/// (crate::parse_lenient) makes of them, keys become texts, tags are ignored (`!!python/tuple` is a
/// list): nothing in a text is ever executed.
///
/// # Errors
/// The text is not YAML, or larger than the limits, which stop documents that grow by aliases.
pub fn parse_yaml(text: &str) -> Result<Json, String> {
    if text.len() > MAX_TEXT {
        return Err(format!("{} bytes of YAML; at most {MAX_TEXT} are read", text.len()));
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: MAX_NODES,
            max_events: 4 * MAX_NODES,
            max_depth: MAX_DEPTH,
            max_total_scalar_bytes: MAX_TEXT,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_NODES,
        },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::PassThrough,
        // PyYAML writes booleans as true and false, and leaves the texts `n` and `y` without quotes.
        strict_booleans: true,
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options::<Plain>(text, options)
        .map(|it| it.0)
        .map_err(|error| error.to_string())
}

struct Plain(Json);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor)
    }
}

struct PlainVisitor;

impl<'de> Visitor<'de> for PlainVisitor {
    type Value = Plain;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_bool<E: Error>(self, it: bool) -> Result<Plain, E> {
        Ok(Plain(Json::Bool(it)))
    }

    fn visit_i64<E: Error>(self, it: i64) -> Result<Plain, E> {
        Ok(Plain(it.into()))
    }

    fn visit_u64<E: Error>(self, it: u64) -> Result<Plain, E> {
        Ok(Plain(it.into()))
    }

    fn visit_i128<E: Error>(self, it: i128) -> Result<Plain, E> {
        self.visit_f64(it as f64)
    }

    fn visit_u128<E: Error>(self, it: u128) -> Result<Plain, E> {
        self.visit_f64(it as f64)
    }

    fn visit_f64<E: Error>(self, it: f64) -> Result<Plain, E> {
        Ok(Plain(Number::from_f64(it).map_or_else(
            || {
                let word = match it {
                    it if it.is_nan() => "NaN",
                    it if it > 0.0 => "Infinity",
                    _ => "-Infinity",
                };
                Json::String(word.to_owned())
            },
            Json::Number,
        )))
    }

    fn visit_str<E: Error>(self, it: &str) -> Result<Plain, E> {
        Ok(Plain(Json::String(it.to_owned())))
    }

    fn visit_string<E: Error>(self, it: String) -> Result<Plain, E> {
        Ok(Plain(Json::String(it)))
    }

    fn visit_bytes<E: Error>(self, it: &[u8]) -> Result<Plain, E> {
        Ok(Plain(Json::String(format!("{} bytes", it.len()))))
    }

    fn visit_unit<E: Error>(self) -> Result<Plain, E> {
        Ok(Plain(Json::Null))
    }

    fn visit_none<E: Error>(self) -> Result<Plain, E> {
        Ok(Plain(Json::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, it: D) -> Result<Plain, D::Error> {
        Plain::deserialize(it)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, it: D) -> Result<Plain, D::Error> {
        Plain::deserialize(it)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Plain, A::Error> {
        let mut list = Vec::new();
        while let Some(Plain(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Plain(Json::Array(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Plain, A::Error> {
        let mut map = Map::new();
        // Keys as they are written: `1` and `n` are no number and no boolean there.
        while let Some((key, Plain(value))) = members.next_entry::<String, Plain>()? {
            map.insert(key, value);
        }
        Ok(Plain(Json::Object(map)))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_python_writes_is_read() {
        let text = "a: .nan\nb: -.inf\n3: x\nlr: 1.0e-05\nnone: null\ntuple: !!python/tuple\n- 1\n- 2\n\
                    obj: !!python/object:torch.device {type: cuda}\nn: n\nshuffle: true\n";
        assert_eq!(
            parse_yaml(text).unwrap(),
            json!({"a": "NaN", "b": "-Infinity", "3": "x", "lr": 1e-5, "none": null, "tuple": [1, 2],
                   "obj": {"type": "cuda"}, "n": "n", "shuffle": true})
        );
    }

    #[test]
    fn anchors_are_followed_and_a_document_that_grows_by_them_is_refused() {
        let it = parse_yaml("a: &x {n: 1}\nb: *x\n").unwrap();
        assert_eq!(it["b"]["n"], 1);
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let below = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb += &format!("a{level}: &a{level} [{below}]\n");
        }
        let error = parse_yaml(&bomb).unwrap_err();
        assert!(!error.is_empty() && error.len() < 300, "{error}");
    }

    #[test]
    fn a_document_too_deep_is_refused() {
        assert!(parse_yaml(&"[".repeat(10_000)).is_err());
        assert!(parse_yaml("a: [1").is_err());
    }
}
