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

    /// Adds a cell that is no text to a column.
    pub fn push(&mut self, column: usize, cell: Cell) {
        if let Some(it) = self.columns.get_mut(column) {
            it.cells.push(cell);
        }
    }
}
