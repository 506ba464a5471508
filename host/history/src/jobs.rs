use std::time::Duration;

use sqlx::Row as _;

use crate::{History, HistoryError, analyses::without_nul, within::Within as _};

/// How far a job is, by the names that clients read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// It waits for its turn.
    Pending,
    /// It runs.
    Processing,
    /// Its result is the analysis of its id.
    Completed,
    /// It has an error.
    Failed,
}

impl JobState {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Processing => "PROCESSING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
        }
    }

    fn of(name: &str) -> Self {
        match name {
            "PENDING" => Self::Pending,
            "PROCESSING" => Self::Processing,
            "COMPLETED" => Self::Completed,
            _ => Self::Failed,
        }
    }
}

/// A job as the database knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredJob {
    /// A UUID.
    pub id: String,
    /// How far it is.
    pub state: JobState,
    /// Why it failed.
    pub error: Option<String>,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970.
    pub updated_at: i64,
}

/// The result of a job is the analysis of its id.
const HAS_RESULT: &str =
    "EXISTS (SELECT 1 FROM analyses WHERE analyses.id = jobs.id AND analyses.tenant = jobs.tenant)";

impl History {
    /// Writes down that a server has accepted a job.
    ///
    /// # Errors
    /// The database does not take it.
    pub async fn accept(&self, tenant: &str, id: &str, owner: &str) -> Result<(), HistoryError> {
        let statement = format!(
            "INSERT INTO jobs (id, tenant, status, error, owner, seen_at, created_at, updated_at) \
             VALUES ($1, $2, 'PENDING', NULL, $3, {0}, {0}, {0})",
            self.clock
        );
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(id)
            .bind(tenant)
            .bind(owner)
            .execute(&self.pool)
            .within(self.patience)
            .await?;
        Ok(())
    }

    /// Moves a job on that is not over. Whether it was not.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn advance(&self, id: &str, state: JobState, error: Option<&str>) -> Result<bool, HistoryError> {
        let statement = format!(
            "UPDATE jobs SET status = $1, error = $2, updated_at = {0}, seen_at = {0} \
             WHERE id = $3 AND status IN ('PENDING', 'PROCESSING')",
            self.clock
        );
        let done = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(state.as_str())
            .bind(error.map(without_nul))
            .bind(id)
            .execute(&self.pool)
            .within(self.patience)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// One job of a tenant.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn job(&self, tenant: &str, id: &str) -> Result<Option<StoredJob>, HistoryError> {
        let row =
            sqlx::query("SELECT id, status, error, created_at, updated_at FROM jobs WHERE tenant = $1 AND id = $2")
                .bind(tenant)
                .bind(id)
                .fetch_optional(&self.pool)
                .within(self.patience)
                .await?;
        row.map(|row| {
            Ok(StoredJob {
                id: row.try_get("id")?,
                state: JobState::of(row.try_get("status")?),
                error: row.try_get("error")?,
                created_at: row.try_get("created_at")?,
                updated_at: row.try_get("updated_at")?,
            })
        })
        .transpose()
    }

    /// Says that a server still works on its jobs.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn seen(&self, owner: &str) -> Result<(), HistoryError> {
        let statement = format!(
            "UPDATE jobs SET seen_at = {} WHERE owner = $1 AND status IN ('PENDING', 'PROCESSING')",
            self.clock
        );
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(owner)
            .execute(&self.pool)
            .within(self.patience)
            .await?;
        Ok(())
    }

    /// The jobs of a server that are not over.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn unfinished(&self, owner: &str) -> Result<Vec<String>, HistoryError> {
        let rows = sqlx::query("SELECT id FROM jobs WHERE owner = $1 AND status IN ('PENDING', 'PROCESSING')")
            .bind(owner)
            .fetch_all(&self.pool)
            .within(self.patience)
            .await?;
        Ok(rows.iter().map(|row| row.try_get("id")).collect::<Result<_, _>>()?)
    }

    /// Ends a job of a tenant that is not over, whichever server works on it: that server sees it at its
    /// next look. Whether it was not over.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn cancel(&self, tenant: &str, id: &str, error: &str) -> Result<bool, HistoryError> {
        let statement = format!(
            "UPDATE jobs SET status = 'FAILED', error = $1, updated_at = {} \
             WHERE id = $2 AND tenant = $3 AND status IN ('PENDING', 'PROCESSING')",
            self.clock
        );
        let done = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(without_nul(error))
            .bind(without_nul(id))
            .bind(tenant)
            .execute(&self.pool)
            .within(self.patience)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Ends a job that is not over and of which nobody knows more than the database: as completed where its
    /// result is there, which is written first, else as failed.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn settle(&self, id: &str, error: &str) -> Result<(), HistoryError> {
        let statement = format!(
            "UPDATE jobs SET status = 'COMPLETED', updated_at = {} \
             WHERE id = $1 AND status IN ('PENDING', 'PROCESSING') AND {HAS_RESULT}",
            self.clock
        );
        let done = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(id)
            .execute(&self.pool)
            .within(self.patience)
            .await?;
        if done.rows_affected() == 0 {
            self.advance(id, JobState::Failed, Some(error)).await?;
        }
        Ok(())
    }

    /// Fails the jobs that no server has said to work on for `silence`, by the database's clock, those
    /// of `owner` left out. How many there were.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn orphaned(&self, owner: &str, silence: Duration, error: &str) -> Result<u64, HistoryError> {
        let silence = i64::try_from(silence.as_millis()).unwrap_or(i64::MAX / 2);
        // The result is written first: a server that ends between the two has done its work.
        let statement = format!(
            "UPDATE jobs SET status = 'COMPLETED', updated_at = {0} \
             WHERE status IN ('PENDING', 'PROCESSING') AND owner <> $1 AND seen_at <= {0} - $2 AND {HAS_RESULT}",
            self.clock
        );
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(owner)
            .bind(silence)
            .execute(&self.pool)
            .within(self.patience)
            .await?;
        let statement = format!(
            "UPDATE jobs SET status = 'FAILED', error = $1, updated_at = {0} \
             WHERE status IN ('PENDING', 'PROCESSING') AND owner <> $2 AND seen_at <= {0} - $3",
            self.clock
        );
        let done = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(error)
            .bind(owner)
            .bind(silence)
            .execute(&self.pool)
            .within(self.patience)
            .await?;
        Ok(done.rows_affected())
    }
}
