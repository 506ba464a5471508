//! The fact check: a value that a finding states is read again from the artifact.

use std::collections::HashMap;

use serde_json::Value as Json;

use crate::{ArtifactKind, ArtifactSet, ColumnSummary, Fact, Source, Value};

/// A fact after the check.
#[derive(Debug, Clone, PartialEq)]
pub struct ResolvedFact {
    /// What the plugin stated.
    pub fact: Fact,
    /// Whether the artifact says the same; none for a computed value.
    pub verified: Option<bool>,
}

/// Relative difference below which two numbers are the same: a plugin may have passed a value
/// through JSON text or a 32-bit float's shortest form.
const SAME: f64 = 1e-6;

/// Reads facts again. A column is summarised once, however many facts are about it: what the
/// check costs must not be up to the plugin.
pub struct FactCheck<'a> {
    artifacts: &'a ArtifactSet,
    summaries: HashMap<(ArtifactKind, String, String), Option<ColumnSummary>>,
}

impl<'a> FactCheck<'a> {
    /// A check against these artifacts.
    #[must_use]
    pub fn new(artifacts: &'a ArtifactSet) -> Self {
        Self {
            artifacts,
            summaries: HashMap::new(),
        }
    }

    /// Reads every fact again. The second value is true when at least one fact has a source and
    /// all of those are equal.
    #[must_use]
    pub fn judge(&mut self, facts: &[Fact]) -> (Vec<ResolvedFact>, bool) {
        let judged: Vec<_> = facts
            .iter()
            .map(|fact| ResolvedFact {
                verified: fact
                    .source
                    .as_ref()
                    .map(|source| self.resolve(source).is_some_and(|found| equal(&found, &fact.value))),
                fact: fact.clone(),
            })
            .collect();
        let with_source = judged.iter().filter_map(|it| it.verified);
        let verified = with_source.clone().count() > 0 && with_source.clone().all(|it| it);
        (judged, verified)
    }

    fn resolve(&mut self, source: &Source) -> Option<Value> {
        let (table, column, statistic) = match summary_of(source) {
            Some(place) => place,
            None => return resolve(self.artifacts, source),
        };
        let summary = self
            .summaries
            .entry((source.artifact, table.clone(), column.clone()))
            .or_insert_with(|| {
                let table = self.artifacts.get(source.artifact)?.tables.get(&table)?;
                table.column(&column)?.data.summarize(0..table.rows())
            });
        summary.as_ref().and_then(|it| column_statistic(it, &statistic))
    }
}

/// Table, column and statistic of `/@tables/<table>/<column>/@<statistic>`.
fn summary_of(source: &Source) -> Option<(String, String, String)> {
    let parts = parts(&source.pointer);
    match parts.as_slice() {
        [first, table, column, place] if first == "@tables" => {
            Some((table.clone(), column.clone(), place.strip_prefix('@')?.to_owned()))
        }
        _ => None,
    }
}

fn parts(pointer: &str) -> Vec<String> {
    pointer
        .split('/')
        .skip(1)
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect()
}

/// The value at a place, or none where nothing stands there.
fn resolve(artifacts: &ArtifactSet, source: &Source) -> Option<Value> {
    let artifact = artifacts.get(source.artifact)?;
    let parts = parts(&source.pointer);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["@tables", table, "@rows"] => Some(whole(artifact.tables.get(*table)?.rows() as u64)),
        ["@tables", table, column, place] => {
            let data = &artifact.tables.get(*table)?.column(column)?.data;
            data.text(place.parse().ok()?).map(|text| number_or_text(&text))
        }
        ["@blobs", blob, "@size"] => Some(whole(artifact.blobs.get(*blob)?.size())),
        ["@blobs", blob, scalar, offset] => {
            let mut bytes = [0; 8];
            let read = artifact
                .blobs
                .get(*blob)?
                .read_at(offset.parse().ok()?, &mut bytes)
                .ok()?;
            decode_scalar(scalar, bytes.get(..read)?)
        }
        _ => match artifact.document.pointer(&source.pointer)? {
            Json::Bool(it) => Some(Value::Boolean(*it)),
            Json::Number(it) => Some(
                it.as_i64()
                    .map_or_else(|| Value::Number(it.as_f64().unwrap_or(f64::NAN)), Value::Integer),
            ),
            Json::String(it) => Some(Value::Text(it.clone())),
            _ => None,
        },
    }
}

