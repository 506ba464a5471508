//! Keys of the database, for seconds: a client that asks often must not cost a question each time.

use std::time::Duration;

use deepfix_history::{History, HistoryError, StoredKey};
use moka::future::Cache;
use tokio::time::Instant;

/// Unknown ids are kept too, or made-up ones would all reach the database; a flood of them pushes out
/// only each other's like.
const MOST: u64 = 10_000;

/// What the database said last of each id, and when.
pub(crate) struct KnownKeys(Cache<String, (Instant, Option<StoredKey>)>);

impl KnownKeys {
    pub(crate) fn new() -> Self {
        Self(Cache::new(MOST))
    }

    /// The key of an id, as it was `age` ago at most.
    pub(crate) async fn get(
        &self,
        history: &History,
        id: &str,
        age: Duration,
    ) -> Result<Option<StoredKey>, HistoryError> {
        if let Some((since, key)) = self.0.get(id).await
            && since.elapsed() < age
        {
            return Ok(key);
        }
        let key = history.key(id).await?;
        self.0.insert(id.to_owned(), (Instant::now(), key.clone())).await;
        Ok(key)
    }
}
