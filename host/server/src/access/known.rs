//! Keys of the database, for seconds: a client that asks often must not cost a question each time.

use std::time::Duration;

use deepfix_history::{History, HistoryError, StoredKey};
use moka::future::Cache;
use tokio::{sync::Semaphore, time::Instant};

/// Ids that are kept, unknown ones too. An id that is asked for often is not pushed out by many that
/// are asked for once.
const MOST: u64 = 10_000;
/// Questions that are under way at once. Ids that are made up are each asked for once, before any rate
/// is known to hold them to: this leaves most of the database's connections to what is proven.
const AT_ONCE: usize = 2;

/// What the database said last of each id, and when.
pub(crate) struct KnownKeys {
    known: Cache<String, (Instant, Option<StoredKey>)>,
    asking: Semaphore,
}

impl KnownKeys {
    pub(crate) fn new() -> Self {
        Self {
            known: Cache::new(MOST),
            asking: Semaphore::new(AT_ONCE),
        }
    }

    /// The key of an id, as it was `age` ago at most.
    pub(crate) async fn get(
        &self,
        history: &History,
        id: &str,
        age: Duration,
    ) -> Result<Option<StoredKey>, HistoryError> {
        if let Some(key) = self.fresh(id, age).await {
            return Ok(key);
        }
        // Never closed. In the order in which they came.
        let _turn = self.asking.acquire().await;
        // Another may have asked for the same meanwhile.
        if let Some(key) = self.fresh(id, age).await {
            return Ok(key);
        }
        let key = history.key(id).await?;
        self.known.insert(id.to_owned(), (Instant::now(), key.clone())).await;
        Ok(key)
    }

    async fn fresh(&self, id: &str, age: Duration) -> Option<Option<StoredKey>> {
        let (since, key) = self.known.get(id).await?;
        (since.elapsed() < age).then_some(key)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn made_up_ids_wait_for_each_other_and_hold_up_no_known_key() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("h.db").display().to_string();
        let history = History::open(&place, 4).await.unwrap();
        let minted = crate::access::mint("t", "n", &[crate::access::Scope::Read], None).unwrap();
        history.add_key(&minted.stored).await.unwrap();
        let keys = KnownKeys::new();
        let age = Duration::from_secs(3600);
        let known = &minted.stored.id;
        assert!(keys.get(&history, known, age).await.unwrap().is_some());

        let mut flood: Vec<_> = (0..20)
            .map(|n| {
                let (keys, history) = (&keys, &history);
                Box::pin(async move { keys.get(history, &format!("made up {n}"), age).await })
            })
            .collect();
        for asked in &mut flood {
            assert!(asked.as_mut().now_or_never().is_none());
        }
        assert_eq!(keys.asking.available_permits(), 0);
        let key = keys.get(&history, known, age).now_or_never();
        assert!(key.unwrap().unwrap().is_some(), "a known key waits for nobody");
        for asked in flood {
            assert!(asked.await.unwrap().is_none());
        }
    }
}
