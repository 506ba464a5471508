//! Scores corpora with the rules run natively, which needs no component and no host:
//!
//! ```sh
//! cargo run --release -p deepfix-diagnosis-score --example native -- FOLDER... [--misses N] [--responses FOLDER]
//! ```
#![allow(clippy::print_stdout, reason = "a command-line tool")]

#[path = "../native/mod.rs"]
#[allow(unreachable_pub, missing_docs)]
mod native;

use std::path::{Path, PathBuf};

use deepfix_diagnosis_score::{Result, table};

fn main() -> Result<()> {
    let (mut folders, mut misses, mut responses) = (Vec::new(), 15, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--misses" => misses = arguments.next().unwrap_or_default().parse()?,
            "--responses" => responses = arguments.next().map(PathBuf::from),
            _ => folders.push(argument),
        }
    }
    for folder in folders {
        let measured = native::measure(Path::new(&folder))?;
        println!("{folder}\n{}", table(&measured.report, misses));
        if let Some(to) = &responses {
            std::fs::create_dir_all(to)?;
            for (case, answer) in measured.cases.iter().zip(&measured.answers) {
                if let Some(response) = &answer.response {
                    let file = to.join(format!("{}.json", case.label.case_id));
                    std::fs::write(file, serde_json::to_string_pretty(response)?)?;
                }
            }
        }
    }
    Ok(())
}
