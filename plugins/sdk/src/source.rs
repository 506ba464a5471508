use crate::ArtifactKind;

/// Where in an artifact a value was read: a JSON pointer into its document, or a place in a
/// table or blob (`types.source` of the WIT lists the forms). The host reads it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The artifact.
    pub artifact: ArtifactKind,
    /// The place in it.
    pub pointer: String,
}

/// A host-computed summary of a numeric column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of `column-summary` in the WIT")]
pub enum Statistic {
    Count,
    Missing,
    Nan,
    Infinite,
    Min,
    Max,
    Mean,
    First,
    Last,
}

/// The type of a scalar in a blob, little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it all")]
pub enum Scalar {
    U8,
    U64,
    F16,
    Bf16,
    F32,
    F64,
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl Source {
    /// A place of the artifact's document, by its path of member names and indices.
    pub fn document<S: AsRef<str>>(artifact: ArtifactKind, path: impl IntoIterator<Item = S>) -> Self {
        let mut pointer = String::new();
        for part in path {
            pointer.push('/');
            pointer.push_str(&escape(part.as_ref()));
        }
        Self { artifact, pointer }
    }

    /// A place of the artifact's document, by a pointer that is already escaped.
    pub fn pointer(artifact: ArtifactKind, pointer: impl Into<String>) -> Self {
        Self {
            artifact,
            pointer: pointer.into(),
        }
    }

    /// One cell of a table.
    #[must_use]
    pub fn cell(artifact: ArtifactKind, table: &str, column: &str, row: u64) -> Self {
        Self {
            artifact,
            pointer: format!("/@tables/{}/{}/{row}", escape(table), escape(column)),
        }
    }

    /// A summary of a whole column of a table.
    #[must_use]
    pub fn column(artifact: ArtifactKind, table: &str, column: &str, statistic: Statistic) -> Self {
        let statistic = format!("{statistic:?}").to_ascii_lowercase();
        Self {
            artifact,
            pointer: format!("/@tables/{}/{}/@{statistic}", escape(table), escape(column)),
        }
    }

    /// The number of rows of a table.
    #[must_use]
    pub fn rows(artifact: ArtifactKind, table: &str) -> Self {
        Self {
            artifact,
            pointer: format!("/@tables/{}/@rows", escape(table)),
        }
    }

    /// The length of a blob in bytes.
    #[must_use]
    pub fn blob_size(artifact: ArtifactKind, blob: &str) -> Self {
        Self {
            artifact,
            pointer: format!("/@blobs/{}/@size", escape(blob)),
        }
    }

    /// One little-endian scalar of a blob.
    #[must_use]
    pub fn scalar(artifact: ArtifactKind, blob: &str, scalar: Scalar, offset: u64) -> Self {
        let scalar = format!("{scalar:?}").to_ascii_lowercase();
        Self {
            artifact,
            pointer: format!("/@blobs/{}/{scalar}/{offset}", escape(blob)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_as_in_rfc_6901() {
        let source = Source::document(ArtifactKind::Dataset, ["train_statistics", "od280/od315 ~ ratio"]);
        assert_eq!(source.pointer, "/train_statistics/od280~1od315 ~0 ratio");
        let source = Source::cell(ArtifactKind::Training, "metrics", "train/loss", 3);
        assert_eq!(source.pointer, "/@tables/metrics/train~1loss/3");
    }
}
