use std::borrow::Cow;

use crate::{
    Cell, Column, ColumnType, Options,
    column::Counted,
    rows::{Compared, RowHashes, Rows},
    sample::Sample,
};

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// One of a few classes.
    Classification,
    /// A number.
    Regression,
}

/// What the columns are to the model.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roles {
    pub label: Option<usize>,
    pub index: Option<usize>,
    pub date: Option<usize>,
    ignored: Vec<usize>,
    pub categorical: Vec<usize>,
    /// Features that look like an index by their name, in the order of these.
    pub suspects: Vec<usize>,
    task: Option<Task>,
}

impl Roles {
    pub(crate) fn new(names: &[String], options: &Options) -> Self {
        let place = |name: &String| names.iter().position(|it| it == name);
        let places = |list: &[String]| list.iter().filter_map(place).collect();
        let mut roles = Self {
            label: options.label.as_ref().and_then(place),
            index: options.index.as_ref().and_then(place),
            date: options.date.as_ref().and_then(place),
            ignored: places(&options.ignore),
            categorical: places(&options.categorical),
            suspects: Vec::new(),
            task: options.task,
        };
        if roles.index.is_none() {
            let suspects = names
                .iter()
                .enumerate()
                .filter(|(place, it)| roles.is_feature(*place) && is_index(it));
            let mut suspects: Vec<(&String, usize)> = suspects.map(|(place, it)| (it, place)).collect();
            suspects.sort();
            suspects.truncate(MOST_SUSPECTS);
            roles.suspects = suspects.into_iter().map(|it| it.1).collect();
        }
        roles
    }

    /// Whether the model learns from the column, as far as its role tells.
    pub(crate) fn is_feature(&self, place: usize) -> bool {
        ![self.label, self.index, self.date].contains(&Some(place)) && !self.ignored.contains(&place)
    }
}

/// Columns that may be keys; each takes eight bytes a row. A table with more has them as features.
const MOST_SUSPECTS: usize = 8;

/// Whether a name is that of a row number or key.
fn is_index(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower
        .split(|it: char| !it.is_ascii_alphanumeric())
        .any(|part| matches!(part, "index" | "id" | "idx" | "uuid" | "rownum" | "unnamed"))
}

/// A remark on a label of texts that hardly ever come back.
fn many_classes(label: &Column) -> Option<String> {
    /// With fewer rows every class is rare.
    const FEWEST_ROWS: u64 = 30;
    let (rows, distinct) = (label.count(), label.distinct().0);
    let texts = matches!(
        label.kind(),
        ColumnType::Categorical | ColumnType::Text | ColumnType::Date
    );
    (texts && rows >= FEWEST_ROWS && 2 * distinct > rows).then(|| {
        format!(
            "the label `{}` has {distinct} different values in {rows} rows: most classes have a single row, from which nothing \
             is learned; is it the column to predict (`--label`)?",
            label.name
        )
    })
}

/// A table that was read: what is known of its columns and rows.
#[derive(Debug)]
pub struct Table {
    /// Rows.
    pub rows: u64,
    /// Columns, in the file's order.
    pub columns: Vec<Column>,
    /// What the user should know of how it was read.
    pub remarks: Vec<String>,
    /// Features that number the rows, left out where rows are compared.
    pub keys: Vec<String>,
    pub(crate) sample: Sample,
    compared_rows: Rows,
    pub(crate) roles: Roles,
}

impl Table {
    pub(crate) fn new(rows: u64, mut columns: Vec<Column>, sample: Sample, hashes: RowHashes, roles: Roles) -> Self {
        // An index that differs in every row would hide that rows repeat.
        let suspects = roles.suspects.iter().filter_map(|it| columns.get(*it));
        let keys: Vec<String> = suspects.filter(|it| it.is_key()).map(|it| it.name.clone()).collect();
        // A sample of all rows knows every value.
        if sample.len() as u64 == rows {
            for (place, column) in columns.iter_mut().enumerate() {
                // The sample has rounded what is wider than its cells.
                if column.distinct().1 || column.wide > 0 {
                    continue;
                }
                let mut counts = Counted::default();
                for cell in sample.column(place).filter(|it| !it.is_missing()) {
                    *counts.entry(cell).or_default() += 1;
                }
                column.set_distinct(counts);
            }
        }
        let remarks = keys.iter().map(|it| {
            format!("column `{it}` has a value of its own in each row: it is left out where rows are compared (`--index \"{it}\"` says that the model does not see it)")
        });
        let remarks = remarks
            .chain(roles.label.and_then(|it| many_classes(columns.get(it)?)))
            .collect();
        let is_key = |at: usize| {
            let column = roles.suspects.get(at).and_then(|it| columns.get(*it));
            column.is_some_and(|it| keys.contains(&it.name))
        };
        let compared_rows = Rows::new(hashes, |at| !is_key(at));
        Self {
            rows,
            columns,
            remarks,
            keys,
            sample,
            compared_rows,
            roles,
        }
    }

