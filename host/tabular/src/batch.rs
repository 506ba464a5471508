use crate::Cell;

/// Some rows of a table, by columns.
#[derive(Debug, Default)]
pub struct Batch {
    /// The batch's place in the file; batches may come in any order.
    pub index: u64,
    /// Rows.
    pub rows: usize,
    /// The columns, as many as the table has.
    pub columns: Vec<BatchColumn>,
    /// The texts of all columns, one after the other.
    pub texts: String,
}

/// A column of a batch.
#[derive(Debug, Default)]
pub struct BatchColumn {
    /// One cell per row.
    pub cells: Vec<Cell>,
    /// Rows whose cell is a text, ascending, with where it stands in the batch's texts.
    pub texts: Vec<(u32, std::ops::Range<usize>)>,
    /// Rows whose cell is a whole number that a floating one does not hold exactly, ascending, with where its
    /// digits stand in the batch's texts.
    pub wide: Vec<(u32, std::ops::Range<usize>)>,
    /// The cells by which those rows are told apart.
    exact: Vec<(u32, Cell)>,
}

impl BatchColumn {
    /// The cells by which rows are told apart: the digits of numbers that are rounded.
    pub(crate) fn exact(&self) -> impl Iterator<Item = Cell> + '_ {
        let mut exact = self.exact.iter().peekable();
        self.cells
            .iter()
            .enumerate()
            .map(move |(row, cell)| match exact.next_if(|it| it.0 as usize == row) {
                Some((_, it)) => *it,
                None => *cell,
            })
    }
}

impl Batch {
    /// Empties it, for so many columns.
    pub fn reset(&mut self, index: u64, columns: usize) {
        self.index = index;
        self.rows = 0;
        self.texts.clear();
        self.columns.resize_with(columns, BatchColumn::default);
        for column in &mut self.columns {
            column.cells.clear();
            column.texts.clear();
            column.wide.clear();
            column.exact.clear();
        }
    }

    /// Adds a text cell to a column.
    pub fn push_text(&mut self, column: usize, text: &str) {
        let start = self.texts.len();
        self.texts.push_str(text);
        if let Some(it) = self.columns.get_mut(column) {
            let row = u32::try_from(it.cells.len()).unwrap_or(u32::MAX);
            it.cells.push(Cell::text(text));
            it.texts.push((row, start..self.texts.len()));
        }
    }

    /// Adds a number with the digits that it was written with: beyond 2^53 not every whole number has a cell
    /// of its own, and identifiers would become equal.
    pub fn push_digits(&mut self, column: usize, number: f64, digits: &str) {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if number.abs() < EXACT || !is_whole(digits) {
            self.push(column, Cell::number(number));
            return;
        }
        let start = self.texts.len();
        self.texts.push_str(digits);
        if let Some(it) = self.columns.get_mut(column) {
            let row = u32::try_from(it.cells.len()).unwrap_or(u32::MAX);
            it.cells.push(Cell::number(number));
            it.wide.push((row, start..self.texts.len()));
            it.exact.push((row, Cell::text(digits)));
        }
    }

    /// Adds a cell that is no text to a column.
    pub fn push(&mut self, column: usize, cell: Cell) {
        if let Some(it) = self.columns.get_mut(column) {
            it.cells.push(cell);
        }
    }
}

fn is_whole(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit())
}
