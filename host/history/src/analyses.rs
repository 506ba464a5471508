use std::time::Duration;

use serde::Serialize;
use sqlx::{Row as _, any::AnyRow};

use crate::{History, HistoryError, cursor::Cursor, within::Within as _};

/// Entries of one page at most.
const MOST_PER_PAGE: i64 = 500;

/// An analysis to remember.
#[derive(Debug, Clone)]
pub struct NewAnalysis {
    /// A UUID.
    pub id: String,
    /// Whose it is.
    pub tenant: String,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// What was analysed; may be empty.
    pub dataset_name: String,
    /// The worst finding: 0 none, 1 low, 2 medium, 3 high.
    pub severity: i64,
    /// How many findings.
    pub findings: i64,
    /// Their codes.
    pub codes: Vec<String>,
    /// Agents without a result.
    pub failed_agents: i64,
    /// The response's summary.
    pub summary: String,
    /// The whole response, as JSON.
    pub response: String,
}

/// An analysis in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// What was analysed.
    pub dataset_name: String,
    /// The worst finding: 0 none, 1 low, 2 medium, 3 high.
    pub severity: i64,
    /// How many findings.
    pub findings: i64,
    /// Their codes, each once.
    pub codes: Vec<String>,
    /// Agents without a result.
    pub failed_agents: i64,
    /// The response's summary.
    pub summary: String,
}

/// A whole analysis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// As in a list.
    pub entry: Entry,
    /// The response, as JSON.
    pub response: String,
}

/// Which analyses are wanted. What is not set does not matter.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Part of the name of the data set, whatever its case.
    pub dataset: Option<String>,
    /// A fault code that must have been found.
    pub code: Option<String>,
    /// The worst finding is at least this.
    pub severity: Option<i64>,
    /// Not older, in milliseconds since 1970.
    pub since: Option<i64>,
    /// Older than this.
    pub until: Option<i64>,
    /// Where the page before ended.
    pub after: Option<String>,
    /// Entries of the page.
    pub limit: Option<i64>,
}

/// Whose analyses are swept.
#[derive(Debug, Clone, Copy)]
pub enum Whose<'a> {
    /// Those of one tenant.
    Of(&'a str),
    /// Those of all others.
    AllBut(&'a [String]),
}

/// Some of them, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page {
    /// The analyses.
    pub analyses: Vec<Entry>,
    /// What `after` of the next page is; none at the end.
    pub next: Option<String>,
}

/// A value in a condition.
#[derive(Clone)]
enum Bound {
    Text(String),
    Integer(i64),
}

/// Conditions that all hold. Places are numbered, which both databases understand.
#[derive(Default)]
struct Conditions {
    text: String,
    bound: Vec<Bound>,
}

impl Conditions {
    /// `condition` has a `?` for each value.
    fn add(&mut self, condition: &str, values: impl IntoIterator<Item = Bound>) {
        if !self.text.is_empty() {
            self.text.push_str(" AND ");
        }
        let mut number = self.bound.len();
        for part in condition.split_inclusive('?') {
            match part.strip_suffix('?') {
                Some(before) => {
                    number += 1;
                    self.text.push_str(&format!("{before}${number}"));
                }
                None => self.text.push_str(part),
            }
        }
        self.bound.extend(values);
    }
}

const COLUMNS: &str = "id, created_at, dataset_name, severity, findings, codes, failed_agents, summary";

