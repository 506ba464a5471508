//! How much of a folder is looked at.

use clap::builder::RangedU64ValueParser;
use deepfix_artifacts::FolderLimits;

/// The limits of a folder. What is told of one that was reached names its flag.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct FolderArgs {
    /// Levels of folders that are looked into.
    #[arg(long, value_name = "NUMBER", default_value_t = defaults().depth, value_parser = at_least_one(), help_heading = "Limits")]
    pub(crate) max_depth: usize,

    /// Names of files and folders of a folder that are read in all.
    #[arg(long, value_name = "NUMBER", default_value_t = defaults().names, value_parser = at_least_one(), help_heading = "Limits")]
    pub(crate) max_entries: usize,

    /// The same of each folder within it; one with more is left out.
    #[arg(long, value_name = "NUMBER", default_value_t = defaults().names_of_folder, value_parser = at_least_one(), help_heading = "Limits")]
    pub(crate) max_entries_of_folder: usize,

    /// Logs, models, tables and documents that are looked at in all.
    #[arg(long, value_name = "NUMBER", default_value_t = defaults().files, value_parser = at_least_one(), help_heading = "Limits")]
    pub(crate) max_files: usize,

    /// The same of each folder within it.
    #[arg(long, value_name = "NUMBER", default_value_t = defaults().files_of_folder, value_parser = at_least_one(), help_heading = "Limits")]
    pub(crate) max_files_of_folder: usize,
}

/// Their names.
pub(crate) const FLAGS: [&str; 5] = [
    "--max-depth",
    "--max-entries",
    "--max-entries-of-folder",
    "--max-files",
    "--max-files-of-folder",
];

fn defaults() -> FolderLimits {
    FolderLimits::default()
}

fn at_least_one() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..)
}

impl FolderArgs {
    /// One of them that differs from what it is without it: where no folder is read it has no effect.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let (given, none) = (self.limits(), defaults());
        let pairs = [
            (given.depth, none.depth),
            (given.names, none.names),
            (given.names_of_folder, none.names_of_folder),
            (given.files, none.files),
            (given.files_of_folder, none.files_of_folder),
        ];
        let mut named = pairs.into_iter().zip(FLAGS);
        named.find(|((given, none), _)| given != none).map(|it| it.1)
    }

    pub(crate) fn limits(&self) -> FolderLimits {
        FolderLimits {
            depth: self.max_depth,
            names: self.max_entries,
            names_of_folder: self.max_entries_of_folder,
            files: self.max_files,
            files_of_folder: self.max_files_of_folder,
        }
    }
}

impl Default for FolderArgs {
    /// Those of the command line.
    fn default() -> Self {
        let FolderLimits {
            depth,
            names,
            names_of_folder,
            files,
            files_of_folder,
        } = defaults();
        Self {
            max_depth: depth,
            max_entries: names,
            max_entries_of_folder: names_of_folder,
            max_files: files,
            max_files_of_folder: files_of_folder,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Command {
        #[command(flatten)]
        folder: FolderArgs,
    }

    fn limits(arguments: &[&str]) -> FolderLimits {
        let given = std::iter::once("deepfix").chain(arguments.iter().copied());
        Command::try_parse_from(given).unwrap().folder.limits()
    }

    #[test]
    fn each_limit_has_a_flag_and_none_is_zero() {
        assert_eq!(limits(&[]), FolderLimits::default());
        assert_eq!(FolderArgs::default().limits(), FolderLimits::default());
        let given = [
            "--max-depth=1",
            "--max-entries=2",
            "--max-entries-of-folder=3",
            "--max-files=4",
            "--max-files-of-folder=5",
        ];
        let wanted = FolderLimits {
            depth: 1,
            names: 2,
            names_of_folder: 3,
            files: 4,
            files_of_folder: 5,
        };
        assert_eq!(limits(&given), wanted);
        let given = |it: &str| Command::try_parse_from(["deepfix", it]).unwrap().folder.given();
        assert_eq!(given("--max-files=4"), Some("--max-files"));
        assert_eq!(FolderArgs::default().given(), None);
        let refused = Command::try_parse_from(["deepfix", "--max-files=0"])
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains("--max-files") && refused.contains("not in 1.."),
            "{refused}"
        );
    }
}
