//! Answers as JSON and back, without loss: floats as texts (JSON has no NaN, and numbers would be
//! read back with the last digit off), bytes and columns as Base64.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use serde_json::{Value as Json, json};

use crate::{
    bindings::{
        artifacts::{Column, ColumnSummary, ColumnType, Node, NodeKind},
        knowledge::Passage,
        llm::{Completion, Usage},
        types::{ArtifactKind, Error},
    },
    error::{Ended, HostError},
};

/// An answer of one call, its error included.
pub(crate) trait Outcome: Sized {
    fn put(&self) -> Json;
    fn take(json: &Json) -> Option<Self>;
    fn ended(why: String) -> Self;
}

/// A value in an answer.
pub(crate) trait OnTape: Sized {
    fn put(&self) -> Json;
    fn take(json: &Json) -> Option<Self>;
}

impl<T: OnTape> Outcome for Result<T, HostError> {
    fn put(&self) -> Json {
        match self {
            Ok(it) => json!({ "ok": it.put() }),
            Err(error) => {
                let (kind, text) = match error {
                    HostError::NotFound(it) => ("not-found", it),
                    HostError::Invalid(it) => ("invalid", it),
                    HostError::Denied(it) => ("denied", it),
                    HostError::BudgetExceeded(it) => ("budget-exceeded", it),
                    HostError::TimedOut(it) => ("timed-out", it),
                    HostError::Unavailable(it) => ("unavailable", it),
                    HostError::Ended(it) => ("ended", it),
                };
                json!({ "error": [kind, text] })
            }
        }
    }

    fn take(json: &Json) -> Option<Self> {
        if let Some(it) = json.get("ok") {
            return T::take(it).map(Ok);
        }
        let [kind, text] = json.get("error")?.as_array()?.as_slice() else {
            return None;
        };
        let text = text.as_str()?.to_owned();
        Some(Err(match kind.as_str()? {
            "not-found" => HostError::NotFound(text),
            "invalid" => HostError::Invalid(text),
            "denied" => HostError::Denied(text),
            "budget-exceeded" => HostError::BudgetExceeded(text),
            "timed-out" => HostError::TimedOut(text),
            "unavailable" => HostError::Unavailable(text),
            "ended" => HostError::Ended(text),
            _ => return None,
        }))
    }

    fn ended(why: String) -> Self {
        Err(HostError::Ended(why))
    }
}

impl<T: OnTape> Outcome for wasmtime::Result<T> {
    fn put(&self) -> Json {
        match self {
            Ok(it) => json!({ "ok": it.put() }),
            Err(error) => json!({ "ended": error.root_cause().to_string() }),
        }
    }

    fn take(json: &Json) -> Option<Self> {
        if let Some(why) = json.get("ended") {
            return Some(<Self as Outcome>::ended(why.as_str()?.to_owned()));
        }
        T::take(json.get("ok")?).map(Ok)
    }

    fn ended(why: String) -> Self {
        Err(wasmtime::Error::new(Ended(why)))
    }
}

impl OnTape for () {
    fn put(&self) -> Json {
        Json::Null
    }
    fn take(json: &Json) -> Option<Self> {
        json.is_null().then_some(())
    }
}

impl OnTape for bool {
    fn put(&self) -> Json {
        json!(self)
    }
    fn take(json: &Json) -> Option<Self> {
        json.as_bool()
    }
}

impl OnTape for u64 {
    fn put(&self) -> Json {
        json!(self)
    }
    fn take(json: &Json) -> Option<Self> {
        json.as_u64()
    }
}

impl OnTape for String {
    fn put(&self) -> Json {
        json!(self)
    }
    fn take(json: &Json) -> Option<Self> {
        json.as_str().map(str::to_owned)
    }
}

/// Rust writes a float with as many digits as it takes to read the same one again.
impl OnTape for f64 {
    fn put(&self) -> Json {
        json!(self.to_string())
    }
    fn take(json: &Json) -> Option<Self> {
        json.as_str()?.parse().ok()
    }
}

impl<T: OnTape> OnTape for Option<T> {
    fn put(&self) -> Json {
        self.as_ref().map_or(Json::Null, T::put)
    }
    fn take(json: &Json) -> Option<Self> {
        if json.is_null() {
            Some(None)
        } else {
            T::take(json).map(Some)
        }
    }
}

/// Bytes, as `number-bytes` and `blob.read` give them.
#[derive(Debug)]
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl OnTape for Bytes {
    fn put(&self) -> Json {
        json!(BASE64.encode(&self.0))
    }
    fn take(json: &Json) -> Option<Self> {
        BASE64.decode(json.as_str()?).ok().map(Self)
    }
}

/// A column of floats.
#[derive(Debug)]
pub(crate) struct Floats(pub(crate) Vec<f64>);

impl OnTape for Floats {
    fn put(&self) -> Json {
        Bytes(self.0.iter().flat_map(|it| it.to_le_bytes()).collect()).put()
    }
    fn take(json: &Json) -> Option<Self> {
        let bytes = Bytes::take(json)?.0;
        let (floats, rest) = bytes.as_chunks::<8>();
        rest.is_empty()
            .then(|| Self(floats.iter().map(|it| f64::from_le_bytes(*it)).collect()))
    }
}

