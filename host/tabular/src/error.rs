use std::path::PathBuf;

/// Why a table cannot be read. Each names the file, the place, what was found and what was expected.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are what the messages say of them")]
pub enum TableError {
    #[error("{}: {error}", file.display())]
    Io { file: PathBuf, error: std::io::Error },
    #[error("{}: the file is empty; expected a table with a line of column names", file.display())]
    Empty { file: PathBuf },
    #[error("{}: found {rows} below the column names; expected rows", file.display())]
    NoRows { file: PathBuf, rows: &'static str },
    #[error("{}: found {found}; expected CSV, Parquet or Arrow IPC. {advice}", file.display())]
    Kind {
        file: PathBuf,
        found: &'static str,
        advice: &'static str,
    },
    #[error("{}: the name says {suffix}, the content is {content}; rename it", file.display())]
    Suffix {
        file: PathBuf,
        suffix: &'static str,
        content: &'static str,
    },
    #[error(
        "{}, line {line}: found {found} cells, expected {expected}, as many as there are column names{hint}",
        file.display()
    )]
    Ragged {
        file: PathBuf,
        line: u64,
        found: usize,
        expected: usize,
        hint: &'static str,
    },
    #[error(
        "{}, line {line}, column `{column}`: found a byte that is not UTF-8 ({byte:#04x}); expected UTF-8. Convert the \
         file: `iconv -f LATIN1 -t UTF-8 OLD > NEW`", file.display()
    )]
    Encoding {
        file: PathBuf,
        line: u64,
        column: String,
        byte: u8,
    },
    #[error(
        "{}, line {line}, column `{column}`: found a cell of {found} bytes, expected at most {limit} \
         (`--max-cell-bytes`); is a quotation mark never closed?", file.display()
    )]
    Cell {
        file: PathBuf,
        line: u64,
        column: String,
        found: usize,
        limit: usize,
    },
    #[error(
        "{}, line {line}: found a record of more than {limit} bytes (`--max-row-bytes`); is a quotation mark never \
         closed?", file.display()
    )]
    Row { file: PathBuf, line: u64, limit: usize },
    #[error("{}: found {found} columns, expected at most {limit} (`--max-columns`)", file.display())]
    Columns { file: PathBuf, found: usize, limit: usize },
    #[error("{}: found {part} of {found} bytes once decompressed, expected at most {limit} (`{flag}`)", file.display())]
    Part {
        file: PathBuf,
        part: String,
        found: u64,
        limit: usize,
        flag: &'static str,
    },
    #[error(
        "{}: the first line holds numbers only ({line}); expected column names", file.display()
    )]
    Header { file: PathBuf, line: String },
    #[error("{}: the columns {first} and {second} are both called `{name}`; expected names that differ", file.display())]
    Twice {
        file: PathBuf,
        name: String,
        first: usize,
        second: usize,
    },
    #[error("{}: there is no column `{name}`; {near}", file.display())]
    NoColumn { file: PathBuf, name: String, near: String },
    #[error("{}: not a readable {format} file: {reason}", file.display())]
    Damaged {
        file: PathBuf,
        format: &'static str,
        reason: String,
    },
}

/// The names nearest to a wrong one, as the end of a sentence.
pub(crate) fn nearest(wrong: &str, names: &[String]) -> String {
    /// Below this two names have little in common.
    const ALIKE: f64 = 0.6;
    const SHOWN: usize = 12;
    let lower = wrong.to_lowercase();
    let mut near: Vec<(f64, &String)> = names
        .iter()
        .map(|it| (strsim::normalized_damerau_levenshtein(&lower, &it.to_lowercase()), it))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    if near.is_empty() {
        let shown: Vec<String> = names.iter().take(SHOWN).map(|it| format!("`{it}`")).collect();
        let more = if names.len() > SHOWN { ", ..." } else { "" };
        return format!("the columns are {}{more}", shown.join(", "));
    }
    let shown: Vec<String> = near.iter().take(3).map(|(_, it)| format!("`{it}`")).collect();
    format!("did you mean {}?", shown.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_close_are_offered() {
        let names = ["Target".to_owned(), "age".to_owned()];
        assert_eq!(nearest("target ", &names), "did you mean `Target`?");
        assert_eq!(nearest("zzz", &names), "the columns are `Target`, `age`");
    }
}
