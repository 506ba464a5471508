/// What reading a table may cost. Every limit can be raised by who runs the command.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Columns of a table. Memory and the correlation table grow with them; the widest tables of
    /// genetics and text have some ten thousand.
    pub columns: usize,
    /// Bytes of one cell. A longer one is a quote that is never closed, or a document.
    pub cell_bytes: usize,
    /// Bytes of one record, and so of what is held to find its end.
    pub row_bytes: usize,
    /// Bytes of the dictionary of one column of Parquet or Arrow IPC, once decompressed. It stays in memory while
    /// the column is read.
    pub dictionary_bytes: usize,
    /// Bytes of one page of Parquet or one record batch of Arrow IPC, once decompressed: it is held as a whole.
    pub part_bytes: usize,
    /// Pages of one row group of Parquet in the columns that are read, each of which is looked for.
    pub pages: usize,
    /// Bytes of the header of a page, of a message of Arrow IPC or of its footer. It is read as a whole.
    pub header_bytes: usize,
    /// Bytes of the footer of a Parquet file. It is decoded as a whole, into some hundred bytes for the least that it may say.
    pub footer_bytes: usize,
    /// Rows of the sample that quartiles (beyond so many rows) and checks are computed from.
    pub sample_rows: usize,
    /// Cells of the sample, 8 bytes each: a wide table gets fewer rows.
    pub sample_cells: usize,
    /// Distinct values of a column that are counted exactly; beyond, they are estimated.
    pub distinct: usize,
    /// Distinct values of all columns, some 34 bytes each: the columns of a wide table get fewer.
    pub distinct_cells: usize,
    /// Row hashes held, 16 bytes each; of more rows a share is kept, chosen by the hash.
    pub row_hashes: usize,
    /// Bytes of distinct texts that are kept per column, to name categories.
    pub text_bytes: usize,
    /// The same of all columns: those of a wide table get fewer.
    pub all_text_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            columns: 10_000,
            cell_bytes: 1 << 20,
            row_bytes: 64 << 20,
            // Ten million different texts of some twenty bytes; writers of Parquet end a dictionary at 1 MiB.
            dictionary_bytes: 256 << 20,
            // A table that was written in one batch; pages are 1 MiB, batches 64 thousand rows as a rule.
            part_bytes: 1 << 30,
            // Four hundred of each of ten thousand columns; writers end a page after 20,000 rows or 1 MiB.
            pages: 4 << 20,
            // Ten thousand columns take some 2 MiB; the header of a page may hold the smallest and largest text of it.
            header_bytes: 16 << 20,
            // Ten thousand columns in sixty row groups, with statistics of 100 bytes for each.
            footer_bytes: 64 << 20,
            // Quartiles within 0.43 points of rank with 95 % confidence (Dvoretzky, Kiefer, Wolfowitz).
            sample_rows: 100_000,
            // 64 MiB.
            sample_cells: 8 << 20,
            distinct: 1 << 15,
            // 136 MiB.
            distinct_cells: 1 << 22,
            // 256 MiB.
            row_hashes: 16 << 20,
            text_bytes: 8 << 20,
            all_text_bytes: 256 << 20,
        }
    }
}

/// A file's columns may hold so many times together what one of them may: all pages of a row group with some
/// thousands of columns, of 1 MiB and with as large dictionaries, as writers make them.
const TOGETHER: usize = 8;

impl Limits {
    /// Bytes of the pages and dictionaries of all columns of a row group of Parquet that are held at the same time.
    #[must_use]
    pub fn parts_bytes(&self) -> usize {
        self.part_bytes.saturating_mul(TOGETHER)
    }

    /// Bytes of the dictionaries of all columns of an Arrow IPC file.
    #[must_use]
    pub fn dictionaries_bytes(&self) -> usize {
        self.dictionary_bytes.saturating_mul(TOGETHER)
    }

    /// Distinct values per column for a table of so many columns.
    #[must_use]
    pub fn distinct_of(&self, columns: usize) -> usize {
        /// Below, the sketch that estimates them takes more room.
        const FEWEST: usize = 1_000;
        self.distinct.min((self.distinct_cells / columns.max(1)).max(FEWEST))
    }

    /// Bytes of texts per column for a table of so many columns.
    #[must_use]
    pub fn text_of(&self, columns: usize) -> usize {
        /// Some hundred names of categories.
        const FEWEST: usize = 16 << 10;
        self.text_bytes.min((self.all_text_bytes / columns.max(1)).max(FEWEST))
    }

    /// Rows of the sample for a table of so many columns.
    #[must_use]
    pub fn sample_of(&self, columns: usize) -> usize {
        /// Fewer rows than these say nothing of a distribution.
        const FEWEST: usize = 1_000;
        self.sample_rows.min((self.sample_cells / columns.max(1)).max(FEWEST))
    }
}
