use sqlx::{Row as _, any::AnyRow};

use crate::{History, HistoryError, analyses::without_nul, now, within::Within as _};

/// An API key as the database knows it: who has it is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// The public part.
    pub id: String,
    /// Whose analyses it opens.
    pub tenant: String,
    /// What people call it.
    pub name: String,
    /// SHA-256 of the secret part, in hexadecimal digits.
    pub hash: String,
    /// What it may do, between spaces.
    pub scopes: String,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
}

const COLUMNS: &str = "id, tenant, name, hash, scopes, created_at, expires_at, revoked_at";

impl History {
    /// Keeps a new key.
    ///
    /// # Errors
    /// The database does not take it.
    pub async fn add_key(&self, key: &StoredKey) -> Result<(), HistoryError> {
        let statement = format!("INSERT INTO keys ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(&key.id)
            .bind(&key.tenant)
            .bind(without_nul(&key.name))
            .bind(&key.hash)
            .bind(&key.scopes)
            .bind(key.created_at)
            .bind(key.expires_at)
            .bind(key.revoked_at)
            .execute(&self.pool)
            .within(self.patience)
            .await?;
        Ok(())
    }

    /// A key by its public part.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn key(&self, id: &str) -> Result<Option<StoredKey>, HistoryError> {
        let statement = format!("SELECT {COLUMNS} FROM keys WHERE id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(id)
            .fetch_optional(&self.pool)
            .within(self.patience)
            .await?;
        Ok(row.as_ref().map(of).transpose()?)
    }

    /// All keys, the newest first: for the operator.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keys(&self) -> Result<Vec<StoredKey>, HistoryError> {
        let statement = format!("SELECT {COLUMNS} FROM keys ORDER BY created_at DESC, id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .fetch_all(&self.pool)
            .within(self.patience)
            .await?;
        Ok(rows.iter().map(of).collect::<Result<_, _>>()?)
    }

    /// Ends a key at once. Whether there was one that was not revoked.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn revoke_key(&self, id: &str) -> Result<bool, HistoryError> {
        let done = sqlx::query("UPDATE keys SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL")
            .bind(now())
            .bind(id)
            .execute(&self.pool)
            .within(self.patience)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

fn of(row: &AnyRow) -> Result<StoredKey, sqlx::Error> {
    Ok(StoredKey {
        id: row.try_get("id")?,
        tenant: row.try_get("tenant")?,
        name: row.try_get("name")?,
        hash: row.try_get("hash")?,
        scopes: row.try_get("scopes")?,
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
        revoked_at: row.try_get("revoked_at")?,
    })
}
