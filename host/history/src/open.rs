use std::{path::Path, time::Duration};

use sqlx::{AnyPool, Row as _, any::AnyPoolOptions};

use crate::{HistoryError, migrations, within::Within as _};

/// How long a statement waits for a connection: longer than a slow commit, shorter than a client's
/// patience.
const ACQUIRE: Duration = Duration::from_secs(5);

/// How long one statement may take. Locally it takes a millisecond; a database that is gone without
/// closing its connections would otherwise hold every request until the kernel gives up.
const PATIENCE: Duration = Duration::from_secs(5);

/// The database of a server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct History {
    pub(crate) pool: AnyPool,
    /// How long one statement may take, the wait for a connection included.
    pub(crate) patience: Duration,
    /// The database's own clock as an expression: milliseconds since 1970. The clocks of servers that
    /// share a database differ, and by theirs a job of a living server could look abandoned.
    pub(crate) clock: &'static str,
}

const CLOCK_OF_SQLITE: &str = "CAST((julianday('now') - 2440587.5) * 86400000 AS BIGINT)";
const CLOCK_OF_POSTGRES: &str = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";

impl History {
    /// Opens a file of SQLite, which is made where it is missing, or a PostgreSQL database by its
    /// URL, and brings the tables up to date. `connections` bounds how many are open at once.
    ///
    /// # Errors
    /// What it is not, or why it cannot be opened. No message holds a password.
    pub async fn open(place: &str, connections: u32) -> Result<Self, HistoryError> {
        sqlx::any::install_default_drivers();
        let postgres = place.starts_with("postgres://") || place.starts_with("postgresql://");
        if !postgres && place.contains("://") {
            return Err(HistoryError::Url { found: shown(place) });
        }
        let url = if postgres { place.to_owned() } else { file(place)? };
        let pool = AnyPoolOptions::new()
            .max_connections(connections.max(1))
            .acquire_timeout(ACQUIRE)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if !postgres {
                        // Readers do not wait for a writer, and a crash loses no accepted job.
                        for pragma in ["journal_mode = WAL", "synchronous = FULL", "busy_timeout = 5000"] {
                            let statement = sqlx::AssertSqlSafe(format!("PRAGMA {pragma}"));
                            sqlx::query(statement).execute(&mut *connection).await?;
                        }
                    }
                    Ok(())
                })
            })
            .connect(&url)
            .await
            .map_err(|error| HistoryError::Open {
                place: shown(place),
                reason: error.to_string(),
            })?;
        migrations::all().run(&pool).await?;
        Ok(Self {
            pool,
            patience: PATIENCE,
            clock: if postgres { CLOCK_OF_POSTGRES } else { CLOCK_OF_SQLITE },
        })
    }

    /// With another time that a statement may take.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Now, by the database's clock.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn now(&self) -> Result<i64, HistoryError> {
        let statement = format!("SELECT {} AS now", self.clock);
        let row = sqlx::query(sqlx::AssertSqlSafe(statement))
            .fetch_one(&self.pool)
            .within(self.patience)
            .await?;
        Ok(row.try_get("now")?)
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), HistoryError> {
        sqlx::query("SELECT 1")
            .execute(&self.pool)
            .within(self.patience)
            .await?;
        Ok(())
    }

    /// Closes all connections, once what runs is done.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

fn file(place: &str) -> Result<String, HistoryError> {
    let path = Path::new(place);
    let failed = |error: std::io::Error| HistoryError::Open {
        place: place.to_owned(),
        reason: error.to_string(),
    };
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    private(path).map_err(failed)?;
    // In a URL these would not be part of the name.
    let escaped: String = place
        .chars()
        .map(|it| match it {
            '%' => "%25".to_owned(),
            '?' => "%3F".to_owned(),
            '#' => "%23".to_owned(),
            it => it.to_string(),
        })
        .collect();
    Ok(format!("sqlite://{escaped}?mode=rwc"))
}

/// Makes the file readable for its owner alone before anything is in it.
fn private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map(|_| ())
}

/// A URL without what stands before its host. A password may hold any character, so everything up to
/// the last `@` may be one.
fn shown(place: &str) -> String {
    match place.split_once("://") {
        Some((scheme, rest)) => {
            let rest = rest.split('?').next().unwrap_or_default();
            let host = rest.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}")
        }
        None => place.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(shown("postgres://u:p@ss@h:5432/d?password=p"), "postgres://h:5432/d");
        assert_eq!(shown("postgres://u:p/s@h/d"), "postgres://h/d");
        assert_eq!(shown("a/b.db"), "a/b.db");
    }

    #[tokio::test]
    async fn another_database_is_refused_by_name() {
        let error = History::open("mysql://u:secret@h/d", 1).await.unwrap_err().to_string();
        assert!(error.contains("mysql://h/d") && !error.contains("secret"), "{error}");
    }
}
