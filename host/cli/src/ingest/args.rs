//! The arguments of `deepfix ingest`, and those about tables that `analyse` shares.

use std::path::PathBuf;

use clap::ValueEnum;
use deepfix_tabular::{Options, Task};

use crate::args::{FailOn, Format};

/// What the columns of a table are.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct TableArgs {
    /// The column that the model predicts.
    #[arg(long, value_name = "COLUMN", help_heading = "Tables")]
    pub(crate) label: Option<String>,

    /// The column that numbers or names the rows and that the model does not see.
    #[arg(long, value_name = "COLUMN", help_heading = "Tables")]
    pub(crate) index: Option<String>,

    /// The column that says when a row came about, and that the model does not see.
    #[arg(long, value_name = "COLUMN", help_heading = "Tables")]
    pub(crate) date: Option<String>,

    /// Further columns that the model does not see; may be given several times.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', help_heading = "Tables")]
    pub(crate) ignore: Vec<String>,

    /// Columns of numbers that are codes of categories; may be given several times.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', help_heading = "Tables")]
    pub(crate) categorical: Vec<String>,

    /// What is predicted; told from the label when not given.
    #[arg(long, value_enum, help_heading = "Tables")]
    pub(crate) task: Option<TaskArg>,

    /// What separates the cells of CSV files, instead of what their first lines tell.
    #[arg(long, value_name = "CHARACTER", value_parser = delimiter, help_heading = "Tables")]
    pub(crate) delimiter: Option<u8>,

    /// What separates the fraction of numbers in CSV files, `.` or `,`, instead of what their first lines tell.
    #[arg(long, value_name = "CHARACTER", value_parser = decimal, help_heading = "Tables")]
    pub(crate) decimal: Option<u8>,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum TaskArg {
    /// One of a few classes.
    Classification,
    /// A number.
    Regression,
}

impl TableArgs {
    /// A flag on the columns of a table that was given: where no table is read it has no effect.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let given = [
            (self.label.is_some(), "--label"),
            (self.index.is_some(), "--index"),
            (self.date.is_some(), "--date"),
            (!self.ignore.is_empty(), "--ignore"),
            (!self.categorical.is_empty(), "--categorical"),
            (self.task.is_some(), "--task"),
            (self.delimiter.is_some(), "--delimiter"),
            (self.decimal.is_some(), "--decimal"),
        ];
        given.into_iter().find(|it| it.0).map(|it| it.1)
    }

    pub(crate) fn options(&self) -> Options {
        Options {
            label: self.label.clone(),
            index: self.index.clone(),
            date: self.date.clone(),
            ignore: self.ignore.clone(),
            categorical: self.categorical.clone(),
            task: self.task.map(|it| match it {
                TaskArg::Classification => Task::Classification,
                TaskArg::Regression => Task::Regression,
            }),
            delimiter: self.delimiter,
            decimal: self.decimal,
            limits: self.limits.limits(),
            ..Options::default()
        }
    }
}

/// Compute artifacts from tables: statistics and data checks, with checkpoint, metrics and
/// parameters beside them.
#[derive(Debug, clap::Args)]
pub(crate) struct IngestArgs {
    /// The training table: CSV, Parquet or Arrow IPC.
    #[arg(long, value_name = "FILE")]
    pub(crate) train: PathBuf,

