//! The project's own commands: `cargo xtask build | demo | test | lint | bench`.
//!
//! Each does all the set-up that it needs: the WebAssembly target, the components, the host.
#![forbid(unsafe_code)]

mod bench;
mod browser;
mod build;
mod debian;
mod demo;
mod deploy;
mod fuzz;
mod generate;
mod model;
mod npm;
mod openssl;
mod plugins;
mod postgres;
mod process;
mod python;
mod sdk;
mod test;
mod toolchain;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask build            the components and the binary: target/release/deepfix
cargo xtask demo             builds, then diagnoses a sick and a healthy experiment
cargo xtask test             builds, then runs every check and test
cargo xtask python           MLflow, deepchecks and schemathesis below target/, for the tests
cargo xtask sdk              the wheels of the Python package, and its tests
cargo xtask wheels           the wheels of the Python package, and clippy of its native part
cargo xtask browser          what the tests of reports and pages drive a browser with
cargo xtask plugins          toolchains of plugins and a registry below target/, for the tests
cargo xtask generate         what is written from wit/: bindings, types, reference
cargo xtask deploy           what the tests of deploy/ look at it with
cargo xtask lint             formatting and clippy
cargo xtask fuzz [PARSER] [SECONDS]
                             libFuzzer on the parsers of foreign bytes, a minute each
cargo xtask bench [NAME]     builds, then measures; without a name all benchmarks
cargo xtask bench diagnosis [FOLDER] [--json FILE] [--html FILE]
                             scores the diagnosis of a labelled corpus";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", [].as_slice()),
    };
    let result = match command {
        "build" => build::all(),
        "demo" => demo::run(),
        "test" => test::run(),
        "python" => python::mlflow()
            .and_then(|()| python::tabular())
            .and_then(|()| python::api()),
        "sdk" => sdk::run_all(),
        "wheels" => sdk::lint_core().and_then(|()| sdk::build()),
        "browser" => browser::ensure(),
        "plugins" => plugins::toolchains().and_then(|()| plugins::registry()),
        "generate" => generate::all(),
        "deploy" => deploy::ensure(),
        "lint" => test::lint(),
        "fuzz" => fuzz::run_for(rest),
        "bench" => bench::run(rest),
        "help" | "--help" | "-h" => {
            process::say(USAGE);
            Ok(())
        }
        other => Err(format!("no command `{other}`\n{USAGE}")),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            process::complain(&message);
            ExitCode::FAILURE
        }
    }
}
