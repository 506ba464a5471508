//! Every way in which a header can contradict itself and its file.
//!
//! The checks are those of the reference implementation: a header of at most 100 MB, valid
//! JSON, ranges that equal elements times element size, follow one another without gap or
//! overlap, and end where the file ends.

use super::{
    Format,
    dtype::Dtype,
    header::{Header, LENGTH_FIELD, Tensor, parse},
};

/// Contradictions that are kept one by one; more are only counted.
const MOST_PROBLEMS: usize = 16;

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Damage {
    /// Not one byte.
    Empty,
    /// Too short for the length field.
    Short,
    /// The length field states more than the file holds, or more than any reader accepts.
    HeaderLength {
        /// What it states.
        stated: u64,
        /// The length with which the file would be whole, where that can be told.
        repaired: Option<u64>,
    },
    /// The header is not the JSON object that it should be.
    HeaderJson {
        /// The length field.
        stated: u64,
        /// The byte of the file at which reading stopped.
        at: u64,
        /// The parser's own words.
        reason: String,
        /// The length with which the file would be whole, where that can be told.
        repaired: Option<u64>,
    },
    /// Entries that are malformed or contradict each other.
    Layout {
        /// The first ones.
        problems: Vec<LayoutProblem>,
        /// How many there are.
        total: usize,
    },
    /// The data end before the header says so.
    Truncated {
        /// Bytes that are missing at the end.
        missing: u64,
        /// The tensors that are cut or lost, in order.
        lost: Vec<String>,
    },
    /// Bytes follow after the last tensor.
    Trailing {
        /// How many.
        extra: u64,
    },
    /// A file of another format that is cut off or contradicts itself.
    Content {
        /// The format.
        format: Format,
        /// What is wrong with it.
        reason: String,
    },
    /// Parts of a model in several files that are not there.
    MissingParts {
        /// Their names.
        missing: Vec<String>,
        /// How many parts there should be.
        total: usize,
    },
    /// The parts of a model do not hold what its index says.
    Index {
        /// Tensors that are not where the index says, or that it does not know.
        tensors: Vec<String>,
    },
    /// A valid header without a single tensor.
    NoTensors,
}

/// One entry of a header that cannot be right.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the names say it all")]
pub enum LayoutProblem {
    /// The entry lacks `dtype`, `shape` or `data_offsets`, or they have wrong types.
    Malformed { tensor: String },
    /// The same name twice.
    Duplicate { tensor: String },
    /// Begin after end.
    Reversed { tensor: String, begin: u64, end: u64 },
    /// The range has another length than shape and type call for.
    Size {
        tensor: String,
        shape: String,
        dtype: String,
        expected: u64,
        found: u64,
    },
    /// The range starts inside the one before.
    Overlap { first: String, second: String, bytes: u64 },
    /// Bytes between two ranges belong to nothing.
    Gap { tensor: String, at: u64, bytes: u64 },
}

/// Compares a header with the data that follow it.
pub(crate) fn damage(header: &Header, mut problems: Vec<LayoutProblem>, data_bytes: u64) -> Option<Damage> {
    let mut before: Option<&Tensor> = None;
    for tensor in &header.tensors {
        if let Some(problem) = range_problem(tensor) {
            problems.push(problem);
        }
        let at = before.map_or(0, |it| it.end);
        if tensor.begin < at {
            let first = before.map(|it| it.name.clone()).unwrap_or_default();
            problems.push(LayoutProblem::Overlap {
                first,
                second: tensor.name.clone(),
                bytes: at - tensor.begin,
            });
        } else if tensor.begin > at {
            problems.push(LayoutProblem::Gap {
                tensor: tensor.name.clone(),
                at,
                bytes: tensor.begin - at,
            });
        }
        before = Some(tensor);
    }
    if !problems.is_empty() {
        let total = problems.len();
        problems.truncate(MOST_PROBLEMS);
        return Some(Damage::Layout { problems, total });
    }
    let end = before.map_or(0, |it| it.end);
    if end > data_bytes {
        let lost = header
            .tensors
            .iter()
            .filter(|it| it.end > data_bytes)
            .map(|it| it.name.clone())
            .collect();
        return Some(Damage::Truncated {
            missing: end - data_bytes,
            lost,
        });
    }
    if end < data_bytes {
        return Some(Damage::Trailing {
            extra: data_bytes - end,
        });
    }
    header.tensors.is_empty().then_some(Damage::NoTensors)
}