    /// The test table, with the same columns.
    #[arg(long, value_name = "FILE")]
    pub(crate) test: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) table: TableArgs,

    /// The model: `.safetensors`, `.pt`, `.ckpt`, ...
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,

    /// The model's configuration.
    #[arg(long, value_name = "FILE", requires = "checkpoint")]
    pub(crate) model_config: Option<PathBuf>,

    /// The metrics of the training: CSV, or a file that a training framework writes.
    #[arg(long, value_name = "FILE")]
    pub(crate) metrics: Option<PathBuf>,

    /// The parameters of the training, JSON or YAML.
    #[arg(long, value_name = "FILE")]
    pub(crate) params: Option<PathBuf>,

    /// The name of the data set; else that of the training table's file.
    #[arg(long, value_name = "NAME")]
    pub(crate) dataset_name: Option<String>,

    /// The name of the model.
    #[arg(long, value_name = "NAME")]
    pub(crate) model_name: Option<String>,

    /// The folder to write the artifacts to; `deepfix analyse FOLDER` reads it.
    #[arg(long, value_name = "FOLDER", required_unless_present_any = ["mlflow", "analyse"])]
    pub(crate) out: Option<PathBuf>,

    /// Write over the artifacts that the folder holds.
    #[arg(long, requires = "out", conflicts_with = "mlflow")]
    pub(crate) force: bool,

    /// The tracking server of MLflow to log the artifacts to, as one run.
    #[arg(long, value_name = "URI", conflicts_with = "out")]
    pub(crate) mlflow: Option<String>,

    /// The experiment of that run; it is made where it is not there.
    // What is required is not missed where it conflicts with what is there: the conflict is named here, too.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "deepfix",
        requires = "mlflow",
        conflicts_with = "out"
    )]
    pub(crate) experiment: String,

    /// Analyse the artifacts at once.
    #[arg(long, visible_alias = "analyze")]
    pub(crate) analyse: bool,

    /// How the analysis is written.
    #[arg(long, value_enum, default_value_t = Format::Text, requires = "analyse")]
    pub(crate) format: Format,

    /// The language of the analysis.
    #[arg(long, requires = "analyse")]
    pub(crate) language: Option<String>,

    /// Exit with 1 when the analysis has a finding of this severity or worse, and with 2 when an agent failed. Where
    /// nothing could be examined it is 2 in any case.
    #[arg(long, value_enum, value_name = "SEVERITY", requires = "analyse")]
    pub(crate) fail_on: Option<FailOn>,

    /// Statistics only, no checks.
    #[arg(long)]
    pub(crate) no_checks: bool,

    /// Threads, instead of one per core. The result does not depend on them.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 0,
        hide_default_value = true,
        help_heading = "Limits"
    )]
    pub(crate) threads: usize,
}

/// What reading may cost. An error that a limit ends with names its flag.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct LimitArgs {
    /// The most columns of a table.
    #[arg(long, value_name = "NUMBER", default_value_t = defaults().columns, help_heading = "Limits")]
    pub(crate) max_columns: usize,

    /// The longest cell.
    #[arg(long, value_name = "BYTES", default_value_t = defaults().cell_bytes, help_heading = "Limits")]
    pub(crate) max_cell_bytes: usize,

    /// The longest record.
    #[arg(long, value_name = "BYTES", default_value_t = defaults().row_bytes, help_heading = "Limits")]
    pub(crate) max_row_bytes: usize,

    /// The largest dictionary of a column of Parquet or Arrow IPC.
    #[arg(long, value_name = "BYTES", default_value_t = defaults().dictionary_bytes, help_heading = "Limits")]
    pub(crate) max_dictionary_bytes: usize,

    /// The largest page of Parquet or record batch of Arrow IPC.
    #[arg(long, value_name = "BYTES", default_value_t = defaults().part_bytes, help_heading = "Limits")]
    pub(crate) max_part_bytes: usize,

    /// The largest footer of Parquet.
    #[arg(long, value_name = "BYTES", default_value_t = defaults().footer_bytes, help_heading = "Limits")]
    pub(crate) max_footer_bytes: usize,

    /// Rows of the sample for quartiles and checks.
    #[arg(long, value_name = "ROWS", default_value_t = defaults().sample_rows, help_heading = "Limits")]
    pub(crate) sample_rows: usize,

    /// Cells of the sample, 8 bytes each, which shorten it for wide tables.
    #[arg(long, value_name = "CELLS", default_value_t = defaults().sample_cells, help_heading = "Limits")]
    pub(crate) sample_cells: usize,

    /// Different values of a column that are counted exactly.
    #[arg(long, value_name = "VALUES", default_value_t = defaults().distinct, help_heading = "Limits")]
    pub(crate) exact_distinct: usize,

    /// Row hashes held, 16 bytes each; beyond, the share of duplicates is estimated.
    #[arg(long, value_name = "ROWS", default_value_t = defaults().row_hashes, help_heading = "Limits")]
    pub(crate) row_hashes: usize,
}

