//! What an analyzer sees of the host: its artifacts, passages, answers of a model and secrets.

use serde_json::Value as Json;

use super::FakeHost;
use crate::{
    ArtifactKind, Blob, Completion, CompletionRequest, Error, Host, Level, Node, NodeKind, Passage, Query, Table,
};

struct FakeBlob<'a>(&'a [u8]);

impl Blob for FakeBlob<'_> {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, Error> {
        /// As documented in the WIT.
        const MOST: u64 = 4 << 20;
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.0.len());
        let end = start.saturating_add(length.min(MOST) as usize).min(self.0.len());
        Ok(self.0.get(start..end).unwrap_or_default().to_vec())
    }
}

impl Host for FakeHost {
    fn available(&self) -> Vec<ArtifactKind> {
        self.documents.keys().copied().collect()
    }

    fn read(&self, kind: ArtifactKind, pointer: &str) -> Result<Option<String>, Error> {
        Ok(self.document(kind)?.pointer(pointer).map(Json::to_string))
    }

    fn inspect(&self, kind: ArtifactKind, pointer: &str) -> Result<Option<Node>, Error> {
        let Some(value) = self.document(kind)?.pointer(pointer) else {
            return Ok(None);
        };
        let (kind, length, keys) = match value {
            Json::Null => (NodeKind::Null, 0, Vec::new()),
            Json::Bool(_) => (NodeKind::Boolean, 0, Vec::new()),
            Json::Number(_) => (NodeKind::Number, 0, Vec::new()),
            Json::String(text) => (NodeKind::Text, text.len(), Vec::new()),
            Json::Array(items) => (NodeKind::Array, items.len(), Vec::new()),
            Json::Object(members) => (NodeKind::Object, members.len(), members.keys().cloned().collect()),
        };
        Ok(Some(Node {
            kind,
            length: length as u64,
            keys,
        }))
    }

    fn tables(&self, kind: ArtifactKind) -> Result<Vec<String>, Error> {
        self.document(kind)?;
        Ok(self
            .tables
            .keys()
            .filter(|(it, _)| *it == kind)
            .map(|(_, name)| name.clone())
            .collect())
    }

    fn open_table(&self, kind: ArtifactKind, name: &str) -> Result<Box<dyn Table + '_>, Error> {
        self.document(kind)?;
        match self.tables.get(&(kind, name.to_owned())) {
            Some(table) => Ok(Box::new(table)),
            None => Err(Error::NotFound(format!("no table `{name}`"))),
        }
    }

    fn blobs(&self, kind: ArtifactKind) -> Result<Vec<String>, Error> {
        self.document(kind)?;
        Ok(self
            .blobs
            .keys()
            .filter(|(it, _)| *it == kind)
            .map(|(_, name)| name.clone())
            .collect())
    }

    fn open_blob(&self, kind: ArtifactKind, name: &str) -> Result<Box<dyn Blob + '_>, Error> {
        self.document(kind)?;
        match self.blobs.get(&(kind, name.to_owned())) {
            Some(bytes) => Ok(Box::new(FakeBlob(bytes))),
            None => Err(Error::NotFound(format!("no blob `{name}`"))),
        }
    }

    fn search(&self, query: &Query) -> Result<Vec<Passage>, Error> {
        Ok(self.passages.iter().take(query.limit as usize).cloned().collect())
    }

    fn llm_available(&self) -> bool {
        self.answers.is_some()
    }

    fn complete(&self, request: &CompletionRequest) -> Result<Completion, Error> {
        self.asked.borrow_mut().push(request.clone());
        let Some(answers) = &self.answers else {
            return Err(Error::Unavailable("no language model is configured".to_owned()));
        };
        Ok(Completion {
            texts: answers.iter().take(request.samples as usize).cloned().collect(),
            model: "fake".to_owned(),
            usage: crate::Usage::default(),
            cached: false,
        })
    }

    fn complete_all(&self, requests: &[CompletionRequest]) -> Vec<Result<Completion, Error>> {
        requests.iter().map(|request| self.complete(request)).collect()
    }

    fn progress(&self, _: f64, _: &str) {}

    fn log(&self, level: Level, message: &str, _: &[(&str, String)]) {
        self.logs.borrow_mut().push((level, message.to_owned()));
    }

    fn secret(&self, name: &str) -> Result<String, Error> {
        let value = self.secrets.get(name).cloned();
        value.ok_or_else(|| Error::Denied(format!("the secret `{name}` is not granted: use `with_secret`")))
    }
}
