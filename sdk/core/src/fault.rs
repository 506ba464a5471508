use std::any::Any;

use pyo3::{
    PyErr,
    exceptions::{PyRuntimeError, PyValueError},
};

/// Why there is no result. Each names what was found and what was expected.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are what the messages say of them")]
pub(crate) enum Fault {
    #[error("{split}: the table has no rows; expected at least one")]
    NoRows { split: &'static str },
    #[error("{split}: no column holds numbers, texts, booleans or dates; found {found}")]
    NoColumns { split: &'static str, found: String },
    #[error("{split}: found {found} columns, expected at most {limit}")]
    TooManyColumns {
        split: &'static str,
        found: usize,
        limit: usize,
    },
    #[error("{split}: two columns are called `{name}`; expected names that differ")]
    Twice { split: &'static str, name: String },
    #[error("{argument}: the {split} table has no column `{name}`; its columns are {columns}")]
    NoColumn {
        argument: &'static str,
        split: &'static str,
        name: String,
        columns: String,
    },
    #[error("train and test have different columns: {difference}; expected the same in both")]
    Different { difference: String },
    #[error("{split}: the data cannot be read: {reason}")]
    Damaged { split: &'static str, reason: String },
    #[error("task: found `{found}`, expected `classification` or `regression`")]
    Task { found: String },
    #[error("format: found `{found}`, expected `html`, `markdown` or `sarif`")]
    Format { found: String },
    #[error("response: found no response of DeepFix ({reason}); expected the JSON that a diagnosis gives")]
    Response { reason: String },
    #[error("the report cannot be written: {reason}")]
    Report { reason: String },
    #[error("a fault in deepfix-core: {reason}; expected a result or an error that explains itself: please report it")]
    Panicked { reason: String },
}

impl Fault {
    /// What a panic says of itself.
    pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        let reason = text.unwrap_or("no explanation").to_owned();
        Self::Panicked { reason }
    }
}

impl From<Fault> for PyErr {
    fn from(fault: Fault) -> Self {
        let text = fault.to_string();
        match fault {
            Fault::Panicked { .. } => PyRuntimeError::new_err(text),
            _ => PyValueError::new_err(text),
        }
    }
}
