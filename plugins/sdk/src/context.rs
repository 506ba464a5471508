use serde::de::DeserializeOwned;

use crate::{
    ArtifactKind, Blob, Column, ColumnSummary, ColumnType, Error, Host, Language, Level, Node, Passage, Query, Request,
    Source, Statistic, Table,
};

/// A blob with its name.
pub type NamedBlob<'a> = (String, Box<dyn Blob + 'a>);

/// The experiment and the host, as one analysis sees them.
pub struct Context<'a> {
    host: &'a dyn Host,
    request: &'a Request,
}

impl<'a> Context<'a> {
    /// Joins a host with a request. The export macros and the test host call this.
    #[must_use]
    pub fn new(host: &'a dyn Host, request: &'a Request) -> Self {
        Self { host, request }
    }

    /// What was asked.
    #[must_use]
    pub fn request(&self) -> &Request {
        self.request
    }

    /// The language of the answer.
    #[must_use]
    pub fn language(&self) -> Language {
        Language::of(&self.request.language)
    }

    /// This agent's settings from the configuration.
    ///
    /// # Errors
    /// The settings do not have the shape of `T`.
    pub fn settings<T: DeserializeOwned + Default>(&self) -> Result<T, Error> {
        if self.request.settings.is_empty() {
            return Ok(T::default());
        }
        serde_json::from_str(&self.request.settings).map_err(|error| Error::Invalid(format!("settings: {error}")))
    }

    /// How much time this analysis has from its start on, where the host says so: an agent that ends
    /// before can hand over what it has.
    #[must_use]
    pub fn time(&self) -> Option<std::time::Duration> {
        let extras: serde_json::Value = serde_json::from_str(&self.request.extras).ok()?;
        extras.get("time_ms")?.as_u64().map(std::time::Duration::from_millis)
    }

    /// Everything that the host offers, as it is in the WIT.
    #[must_use]
    pub fn host(&self) -> &'a dyn Host {
        self.host
    }

    /// Whether the request carries this artifact and this agent may read it.
    #[must_use]
    pub fn has(&self, kind: ArtifactKind) -> bool {
        self.host.available().contains(&kind)
    }

    /// The value at a JSON pointer of an artifact's document, or none where nothing or null
    /// stands there.
    ///
    /// # Errors
    /// Access is denied, a limit is used up, or the value does not have the shape of `T`.
    pub fn read<T: DeserializeOwned>(&self, kind: ArtifactKind, pointer: &str) -> Result<Option<T>, Error> {
        match self.host.read(kind, pointer)? {
            None => Ok(None),
            Some(text) if text == "null" => Ok(None),
            Some(text) => serde_json::from_str(&text)
                .map(Some)
                .map_err(|error| Error::Invalid(format!("{kind:?} artifact at `{pointer}`: {error}"))),
        }
    }

    /// The outline of a place without its content.
    ///
    /// # Errors
    /// Access is denied.
    pub fn inspect(&self, kind: ArtifactKind, pointer: &str) -> Result<Option<Node>, Error> {
        self.host.inspect(kind, pointer)
    }

    /// A table by name.
    ///
    /// # Errors
    /// No such table, or access is denied.
    pub fn table(&self, kind: ArtifactKind, name: &str) -> Result<MetricTable<'a>, Error> {
        let table = self.host.open_table(kind, name)?;
        Ok(MetricTable {
            kind,
            name: name.to_owned(),
            columns: table.columns(),
            table,
        })
    }

    /// The first blob of an artifact with its name, or none where it has no blob.
    ///
    /// # Errors
    /// Access is denied.
    pub fn first_blob(&self, kind: ArtifactKind) -> Result<Option<NamedBlob<'a>>, Error> {
        match self.host.blobs(kind)?.into_iter().next() {
            None => Ok(None),
            Some(name) => {
                let blob = self.host.open_blob(kind, &name)?;
                Ok(Some((name, blob)))
            }
        }
    }

    /// Searches the knowledge base; an agent that is not granted it finds nothing.
    #[must_use]
    pub fn search(&self, query: &Query) -> Vec<Passage> {
        self.host.search(query).unwrap_or_default()
    }

    /// A secret that the operator granted to this agent by name.
    ///
    /// # Errors
    /// It is not granted; the message holds the configuration line that would grant it.
    pub fn secret(&self, name: &str) -> Result<String, Error> {
        self.host.secret(name)
    }

    /// Tells the user how far the analysis is.
    pub fn progress(&self, fraction: f64, message: &str) {
        self.host.progress(fraction, message);
    }

    /// Writes a structured log record.
    pub fn log(&self, level: Level, message: &str, fields: &[(&str, String)]) {
        self.host.log(level, message, fields);
    }
}

/// An open table together with its name, so that every value can state its source.
pub struct MetricTable<'a> {
    kind: ArtifactKind,
    name: String,
    columns: Vec<Column>,
    table: Box<dyn Table + 'a>,
}

impl MetricTable<'_> {
    /// The columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether a numeric column of that name exists.
    #[must_use]
    pub fn has_numeric(&self, column: &str) -> bool {
        self.columns
            .iter()
            .any(|it| it.name == column && it.column_type == ColumnType::Numeric)
    }

    /// The number of rows.
    #[must_use]
    pub fn row_count(&self) -> u64 {
        self.table.row_count()
    }

    /// A whole numeric column; NaN where a value is missing or is NaN.
    ///
    /// # Errors
    /// No such numeric column, or a limit.
    pub fn numbers(&self, column: &str) -> Result<Vec<f64>, Error> {
        self.table.numbers(column, 0, self.row_count())
    }

    /// A whole column as text; an explicit NaN is `NaN`, a missing value none.
    ///
    /// # Errors
    /// No such column, or a limit.
    pub fn texts(&self, column: &str) -> Result<Vec<Option<String>>, Error> {
        self.table.texts(column, 0, self.row_count())
    }

    /// A host-computed summary of a whole numeric column.
    ///
    /// # Errors
    /// No such numeric column.
    pub fn summary(&self, column: &str) -> Result<ColumnSummary, Error> {
        self.table.summarize(column, 0, self.row_count())
    }

    /// The table itself, for reading in ranges.
    #[must_use]
    pub fn raw(&self) -> &dyn Table {
        self.table.as_ref()
    }

    /// Where one cell stands.
    #[must_use]
    pub fn cell(&self, column: &str, row: usize) -> Source {
        Source::cell(self.kind, &self.name, column, row as u64)
    }

    /// Where a summary of a column stands.
    #[must_use]
    pub fn statistic(&self, column: &str, statistic: Statistic) -> Source {
        Source::column(self.kind, &self.name, column, statistic)
    }

    /// Where the number of rows stands.
    #[must_use]
    pub fn rows_source(&self) -> Source {
        Source::rows(self.kind, &self.name)
    }
}
