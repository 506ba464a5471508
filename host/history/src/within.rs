use std::{future::Future, time::Duration};

use tokio::time::timeout;

use crate::HistoryError;

/// A statement with a bound on its time.
pub(crate) trait Within<T> {
    /// Waits for `limit` at most.
    async fn within(self, limit: Duration) -> Result<T, HistoryError>;
}

impl<T, F: Future<Output = Result<T, sqlx::Error>>> Within<T> for F {
    async fn within(self, limit: Duration) -> Result<T, HistoryError> {
        match timeout(limit, self).await {
            Ok(done) => Ok(done?),
            Err(_) => Err(HistoryError::TimedOut { limit }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_database_that_does_not_answer_is_not_waited_for() {
        let limit = Duration::from_secs(5);
        let never = std::future::pending::<Result<(), sqlx::Error>>();
        let error = never.within(limit).await.unwrap_err();
        assert!(
            matches!(error, HistoryError::TimedOut { limit: it } if it == limit),
            "{error}"
        );
        assert!(async { Ok::<_, sqlx::Error>(1) }.within(limit).await.is_ok());
    }
}