fn range_problem(tensor: &Tensor) -> Option<LayoutProblem> {
    if tensor.begin > tensor.end {
        return Some(LayoutProblem::Reversed {
            tensor: tensor.name.clone(),
            begin: tensor.begin,
            end: tensor.end,
        });
    }
    if tensor.dtype == Dtype::Unknown {
        return None;
    }
    let (expected, found) = (tensor.expected_bytes(), tensor.end - tensor.begin);
    (expected != Some(found)).then(|| LayoutProblem::Size {
        tensor: tensor.name.clone(),
        shape: tensor.shape_text(),
        dtype: tensor.dtype_name.clone(),
        expected: expected.unwrap_or(u64::MAX),
        found,
    })
}

/// The header length with which the file would be whole, where the JSON itself is whole and
/// only the length field is wrong. `text` is what follows the length field.
pub(crate) fn repaired_length(text: &[u8], size: u64) -> Option<u64> {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<serde::de::IgnoredAny>();
    values.next()?.ok()?;
    let end = values.byte_offset();
    let (header, problems) = parse(text.get(..end)?, end as u64).ok()?;
    let data = header.tensors.last()?.end;
    let length = size.checked_sub(LENGTH_FIELD)?.checked_sub(data)?;
    let padding = text.get(end..usize::try_from(length).ok()?)?;
    let whole =
        problems.is_empty() && padding.iter().all(|it| *it == b' ') && damage(&header, problems, data).is_none();
    whole.then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, data: u64) -> Option<Damage> {
        let (header, problems) = parse(text.as_bytes(), text.len() as u64).expect("valid JSON");
        damage(&header, problems, data)
    }

    #[test]
    fn a_sound_header_has_no_damage() {
        let text = r#"{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},
            "a":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]}}"#;
        assert_eq!(check(text, 16), None);
        assert_eq!(check(text, 18), Some(Damage::Trailing { extra: 2 }));
        assert_eq!(
            check(text, 12),
            Some(Damage::Truncated {
                missing: 4,
                lost: vec!["b".into()]
            })
        );
    }

    #[test]
    fn overlaps_gaps_sizes_and_duplicates_are_named() {
        let layout = |text: &str| match check(text, 64) {
            Some(Damage::Layout { problems, .. }) => problems,
            other => vec![LayoutProblem::Malformed {
                tensor: format!("{other:?}"),
            }],
        };
        let one = |a: &str, b: &str| {
            format!(
                r#"{{"a":{{"dtype":"U8","shape":[8],"data_offsets":{a}}},"b":{{"dtype":"U8","shape":[8],"data_offsets":{b}}}}}"#
            )
        };
        assert!(matches!(
            layout(&one("[0,8]", "[4,12]"))[..],
            [LayoutProblem::Overlap { bytes: 4, .. }]
        ));
        assert!(matches!(
            layout(&one("[0,8]", "[10,18]"))[..],
            [LayoutProblem::Gap { at: 8, bytes: 2, .. }]
        ));
        assert!(matches!(
            layout(&one("[0,8]", "[8,60]"))[..],
            [LayoutProblem::Size {
                expected: 8,
                found: 52,
                ..
            }]
        ));
        assert!(matches!(
            layout(&one("[0,8]", "[8]"))[..],
            [LayoutProblem::Malformed { .. }]
        ));
        assert!(matches!(
            layout(
                r#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#
            )[..],
            [LayoutProblem::Duplicate { .. }]
        ));
        let huge = r#"{"a":{"dtype":"F32","shape":[18446744073709551615,9],"data_offsets":[0,8]}}"#;
        assert!(matches!(layout(huge)[..], [LayoutProblem::Size { .. }]));
    }

    #[test]
    fn a_wrong_length_in_front_of_a_whole_header_can_be_told() {
        let text = br#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}  abc"#;
        assert_eq!(
            repaired_length(text, 8 + text.len() as u64),
            Some(text.len() as u64 - 3)
        );
        assert_eq!(repaired_length(b"{\"a\":", 13), None);
    }

    #[test]
    fn json_errors_name_the_byte() {
        let (at, reason) = parse(b"{\"a\": nope}", 11).expect_err("not JSON");
        assert_eq!(at, 7, "{reason}");
        assert!(parse(b"[]", 2).is_err());
    }
}
