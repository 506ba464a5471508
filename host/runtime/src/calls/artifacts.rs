use deepfix_core::{Artifact, ArtifactKind, Column, ColumnData};
use serde_json::Value as Json;
use wasmtime::component::Resource;

use super::ahead;
use crate::{
    bindings::{
        artifacts::{self, ColumnType, Node, NodeKind},
        types,
    },
    convert::{column_summary, kind_of, to_kind},
    error::HostError,
    gate::{Access, Cost},
    state::{HostState, OpenBlob, OpenTable},
};

/// As documented in the WIT: bounds the copy that one call makes.
const BLOB_READ: u64 = 4 << 20;
/// Bytes that a number takes when handed over.
const NUMBER: u64 = 8;

type Answer<T> = Result<T, HostError>;

impl HostState {
    fn artifact(&mut self, kind: types::ArtifactKind) -> Answer<&Artifact> {
        let kind = kind_of(kind);
        self.gate.enter(Access::Artifact(kind))?;
        self.known_artifact(kind)
    }

    fn known_artifact(&self, kind: ArtifactKind) -> Answer<&Artifact> {
        self.artifacts
            .get(kind)
            .ok_or_else(|| HostError::NotFound(format!("the request carries no {} artifact", kind.config_name())))
    }

    /// A column of an open table with the range that is asked for, charged.
    fn column(
        &mut self,
        table: &Resource<OpenTable>,
        name: &str,
        offset: u64,
        length: u64,
    ) -> Answer<(
        std::sync::Arc<deepfix_core::ArtifactSet>,
        OpenTable,
        std::ops::Range<usize>,
    )> {
        self.gate.enter(Access::Free)?;
        let open = self
            .resources
            .get(table)
            .map_err(|_| HostError::Invalid("the table is not open".to_owned()))?
            .clone();
        let artifacts = std::sync::Arc::clone(&self.artifacts);
        let data = find_table(&artifacts, &open)?;
        find_column(data, &open, name)?;
        let range = data.range(offset, length);
        self.gate.charge(Cost::ArtifactBytes(range.len() as u64 * NUMBER))?;
        Ok((artifacts, open, range))
    }
}

fn find_table<'a>(artifacts: &'a deepfix_core::ArtifactSet, open: &OpenTable) -> Answer<&'a deepfix_core::Table> {
    artifacts
        .get(open.kind)
        .and_then(|it| it.tables.get(&open.name))
        .ok_or_else(|| HostError::NotFound(format!("no table `{}`", open.name)))
}

fn find_column<'a>(table: &'a deepfix_core::Table, open: &OpenTable, name: &str) -> Answer<&'a Column> {
    table.column(name).ok_or_else(|| {
        let names = some_names(table.columns().iter().map(|it| it.name.as_str()));
        HostError::NotFound(format!("table `{}` has no column `{name}`; it has {names}", open.name))
    })
}

