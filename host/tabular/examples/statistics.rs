//! Prints the statistics of a table: `cargo run --release -p deepfix-tabular --example statistics -- FILE [LABEL]`.
#![allow(clippy::print_stdout, reason = "an example")]

use deepfix_tabular::{Options, Source, scan, split_statistics};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("which file?")?;
    let options = Options {
        label: arguments.next(),
        ..Options::default()
    };
    let table = scan(&Source::open(file.as_ref(), &options)?, &options)?;
    println!("{:#}", split_statistics(&table));
    Ok(())
}
