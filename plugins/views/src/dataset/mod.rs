//! The dataset artifact: statistics of the training and test split, whatever a client sent of
//! them. Anything missing or of another type than expected reads as absent.

mod chance;
mod column;
mod distance;
mod label;
mod rows;
mod shares;
mod twins;

pub use chance::{chi_square_p, ks_p, normal_p, wilson};
pub use column::{Column, Kind, Stat};
pub use distance::{category_shift, quantile_shift, spread_shift};
pub use label::{ClassCounts, Label, OTHER, Task};
pub use rows::Rows;
pub use shares::{ClassShares, largest_ratio};
pub use twins::{Twin, twin};

use deepfix_plugin::{ArtifactKind, Context, Error, Source};
use serde_json::Value;

/// What the rows of a data set are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modality {
    /// Rows of a table.
    Tabular,
    /// Images.
    Vision,
    /// Texts.
    Text,
}

/// Which of the two splits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// What the model learns from.
    Train,
    /// What the model is judged by.
    Test,
}

impl Which {
    /// The member of the artifact that holds this split's statistics.
    #[must_use]
    pub fn member(self) -> &'static str {
        match self {
            Self::Train => "train_statistics",
            Self::Test => "test_statistics",
        }
    }
}

/// The statistics of one split.
#[derive(Debug, Clone)]
pub struct Split {
    /// Which one.
    pub which: Which,
    /// The number of rows, where it can be known.
    pub rows: Option<Rows>,
    /// The columns of a table (for text: the text's properties), in the client's order.
    pub columns: Vec<Column>,
    /// Everything as it was sent, for the modalities that are not tables.
    pub raw: Value,
}

impl Split {
    /// A column by name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|it| it.name == name)
    }

    /// A number at a path below this split's statistics, with where it stands.
    #[must_use]
    pub fn number(&self, path: &[&str]) -> Option<(f64, Source)> {
        let mut value = &self.raw;
        for part in path {
            value = value.get(*part)?;
        }
        let number = finite(value)?;
        Some((number, self.source(path)))
    }

    /// The source of a path below this split's statistics.
    #[must_use]
    pub fn source(&self, path: &[&str]) -> Source {
        Source::document(
            ArtifactKind::Dataset,
            std::iter::once(self.which.member()).chain(path.iter().copied()),
        )
    }

    /// Whether any column carries a mean or a frequency.
    #[must_use]
    pub fn has_statistics(&self) -> bool {
        self.columns.iter().any(|it| it.count.is_some())
    }

    fn parse(which: Which, modality: Modality, raw: Value) -> Self {
        let (columns, prefix) = match modality {
            Modality::Text => (
                raw.get("properties_statistics").cloned().unwrap_or(Value::Null),
                "properties_statistics",
            ),
            _ => (raw.clone(), ""),
        };
        let mut columns = column::columns(which, prefix, &columns);
        if modality == Modality::Text {
            column::mark(&mut columns, &raw, "categorical_properties", Kind::Categorical);
            column::mark(&mut columns, &raw, "numerical_properties", Kind::Numeric);
        }
        let rows = rows::rows(which, modality, &raw, &columns);
        Self {
            which,
            rows,
            columns,
            raw,
        }
    }
}

/// The dataset artifact.
#[derive(Debug, Clone)]
pub struct DatasetView {
    /// What the rows are.
    pub modality: Modality,
    /// The `task_type` as sent.
    pub task_type: String,
    /// The training split.
    pub train: Option<Split>,
    /// The test split.
    pub test: Option<Split>,
    /// The label column of a table, where it can be told.
    pub label: Option<Label>,
}

impl DatasetView {
    /// Reads the artifact.
    ///
    /// # Errors
    /// Access is denied or a limit is used up.
    pub fn read(cx: &Context<'_>) -> Result<Self, Error> {
        let kind = ArtifactKind::Dataset;
        let task_type = match cx.read::<Value>(kind, "/task_type")? {
            Some(Value::String(text)) => text,
            _ => String::new(),
        };
        let train = cx.read::<Value>(kind, "/train_statistics")?.unwrap_or(Value::Null);
        let test = cx.read::<Value>(kind, "/test_statistics")?.unwrap_or(Value::Null);
        Ok(Self::parse(task_type, train, test))
    }

    /// The view of statistics that are at hand.
    #[must_use]
    pub fn parse(task_type: String, train: Value, test: Value) -> Self {
        let modality = modality(&task_type, &train);
        let split = |which, raw: Value| {
            raw.as_object()
                .is_some_and(|it| !it.is_empty())
                .then(|| Split::parse(which, modality, raw))
        };
        let mut view = Self {
            modality,
            task_type,
            train: split(Which::Train, train),
            test: split(Which::Test, test),
            label: None,
        };
        if modality == Modality::Tabular {
            view.label = label::find(&view);
            if let Some(label) = &view.label {
                let name = label.name.clone();
                for split in [&mut view.train, &mut view.test].into_iter().flatten() {
                    for column in split.columns.iter_mut().filter(|it| it.name == name) {
                        column.kind = Kind::Label;
                    }
                }
            }
        }
        view
    }

    /// Both splits that are there.
    pub fn splits(&self) -> impl Iterator<Item = &Split> {
        self.train.iter().chain(self.test.iter())
    }

    /// The features of the training split: its columns without the label, and without
    /// columns that no feature list mentions.
    pub fn features(&self) -> impl Iterator<Item = &Column> {
        self.train
            .iter()
            .flat_map(|it| it.columns.iter())
            .filter(|it| it.is_feature())
    }

    /// The number of rows of a split.
    #[must_use]
    pub fn rows(&self, which: Which) -> Option<&Rows> {
        match which {
            Which::Train => self.train.as_ref()?.rows.as_ref(),
            Which::Test => self.test.as_ref()?.rows.as_ref(),
        }
    }
}

fn modality(task_type: &str, train: &Value) -> Modality {
    let task = task_type.to_ascii_lowercase();
    let has = |name: &str| train.get(name).is_some_and(|it| !it.is_null());
    if task.contains("text") || has("text_statistics") || has("properties_statistics") {
        Modality::Text
    } else if task.contains("image") || task.contains("object") || has("image_color_means") || has("pixel_class_ratio")
    {
        Modality::Vision
    } else {
        Modality::Tabular
    }
}

/// Whether two names differ at most in case and in blanks, or are true and 1, or false and 0: spellings of one value.
#[must_use]
pub fn is_same_word(a: &str, b: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars()
            .filter(|it| !it.is_whitespace())
            .flat_map(char::to_lowercase)
            .collect()
    };
    // A column of booleans and one of 0 and 1 are equal for NumPy and pandas.
    let flag = |word: &str| match word {
        "true" | "1" | "1.0" => Some(true),
        "false" | "0" | "0.0" => Some(false),
        _ => None,
    };
    let (a, b) = (letters(a), letters(b));
    !a.is_empty() && (a == b || (flag(&a).is_some() && flag(&a) == flag(&b)))
}

/// A finite number. The texts `NaN` and `Infinity` of the wire are none.
#[must_use]
pub fn finite(value: &Value) -> Option<f64> {
    value.as_f64().filter(|it| it.is_finite())
}
