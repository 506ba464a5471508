//! Commands that the user can paste.

use std::path::Path;

/// Words in the names of tables that a model is tested with, the most telling first, and whether they may go on:
/// `testset`, `validation`, and no `values` or `devices`.
const TESTS: [(&str, bool); 6] = [
    ("test", true),
    ("valid", true),
    ("val", false),
    ("holdout", true),
    ("eval", false),
    ("dev", false),
];

/// A path below the folder that was named, as it is written in a shell.
pub(crate) fn pasted(folder: &Path, path: &str) -> String {
    let path = folder.join(path).display().to_string();
    let is_plain = |it: char| it.is_alphanumeric() || "/._-+=:@,%".contains(it);
    if path.chars().all(is_plain) {
        path
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

/// How tables are read wherever they are. `train`: the training table, where it is none of them.
pub(super) fn ingest(folder: &Path, paths: &[&str], train: Option<&str>) -> String {
    let called = |word: &str, goes_on: bool| {
        let name = |it: &str| it.rsplit('/').next().unwrap_or(it).to_ascii_lowercase();
        paths.iter().find(|it| is_called(&name(it), word, goes_on)).copied()
    };
    let train = train.or_else(|| called("train", true));
    let train = train.or_else(|| paths.first().copied()).unwrap_or_default();
    let mut tests = TESTS.iter().filter_map(|(word, goes_on)| called(word, *goes_on));
    let test = tests.find(|it| *it != train);
    let test = test.map_or_else(String::new, |it| format!(" --test {}", pasted(folder, it)));
    format!(
        "`deepfix ingest --train {}{test} --label COLUMN --analyse`",
        pasted(folder, train)
    )
}

/// Whether a word stands in a name: at its beginning or after what is no letter, and not within a longer one unless
/// it may go on.
fn is_called(name: &str, word: &str, goes_on: bool) -> bool {
    name.match_indices(word).any(|(at, _)| {
        let (before, after) = (name.get(..at), name.get(at + word.len()..));
        let is_begun = before.is_some_and(|it| it.ends_with(char::is_alphabetic));
        !is_begun && (goes_on || !after.is_some_and(|it| it.starts_with(char::is_alphabetic)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_another_split_is_named_for_the_test_whatever_it_is_called() {
        for name in [
            "valid.csv",
            "val.csv",
            "validation.parquet",
            "dev.csv",
            "X_test.csv",
            "my-eval.csv",
        ] {
            let said = ingest(Path::new("data"), &[name], Some("train.csv"));
            let wanted = format!("`deepfix ingest --train data/train.csv --test data/{name} --label COLUMN --analyse`");
            assert_eq!(said, wanted);
        }
        let said = ingest(Path::new("."), &["x/train.csv", "x/val.csv", "x/test.csv"], None);
        assert!(said.contains("--train ./x/train.csv --test ./x/test.csv "), "{said}");
        for name in ["devices.csv", "values.csv", "interval.csv", "retest.csv"] {
            let said = ingest(Path::new("data"), &["a.csv", name], None);
            assert!(!said.contains("--test"), "{said}");
        }
    }

    #[test]
    fn paths_are_written_as_a_shell_reads_them() {
        assert_eq!(pasted(Path::new("runs/a-1"), "b_2.csv"), "runs/a-1/b_2.csv");
        assert_eq!(pasted(Path::new("my runs"), "it's.csv"), r"'my runs/it'\''s.csv'");
        assert_eq!(pasted(Path::new("a"), "$(x);y"), "'a/$(x);y'");
    }
}
