//! The imports of the bindings, as the SDK's host trait.

use super::{
    analyzer::deepfix::analysis::{artifacts, knowledge, llm, logging, progress, secrets},
    convert::{completion_of, completion_request, error_of, kind_of, to_kind},
};
use crate::{self as sdk, ArtifactKind, Column, ColumnSummary, ColumnType, Error, Level, NodeKind};

/// The imports, as the SDK's host trait.
pub(super) struct WasmHost;

impl sdk::Host for WasmHost {
    fn available(&self) -> Vec<ArtifactKind> {
        artifacts::available().into_iter().map(kind_of).collect()
    }

    fn read(&self, kind: ArtifactKind, pointer: &str) -> Result<Option<String>, Error> {
        artifacts::read(to_kind(kind), pointer).map_err(error_of)
    }

    fn inspect(&self, kind: ArtifactKind, pointer: &str) -> Result<Option<sdk::Node>, Error> {
        let node = artifacts::inspect(to_kind(kind), pointer).map_err(error_of)?;
        Ok(node.map(|node| sdk::Node {
            kind: match node.kind {
                artifacts::NodeKind::Null => NodeKind::Null,
                artifacts::NodeKind::Boolean => NodeKind::Boolean,
                artifacts::NodeKind::Number => NodeKind::Number,
                artifacts::NodeKind::Text => NodeKind::Text,
                artifacts::NodeKind::Array => NodeKind::Array,
                artifacts::NodeKind::Object => NodeKind::Object,
            },
            length: node.length,
            keys: node.keys,
        }))
    }

    fn tables(&self, kind: ArtifactKind) -> Result<Vec<String>, Error> {
        artifacts::tables(to_kind(kind)).map_err(error_of)
    }

    fn open_table(&self, kind: ArtifactKind, name: &str) -> Result<Box<dyn sdk::Table + '_>, Error> {
        Ok(Box::new(artifacts::open_table(to_kind(kind), name).map_err(error_of)?))
    }

    fn blobs(&self, kind: ArtifactKind) -> Result<Vec<String>, Error> {
        artifacts::blobs(to_kind(kind)).map_err(error_of)
    }

    fn open_blob(&self, kind: ArtifactKind, name: &str) -> Result<Box<dyn sdk::Blob + '_>, Error> {
        Ok(Box::new(artifacts::open_blob(to_kind(kind), name).map_err(error_of)?))
    }

    fn search(&self, query: &sdk::Query) -> Result<Vec<sdk::Passage>, Error> {
        let query = knowledge::Query {
            text: query.text.clone(),
            domain: query.domain.clone(),
            code: query.code.clone(),
            limit: query.limit,
        };
        let passages = knowledge::search(&query).map_err(error_of)?;
        Ok(passages
            .into_iter()
            .map(|it| sdk::Passage {
                id: it.id,
                title: it.title,
                text: it.text,
                domain: it.domain,
                source: it.source,
                score: it.score,
            })
            .collect())
    }

    fn llm_available(&self) -> bool {
        llm::available()
    }

    fn complete(&self, request: &sdk::CompletionRequest) -> Result<sdk::Completion, Error> {
        llm::complete(&completion_request(request))
            .map(completion_of)
            .map_err(error_of)
    }

    fn complete_all(&self, requests: &[sdk::CompletionRequest]) -> Vec<Result<sdk::Completion, Error>> {
        let requests: Vec<_> = requests.iter().map(completion_request).collect();
        llm::complete_all(&requests)
            .into_iter()
            .map(|it| it.map(completion_of).map_err(error_of))
            .collect()
    }

    fn progress(&self, fraction: f64, message: &str) {
        progress::report(fraction, message);
    }

    fn log(&self, level: Level, message: &str, fields: &[(&str, String)]) {
        let level = match level {
            Level::Trace => logging::Level::Trace,
            Level::Debug => logging::Level::Debug,
            Level::Info => logging::Level::Info,
            Level::Warn => logging::Level::Warn,
            Level::Error => logging::Level::Error,
        };
        let fields: Vec<_> = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        logging::log(level, message, &fields);
    }

    fn secret(&self, name: &str) -> Result<String, Error> {
        secrets::get(name).map_err(error_of)
    }
}

impl sdk::Table for artifacts::Table {
    fn columns(&self) -> Vec<Column> {
        Self::columns(self)
            .into_iter()
            .map(|it| Column {
                name: it.name,
                column_type: match it.column_type {
                    artifacts::ColumnType::Numeric => ColumnType::Numeric,
                    artifacts::ColumnType::Text => ColumnType::Text,
                },
            })
            .collect()
    }

    fn row_count(&self) -> u64 {
        Self::row_count(self)
    }

    fn numbers(&self, column: &str, offset: u64, length: u64) -> Result<Vec<f64>, Error> {
        Self::numbers(self, column, offset, length).map_err(error_of)
    }

    fn texts(&self, column: &str, offset: u64, length: u64) -> Result<Vec<Option<String>>, Error> {
        Self::texts(self, column, offset, length).map_err(error_of)
    }

    fn summarize(&self, column: &str, offset: u64, length: u64) -> Result<ColumnSummary, Error> {
        let it = Self::summarize(self, column, offset, length).map_err(error_of)?;
        Ok(ColumnSummary {
            count: it.count,
            missing: it.missing,
            nan: it.nan,
            infinite: it.infinite,
            min: it.min,
            max: it.max,
            mean: it.mean,
            first: it.first,
            last: it.last,
        })
    }
}

impl sdk::Blob for artifacts::Blob {
    fn size(&self) -> u64 {
        Self::size(self)
    }

    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, Error> {
        Self::read(self, offset, length).map_err(error_of)
    }
}
