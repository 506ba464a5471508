//! The host's fact check, for native tests: a fact must be read again with the same result.

use serde_json::Value as Json;

use super::FakeHost;
use crate::{Analysis, ArtifactKind, Fact, Host, Value};

impl FakeHost {
    /// What the host would object to: a finding without evidence, and one line per fact that reads
    /// differently.
    #[must_use]
    pub fn verify(&self, analysis: &Analysis) -> Vec<String> {
        let finding = &analysis.finding;
        let bare = finding.evidence.trim().is_empty();
        let bare = bare.then(|| format!("`{}`: `finding.evidence` is empty", finding.code));
        let facts = finding.facts.iter().filter_map(|fact| self.verify_fact(fact));
        bare.into_iter().chain(facts).collect()
    }

    fn verify_fact(&self, fact: &Fact) -> Option<String> {
        let source = fact.source.as_ref()?;
        let found = self.resolve(source.artifact, &source.pointer);
        if found.as_ref().is_some_and(|found| equal(found, &fact.value)) {
            return None;
        }
        Some(format!(
            "`{}`: {:?} at {} reads {found:?}",
            fact.label, fact.value, source.pointer
        ))
    }

    fn resolve(&self, kind: ArtifactKind, pointer: &str) -> Option<Value> {
        let parts: Vec<String> = pointer
            .split('/')
            .skip(1)
            .map(|part| part.replace("~1", "/").replace("~0", "~"))
            .collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["@tables", table, "@rows"] => Some(Value::from(self.open_table(kind, table).ok()?.row_count())),
            ["@tables", table, column, place] => {
                let table = self.open_table(kind, table).ok()?;
                if let Some(statistic) = place.strip_prefix('@') {
                    let it = table.summarize(column, 0, u64::MAX).ok()?;
                    return Some(match statistic {
                        "count" => it.count.into(),
                        "missing" => it.missing.into(),
                        "nan" => it.nan.into(),
                        "infinite" => it.infinite.into(),
                        "min" => it.min.into(),
                        "max" => it.max.into(),
                        "mean" => it.mean.into(),
                        "first" => it.first.into(),
                        "last" => it.last.into(),
                        _ => return None,
                    });
                }
                let text = table.texts(column, place.parse().ok()?, 1).ok()?.into_iter().next()??;
                Some(match text.as_str() {
                    "inf" => f64::INFINITY.into(),
                    "-inf" => f64::NEG_INFINITY.into(),
                    _ => text
                        .parse::<f64>()
                        .map_or_else(|_| Value::Text(text.clone()), Value::Number),
                })
            }
            ["@blobs", blob, "@size"] => Some(Value::from(self.open_blob(kind, blob).ok()?.size())),
            ["@blobs", blob, scalar, offset] => {
                let blob = self.open_blob(kind, blob).ok()?;
                let offset = offset.parse().ok()?;
                let bytes = blob.read(offset, 8).ok()?;
                Some(match *scalar {
                    "u8" => Value::Integer(i64::from(*bytes.first()?)),
                    "u64" => Value::from(u64::from_le_bytes(bytes.try_into().ok()?)),
                    "f16" => half(u16::from_le_bytes(bytes.get(..2)?.try_into().ok()?)).into(),
                    "bf16" => {
                        let bits = u16::from_le_bytes(bytes.get(..2)?.try_into().ok()?);
                        f64::from(f32::from_bits(u32::from(bits) << 16)).into()
                    }
                    "f32" => f64::from(f32::from_le_bytes(bytes.get(..4)?.try_into().ok()?)).into(),
                    "f64" => f64::from_le_bytes(bytes.try_into().ok()?).into(),
                    _ => return None,
                })
            }
            _ => match self.documents.get(&kind)?.pointer(pointer)? {
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
}

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

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(it) => Some(*it as f64),
        // As the host does: MLflow's server writes an infinity as the largest finite double.
        Value::Number(it) if it.abs() == f64::MAX => Some(f64::INFINITY.copysign(*it)),
        Value::Number(it) => Some(*it),
        Value::Text(it) => match it.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        Value::Boolean(_) => None,
    }
}

fn equal(found: &Value, stated: &Value) -> bool {
    match (number(found), number(stated)) {
        (Some(a), Some(b)) => {
            let close = a.is_finite() && b.is_finite() && (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
            (a.is_nan() && b.is_nan()) || a == b || close
        }
        _ => found == stated,
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::{Finding, Report, Severity};

    #[test]
    fn a_finding_without_evidence_is_objected_to_whatever_its_facts() {
        let mut report = Report::new("s");
        for evidence in ["2 rows", "", " \n"] {
            report.push(
                Finding::new("a.b", Severity::Low, 0.5, evidence).computed("rows", 2_i64),
                "do",
            );
        }
        let told: Vec<_> = report.analyses.iter().map(|it| FakeHost::new().verify(it)).collect();
        assert!(told[0].is_empty(), "{told:?}");
        for told in &told[1..] {
            assert_eq!(told, &["`a.b`: `finding.evidence` is empty"]);
        }
    }
}
