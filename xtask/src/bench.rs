//! Benchmarks, each against a named peer or a physical limit in the same run.

use std::process::Command;

use crate::{
    build, plugins,
    process::{self, cargo, root},
    python,
};

/// `cargo xtask bench [NAME]`.
pub(crate) fn run(names: &[String]) -> Result<(), String> {
    build::all()?;
    if names.is_empty() || names.iter().any(|it| it == "tabular") {
        python::environment(
            "pandas, polars, DuckDB and deepchecks",
            "target/tabular-bench-env",
            "benches/tabular/requirements.txt",
        )?;
    }
    if names.is_empty() || names.iter().any(|it| it == "plugins") {
        plugins::examples()?;
    }
    process::run(&mut cargo(&[
        "build",
        "--release",
        "--locked",
        "--workspace",
        "--all-features",
        "--bin",
        "deepfix-benches",
    ]))?;
    process::run(
        Command::new(build::target().join("release/deepfix-benches"))
            .args(names)
            .current_dir(root()),
    )
}