fn defaults() -> deepfix_tabular::Limits {
    deepfix_tabular::Limits::default()
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "\\t" | "tab" => Ok(b'\t'),
        _ => match text.as_bytes() {
            [it] if it.is_ascii() && !matches!(it, b'"' | b'\n' | b'\r') => Ok(*it),
            _ => Err("expected one ASCII character, or `tab`".to_owned()),
        },
    }
}

fn decimal(text: &str) -> Result<u8, String> {
    match text {
        "." => Ok(b'.'),
        "," => Ok(b','),
        _ => Err("expected `.` or `,`".to_owned()),
    }
}

impl LimitArgs {
    fn limits(&self) -> deepfix_tabular::Limits {
        deepfix_tabular::Limits {
            columns: self.max_columns,
            cell_bytes: self.max_cell_bytes,
            row_bytes: self.max_row_bytes,
            dictionary_bytes: self.max_dictionary_bytes,
            part_bytes: self.max_part_bytes,
            footer_bytes: self.max_footer_bytes,
            sample_rows: self.sample_rows.max(1),
            sample_cells: self.sample_cells,
            distinct: self.exact_distinct,
            row_hashes: self.row_hashes.max(1),
            ..defaults()
        }
    }
}

impl Default for LimitArgs {
    /// Those of the command line.
    fn default() -> Self {
        let limits = defaults();
        Self {
            max_columns: limits.columns,
            max_cell_bytes: limits.cell_bytes,
            max_row_bytes: limits.row_bytes,
            max_dictionary_bytes: limits.dictionary_bytes,
            max_part_bytes: limits.part_bytes,
            max_footer_bytes: limits.footer_bytes,
            sample_rows: limits.sample_rows,
            sample_cells: limits.sample_cells,
            exact_distinct: limits.distinct,
            row_hashes: limits.row_hashes,
        }
    }
}

impl IngestArgs {
    pub(crate) fn options(&self) -> Options {
        Options {
            threads: self.threads,
            ..self.table.options()
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Analyse {
        #[command(flatten)]
        table: TableArgs,
    }

    #[derive(Parser)]
    struct Ingest {
        #[command(flatten)]
        _args: IngestArgs,
    }

    #[test]
    fn a_flag_of_the_other_place_to_write_to_is_refused() {
        let is_ok = |flags: &[&str]| {
            let args = ["deepfix", "--train", "t.csv"].iter().chain(flags);
            Ingest::try_parse_from(args).is_ok()
        };
        let (to_mlflow, to_folder) = (["--mlflow", "http://a.example"], ["--out", "o"]);
        for place in [&to_mlflow, &to_folder] {
            assert!(is_ok(&place[..]));
        }
        assert!(is_ok(&[&to_mlflow[..], &["--experiment", "e"]].concat()));
        assert!(!is_ok(&[&to_folder[..], &["--experiment", "e"]].concat()));
        assert!(is_ok(&[&to_folder[..], &["--force"]].concat()));
        assert!(!is_ok(&[&to_mlflow[..], &["--force"]].concat()));
    }

    #[test]
    fn the_first_flag_on_columns_is_known() {
        let given = |flags: &[&str]| {
            let args = ["deepfix"].iter().chain(flags);
            Analyse::try_parse_from(args).unwrap().table.given()
        };
        assert_eq!(given(&["--max-columns", "9"]), None);
        assert_eq!(given(&["--label", "y", "--index", "id"]), Some("--label"));
        assert_eq!(given(&["--ignore", "a,b"]), Some("--ignore"));
        assert_eq!(given(&["--task", "regression"]), Some("--task"));
    }

    #[test]
    fn the_limits_of_tables_are_flags_of_whatever_reads_tables() {
        let limits = |flags: &[&str]| {
            let args = ["deepfix"].iter().chain(flags);
            Analyse::try_parse_from(args).unwrap().table.options().limits
        };
        assert_eq!(limits(&["--max-part-bytes", "7"]).part_bytes, 7);
        assert_eq!(limits(&["--max-footer-bytes", "7"]).footer_bytes, 7);
        assert_eq!(limits(&["--max-dictionary-bytes", "8"]).dictionary_bytes, 8);
        assert_eq!(limits(&["--max-columns", "9"]).columns, 9);
        // Who has no command line reads within the same limits.
        let (given, none) = (limits(&[]), TableArgs::default().options().limits);
        assert_eq!(format!("{given:?}"), format!("{none:?}"));
    }
}
