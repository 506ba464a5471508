//! The interface `artifacts`, each call through the tape.

use std::{io, sync::Arc};

use deepfix_core::Blob;
use wasmtime::component::Resource;

use crate::{
    bindings::{
        artifacts::{Column, ColumnSummary, Host, HostBlob, HostTable, Node},
        types::ArtifactKind,
    },
    convert::kind_of,
    error::HostError,
    state::{HostState, OpenBlob, OpenTable},
    tape::{Bytes, Floats, taped},
};

type Answer<T> = Result<T, HostError>;

fn name_of(kind: ArtifactKind) -> &'static str {
    kind_of(kind).config_name()
}

/// A blob of a replayed analysis: whatever is read of it is on the tape.
struct Recorded;

impl Blob for Recorded {
    fn size(&self) -> u64 {
        0
    }
    fn read_at(&self, _: u64, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

impl HostState {
    /// What an open table is called on the tape. A handle's number may change with the SDK.
    fn table_name(&self, table: &Resource<OpenTable>) -> String {
        self.resources
            .get(table)
            .map_or_else(|_| String::new(), |it| format!("{}/{}", it.kind.config_name(), it.name))
    }

    fn blob_name(&self, blob: &Resource<OpenBlob>) -> String {
        self.resources
            .get(blob)
            .map_or_else(|_| String::new(), |it| format!("{}/{}", it.kind.config_name(), it.name))
    }
}

impl Host for HostState {
    async fn available(&mut self) -> wasmtime::Result<Vec<ArtifactKind>> {
        taped!(self, "artifacts.available", [], self.made_available())
    }

    async fn read(&mut self, kind: ArtifactKind, pointer: String) -> Answer<Option<String>> {
        taped!(
            self,
            "artifacts.read",
            [name_of(kind), pointer],
            self.made_read(kind, &pointer)
        )
    }

    async fn inspect(&mut self, kind: ArtifactKind, pointer: String) -> Answer<Option<Node>> {
        taped!(
            self,
            "artifacts.inspect",
            [name_of(kind), pointer],
            self.made_inspect(kind, &pointer)
        )
    }

    async fn tables(&mut self, kind: ArtifactKind) -> Answer<Vec<String>> {
        taped!(self, "artifacts.tables", [name_of(kind)], self.made_tables(kind))
    }

    async fn open_table(&mut self, kind: ArtifactKind, name: String) -> Answer<Resource<OpenTable>> {
        let there: Answer<()> = taped!(
            self,
            "artifacts.open-table",
            [name_of(kind), name],
            self.made_open_table(kind, &name)
        );
        there?;
        let open = OpenTable {
            kind: kind_of(kind),
            name,
        };
        self.resources.push(open).map_err(|_| self.too_many_resources())
    }

    async fn blobs(&mut self, kind: ArtifactKind) -> Answer<Vec<String>> {
        taped!(self, "artifacts.blobs", [name_of(kind)], self.made_blobs(kind))
    }

    async fn open_blob(&mut self, kind: ArtifactKind, name: String) -> Answer<Resource<OpenBlob>> {
        let there: Answer<()> = taped!(
            self,
            "artifacts.open-blob",
            [name_of(kind), name],
            self.made_open_blob(kind, &name)
        );
        there?;
        let kind = kind_of(kind);
        let blob = self.artifacts.get(kind).and_then(|it| it.blobs.get(&name)).cloned();
        let open = OpenBlob {
            kind,
            name,
            blob: blob.unwrap_or_else(|| Arc::new(Recorded)),
            ahead: Arc::default(),
        };
        self.resources.push(open).map_err(|_| self.too_many_resources())
    }
}

impl HostTable for HostState {
    async fn columns(&mut self, table: Resource<OpenTable>) -> wasmtime::Result<Vec<Column>> {
        taped!(
            self,
            "table.columns",
            [self.table_name(&table)],
            self.made_columns(&table)
        )
    }

    async fn row_count(&mut self, table: Resource<OpenTable>) -> wasmtime::Result<u64> {
        taped!(
            self,
            "table.row-count",
            [self.table_name(&table)],
            self.made_row_count(&table)
        )
    }

    async fn numbers(
        &mut self,
        table: Resource<OpenTable>,
        column: String,
        offset: u64,
        length: u64,
    ) -> Answer<Vec<f64>> {
        if self.tape.is_none() {
            // The one call that hands over megabytes: no wrapper, no copy.
            return self.made_numbers(&table, &column, offset, length).await;
        }
        let floats: Answer<Floats> = taped!(
            self,
            "table.numbers",
            [self.table_name(&table), column, offset, length],
            async { self.made_numbers(&table, &column, offset, length).await.map(Floats) }
        );
        floats.map(|it| it.0)
    }

    async fn number_bytes(
        &mut self,
        table: Resource<OpenTable>,
        column: String,
        offset: u64,
        length: u64,
    ) -> Answer<Vec<u8>> {
        let bytes: Answer<Bytes> = taped!(
            self,
            "table.number-bytes",
            [self.table_name(&table), column, offset, length],
            async { self.made_number_bytes(&table, &column, offset, length).await.map(Bytes) }
        );
        bytes.map(|it| it.0)
    }

    async fn texts(
        &mut self,
        table: Resource<OpenTable>,
        column: String,
        offset: u64,
        length: u64,
    ) -> Answer<Vec<Option<String>>> {
        taped!(
            self,
            "table.texts",
            [self.table_name(&table), column, offset, length],
            self.made_texts(&table, &column, offset, length)
        )
    }

    async fn summarize(
        &mut self,
        table: Resource<OpenTable>,
        column: String,
        offset: u64,
        length: u64,
    ) -> Answer<ColumnSummary> {
        taped!(
            self,
            "table.summarize",
            [self.table_name(&table), column, offset, length],
            self.made_summarize(&table, &column, offset, length)
        )
    }

    async fn drop(&mut self, table: Resource<OpenTable>) -> wasmtime::Result<()> {
        self.resources.delete(table)?;
        Ok(())
    }
}

impl HostBlob for HostState {
    async fn size(&mut self, blob: Resource<OpenBlob>) -> wasmtime::Result<u64> {
        taped!(self, "blob.size", [self.blob_name(&blob)], self.made_size(&blob))
    }

    async fn read(&mut self, blob: Resource<OpenBlob>, offset: u64, length: u64) -> Answer<Vec<u8>> {
        let bytes: Answer<Bytes> = taped!(self, "blob.read", [self.blob_name(&blob), offset, length], async {
            self.made_blob_read(&blob, offset, length).await.map(Bytes)
        });
        bytes.map(|it| it.0)
    }

    async fn drop(&mut self, blob: Resource<OpenBlob>) -> wasmtime::Result<()> {
        self.resources.delete(blob)?;
        Ok(())
    }
}