fn whole(value: u64) -> Value {
    i64::try_from(value).map_or(Value::Number(value as f64), Value::Integer)
}

fn number_or_text(text: &str) -> Value {
    match text {
        "NaN" => Value::Number(f64::NAN),
        "Infinity" => Value::Number(f64::INFINITY),
        "-Infinity" => Value::Number(f64::NEG_INFINITY),
        _ => text
            .parse()
            .map_or_else(|_| Value::Text(text.to_owned()), Value::Number),
    }
}

fn column_statistic(it: &ColumnSummary, statistic: &str) -> Option<Value> {
    Some(match statistic {
        "count" => whole(it.count),
        "missing" => whole(it.missing),
        "nan" => whole(it.nan),
        "infinite" => whole(it.infinite),
        "min" => Value::Number(it.min),
        "max" => Value::Number(it.max),
        "mean" => Value::Number(it.mean),
        "first" => Value::Number(it.first),
        "last" => Value::Number(it.last),
        _ => return None,
    })
}

fn decode_scalar(scalar: &str, bytes: &[u8]) -> Option<Value> {
    Some(match scalar {
        "u8" => Value::Integer(i64::from(*bytes.first()?)),
        "u64" => whole(u64::from_le_bytes(bytes.try_into().ok()?)),
        "f16" => Value::Number(half(u16::from_le_bytes(bytes.get(..2)?.try_into().ok()?))),
        "bf16" => {
            let bits = u16::from_le_bytes(bytes.get(..2)?.try_into().ok()?);
            Value::Number(f64::from(f32::from_bits(u32::from(bits) << 16)))
        }
        "f32" => Value::Number(f64::from(f32::from_le_bytes(bytes.get(..4)?.try_into().ok()?))),
        "f64" => Value::Number(f64::from_le_bytes(bytes.try_into().ok()?)),
        _ => return None,
    })
}

/// IEEE 754 binary16.
fn half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from((bits >> 10) & 0x1f);
    let mantissa = f64::from(bits & 0x3ff);
    sign * match exponent {
        0 => mantissa * 2f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + mantissa / 1024.0) * 2f64.powi(exponent - 15),
    }
}

/// The number that a value stands for. MLflow's server writes an infinity as the largest finite
/// double, so the two are one value here (a plugin reads such a metric as infinite).
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(it) => Some(*it as f64),
        Value::Number(it) if it.abs() == f64::MAX => Some(f64::INFINITY.copysign(*it)),
        Value::Number(it) => Some(*it),
        Value::Text(it) => match number_or_text(it) {
            Value::Number(number) if !number.is_finite() => Some(number),
            _ => None,
        },
        Value::Boolean(_) => None,
    }
}

