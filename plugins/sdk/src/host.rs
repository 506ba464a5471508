//! The host as a plugin sees it: the imports of the WIT as traits, so that an analyzer runs
//! unchanged inside WebAssembly and in a native test.

use crate::{ArtifactKind, Error};

/// What stands at one place of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are JSON's own")]
pub enum NodeKind {
    Null,
    Boolean,
    Number,
    Text,
    Array,
    Object,
}

/// The outline of one place of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What stands there.
    pub kind: NodeKind,
    /// Elements of an array, members of an object, bytes of a text; else 0.
    pub length: u64,
    /// Member names of an object.
    pub keys: Vec<String>,
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Numbers.
    Numeric,
    /// Texts.
    Text,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name, as the client wrote it.
    pub name: String,
    /// Its type.
    pub column_type: ColumnType,
}

/// A summary of a numeric column. `min` to `last` are over the finite values.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs, reason = "documented in the WIT, `column-summary`")]
pub struct ColumnSummary {
    pub count: u64,
    pub missing: u64,
    pub nan: u64,
    pub infinite: u64,
    pub min: f64,
    pub max: f64,
    pub mean: f64,
    pub first: f64,
    pub last: f64,
}

/// Named columns of equal length.
pub trait Table {
    /// The columns.
    fn columns(&self) -> Vec<Column>;
    /// The number of rows.
    fn row_count(&self) -> u64;
    /// Values of a numeric column; NaN where one is missing or is NaN.
    ///
    /// # Errors
    /// An unknown column, a text column, or a limit.
    fn numbers(&self, column: &str, offset: u64, length: u64) -> Result<Vec<f64>, Error>;
    /// Values of any column as text; none where one is missing.
    ///
    /// # Errors
    /// An unknown column, or a limit.
    fn texts(&self, column: &str, offset: u64, length: u64) -> Result<Vec<Option<String>>, Error>;
    /// A summary of a numeric column.
    ///
    /// # Errors
    /// An unknown column, or a text column.
    fn summarize(&self, column: &str, offset: u64, length: u64) -> Result<ColumnSummary, Error>;
}

/// Bytes of any size.
pub trait Blob {
    /// The length in bytes.
    fn size(&self) -> u64;
    /// At most `length` bytes from `offset` on; fewer only at the end, and at most 4 MiB.
    ///
    /// # Errors
    /// The file cannot be read, or a limit.
    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, Error>;
}

/// A search of the knowledge base.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Free text.
    pub text: String,
    /// Only passages of this domain.
    pub domain: Option<String>,
    /// Only passages about this fault code.
    pub code: Option<String>,
    /// At most so many passages.
    pub limit: u32,
}

/// A passage of the knowledge base.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "documented in the WIT, `knowledge.passage`")]
pub struct Passage {
    pub id: String,
    pub title: String,
    pub text: String,
    pub domain: String,
    pub source: String,
    pub score: f64,
}

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the field's own")]
pub enum Role {
    System,
    User,
    Assistant,
}

/// A message to a language model.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "documented in the WIT, `llm.message`")]
pub struct Message {
    pub role: Role,
    pub content: String,
}

/// A request to a language model.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "documented in the WIT, `llm.completion-request`")]
pub struct CompletionRequest {
    pub messages: Vec<Message>,
    pub schema: Option<String>,
    pub max_tokens: Option<u32>,
    pub temperature: Option<f64>,
    pub samples: u32,
}

/// Tokens used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it all")]
pub struct Usage {
    pub input_tokens: u64,
    pub output_tokens: u64,
}

/// The answer of a language model.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "documented in the WIT, `llm.completion`")]
pub struct Completion {
    pub texts: Vec<String>,
    pub model: String,
    pub usage: Usage,
    pub cached: bool,
}

/// The level of a log record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the field's own")]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// Everything that a plugin may call. Documented item by item in the WIT.
#[allow(missing_docs, clippy::missing_errors_doc, reason = "the WIT documents each function")]
pub trait Host {
    fn available(&self) -> Vec<ArtifactKind>;
    fn read(&self, kind: ArtifactKind, pointer: &str) -> Result<Option<String>, Error>;
    fn inspect(&self, kind: ArtifactKind, pointer: &str) -> Result<Option<Node>, Error>;
    fn tables(&self, kind: ArtifactKind) -> Result<Vec<String>, Error>;
    fn open_table(&self, kind: ArtifactKind, name: &str) -> Result<Box<dyn Table + '_>, Error>;
    fn blobs(&self, kind: ArtifactKind) -> Result<Vec<String>, Error>;
    fn open_blob(&self, kind: ArtifactKind, name: &str) -> Result<Box<dyn Blob + '_>, Error>;
    fn search(&self, query: &Query) -> Result<Vec<Passage>, Error>;
    fn llm_available(&self) -> bool;
    fn complete(&self, request: &CompletionRequest) -> Result<Completion, Error>;
    fn complete_all(&self, requests: &[CompletionRequest]) -> Vec<Result<Completion, Error>>;
    fn progress(&self, fraction: f64, message: &str);
    fn log(&self, level: Level, message: &str, fields: &[(&str, String)]);
    /// A secret that the operator granted. A host that has none denies it.
    fn secret(&self, name: &str) -> Result<String, Error> {
        Err(Error::Denied(format!("there is no secret `{name}`")))
    }
}
