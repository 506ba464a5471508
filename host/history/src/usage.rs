use sqlx::Row as _;

use crate::{History, HistoryError, within::Within as _};

/// What a tenant used of the language model on one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Calls.
    pub calls: u64,
    /// Tokens of prompts and answers.
    pub tokens: u64,
}

impl History {
    /// Adds to what a tenant used on a day (days since 1970, UTC), and tells the sum.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn use_up(&self, tenant: &str, day: i64, more: Usage) -> Result<Usage, HistoryError> {
        let count = |it: u64| i64::try_from(it).unwrap_or(i64::MAX);
        let row = sqlx::query(
            "INSERT INTO llm_usage (tenant, day, calls, tokens) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (tenant, day) DO UPDATE SET calls = llm_usage.calls + excluded.calls, \
             tokens = llm_usage.tokens + excluded.tokens RETURNING calls, tokens",
        )
        .bind(tenant)
        .bind(day)
        .bind(count(more.calls))
        .bind(count(more.tokens))
        .fetch_one(&self.pool)
        .within(self.patience)
        .await?;
        let (calls, tokens): (i64, i64) = (row.try_get("calls")?, row.try_get("tokens")?);
        let count = |it: i64| u64::try_from(it).unwrap_or(0);
        Ok(Usage {
            calls: count(calls),
            tokens: count(tokens),
        })
    }

    /// Forgets what was used before a day.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_usage(&self, before: i64) -> Result<(), HistoryError> {
        sqlx::query("DELETE FROM llm_usage WHERE day < $1")
            .bind(before)
            .execute(&self.pool)
            .within(self.patience)
            .await?;
        Ok(())
    }
}
