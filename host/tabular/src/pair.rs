use crate::{Source, error::nearest};

/// Why two tables do not belong together.
#[derive(Debug, thiserror::Error)]
#[error(
    "{train} and {test} have different columns: {}; expected the same in both",
    [(&test, &missing), (&train, &more)].iter().filter(|it| !it.1.is_empty())
        .map(|(file, names)| format!("{file} lacks {}", names.join(", "))).collect::<Vec<_>>().join("; ")
)]
pub struct PairError {
    train: String,
    test: String,
    /// Columns of the training table that the test table lacks.
    pub missing: Vec<String>,
    /// Columns of the test table that the training table lacks.
    pub more: Vec<String>,
}

/// Whether a test table has the columns of a training table, in any order.
///
/// # Errors
/// Names the columns that only one of them has, and what they may be called in the other.
pub fn same_columns(train: &Source, test: &Source) -> Result<(), PairError> {
    let lacks = |one: &Source, other: &Source| -> Vec<String> {
        let lacking = other.names().iter().filter(|it| !one.names().contains(it));
        lacking
            .map(|it| match nearest(it, one.names()) {
                near if near.starts_with("did") => format!("`{it}` ({near})"),
                _ => format!("`{it}`"),
            })
            .collect()
    };
    let (missing, more) = (lacks(test, train), lacks(train, test));
    if missing.is_empty() && more.is_empty() {
        return Ok(());
    }
    let name = |it: &Source| it.file().display().to_string();
    Err(PairError {
        train: name(train),
        test: name(test),
        missing,
        more,
    })
}