fn equal(found: &Value, stated: &Value) -> bool {
    if let (Value::Integer(found), Value::Integer(stated)) = (found, stated) {
        return found == stated;
    }
    match (number(found), number(stated)) {
        (Some(a), Some(b)) => {
            let close = a.is_finite() && b.is_finite() && (a - b).abs() <= SAME * a.abs().max(b.abs());
            (a.is_nan() && b.is_nan()) || a == b || close
        }
        _ => found == stated,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Artifact, ArtifactKind, Blob, Column, ColumnData, Table};

    struct Bytes(Vec<u8>);
    impl Blob for Bytes {
        fn size(&self) -> u64 {
            self.0.len() as u64
        }
        fn read_at(&self, offset: u64, buffer: &mut [u8]) -> std::io::Result<usize> {
            let rest = self.0.get(offset.min(1 << 20) as usize..).unwrap_or_default();
            let length = rest.len().min(buffer.len());
            buffer[..length].copy_from_slice(&rest[..length]);
            Ok(length)
        }
    }

    fn artifacts() -> ArtifactSet {
        let mut artifact = Artifact {
            document: serde_json::json!({"a/b": {"~": [1, "x", "NaN", 0.5]}}),
            ..Artifact::default()
        };
        artifact.tables.insert(
            "metrics".into(),
            Table::new(vec![Column {
                name: "train/loss".into(),
                data: ColumnData::Numeric {
                    values: vec![0.25, f64::NAN],
                    present: vec![],
                },
            }]),
        );
        let mut bytes = 1.5f32.to_le_bytes().to_vec();
        bytes.extend(0x7e00u16.to_le_bytes());
        artifact.blobs.insert("m".into(), Arc::new(Bytes(bytes)));
        let mut set = ArtifactSet::default();
        set.insert(ArtifactKind::Training, artifact);
        set
    }

    fn check(pointer: &str, value: Value) -> Option<bool> {
        let source = Some(Source {
            artifact: ArtifactKind::Training,
            pointer: pointer.into(),
        });
        let facts = [Fact {
            label: String::new(),
            value,
            source,
        }];
        FactCheck::new(&artifacts()).judge(&facts).0[0].verified
    }

    #[test]
    fn every_form_of_pointer_is_read_again() {
        assert_eq!(check("/a~1b/~0/0", Value::Integer(1)), Some(true));
        assert_eq!(check("/a~1b/~0/0", Value::Number(1.0)), Some(true));
        assert_eq!(check("/a~1b/~0/1", Value::Text("x".into())), Some(true));
        assert_eq!(check("/a~1b/~0/2", Value::Number(f64::NAN)), Some(true));
        assert_eq!(check("/@tables/metrics/train~1loss/0", Value::Number(0.25)), Some(true));
        assert_eq!(
            check("/@tables/metrics/train~1loss/1", Value::Number(f64::NAN)),
            Some(true)
        );
        assert_eq!(
            check("/@tables/metrics/train~1loss/@min", Value::Number(0.25)),
            Some(true)
        );
        assert_eq!(check("/@tables/metrics/@rows", Value::Integer(2)), Some(true));
        assert_eq!(check("/@blobs/m/@size", Value::Integer(6)), Some(true));
        assert_eq!(check("/@blobs/m/f32/0", Value::Number(1.5)), Some(true));
        assert_eq!(check("/@blobs/m/f16/4", Value::Number(f64::NAN)), Some(true));
    }

    #[test]
    fn a_column_is_summarised_once_however_many_facts_are_about_it() {
        let artifacts = artifacts();
        let fact = |statistic: &str, value: Value| Fact {
            label: String::new(),
            value,
            source: Some(Source {
                artifact: ArtifactKind::Training,
                pointer: format!("/@tables/metrics/train~1loss/@{statistic}"),
            }),
        };
        let mut check = FactCheck::new(&artifacts);
        let facts = [
            fact("min", Value::Number(0.25)),
            fact("nan", Value::Integer(1)),
            fact("count", Value::Integer(2)),
            fact("mode", Value::Integer(1)),
        ];
        let verified: Vec<_> = check.judge(&facts).0.iter().map(|it| it.verified).collect();
        assert_eq!(verified, [Some(true), Some(true), Some(false), Some(false)]);
        assert_eq!(check.summaries.len(), 1);
    }

    #[test]
    fn another_value_or_no_value_is_not_verified() {
        assert_eq!(check("/a~1b/~0/3", Value::Number(0.51)), Some(false));
        assert_eq!(check("/nowhere", Value::Integer(1)), Some(false));
        assert_eq!(
            check("/@tables/metrics/train~1loss/9", Value::Number(0.25)),
            Some(false)
        );
        assert_eq!(check("/@blobs/m/f64/0", Value::Number(1.5)), Some(false));
        assert_eq!(
            check("/@blobs/m/f32/18446744073709551615", Value::Number(1.5)),
            Some(false)
        );
    }

    #[test]
    fn an_infinity_equals_only_itself_and_counts_are_exact() {
        assert!(!equal(&Value::Number(f64::INFINITY), &Value::Number(5.0)));
        assert!(!equal(&Value::Number(f64::INFINITY), &Value::Number(f64::NEG_INFINITY)));
        assert!(equal(&Value::Number(f64::INFINITY), &Value::Text("Infinity".into())));
        assert!(equal(&Value::Number(f64::MAX), &Value::Number(f64::INFINITY)));
        assert!(!equal(&Value::Number(f64::MAX), &Value::Number(f64::NEG_INFINITY)));
        assert!(!equal(&Value::Integer(1_000_001), &Value::Integer(1_000_000)));
    }

    #[test]
    fn computed_values_alone_do_not_verify_a_finding() {
        let facts = [Fact {
            label: "ratio".into(),
            value: Value::Number(2.0),
            source: None,
        }];
        let (judged, verified) = FactCheck::new(&artifacts()).judge(&facts);
        assert_eq!(judged[0].verified, None);
        assert!(!verified);
    }
}
