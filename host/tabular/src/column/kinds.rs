use super::{Column, Counted, Name, distinct::Distinct};
use crate::{Cell, cell::boolean_name};

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// No value at all.
    Empty,
    /// Numbers only.
    Numeric,
    /// Texts, dates or both, of which some repeat; also yes and no.
    Categorical,
    /// Texts that say yes or no.
    Boolean,
    /// Dates only.
    Date,
    /// Texts of many words, hardly any of which repeats.
    Text,
    /// Numbers with texts among them.
    Mixed,
}

impl ColumnType {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Numeric => "numeric",
            Self::Categorical => "categorical",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Text => "text",
            Self::Mixed => "mixed",
        }
    }
}

pub(super) fn is_boolean(text: &str) -> bool {
    text.len() <= 5
        && ["true", "false", "yes", "no", "t", "f", "y", "n"]
            .iter()
            .any(|it| it.eq_ignore_ascii_case(text))
}

impl Column {
    /// What its values are.
    #[must_use]
    pub fn kind(&self) -> ColumnType {
        /// Words of a text, on average, from which on it is prose rather than a name.
        const WORDS: u64 = 5;
        let others = self.texts + self.dates;
        match (self.numbers, others) {
            (0, 0) => ColumnType::Empty,
            (_, 0) => ColumnType::Numeric,
            (0, _) if self.texts == 0 => ColumnType::Date,
            (0, _) if self.booleans == self.texts && self.dates == 0 && self.distinct().0 <= 2 => ColumnType::Boolean,
            (0, _) if self.words >= WORDS * self.texts && 2 * self.distinct().0 > self.count() => ColumnType::Text,
            (numbers, _) if numbers > others => ColumnType::Mixed,
            _ => ColumnType::Categorical,
        }
    }

    /// Gives true and false one name each, however they are written, so that tables agree: where they are all that
    /// the column holds, as a reader takes it for a column of booleans, and beside other values each that is
    /// written in one way. What is written in several ways beside other values stays as it stands. Which of both
    /// now have that name.
    pub(crate) fn join_booleans(&mut self) -> Vec<bool> {
        let Some(counts) = self.distinct.counts() else {
            return Vec::new();
        };
        let is_all = counts.keys().all(|it| it.as_boolean().is_some());
        let mut values = vec![true, false];
        values.retain(|value| {
            let spellings = counts.keys().filter(|it| it.as_boolean() == Some(*value)).count();
            spellings == 1 || (is_all && spellings > 1)
        });
        if values.is_empty() {
            return values;
        }
        let joined_of = |cell: Cell| cell.as_boolean().filter(|it| values.contains(it));
        let mut joined = Counted::default();
        for (cell, count) in counts {
            *joined.entry(joined_of(*cell).map_or(*cell, Cell::boolean)).or_default() += count;
        }
        self.names.retain(|cell, _| joined_of(*cell).is_none());
        for value in &values {
            let text = boolean_name(*value);
            let name = Name {
                text: text.into(),
                characters: text.len() as u64,
                is_cut: false,
            };
            self.names.insert(Cell::boolean(*value), name);
        }
        self.named_bytes = self.names.values().map(Name::bytes).sum();
        self.distinct = Distinct::known(joined);
        values
    }

    /// Whether it holds nothing but true and false, as such or as 1 and 0.
    pub(crate) fn is_flag(&self) -> bool {
        let is_one = |cell: Cell| cell.compared().as_number().is_some_and(|it| it == 0.0 || it == 1.0);
        // The spellings of true and false are one each by then.
        (1..=2).contains(&self.distinct().0) && self.counts().is_some_and(|it| it.iter().all(|it| is_one(it.0)))
    }

    /// Whether it looks like the key of a row: a value of its own in nearly every row, of whole
    /// numbers or texts. Measurements with a fraction are no keys.
    #[must_use]
    pub fn is_key(&self) -> bool {
        let (distinct, _) = self.distinct();
        // 0.98 is within the error of an estimate.
        self.count() >= 20
            && distinct as f64 >= 0.98 * self.count() as f64
            && match self.kind() {
                ColumnType::Numeric => self.whole == self.numbers,
                ColumnType::Categorical => true,
                _ => false,
            }
    }
}