macro_rules! list {
    ($($item:ty),*) => {$(
        impl OnTape for Vec<$item> {
            fn put(&self) -> Json {
                Json::Array(self.iter().map(OnTape::put).collect())
            }
            fn take(json: &Json) -> Option<Self> {
                json.as_array()?.iter().map(OnTape::take).collect()
            }
        }
    )*};
}
list!(String, Option<String>, ArtifactKind, Column, Passage, Result<Completion, Error>);

impl OnTape for ArtifactKind {
    fn put(&self) -> Json {
        json!(crate::convert::kind_of(*self).config_name())
    }
    fn take(json: &Json) -> Option<Self> {
        let all = deepfix_core::ArtifactKind::ALL.into_iter();
        let kind = all.into_iter().find(|it| json == it.config_name())?;
        Some(crate::convert::to_kind(kind))
    }
}

const NODE_KINDS: [(NodeKind, &str); 6] = [
    (NodeKind::Null, "null"),
    (NodeKind::Boolean, "boolean"),
    (NodeKind::Number, "number"),
    (NodeKind::Text, "text"),
    (NodeKind::Array, "array"),
    (NodeKind::Object, "object"),
];

impl OnTape for Node {
    fn put(&self) -> Json {
        let kind = NODE_KINDS.iter().find(|(it, _)| *it == self.kind).map(|(_, name)| name);
        json!([kind, self.length, self.keys])
    }
    fn take(json: &Json) -> Option<Self> {
        let [kind, length, keys] = json.as_array()?.as_slice() else {
            return None;
        };
        Some(Self {
            kind: NODE_KINDS.iter().find(|(_, name)| kind == name)?.0,
            length: length.as_u64()?,
            keys: OnTape::take(keys)?,
        })
    }
}

impl OnTape for Column {
    fn put(&self) -> Json {
        json!([self.name, self.column_type == ColumnType::Numeric])
    }
    fn take(json: &Json) -> Option<Self> {
        let [name, numeric] = json.as_array()?.as_slice() else {
            return None;
        };
        Some(Self {
            name: OnTape::take(name)?,
            column_type: if numeric.as_bool()? {
                ColumnType::Numeric
            } else {
                ColumnType::Text
            },
        })
    }
}

impl OnTape for ColumnSummary {
    fn put(&self) -> Json {
        let floats = [self.min, self.max, self.mean, self.first, self.last];
        json!([
            [self.count, self.missing, self.nan, self.infinite],
            floats.map(|it| it.put())
        ])
    }
    fn take(json: &Json) -> Option<Self> {
        let [counts, floats] = json.as_array()?.as_slice() else {
            return None;
        };
        let count = |index: usize| counts.get(index)?.as_u64();
        let float = |index: usize| f64::take(floats.get(index)?);
        Some(Self {
            count: count(0)?,
            missing: count(1)?,
            nan: count(2)?,
            infinite: count(3)?,
            min: float(0)?,
            max: float(1)?,
            mean: float(2)?,
            first: float(3)?,
            last: float(4)?,
        })
    }
}

impl OnTape for Passage {
    fn put(&self) -> Json {
        json!([
            self.id,
            self.title,
            self.text,
            self.domain,
            self.source,
            self.score.put()
        ])
    }
    fn take(json: &Json) -> Option<Self> {
        let text = |index: usize| String::take(json.get(index)?);
        Some(Self {
            id: text(0)?,
            title: text(1)?,
            text: text(2)?,
            domain: text(3)?,
            source: text(4)?,
            score: f64::take(json.get(5)?)?,
        })
    }
}

impl OnTape for Completion {
    fn put(&self) -> Json {
        json!({
            "texts": self.texts, "model": self.model, "cached": self.cached,
            "tokens": [self.usage.input_tokens, self.usage.output_tokens],
        })
    }
    fn take(json: &Json) -> Option<Self> {
        let tokens = |index: usize| json.get("tokens")?.get(index)?.as_u64();
        Some(Self {
            texts: OnTape::take(json.get("texts")?)?,
            model: OnTape::take(json.get("model")?)?,
            cached: json.get("cached")?.as_bool()?,
            usage: Usage {
                input_tokens: tokens(0)?,
                output_tokens: tokens(1)?,
            },
        })
    }
}

impl OnTape for Result<Completion, Error> {
    fn put(&self) -> Json {
        match self {
            Ok(it) => json!({ "ok": it.put() }),
            Err(error) => json!({ "error": crate::convert::error_parts(error) }),
        }
    }
    fn take(json: &Json) -> Option<Self> {
        if let Some(it) = json.get("ok") {
            return Completion::take(it).map(Ok);
        }
        let error = json.get("error")?;
        let (kind, text) = (error.get(0)?.as_str()?, String::take(error.get(1)?)?);
        Some(Err(match kind {
            "not-found" => Error::NotFound(text),
            "invalid" => Error::Invalid(text),
            "denied" => Error::Denied(text),
            "budget-exceeded" => Error::BudgetExceeded(text),
            "timed-out" => Error::TimedOut(text),
            "unavailable" => Error::Unavailable(text),
            "internal" => Error::Internal(text),
            _ => return None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_come_back_bit_by_bit() {
        for it in [0.1, -0.0, f64::INFINITY, f64::MIN_POSITIVE, 1e308, 0.1 + 0.2] {
            assert_eq!(f64::take(&it.put()).unwrap().to_bits(), it.to_bits());
        }
        assert!(f64::take(&f64::NAN.put()).unwrap().is_nan());
        let column = Floats::take(&Floats(vec![f64::NAN, 0.3]).put()).unwrap().0;
        assert!(column[0].is_nan() && column[1] == 0.3);
    }
}