impl History {
    /// Remembers an analysis.
    ///
    /// # Errors
    /// The database does not take it.
    pub async fn add(&self, it: &NewAnalysis) -> Result<(), HistoryError> {
        let mut codes = it.codes.clone();
        codes.sort();
        codes.dedup();
        sqlx::query(
            "INSERT INTO analyses (id, tenant, created_at, dataset_name, severity, findings, codes, failed_agents, \
             summary, response, dataset_key) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        )
        .bind(&it.id)
        .bind(&it.tenant)
        .bind(it.created_at)
        .bind(without_nul(&it.dataset_name))
        .bind(it.severity)
        .bind(it.findings)
        .bind(format!(" {} ", without_nul(&codes.join(" "))))
        .bind(it.failed_agents)
        .bind(without_nul(&it.summary))
        .bind(without_nul(&it.response))
        .bind(without_nul(&it.dataset_name).to_lowercase())
        .execute(&self.pool)
        .within(self.patience)
        .await?;
        Ok(())
    }

    /// A page of a tenant's analyses.
    ///
    /// # Errors
    /// The cursor is none, or the database does not answer.
    pub async fn list(&self, tenant: &str, filter: &Filter) -> Result<Page, HistoryError> {
        let limit = filter.limit.unwrap_or(50).clamp(1, MOST_PER_PAGE);
        let mut conditions = Conditions::default();
        conditions.add("tenant = ?", [Bound::Text(tenant.to_owned())]);
        if let Some(name) = &filter.dataset {
            conditions.add("dataset_key LIKE ? ESCAPE '!'", [Bound::Text(containing(name))]);
        }
        if let Some(code) = &filter.code {
            conditions.add(
                "codes LIKE ? ESCAPE '!'",
                [Bound::Text(containing(&format!(" {code} ")))],
            );
        }
        for (condition, value) in [
            ("severity >= ?", filter.severity),
            ("created_at >= ?", filter.since),
            ("created_at < ?", filter.until),
        ] {
            if let Some(value) = value {
                conditions.add(condition, [Bound::Integer(value)]);
            }
        }
        if let Some(after) = &filter.after {
            let Cursor { created_at, id } = Cursor::parse(after)?;
            let (time, id) = (Bound::Integer(created_at), Bound::Text(id));
            let before = "(created_at < ? OR (created_at = ? AND id < ?))";
            conditions.add(before, [time.clone(), time, id]);
        }
        let statement = format!(
            "SELECT {COLUMNS} FROM analyses WHERE {} ORDER BY created_at DESC, id DESC LIMIT {}",
            conditions.text,
            limit + 1
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
        for bound in conditions.bound {
            query = match bound {
                Bound::Text(it) => query.bind(it),
                Bound::Integer(it) => query.bind(it),
            };
        }
        let rows = query.fetch_all(&self.pool).within(self.patience).await?;
        let mut analyses = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = analyses.len() > wanted;
        analyses.truncate(wanted);
        let last = analyses.last().filter(|_| more);
        let next = last.map(|it| {
            let (created_at, id) = (it.created_at, it.id.clone());
            Cursor { created_at, id }.text()
        });
        Ok(Page { analyses, next })
    }

    /// One analysis of a tenant.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn get(&self, tenant: &str, id: &str) -> Result<Option<Stored>, HistoryError> {
        let statement = format!("SELECT {COLUMNS}, response FROM analyses WHERE tenant = $1 AND id = $2");
        let row = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(tenant)
            .bind(without_nul(id))
            .fetch_optional(&self.pool)
            .within(self.patience)
            .await?;
        row.map(|row| {
            Ok(Stored {
                entry: entry(&row)?,
                response: row.try_get("response")?,
            })
        })
        .transpose()
    }

    /// Forgets one analysis of a tenant; whether there was one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget(&self, tenant: &str, id: &str) -> Result<bool, HistoryError> {
        let done = sqlx::query("DELETE FROM analyses WHERE tenant = $1 AND id = $2")
            .bind(tenant)
            .bind(without_nul(id))
            .execute(&self.pool)
            .within(self.patience)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Forgets what is older than `age` by the database's clock: analyses and ended jobs of one tenant,
    /// or of all but `except`. How many analyses those were.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep(&self, whose: Whose<'_>, age: Duration) -> Result<u64, HistoryError> {
        let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX / 2);
        let mut forgotten = 0;
        for (table, time, more) in [
            ("jobs", "updated_at", "status IN ('COMPLETED', 'FAILED')"),
            ("analyses", "created_at", "1 = 1"),
        ] {
            let mut conditions = Conditions::default();
            conditions.add(more, []);
            match whose {
                Whose::Of(tenant) => conditions.add("tenant = ?", [Bound::Text(tenant.to_owned())]),
                Whose::AllBut(except) => {
                    for tenant in except {
                        conditions.add("tenant <> ?", [Bound::Text(tenant.clone())]);
                    }
                }
            }
            conditions.add(&format!("{time} < {} - ?", self.clock), [Bound::Integer(age)]);
            let statement = format!("DELETE FROM {table} WHERE {}", conditions.text);
            let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
            for bound in conditions.bound {
                query = match bound {
                    Bound::Text(it) => query.bind(it),
                    Bound::Integer(it) => query.bind(it),
                };
            }
            forgotten = query.execute(&self.pool).within(self.patience).await?.rows_affected();
        }
        Ok(forgotten)
    }
}

fn entry(row: &AnyRow) -> Result<Entry, sqlx::Error> {
    let codes: String = row.try_get("codes")?;
    Ok(Entry {
        id: row.try_get("id")?,
        created_at: row.try_get("created_at")?,
        dataset_name: row.try_get("dataset_name")?,
        severity: row.try_get("severity")?,
        findings: row.try_get("findings")?,
        codes: codes.split_whitespace().map(str::to_owned).collect(),
        failed_agents: row.try_get("failed_agents")?,
        summary: row.try_get("summary")?,
    })
}

/// The pattern of `LIKE` for texts that hold this one.
fn containing(text: &str) -> String {
    let mut pattern = "%".to_owned();
    for it in without_nul(text).to_lowercase().chars() {
        if matches!(it, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(it);
    }
    pattern + "%"
}

/// PostgreSQL has no NUL in texts.
pub(crate) fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
