//! Where a page ends: the time and the id of its last entry. Pages by position would show entries
//! twice while new ones come in.

use crate::{HistoryError, analyses::without_nul};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) created_at: i64,
    pub(crate) id: String,
}

impl Cursor {
    pub(crate) fn parse(text: &str) -> Result<Self, HistoryError> {
        text.split_once('.')
            .and_then(|(time, id)| {
                Some(Self {
                    created_at: time.parse().ok()?,
                    id: without_nul(id),
                })
            })
            .ok_or_else(|| HistoryError::Cursor {
                found: text.chars().take(80).collect(),
            })
    }

    pub(crate) fn text(&self) -> String {
        format!("{}.{}", self.created_at, self.id)
    }
}
