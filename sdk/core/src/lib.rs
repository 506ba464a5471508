//! The native part of DeepFix's Python package: statistics and data checks of tables that are handed
//! over as Arrow streams, and reports of a response.
//!
//! Data come through the Arrow PyCapsule interface, so that pandas, Polars, PyArrow and whoever else
//! speaks it lend their buffers: nothing is copied as a whole. Python's lock is released while the
//! work is done. What comes out is JSON in the shapes of the wire, the same as `deepfix ingest` writes.
#![forbid(unsafe_code)]

mod fault;
mod reports;
mod stream;
mod tables;

use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_array::ffi_stream::RecordBatchStreamReader;
use arrow_pyarrow::PyArrowType;
use pyo3::prelude::*;

use fault::Fault;
use tables::Tables;

/// Statistics and checks of a training table and a test table, as a JSON text with
/// `dataset_artifacts`, `deepchecks_artifacts` and `remarks`.
#[pyfunction]
#[pyo3(signature = (
    train, test = None, *, name, label = None, index = None, date = None, ignore = Vec::new(),
    categorical = Vec::new(), task = None, checks = true, threads = 0
))]
#[allow(clippy::too_many_arguments, reason = "keyword arguments of a Python function")]
fn artifacts(
    py: Python<'_>,
    train: PyArrowType<RecordBatchStreamReader>,
    test: Option<PyArrowType<RecordBatchStreamReader>>,
    name: String,
    label: Option<String>,
    index: Option<String>,
    date: Option<String>,
    ignore: Vec<String>,
    categorical: Vec<String>,
    task: Option<&str>,
    checks: bool,
    threads: usize,
) -> PyResult<String> {
    let options = deepfix_tabular::Options {
        label,
        index,
        date,
        ignore,
        categorical,
        task: task.map(tables::task).transpose()?,
        threads,
        ..deepfix_tabular::Options::default()
    };
    let tables = Tables {
        name,
        train: train.0,
        test: test.map(|it| it.0),
        checks,
    };
    guarded(py, || tables.artifacts(&options))
}

/// A response as a page (`html`), as `markdown` or as `sarif`, with headings in the language given or
/// else in the response's.
#[pyfunction]
#[pyo3(signature = (response, format, language = None))]
fn report(py: Python<'_>, response: &str, format: &str, language: Option<&str>) -> PyResult<String> {
    guarded(py, || reports::written(response, format, language))
}

/// Works without Python's lock. A panic becomes an ordinary exception: PyO3's own for it is none that `except
/// Exception` catches, and would end a training that only wanted to be watched.
fn guarded(py: Python<'_>, work: impl FnOnce() -> Result<String, Fault> + Send) -> PyResult<String> {
    let done = py.detach(|| catch_unwind(AssertUnwindSafe(work)));
    Ok(done.unwrap_or_else(|panic| Err(Fault::panicked(panic.as_ref())))?)
}

/// The module `deepfix_core._core`.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(artifacts, module)?)?;
    module.add_function(wrap_pyfunction!(report, module)?)
}
