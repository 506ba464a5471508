//! Writes the seeds of every parser to `FOLDER/PARSER/`, for a fuzzer to begin with, and prints the parsers' names.
#![forbid(unsafe_code)]

use std::{fs, io::Write as _, path::Path};

use deepfix_parser_targets::{TARGETS, seeds};

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1);
    let folder = folder.ok_or_else(|| std::io::Error::other("expected a folder to write to"))?;
    for (name, _) in TARGETS {
        let below = Path::new(&folder).join(name);
        fs::create_dir_all(&below)?;
        for (number, seed) in seeds(name)?.into_iter().enumerate() {
            fs::write(below.join(format!("seed-{number}")), seed)?;
        }
        writeln!(std::io::stdout(), "{name}")?;
    }
    Ok(())
}