    /// The rows without the columns that number them.
    pub(crate) fn own_rows(&self) -> &Compared {
        &self.compared_rows.own
    }

    /// The rows without these columns, to compare them with those of another table.
    pub(crate) fn rows_without(&self, keys: &[String]) -> Cow<'_, Compared> {
        let is_left_out = |at: usize| {
            let column = self.roles.suspects.get(at).and_then(|it| self.columns.get(*it));
            column.is_some_and(|it| keys.contains(&it.name))
        };
        if self.keys.len() == keys.len() && self.keys.iter().all(|it| keys.contains(it)) {
            return Cow::Borrowed(self.own_rows());
        }
        match self.compared_rows.with(|at| !is_left_out(at)) {
            Some(rows) => Cow::Owned(rows),
            None => Cow::Borrowed(self.own_rows()),
        }
    }

    /// A column by its name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|it| it.name == name)
    }

    /// The column to predict.
    #[must_use]
    pub fn label(&self) -> Option<&Column> {
        self.columns.get(self.roles.label?)
    }

    /// Whether the quartiles are exact: the sample holds every row.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.sample.len() as u64 == self.rows
    }

    /// The quartiles of the numbers of a column: exact for a table that its sample holds, else
    /// within half a point of rank.
    #[must_use]
    pub fn quartiles(&self, place: usize) -> Option<[f64; 3]> {
        let sorted = self.sample.sorted(place);
        Some([
            quantile(&sorted, 0.25)?,
            quantile(&sorted, 0.5)?,
            quantile(&sorted, 0.75)?,
        ])
    }

    /// Features with numbers, by their place.
    pub(crate) fn numeric(&self) -> impl Iterator<Item = usize> + '_ {
        self.features(|kind, coded| kind == ColumnType::Numeric && !coded)
    }

    /// Features with categories. A number column with texts among it is one, as for pandas.
    pub(crate) fn categorical(&self) -> impl Iterator<Item = usize> + '_ {
        self.features(|kind, coded| {
            matches!(kind, ColumnType::Categorical | ColumnType::Boolean | ColumnType::Mixed)
                || (kind == ColumnType::Numeric && coded)
        })
    }

    /// The features that the checks look at, numbers first, by their place and whether they are numbers. A
    /// column that only numbers the rows has nothing to compare, whatever its name among the features.
    pub(crate) fn compared(&self) -> Vec<(usize, bool)> {
        let numbers = self.numeric().map(|it| (it, true));
        let all = numbers.chain(self.categorical().map(|it| (it, false)));
        let is_key = |place: usize| self.columns.get(place).is_some_and(|it| self.keys.contains(&it.name));
        all.filter(|it| !is_key(it.0)).collect()
    }

    fn features(&self, wanted: fn(ColumnType, bool) -> bool) -> impl Iterator<Item = usize> + '_ {
        let all = self.columns.iter().enumerate();
        all.filter(move |(place, it)| {
            self.roles.is_feature(*place) && wanted(it.kind(), self.roles.categorical.contains(place))
        })
        .map(|it| it.0)
    }

    /// What is predicted: as said, else by the label. Texts and few whole numbers are classes.
    #[must_use]
    pub fn task(&self) -> Option<Task> {
        let label = self.label()?;
        if let Some(task) = self.roles.task {
            return Some(task);
        }
        let (distinct, _) = label.distinct();
        let many = distinct > 100 || (distinct > 20 && 20 * distinct > self.rows);
        let number = label.kind() == ColumnType::Numeric && (label.whole < label.numbers - label.infinite || many);
        // Halves are classes too, as ratings are.
        let halves = distinct <= 20
            && label
                .counts()
                .is_some_and(|it| it.iter().all(|(cell, _)| is_half(*cell)));
        Some(if number && (many || !halves) {
            Task::Regression
        } else {
            Task::Classification
        })
    }
}

fn is_half(cell: Cell) -> bool {
    cell.as_number().is_some_and(|it| (it * 2.0).fract() == 0.0)
}

/// Linear interpolation between neighbours (Hyndman and Fan's type 7, as pandas).
pub(crate) fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let low = sorted.get(place.floor() as usize).copied()?;
    let high = sorted.get(place.ceil() as usize).copied()?;
    Some(low + (high - low) * (place - place.floor()))
}