/// The first names of a list, for a message: names are the client's, and there may be thousands.
fn some_names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 20;
    let mut names = names.map(|it| it.chars().take(80).collect::<String>());
    let shown: Vec<_> = names.by_ref().take(SHOWN).collect();
    match (shown.is_empty(), names.count()) {
        (true, _) => "none".to_owned(),
        (false, 0) => shown.join(", "),
        (false, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

fn numbers(column: &Column, range: std::ops::Range<usize>) -> Answer<&[f64]> {
    match &column.data {
        ColumnData::Numeric { values, .. } => Ok(values.get(range).unwrap_or_default()),
        ColumnData::Text(_) => Err(HostError::Invalid(format!(
            "column `{}` holds text: read it with `texts`",
            column.name
        ))),
    }
}

fn node(value: &Json) -> Node {
    let (kind, length, keys) = match value {
        Json::Null => (NodeKind::Null, 0, Vec::new()),
        Json::Bool(_) => (NodeKind::Boolean, 0, Vec::new()),
        Json::Number(_) => (NodeKind::Number, 0, Vec::new()),
        Json::String(text) => (NodeKind::Text, text.len(), Vec::new()),
        Json::Array(items) => (NodeKind::Array, items.len(), Vec::new()),
        Json::Object(members) => (NodeKind::Object, members.len(), members.keys().cloned().collect()),
    };
    Node {
        kind,
        length: length as u64,
        keys,
    }
}

/// The calls as they are made; `artifacts_taped.rs` puts the tape before them.
impl HostState {
    pub(super) async fn made_available(&mut self) -> wasmtime::Result<Vec<types::ArtifactKind>> {
        // Nothing to deny here: a kind that is not granted is simply not listed.
        self.gate.pass()?;
        Ok(self
            .artifacts
            .kinds()
            .filter(|kind| self.gate.may_read(*kind))
            .map(to_kind)
            .collect())
    }

    pub(super) async fn made_read(&mut self, kind: types::ArtifactKind, pointer: &str) -> Answer<Option<String>> {
        let text = self.artifact(kind)?.document.pointer(pointer).map(Json::to_string);
        self.gate
            .charge(Cost::ArtifactBytes(text.as_ref().map_or(0, |it| it.len() as u64)))?;
        Ok(text)
    }

    pub(super) async fn made_inspect(&mut self, kind: types::ArtifactKind, pointer: &str) -> Answer<Option<Node>> {
        let node = self.artifact(kind)?.document.pointer(pointer).map(node);
        let bytes = node.iter().flat_map(|it| &it.keys).map(|it| it.len() as u64).sum();
        self.gate.charge(Cost::ArtifactBytes(bytes))?;
        Ok(node)
    }

    pub(super) async fn made_tables(&mut self, kind: types::ArtifactKind) -> Answer<Vec<String>> {
        let names: Vec<String> = self.artifact(kind)?.tables.keys().cloned().collect();
        self.charge_names(&names)?;
        Ok(names)
    }

    pub(super) async fn made_open_table(&mut self, kind: types::ArtifactKind, name: &str) -> Answer<()> {
        let tables = &self.artifact(kind)?.tables;
        if tables.contains_key(name) {
            return Ok(());
        }
        let names = some_names(tables.keys().map(String::as_str));
        let kind = kind_of(kind).config_name();
        Err(HostError::NotFound(format!(
            "no table `{name}` in the {kind} artifact; it has {names}"
        )))
    }

    pub(super) async fn made_blobs(&mut self, kind: types::ArtifactKind) -> Answer<Vec<String>> {
        let names: Vec<String> = self.artifact(kind)?.blobs.keys().cloned().collect();
        self.charge_names(&names)?;
        Ok(names)
    }

    pub(super) async fn made_open_blob(&mut self, kind: types::ArtifactKind, name: &str) -> Answer<()> {
        if self.artifact(kind)?.blobs.contains_key(name) {
            return Ok(());
        }
        Err(HostError::NotFound(format!("no blob `{name}`")))
    }
}

impl HostState {
    fn charge_names(&mut self, names: &[String]) -> Result<(), HostError> {
        let bytes = names.iter().map(|it| it.len() as u64).sum();
        self.gate.charge(Cost::ArtifactBytes(bytes))
    }

    pub(super) fn too_many_resources(&self) -> HostError {
        HostError::BudgetExceeded(format!(
            "`{}` holds as many resources as its limit `resources = {}` allows; close some, or raise it under `limits` \
             of its entry in deepfix.toml",
            self.agent,
            self.gate.limits().resources
        ))
    }
}

impl HostState {
    pub(super) async fn made_columns(
        &mut self,
        table: &Resource<OpenTable>,
    ) -> wasmtime::Result<Vec<artifacts::Column>> {
        self.gate.pass()?;
        let open = self.resources.get(table)?.clone();
        let columns = find_table(&self.artifacts, &open)
            .map(deepfix_core::Table::columns)
            .unwrap_or_default();
        let bytes = columns.iter().map(|it| it.name.len() as u64).sum();
        if self.gate.charge(Cost::ArtifactBytes(bytes)).is_err() {
            // The type has no error: over its budget a guest sees no columns, and the reason as
            // soon as it reads anything.
            return Ok(Vec::new());
        }
        Ok(columns
            .iter()
            .map(|column| artifacts::Column {
                name: column.name.clone(),
                column_type: match column.data {
                    ColumnData::Numeric { .. } => ColumnType::Numeric,
                    ColumnData::Text(_) => ColumnType::Text,
                },
            })
            .collect())
    }

    pub(super) async fn made_row_count(&mut self, table: &Resource<OpenTable>) -> wasmtime::Result<u64> {
        self.gate.pass()?;
        let open = self.resources.get(table)?.clone();
        Ok(find_table(&self.artifacts, &open).map_or(0, |it| it.rows() as u64))
    }

    pub(super) async fn made_numbers(
        &mut self,
        table: &Resource<OpenTable>,
        column: &str,
        offset: u64,
        length: u64,
    ) -> Answer<Vec<f64>> {
        let (artifacts, open, range) = self.column(table, column, offset, length)?;
        numbers(find_column(find_table(&artifacts, &open)?, &open, column)?, range).map(<[f64]>::to_vec)
    }

    pub(super) async fn made_number_bytes(
        &mut self,
        table: &Resource<OpenTable>,
        column: &str,
        offset: u64,
        length: u64,
    ) -> Answer<Vec<u8>> {
        let (artifacts, open, range) = self.column(table, column, offset, length)?;
        let values = numbers(find_column(find_table(&artifacts, &open)?, &open, column)?, range)?;
        Ok(values.iter().flat_map(|it| it.to_le_bytes()).collect())
    }

    pub(super) async fn made_texts(
        &mut self,
        table: &Resource<OpenTable>,
        column: &str,
        offset: u64,
        length: u64,
    ) -> Answer<Vec<Option<String>>> {
        let (artifacts, open, range) = self.column(table, column, offset, length)?;
        let data = &find_column(find_table(&artifacts, &open)?, &open, column)?.data;
        let texts: Vec<_> = range.map(|row| data.text(row)).collect();
        // Numbers were charged above; longer texts cost what they are longer.
        let more = texts
            .iter()
            .flatten()
            .map(|it| (it.len() as u64).saturating_sub(NUMBER))
            .sum();
        self.gate.charge(Cost::ArtifactBytes(more))?;
        Ok(texts)
    }

    pub(super) async fn made_summarize(
        &mut self,
        table: &Resource<OpenTable>,
        column: &str,
        offset: u64,
        length: u64,
    ) -> Answer<artifacts::ColumnSummary> {
        self.gate.enter(Access::Free)?;
        let open = self
            .resources
            .get(table)
            .map_err(|_| HostError::Invalid("the table is not open".to_owned()))?;
        let data = find_table(&self.artifacts, open)?;
        find_column(data, open, column)?
            .data
            .summarize(data.range(offset, length))
            .map(|it| column_summary(&it))
            .ok_or_else(|| HostError::Invalid(format!("column `{column}` holds text")))
    }
}

impl HostState {
    pub(super) async fn made_size(&mut self, blob: &Resource<OpenBlob>) -> wasmtime::Result<u64> {
        self.gate.pass()?;
        Ok(self.resources.get(blob)?.blob.size())
    }

    pub(super) async fn made_blob_read(
        &mut self,
        blob: &Resource<OpenBlob>,
        offset: u64,
        length: u64,
    ) -> Answer<Vec<u8>> {
        let open = self
            .resources
            .get(blob)
            .map_err(|_| HostError::Invalid("the blob is not open".to_owned()))?
            .clone();
        self.gate.enter(Access::Artifact(open.kind))?;
        let there = open.blob.size().saturating_sub(offset).min(length).min(BLOB_READ);
        self.gate.charge(Cost::ArtifactBytes(there))?;
        match ahead::read(&open.blob, &open.ahead, offset, there).await {
            Ok(Ok(bytes)) => Ok(bytes),
            Ok(Err(error)) => Err(HostError::Unavailable(format!("the file cannot be read: {error}"))),
            Err(error) => Err(HostError::Unavailable(format!("the file cannot be read: {error}"))),
        }
    }
}
